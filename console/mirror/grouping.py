"""Groups of records, counted and added up in the database; every amount under its currency."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateField, F, QuerySet, Sum
from django.db.models.functions import TruncDay, TruncMonth, TruncQuarter, TruncWeek, TruncYear
from django.utils import timezone

from console.mirror.answers import LARGEST_LIMIT, plain, with_money
from console.mirror.columns import (
    COUNTED,
    DATED,
    WORDED,
    Column,
    QuestionError,
    Type,
    column_called,
    columns_of,
)
from console.mirror.conditions import Bytewise, one_currency
from console.mirror.models import Record
from console.mirror.models.syncs import words_for
from console.mirror.querysets import RecordQuerySet

if TYPE_CHECKING:
    from console.mirror.asking import Question

UNITS = {"day": TruncDay, "week": TruncWeek, "month": TruncMonth, "quarter": TruncQuarter, "year": TruncYear}
NO_GROUPS = (Type.MONEY, Type.RELATED, Type.AGE)


@dataclass(frozen=True)
class Key:
    """What rows are grouped by. unit: of days, "" for the value itself."""

    column: Column
    unit: str = ""

    @property
    def name(self) -> str:
        return f"{self.column.name}:{self.unit}" if self.unit else self.column.name

    @property
    def value(self) -> Any:
        if not self.unit:
            return F(self.column.source)
        zone = timezone.get_current_timezone() if self.column.type is Type.MOMENT else None
        return UNITS[self.unit](self.column.source, tzinfo=zone, output_field=DateField())

    def told(self, value: Any) -> Any:
        """Of a span its name, of weeks and days the first day."""
        match self.unit, value:
            case "year", date():
                return f"{value:%Y}"
            case "quarter", date():
                return f"{value:%Y}-Q{(value.month + 2) // 3}"
            case "month", date():
                return f"{value:%Y-%m}"
        return plain(value)


def grouped(found: RecordQuerySet, question: "Question", columns: list[Column]) -> dict[str, Any]:
    """{grouped_by, rows, count, more, next_offset}. count: of records, as everywhere."""
    keys = [key_called(found.model, name) for name in dict.fromkeys(question.group_by)]
    if has_money(columns) and "currency" not in [key.name for key in keys]:
        keys.append(Key(columns_of(found.model)["currency"]))
    names = {f"key{at}": key.value for at, key in enumerate(keys)}
    lines = found.order_by().annotate(**names).values(*names).annotate(**counts_of(columns))
    limit = min(max(question.limit, 1), LARGEST_LIMIT)
    until = question.offset + limit
    order = order_of_groups(found, question, keys, columns)
    cut = list(lines.order_by(*order)[question.offset : until + 1])
    rows = [
        {key.name: key.told(line[f"key{at}"]) for at, key in enumerate(keys)} | sums_of(line, columns)
        for line in cut[:limit]
    ]
    more = len(cut) > limit
    return {
        "grouped_by": [key.name for key in keys],
        "rows": with_money(rows) if has_money(columns) else rows,
        "count": found.count(),
        "more": more,
        "next_offset": until if more else None,
    }


def totals(found: QuerySet, columns: list[Column]) -> list[dict[str, Any]]:
    """One line for each currency, one alone where no amount is added up, none where nothing is."""
    if not columns:
        return []
    if not has_money(columns):
        return [sums_of(found.aggregate(**counts_of(columns)), columns)]
    lines = found.order_by("currency").values("currency").annotate(**counts_of(columns))
    return with_money({"currency": line["currency"], **sums_of(line, columns)} for line in lines)


def summed(model: type[Record], name: str) -> Column:
    column = column_called(model, name)
    if column.type not in COUNTED:
        raise QuestionError(f"{name} cannot be added up: it is neither an amount nor a number.")
    if column.type is Type.MONEY and "currency" not in columns_of(model):
        raise QuestionError(
            f"Of {words_for(model.KIND)} no currency is told, so their amounts cannot be added up."
        )
    return column


def has_money(columns: Iterable[Column]) -> bool:
    return any(column.type is Type.MONEY for column in columns)


def key_called(model: type[Record], name: str) -> Key:
    field, _, unit = name.partition(":")
    column = column_called(model, field)
    if unit and (column.type not in DATED or unit not in UNITS):
        raise QuestionError(
            f"{name} is no group: a day is grouped by {', '.join(UNITS)}, such as issued_at:month."
        )
    if column.type in NO_GROUPS:
        raise QuestionError(f"Rows are not grouped by {field}. Group by a text, a status or a day.")
    return Key(column, unit or ("day" if column.type is Type.MOMENT else ""))


def counts_of(columns: list[Column]) -> dict[str, Any]:
    """How many rows there are, and of every column the sum and how many rows tell it."""
    counts: dict[str, Any] = {"records": Count("pk")}
    for at, column in enumerate(columns):
        counts |= {f"sum{at}": Sum(column.source, default=0), f"told{at}": Count(column.source)}
    return counts


def sums_of(line: Mapping[str, Any], columns: list[Column]) -> dict[str, Any]:
    """{count, each sum under its column's name, and of how many rows it is not told, where of any}."""
    told = {"count": line["records"]}
    for at, column in enumerate(columns):
        told[column.name] = int(line[f"sum{at}"])
        if untold := line["records"] - line[f"told{at}"]:
            told[f"without_{column.name.removesuffix('_minor')}"] = untold
    return told


def order_of_groups(
    found: RecordQuerySet, question: "Question", keys: list[Key], columns: list[Column]
) -> list[Any]:
    """As asked for; else days as they come; else by currency what is largest first."""
    values = [
        Bytewise(F(f"key{at}")) if key.column.type in WORDED else F(f"key{at}") for at, key in enumerate(keys)
    ]
    rest = [value.asc(nulls_last=True) for value in values]
    by_key = {key.name: value for key, value in zip(keys, values, strict=True)}
    by_size = {column.name: F(f"sum{at}") for at, column in enumerate(columns)} | {"count": F("records")}
    wanted = question.order_by.removeprefix("-")
    if not wanted:
        if any(key.unit for key in keys):
            return rest
        first = [by_key["currency"].asc()] if has_money(columns) else []
        return [*first, next(iter(by_size.values())).desc(), *rest]
    terms = by_key | by_size
    if wanted not in terms:
        raise QuestionError(f"Groups can be put in order by {', '.join(terms)}, and not by {wanted}.")
    if has_money(column for column in columns if column.name == wanted):
        one_currency(found, "they can be put in order")
    term = terms[wanted]
    is_down = question.order_by.startswith("-")
    return [term.desc(nulls_last=True) if is_down else term.asc(nulls_last=True), *rest]
