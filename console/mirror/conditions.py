"""One condition of a question, as a filter of the database and in words. What cannot be answered is refused.

SQLite and PostgreSQL answer alike: without case within ASCII, which both can, and in the order of the bytes.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Func, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan, In
from django.utils import timezone

from connectors.money import format_money
from console.mirror.columns import COUNTED, DATED, Column, QuestionError, Type, columns_of
from console.mirror.days import EXAMPLES, FURTHEST, days_meant
from console.mirror.models.syncs import words_for
from console.mirror.querysets import RecordQuerySet, letters

COMPARED = ("=", "!=", "<", "<=", ">", ">=")
OPERATORS = (*COMPARED, "contains", "in")
TAKEN: Mapping[Type, Collection[str]] = {
    **dict.fromkeys((Type.TEXT, Type.ID), ("=", "!=", "in", "contains")),
    **dict.fromkeys((Type.STATUS, Type.CURRENCY), ("=", "!=", "in")),
    **dict.fromkeys((Type.NUMBER, Type.MONEY, Type.AGE), COMPARED),
    **dict.fromkeys(DATED, (*COMPARED, "in")),
    Type.FLAG: ("=", "!="),
    Type.RELATED: ("=",),
}
LOOKUPS = {"=": "exact", "<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
SAID = {
    "=": "is",
    "!=": "is not",
    "<": "under",
    "<=": "at most",
    ">": "over",
    ">=": "at least",
    "in": "is one of",
}
SAID_OF_DAYS = {
    "=": "in",
    "in": "in",
    "!=": "not in",
    "<": "before",
    "<=": "until",
    ">": "after",
    ">=": "from",
}
OLDER = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}  # of an age, as of the day it counts from
Said = tuple[Any, str]  # the filter, and what it says


class AsciiLower(Func):
    """Small letters within ASCII, whatever the database's language."""

    function = "LOWER"
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template='LOWER(%(expressions)s COLLATE "C")', **more)


class Bytewise(Func):
    """A text that is sorted by its bytes, whatever the database's language."""

    template = "%(expressions)s"
    arity = 1

    def as_postgresql(self, compiler: Any, connection: Any, **more: Any) -> Any:
        return self.as_sql(compiler, connection, template='%(expressions)s COLLATE "C"', **more)


@dataclass(frozen=True)
class Condition:
    """field: a name of `columns_of`. value: text, a whole number, true or false, or a list of texts."""

    field: str
    op: str
    value: Any


def narrowed(
    found: RecordQuerySet, column: Column, condition: Condition, today: date
) -> tuple[RecordQuerySet, str]:
    """The rows that it leaves, and what it says in words. Raises QuestionError."""
    op, value = condition.op, condition.value
    if op not in TAKEN[column.type]:
        raise QuestionError(f"{column.name} takes {', '.join(TAKEN[column.type])}, and not {op}.")
    if value == "" and column.type not in (Type.FLAG, Type.AGE, Type.RELATED):
        meant, said = by_nothing(column, op)
    elif column.type in COUNTED and isinstance(value, str) and value in columns_of(found.model):
        meant, said = by_other(column, op, columns_of(found.model)[value])
    else:
        meant, said = METHODS[column.type](found, column, op, value, today)
    return found.filter(meant), said


def by_nothing(column: Column, op: str) -> Said:
    """What the vendor does not tell, or tells as nothing."""
    if op not in ("=", "!="):
        raise QuestionError(f"{column.name} compares with nothing (an empty text) by = and != alone.")
    is_text = column.type not in (*COUNTED, *DATED)
    none = Q(**{column.source: ""}) if is_text else Q(**{f"{column.source}__isnull": True})
    return (none, f"{column.words} is empty") if op == "=" else (~none, f"{column.words} is not empty")


def by_other(column: Column, op: str, other: Column) -> Said:
    """Two columns of the same row, whose amounts are of one currency."""
    if other.type != column.type:
        raise QuestionError(f"{column.name} and {other.name} do not compare.")
    return compared(column.source, op, F(other.source)), f"{column.words} {SAID[op]} {other.words}"


def by_text(found: RecordQuerySet, column: Column, op: str, value: Any, today: date) -> Said:
    lowered = AsciiLower(F(column.source))
    if op == "contains":
        part = Value(ascii_lower(text_of(column, value)))
        return GreaterThan(StrIndex(lowered, part), 0), f"{column.words} contains {quoted(value)}"
    values = texts_of(column, op, value)
    return any_of(column, op, values, Q(In(lowered, sorted(set(map(ascii_lower, values))))))


def by_id(found: RecordQuerySet, column: Column, op: str, value: Any, today: date) -> Said:
    if op == "contains":
        return by_text(found, column, op, value, today)
    values = texts_of(column, op, value)
    return any_of(column, op, values, Q(**{f"{column.source}__in": values}))


def by_currency(found: RecordQuerySet, column: Column, op: str, value: Any, today: date) -> Said:
    values = [text.upper() for text in texts_of(column, op, value)]
    return any_of(column, op, values, Q(currency__in=values))


def by_status(found: RecordQuerySet, column: Column, op: str, value: Any, today: date) -> Said:
    """However it is spelled; what else a kind means by its status, its `with_status` knows."""
    values, meant = texts_of(column, op, value), Q()
    rows = found.model.objects.order_by()
    for word in values:
        if column.name == "status":
            meant |= Q(pk__in=rows.with_status(word).values("pk"))
        else:
            told = rows.values_list(column.source, flat=True).distinct()
            meant |= Q(**{f"{column.source}__in": [one for one in told if letters(one) == letters(word)]})
    return any_of(column, op, values, meant)


