"""Reads of the queue that are worth a name."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.http import Http404

from console.accounts.models import Person
from console.approvals.models import Decision, Proposal

Status = Proposal.Status
OPEN_QUESTIONS = (Status.UNKNOWN, Status.MANUAL_REVIEW)
FINISHED_SHOWN = 100


@dataclass(frozen=True)
class Group:
    """A heading of the inbox and its rows, most money first."""

    title: str
    rows: tuple[Proposal, ...]
    is_unknown: bool = False


def get_proposal_for(person: Person, pk: int) -> Proposal:
    """The proposal with all that its page shows; 404 for whoever may not see the queue."""
    if not may_see(person):
        raise Http404
    try:
        return with_parts(Proposal.objects.all()).get(pk=pk)
    except Proposal.DoesNotExist:
        raise Http404 from None


def may_see(person: Person) -> bool:
    return any(person.has_perm(right) for right in ("approvals.propose", "approvals.decide", "audit.read"))


def with_parts(proposals: QuerySet) -> QuerySet:
    return proposals.select_related("connection", "requester", "supersedes").prefetch_related(
        "steps__attempts", "decisions__approver", "settlements__person", "superseded_by"
    )


def needs(person: Person) -> tuple[Group, ...]:
    """What this person can move on: outcomes to find out, decisions, second approvals."""
    if not person.has_perm("approvals.decide"):
        return ()
    waiting = _waiting_for(person).annotate(given=Count("decisions"))
    open_questions = Proposal.objects.filter(status__in=OPEN_QUESTIONS)
    groups = (
        Group("Check the outcome", _rows(open_questions), is_unknown=True),
        Group("Needs your decision", _rows(waiting.filter(given=0))),
        Group("Needs a second approver: you", _rows(waiting.filter(given__gt=0))),
    )
    return tuple(group for group in groups if group.rows)


def waiting_on_others(needed: Iterable[Group]) -> tuple[Group, ...]:
    """What is under way besides `needed`, a person's own."""
    mine = {row.pk for group in needed for row in group.rows}
    pending = Proposal.objects.filter(status=Status.PENDING).exclude(pk__in=mine)
    unknown = Proposal.objects.filter(status__in=OPEN_QUESTIONS).exclude(pk__in=mine)
    groups = (
        Group("Outcome unknown", _rows(unknown), is_unknown=True),
        Group("Waiting for a decision", _rows(pending)),
        Group("Under way", _rows(Proposal.objects.filter(status__in=(Status.APPROVED, Status.EXECUTING)))),
    )
    return tuple(group for group in groups if group.rows)


def finished() -> tuple[Group, ...]:
    done = Proposal.objects.exclude(status__in=Proposal.LIVE).order_by("-finished_at", "-pk")
    rows = tuple(_with_card(done)[:FINISHED_SHOWN])
    return (Group("Finished", rows),) if rows else ()


def count_for(person: Person) -> int:
    """How many rows `needs` would show: the number in the navigation."""
    if not person.has_perm("approvals.decide"):
        return 0
    return _waiting_for(person).count() + Proposal.objects.filter(status__in=OPEN_QUESTIONS).count()


def _waiting_for(person: Person) -> QuerySet:
    """Pending proposals that this person may decide and has not decided."""
    mine = Decision.objects.filter(proposal=OuterRef("pk"), approver=person)
    return Proposal.objects.filter(status=Status.PENDING).exclude(requester=person).exclude(Exists(mine))


def _rows(proposals: QuerySet) -> tuple[Proposal, ...]:
    return tuple(_with_card(proposals.order_by(F("amount_minor").desc(nulls_last=True), "created_at")))


def _with_card(proposals: QuerySet) -> QuerySet:
    return proposals.select_related("connection", "requester").prefetch_related(
        "decisions", "steps__attempts", "superseded_by"
    )
