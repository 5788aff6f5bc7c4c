"""Vendor records into the mirror: pages of a sync, and single records read again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils import timezone

from connectors.errors import ArgumentsError, BadReplyError, NotFoundError, VendorError
from connectors.judging import Read
from connectors.rates import Priority
from connectors.registry import Children, Row, connector, reading_mark, write
from connectors.registry import Record as VendorRecord
from console.connections.clients import UNREADABLE, reader, understood
from console.connections.models import Connection
from console.mirror import upserting, visits
from console.mirror.fitting import fitted, sure_columns
from console.mirror.models import KINDS, Record
from console.mirror.quarantine import DoesNotFitError, Refusal, is_storable, let_go, refuse
from console.ui.live import hint

OWNERS = ("customer", "vendor")  # their pages show what belongs to them


@dataclass(slots=True)
class Told:
    """What a vendor told of one record. digest: changes with all that it is made of."""

    row: Row
    read_at: datetime
    digest: str


@dataclass
class Sorted:
    """The told records of one kind by what is to be done with them."""

    to_write: list[Told] = field(default_factory=list)
    differing: dict[str, int] = field(default_factory=dict)  # of those to write, the rows that are there
    unchanged: dict[datetime, list[int]] = field(default_factory=dict)  # by when they were read
    newer: list[int] = field(default_factory=list)  # somebody has read them since


def refresh_record(
    connection: Connection, kind: str, key: str, *, priority: Priority = Priority.PERSON
) -> int:
    """Read one record with what belongs to it, and what a change of it moves too, at the vendor now; keep it.

    Returns how many rows changed. Raises VendorError; NotFoundError when the vendor no longer has the record
    (the row stays as it was last seen). Opens no transaction while it reads.
    """
    read = remembering(reader(connection, priority=priority))
    told_by = visits.children_with(connection, kind)
    owner = owner_of(connection, told_by, kind, key) if told_by else None
    if told_by and owner:
        changed = refresh_among(connection, told_by, owner, (kind, key), read)
    else:
        changed = refresh_alone(connection, kind, key, read)
    for children in visits.children_of(connection, kind):
        changed += refresh_children(connection, children, key, read)
    hint(f"{kind}.{key}")
    return changed


def read_again(record: Record) -> str:
    """Read the record at its vendor and update it in place; returns what went wrong, in a sentence."""
    try:
        refresh_record(record.connection, record.KIND, record.vendor_id)
    except (VendorError, ArgumentsError) as error:
        return str(error)
    record.refresh_from_db()
    return ""


def refresh_several(connection: Connection, kind: str, keys: Sequence[str]) -> int:
    """Keep several records that were just made, as their list tells them; where none does, one by one.

    Raises what `refresh_record` raises.
    """
    together = connector(connection.connector).refresh_several
    if together is None:
        return sum(refresh_record(connection, kind, key) for key in keys)
    read_at = timezone.now()
    read = reader(connection, priority=Priority.PERSON)
    rows = understood(connection, lambda: together(read, kind, keys))
    hint(f"connection.{connection.pk}")
    return store(connection, rows, read_at=read_at)


def remembering(read: Read) -> Read:
    """Asks nothing twice: one answer may tell of a record and of what belongs to it."""
    answers: dict[tuple[str, str], Any] = {}

    def ask(name: str, arguments: Mapping[str, Any]) -> Any:
        question = (name, write(arguments))
        if question not in answers:
            answers[question] = read(name, arguments)
        return answers[question]

    return ask


def refresh_alone(connection: Connection, kind: str, key: str, read: Read) -> int:
    read_at = timezone.now()
    refresh = connector(connection.connector).refresh
    rows = understood(connection, lambda: refresh(read, kind, key))
    for target in {f"{row.kind}.{row.vendor_id}" for row in rows if row.kind in OWNERS}:
        hint(target)
    return store(connection, rows, read_at=read_at)


def refresh_among(
    connection: Connection, children: Children, owner: Record, wanted: tuple[str, str], read: Read
) -> int:
    """One that is told with others of its owner: all of them. Raises NotFoundError where it is not among.

    By its owner's id nobody in particular is wanted: what a proposal makes has no id of its own before.
    """
    changed, rows = ask_and_keep(connection, children, owner, read)
    hint(owner.live_target)
    told = {(row.kind, row.vendor_id) for row in rows} | {(wanted[0], owner.vendor_id)}
    if wanted not in told:
        title = connector(connection.connector).title
        raise NotFoundError(f"{title} has no {wanted[1]} any more.", vendor=title, status=404)
    return changed


def refresh_children(connection: Connection, children: Children, key: str, read: Read) -> int:
    owner = visits.owners(connection, children).filter(vendor_id=key).first()
    try:
        return ask_and_keep(connection, children, owner, read)[0] if owner else 0
    except NotFoundError:
        return 0  # the record is there, and has none of these


def ask_and_keep(
    connection: Connection, children: Children, owner: Record, read: Read
) -> tuple[int, list[Row]]:
    """All that a record has of a kind, with how many rows changed; what is not among it is gone."""
    read_at = timezone.now()
    rows = understood(connection, lambda: children.ask(read, owner.vendor_id, owner.raw))
    with transaction.atomic():
        changed = store(connection, rows, read_at=read_at)
        if all(row.vendor_id for row in rows):
            visits.note(connection, children, [(owner, read_at)])
            changed += visits.let_go_of(connection, children, owner.vendor_id, read_at)
    return changed, rows


def owner_of(connection: Connection, children: Children, kind: str, key: str) -> Record | None:
    """Who has this one: what we hold of it tells, or the beginning of its id; or whose id it is."""
    held = KINDS[kind].with_gone.filter(connection=connection, vendor_id=key).first()
    owner = held.owner_vendor_id if held else key.rpartition("/")[0] or key
    return visits.owners(connection, children).filter(vendor_id=owner).first()


def store(connection: Connection, rows: Iterable[Row], *, read_at: datetime | None = None) -> int:
    """Keep what was read, in one short transaction; returns how many rows were new or changed.

    read_at: when the reading began. See `store_pages`.
    """
    return store_pages(connection, [(rows, read_at or timezone.now())])


def store_pages(
    connection: Connection, pages: Iterable[tuple[Iterable[Row], datetime]], *, generation: int | None = None
) -> int:
    """Keep what was read, in one short transaction; returns how many rows were new or changed.

    pages: rows, and when reading them began. A row that somebody has read since is left alone, and a row
    whose digest is the same only gets its `fetched_at`. generation: the sync that lists these rows, stamped
    on them all. Fields that a record does not carry keep their values. A row that cannot be read or does not
    fit is kept aside with an audit entry, and the others go on. Nothing is ever deleted, and what was gone
    and is seen again is back.
    """
    by_kind: dict[str, dict[str, Told]] = {}
    refusals: list[Refusal] = []
    mark = reading_mark(connection.connector)
    for rows, read_at in pages:
        for row in rows:
            if not row.vendor_id or not is_storable(row.vendor_id):
                refusals.append(refusal_of(row))
                continue
            beside = write(row.beside) if row.beside else ""
            digest = sha256(f"{mark}\n{beside}\n{row.text}".encode()).hexdigest()
            by_kind.setdefault(row.kind, {})[row.vendor_id] = Told(row, read_at, digest)
    with transaction.atomic():
        changed = 0
        for kind, told in sorted(by_kind.items()):
            stored, unfit = store_kind(connection, KINDS[kind], told, generation)
            changed += stored
            refusals += unfit
            let_go(connection, kind, told.keys() - {refusal.vendor_id for refusal in unfit})
        if generation is not None:
            stamp(connection, refusals, generation)
        # Last, since an entry holds the log's head until the transaction ends.
        for refusal in refusals:
            refuse(connection, refusal)
    return changed


def refusal_of(row: Row) -> Refusal:
    """Why a row whose id cannot be stored, or that tells none, cannot be kept."""
    try:
        row.record()
    except (BadReplyError, *UNREADABLE) as error:
        return Refusal.of(row, error)
    return Refusal.of(row, DoesNotFitError("It tells no id that could be kept."))


def store_kind(
    connection: Connection, model: type[Record], told: Mapping[str, Told], generation: int | None
) -> tuple[int, list[Refusal]]:
    """The rows of one kind; `told` is by vendor id. Returns how many changed, and what did not fit."""
    earliest = min(one.read_at for one in told.values())
    held = upserting.look_up(model, connection.pk, told, after=earliest)
    found = sort_out(held, told)
    seen = {} if generation is None else {"seen_in": generation}
    known = known_rows(model, found.differing)
    rows, unfit = [], []
    touched = {"raw", "digest", "fetched_at", "gone_at", *seen}
    told_of, unread = read_all(found.to_write)
    sure = sure_columns(model, [record for _, record in told_of])
    for one, record in told_of:
        vendor_id = one.row.vendor_id
        try:
            values = fitted(model, known.get(vendor_id, {}), record, one.row.text, vendor_id, sure)
        except (BadReplyError, DoesNotFitError, *UNREADABLE) as error:
            unfit.append(Refusal.of(one.row, error))
            continue
        values.update(seen)
        values["connection_id"], values["raw"], values["digest"] = connection.pk, one.row.text, one.digest
        values["fetched_at"], values["gone_at"] = one.read_at, None
        touched.update(record.fields)
        rows.append(values)
    derived = {field.attname for field in model._meta.concrete_fields if not field.editable}
    changed = upserting.upsert_newer(model, rows, fields=touched | derived, are_new=not held)
    for read_at, pks in found.unchanged.items():
        upserting.set_where(model, pks, {"fetched_at": read_at, "gone_at": None, **seen})
    if seen and found.newer:
        upserting.set_where(model, found.newer, seen)
    return changed, [*unread, *unfit]


def read_all(to_write: Iterable[Told]) -> tuple[list[tuple[Told, VendorRecord]], list[Refusal]]:
    """What each tells in mirror words, and what cannot be read."""
    read, refusals = [], []
    for one in to_write:
        try:
            read.append((one, one.row.record()))
        except (BadReplyError, *UNREADABLE) as error:
            refusals.append(Refusal.of(one.row, error))
    return read, refusals


def sort_out(held: Mapping[str, upserting.Held], told: Mapping[str, Told]) -> Sorted:
    """By what is held of each. In the order of their ids, in which other writers lock them too."""
    found = Sorted()
    for vendor_id in sorted(told):
        one, row = told[vendor_id], held.get(vendor_id)
        if row is None:
            found.to_write.append(one)
        elif row.fetched_at and row.fetched_at > one.read_at:
            found.newer.append(row.pk)
        elif row.digest == one.digest:
            found.unchanged.setdefault(one.read_at, []).append(row.pk)
        else:
            found.to_write.append(one)
            found.differing[vendor_id] = row.pk
    return found


def known_rows(model: type[Record], differing: Mapping[str, int]) -> dict[str, dict[str, Any]]:
    """What is there already of those that changed: a record need not carry every field."""
    if not differing:
        return {}
    names = [field.attname for field in model._meta.concrete_fields if field.name not in ("id", "raw")]
    found = model.with_gone.filter(pk__in=differing.values()).values("vendor_id", *names)
    return {row["vendor_id"]: row for row in found}


def stamp(connection: Connection, refusals: Iterable[Refusal], generation: int) -> None:
    """What is kept aside was listed too: an earlier row of it is not missing."""
    for kind, ids in ids_by_kind(refusals).items():
        KINDS[kind].with_gone.filter(connection=connection, vendor_id__in=ids).update(seen_in=generation)


def ids_by_kind(refusals: Iterable[Refusal]) -> dict[str, list[str]]:
    ids: dict[str, list[str]] = {}
    for refusal in refusals:
        ids.setdefault(refusal.kind, []).append(refusal.vendor_id)
    return ids
