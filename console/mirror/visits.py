"""When a record is asked what belongs to it: the rule, and what is kept of every asking.

Billsby tells a subscription's tags, an invoice's lines and their like of one record at a time, so that they
cost a call for each record. **A sync asks a record when we know no answer of it, when its state has changed
since the last one, and when that one is a day old; where few records have children, all of them each time.**
What its latest answer does not have is missing; see `gone`. When a record was asked is kept as a `Visit`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet, TextField, Value
from django.db.models.functions import Concat
from django.utils import timezone

from connectors.registry import Children, connector
from console.connections.models import Connection
from console.mirror.models import KINDS, Owned, Record, RefusedRecord, Visit

AGAIN_AFTER = timedelta(days=1)


def children_of(connection: Connection, owner: str) -> Iterator[Children]:
    """What is told of each record of this kind alone."""
    for stream in connector(connection.connector).streams:
        if isinstance(stream, Children) and stream.owner == owner:
            yield stream


def children_with(connection: Connection, kind: str) -> Children | None:
    """How this kind is told, if owner by owner."""
    for stream in connector(connection.connector).streams:
        if isinstance(stream, Children) and kind in stream.kinds:
            return stream
    return None


def owners(connection: Connection, children: Children) -> QuerySet[Record]:
    """All who could be asked, each with its present `state`."""
    model = KINDS[children.owner]
    parts = [part for name in model.STATE for part in (F(name), Value("\n"))]
    state = Concat(*parts, output_field=TextField())
    return model.objects.filter(connection=connection).annotate(state=state)


def due(connection: Connection, children: Children) -> QuerySet[Record]:
    """Who is to be asked now."""
    if children.is_cheap:
        return owners(connection, children)
    known = Visit.objects.filter(
        connection=OuterRef("connection"),
        kind=children.kind,
        owner_vendor_id=OuterRef("vendor_id"),
        state=OuterRef("state"),
        at__gt=timezone.now() - AGAIN_AFTER,
    )
    return owners(connection, children).filter(~Exists(known))


def note(connection: Connection, children: Children, asked: Iterable[tuple[Record, datetime]]) -> None:
    """Keep who was asked when; each record comes with its `state`."""
    Visit.objects.bulk_create(
        [
            Visit(
                connection=connection,
                kind=children.kind,
                owner_vendor_id=owner.vendor_id,
                state=owner.state,
                at=at,
            )
            for owner, at in asked
        ],
        update_conflicts=True,
        unique_fields=["connection", "kind", "owner_vendor_id"],
        update_fields=["state", "at"],
    )


def unmentioned(connection: Connection, children: Children, kind: str) -> QuerySet[Owned]:
    """Rows that their owner's latest answer does not have: older than it, and not kept aside."""
    model = KINDS[kind]
    later = Visit.objects.filter(
        connection=OuterRef("connection"),
        kind=children.kind,
        owner_vendor_id=OuterRef(model.owner_field()),
        at__gt=OuterRef("fetched_at"),
    )
    aside = RefusedRecord.objects.filter(
        connection=OuterRef("connection"), kind=kind, vendor_id=OuterRef("vendor_id")
    )
    return model.objects.filter(Exists(later), ~Exists(aside), connection=connection)


def let_go_of(connection: Connection, children: Children, key: str, at: datetime) -> int:
    """Mark as gone what one owner's answer, asked for at this moment, does not have; returns how many."""
    gone = 0
    for kind in children.kinds:
        mine = unmentioned(connection, children, kind).filter(**{KINDS[kind].owner_field(): key})
        gone += mine.update(gone_at=at, fetched_at=at)
    return gone


def go_with_owner(connection: Connection, owner: str, key: str, at: datetime) -> None:
    """What belongs to a record that is gone is gone with it; should it be back, it is asked anew."""
    for children in children_of(connection, owner):
        for kind in children.kinds:
            held = KINDS[kind].objects.filter(connection=connection, **{KINDS[kind].owner_field(): key})
            held.update(gone_at=at, fetched_at=at)
        Visit.objects.filter(connection=connection, kind=children.kind, owner_vendor_id=key).delete()


def asked_at(record: Record) -> dict[str, datetime]:
    """By kind, when this record was last asked; kinds that it was never asked for are missing."""
    found = Visit.objects.filter(connection=record.connection_id, owner_vendor_id=record.vendor_id)
    kinds = [children.kind for children in children_of(record.connection, record.KIND)]
    return dict(found.filter(kind__in=kinds).values_list("kind", "at"))


def oldest_answer(kind: str, records: Iterable[Record]) -> datetime | None:
    """When the first of these records' answers was asked for; None while one was never asked."""
    ids = {record.vendor_id: record.connection_id for record in records}
    found = Visit.objects.filter(kind=kind, connection__in=set(ids.values()), owner_vendor_id__in=ids)
    moments = list(found.values_list("at", flat=True))
    return min(moments) if moments and len(moments) == len(ids) else None
