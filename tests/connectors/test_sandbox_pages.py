"""The sandbox's lists: pages and counts come from a count by day, which keeps up with every change."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.sandbox import build_app
from connectors.sandbox.books import Books
from connectors.sandbox.store import Store


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    """Seven letters of three days, put in in no order."""
    store = Store(tmp_path / "sandbox.sqlite3", defaults={})
    with store.writing("billsby") as books:
        for place, day in enumerate((3, 1, 2, 3, 3, 1, 3)):
            books.put(
                "letter", f"l{place}", {"place": place}, at=datetime(2026, 5, day, 12, place, tzinfo=UTC)
            )
        yield books


def pages(books: Books, *, newest_first: bool) -> list[int]:
    found = [books.find("letter", newest_first=newest_first, limit=2, offset=at) for at in range(0, 12, 2)]
    return [letter["place"] for page in found for letter in page]


def test_every_page_follows_on_the_one_before(books: Books) -> None:
    assert pages(books, newest_first=True) == [6, 4, 3, 0, 2, 5, 1]
    assert pages(books, newest_first=False) == [1, 5, 2, 0, 3, 4, 6]


def test_pages_and_counts_follow_what_is_added_moved_and_removed(books: Books) -> None:
    books.remove("letter", "l2")
    books.put("letter", "l0", {"place": 0}, at=datetime(2026, 5, 1, 0, 0, tzinfo=UTC))
    books.put("letter", "l4", {"place": 4})
    books.put("letter", "l7", {"place": 7}, at=datetime(2026, 5, 9, tzinfo=UTC), owner="x")
    books.remove_owned("letter", owner="nobody")

    assert pages(books, newest_first=True) == [7, 6, 4, 3, 5, 1, 0]
    assert books.count("letter") == 7


def test_a_state_file_from_before_days_were_counted_is_counted(tmp_path: Path) -> None:
    state_file = tmp_path / "old.sqlite3"
    build_app(state_file, customers=12)
    with closing(sqlite3.connect(state_file)) as connection:
        connection.execute("DROP TABLE days")

    with Store(state_file, defaults={}).reading("billsby") as books:
        assert books.count("customer") == 12


def test_forgetting_everything_leaves_nothing_counted(tmp_path: Path) -> None:
    build_app(tmp_path / "wiped.sqlite3", customers=12)
    store = Store(tmp_path / "wiped.sqlite3", defaults={})

    store.wipe()

    with store.reading("billsby") as books:
        assert books.count("customer") == 0
