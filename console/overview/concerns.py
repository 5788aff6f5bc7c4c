"""What on Home needs a person now: one line for each kind of trouble, with its money and one verb."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from connectors.money import format_money
from console.accounts.models import Person
from console.approvals.models import Proposal
from console.connections.models import Connection
from console.mirror.models import Bill, Invoice
from console.overview.queries import Freshness
from console.ui import statuses, times

RECENT = timedelta(days=7)
WAYS = {"out": " out", "in": " in"}
Status = Proposal.Status


@dataclass(frozen=True)
class Concern:
    """One line of Home's first list: what is wrong, how much money, and one thing to do about it."""

    tone: str
    icon: str
    title: str
    detail: str
    money: str
    verb: str
    url: str


def concerns_of(person: Person, readings: Iterable[Freshness]) -> list[Concern]:
    """What needs attention, most urgent first. readings: how fresh each kind of record is."""
    live = list(Proposal.objects.filter(status__in=Proposal.LIVE).select_related("requester"))
    unknown = [one for one in live if one.status in (Status.UNKNOWN, Status.MANUAL_REVIEW)]
    pending = [one for one in live if one.status == Status.PENDING]
    decided = set(person.decisions.filter(proposal__in=pending).values_list("proposal_id", flat=True))
    may_decide = person.has_perm("approvals.decide")
    mine = [one for one in pending if one.requester_id == person.pk]
    for_me = [one for one in pending if may_decide and one not in mine and one.pk not in decided]
    found = [
        unknown_outcomes(unknown),
        waiting_for_me(for_me),
        failed_lately(),
        late_sources(readings),
        second_factor_ends(person),
        unpaid_invoices(),
        bills_due(),
        waiting_for_others(mine),
    ]
    return [concern for concern in found if concern]


def unknown_outcomes(proposals: list[Proposal]) -> Concern | None:
    if not proposals:
        return None
    oldest = min(proposals, key=lambda one: one.pk)
    title = "1 outcome is unknown" if len(proposals) == 1 else f"{len(proposals)} outcomes are unknown"
    asked = f"approved {times.age(oldest.decided_at)}" if oldest.decided_at else oldest.number
    detail = f"{oldest.sentence}, {asked}"
    return Concern("unk", "help-circle", title, detail, total(proposals), "Check", proposal_url(oldest))


def waiting_for_me(proposals: list[Proposal]) -> Concern | None:
    if not proposals:
        return None
    oldest = min(proposals, key=lambda one: one.pk)
    title = "1 change waits for you" if len(proposals) == 1 else f"{len(proposals)} changes wait for you"
    detail = (
        f"{oldest.sentence}, asked by {oldest.requester}"
        if len(proposals) == 1
        else f"The oldest was proposed {times.age(oldest.created_at)} by {oldest.requester}"
    )
    url = proposal_url(oldest) if len(proposals) == 1 else reverse("approvals:inbox")
    return Concern("wait", "inbox", title, detail, total(proposals, ways=True), "Review", url)


def waiting_for_others(proposals: list[Proposal]) -> Concern | None:
    if not proposals:
        return None
    newest = max(proposals, key=lambda one: one.pk)
    title = (
        "1 change you asked for waits"
        if len(proposals) == 1
        else f"{len(proposals)} changes you asked for wait"
    )
    detail = f"{newest.sentence}. Somebody else must approve it."
    return Concern("mute", "clock-pause", title, detail, total(proposals), "See", proposal_url(newest))


def failed_lately() -> Concern | None:
    failed = Proposal.objects.filter(
        status__in=(Status.FAILED, Status.PARTLY_DONE), finished_at__gte=timezone.now() - RECENT
    )
    proposals = list(failed)
    if not proposals:
        return None
    newest = proposals[0]
    noun = "change did not go through" if len(proposals) == 1 else "changes did not go through"
    detail = f"{newest.sentence}: {newest.outcome}"
    title = f"{len(proposals)} {noun} in the last 7 days"
    return Concern("bad", "circle-x", title, detail, total(proposals), "See why", proposal_url(newest))


def late_sources(readings: Iterable[Freshness]) -> Concern | None:
    late = [row for row in readings if not row.is_running and (row.error or is_late(row.read_at))]
    if not late:
        return None
    first = late[0]
    when = f"last read {times.age(first.read_at)}" if first.read_at else "never read"
    detail = f"{first.connection.name} {first.words}: {first.error or when}"
    title = "1 kind of record is late" if len(late) == 1 else f"{len(late)} kinds of records are late"
    return Concern("wait", "refresh", title, detail, "", "Look", reverse("connections:list"))


def second_factor_ends(person: Person) -> Concern | None:
    if not person.has_perm("connections.manage"):
        return None
    soon = timezone.now() + RECENT
    ending = Connection.objects.filter(trusted_until__lte=soon).order_by("trusted_until").first()
    if ending is None:
        return None
    has_ended = ending.trusted_until <= timezone.now()
    title = f"The second factor of {ending.name} {'has ended' if has_ended else 'ends soon'}"
    detail = "Payments wait for it." if has_ended else f"It is remembered until {ending.trusted_until:%d %b}."
    url = reverse("connections:trust", args=[ending.pk])
    return Concern("bad" if has_ended else "wait", "key", title, detail, "", "Renew", url)


def unpaid_invoices() -> Concern | None:
    rows = per_currency(Invoice.objects.filter(status="Unpaid", open_minor__gt=0))
    count = sum(row["count"] for row in rows)
    if not count:
        return None
    title = "1 card payment failed" if count == 1 else f"{count} card payments failed"
    url = f"{reverse('mirror:invoice-list')}?status=Unpaid"
    return Concern("bad", "credit-card-off", title, "Unpaid at Billsby", amounts(rows), "See list", url)


def bills_due() -> Concern | None:
    soon = timezone.localdate() + RECENT
    due = Bill.objects.filter(open_minor__gt=0, due_on__lte=soon, is_archived=False)
    rows = per_currency(due)
    count = sum(row["count"] for row in rows)
    if not count:
        return None
    names = ", ".join(due.order_by("due_on").values_list("vendor_name", flat=True)[:3])
    title = (
        f"1 bill is due by {soon:%a}"
        if count == 1
        else f"{count} bills are due by {soon:%a} {soon.day} {soon:%b}"
    )
    return Concern(
        "wait",
        "calendar-due",
        title,
        names,
        amounts(rows),
        "See list",
        f"{reverse('mirror:bill-list')}?open=1&due_in=7",
    )


def is_late(read_at: datetime | None) -> bool:
    return statuses.freshness_pill(read_at).tone != "ok"


def per_currency(records: QuerySet) -> list[dict]:
    rows = records.values("currency").annotate(sum=Sum("open_minor"), count=Count("pk"))
    return list(rows.order_by("-sum"))


def amounts(rows: list[dict]) -> str:
    return ", ".join(format_money(row["sum"], row["currency"]) for row in rows)


def total(proposals: list[Proposal], *, ways: bool = False) -> str:
    """The money of several proposals, apart by currency, and with `ways` by direction."""
    sums: dict[tuple[str, str], int] = {}
    for one in proposals:
        if one.amount_minor and one.direction != "none":
            key = (WAYS.get(one.direction, "") if ways else "", one.currency)
            sums[key] = sums.get(key, 0) + abs(one.amount_minor)
    return ", ".join(f"{format_money(amount, currency)}{way}" for (way, currency), amount in sums.items())


def proposal_url(proposal: Proposal) -> str:
    return reverse("approvals:detail", args=[proposal.pk])
