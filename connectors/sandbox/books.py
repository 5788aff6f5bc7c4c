"""One connector's records inside one transaction: what a vendor's operations read and change."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

PUT = """
INSERT INTO records (connector, kind, key, owner, at, body) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (connector, kind, key) DO UPDATE
  SET body = excluded.body, owner = coalesce(?, owner), at = coalesce(?, at)
"""


class Books:
    """Records are JSON objects under (kind, key); `owner` groups them, `at` orders them.

    clock, setting: the sandbox's time, and what a setting stands at, asked anew each time.
    before: gathers what each changed record was at first; None where nobody is told of changes.
    Field names are the caller's and end up in SQL: they come from code, never from a request.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        connector: str,
        *,
        clock: Callable[[], datetime],
        setting: Callable[[str], Any],
        before: dict[tuple[str, str], dict[str, Any] | None] | None = None,
    ) -> None:
        self.connector = connector
        self.setting = setting
        self._connection = connection
        self._clock = clock
        self._before = before

    @property
    def now(self) -> datetime:
        return self._clock()

    def get(self, kind: str, key: str) -> dict[str, Any] | None:
        row = self._connection.execute(
            "SELECT body FROM records WHERE connector = ? AND kind = ? AND key = ?",
            [self.connector, kind, key],
        ).fetchone()
        return json.loads(row[0]) if row else None

    def put(
        self,
        kind: str,
        key: str,
        body: Mapping[str, Any],
        *,
        owner: str | None = None,
        at: datetime | None = None,
    ) -> None:
        """Add a record, or replace one; a replaced one keeps its place, owner and time unless told."""
        self._note_before(kind, key)
        self._connection.execute(PUT, self._to_put(kind, key, body, owner, at))

    def _to_put(
        self, kind: str, key: str, body: Mapping[str, Any], owner: str | None, at: datetime | None
    ) -> list[Any]:
        row = [self.connector, kind, key, owner or "", as_text(at or self.now), json.dumps(body)]
        return [*row, owner, as_text(at) if at else None]

    def remove(self, kind: str, key: str) -> None:
        self._note_before(kind, key)
        self._connection.execute(
            "DELETE FROM records WHERE connector = ? AND kind = ? AND key = ?", [self.connector, kind, key]
        )

    def remove_owned(self, kind: str, *, owner: str) -> None:
        self._connection.execute(
            "DELETE FROM records WHERE connector = ? AND kind = ? AND owner = ?",
            [self.connector, kind, owner],
        )

    def find(
        self,
        kind: str,
        *,
        owner: str | None = None,
        where: Mapping[str, Any] | None = None,
        like: tuple[Sequence[str], str] | None = None,
        order_by: str | None = None,
        newest_first: bool = True,
        limit: int = -1,
        offset: int = 0,
    ) -> list[dict[str, Any]]:
        """Records of a kind, by time and then by age unless `order_by` names a field.

        where: field → value, or a list of values of which one must match.
        like: (fields, text), text found in any of the fields, whatever the case.
        """
        condition, values = self._condition(kind, owner, where, like)
        direction = "DESC" if newest_first else "ASC"
        if offset and owner is None and not (where or like or order_by):
            place = self._place_at(kind, offset, direction)
            if place is None:
                return []
            day, offset = place
            condition += " AND at <= ?" if newest_first else " AND at >= ?"
            values.append(f"{day}~" if newest_first else day)
        first = f"json_extract(body, '$.{order_by}') {direction}, " if order_by else ""
        rows = self._connection.execute(
            f"SELECT body FROM records WHERE {condition} ORDER BY {first}at {direction}, id {direction}"
            " LIMIT ? OFFSET ?",
            [*values, limit, offset],
        ).fetchall()
        return [json.loads(body) for (body,) in rows]

    def count(
        self,
        kind: str,
        *,
        owner: str | None = None,
        where: Mapping[str, Any] | None = None,
        like: tuple[Sequence[str], str] | None = None,
    ) -> int:
        condition, values = self._condition(kind, owner, where, like)
        counted = "count(*) FROM records"
        if owner is None and not (where or like):
            counted = "coalesce(sum(records), 0) FROM days"
        return self._connection.execute(f"SELECT {counted} WHERE {condition}", values).fetchone()[0]

    def next_number(self, name: str, *, first: int = 1) -> int:
        """Count a named series up by one."""
        row = self._connection.execute(
            "INSERT INTO numbers VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET last = last + 1"
            " RETURNING last",
            [f"{self.connector}.{name}", first],
        ).fetchone()
        return row[0]

    def later(self, action: str, at: datetime, payload: Mapping[str, Any]) -> None:
        """Leave an action for a time to come; `Store.when_due` says what it does."""
        self._connection.execute(
            "INSERT INTO due (at, connector, action, payload) VALUES (?, ?, ?, ?)",
            [as_text(at), self.connector, action, json.dumps(payload)],
        )

    def post(self, letter: Mapping[str, Any]) -> None:
        """Leave a letter to be sent once this is committed."""
        self._connection.execute(
            "INSERT INTO outbox (connector, due_at, body) VALUES (?, ?, ?)",
            [self.connector, time.time(), json.dumps(letter)],
        )

    def note_effect(self, *, operation: str, record: str, took: bool, request: Mapping[str, str]) -> None:
        self._connection.execute(
            "INSERT INTO effects (at, connector, operation, record, took, request) VALUES (?, ?, ?, ?, ?, ?)",
            [as_text(self.now), self.connector, operation, record, took, json.dumps(request)],
        )

    def _place_at(self, kind: str, offset: int, direction: str) -> tuple[str, int] | None:
        """On which day the record stands that comes after `offset` others, and after how many of that day.

        None where there is none. Without this a page far down a list of a million counts its way there.
        """
        days = self._connection.execute(
            f"SELECT day, records FROM days WHERE connector = ? AND kind = ? ORDER BY day {direction}",
            [self.connector, kind],
        )
        for day, records in days:
            if offset < records:
                return day, offset
            offset -= records
        return None

    def _note_before(self, kind: str, key: str) -> None:
        if self._before is not None and (kind, key) not in self._before:
            self._before[kind, key] = self.get(kind, key)

    def _condition(
        self,
        kind: str,
        owner: str | None,
        where: Mapping[str, Any] | None,
        like: tuple[Sequence[str], str] | None,
    ) -> tuple[str, list[Any]]:
        parts, values = ["connector = ? AND kind = ?"], [self.connector, kind]
        if owner is not None:
            parts.append("owner = ?")
            values.append(owner)
        for field, wanted in (where or {}).items():
            choices = wanted if isinstance(wanted, list | tuple) else [wanted]
            parts.append(f"json_extract(body, '$.{field}') IN ({', '.join('?' * len(choices))})")
            values.extend(choices)
        if like is not None:
            fields, text = like
            found = [f"instr(lowered(json_extract(body, '$.{field}')), ?) > 0" for field in fields]
            parts.append(f"({' OR '.join(found)})")
            values.extend([text.lower()] * len(fields))
        return " AND ".join(parts), values


def as_text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
