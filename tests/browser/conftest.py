"""Fixtures of the browser tests: Chromium, a running console, the people in it."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.world import KNOWN_SEED, PATIENCE_MS, Visitors, World, forget_the_minute, running_world
from tests.conftest import copy_database, database_url, drop_database, use_database

CHROMIUM = Path(os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium"))
FAILURES = settings.VAR / "browser-failures"
failed = pytest.StashKey[bool]()

expect.set_options(timeout=PATIENCE_MS)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.failed:
        item.stash[failed] = True
    return report


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}; install it or set CHROMIUM_PATH")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()


@pytest.fixture(scope="package", params=["known"])
def world(request, browser, template_db, django_db_blocker) -> Iterator[World]:
    """A console that runs on a copy of the migrated database, beside vendors filled with a seed.

    Parametrized "known" (the demo's data) or "random" (COUNTERSIGN_SEED, else any seed).
    """
    seed = KNOWN_SEED
    if request.param == "random":
        seed = int(os.environ.get("COUNTERSIGN_SEED") or random.randint(2, 10**6))
    with django_db_blocker.unblock():
        usual = connections.settings["default"]["NAME"]
        name = copy_database(template_db)
        use_database(name)
        with running_world(database_url(name), seed) as console:
            yield console
        use_database(usual)
        drop_database(name)


@pytest.fixture
def people(world, browser, request) -> Iterator[Visitors]:
    """Whoever visits in this test."""
    visitors = Visitors(world, browser)
    try:
        yield from looked_after(visitors, request.node)
    finally:
        visitors.leave()


def looked_after(visitors: Visitors, test: pytest.Item) -> Iterator[Visitors]:
    """Visitors for this test. The browser must have nothing to complain about at its end."""
    print(f"seed {visitors.world.seed} (set COUNTERSIGN_SEED to repeat it)")
    forget_the_minute()
    yield visitors
    if test.stash.get(failed, False):
        visitors.photograph(FAILURES, test.name)
    assert visitors.hear_complaints() == []
