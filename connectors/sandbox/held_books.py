"""Books for very many new records at once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from connectors.sandbox.books import PUT, Books, as_text

MOST_HELD = 20_000  # records in memory before they are written
CACHE_KIB = 64 * 1024  # keys come in no order, and their places in the indexes must be found again


class HeldBooks(Books):
    """Books that keep what is put in and write it in batches, and before anything is looked for.

    Only for filling: a record that is asked for by its key may be one that was not written yet.
    """

    def __init__(self, books: Books) -> None:
        super().__init__(books._connection, books.connector, clock=lambda: now, setting=books.setting)
        now = books.now
        self._held: dict[tuple[str, str], tuple[dict[str, Any], str | None, datetime | None]] = {}
        self._held_kinds: set[str] = set()
        self._numbers: dict[str, int] = {}
        self._due: list[tuple[str, str, str, str]] = []

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        held = self._held.get((kind, key))
        return dict(held[0]) if held else super().get(kind, key)

    def put(
        self,
        kind: str,
        key: str,
        body: Mapping[str, Any],
        *,
        owner: str | None = None,
        at: datetime | None = None,
    ) -> None:
        _, owner_before, at_before = self._held.get((kind, key), (None, None, None))
        self._held[kind, key] = (dict(body), owner_before if owner is None else owner, at or at_before)
        self._held_kinds.add(kind)
        if len(self._held) >= MOST_HELD:
            self.write_out()

    def remove(self, kind: str, key: str) -> None:
        self.write_out()
        super().remove(kind, key)

    def find(self, kind: str, **conditions: Any) -> list[dict[str, Any]]:
        if kind in self._held_kinds:
            self.write_out()
        return super().find(kind, **conditions)

    def next_number(self, name: str, *, first: int = 1) -> int:
        if name not in self._numbers:
            found = self._connection.execute(
                "SELECT last FROM numbers WHERE name = ?", [f"{self.connector}.{name}"]
            ).fetchone()
            self._numbers[name] = found[0] if found else first - 1
        self._numbers[name] += 1
        return self._numbers[name]

    def later(self, action: str, at: datetime, payload: Mapping[str, Any]) -> None:
        self._due.append((as_text(at), self.connector, action, json.dumps(payload)))

    def write_out(self) -> None:
        # By key, so that neighbours in the largest index are written together.
        rows = (self._to_put(kind, key, *held) for (kind, key), held in sorted(self._held.items()))
        self._connection.executemany(PUT, rows)
        self._connection.executemany(
            "INSERT INTO due (at, connector, action, payload) VALUES (?, ?, ?, ?)", self._due
        )
        self._connection.executemany(
            "INSERT OR REPLACE INTO numbers VALUES (?, ?)",
            [(f"{self.connector}.{name}", last) for name, last in self._numbers.items()],
        )
        for held in (self._held, self._held_kinds, self._due, self._numbers):
            held.clear()


@contextmanager
def holding(books: Books) -> Iterator[HeldBooks]:
    """Books for filling over those of a transaction; all is written at the end."""
    held = HeldBooks(books)
    usual = held._connection.execute("PRAGMA cache_size").fetchone()[0]
    held._connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    try:
        yield held
        held.write_out()
    finally:
        held._connection.execute(f"PRAGMA cache_size = {usual}")
