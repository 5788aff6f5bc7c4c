"""The sandbox's state: a transaction happens whole or not at all, settings included."""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.sandbox.store import Store


@pytest.fixture
def state_file(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite3"


@pytest.fixture
def store(state_file: Path) -> Store:
    return Store(state_file, defaults={"colour": "red"})


# A row of `child` has no parent, which SQLite notices at the commit only, and leaves the transaction open.
FAILS_AT_COMMIT = """
PRAGMA foreign_keys = ON;
CREATE TABLE parent (id INTEGER PRIMARY KEY);
CREATE TABLE child (parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
CREATE TRIGGER orphan AFTER INSERT ON records WHEN new.key = 'bad' BEGIN INSERT INTO child VALUES (1); END;
"""


def test_after_a_commit_that_failed_the_next_one_works(store: Store) -> None:
    with store._connection() as connection:
        connection.executescript(FAILS_AT_COMMIT)
    with pytest.raises(sqlite3.IntegrityError), store.writing("bill") as books:
        books.put("customer", "bad", {"name": "Acme"})

    with store.writing("bill") as books:
        books.put("customer", "good", {"name": "Northside"})

    with store.reading("bill") as books:
        assert [row["name"] for row in books.find("customer")] == ["Northside"]


def test_settings_are_rolled_back_with_what_they_came_with(store: Store, state_file: Path) -> None:
    store.set_settings({"colour": "blue"})

    def start_anew_and_fail() -> None:
        with store.writing("control"):
            store.wipe()
            store.set_settings({"colour": "green"})
            raise LookupError

    with pytest.raises(LookupError):
        start_anew_and_fail()

    assert store.setting("colour") == "blue"
    assert Store(state_file, defaults={"colour": "red"}).setting("colour") == "blue"


def test_books_that_are_put_back_are_those_that_were_kept(store: Store) -> None:
    with store.writing("bill") as books:
        for key in ("changed", "gone", "gone and come", "as it was"):
            books.put("customer", key, {"name": key}, owner="us")
        books.next_number("invoice")
        books.later("settle", books.now, {"payment": "1"})
    store.keep_as_seeded()
    kept = books_in(store)

    with store.writing("bill") as books:
        books.put("customer", "changed", {"name": "Acme"})
        for key in ("gone", "gone and come"):
            books.remove("customer", key)
        for key in ("gone and come", "new"):
            books.put("customer", key, {"name": key}, owner="us")
        books.next_number("invoice")
        books.later("settle", books.now, {"payment": "2"})
    store.put_back()

    assert books_in(store) == kept
    with store.reading("bill") as books:
        assert books.count("customer") == len(books.find("customer")) == 4


def books_in(store: Store) -> list[list[tuple]]:
    with store._connection() as connection:
        tables = ("records", "due", "numbers")
        return [connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in tables]


def test_a_time_that_no_calendar_has_does_not_stop_the_clock(store: Store, state_file: Path) -> None:
    with pytest.raises(OverflowError):
        store.advance(1e12)

    for each in (store, Store(state_file, defaults={})):
        assert abs((each.now() - datetime.now(UTC)).total_seconds()) < 60
