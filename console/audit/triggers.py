"""Laying database triggers, and telling which are in force. Any app's `guards.py` may use it.

Statements are given by engine, then by trigger name: {"sqlite": {name: sql}, "postgresql": {name: sql}}.
A PostgreSQL text makes the trigger's function, with its body between $$, and then CREATE OR REPLACE TRIGGER.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connections, transaction

Statements = dict[str, dict[str, str]]


@dataclass(frozen=True)
class Guard:
    """Refuse `event` on `table` where `condition`, in SQL that both engines read, holds for the row."""

    name: str
    table: str
    event: str
    message: str
    condition: str = "1 = 1"

    @property
    def sqlite(self) -> str:
        return (
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} WHEN {self.condition} "
            f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        )

    @property
    def postgresql(self) -> str:
        """TRUNCATE fires no row triggers, so that one stands per statement."""
        per = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        goes_on = {"DELETE": "OLD", "TRUNCATE": "NULL"}.get(self.event, "NEW")
        return (
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {self.condition} THEN RAISE EXCEPTION '{self.message}' USING ERRCODE = '23001'; END IF; "
            f"RETURN {goes_on}; END $$; "
            f"CREATE OR REPLACE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"FOR EACH {per} EXECUTE FUNCTION {self.name}()"
        )


def install(statements: Statements, *, using: str = "default") -> None:
    """Lay every trigger afresh. On PostgreSQL each is ENABLE ALWAYS, so that replica mode skips none."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for name, sql in statements[connection.vendor].items():
            if connection.vendor == "sqlite":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            cursor.execute(sql)
            if connection.vendor == "postgresql":
                cursor.execute(f'ALTER TABLE {_table(cursor, name)} ENABLE ALWAYS TRIGGER "{name}"')


def lift(statements: Statements, *, plan: list, using: str = "default") -> None:
    """Take the triggers off on SQLite before the migrations in `plan`; elsewhere, or without any, nothing.

    SQLite rebuilds a table by dropping and renaming, and refuses the renaming while any trigger in the schema
    names the table that is away. `post_migrate` lays them again.
    """
    connection = connections[using]
    if not plan or connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for name in statements["sqlite"]:
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')


def missing(statements: Statements, *, using: str = "default") -> list[str]:
    """Names of the triggers that are absent, switched off, or no longer do what their statement says."""
    vendor, laid = connections[using].vendor, _in_force(using)
    wanted = statements[vendor].items()
    return sorted(name for name, sql in wanted if name not in laid or _essence(vendor, sql) not in laid[name])


def _in_force(using: str) -> dict[str, str]:
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute(
                "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
                "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE NOT t.tgisinternal AND t.tgenabled = 'A' AND n.nspname = current_schema()"
            )
        rows: Iterable[tuple[str, str]] = cursor.fetchall()
        return dict(rows)


def _essence(vendor: str, sql: str) -> str:
    """The part of a statement that the database keeps word for word."""
    if vendor == "postgresql":
        return sql.split("$$")[1] if "$$" in sql else ""
    return sql.removeprefix("CREATE TRIGGER ")


def _table(cursor, name: str) -> str:
    cursor.execute(
        "SELECT t.tgrelid::regclass::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE t.tgname = %s AND NOT t.tgisinternal AND n.nspname = current_schema()",
        [name],
    )
    return cursor.fetchone()[0]
