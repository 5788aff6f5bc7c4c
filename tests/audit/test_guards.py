"""What the database itself refuses, asked of it in SQL."""

import pytest
from django.db import DatabaseError, connection

from console.audit import guards
from console.audit.models import Checkpoint, Entry, PersonalDatum
from console.audit.verification import verify
from tests.audit.entries import guards_down, sql, write_entries, write_entry

pytestmark = pytest.mark.django_db

COLUMNS = ", ".join(f'"{field.column}"' for field in Entry._meta.concrete_fields)
COPY_OF_THE_SECOND = COLUMNS.replace('"seq"', "{seq}").replace('"event_id"', "{event_id}")


@pytest.fixture
def three_entries() -> None:
    write_entries(2)
    write_entry(personal={"user name": "bob"})
    Checkpoint.objects.create(size=3, previous_checkpoint_hash="0", checkpoint_hash="1")


@pytest.mark.usefixtures("three_entries")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET summary = 'nothing' WHERE seq = 2",
        "UPDATE audit_entry SET seq = 9 WHERE seq = 2",
        "DELETE FROM audit_entry WHERE seq = 2",
        "DELETE FROM audit_entry",
        "UPDATE audit_head SET seq = 2",
        "UPDATE audit_head SET seq = 4",
        "UPDATE audit_head SET chain_hash = 'x'",
        "DELETE FROM audit_head",
        "INSERT INTO audit_head (id, seq, chain_hash) VALUES (1, 0, 'x')",
        "UPDATE audit_personaldatum SET value = 'eve'",
        "INSERT INTO audit_personaldatum (entry_seq, name, salt, value) VALUES (2, 'name', '00', 'eve')",
        "UPDATE audit_checkpoint SET size = 1",
        "DELETE FROM audit_checkpoint",
    ],
)
def test_the_log_only_grows(statement: str) -> None:
    with pytest.raises(DatabaseError):
        sql(statement)

    assert Entry.objects.count() == 3


@pytest.mark.usefixtures("three_entries")
@pytest.mark.parametrize(
    ("seq", "event_id"),
    [("2", "event_id"), ("2", "'new'"), ("4", "'new'"), ("5", "'new'"), ("0", "'new'"), ("-1", "'new'")],
)
def test_an_entry_that_does_not_follow_the_last_is_refused(seq: str, event_id: str) -> None:
    values = COPY_OF_THE_SECOND.format(seq=seq, event_id=event_id)

    with pytest.raises(DatabaseError):
        sql(f"INSERT INTO audit_entry ({COLUMNS}) SELECT {values} FROM audit_entry WHERE seq = 2")


@pytest.mark.sqlite
@pytest.mark.usefixtures("three_entries")
@pytest.mark.parametrize("verb", ["INSERT OR REPLACE", "REPLACE", "INSERT OR IGNORE"])
def test_replacing_is_refused(verb: str) -> None:
    values = COPY_OF_THE_SECOND.format(seq="seq", event_id="event_id").replace('"summary"', "'forged'")

    with pytest.raises(DatabaseError):
        sql(f"{verb} INTO audit_entry ({COLUMNS}) SELECT {values} FROM audit_entry WHERE seq = 2")


@pytest.mark.postgresql
@pytest.mark.usefixtures("three_entries")
@pytest.mark.parametrize("table", [guards.ENTRY, guards.HEAD, guards.DATUM, guards.CHECKPOINT])
def test_emptying_a_table_is_refused(table: str) -> None:
    with pytest.raises(DatabaseError):
        sql(f"TRUNCATE {table} CASCADE")


@pytest.mark.postgresql
@pytest.mark.usefixtures("three_entries")
def test_replica_mode_skips_no_guard() -> None:
    with pytest.raises(DatabaseError):
        sql("SET LOCAL session_replication_role = replica", "DELETE FROM audit_entry")


@pytest.mark.postgresql
@pytest.mark.usefixtures("three_entries")
def test_an_upsert_changes_nothing() -> None:
    with pytest.raises(DatabaseError):
        sql(
            f"INSERT INTO audit_entry ({COLUMNS}) SELECT {COLUMNS} FROM audit_entry WHERE seq = 2 "
            "ON CONFLICT (seq) DO UPDATE SET summary = 'forged'"
        )


@pytest.mark.usefixtures("three_entries")
def test_personal_data_can_be_deleted() -> None:
    PersonalDatum.objects.all().delete()

    assert not PersonalDatum.objects.exists()


def test_all_guards_are_laid_by_migrating() -> None:
    assert guards.missing_triggers() == []


def test_a_missing_guard_is_named() -> None:
    on = " ON audit_entry" if connection.vendor == "postgresql" else ""
    sql(f"DROP TRIGGER audit_entry_no_update{on}")

    assert guards.missing_triggers() == ["audit_entry_no_update"]
    assert verify().problems == ("The database guard audit_entry_no_update is missing or altered.",)


@pytest.mark.sqlite
def test_a_guard_that_was_made_harmless_is_named() -> None:
    sql(
        "DROP TRIGGER audit_entry_no_update",
        "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry BEGIN SELECT 1; END",
    )

    assert guards.missing_triggers() == ["audit_entry_no_update"]


@pytest.mark.postgresql
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_update",
        "ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_no_update",
        "CREATE OR REPLACE FUNCTION audit_entry_no_update() RETURNS trigger LANGUAGE plpgsql "
        "AS $$ BEGIN RETURN NEW; END $$",
    ],
)
def test_a_guard_that_was_switched_off_or_made_harmless_is_named(statement: str) -> None:
    sql(statement)

    assert guards.missing_triggers() == ["audit_entry_no_update"]


def test_laying_the_guards_again_mends_them() -> None:
    with guards_down():
        assert guards.missing_triggers() == sorted(guards.statements()[connection.vendor])

    assert guards.missing_triggers() == []
