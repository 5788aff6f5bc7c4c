"""Local vendors: stateful, faithful to the real interfaces, with faults on request.

`build_app(state_file)` answers as an ASGI application; `serve(port, state_file)` runs it as a process.
"""

from connectors.sandbox.app import build_app
from connectors.sandbox.serving import serve

__all__ = ["build_app", "serve"]
