"""Billsby's spellings of money and of time."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from connectors.sandbox.billsby.choices import RATES_TO_USD

SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
FREQUENCY_NAMES = {0: "Unassigned", 1: "Daily", 2: "Weekly", 3: "Monthly", 4: "Yearly"}
BILLING_DATE_NAMES = {1: "Anniversary", 2: "FixedDayEachMonth", 3: "FixedDayOfTheWeek"}
PRO_RATE_NAMES = {1: "DoNotProRate", 2: "DoNotChargeUntilNextCycle", 3: "ProRateBasedOnDaysRemaining"}
VISIBILITY_NAMES = {0: "Public", 1: "Hidden", 2: "Internal", 3: "OffSale"}
PRICING_NAMES = {1: "FlatFee", 2: "PerUnit", 3: "Reserved", 4: "Tiered", 5: "Volume", 6: "Ranged"}


def decimals(currency: str) -> int:
    return 0 if currency == "JPY" else 2


def plain(amount_minor: int, currency: str) -> str:
    """As the individual invoice writes it: 29.99, without a symbol."""
    places = decimals(currency)
    return f"{Decimal(amount_minor).scaleb(-places):.{places}f}"


def formatted(amount_minor: int, currency: str) -> str:
    """As lists write it: $40, $14.46, £0."""
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{SYMBOLS.get(currency, currency)}{plain(abs(amount_minor), currency).removesuffix('.00')}"


def converted(amount_minor: int, currency: str, into: str) -> int:
    """Minor units of one currency in another's, at the fixed rates."""
    rate = Decimal(RATES_TO_USD[currency]) / Decimal(RATES_TO_USD[into])
    value = Decimal(amount_minor).scaleb(decimals(into) - decimals(currency)) * rate
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def moment(when: datetime) -> str:
    """2020-04-29T10:08:39.320Z, the usual spelling; also how records keep times."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_without_zone(text: str | None) -> str | None:
    """2020-12-21T15:59:19.095000, as subscription details write it."""
    return text and f"{text.removesuffix('Z')}000"


def moment_with_offset(when: datetime) -> str:
    """2020-05-28T11:05:09.078+00:00, as counters write it."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds")


def parsed(text: str) -> datetime:
    return datetime.fromisoformat(text)


def later_by(when: datetime, *, frequency: int, frequency_type: int) -> datetime:
    """The end of a billing period; months keep their day where the month has it."""
    if frequency_type in (1, 2):
        return when + timedelta(days=frequency * (7 if frequency_type == 2 else 1))
    months = when.month - 1 + frequency * (12 if frequency_type == 4 else 1)
    year, month = when.year + months // 12, months % 12 + 1
    return when.replace(year=year, month=month, day=min(when.day, monthrange(year, month)[1]))
