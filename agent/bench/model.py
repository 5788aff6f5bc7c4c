"""A model's endpoint that needs no time to think: five tool calls, one by one, then an answer of forty words.

`python -m agent.bench.model PORT`. It speaks OpenAI's chat completions, always in chunks.
"""

import json
import sys
from typing import Any

import uvicorn

CALLS, WORDS = 5, 40
ARGUMENTS = ('{"customer', '_id": "C', '{number}"', ', "page":', " 1}")


def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    told = {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "bench",
        "choices": [choice],
    }
    return event(told)


def event(told: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(told).encode() + b"\n\n"


def call(number: int, name: str) -> list[bytes]:
    begun = {
        "index": 0,
        "id": f"call_{number}",
        "type": "function",
        "function": {"name": name, "arguments": ""},
    }
    pieces = [piece.replace("{number}", str(number)) for piece in ARGUMENTS]
    parts = [{"index": 0, "function": {"arguments": piece}} for piece in pieces]
    return [
        chunk({"role": "assistant", "content": None, "tool_calls": [begun]}),
        *(chunk({"tool_calls": [part]}) for part in parts),
        chunk({}, "tool_calls"),
    ]


ANSWER = [
    chunk({"role": "assistant", "content": ""}),
    *(chunk({"content": f"word{number} "}) for number in range(WORDS)),
    chunk({}, "stop"),
]
USAGE = event(
    {
        "id": "c1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "bench",
        "choices": [],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }
)


async def app(scope: Any, receive: Any, send: Any) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    asked = json.loads(body)
    done = sum(message["role"] == "tool" for message in asked["messages"])
    tools = asked["tools"]
    pieces = ANSWER if done >= CALLS else call(done, tools[done * 7 % len(tools)]["function"]["name"])
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
    )
    for piece in (*pieces, USAGE, b"data: [DONE]\n\n"):
        await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    uvicorn.run(app, port=int(sys.argv[1]), log_level="critical", access_log=False, lifespan="off")