def any_of(column: Column, op: str, values: list[str], meant: Q) -> Said:
    said = f"{column.words} {SAID[op]} {', '.join(map(quoted, values))}"
    return (~meant if op == "!=" else meant), said


def by_flag(found: RecordQuerySet, column: Column, op: str, value: Any, today: date) -> Said:
    if not isinstance(value, bool):
        raise QuestionError(f"{column.name} is true or false.")
    wanted = value == (op == "=")
    return Q(**{column.source: wanted}), f"{column.words} is {'true' if wanted else 'false'}"


def by_number(found: RecordQuerySet, column: Column, op: str, value: Any, today: date) -> Said:
    number = number_of(column, value)
    shown = f"{number:,}"
    if column.type is Type.MONEY and number:
        currency = one_currency(found, f"{column.name} can be compared")
        shown = format_money(number, currency) if currency else shown
    return compared(column.source, op, number), f"{column.words} {SAID[op]} {shown}"


def one_currency(found: RecordQuerySet, what: str) -> str:
    """That of all that was found, "" of nothing. QuestionError where there are several, or none is told."""
    if "currency" not in columns_of(found.model):
        raise QuestionError(
            f"No currency is told of {words_for(found.model.KIND)}, so no amounts of theirs compare."
        )
    told = sorted(found.order_by().values_list("currency", flat=True).distinct())
    if len(told) > 1:
        currencies = ", ".join(one or "an untold currency" for one in told)
        raise QuestionError(f"The amounts are in {currencies}. Narrow to one currency before {what}.")
    return told[0] if told else ""


def by_age(found: RecordQuerySet, column: Column, op: str, value: Any, today: date) -> Said:
    days = number_of(column, value)
    if abs(days) > FURTHEST:
        raise QuestionError(f"{column.name} is at most {FURTHEST}.")
    day = today - timedelta(days=days)
    return compared(column.source, OLDER.get(op, op), day), f"{column.words} {SAID[op]} {days:,}"


def compared(source: str, op: str, value: Any) -> Q:
    """Of a row where nothing is told, nothing is said either way."""
    if op == "!=":
        return ~Q(**{source: value}) & Q(**{f"{source}__isnull": False})
    return Q(**{f"{source}__{LOOKUPS[op]}": value})


def by_day(found: RecordQuerySet, column: Column, op: str, value: Any, today: date) -> Said:
    """Before, in or after a span of days; a moment falls on a day of the workspace's zone."""
    try:
        first, last = days_meant(text_of(column, value), today)
    except ValueError:
        raise QuestionError(f"{quoted(value)} is no day or span of days. Say it like: {EXAMPLES}.") from None
    start, end = edges(column, first, last)
    since, before = Q(**{f"{column.source}__gte": start}), Q(**{f"{column.source}__lt": end})
    told = Q(**{f"{column.source}__isnull": False})
    meant = {
        "<": told & ~since,
        "<=": before,
        ">": told & ~before,
        ">=": since,
        "!=": told & ~(since & before),
    }
    days = {"<": first, ">=": first, "<=": last, ">": last}
    whole = f"{first}" if first == last else f"{first} to {last}"
    said = f"{column.words} {SAID_OF_DAYS[op]} {days.get(op, whole)}"
    return meant.get(op, since & before), said


def edges(column: Column, first: date, last: date) -> tuple[date, date]:
    """The first day or moment of the span, and the first after it."""
    after = last + timedelta(days=1)
    if column.type is Type.DAY:
        return first, after
    zone = timezone.get_current_timezone()
    start, end = (datetime.combine(day, time.min, zone).astimezone(UTC) for day in (first, after))
    return start, end


def by_record(found: RecordQuerySet, column: Column, op: str, value: Any, today: date) -> Said:
    text = text_of(column, value).strip()
    if not text:
        raise QuestionError(f"Say which {column.name}.")
    rows = found.model.objects.order_by()
    rows = rows.of_customer(text) if column.name == "customer" else rows.tagged(text)
    return Q(pk__in=rows.values("pk")), f"{column.words} is {quoted(text)}"


METHODS: Mapping[Type, Callable[..., Said]] = {
    Type.TEXT: by_text,
    Type.ID: by_id,
    Type.STATUS: by_status,
    Type.CURRENCY: by_currency,
    Type.FLAG: by_flag,
    Type.NUMBER: by_number,
    Type.MONEY: by_number,
    Type.AGE: by_age,
    Type.DAY: by_day,
    Type.MOMENT: by_day,
    Type.RELATED: by_record,
}


def number_of(column: Column, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        unit = " of minor units, such as 100000 for 1,000.00" if column.type is Type.MONEY else ""
        raise QuestionError(f"{column.name} compares with a whole number{unit}.")
    return value


def texts_of(column: Column, op: str, value: Any) -> list[str]:
    if op != "in":
        return [text_of(column, value)]
    if not isinstance(value, list) or not value:
        raise QuestionError(f"{column.name} in takes a list of texts.")
    return [text_of(column, one) for one in value]


def text_of(column: Column, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise QuestionError(f"{column.name} compares with a text.")
    return str(value)


def ascii_lower(text: str) -> str:
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)


def quoted(value: Any) -> str:
    return f"“{value}”"
