"""The message list a model is sent, rebuilt from what is stored."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Max

from agent.models import Message, ToolCall
from agent.tools.finding import FIND
from agent.turns import stopped_answer

LONGEST_HISTORY = 240_000  # characters; older tool answers give way first
LEFT_OUT = json.dumps({"note": "This older result is left out. Call the tool again if you need it."})


def model_messages(conversation_id: UUID) -> list[dict[str, Any]]:
    """The thread as the model's wire format has it, oldest first, without the leading instructions.

    An answer that was cut off at the very end is left out: the model answers anew instead of going on.
    """
    stored = list(
        Message.objects.filter(conversation_id=conversation_id)
        .exclude(role=Message.Role.NOTICE)
        .prefetch_related("tool_calls")
    )
    while stored and stored[-1].is_cut and not stored[-1].tool_calls.all():
        stored.pop()
    return _shortened([entry for message in stored for entry in _entries(message)])


def found_tools(conversation_id: UUID) -> list[str]:
    """The names a model was told when it looked for tools since a person last spoke, first found first."""
    messages = Message.objects.filter(conversation_id=conversation_id)
    spoke = messages.filter(role=Message.Role.USER).aggregate(last=Max("position", default=0))["last"]
    looked = ToolCall.objects.filter(
        message__conversation_id=conversation_id, message__position__gt=spoke, name=FIND
    )
    answers = (
        looked.filter(state=ToolCall.State.DONE)
        .order_by("message__position", "position")
        .values_list("answer", flat=True)
    )
    return [tool["name"] for answer in answers for tool in json.loads(answer)["tools"]]


def _entries(message: Message) -> list[dict[str, Any]]:
    calls: Sequence[ToolCall] = message.tool_calls.all()
    if not calls:
        return [{"role": message.role, "content": message.text}] if message.text else []
    asked = [
        {
            "id": call.call_id,
            "type": "function",
            "function": {"name": call.name, "arguments": _object_text(call.arguments)},
        }
        for call in calls
    ]
    answers = [
        {"role": "tool", "tool_call_id": call.call_id, "content": call.answer or stopped_answer(call)}
        for call in calls
    ]
    return [{"role": "assistant", "content": message.text or None, "tool_calls": asked}, *answers]


def _object_text(arguments: str) -> str:
    """Many endpoints refuse arguments that are not JSON; the answer beside them says what was wrong."""
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return json.dumps({"unreadable": arguments})
    return arguments


def _shortened(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    excess = sum(len(message["content"] or "") for message in messages) - LONGEST_HISTORY
    for message in messages:
        if excess <= 0:
            break
        if message["role"] == "tool" and len(message["content"]) > len(LEFT_OUT):
            excess -= len(message["content"]) - len(LEFT_OUT)
            message["content"] = LEFT_OUT
    return messages
