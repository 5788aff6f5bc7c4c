"""What was invoiced week by week, and how much of it is still open: one bar a week, drawn here."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q, Sum
from django.db.models.functions import TruncWeek
from django.utils import timezone

from connectors.money import exponent, is_known
from console.mirror.models import Invoice

WEEKS = 12
HEIGHT, BASE = 150, 128  # of the drawing, and of its ground line, in pixels
TOP = 16
SCALE_WIDTH = 4  # percent, kept free at the left for the amounts on the lines
PAID = Q(status__in=(*Invoice.PAID, *Invoice.PART_PAID))  # what was written off was not collected


@dataclass(frozen=True)
class Week:
    """x and width in percent of the drawing; y and height in pixels, counted from its top."""

    starts_on: date
    collected_minor: int
    open_minor: int
    x: str
    middle: str
    width: str
    collected_y: str
    collected_height: str
    open_y: str
    open_height: str


@dataclass(frozen=True)
class Line:
    y: str
    label: str


@dataclass(frozen=True)
class Chart:
    currency: str
    weeks: tuple[Week, ...]
    lines: tuple[Line, ...]
    height: int = HEIGHT
    base: int = BASE

    @property
    def collected_minor(self) -> int:
        return sum(week.collected_minor for week in self.weeks)

    @property
    def open_minor(self) -> int:
        return sum(week.open_minor for week in self.weeks)

    @property
    def invoiced_minor(self) -> int:
        return self.collected_minor + self.open_minor


def invoiced_by_week(currency: str) -> Chart | None:
    """The last twelve weeks in one currency; None when nothing was invoiced in them."""
    today = timezone.localdate()
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    rows = (
        Invoice.objects.filter(currency=currency, issued_at__date__gte=first, open_minor__isnull=False)
        .annotate(week=TruncWeek("issued_at"))
        .values("week")
        .annotate(
            collected=Sum(F("amount_minor") - F("open_minor"), filter=PAID, default=0),
            unpaid=Sum("open_minor"),
        )
        .order_by("week")
    )
    sums = {timezone.localtime(row["week"]).date(): (row["collected"], row["unpaid"]) for row in rows}
    if not any(map(any, sums.values())):
        return None
    highest = max(collected + unpaid for collected, unpaid in sums.values())
    days = [first + timedelta(weeks=at) for at in range(WEEKS)]
    weeks = tuple(bar(at, day, *sums.get(day, (0, 0)), highest) for at, day in enumerate(days))
    return Chart(currency, weeks, lines(highest, currency))


def bar(at: int, day: date, collected: int, still_open: int, highest: int) -> Week:
    room = (100 - SCALE_WIDTH) / WEEKS
    left = SCALE_WIDTH + at * room
    scale = (BASE - TOP) / max(highest, 1)
    lower, upper = max(collected, 0) * scale, max(still_open, 0) * scale
    return Week(
        starts_on=day,
        collected_minor=collected,
        open_minor=still_open,
        x=f"{left + room * 0.22:.2f}%",
        middle=f"{left + room / 2:.2f}%",
        width=f"{room * 0.56:.2f}%",
        collected_y=f"{BASE - lower:.1f}",
        collected_height=f"{lower:.1f}",
        open_y=f"{BASE - lower - upper:.1f}",
        open_height=f"{upper:.1f}",
    )


def lines(highest: int, currency: str) -> tuple[Line, ...]:
    """Two or three round amounts below the highest bar, as lines to read it by."""
    unit = 10 ** (exponent(currency) if is_known(currency) else 0)
    step = round_step(highest / unit)
    amounts = [step * count for count in (1, 2, 3) if step * count * unit <= highest]
    scale = (BASE - TOP) / highest
    return tuple(Line(f"{BASE - amount * unit * scale:.1f}", short(amount)) for amount in amounts)


def round_step(highest: float) -> int:
    """The largest of 1, 2, 5, 10, 20, 50 … that fits at least twice."""
    step, power = 1, 1
    while True:
        for factor in (1, 2, 5):
            if factor * power * 2 > highest:
                return step
            step = factor * power
        power *= 10


def short(amount: int) -> str:
    return f"{amount / 1000:g}k" if amount >= 1000 else str(amount)
