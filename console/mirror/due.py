"""What is open, by when it is due: ranges of days, their sums by currency, and the list behind each sum."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, Sum
from django.utils import timezone

from console.mirror.listings import LISTINGS, url
from console.mirror.querysets import DueQuerySet


@dataclass(frozen=True)
class Span:
    """Days from first to last, both counted; open at an end that is None. Without both, what has no date."""

    label: str
    first: date | None = None
    last: date | None = None

    @property
    def is_undated(self) -> bool:
        return self.first is None and self.last is None

    @property
    def within(self) -> Q:
        if self.is_undated:
            return Q(due_on=None)
        from_first = Q(due_on__gte=self.first) if self.first else Q()
        return from_first & Q(due_on__lte=self.last) if self.last else from_first

    @property
    def filters(self) -> dict[str, str]:
        """The same in the words of a list's address."""
        if self.is_undated:
            return {"undated": "1"}
        ends = {"due_from": self.first, "due_to": self.last}
        return {name: day.isoformat() for name, day in ends.items() if day}


@dataclass(frozen=True)
class Cell:
    span: Span
    open_minor: int
    count: int
    url: str


@dataclass(frozen=True)
class Line:
    """What is open in one currency, a cell a span."""

    currency: str
    open_minor: int
    count: int
    url: str
    cells: tuple[Cell, ...]


def soon_and_later() -> tuple[Span, ...]:
    """Past due, in a week, in a month, after that, and on no date; every day is in one of them."""
    today = timezone.localdate()
    day = lambda days: today + timedelta(days=days)  # noqa: E731
    return (
        Span("Past due", last=day(-1)),
        Span("Next 7 days", day(0), day(6)),
        Span("8 to 30 days", day(7), day(29)),
        Span("Later", first=day(30)),
        Span("No date"),
    )


def open_by_due_date(found: DueQuerySet, spans: Sequence[Span], **filters: str) -> list[Line]:
    """A line a currency, added in the database. filters: how a list is narrowed to the same rows."""
    listing = LISTINGS[found.model]
    sums = {f"sum{at}": Sum("open_minor", filter=span.within, default=0) for at, span in enumerate(spans)}
    counts = {f"count{at}": Count("pk", filter=span.within) for at, span in enumerate(spans)}
    rows = found.open().order_by("currency").values("currency")
    lines = []
    for row in rows.annotate(whole=Sum("open_minor"), count=Count("pk"), **sums, **counts):
        given = {**filters, "open": "1", "currency": row["currency"]}
        cells = tuple(
            Cell(span, row[f"sum{at}"], row[f"count{at}"], url(listing, given | span.filters))
            for at, span in enumerate(spans)
        )
        lines.append(Line(row["currency"], row["whole"], row["count"], url(listing, given), cells))
    return lines
