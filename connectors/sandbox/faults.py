"""Faults on request: the next N matching calls go wrong in a chosen way."""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

KINDS = ("status", "rate_limit", "delay", "reset", "drop_reply")


@dataclass(frozen=True)
class Fault:
    """What goes wrong, for which calls.

    kind: status (an answer of our choice), rate_limit (429), delay (`seconds` before the answer), reset
    (connection reset, nothing happens at the vendor), drop_reply (the effect happens, the reply is lost).
    after_effect: a status or a delay comes once the call has had its effect; otherwise before it.
    path_contains: a part of the path, or of the query behind it.
    """

    kind: str
    connector: str = ""
    operation: str = ""
    path_contains: str = ""
    status: int = 500
    body: str = ""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0
    after_effect: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}")

    def matches(self, *, connector: str, operation: str, path: str) -> bool:
        return (
            self.connector in ("", connector)
            and self.operation in ("", operation)
            and self.path_contains in path
        )

    async def strike(self, answer: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call wrongly; `answer` is what would have been right, and has the effect."""
        if self.kind == "reset":
            await cut_connection(receive, send, reset=True)
            return
        if self.kind == "drop_reply":
            await answer(scope, receive, _swallow)
            await cut_connection(receive, send, reset=False)
            return
        if self.kind == "delay":
            sent = _Held()
            if self.after_effect:
                await answer(scope, receive, sent)
            await asyncio.sleep(self.seconds)
            await (sent.release(send) if self.after_effect else answer(scope, receive, send))
            return
        if self.after_effect:
            await answer(scope, receive, _swallow)
        status = 429 if self.kind == "rate_limit" else self.status
        response = Response(self.body, status, dict(self.headers), media_type=self.content_type)
        await response(scope, receive, send)


class Faults:
    """The faults asked for and not yet used up, in the order of asking. Kept in memory only."""

    def __init__(self) -> None:
        self._waiting: list[list[Any]] = []
        self._lock = threading.Lock()

    def add(self, fault: Fault, *, times: int) -> None:
        with self._lock:
            self._waiting.append([fault, times])

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def take(self, *, connector: str, operation: str, path: str) -> Fault | None:
        """The first fault that matches this call, used up by one."""
        with self._lock:
            for entry in self._waiting:
                fault, left = entry
                if fault.matches(connector=connector, operation=operation, path=path):
                    entry[1] = left - 1
                    if entry[1] <= 0:
                        self._waiting.remove(entry)
                    return fault
        return None


class _Held:
    """A `send` that keeps the messages until they are released."""

    def __init__(self) -> None:
        self._messages: list[Any] = []

    async def __call__(self, message: Any) -> None:
        self._messages.append(message)

    async def release(self, send: Send) -> None:
        for message in self._messages:
            await send(message)


async def _swallow(message: Any) -> None:
    pass


async def cut_connection(receive: Receive, send: Send, *, reset: bool) -> None:
    """Drop the caller's connection without an answer: RST if `reset`, else a plain close.

    ASGI has no word for it, so this reaches for uvicorn's transport.
    """
    transport = find_transport(send)
    if transport is None:
        raise ConnectionAbortedError("the sandbox could not find the connection that it was told to cut")
    if reset:
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    # Returning before the server knows that the peer is gone makes it write a 500 and a line in the log.
    while (await receive())["type"] != "http.disconnect":
        pass


def find_transport(send: Any) -> asyncio.Transport | None:
    """The transport under a `send`, looking through whatever middleware wrapped it."""
    waiting, seen = [send], set()
    while waiting:
        candidate = waiting.pop(0)
        if id(candidate) in seen:
            continue
        seen.add(id(candidate))
        transport = getattr(candidate, "transport", None)
        if transport is not None and hasattr(transport, "abort"):
            return transport
        waiting.extend(_wrapped_by(candidate))
    return None


def _wrapped_by(candidate: Any) -> Iterable[Any]:
    """What a callable holds on to: its object, its closure, its attributes that can be called."""
    yield from (
        getattr(candidate, name) for name in ("__self__", "__wrapped__", "func") if hasattr(candidate, name)
    )
    for cell in getattr(candidate, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:  # a cell not filled yet
            continue
    if not isinstance(candidate, type):
        yield from (value for value in getattr(candidate, "__dict__", {}).values() if callable(value))
