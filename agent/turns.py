"""The lease of a turn: who may begin one, keep it, stop it and end it. Short database units, no waiting."""

import json
import secrets
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agent import cards, threads
from agent.models import Conversation, Message, ToolCall
from agent.rendering import clean
from console.accounts.models import Person

State = Conversation.TurnState

LONGEST_SAID = 8_000
SAID_PER_MINUTE = 12
INTERRUPTED = "The answer was interrupted before it was finished. What is shown above was done."


class TurnRefusedError(Exception):
    """No turn was begun; str() says why, for the person."""


class LeaseLostError(Exception):
    """Somebody else holds the conversation now; this turn must write nothing more."""


def say(conversation_id: UUID, person: Person, text: str) -> str:
    """Store what the person said and begin the turn that answers it; returns the lease holder."""
    text = clean(text).strip()
    if not text:
        raise TurnRefusedError("Type a question first.")
    if len(text) > LONGEST_SAID:
        raise TurnRefusedError(f"A message can have {LONGEST_SAID:,} characters; this one has {len(text):,}.")
    minute_ago = timezone.now() - timedelta(minutes=1)
    said = Message.objects.filter(
        conversation__owner=person, role=Message.Role.USER, created_at__gt=minute_ago
    ).count()
    if said >= SAID_PER_MINUTE:
        raise TurnRefusedError("That is a lot of messages at once. Wait a minute, then ask again.")
    with transaction.atomic():
        holder = take_lease(conversation_id)
        conversation = Conversation.objects.get(pk=conversation_id)
        threads.append_message(conversation_id, Message.Role.USER, text)
        if not conversation.title:
            threads.entitle(conversation, text)
        Conversation.objects.filter(pk=conversation_id).update(draft="")
    return holder


def try_again(conversation_id: UUID) -> str:
    """Begin another turn on what is stored, after one that did not finish."""
    with transaction.atomic():
        conversation = Conversation.objects.get(pk=conversation_id)
        if conversation.turn_state == State.IDLE:
            raise TurnRefusedError("There is nothing to try again.")
        return take_lease(conversation_id)


def take_lease(conversation_id: UUID) -> str:
    """Begin a turn, in the caller's transaction. Raises TurnRefusedError while another is running."""
    note_lost_lease(conversation_id)
    now, holder = timezone.now(), secrets.token_hex(16)
    taken = Conversation.objects.filter(pk=conversation_id).exclude(turn_state=State.RUNNING)
    if not taken.update(
        turn_state=State.RUNNING,
        stop_requested=False,
        lease_holder=holder,
        lease_until=_lease_end(),
        updated_at=now,
    ):
        raise TurnRefusedError("The agent is still answering. Stop it first, or wait.")
    threads.show_turn(Conversation.objects.get(pk=conversation_id))
    return holder


def keep_lease(conversation_id: UUID, holder: str) -> bool:
    """Renew the lease; True when somebody asked to stop. Also the guard in front of every write of a turn."""
    mine = Conversation.objects.filter(pk=conversation_id, turn_state=State.RUNNING, lease_holder=holder)
    if not mine.update(lease_until=_lease_end()):
        raise LeaseLostError
    return Conversation.objects.values_list("stop_requested", flat=True).get(pk=conversation_id)


def request_stop(conversation_id: UUID) -> None:
    Conversation.objects.filter(pk=conversation_id, turn_state=State.RUNNING).update(stop_requested=True)


def end_turn(conversation_id: UUID, holder: str, *, state: str, notice: str = "") -> None:
    """Give the lease back, close what was still open, and say in the chat why a turn ended early."""
    with transaction.atomic():
        keep_lease(conversation_id, holder)
        _close(conversation_id, state=state, notice=notice)


def note_lost_lease(conversation_id: UUID) -> bool:
    """A running turn whose lease ran out went down with its process: say so. True when there was one."""
    with transaction.atomic():
        lost = Q(lease_until__lt=timezone.now()) | Q(lease_until=None)
        is_lost = Conversation.objects.filter(lost, pk=conversation_id, turn_state=State.RUNNING).update(
            lease_holder=""
        )
        if is_lost:
            _close(conversation_id, state=State.INTERRUPTED, notice=INTERRUPTED)
    return bool(is_lost)


def _close(conversation_id: UUID, *, state: str, notice: str) -> None:
    unfinished = ToolCall.objects.filter(
        message__conversation_id=conversation_id, state=ToolCall.State.RUNNING
    ).select_related("message__conversation__owner")
    for call in unfinished:
        finish_call(call, state=ToolCall.State.STOPPED, answer=stopped_answer(call))
    for message in Message.objects.filter(
        conversation_id=conversation_id, is_open=True, role=Message.Role.ASSISTANT
    ):
        threads.close_message(message, message.text, is_cut=True)
    if notice:
        threads.append_message(conversation_id, Message.Role.NOTICE, notice)
    Conversation.objects.filter(pk=conversation_id).update(
        turn_state=state, stop_requested=False, lease_holder="", lease_until=None, updated_at=timezone.now()
    )
    threads.show_turn(Conversation.objects.get(pk=conversation_id))


def stopped_answer(call: ToolCall) -> str:
    """What the model is told of a call that has no answer; one that proposes may have filed its proposal."""
    error = "Stopped before it finished."
    if cards.proposes(call):
        error += " The change may have been proposed all the same: look before proposing it again."
    return json.dumps({"error": error})


def finish_call(call: ToolCall, *, state: str, answer: str, proposal_id: str = "") -> None:
    call.state, call.answer, call.proposal_id = state, clean(answer), proposal_id
    call.finished_at = timezone.now()
    call.save(update_fields=["state", "answer", "proposal_id", "finished_at"])
    threads.show_call(call)


def _lease_end() -> Any:
    return timezone.now() + timedelta(seconds=settings.LEASE_S)
