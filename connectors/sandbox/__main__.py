"""`python -m connectors.sandbox --port 8010 --state var/sandbox.sqlite3`"""

import argparse
from pathlib import Path

from connectors.sandbox.serving import serve

parser = argparse.ArgumentParser(prog="connectors.sandbox", description="Serve the local vendors.")
parser.add_argument("--port", type=int, default=8010)
parser.add_argument("--state", type=Path, default=Path("var/sandbox.sqlite3"))
arguments = parser.parse_args()
serve(arguments.port, arguments.state)
