"""How a way of chatting is measured, the same for all: our own processor time, and when its answer begins."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from statistics import median

REQUESTS = 6  # five tool calls and the answer
WORDS = 40

Chat = Callable[[Callable[[], None]], Awaitable[str]]


async def measured(chat: Chat, rounds: int, at_once: int) -> dict[str, float]:
    """chat(on_word) has one conversation; it says each piece of the answer as it comes.

    cpu_ms: for each request. first_word_ms: until the answer of a conversation began, the median of all.
    Many at once have one core between them.
    """
    if at_once > 1 and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for _ in range(3):
        await one(chat)
    began = time.process_time()
    firsts = [
        first for _ in range(rounds) for first in await asyncio.gather(*(one(chat) for _ in range(at_once)))
    ]
    cpu_s = time.process_time() - began
    return {
        "cpu_ms": cpu_s * 1000 / (rounds * at_once * REQUESTS),
        "first_word_ms": median(firsts) * 1000,
    }


async def one(chat: Chat) -> float:
    began, firsts = time.perf_counter(), []

    def on_word() -> None:
        if not firsts:
            firsts.append(time.perf_counter() - began)

    text = await chat(on_word)
    if text.count("word") != WORDS:
        raise SystemExit(f"The answer was not whole: {text!r}")
    return firsts[0]
