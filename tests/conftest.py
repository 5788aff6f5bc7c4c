"""Fixtures of every test: a real database that commits, the sandbox over HTTP, the five people."""

import asyncio
import gc
import os
import shutil
import unittest
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from asgiref.sync import SyncToAsync
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connections
from xdist.scheduler import LoadFileScheduling

from connectors.sandbox import build_app
from connectors.sandbox.client import SandboxControl
from console import demo
from console.connections.clients import close_clients
from tests import environment
from tests.serving import serving
from tests.writes import arguments_of

copies = count(1)
BROWSER, BENCH = "tests/browser/", "tests/bench/"
WAITING = (BROWSER, "tests/kill/")
DATABASES = {"db", "transactional_db", "committed_db", "shared_db", "world"}


def pytest_configure() -> None:
    settings.MCP_CONNECTION_KEPT_S = 0  # each test has a database of its own
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the real one costs 0.5 s


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    return BrowserTogether(config, log)


class BrowserTogether(LoadFileScheduling):
    """A file a process, and all files of the browser in one: they share a console that runs."""

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else super()._split_scope(nodeid)


def pytest_report_header() -> list[str]:
    engine, other = ("SQLite", "PostgreSQL") if settings.ON_SQLITE else ("PostgreSQL", "SQLite")
    lines = [f"database: {engine}; tests about {other}'s own statements are left out"]
    if not settings.ON_SQLITE:
        lines.append("tests that ask no database are left out; they ran, or will run, on SQLite")
    if not os.environ.get("BILLSBY_OPENAPI"):
        lines.append("BILLSBY_OPENAPI names no file; the tests that hold the sandbox against it are left out")
    return lines


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    other = "postgresql" if settings.ON_SQLITE else "sqlite"
    chosen = [
        item
        for item in items
        if not item.get_closest_marker(other) and (settings.ON_SQLITE or asks_a_database(item))
    ]
    # What waits for other processes begins first, so that the rest of the run can fill its pauses.
    items[:] = sorted(chosen, key=lambda item: not item.nodeid.startswith(WAITING))


def pytest_collection_finish() -> None:
    """The tests themselves stay; looking through them again and again finds no garbage."""
    gc.collect()
    gc.freeze()


def asks_a_database(item: pytest.Item) -> bool:
    """What asks none holds on both engines or on neither; pytest-django lets only these near one."""
    return (
        not DATABASES.isdisjoint(item.fixturenames)
        or item.get_closest_marker("django_db") is not None
        or issubclass(item.cls or object, unittest.TestCase)
        or item.nodeid.startswith(BENCH)
    )


@pytest.fixture(scope="session")
def template_db(django_test_environment, django_db_blocker) -> str:
    """The name of a database that is migrated once and only ever copied: a file on SQLite."""
    database = settings.DATABASES["default"]
    process = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    name = f"test_{database['NAME']}_{process}_migrated"
    if settings.ON_SQLITE:
        name = str(environment.folder / "migrated.sqlite3")
    with django_db_blocker.unblock():
        if not settings.ON_SQLITE:
            drop_database(name)
            with connections["default"]._nodb_cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}"')
        use_database(name)
        call_command("migrate", verbosity=0)
        connections.close_all()
    return name


@pytest.fixture(scope="session")
def django_db_setup(template_db, django_db_blocker) -> Iterator[None]:
    """The database of all tests whose changes are rolled back."""
    for _url in database_of_its_own(template_db, django_db_blocker):
        yield


@pytest.fixture
def committed_db(template_db, django_db_blocker) -> Iterator[str]:
    """A copy of the migrated template that commits for real; yields its DATABASE_URL.

    Guarded tables cannot be flushed, so a test that commits hardly ever shares a database with another.
    """
    yield from database_of_its_own(template_db, django_db_blocker)


@pytest.fixture(scope="module")
def shared_db(template_db, django_db_blocker) -> Iterator[str]:
    """The same for all tests of a module that only add to it; it has the accounts and the people."""
    yield from database_of_its_own(template_db, django_db_blocker)


def database_of_its_own(template_db: str, django_db_blocker) -> Iterator[str]:
    with django_db_blocker.unblock():
        usual = connections.settings["default"]["NAME"]
        name = copy_database(template_db)
        use_database(name)
        yield database_url(name)
        use_database(usual)
        drop_database(name)


def use_database(name: str) -> None:
    """Let every new connection of this process go to that database."""
    connections.close_all()
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()  # where async code queries
    if not is_in_a_loop():
        asyncio.run(close_what_coroutines_opened())
    connections.settings["default"]["NAME"] = name


def is_in_a_loop() -> bool:
    """Playwright keeps a loop running in the main thread for as long as its browser is open."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


async def close_what_coroutines_opened() -> None:
    """Django keeps connections apart that were opened while a loop ran, in the same thread too."""
    connections.close_all()


def copy_database(template: str) -> str:
    if settings.ON_SQLITE:
        name = str(environment.folder / f"copy-{next(copies)}.sqlite3")
        shutil.copyfile(template, name)
        return name
    name = f"{template}_{next(copies)}"
    drop_database(name)
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return name


def drop_database(name: str) -> None:
    if settings.ON_SQLITE:
        Path(name).unlink()
        return
    with connections["default"]._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def database_url(name: str) -> str:
    if settings.ON_SQLITE:
        return f"sqlite:///{name}"
    database = settings.DATABASES["default"]
    return f"postgres://{database['USER']}@{database['HOST']}:{database['PORT']}/{name}"


@pytest.fixture(scope="session")
def sandbox_url() -> Iterator[str]:
    """The local vendors on a port of their own, once for the whole run."""
    app = build_app(environment.folder / "sandbox.sqlite3", settle_at_once=True, counter_lag_s=0)
    with serving(app) as url:
        yield url


@pytest.fixture(scope="session")
def sandbox_control(sandbox_url: str) -> Iterator[SandboxControl]:
    with SandboxControl(sandbox_url) as control:
        yield control


@pytest.fixture
def sandbox(sandbox_control: SandboxControl) -> SandboxControl:
    """The sandbox, freshly seeded; effects and faults are asked of it."""
    sandbox_control.reset()
    sandbox_control.clear_faults()
    return sandbox_control


@pytest.fixture
def connected(sandbox: SandboxControl, sandbox_url: str) -> dict:
    """Both accounts, by connector, pointing at the sandbox. Asks for a database from the test."""
    return {row.connector: row for row in demo.connect_sandbox(sandbox_url)}


@pytest.fixture
def people() -> dict:
    """The five people, by user name. Asks for a database from the test."""
    return {person.username: person for person in demo.create_people("test-password")}


@pytest.fixture
def arguments(connected: dict, sandbox: SandboxControl) -> Callable[[str], dict]:
    """arguments(operation): what a person might really ask of it."""
    return arguments_of(connected, sandbox)


@pytest.fixture(autouse=True)
def _clean_cache() -> None:
    caches["default"].clear()


@pytest.fixture(autouse=True)
def _closed_clients() -> Iterator[None]:
    """Each test has accounts of its own, and with them connections."""
    yield
    close_clients()
