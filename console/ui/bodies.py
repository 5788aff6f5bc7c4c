"""Refuses a request body that is larger than any form of ours, or never ends.

Django would first gather all of it on disk, and wait for it for ever.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

PATIENCE_S = 30.0  # for a megabyte, over the slowest line we bear with


class SmallBodies:
    def __init__(self, app: Callable[..., Awaitable[None]], *, patience_s: float = PATIENCE_S) -> None:
        self.app = app
        self.patience_s = patience_s

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        limit, received = limit_of(scope), 0
        is_whole, is_late = False, False
        patience_s = self.patience_s * limit / settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        deadline = asyncio.get_running_loop().time() + patience_s

        async def bounded() -> dict[str, Any]:
            nonlocal received, is_whole, is_late
            try:
                async with asyncio.timeout_at(None if is_whole else deadline):
                    message = await receive()
            except TimeoutError:
                is_late = True
                return {"type": "http.disconnect"}
            is_whole = not message.get("more_body", False)
            received += len(message.get("body", b""))
            # Django takes it that the sender left, and answers nothing.
            return message if received <= limit else {"type": "http.disconnect"}

        if stated_length(scope) <= limit:
            await self.app(scope, bounded, send)
            if is_late:
                await refuse(send, 408, "That took too long to arrive.")
            if is_late or received <= limit:
                return
        await refuse(send, 413, "That is more than any form of this site holds.")


def limit_of(scope: dict[str, Any]) -> int:
    """Only one form takes files."""
    takes_files = scope["path"] == settings.FILES_PATH and scope["method"] == "POST"
    return settings.LARGEST_FILE_FORM if takes_files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def stated_length(scope: dict[str, Any]) -> int:
    stated = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in stated if value.isdigit() and len(value) < 20), default=0)


async def refuse(send: Any, status: int, sentence: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{sentence}\n".encode()})
