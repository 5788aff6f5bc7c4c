"""The sandbox's state: one SQLite file, written by the standard library.

A change and its line in the ledger of effects are one transaction, committed before the reply leaves, so
that the ledger tells what happened even when the process is killed the moment after.
"""

from __future__ import annotations

import json
import queue
import sqlite3
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connectors.sandbox.books import Books, as_text
from connectors.sandbox.webhooks import Changes, Letter, Target

# Times are ISO text in UTC, so that text order is time order.
SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
  id INTEGER PRIMARY KEY AUTOINCREMENT, connector TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL,
  owner TEXT NOT NULL, at TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (connector, kind, key));
CREATE INDEX IF NOT EXISTS records_by_owner ON records (connector, kind, owner, at, id);
CREATE INDEX IF NOT EXISTS records_by_time ON records (connector, kind, at, id);
CREATE TABLE IF NOT EXISTS days (
  connector TEXT NOT NULL, kind TEXT NOT NULL, day TEXT NOT NULL, records INTEGER NOT NULL,
  PRIMARY KEY (connector, kind, day)) WITHOUT ROWID;
CREATE TRIGGER IF NOT EXISTS records_added AFTER INSERT ON records BEGIN
  INSERT INTO days VALUES (new.connector, new.kind, substr(new.at, 1, 10), 1)
    ON CONFLICT DO UPDATE SET records = records + 1;
END;
CREATE TRIGGER IF NOT EXISTS records_removed AFTER DELETE ON records BEGIN
  UPDATE days SET records = records - 1
    WHERE connector = old.connector AND kind = old.kind AND day = substr(old.at, 1, 10);
END;
CREATE TRIGGER IF NOT EXISTS records_moved AFTER UPDATE OF at ON records WHEN new.at <> old.at BEGIN
  UPDATE days SET records = records - 1
    WHERE connector = old.connector AND kind = old.kind AND day = substr(old.at, 1, 10);
  INSERT INTO days VALUES (new.connector, new.kind, substr(new.at, 1, 10), 1)
    ON CONFLICT DO UPDATE SET records = records + 1;
