"""Refuses a request body larger than any form of ours; Django would first gather all of it on disk."""

from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings


class SmallBodies:
    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        limit, received = settings.DATA_UPLOAD_MAX_MEMORY_SIZE, 0

        async def bounded() -> dict[str, Any]:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            # Django takes it that the sender left, and answers nothing.
            return message if received <= limit else {"type": "http.disconnect"}

        if stated_length(scope) <= limit:
            await self.app(scope, bounded, send)
            if received <= limit:
                return
        await refuse(send)


def stated_length(scope: dict[str, Any]) -> int:
    stated = [value for name, value in scope["headers"] if name == b"content-length"]
    return max((int(value) for value in stated if value.isdigit() and len(value) < 20), default=0)


async def refuse(send: Any) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"x-content-type-options", b"nosniff")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": b"That is more than any form of this site holds.\n"})
