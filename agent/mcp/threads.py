"""Threads of the door's own: tools wait for vendors; neither sockets nor who comes in may wait for them."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import SyncToAsync
from django.conf import settings
from django.db import close_old_connections, connections

_at_the_door = ThreadPoolExecutor(max_workers=4, thread_name_prefix="mcp-door")
_in_tools = ThreadPoolExecutor(max_workers=16, thread_name_prefix="mcp-tool")


class InThread(SyncToAsync):
    """Each thread keeps its connection to the database for a while: to open one costs as much as ten queries.

    One that failed, or was not used for longer, is closed before the next use.
    """

    def thread_handler(self, loop: Any, *args: Any, **kwargs: Any) -> Any:
        close_old_connections()
        try:
            return super().thread_handler(loop, *args, **kwargs)
        finally:
            for each in connections.all(initialized_only=True):
                each.close_at = time.monotonic() + settings.MCP_CONNECTION_KEPT_S
            close_old_connections()


def in_thread(function: Callable[..., Any]) -> InThread:
    """For what asks our own database alone."""
    return InThread(function, thread_sensitive=False, executor=_at_the_door)


def in_tool_thread(function: Callable[..., Any]) -> InThread:
    return InThread(function, thread_sensitive=False, executor=_in_tools)
