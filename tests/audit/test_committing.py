"""What needs real commits: many writers at once, strangers' connections, migrations that rebuild a table."""

import sqlite3
import threading

import pytest
from django.db import DatabaseError, connection, models, transaction

from console.audit import guards, log
from console.audit.models import Entry
from console.audit.verification import verify
from tests.audit.entries import write_entries, write_entry

WRITERS, EACH = 8, 8


def test_nothing_is_recorded_outside_a_transaction(committed_db) -> None:
    with pytest.raises(log.OutsideTransactionError):
        log.record("x", actor=None, actor_kind="system", object_kind="x", object_id="", summary="x")


def test_many_writers_at_once_keep_one_unbroken_chain(committed_db) -> None:
    def write(number: int) -> None:
        try:
            for turn in range(EACH):
                if turn == 3:
                    give_up(number)
                write_entry(summary=f"writer {number}, turn {turn}")
        finally:
            connection.close()

    def give_up(number: int) -> None:
        with transaction.atomic():
            write_entry(summary=f"writer {number} gives up")
            transaction.set_rollback(True)

    threads = [threading.Thread(target=write, args=[number]) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert Entry.objects.count() == WRITERS * EACH
    assert verify().is_whole


@pytest.mark.sqlite
def test_replacing_is_refused_on_a_connection_that_is_not_ours(committed_db) -> None:
    """A stranger's connection has recursive_triggers off, so that replacing fires no delete trigger."""
    columns = ", ".join(f'"{field.column}"' for field in Entry._meta.concrete_fields)
    write_entries(3)
    connection.close()
    stranger = sqlite3.connect(connection.settings_dict["NAME"])

    with pytest.raises(sqlite3.IntegrityError):
        stranger.execute(
            f"REPLACE INTO audit_entry ({columns}) SELECT {columns} FROM audit_entry WHERE seq = 3"
        )
    with pytest.raises(sqlite3.IntegrityError):
        stranger.execute("REPLACE INTO audit_head (id, seq, chain_hash) VALUES (1, 2, 'x')")

    stranger.close()


def test_guards_survive_a_migration_that_rebuilds_their_table(committed_db) -> None:
    """SQLite rebuilds the table, refuses while triggers name it, and forgets its triggers."""
    write_entries(2)
    old, new = Entry._meta.get_field("money_direction"), models.CharField(max_length=12)
    new.set_attributes_from_name("money_direction")
    guards.lift(plan=[("a migration", False)])
    with connection.schema_editor() as editor:
        editor.alter_field(Entry, old, new)
    guards.install()

    assert verify().is_whole
    with pytest.raises(DatabaseError), transaction.atomic():
        Entry.objects.all().delete()
