"""An application behind its real server, in a thread of the test's own process."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn


@contextmanager
def serving(
    application: Any, *, lifespan: str = "off", log_level: str = "warning", access_log: bool = False
) -> Iterator[str]:
    """Its base URL, for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(application, log_level=log_level, access_log=access_log, lifespan=lifespan)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
