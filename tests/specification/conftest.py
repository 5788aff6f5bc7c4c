"""The vendor's own OpenAPI file is not ours to ship: without a path to it these tests are not there."""

import os

collect_ignore_glob = [] if os.environ.get("BILLSBY_OPENAPI") else ["test_*.py"]
