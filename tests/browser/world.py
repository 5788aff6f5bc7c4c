"""A running console with its vendors, as a browser test needs it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.db.models import QuerySet
from playwright.sync_api import Browser, BrowserContext, Page, expect

from agent.models import Message
from connectors.sandbox.client import SandboxControl
from console import demo
from console.accounts.models import Person
from console.mirror.models import Invoice
from console.mirror.sync import sync_connection
from tests import processes
from tests.books import sell_more

PASSWORD = secrets.token_urlsafe(12)
KNOWN_SEED = 1
PATIENCE_MS = 15_000
COUNTER_LAG_S = 1  # long enough that a read right after the answer is old
PROBE_SCHEDULE_S = "5,4,4,4,4,4"  # long enough that "Outcome unknown" is seen before it is known


@dataclass
class World:
    """seed: what the vendors were filled with. stories: who plays which part in it."""

    url: str
    seed: int
    vendors: SandboxControl
    stories: dict[str, Any]
    cookies: dict[str, dict] = field(default_factory=dict)  # by user name, once signed in

    def debtor(self, position: int) -> Invoice:
        """An invoice that a customer without a story has not paid for two months or more."""
        old = self._without_story().filter(vendor_id__in=self.stories["overdue"]["over_60_days"])
        return old.order_by("vendor_id")[position]

    def payer(self, position: int) -> Invoice:
        """A paid invoice of a customer without a story, a different customer for each position."""
        paid = self._without_story().filter(connection__connector="billsby", status="Paid")
        latest = paid.order_by("customer_vendor_id", "vendor_id").values_list("customer_vendor_id", flat=True)
        customer = list(dict.fromkeys(latest))[position]
        return paid.filter(customer_vendor_id=customer).latest("issued_at")

    def _without_story(self) -> QuerySet[Invoice]:
        players = [part["customerUniqueId"] for part in self.stories.values() if "customerUniqueId" in part]
        return Invoice.objects.exclude(customer_vendor_id__in=players)

    def effects_so_far(self) -> int:
        """The number of the ledger's last line."""
        return max((line["id"] for line in self.vendors.effects()), default=0)


@contextmanager
def running_world(database_url: str, seed: int) -> Iterator[World]:
    with (
        processes.sandbox() as vendors_url,
        SandboxControl(vendors_url) as vendors,
        processes.console(database_url, PROBE_SCHEDULE_S=PROBE_SCHEDULE_S) as console,
    ):
        vendors.reset(seed=seed)
        vendors.settings(settle_at_once=True, counter_lag_s=COUNTER_LAG_S)
        demo.create_people(PASSWORD)
        # The server reads what its own hasher writes, which is not the fast one of the tests.
        Person.objects.update(password=make_password(PASSWORD, hasher=PBKDF2PasswordHasher()))
        sell_more(vendors)
        for connection in demo.connect_sandbox(vendors_url):
            sync_connection(connection)
        set_pace(console.url, 0)
        yield World(console.url, seed, vendors, vendors.stories())


def set_pace(url: str, word_s: float) -> None:
    """How long the scripted model takes for a word."""
    answer = httpx.post(f"{url}/sandbox/model/v1/control/pace", json={"word_s": word_s})
    answer.raise_for_status()


def forget_the_minute() -> None:
    """What was said before counts as said long ago: people may say only so much a minute."""
    for message in Message.objects.filter(role=Message.Role.USER):
        Message.objects.filter(pk=message.pk).update(created_at=message.created_at - timedelta(hours=1))


class Visitor:
    """One person in a browser context of their own; whatever the browser complains about is kept."""

    def __init__(self, world: World, name: str, context: BrowserContext, options: dict[str, Any]) -> None:
        self.world, self.name, self.context, self.options = world, name, context, options
        self.complaints: list[str] = []
        self.page = self.new_page()

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def go(self, path: str) -> Page:
        self.page.goto(self.world.url + path)
        return self.page

    def excuse(self, text: str) -> None:
        """A complaint with these words was meant to happen; it must have."""
        kept = [complaint for complaint in self.complaints if text not in complaint]
        assert len(kept) < len(self.complaints), f"the browser never said {text!r}"
        self.complaints = kept

    def _on_console(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.location.get('url', '')}: {message.text}")


class Visitors:
    """The people of one test, or of several: at the end of each nothing may have been complained about.

    they_stay: who has signed in once looks at the next page in the same window, which costs more than a page.
    """

    def __init__(self, world: World, browser: Browser, *, they_stay: bool = False) -> None:
        self.world, self.browser, self.they_stay = world, browser, they_stay
        self.all: list[Visitor] = []

    def stranger(self, **options: Any) -> Visitor:
        return self._visit("stranger", options)

    def sign_in(self, name: str, **options: Any) -> Visitor:
        """A window with this person signed in, first through the page; a new one, unless they stay."""
        if self.they_stay:
            for visitor in self.all:
                if (visitor.name, visitor.options) == (name, options):
                    return visitor
        if name not in self.world.cookies:
            self.world.cookies[name] = self._first_sign_in(name)
        return self._visit(name, options, storage_state=self.world.cookies[name])

    def _first_sign_in(self, name: str) -> dict:
        visitor = self._visit(name, {})
        sign_in_by_form(visitor.go("/sign-in/"), name, PASSWORD)
        expect(visitor.page.get_by_role("navigation", name="Main")).to_be_visible()
        return visitor.context.storage_state()

    def _visit(self, name: str, options: dict[str, Any], **signed_in: Any) -> Visitor:
        usual = {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
        context = self.browser.new_context(**{**usual, **options, **signed_in})
        context.set_default_timeout(PATIENCE_MS)
        visitor = Visitor(self.world, name, context, options)
        self.all.append(visitor)
        return visitor

    def photograph(self, folder: Path, test: str) -> None:
        """Keep what everybody sees, for whoever asks why the test failed."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, visitor in enumerate(self.all):
            for page in visitor.context.pages:
                stem = folder / f"{test}-{number}-{visitor.name}"
                page.screenshot(path=stem.with_suffix(".png"))
                stem.with_suffix(".html").write_text(page.content())

    def leave(self) -> None:
        for visitor in self.all:
            visitor.context.close()

    def hear_complaints(self) -> list[str]:
        """All since it was asked last."""
        heard = [f"{visitor.name}: {text}" for visitor in self.all for text in visitor.complaints]
        for visitor in self.all:
            visitor.complaints = []
        return heard


def sign_in_by_form(page: Page, name: str, password: str) -> None:
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
