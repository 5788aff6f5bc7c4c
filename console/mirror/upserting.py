"""Many rows in few statements, none of them over a newer one.

What Django would write row by row through model instances costs more than everything else a sync does, so
the statements are written out here, for both engines, and nowhere else.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from operator import itemgetter
from typing import Any

from django.db import IntegrityError, transaction
from django.db import connection as database
from django.db.models import DateField, Field, JSONField

from console.mirror.models import KINDS, Record

KEY = ("connection_id", "vendor_id")
Write = Callable[[Any], Any]
Columns = Sequence[Sequence[Any]]  # each as long as there are rows
AMONG = {
    "sqlite": "{} IN (SELECT value FROM json_each(%s))",
    "postgresql": "{} = ANY(%s)",
}


@dataclass(slots=True)
class Held:
    """What the mirror holds of a record. fetched_at: only where it lies after the moment asked about."""

    pk: int
    digest: str
    fetched_at: datetime | None


def look_up(
    model: type[Record], connection_id: int, vendor_ids: Iterable[str], *, after: datetime
) -> dict[str, Held]:
    """By vendor id, locked until the transaction ends where the engine can lock rows.

    after: few rows were read later, and to make a moment of each takes longer than all the rest.
    """
    # In one order, so that two writers of overlapping pages do not wait for each other.
    lock = "" if database.vendor == "sqlite" else " ORDER BY vendor_id FOR UPDATE"
    with database.cursor() as cursor:
        cursor.execute(
            "SELECT vendor_id, id, digest, CASE WHEN fetched_at > %s THEN fetched_at END"
            f" FROM {table(model)} WHERE connection_id = %s AND {among('vendor_id')}{lock}",
            [sent(after), connection_id, listed(vendor_ids)],
        )
        return {vendor_id: Held(pk, digest, read(at)) for vendor_id, pk, digest, at in cursor.fetchall()}


def upsert_newer(
    model: type[Record], rows: Sequence[Mapping[str, Any]], *, fields: Iterable[str], are_new: bool = False
) -> int:
    """Insert rows, or update these columns where one is there already and was read no later.

    rows: column → value, all of the same columns. are_new: none of them was there at our look. A row that
    somebody else inserts between that and our writing is not locked, and could be older or newer. Returns how
    many rows were written.
    """
    if not rows:
        return 0
    columns = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
    sets = ", ".join(f"{name} = EXCLUDED.{name}" for name in sorted(fields))
    conflict = (
        f"ON CONFLICT ({', '.join(KEY)}) DO UPDATE SET {sets}"
        f" WHERE {table(model)}.fetched_at <= EXCLUDED.fetched_at"
    )
    return WAYS[database.vendor](table(model), columns, written(model, rows), conflict, are_new)


def _one_by_one(name: str, columns: list[str], values: Columns, conflict: str, _: bool) -> int:
    holes = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({holes}) {conflict}"
    with database.cursor() as cursor:
        cursor.executemany(statement, list(zip(*values, strict=True)))
        return cursor.rowcount


def _copied(name: str, columns: list[str], values: Columns, conflict: str, are_new: bool) -> int:
    """PostgreSQL reads a stream of rows many times faster, but knows no conflict there.

    So what is new is tried straight, and all else goes through a table of this session's own.
    """
    listed_columns, incoming = ", ".join(columns), f"incoming_{name}"
    texts = [copy_texts(column) for column in values]
    lines = "".join(["\t".join(row) + "\n" for row in zip(*texts, strict=True)])
    with database.cursor() as cursor:
        if are_new:
            try:
                with transaction.atomic(), database.wrap_database_errors:
                    copy_in(cursor, f"{name} ({listed_columns})", lines)
                return len(values[0])
            except IntegrityError:  # somebody was faster with one of them
                pass
        cursor.execute("SELECT to_regclass(%s)", [f"pg_temp.{incoming}"])
        if cursor.fetchone()[0] is None:
            cursor.execute(
                f"CREATE TEMPORARY TABLE {incoming} ON COMMIT DELETE ROWS"
                f" AS SELECT {listed_columns} FROM {name} WITH NO DATA"
            )
        copy_in(cursor, f"{incoming} ({listed_columns})", lines)
        cursor.execute(
            f"INSERT INTO {name} ({listed_columns}) SELECT {listed_columns} FROM {incoming}"
            f" ORDER BY vendor_id {conflict}"
        )
        written = cursor.rowcount
        cursor.execute(f"DELETE FROM {incoming}")
        return written


def copy_in(cursor: Any, target: str, lines: str) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        copy.write(lines)  # at once: each part of it would be waited for


def copy_texts(column: Sequence[Any]) -> Sequence[str]:
    """A column's values in the text form of COPY; nearly always they are that already."""
    if set(map(type, column)) == {str}:
        together = "".join(column)
        if together.isprintable() and "\\" not in together:
            return column
    return list(map(copy_text, column))


