"""Entries to test with, and ways in which somebody with the database's password could tamper with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from console.accounts.models import Person
from console.audit import canonical, guards, log
from console.audit.models import Entry, Head


def write_entry(action: str = "invoice.read", **changes: Any) -> Entry:
    given = {"actor": None, "actor_kind": "system", "object_kind": "invoice", "object_id": "7KQ2M9XTRB-3"}
    with transaction.atomic():
        return log.record(action, **{**given, "summary": "Read an invoice", **changes})


def write_entries(count: int) -> list[Entry]:
    return [write_entry(summary=f"Read invoice {number}") for number in range(1, count + 1)]


def make_person(username: str = "priya", **changes: Any) -> Person:
    given = {"full_name": "Priya Raman", "email": f"{username}@halden.example"}
    return Person.objects.create_user(username, password="a long password", **{**given, **changes})


def sql(*statements: str) -> None:
    """Run statements as somebody with the database's password would, all or none."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@contextmanager
def guards_down() -> Iterator[None]:
    """The guards taken off and put back afterwards: an owner who covers his tracks."""
    tables = dict.fromkeys((guards.ENTRY, guards.HEAD, guards.DATUM, guards.CHECKPOINT))
    laid = (*guards.GUARDS, *(guards.TRUNCATE_GUARDS if connection.vendor == "postgresql" else ()))
    for table in tables:
        on = f" ON {table}" if connection.vendor == "postgresql" else ""
        sql(*(f"DROP TRIGGER {guard.name}{on}" for guard in laid if guard.table == table))
    yield
    guards.install()


def rewrite(seq: int, *, only: bool = False, **changes: Any) -> None:
    """Change an entry and make its own hashes fit; unless `only`, every later entry and the head as well."""
    rows = Entry.objects.filter(seq__gte=seq).order_by("seq")
    previous = rows[0].prev_hash
    for row in rows[:1] if only else rows:
        if row.seq == seq:
            for name, value in changes.items():
                setattr(row, name, value)
        row.prev_hash = previous
        row.leaf_hash = canonical.leaf_hash(canonical.canonical_bytes(row.event()))
        row.chain_hash = previous = canonical.chain_hash(previous, row.leaf_hash)
        row.save(force_update=True)
    if not only:
        Head.objects.update(chain_hash=previous)


def write_many(count: int) -> None:
    """Many entries at once, past the guards, since one by one takes a millisecond each."""
    model, head = (
        write_entry(reason="why", after={"status": "paid"}, money=(124000, "USD")),
        Head.objects.get(),
    )
    previous, rows = head.chain_hash, []
    for seq in range(head.seq + 1, head.seq + count):
        values = {field.attname: getattr(model, field.attname) for field in Entry._meta.concrete_fields}
        row = Entry(**{**values, "seq": seq, "event_id": f"{seq:036d}", "prev_hash": previous})
        row.leaf_hash = canonical.leaf_hash(canonical.canonical_bytes(row.event()))
        row.chain_hash = previous = canonical.chain_hash(previous, row.leaf_hash)
        rows.append(row)
    with guards_down():
        Entry.objects.bulk_create(rows, batch_size=500)
        Head.objects.update(seq=head.seq + count - 1, chain_hash=previous)
