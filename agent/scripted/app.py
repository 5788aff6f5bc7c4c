"""The scripted model as an ASGI app, with a control path by which tests say exact turns."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from agent.scripted.conversation import read_conversation
from agent.scripted.replay import next_action
from agent.scripted.skills import FALLBACK, SKILLS
from agent.scripted.wire import (
    MODEL,
    Reply,
    ToolCall,
    chunks,
    complaint,
    completion,
    error_body,
    reply_of,
    usage_of,
)

HEADERS = {"x-model": MODEL, "cache-control": "no-store"}


class CutOff(Exception):
    """A reply that a test asked to be cut short: the connection ends without its last chunk."""


def build_app(*, word_s: float = 0.015) -> Starlette:
    """Serve /v1/chat/completions and /v1/models; a word (or a piece of arguments) takes word_s.

    Whoever mounts it where others can reach it puts the sandbox's `LoopbackOnly` in front.
    """
    app = Starlette(
        routes=[
            Route("/v1/models", list_models),
            Route("/v1/chat/completions", complete, methods=["POST"]),
            Route("/v1/control/turns", control_turns, methods=["POST", "DELETE"]),
            Route("/v1/control/pace", control_pace, methods=["POST"]),
        ]
    )
    app.state.turns = deque()
    app.state.word_s = word_s
    return app


async def list_models(request: Request) -> Response:
    model = {"id": MODEL, "object": "model", "created": 0, "owned_by": "countersign"}
    return JSONResponse({"object": "list", "data": [model]}, headers=HEADERS)


async def complete(request: Request) -> Response:
    try:
        body = json.loads(await request.body())
    except ValueError:
        return refuse(error_body("The body is not JSON."))
    if problem := complaint(body):
        return refuse(error_body(problem[1], param=problem[0]))
    if body.get("model") != MODEL:
        told = f"The model {body.get('model')!r} does not exist here; the only one is {MODEL!r}."
        return refuse(error_body(told, param="model", code="model_not_found"), status=404)
    turns = request.app.state.turns
    turn: dict[str, Any] = turns.popleft() if turns else {}
    await asyncio.sleep(turn.get("hang_s", 0))
    if "status" in turn:
        return refuse(turn.get("body", error_body("This error was asked for.")), status=turn["status"])
    reply = exact(turn) or reply_of(
        next_action(read_conversation(body["messages"], body.get("tools") or []), SKILLS, FALLBACK)
    )
    usage = usage_of(body["messages"], reply)
    if not body.get("stream"):
        return JSONResponse(completion(reply, usage), headers=HEADERS)
    wants_usage = (body.get("stream_options") or {}).get("include_usage")
    events = stream(
        chunks(reply, usage if wants_usage else None), request.app.state.word_s, turn.get("cut_after_chunks")
    )
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


def exact(turn: dict[str, Any]) -> Reply | None:
    """The reply a test asked for, if it did; arguments may be text that is no JSON."""
    if "text" not in turn and "tool_calls" not in turn:
        return None
    calls = []
    for call in turn.get("tool_calls", ()):
        arguments = call.get("arguments", "{}")
        calls.append(
            ToolCall(call["name"], arguments if isinstance(arguments, str) else json.dumps(arguments))
        )
    return Reply(turn.get("text", ""), tuple(calls))


async def stream(pieces: Any, word_s: float, cut_after: int | None) -> AsyncIterator[str]:
    for position, piece in enumerate(pieces):
        if position == cut_after:
            raise CutOff
        yield f"data: {json.dumps(piece)}\n\n"
        await asyncio.sleep(word_s)
    yield "data: [DONE]\n\n"


def refuse(body: Any, *, status: int = 400) -> Response:
    if isinstance(body, str):
        return Response(body, status_code=status, headers=HEADERS)
    return JSONResponse(body, status_code=status, headers=HEADERS)


async def control_turns(request: Request) -> Response:
    if request.method == "DELETE":
        request.app.state.turns.clear()
    else:
        request.app.state.turns.extend((await request.json())["turns"])
    return JSONResponse({"queued": len(request.app.state.turns)})


async def control_pace(request: Request) -> Response:
    request.app.state.word_s = float((await request.json())["word_s"])
    return JSONResponse({"word_s": request.app.state.word_s})
