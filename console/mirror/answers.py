"""Rows of the mirror as plain JSON-ready answers: mirror names, the system, a link, amounts also as text."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet

from connectors.money import format_money
from console.mirror.models import Invoice, Record, Sync
from console.mirror.querysets import RecordQuerySet

OURS = {"id", "connection", "raw", "digest", "haystack", "aging_on"}
LARGEST_LIMIT = 100


def answer(found: RecordQuerySet, *, order: tuple[Any, ...], limit: int, offset: int = 0) -> dict[str, Any]:
    """{rows, count, more, next_offset, as_of}: a bounded cut of all that was found.

    count: how many there are altogether. more: whether rows follow the last one given; ask again with
    next_offset. as_of: when the oldest part of the mirror behind it was read, None before the first reading.
    """
    limit, offset = min(max(limit, 1), LARGEST_LIMIT), max(offset, 0)
    rows = [as_dict(row) for row in found.light().order_by(*order)[offset : offset + limit]]
    count = found.count()
    after = offset + len(rows)
    return {
        "rows": rows,
        "count": count,
        "more": after < count,
        "next_offset": after if after < count else None,
        "as_of": as_of([found.model.KIND]),
    }


def as_dict(row: Record) -> dict[str, Any]:
    names = [field.name for field in row._meta.concrete_fields if field.name not in OURS]
    values = {name: plain(getattr(row, name)) for name in names}
    currency = values.get("currency")
    values |= {
        name.removesuffix("_minor"): format_money(values[name], currency)
        for name in names
        if name.endswith("_minor")
    }
    if isinstance(row, Invoice):
        values |= {"age_days": row.age_days, "age_counts_from": row.age_from}
    return {**values, "connector": row.connection.connector, "link": row.get_absolute_url()}


def with_money(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows, each `*_minor` joined by its formatted text under the name without the suffix."""
    return [
        dict(row)
        | {
            name.removesuffix("_minor"): format_money(value, row["currency"])
            for name, value in row.items()
            if name.endswith("_minor")
        }
        for row in rows
    ]


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def read_at(kinds: Iterable[str], *, connector: str | None = None) -> datetime | None:
    """When the oldest part of these kinds was last read whole; None while any part never was."""
    runs = last_runs().filter(kind__in=list(kinds))
    if connector:
        runs = runs.filter(connection__connector=connector)
    moments = [run["read_at"] for run in runs]
    return min(moments) if moments and None not in moments else None


def as_of(kinds: Iterable[str], *, connector: str | None = None) -> str | None:
    return plain(read_at(kinds, connector=connector))


def last_runs() -> QuerySet:
    """{connection, kind, read_at} for each kind of each connection: when its last whole reading began."""
    done = Q(state=Sync.State.DONE)
    return (
        Sync.objects.order_by().values("connection", "kind").annotate(read_at=Max("started_at", filter=done))
    )
