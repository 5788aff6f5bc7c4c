"""Fresh databases to measure in: migrated once, then copied; none of those that were there is touched."""

import os
import shutil
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.conf import settings

NAME = "countersign_bench"


class SQLiteDatabases:
    title = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._template = folder / "migrated.sqlite3"
        migrate(f"sqlite:///{self._template}")

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of a migrated database that nobody has used."""
        file = self._folder / "measured.sqlite3"
        shutil.copyfile(self._template, file)
        try:
            yield f"sqlite:///{file}"
        finally:
            for each in self._folder.glob("measured.sqlite3*"):
                each.unlink()

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The URL of one without any table."""
        file = self._folder / "empty.sqlite3"
        try:
            yield f"sqlite:///{file}"
        finally:
            for each in self._folder.glob("empty*"):
                each.unlink()

    def facts(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}"

    def close(self) -> None:
        """The folder goes as a whole."""


class PostgresDatabases:
    """Databases beside the one that the URL names, whose role must be allowed to make them."""

    title = "PostgreSQL"

    def __init__(self, url: str) -> None:
        self._url = url
        self._prefix = f"{NAME}_{os.getpid()}"
        self._template = f"{self._prefix}_migrated"
        self._tell(f'CREATE DATABASE "{self._template}"')
        try:
            migrate(self._url_of(self._template))
        except BaseException:
            self.close()
            raise

    @contextmanager
    def fresh(self) -> Iterator[str]:
        with self._made(f' TEMPLATE "{self._template}"') as url:
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        with self._made("") as url:
            yield url

    @contextmanager
    def _made(self, how: str) -> Iterator[str]:
        name = f"{self._prefix}_measured"
        self._tell(f'CREATE DATABASE "{name}"{how}')
        try:
            yield self._url_of(name)
        finally:
            self._drop(name)

    def facts(self) -> str:
        shown = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        with psycopg.connect(self._url, autocommit=True) as connection:
            told = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in shown}
        version = told.pop("server_version").split()[0]
        return f"PostgreSQL {version} ({', '.join(f'{name} {value}' for name, value in told.items())})"

    def close(self) -> None:
        self._drop(self._template)

    def _drop(self, name: str) -> None:
        self._tell(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _tell(self, statement: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute(statement)

    def _url_of(self, name: str) -> str:
        return urlunsplit(urlsplit(self._url)._replace(scheme="postgresql", path=f"/{name}"))


def migrate(database_url: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(command, cwd=settings.ROOT, env=environment(database_url), check=True)


def environment(database_url: str) -> Mapping[str, str]:
    """What a process that measures is started with: production's settings, with one process and no broker."""
    kept = {name: value for name, value in os.environ.items() if name not in ("REDIS_URL", "DEMO")}
    return kept | {
        "COUNTERSIGN_ENV": "ready",
        "DJANGO_SETTINGS_MODULE": "console.settings",
        "SECRET_KEY": token_urlsafe(32),
        "VAULT_KEY": b64encode(token_bytes(32)).decode(),
        "DATABASE_URL": database_url,
        "LOG_LEVEL": "WARNING",
    }
