"""The environment of a test run, set before Django reads its settings (a pytest plugin)."""

import base64
import os
import secrets
import tempfile
from pathlib import Path

folder = Path(tempfile.mkdtemp(prefix="countersign-test-"))

os.environ.update(
    SECRET_KEY=secrets.token_urlsafe(32),
    VAULT_KEY=base64.b64encode(secrets.token_bytes(32)).decode(),
    PROBE_SCHEDULE_S="0.2,0.4,0.8,1,1,1",
    CLEAN_PROBES_FOR_ABSENT="2",
    SWEEP_EVERY_S="1",
    LEASE_S="5",
    VENDOR_TIMEOUT_S="3",
    LOG_LEVEL="WARNING",
)
if (worker := os.environ.get("PYTEST_XDIST_WORKER", "")) and os.environ.get("REDIS_URL"):
    # Each parallel process has a broker and channels of its own, or they would take each other's messages.
    server = os.environ["REDIS_URL"].rsplit("/", 1)[0]
    os.environ["CHANNEL_PREFIX"] = worker
    os.environ["REDIS_URL"] = f"{server}/{int(worker.removeprefix('gw')) + 1}"
os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder / 'countersign.sqlite3'}")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in the main thread
