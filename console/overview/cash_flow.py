"""What is expected in and due out, week by week in one currency: the sums, and one pair of bars a week."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.utils import timezone

from connectors.money import exponent, is_known
from console.mirror.due import Cell, Line, Span, open_by_due_date
from console.mirror.models import Bill, Invoice
from console.overview.weeks import round_step, short

WEEKS = 12
HEIGHT, TOP, BOTTOM = 200, 12, 26  # of the drawing in pixels, with what is kept free for words
SCALE_WIDTH = 5  # percent, kept free at the left for the amounts on the lines


@dataclass(frozen=True)
class Row:
    """One span of days. incoming, outgoing: with the lists behind them."""

    span: Span
    incoming: Cell
    outgoing: Cell

    @property
    def net_minor(self) -> int:
        return self.incoming.open_minor - self.outgoing.open_minor

    @property
    def direction(self) -> str:
        return "in" if self.net_minor > 0 else "out" if self.net_minor < 0 else ""


@dataclass(frozen=True)
class Bars:
    """x and width in percent of the drawing; y and height in pixels, counted from its top."""

    label: str
    x: str
    middle: str
    width: str
    in_y: str
    in_height: str
    out_height: str
    net_y: str
    before: "Bars | None" = None


@dataclass(frozen=True)
class Mark:
    y: str
    label: str


@dataclass(frozen=True)
class Chart:
    bars: tuple[Bars, ...]
    marks: tuple[Mark, ...]
    ground: str
    height: int = HEIGHT


@dataclass(frozen=True)
class Flow:
    currency: str
    currencies: tuple[str, ...]
    rows: tuple[Row, ...]
    total: Row
    chart: Chart | None


def cash_flow(wanted: str) -> Flow | None:
    """The wanted currency, or else the one with most open; None when nothing is open at all."""
    spans = weeks_ahead()
    incoming = {line.currency: line for line in open_by_due_date(Invoice.objects.all(), spans)}
    outgoing = {line.currency: line for line in open_by_due_date(Bill.objects.all(), spans)}
    counts = {
        code: sum(side[code].count for side in (incoming, outgoing) if code in side)
        for code in incoming.keys() | outgoing.keys()
    }
    currencies = tuple(sorted(counts, key=lambda code: (-counts[code], code)))
    if not currencies:
        return None
    currency = wanted if wanted in currencies else currencies[0]
    nothing = Line(currency, 0, 0, "", tuple(Cell(span, 0, 0, "") for span in spans))
    ins, outs = incoming.get(currency, nothing), outgoing.get(currency, nothing)
    rows = tuple(map(Row, spans, ins.cells, outs.cells))
    return Flow(currency, currencies, rows, total(ins, outs), drawn(rows, currency))


def total(ins: Line, outs: Line) -> Row:
    span = Span("All open")
    return Row(
        span,
        Cell(span, ins.open_minor, ins.count, ins.url),
        Cell(span, outs.open_minor, outs.count, outs.url),
    )


def weeks_ahead() -> tuple[Span, ...]:
    """Past due, what is left of this week, the weeks after it, later, and on no date."""
    today = timezone.localdate()
    sunday = today + timedelta(days=6 - today.weekday())
    ahead = [sunday + timedelta(weeks=week) for week in range(WEEKS)]
    weeks = [Span(f"Week to {said(last)}", max(today, last - timedelta(days=6)), last) for last in ahead]
    weeks[0] = replace(weeks[0], label=f"This week, to {said(sunday)}")
    return (
        Span("Past due", last=today - timedelta(days=1)),
        *weeks,
        Span("Later", first=ahead[-1] + timedelta(days=1)),
        Span("No due date"),
    )


def said(day: date) -> str:
    return f"{day.day} {day:%b}"


def drawn(rows: tuple[Row, ...], currency: str) -> Chart | None:
    """What is past due and the weeks; None when nothing falls in them."""
    shown = rows[: WEEKS + 1]
    above = max(max(row.incoming.open_minor for row in shown), 0)
    below = max(max(row.outgoing.open_minor for row in shown), 0)
    if not above + below:
        return None
    scale = (HEIGHT - TOP - BOTTOM) / (above + below)
    ground = TOP + above * scale
    bars: list[Bars] = []
    for at, row in enumerate(shown):
        bars.append(pair(at, row, scale, ground, bars[-1] if bars else None))
    return Chart(tuple(bars), marks(above, below, scale, ground, currency), f"{ground:.1f}")


def pair(at: int, row: Row, scale: float, ground: float, before: Bars | None) -> Bars:
    room = (100 - SCALE_WIDTH) / (WEEKS + 1)
    left = SCALE_WIDTH + at * room
    up, down = max(row.incoming.open_minor, 0) * scale, max(row.outgoing.open_minor, 0) * scale
    return Bars(
        label=said(row.span.first) if row.span.first else row.span.label,
        x=f"{left + room * 0.2:.2f}%",
        middle=f"{left + room / 2:.2f}%",
        width=f"{room * 0.6:.2f}%",
        in_y=f"{ground - up:.1f}",
        in_height=f"{up:.1f}",
        out_height=f"{down:.1f}",
        net_y=f"{ground - row.net_minor * scale:.1f}",
        before=replace(before, before=None) if before else None,
    )


def marks(above: int, below: int, scale: float, ground: float, currency: str) -> tuple[Mark, ...]:
    """Round amounts on both sides of nothing, as lines to read the bars by."""
    unit = 10 ** (exponent(currency) if is_known(currency) else 0)
    step = round_step(max(above, below) / unit)
    amounts = [step * count for count in range(-3, 4) if -below <= step * count * unit <= above]
    return tuple(
        Mark(f"{ground - amount * unit * scale:.1f}", f"−{short(-amount)}" if amount < 0 else short(amount))
        for amount in amounts
    )
