"""Reads of conversations that have a name. Access goes through `conversation_for`."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from agent.models import Conversation, Event, Message, ToolCall
from console.accounts.models import Person
from console.approvals.models import Proposal
from console.mirror.models import Invoice

EVENTS_AT_ONCE = 200
LISTED = 60
RECORDS_SHOWN = 8
ROWS_COUNTED_AS_USED = 5


@dataclass(frozen=True)
class Listed:
    """A conversation in the list, with what became of its proposals in a few words."""

    conversation: Conversation
    status: str  # a proposal status for the dot's colour, "" when nothing was proposed
    sentence: str


@dataclass(frozen=True)
class UsedRecord:
    kind: str
    title: str
    detail: str
    link: str


def conversation_for(person: Person, conversation_id: UUID) -> Conversation:
    """The person's own conversation; anybody else's does not exist for him."""
    found = Conversation.objects.select_related("owner").filter(pk=conversation_id, owner=person).first()
    if found is None:
        raise Http404
    return found


def readable_conversation(person: Person, conversation_id: UUID) -> Conversation:
    """One this person may read: his own; for whoever decides or audits, any that proposed something."""
    may_read = any(person.has_perm(right) for right in ("approvals.decide", "audit.read"))
    if may_read and proposals_of(conversation_id):
        return get_object_or_404(Conversation.objects.select_related("owner"), pk=conversation_id)
    return conversation_for(person, conversation_id)


def events_after(conversation_id: UUID, seq: int) -> list[dict[str, Any]]:
    events = Event.objects.filter(conversation_id=conversation_id, seq__gt=seq)
    return list(events.values("seq", "kind", "payload")[:EVENTS_AT_ONCE])


def thread_of(conversation: Conversation) -> list[Message]:
    messages = list(conversation.messages.prefetch_related("tool_calls"))
    for message in messages:
        message.conversation = conversation
    return messages


def proposals_of(*conversation_ids: UUID) -> list[Proposal]:
    """The changes proposed in these conversations, oldest first."""
    ids = [str(pk) for pk in conversation_ids]
    return list(Proposal.objects.filter(origin_kind="conversation", origin_id__in=ids).order_by("pk"))


def conversation_groups(person: Person) -> list[tuple[str, list[Listed]]]:
    """The person's latest conversations under the headings Today, Yesterday, Last 7 days and Earlier."""
    latest = list(Conversation.objects.filter(owner=person)[:LISTED])
    proposals: dict[str, list[Proposal]] = {}
    for proposal in proposals_of(*(conversation.pk for conversation in latest)):
        proposals.setdefault(proposal.origin_id, []).append(proposal)
    groups: dict[str, list[Listed]] = {}
    for conversation in latest:
        heading = _heading(timezone.localdate(conversation.updated_at))
        groups.setdefault(heading, []).append(_listed(conversation, proposals.get(str(conversation.pk), [])))
    return list(groups.items())


def _heading(day: date) -> str:
    today = timezone.localdate()
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return "Last 7 days" if day > today - timedelta(days=7) else "Earlier"


def _listed(conversation: Conversation, proposals: list[Proposal]) -> Listed:
    Status = Proposal.Status
    unknown = [one for one in proposals if one.status in (Status.UNKNOWN, Status.MANUAL_REVIEW)]
    waiting = [one for one in proposals if one.status == Status.PENDING]
    if unknown:
        return Listed(conversation, Status.UNKNOWN, "Outcome unknown")
    if waiting:
        count = len(waiting)
        return Listed(conversation, Status.PENDING, f"{count} change{'s' if count > 1 else ''} waiting")
    if conversation.turn_state in (Conversation.TurnState.FAILED, Conversation.TurnState.INTERRUPTED):
        return Listed(conversation, "", "Not finished")
    if proposals:
        last = proposals[-1]
        return Listed(conversation, last.status, last.sentence)
    return Listed(conversation, "", "")


def records_used(messages: Iterable[Message]) -> list[UsedRecord]:
    """The records the agent read in a conversation and that have a page, the latest first."""
    found: dict[str, UsedRecord] = {}
    for message in messages:
        for call in message.tool_calls.all():
            if call.state == ToolCall.State.DONE and not call.proposal_id:
                for record in _records_in(call.result):
                    found.pop(record.link, None)
                    found[record.link] = record
    return list(found.values())[: -RECORDS_SHOWN - 1 : -1]


def _records_in(result: dict[str, Any]) -> Iterator[UsedRecord]:
    rows = result.get("rows")
    candidates = rows[:ROWS_COUNTED_AS_USED] if isinstance(rows, list) else [result.get("record")]
    for row in candidates:
        if isinstance(row, dict) and row.get("link"):
            kind = str(row.get("kind") or result.get("kind") or "record")
            title = str(
                row.get("number")
                or row.get("name")
                or row.get("title")
                or row.get("customer_name")
                or row.get("vendor_id")
                or ""
            )
            detail = (
                f"{kind.replace('_', ' ').capitalize()}, {row.get('status') or row.get('vendor_id') or ''}"
            )
            yield UsedRecord(kind, title, detail.rstrip(", "), str(row["link"]))


def example_questions() -> list[str]:
    """Four questions that the records at hand can answer."""
    questions = ["Which customers owe us more than 60 days?"]
    unpaid = (
        Invoice.objects.filter(open_minor__gt=0, connection__connector="billsby")
        .exclude(customer_name="")
        .order_by("aging_on", "pk")
        .first()
    )
    if unpaid is not None:
        questions.append(f"Retry the payment of {unpaid.customer_name}'s unpaid invoice {unpaid.number}")
    paid = Invoice.objects.filter(status__in=Invoice.PAID).exclude(customer_name="")
    if (latest := paid.order_by("-issued_at", "-pk").first()) is not None:
        questions.append(f"How much has {latest.customer_name} spent this year?")
    questions += ["Which bills are due this week?", "Which invoices are unpaid?", "Find a customer"]
    return questions[:4]
