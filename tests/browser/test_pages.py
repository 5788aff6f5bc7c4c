"""Every page in both themes: drawn without complaint, accessible, and photographed to var/screenshots/."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.browser import scenery
from tests.browser.conftest import looked_after
from tests.browser.world import Visitors
from tests.mcp.signing_in import address, told
from tests.serving import serving

pytestmark = pytest.mark.browser

SCREENSHOTS = settings.VAR / "screenshots"
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES_ON_COLOUR = ["color-contrast", "link-in-text-block"]
# A theme changes colours and nothing else, so that the other rules are asked once.
THEMES = {"light": {"runOnly": RULES}, "dark": {"runOnly": {"type": "rule", "values": RULES_ON_COLOUR}}}
PAGES = (
    "proposal-unknown",  # first, while it is
    *(
        "home",
        "cash-flow",
        "inbox",
        "inbox-finished",
        "proposal-pending",
        "proposal-confirm",
        "proposal-reject",
    ),
    *("proposal-plan", "proposal-failed", "proposal-succeeded", "proposal-rejected"),
    *("chat-new", "chat", "customers", "customer", "subscriptions", "subscription", "invoices"),
    *("invoices-none", "invoice", "invoice-refund", "vendors", "vendor", "bills", "bill"),
    *(
        "payments",
        "payment",
        "vendor-paid",
        "vendor-credits",
        "budgets",
        "budget",
        "spend-cards",
        "spend-card",
        "received-payments",
        "credit-memos",
    ),
    *("bill-without-document", "bill-document"),
    *("credit-notes", "credit-note", "products", "product", "plan", "subscription-usage"),
    *("usage", "customer-usage", "subscription-tagged", "plan-extras"),
    *("form-charge", "form-change-plan", "form-card", "form-cancel", "form-change-usage"),
    *("form-pay", "form-pay-several", "form-enter-bill", "form-bank-account"),
    *("form-new-vendor", "form-new-bill"),
    *("audit", "audit-entry", "connections", "access-tokens", "access-token", "access-token-new"),
)
NARROW = (
    *("home", "cash-flow", "inbox", "proposal-pending", "chat", "invoices", "bill", "bills", "payment"),
    *("form-change-plan", "form-pay-several", "form-enter-bill"),
    *("access-tokens", "access-token", "access-token-new"),
)
TELEPHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module")
def readers(world, browser) -> Iterator[Visitors]:
    visitors = Visitors(world, browser, they_stay=True)
    yield visitors
    visitors.leave()


@pytest.fixture(scope="module")
def sights(world, readers) -> Iterator[scenery.Sights]:
    yield scenery.set_up(world, readers.sign_in("priya"))
    world.vendors.clear_faults()


@pytest.fixture
def people(readers, request) -> Iterator[Visitors]:
    """Whoever looks at the pages."""
    yield from looked_after(readers, request.node)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_drawn_in_both_themes(sights, people, name):
    visitor = people.sign_in(reader_of(name))
    visitor.go(sights.paths[name])
    look_at(visitor.page, name)


@pytest.mark.parametrize("name", NARROW)
def test_a_page_fits_a_telephone(sights, people, name):
    visitor = people.sign_in(reader_of(name), **TELEPHONE)
    visitor.go(sights.paths[name])
    look_at(visitor.page, f"narrow-{name}")


def test_an_outcome_that_reading_cannot_settle_is_left_to_people(sights, people):
    page = people.sign_in("dana").go(sights.paths["proposal-unknown"])
    expect(page.locator("#detail")).to_contain_text("Outcome unknown, your call", timeout=40_000)
    look_at(page, "proposal-your-call")


def test_a_token_is_made_with_its_tools_counted_and_shown_once(sights, people):
    page = people.sign_in("dana").go(sights.paths["access-token-new"])
    all_read = page.locator("#matching").inner_text()
    page.get_by_label("Propose changes").check()
    expect(page.locator("#matching")).not_to_have_text(all_read)
    page.get_by_label("Name").fill("Month-end close")
    page.get_by_text("Also require a second code").click()
    page.screenshot(path=SCREENSHOTS / "access-token-chosen.png")
    page.get_by_role("button", name="Create token").click()
    expect(page.get_by_text("It is shown this once")).to_be_visible()
    look_at(page, "access-token-made")


async def client_of_another_site(scope: Any, receive: Any, send: Any) -> None:
    """Where an outside client waits for its answer."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html")]})
    await send({"type": "http.response.body", "body": b"<title>Client</title>Signed in."})


def test_a_client_is_let_in_by_keyboard_and_gets_its_code(sights, people, world):
    with serving(client_of_another_site) as client:
        callback = f"{client}/callback"
        given = {"client_name": "Hosted chat", "redirect_uris": [callback]}
        client_id = httpx.post(f"{world.url}/oauth/register", json=given).json()["client_id"]
        visitor = people.sign_in("dana")
        asked = address(client_id, redirect_uri=callback, resource=f"{world.url}/mcp")
        page = visitor.go(asked)
        look_at(page, "consent")
        page.set_viewport_size(TELEPHONE["viewport"])
        look_at(page, "narrow-consent")
        page.get_by_role("button", name="Let it in").focus()
        page.keyboard.press("Enter")
        page.wait_for_url(f"{callback}?*")
        assert "code" in told(page.url)


def test_signing_in_is_drawn_in_both_themes(people):
    stranger = people.stranger()
    stranger.go("/sign-in/")
    look_at(stranger.page, "sign-in")


def test_a_page_that_is_not_there_says_so(people):
    visitor = people.sign_in("dana")
    visitor.go("/approvals/999999/")
    look_at(visitor.page, "not-found")
    visitor.excuse("404")


def reader_of(name: str) -> str:
    """Whose page it is: who may ask chats, the auditor reads the log, everything else is the approver's."""
    if name.startswith(("chat", "invoice-refund", "form")):
        return "priya"
    return "omar" if name.startswith("audit") else "dana"


def look_at(page: Page, name: str) -> None:
    """In both themes: nothing sticks out to the side, axe finds nothing, and a picture is kept."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.evaluate(AXE)
    for theme, rules in THEMES.items():
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_load_state("networkidle")
        page.screenshot(path=SCREENSHOTS / f"{name}-{theme}.png")
        sticks_out = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(sticks_out) <= 0
        assert problems_of(page, rules) == []


def problems_of(page: Page, rules: Mapping[str, Any]) -> list[str]:
    """What axe finds against WCAG, level A and AA: rule, element, and why."""
    only_violations = {**rules, "resultTypes": ["violations"]}  # of what is well it would tell every element
    found = page.evaluate("options => axe.run(document, options)", only_violations)
    return [
        f"{rule['id']}: {node['html'][:160]} ({' '.join(node['failureSummary'].split())[:200]})"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
