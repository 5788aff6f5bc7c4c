"""Hints to open pages: "proposal.12 changed", nothing more. Pages fetch again, and poll as a backstop."""

import asyncio
import time

from asgiref.sync import async_to_sync
from channels.layers import InMemoryChannelLayer, get_channel_layer
from django.db import transaction

EVERYBODY = "live"
SOON_S = 0.25

_loop: asyncio.AbstractEventLoop | None = None
_soon: dict[str, float] = {}  # until when one hint stands for all there is to tell of a target
_under_way: set[asyncio.Task] = set()


def use_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Remember the server's loop. The in-memory layer's queues belong to it and to no other thread."""
    global _loop
    _loop = loop


def hint(target: str) -> None:
    """Tell open pages that `target` ("proposal.12") changed, once the running transaction has committed."""
    transaction.on_commit(lambda: send(target), robust=True)


def hint_soon(target: str) -> None:
    """One hint for all that happens within a moment. From a running loop, once it has been committed."""
    now = time.monotonic()
    if now >= _soon.get(target, 0):
        _soon[target] = now + SOON_S
        asyncio.get_running_loop().call_later(SOON_S, send, target)


def send(target: str) -> None:
    """Give the hint to every open page, and to those who listen to this target alone. Works from any thread.

    A lost hint costs seconds, because pages poll. A layer that is down is logged by `on_commit`, no more.
    """
    layer = get_channel_layer()
    if layer is None:
        return
    if isinstance(layer, InMemoryChannelLayer):
        if _loop is not None and not _loop.is_closed():
            asyncio.run_coroutine_threadsafe(broadcast(target), _loop)
        return
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        async_to_sync(broadcast)(target)
    else:
        sending = loop.create_task(broadcast(target))
        _under_way.add(sending)  # the loop itself keeps no hold of it
        sending.add_done_callback(_under_way.discard)


async def broadcast(target: str) -> None:
    layer = get_channel_layer()
    message = {"type": "live.hint", "target": target}
    await layer.group_send(EVERYBODY, message)
    await layer.group_send(target, message)
