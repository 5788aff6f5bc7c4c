"""What Home tells besides: what is owed to us by age, how fresh the mirror is, what was executed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from console.approvals.models import Proposal
from console.connections.models import Connection
from console.connections.queries import newest_runs
from console.mirror.answers import last_read, oldest
from console.mirror.models import KINDS, Invoice, Sync
from console.ui.statuses import freshness_pill

EXECUTED_SHOWN = 6
Status = Proposal.Status


@dataclass(frozen=True)
class Bucket:
    label: str
    css: str
    amount_minor: int
    count: int
    percent: str  # of the largest bucket, as SVG wants it


@dataclass(frozen=True)
class Receivables:
    currency: str
    currencies: tuple[str, ...]
    open_minor: int
    overdue_minor: int
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True)
class Freshness:
    connection: Connection
    words: str
    count: int
    read_at: datetime | None
    is_running: bool
    error: str

    @property
    def is_well(self) -> bool:
        return not (self.is_running or self.error) and freshness_pill(self.read_at).tone == "ok"


def receivables(wanted: str) -> Receivables | None:
    """Open invoices of one currency by age; None when nothing is open. Currencies are never added up."""
    open_invoices = Invoice.objects.filter(open_minor__gt=0)
    currencies = tuple(
        row["currency"]
        for row in open_invoices.values("currency").annotate(count=Count("pk")).order_by("-count")
    )
    if not currencies:
        return None
    currency = wanted if wanted in currencies else currencies[0]
    today = timezone.localdate()
    day = lambda age: today - timedelta(days=age)  # noqa: E731
    ranges = (
        ("Not due", Q(aging_on__gte=today) | Q(aging_on=None)),
        ("1 to 30", Q(aging_on__lt=today, aging_on__gte=day(30))),
        ("31 to 60", Q(aging_on__lt=day(30), aging_on__gte=day(60))),
        ("61 to 90", Q(aging_on__lt=day(60), aging_on__gte=day(90))),
        ("Over 90", Q(aging_on__lt=day(90))),
    )
    sums = open_invoices.filter(currency=currency).aggregate(
        **{f"sum{at}": Sum("open_minor", filter=within, default=0) for at, (_, within) in enumerate(ranges)},
        **{f"count{at}": Count("pk", filter=within) for at, (_, within) in enumerate(ranges)},
    )
    largest = max(sums[f"sum{at}"] for at in range(len(ranges))) or 1
    buckets = tuple(
        Bucket(
            label,
            f"c{at + 1}",
            sums[f"sum{at}"],
            sums[f"count{at}"],
            f"{100 * sums[f'sum{at}'] / largest:.1f}%",
        )
        for at, (label, _) in enumerate(ranges)
    )
    whole = sum(bucket.amount_minor for bucket in buckets)
    return Receivables(currency, currencies, whole, whole - buckets[0].amount_minor, buckets)


def freshness() -> list[Freshness]:
    """Every kind whose reading ever began, with when it was last read whole and what its newest run says."""
    rows = newest_runs().select_related("connection").order_by("connection__name", "connection", "kind")
    read_at = last_read()
    counts = mirrored_counts({row.kind for row in rows})
    return [
        Freshness(
            connection=row.connection,
            words=row.words.capitalize(),
            count=counts.get((row.kind, row.connection_id), 0),
            read_at=read_at.get((row.connection_id, row.kind)),
            is_running=row.state == Sync.State.RUNNING,
            error=row.error if row.state == Sync.State.FAILED else "",
        )
        for row in rows
    ]


def gathered(rows: Iterable[Freshness]) -> list[Freshness]:
    """By connection, kinds that somebody should look at, and then all that are well in one line."""
    found = []
    for _, group in groupby(rows, key=lambda row: row.connection.pk):
        kinds = list(group)
        well = [row for row in kinds if row.is_well]
        found += [row for row in kinds if not row.is_well]
        if len(well) < 2:
            found += well
            continue
        words = f"{'All' if well == kinds else 'The other'} {len(well)} kinds of record"
        count, read_at = sum(row.count for row in well), oldest(row.read_at for row in well)
        found.append(replace(well[0], words=words, count=count, read_at=read_at))
    return found


def mirrored_counts(kinds: Iterable[str]) -> dict[tuple[str, int], int]:
    counts = {}
    for kind in kinds:
        rows = KINDS[kind].objects.values_list("connection_id").annotate(Count("pk")).order_by()
        counts |= {(kind, connection_id): count for connection_id, count in rows}
    return counts


def executed() -> QuerySet[Proposal]:
    """The newest proposals that were sent, with who approved them."""
    sent = (
        Status.SUCCEEDED,
        Status.FAILED,
        Status.PARTLY_DONE,
        Status.UNKNOWN,
        Status.MANUAL_REVIEW,
        Status.EXECUTING,
    )
    return (
        Proposal.objects.filter(status__in=sent)
        .prefetch_related("decisions__approver", "steps__attempts")
        .order_by("-decided_at", "-pk")[:EXECUTED_SHOWN]
    )
