"""Vendor records into the mirror: pages of a sync, and single records read again."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import transaction
from django.utils import timezone

from connectors.rates import Priority
from connectors.registry import Record as VendorRecord
from connectors.registry import connector
from console.audit import log
from console.connections.clients import reader, understood
from console.connections.models import Connection
from console.mirror.models import KINDS, Record, RefusedRecord
from console.ui.live import hint

OWNERS = ("customer", "vendor")  # their pages show what belongs to them


class DoesNotFitError(Exception):
    """A vendor record that the mirror's columns cannot hold."""


def refresh_record(
    connection: Connection, kind: str, key: str, *, priority: Priority = Priority.PERSON
) -> int:
    """Read one record, and what a change of it moves too, at the vendor now and keep it.

    Returns how many rows changed. Raises VendorError; NotFoundError when the vendor no longer has the record
    (the row stays as it was last seen). Opens no transaction while it reads.
    """
    read_at = timezone.now()
    refresh = connector(connection.connector).refresh
    read = reader(connection, priority=priority)
    records = understood(connection, lambda: refresh(read, kind, key))
    changed = store(connection, records, read_at=read_at)
    owners = {f"{record.kind}.{record.vendor_id}" for record in records if record.kind in OWNERS}
    for target in {f"{kind}.{key}"} | owners:
        hint(target)
    return changed


def store(connection: Connection, records: Iterable[VendorRecord], *, read_at: datetime | None = None) -> int:
    """Keep what was read, in one short transaction; returns how many rows were new or changed.

    read_at: when the reading began. A row that somebody has read since is left alone, and a row whose digest
    is the same only gets its `fetched_at`. Fields that a record does not carry keep their values. A record
    that does not fit is kept aside with an audit entry, and the others go on. Nothing is ever deleted:
    a record that vanished at the vendor stays as last seen, with the `fetched_at` of that time.
    """
    by_kind: dict[str, dict[str, VendorRecord]] = {}
    for record in records:
        by_kind.setdefault(record.kind, {})[record.vendor_id] = record
    moment = read_at or timezone.now()
    with transaction.atomic():
        return sum(
            store_kind(connection, KINDS[kind], fresh, moment) for kind, fresh in sorted(by_kind.items())
        )


def store_kind(
    connection: Connection, model: type[Record], fresh: Mapping[str, VendorRecord], read_at: datetime
) -> int:
    """The rows of one kind; `fresh` is by vendor id."""
    # Locked in one order, so that two writers of overlapping pages do not wait for each other.
    locked = model.objects.select_for_update().order_by("vendor_id")
    known = {row.vendor_id: row for row in locked.filter(connection=connection, vendor_id__in=fresh)}
    rows, touched, unchanged, refused = [], {"raw", "digest", "fetched_at"}, [], []
    for vendor_id in sorted(fresh):
        record, row = fresh[vendor_id], known.get(vendor_id)
        if row and row.fetched_at > read_at:
            continue
        if row and row.digest == record.digest:
            unchanged.append(row.pk)
            continue
        # Without its key a known row meets the unique constraint, and one statement inserts and updates.
        row = row or model(connection=connection, vendor_id=vendor_id)
        row.pk, row.fetched_at = None, read_at
        try:
            fit(row, record)
        except DoesNotFitError as error:
            refuse(connection, record, str(error))
            refused.append(vendor_id)
            continue
        touched |= set(record.fields)
        rows.append(row)
    derived = {field.name for field in model._meta.concrete_fields if not field.editable}
    if rows:
        model.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["connection", "vendor_id"],
            update_fields=sorted(touched | derived),
        )
    model.objects.filter(pk__in=unchanged).update(fetched_at=read_at)
    aside = RefusedRecord.objects.filter(connection=connection, kind=model.KIND, vendor_id__in=fresh)
    aside.exclude(vendor_id__in=refused).delete()
    return len(rows)


def fit(row: Record, record: VendorRecord) -> None:
    """Put a record's values into the row's columns; DoesNotFitError may leave it half filled."""
    if has_nul(record.raw):
        raise DoesNotFitError("A text holds a zero byte.")
    row.raw, row.digest = record.raw, record.digest
    for name, value in record.fields.items():
        try:
            field = row._meta.get_field(name)
        except FieldDoesNotExist:
            raise DoesNotFitError(f"{row._meta.verbose_name} has no {name}.") from None
        # Texts and flags are never null here: what the vendor leaves open is empty.
        setattr(row, name, field.get_default() if value is None and not field.null else value)
    row.derive()
    try:
        row.clean_fields(exclude=["connection"])
    except ValidationError as error:
        problems = (f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise DoesNotFitError("; ".join(problems)) from None


def has_nul(value: Any) -> bool:
    """Whether a zero byte is anywhere in it; PostgreSQL stores none, neither as text nor as JSON."""
    if isinstance(value, Mapping):
        return any(has_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return any(map(has_nul, value))
    return isinstance(value, str) and "\0" in value


def refuse(connection: Connection, record: VendorRecord, problem: str) -> None:
    """Keep a record aside. The log is told once for each form the record takes, not at every sync."""
    known = RefusedRecord.objects.filter(
        connection=connection, kind=record.kind, vendor_id=record.vendor_id, digest=record.digest
    )
    if known.update(seen_at=timezone.now()):
        return
    RefusedRecord.objects.update_or_create(
        connection=connection,
        kind=record.kind,
        vendor_id=record.vendor_id,
        defaults={
            "problem": problem[:500],
            "raw": {} if has_nul(record.raw) else record.raw,
            "digest": record.digest,
            "seen_at": timezone.now(),
        },
    )
    named = f"{record.kind.replace('_', ' ').capitalize()} {record.vendor_id}"
    log.record(
        "mirror.record_refused",
        actor=None,
        actor_kind="worker",
        object_kind=record.kind,
        object_id=record.vendor_id,
        summary=f"{named} does not fit the mirror and was kept aside",
        vendor=connection.connector,
        vendor_object_id=record.vendor_id,
        reason=problem[:500],
    )