def copy_text(value: Any) -> str:
    if value is None:
        return "\\N"
    if type(value) is not str:
        return str(value)
    if "\\" in value or not value.isprintable():
        return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
    return value


WAYS: Mapping[str, Callable[[str, list[str], Columns, str, bool], int]] = {
    "sqlite": _one_by_one,
    "postgresql": _copied,
}


def set_where(model: type[Record], pks: Iterable[int], values: Mapping[str, Any]) -> None:
    """The same values into all these rows."""
    sets = ", ".join(f"{name} = %s" for name in values)
    with database.cursor() as cursor:
        given = [*map(sent, values.values()), listed(pks)]
        cursor.execute(f"UPDATE {table(model)} SET {sets} WHERE {among('id')}", given)


def leave_room(**_: Any) -> None:
    """Let PostgreSQL keep half of each page free, after every migration, also one that takes a table away.

    Each sync stamps every row. Where the new version fits beside the old one no index is touched, which makes
    it several times faster; and the space would be taken all the same, by the old versions.
    """
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            for model in KINDS.values():
                cursor.execute(f"ALTER TABLE IF EXISTS {table(model)} SET (fillfactor = 50)")


def table(model: type[Record]) -> str:
    return model._meta.db_table


def among(column: str) -> str:
    return AMONG[database.vendor].format(column)


def listed(values: Iterable[Any]) -> Any:
    """Any number of values as one parameter: SQLite takes only so many."""
    return json.dumps(list(values)) if database.vendor == "sqlite" else list(values)


def written(model: type[Record], rows: Sequence[Mapping[str, Any]]) -> Columns:
    """The rows' values, column by column, as they are sent; `raw` comes as JSON's text."""
    of_row, writers = columns_of(model)
    columns: list[Sequence[Any]] = list(zip(*map(of_row, rows), strict=True))
    for place, write in writers:
        columns[place] = list(map(write, columns[place]))
    return columns


@cache
def columns_of(model: type[Record]) -> tuple[Callable[[Mapping[str, Any]], tuple], list[tuple[int, Write]]]:
    """What takes the columns' values out of a row, and at which places they need writing."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    writers = [(place, write) for place, field in enumerate(fields) if (write := _writer(field))]
    return itemgetter(*(field.attname for field in fields)), writers


def _writer(field: Field) -> Write | None:
    if isinstance(field, JSONField):
        return None if field.name == "raw" else json.dumps
    return stored if isinstance(field, DateField) and database.vendor == "sqlite" else None


def sent(value: Any) -> Any:
    return stored(value) if database.vendor == "sqlite" else value


def read(at: Any) -> datetime | None:
    """A moment that came out of an expression, of which SQLite makes nothing but text."""
    return datetime.fromisoformat(at).replace(tzinfo=UTC) if isinstance(at, str) else at


def stored(value: Any) -> Any:
    """Times as SQLite's columns hold them, which is as Django writes them: UTC, without saying so."""
    if isinstance(value, datetime):
        in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return in_utc.isoformat(" ").removesuffix("+00:00")
    return value.isoformat() if isinstance(value, date) else value
