"""OpenAI's chat-completions format: one message, whole or in chunks."""

import json
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from agent.scripted.actions import Do, Say

MODEL = "countersign-scripted"
ARGUMENT_PIECE = 12


@dataclass(frozen=True)
class ToolCall:
    name: str
    arguments: str  # as sent, so that a test can send malformed JSON
    id: str = field(default_factory=lambda: f"call_{uuid.uuid4().hex[:24]}")


@dataclass(frozen=True)
class Reply:
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()

    @property
    def finish_reason(self) -> str:
        return "tool_calls" if self.tool_calls else "stop"


def reply_of(action: Say | Do) -> Reply:
    if isinstance(action, Say):
        return Reply(action.text)
    return Reply(tool_calls=tuple(ToolCall(call.name, json.dumps(call.arguments)) for call in action.calls))


def usage_of(messages: list[dict[str, Any]], reply: Reply) -> dict[str, int]:
    """Counted as four characters to a token: there is no tokenizer here."""
    asked = len(json.dumps(messages)) // 4
    answered = (len(reply.text) + sum(len(call.name + call.arguments) for call in reply.tool_calls)) // 4
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def completion(reply: Reply, usage: dict[str, int]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None, "refusal": None}
    if reply.tool_calls:
        message["tool_calls"] = [call_body(call, call.arguments) for call in reply.tool_calls]
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason, "logprobs": None}
    return envelope("chat.completion", new_id()) | {"choices": [choice], "usage": usage}


def chunks(reply: Reply, usage: dict[str, int] | None) -> Iterator[dict[str, Any]]:
    """usage: given when the request asked for it; then every chunk has the key, and one more carries it."""
    base = envelope("chat.completion.chunk", new_id()) | ({} if usage is None else {"usage": None})

    def chunk(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish_reason, "logprobs": None}
        return base | {"choices": [choice]}

    yield chunk({"role": "assistant", "content": None if reply.tool_calls and not reply.text else ""})
    for word in re.findall(r"\s*\S+\s*$|\s*\S+", reply.text):
        yield chunk({"content": word})
    for index, call in enumerate(reply.tool_calls):
        yield chunk({"tool_calls": [{"index": index, **call_body(call, "")}]})
        for start in range(0, len(call.arguments), ARGUMENT_PIECE):
            piece = call.arguments[start : start + ARGUMENT_PIECE]
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield chunk({}, reply.finish_reason)
    if usage is not None:
        yield base | {"choices": [], "usage": usage}


def call_body(call: ToolCall, arguments: str) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def envelope(kind: str, reply_id: str) -> dict[str, Any]:
    return {
        "id": reply_id,
        "object": kind,
        "created": int(time.time()),
        "model": MODEL,
        "system_fingerprint": "scripted",
    }


def new_id() -> str:
    return f"chatcmpl-{uuid.uuid4().hex[:24]}"


def error_body(message: str, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}


def complaint(body: Any) -> tuple[str, str] | None:
    """What OpenAI would refuse in a request, as (parameter, sentence)."""
    if not isinstance(body, dict):
        return "body", "The body has to be a JSON object."
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return "messages", "'messages' has to be a list with at least one message."
    unanswered: set[str] = set()
    for position, message in enumerate(messages):
        place = f"messages[{position}]"
        role = message.get("role") if isinstance(message, dict) else None
        if role not in ("system", "developer", "user", "assistant", "tool"):
            return f"{place}.role", f"{role!r} is no role."
        if role == "tool":
            if message.get("tool_call_id") not in unanswered:
                return f"{place}.tool_call_id", "A tool message has to answer a tool call before it."
            unanswered.remove(message["tool_call_id"])
            continue
        if unanswered:
            return place, f"These tool calls have no result: {', '.join(sorted(unanswered))}."
        if role == "assistant":
            for call in message.get("tool_calls") or ():
                if (
                    not isinstance(call, dict)
                    or not call.get("id")
                    or not (call.get("function") or {}).get("name")
                ):
                    return f"{place}.tool_calls", "A tool call needs an id and a function name."
                unanswered.add(call["id"])
    if unanswered:
        return "messages", f"These tool calls have no result: {', '.join(sorted(unanswered))}."
    for position, tool in enumerate(body.get("tools") or ()):
        if not isinstance(tool, dict) or not (tool.get("function") or {}).get("name"):
            return f"tools[{position}]", "A tool needs a function with a name."
    return None