END;
CREATE TABLE IF NOT EXISTS effects (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, connector TEXT NOT NULL, operation TEXT NOT NULL,
  record TEXT NOT NULL, took INTEGER NOT NULL, request TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS due (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, connector TEXT NOT NULL, action TEXT NOT NULL,
  payload TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS due_by_time ON due (at, id);
CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS targets (connector TEXT PRIMARY KEY, target TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT, connector TEXT NOT NULL, due_at REAL NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL);
"""
# For a state file from before the days were counted.
COUNT_DAYS = """
INSERT INTO days SELECT connector, kind, substr(at, 1, 10), count(*) FROM records
  WHERE NOT EXISTS (SELECT 1 FROM days) GROUP BY 1, 2, 3
"""
CLOCK_OFFSET = "clock_offset_s"
BOOKS = ("records", "due", "numbers")
PASSING = ("effects", "settings", "targets", "outbox")
# Of a record only these change: one that went and came again has another id.
FORGET_WHAT_DIFFERS = """
DELETE FROM records WHERE NOT EXISTS (SELECT 1 FROM seeded_records AS seeded WHERE seeded.id = records.id
  AND (seeded.owner, seeded.at, seeded.body) = (records.owner, records.at, records.body))
"""

DueAction = Callable[[Books, dict[str, Any]], None]
Events = Callable[[Books, Changes], Iterable[Mapping[str, Any]]]


class Store:
    """Connections to the state file, the virtual clock, the settings, and what is due.

    defaults: settings as they are until told otherwise, and again after `wipe`.
    """

    def __init__(self, state_file: Path, *, defaults: Mapping[str, Any]) -> None:
        self.defaults = dict(defaults)
        self._file = state_file
        self._idle: queue.SimpleQueue[sqlite3.Connection] = queue.SimpleQueue()
        weakref.finalize(self, _close_all, self._idle)
        self._write_lock = threading.RLock()
        self._writing: sqlite3.Connection | None = None
        self._before: dict[str, dict[tuple[str, str], dict[str, Any] | None]] = {}
        self._due_actions: dict[tuple[str, str], DueAction] = {}
        self._events: Mapping[str, Events] = {}
        self._always: frozenset[str] = frozenset()
        self._tell_of_events: Callable[[], None] = lambda: None
        state_file.parent.mkdir(parents=True, exist_ok=True)
        with self._connection() as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA)
            connection.execute(COUNT_DAYS)
            rows = connection.execute("SELECT name, value FROM settings").fetchall()
            targets = connection.execute("SELECT connector, target FROM targets").fetchall()
        self._settings = {name: json.loads(value) for name, value in rows}
        self._targets = {connector: Target(**json.loads(target)) for connector, target in targets}

    def now(self) -> datetime:
        """The sandbox's time: the wall clock, moved by what `advance` was told."""
        return datetime.now(UTC) + timedelta(seconds=self._settings.get(CLOCK_OFFSET, 0))

    def advance(self, seconds: float) -> datetime:
        """Move the clock and do what became due; answers the new time.

        Raises OverflowError or ValueError for a time that no calendar has; the clock then stays.
        """
        with self.writing("control"):
            self.set_settings({CLOCK_OFFSET: self._settings.get(CLOCK_OFFSET, 0) + seconds})
            self.now()
        self.do_what_is_due()
        return self.now()

    def setting(self, name: str) -> Any:
        return self._settings.get(name, self.defaults[name])

    def settings(self) -> dict[str, Any]:
        return {name: self.setting(name) for name in self.defaults}

    def set_settings(self, values: Mapping[str, Any]) -> None:
        with self.writing("control"):
            assert self._writing is not None
            self._writing.executemany(
                "INSERT OR REPLACE INTO settings VALUES (?, ?)",
                [(name, json.dumps(value)) for name, value in values.items()],
            )
            self._settings.update(values)

    @contextmanager
    def reading(self, connector: str) -> Iterator[Books]:
        """One consistent view of a connector's records."""
        with self._connection() as connection:
            connection.execute("BEGIN")
            try:
                yield self._books(connection, connector)
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def writing(self, connector: str) -> Iterator[Books]:
        """One transaction, committed at the end and rolled back by an exception, settings included.

        A second `writing` in the same thread joins the first one's transaction.
        """
        with self._write_lock:
            if self._writing is not None:
                yield self._books(self._writing, connector)
                return
            with self._connection() as connection:
                connection.execute("BEGIN IMMEDIATE")
                self._writing, settings_before = connection, dict(self._settings)
                targets_before, self._before = (
                    self._targets,
                    {name: {} for name in {*self._targets, *self._always}},
                )
                try:
                    yield self._books(connection, connector)
                    has_events = self._leave_events(connection)
                    connection.execute("COMMIT")
                except BaseException:
                    # Unlike "ROLLBACK", this may be said after a failure that ended the transaction itself.
                    connection.rollback()
                    self._settings, self._targets = settings_before, targets_before
                    raise
                finally:
                    self._writing = None
        if has_events:
            self._tell_of_events()

    def when_due(self, connector: str, action: str, act: DueAction) -> None:
        """Name what happens when something left with `Books.later` becomes due."""
        self._due_actions[connector, action] = act

    def do_what_is_due(self) -> None:
        """Carry out what was left for later and whose time has come, oldest first.

        Nothing runs in the background: every request looks first, so time passes when somebody asks.
        """
        while self._is_anything_due():
            self._do_once()

    def _is_anything_due(self) -> bool:
        with self._connection() as connection:
            first = connection.execute("SELECT 1 FROM due WHERE at <= ? LIMIT 1", [as_text(self.now())])
            return first.fetchone() is not None

    def _do_once(self) -> None:
        with self.writing("control"):
            assert self._writing is not None
            rows = self._writing.execute(
                "DELETE FROM due WHERE at <= ? RETURNING at, id, connector, action, payload",
                [as_text(self.now())],
            ).fetchall()
            for _at, _id, connector, action, payload in sorted(rows):
                books = self._books(self._writing, connector)
                self._due_actions[connector, action](books, json.loads(payload))

    def is_empty(self) -> bool:
        with self._connection() as connection:
            return connection.execute("SELECT 1 FROM records LIMIT 1").fetchone() is None

    def wipe(self) -> None:
        """Forget records, effects, settings, clock and who gets events; ledger ids go on counting."""
        with self.writing("control"):
            self._forget("days", *BOOKS)

    def keep_as_seeded(self) -> None:
        """Keep the books as they stand, for `put_back`."""
        with self.writing("control"):
            assert self._writing is not None
            for table in BOOKS:
                self._writing.execute(f"DROP TABLE IF EXISTS seeded_{table}")
                self._writing.execute(f"CREATE TABLE seeded_{table} AS SELECT * FROM {table}")
            self._writing.execute("CREATE UNIQUE INDEX seeded_record ON seeded_records (id)")

    def put_back(self) -> None:
        """Wipe, but leave the books as they were kept; what still stands is not written again."""
        with self.writing("control"):
            assert self._writing is not None
            self._forget("due", "numbers")
            self._writing.execute(FORGET_WHAT_DIFFERS)
            for table in BOOKS:
                self._writing.execute(f"INSERT OR IGNORE INTO {table} SELECT * FROM seeded_{table}")

    def _forget(self, *tables: str) -> None:
        assert self._writing is not None
        for table in (*tables, *PASSING):
            self._writing.execute(f"DELETE FROM {table}")
        self._settings, self._targets, self._before = {}, {}, {}

    def counted(self) -> dict[str, int]:
        """What was counted by the hour or the minute, such as "bill.calls 2026-11-28T07"."""
        with self._connection() as connection:
            return dict(
                connection.execute(
                    "SELECT name, last FROM numbers WHERE name LIKE '% 20__-__-__T%'"
                ).fetchall()
            )

    def effects(self, *, since: int) -> list[dict[str, Any]]:
        """Ledger lines after the given id, oldest first."""
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT id, at, connector, operation, record, took, request FROM effects"
                " WHERE id > ? ORDER BY id",
                [since],
            ).fetchall()
        names = ("id", "at", "connector", "operation", "record")
        return [
            dict(zip(names, row[:5], strict=True)) | {"took": bool(row[5]), "request": json.loads(row[6])}
            for row in rows
        ]

    def send_events(
        self, events: Mapping[str, Events], tell: Callable[[], None], *, always: Iterable[str] = ()
    ) -> None:
        """Name what changes of each connector make it send, and who is told when some wait to be sent.

        always: the connectors whose changes are followed though nobody was named to be told of them.
        """
        self._events, self._tell_of_events, self._always = events, tell, frozenset(always)
        tell()

    def target(self, connector: str) -> Target | None:
        """Who gets this connector's events; None when nobody does."""
        return self._targets.get(connector)

    def set_target(self, connector: str, target: Target | None) -> None:
        with self.writing("control"):
            assert self._writing is not None
            self._writing.execute("DELETE FROM targets WHERE connector = ?", [connector])
            self._targets = {name: kept for name, kept in self._targets.items() if name != connector}
            if target is not None:
                values = [connector, json.dumps(asdict(target))]
                self._writing.execute("INSERT INTO targets VALUES (?, ?)", values)
                self._targets[connector] = target

    def letters(self, *, due_by: float) -> list[Letter]:
        """Events to be sent by that time, in the order of sending."""
        if (self.next_letter_due_at() or 0) > due_by:
            return []
        with self._connection() as connection:
            rows = connection.execute(
                "SELECT id, connector, due_at, tries, body FROM outbox WHERE due_at <= ? ORDER BY id",
                [due_by],
            ).fetchall()
        letters = [Letter(*row) for row in rows]
        return letters[::-1] if self._is_newest_first() else letters

    def next_letter_due_at(self) -> float | None:
        """When there is something to send; None when nothing waits."""
        first = "max" if self._is_newest_first() else "min"  # to be reversed, all must be there
        with self._connection() as connection:
            return connection.execute(f"SELECT {first}(due_at) FROM outbox").fetchone()[0]

    def _is_newest_first(self) -> bool:
        return any(target.newest_first for target in self._targets.values())

    def drop_letter(self, letter_id: int) -> None:
        with self.writing("control"):
            assert self._writing is not None
            self._writing.execute("DELETE FROM outbox WHERE id = ?", [letter_id])

    def postpone_letter(self, letter_id: int, *, due_at: float) -> None:
        with self.writing("control"):
            assert self._writing is not None
            again = "UPDATE outbox SET tries = tries + 1, due_at = ? WHERE id = ?"
            self._writing.execute(again, [due_at, letter_id])

    def _leave_events(self, connection: sqlite3.Connection) -> bool:
        """Put what this transaction makes vendors send into the outbox; whether anything waits there."""
        letters = [
            [connector, time.time() + self._delay_s(connector), json.dumps(event)]
            for connector, before in self._before.items()
            for event in self._events[connector](self._books(connection, connector), before)
        ]
        connection.executemany("INSERT INTO outbox (connector, due_at, body) VALUES (?, ?, ?)", letters)
        return connection.execute("SELECT EXISTS (SELECT 1 FROM outbox)").fetchone()[0]

    def _delay_s(self, connector: str) -> float:
        target = self._targets.get(connector)
        return target.delay_s if target else 0.0

    def _books(self, connection: sqlite3.Connection, connector: str) -> Books:
        before = self._before.get(connector) if connection is self._writing else None
        return Books(connection, connector, clock=self.now, setting=self.setting, before=before)

    @contextmanager
    def _connection(self) -> Iterator[sqlite3.Connection]:
        try:
            connection = self._idle.get_nowait()
        except queue.Empty:
            connection = sqlite3.connect(
                self._file, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            connection.execute("PRAGMA synchronous = NORMAL")
            # SQLite's own lower() knows ASCII only.
            connection.create_function("lowered", 1, str.lower, deterministic=True)
        try:
            yield connection
        finally:
            self._idle.put(connection)


def _close_all(idle: queue.SimpleQueue[sqlite3.Connection]) -> None:
    while not idle.empty():
        idle.get().close()
