"""What is written into a conversation: its messages, its tool calls, and the events that pages read.

Every function is one short unit inside the caller's transaction.
"""

from typing import Any

from django.db.models import F

from agent import cards
from agent.cards import browser_length
from agent.models import Conversation, Event, Message, ToolCall

TITLE_LENGTH = 60


def append_event(conversation_id: Any, kind: str, payload: dict[str, Any]) -> Event:
    """Give pages something to learn. The counter's row lock keeps the numbers in commit order."""
    seq = _next(conversation_id, "last_seq")
    return Event.objects.create(conversation_id=conversation_id, seq=seq, kind=kind, payload=payload)


def append_message(conversation_id: Any, role: str, text: str = "", **fields: Any) -> Message:
    position = _next(conversation_id, "last_position")
    message = Message.objects.create(
        conversation_id=conversation_id, position=position, role=role, text=text, **fields
    )
    show_message(message)
    return message


def show_message(message: Message) -> None:
    append_event(message.conversation_id, "block", {"key": message.key, "html": cards.message_html(message)})


def show_call(call: ToolCall) -> None:
    append_event(
        call.message.conversation_id,
        "block",
        {"key": call.key, "html": cards.call_html(call, call.message.conversation.owner)},
    )


def show_turn(conversation: Conversation) -> None:
    payload = {"state": conversation.turn_state, "html": cards.turn_html(conversation)}
    append_event(conversation.pk, "turn", payload)


def append_text(message: Message, text: str) -> None:
    """Store more of an open message, and tell the new part; a finished line makes a whole block of it."""
    old, message.text = message.text, text
    Message.objects.filter(pk=message.pk).update(text=text)
    if "\n" in text[len(old) :]:
        forget_parts(message)
        show_message(message)
    else:
        payload = {"key": message.key, "at": browser_length(old), "text": text[len(old) :]}
        append_event(message.conversation_id, "text", payload)


def close_message(message: Message, text: str, *, is_cut: bool = False) -> None:
    """The text is whole: its block takes the place of the parts, which are no longer needed."""
    message.text, message.is_open, message.is_cut = text, False, is_cut
    message.save(update_fields=["text", "is_open", "is_cut"])
    forget_parts(message)
    show_message(message)


def forget_parts(message: Message) -> None:
    """What was told of a message so far is of no use to anybody once its whole block follows."""
    Event.objects.filter(conversation_id=message.conversation_id, payload__key=message.key).delete()


def entitle(conversation: Conversation, text: str) -> None:
    """Name a conversation after the first thing said in it."""
    title = " ".join(text.split())
    if len(title) > TITLE_LENGTH:
        title = title[:TITLE_LENGTH].rsplit(" ", 1)[0] + "…"
    Conversation.objects.filter(pk=conversation.pk).update(title=title)
    append_event(conversation.pk, "title", {"title": title})


def _next(conversation_id: Any, counter: str) -> int:
    Conversation.objects.filter(pk=conversation_id).update(**{counter: F(counter) + 1})
    return Conversation.objects.values_list(counter, flat=True).get(pk=conversation_id)
