"""Rows of the mirror as plain JSON-ready answers: mirror names, the system, a link, amounts also as text."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from django.db.models import Max, Min, Q, QuerySet

from connectors.money import format_money
from console.mirror.models import KINDS, Invoice, Owned, Record, Sync, Visit
from console.mirror.querysets import RecordQuerySet

OURS = {"id", "connection", "raw", "digest", "seen_in", "gone_at", "haystack", "aging_on"}
LARGEST_LIMIT = 100
Found = TypeVar("Found", bound=QuerySet)
Ids = Collection[int] | None  # of connections; None for all


def within(found: Found, connector: str | None = None, connection_ids: Ids = None) -> Found:
    """What of it one system has, and these connections."""
    found = found.filter(connection__connector=connector) if connector else found
    return found if connection_ids is None else found.filter(connection__in=connection_ids)


def answer(
    found: RecordQuerySet,
    *,
    order: tuple[Any, ...],
    limit: int,
    offset: int = 0,
    connection_ids: Ids = None,
) -> dict[str, Any]:
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
        "as_of": as_of([found.model.KIND], connection_ids=connection_ids),
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
    # What `with_owner` has put beside it.
    owners = {name.removeprefix("owner_"): value for name, value in vars(row).items() if name[:6] == "owner_"}
    owners.pop("pk", None)
    return {**values, **owners, "connector": row.connection.connector, "link": row.get_absolute_url()}


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


def read_at(
    kinds: Iterable[str], *, connector: str | None = None, connection_ids: Ids = None
) -> datetime | None:
    """When the oldest part of these kinds was last read whole; None while any part never was.

    Of what is told record by record, when the oldest of the present answers was asked for.
    """
    wanted = set(kinds)
    read = last_read(connector=connector, connection_ids=connection_ids)
    whole = [moment for (_, kind), moment in read.items() if kind in wanted]
    if not any(issubclass(KINDS[kind], Owned) for kind in wanted):
        return oldest(whole)
    visits = within(Visit.objects.filter(kind__in=wanted), connector, connection_ids)
    asked = visits.values_list("kind").annotate(first=Min("at"))
    return oldest([*whole, *(first for _, first in asked.order_by())]) if all(whole) else None


def as_of(kinds: Iterable[str], *, connector: str | None = None, connection_ids: Ids = None) -> str | None:
    return plain(read_at(kinds, connector=connector, connection_ids=connection_ids))


def last_read(
    *, connector: str | None = None, connection_ids: Ids = None
) -> dict[tuple[int, str], datetime | None]:
    """By connection id and kind: when its last whole reading began. None where none came to its end.

    A kind whose reading never began is missing. What changed at the vendor after that moment may not be here.
    """
    runs = within(Sync.objects.all(), connector, connection_ids)
    began = Max("started_at", filter=Q(state=Sync.State.DONE))
    rows = runs.order_by().values_list("connection", "kind")
    return {(connection_id, kind): moment for connection_id, kind, moment in rows.annotate(began=began)}


def oldest(moments: Iterable[datetime | None]) -> datetime | None:
    """One that is late makes the whole late; None while one never was, or there is none."""
    known = list(moments)
    return min(known) if known and None not in known else None
