"""Vendor records into the mirror: pages of a sync, and single records read again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import transaction
from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    Field,
    IntegerField,
    TextField,
)
from django.utils import timezone

from connectors.errors import BadReplyError
from connectors.rates import Priority
from connectors.registry import Record as VendorRecord
from connectors.registry import Row, connector
from console.connections.clients import UNREADABLE, reader, understood
from console.connections.models import Connection
from console.mirror.models import KINDS, Record
from console.mirror.quarantine import DoesNotFitError, Refusal, is_storable, let_go, refuse
from console.mirror.upserting import upsert_newer
from console.ui.live import hint

OWNERS = ("customer", "vendor")  # their pages show what belongs to them
LARGEST_AMOUNT = 2**53 - 1  # beyond it JSON numbers are not exact, and the log takes none
PLAIN: Mapping[type[Field], type] = {
    CharField: str,
    TextField: str,
    BooleanField: bool,
    IntegerField: int,
    BigIntegerField: int,
    DateTimeField: datetime,
    DateField: date,
}
YEARS = range(1900, 2200)  # others are slips of the vendor's, and break arithmetic with time zones
OURS = [
    "connection",
    "raw",
    "digest",
    "fetched_at",
    "seen_in",
    "gone_at",
    "haystack",
]  # not made of what a vendor sent


@dataclass(frozen=True)
class Understood:
    """A row and what it says."""

    row: Row
    record: VendorRecord


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
    rows = understood(connection, lambda: refresh(read, kind, key))
    changed = store(connection, rows, read_at=read_at)
    owners = {f"{row.kind}.{row.vendor_id}" for row in rows if row.kind in OWNERS}
    for target in {f"{kind}.{key}"} | owners:
        hint(target)
    return changed


def store(
    connection: Connection,
    rows: Iterable[Row],
    *,
    read_at: datetime | None = None,
    generation: int | None = None,
) -> int:
    """Keep what was read, in one short transaction; returns how many rows were new or changed.

    read_at: when the reading began. A row that somebody has read since is left alone, and a row whose digest
    is the same only gets its `fetched_at`. generation: the sync that lists these rows, stamped on them all.
    Fields that a record does not carry keep their values. A row that cannot be read or does not fit is kept
    aside with an audit entry, and the others go on. Nothing is ever deleted, and what was gone and is seen
    again is back.
    """
    by_kind: dict[str, dict[str, Understood]] = {}
    refusals: list[Refusal] = []
    for row in rows:
        try:
            record = row.record()
            by_kind.setdefault(record.kind, {})[record.vendor_id] = Understood(row, record)
        except (BadReplyError, *UNREADABLE) as error:
            refusals.append(Refusal.of(row, error))
    moment = read_at or timezone.now()
    with transaction.atomic():
        changed = 0
        for kind, fresh in sorted(by_kind.items()):
            stored, unfit = store_kind(connection, KINDS[kind], fresh, moment, generation)
            changed += stored
            refusals += unfit
            let_go(connection, kind, askable(fresh.keys() - {refusal.vendor_id for refusal in unfit}))
        if generation is not None:
            stamp(connection, refusals, generation)
        # Last, since an entry holds the log's head until the transaction ends.
        for refusal in refusals:
            refuse(connection, refusal)
    return changed


def store_kind(
    connection: Connection,
    model: type[Record],
    fresh: Mapping[str, Understood],
    read_at: datetime,
    generation: int | None,
) -> tuple[int, list[Refusal]]:
    """The rows of one kind; `fresh` is by vendor id. Returns how many changed, and what did not fit."""
    # Locked in one order, so that two writers of overlapping pages do not wait for each other.
    locked = model.with_gone.select_for_update().order_by("vendor_id")
    found = locked.filter(connection=connection, vendor_id__in=askable(fresh))
    seen = {} if generation is None else {"seen_in": generation}
    left, differing, unchanged, newer = set(fresh), [], [], []
    for pk, vendor_id, digest, fetched_at in found.values_list("pk", "vendor_id", "digest", "fetched_at"):
        if fetched_at <= read_at and digest != fresh[vendor_id].record.digest:
            differing.append(pk)
            continue
        (newer if fetched_at > read_at else unchanged).append(pk)
        left.remove(vendor_id)
    # Most pages change nothing: a row is read whole only where something is to be written.
    known = {row.vendor_id: row for row in model.with_gone.filter(pk__in=differing)} if differing else {}
    rows, touched, unfit = [], {"raw", "digest", "fetched_at", "gone_at", *seen}, []
    for vendor_id in sorted(left):
        record = fresh[vendor_id].record
        row = known.get(vendor_id) or model(connection=connection, vendor_id=vendor_id)
        row.fetched_at, row.gone_at = read_at, None
        row.seen_in = seen.get("seen_in", row.seen_in)
        try:
            fit(row, record)
        except (DoesNotFitError, *UNREADABLE) as error:
            unfit.append(Refusal.of(fresh[vendor_id].row, error))
            continue
        touched |= set(record.fields)
        rows.append(row)
    derived = {field.name for field in model._meta.concrete_fields if not field.editable}
    changed = upsert_newer(model, rows, fields=touched | derived)
    model.with_gone.filter(pk__in=unchanged).update(fetched_at=read_at, gone_at=None, **seen)
    if seen:
        model.with_gone.filter(pk__in=newer).update(**seen)
    return changed, unfit


def stamp(connection: Connection, refusals: Iterable[Refusal], generation: int) -> None:
    """What is kept aside was listed too: an earlier row of it is not missing."""
    for kind, ids in ids_by_kind(refusals).items():
        KINDS[kind].with_gone.filter(connection=connection, vendor_id__in=ids).update(seen_in=generation)


def ids_by_kind(refusals: Iterable[Refusal]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for refusal in refusals:
        ids.setdefault(refusal.kind, []).append(refusal.vendor_id)
    return ids


def askable(ids: Iterable[str]) -> list[str]:
    """Those that a database may be asked for."""
    return [vendor_id for vendor_id in ids if is_storable(vendor_id)]


def fit(row: Record, record: VendorRecord) -> None:
    """Put a record's values into the row's columns; DoesNotFitError may leave it half filled."""
    if not is_storable(record.raw):
        raise DoesNotFitError("A text holds a zero byte or half a letter.")
    row.raw, row.digest = record.raw, record.digest
    unsure = not takes(row._meta.get_field("vendor_id"), row.vendor_id)
    for name, value in record.fields.items():
        try:
            field = row._meta.get_field(name)
        except FieldDoesNotExist:
            raise DoesNotFitError(f"{row._meta.verbose_name} has no {name}.", field=name) from None
        check_range(name, value)
        # Texts and flags are never null here: what the vendor leaves open is empty.
        value = field.get_default() if value is None and not field.null else value
        setattr(row, name, value)
        unsure = unsure or not takes(field, value)
    if unsure or not needed(type(row)) <= record.fields.keys():
        clean(row)
    row.derive()


def clean(row: Record) -> None:
    try:
        row.clean_fields(exclude=OURS)
    except ValidationError as error:
        problems = (f"{name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        raise DoesNotFitError("; ".join(problems), field=next(iter(error.message_dict))) from None


def takes(field: Field, value: Any) -> bool:
    """Whether the column holds this value as it is, beyond doubt; where not, `clean_fields` decides.

    That one asks every column through several layers, which costs more than the rest of a row's fitting. No
    column here has validators but those of its type.
    """
    if value is None:
        return field.null and field.blank
    kind = PLAIN.get(type(field))
    if field.choices or type(value) is not kind:
        return False
    if kind is str:
        return bool(value or field.blank) and (field.max_length is None or len(value) <= field.max_length)
    return kind is not int or abs(value) < 2**31


@cache
def needed(model: type[Record]) -> frozenset[str]:
    """Columns whose own default would not do."""
    fields = (field for field in model._meta.fields if field.name not in {*OURS, "id", "vendor_id"})
    return frozenset(field.name for field in fields if not takes(field, field.get_default()))


def check_range(name: str, value: Any) -> None:
    if isinstance(value, int) and abs(value) > LARGEST_AMOUNT:
        raise DoesNotFitError(f"{name}: {value} is too large to be exact.", field=name)
    if isinstance(value, date) and value.year not in YEARS:
        raise DoesNotFitError(f"{name}: {value} is no date that anybody meant.", field=name)
