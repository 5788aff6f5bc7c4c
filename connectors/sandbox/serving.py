"""The sandbox as a process of its own."""

from __future__ import annotations

from pathlib import Path

import uvicorn

from connectors.sandbox.app import build_app


def serve(port: int, state_file: Path) -> None:
    """Serve on the loopback interface until the process is told to stop."""
    app = build_app(state_file)
    uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off")
