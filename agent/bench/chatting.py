"""One way to chat, measured in a process of its own.

`python -m agent.bench.chatting WAY '{"url": …, "rounds": …, "at_once": …}'`, with DATABASE_URL naming a
fresh, migrated database; prints {"cpu_ms", "first_word_ms"}; see `clock`.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from agent.bench.clock import measured
from agent.bench.work import ANSWER, QUESTION, SYSTEM, TOOLS

Chat = Callable[[Callable[[], None]], Awaitable[str]]


def bare(url: str) -> Chat:
    """OpenAI's client as its documentation shows it."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=url, api_key="bench")

    async def chat(on_word: Callable[[], None]) -> str:
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": QUESTION},
        ]
        while True:
            calls: dict[int, dict[str, Any]] = {}
            text = ""
            stream = await client.chat.completions.create(
                model="bench", messages=messages, tools=TOOLS, stream=True
            )
            async for chunk in stream:
                if not chunk.choices:
                    continue
                delta = chunk.choices[0].delta
                for part in delta.tool_calls or ():
                    call = calls.setdefault(part.index, {"type": "function", "function": {"arguments": ""}})
                    if part.id:
                        call["id"], call["function"]["name"] = part.id, part.function.name
                    call["function"]["arguments"] += part.function.arguments or ""
                if delta.content:
                    on_word()
                    text += delta.content
            if not calls:
                return text
            messages.append({"role": "assistant", "content": None, "tool_calls": list(calls.values())})
            for call in calls.values():
                json.loads(call["function"]["arguments"])
                messages.append({"role": "tool", "tool_call_id": call["id"], "content": ANSWER})

    return chat


def requests(url: str) -> Chat:
    """Our own requests, with nothing stored between them."""
    llm = prepared(url)
    texts = [json.dumps(tool) for tool in TOOLS]

    async def chat(on_word: Callable[[], None]) -> str:
        messages: list[dict[str, Any]] = [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": QUESTION},
        ]
        async with llm.connect() as model:
            while True:
                text, calls = "", []
                async for piece in model.ask(messages, texts, silence_s=60):
                    match piece:
                        case llm.TextPiece(part):
                            on_word()
                            text += part
                        case llm.ToolCallPiece():
                            calls.append(piece)
                if not calls:
                    return text
                told = [
                    {
                        "id": call.call_id,
                        "type": "function",
                        "function": {"name": call.name, "arguments": call.arguments},
                    }
                    for call in calls
                ]
                messages.append({"role": "assistant", "content": None, "tool_calls": told})
                messages += [
                    {"role": "tool", "tool_call_id": call.call_id, "content": ANSWER} for call in calls
                ]

    return chat


def turns(url: str) -> Chat:
    """Whole turns of ours: under a lease, each word and each call stored, and told to open pages."""
    prepared(url)
    texts = [json.dumps(tool) for tool in TOOLS]
    from channels.db import database_sync_to_async as in_db

    from agent import loop, threads
    from agent import turns as leases
    from agent.models import Conversation, Message
    from agent.tools.registry import Outcome
    from console import demo

    owner = demo.create_people("bench")[0]

    class Bench(loop.Turn):
        """The peers' tools in place of ours: they answer at once."""

        def _prepare(self) -> tuple[list[dict], list[str]]:
            messages, _ = super()._prepare()
            return messages, texts

        async def _run_call(self, call: Any) -> None:
            await in_db(self._context)()
            outcome = await asyncio.get_running_loop().run_in_executor(
                loop._tool_threads, Outcome, ANSWER, False
            )
            await self._finish(call, outcome)

    def begin() -> tuple[Any, str]:
        conversation = Conversation.objects.create(owner=owner)
        threads.append_message(conversation.pk, Message.Role.USER, QUESTION)
        return conversation.pk, leases.take_lease(conversation.pk)

    async def chat(on_word: Callable[[], None]) -> str:
        said: list[str] = []

        def take(piece: dict[str, Any]) -> None:
            on_word()
            said.append(piece["text"])

        await Bench(*await in_db(begin)(), on_piece=take).run()
        return "".join(said)

    return chat


def prepared(url: str) -> Any:
    os.environ.update(MODEL_BASE_URL=url, MODEL_NAME="bench")
    import django

    django.setup()
    from agent import llm

    return llm


WAYS = {"bare": bare, "requests": requests, "turns": turns}


def main(way: str, given: str) -> None:
    asked = json.loads(given)
    print(json.dumps(asyncio.run(measured(WAYS[way](asked["url"]), asked["rounds"], asked["at_once"]))))


if __name__ == "__main__":
    main(*sys.argv[1:])
