"""The frame in a real browser: nothing the content security policy forbids, hints, keys, the theme."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, WebSocketRoute, expect, sync_playwright

from agent import turns
from agent.models import Conversation, Message
from console.ui import live
from tests.serving import serving

CHROMIUM = Path(os.environ.get("CHROMIUM_PATH", "/usr/bin/chromium"))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium (CHROMIUM_PATH)"),
]


@pytest.fixture
def address(committed_db, settings) -> Iterator[str]:
    """The whole application behind its real server, without a worker."""
    from console.asgi import application

    settings.EMBEDDED_WORKER = False
    with serving(application, lifespan="on") as url:
        yield url
    connections.close_all()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


def sign_in(page: Page, address: str, name: str = "dana") -> None:
    page.goto(f"{address}/sign-in/")
    page.fill("#id_username", name)
    page.fill("#id_password", "test-password")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")


def test_the_browser_has_nothing_to_complain_about(address, people, page):
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, address)
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert complaints == []


def test_a_hint_updates_the_count_of_an_open_page(address, pending_proposal, page):
    sign_in(page, address)
    expect(page.locator(".side .cnt")).to_contain_text("1")
    with page.expect_response("**/shell/waiting/"):
        live.send("inbox")


def test_what_somebody_else_decides_is_said(address, pending_proposal, chromium, page):
    shown = f"{address}/approvals/{pending_proposal.pk}/"
    sign_in(page, address)
    page.goto(shown)
    with chromium.new_context() as context:
        hers = context.new_page()
        sign_in(hers, address, "priya")
        hers.goto(shown)
        hers.get_by_role("button", name="Withdraw").click()
        expect(page.locator("#announce")).to_have_text(f"{pending_proposal.number}: Withdrawn")


def test_keys_go_from_page_to_page(address, people, page):
    sign_in(page, address)
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url(f"{address}/approvals/")


def test_a_key_typed_into_a_field_is_only_text(address, people, page):
    sign_in(page, address)
    page.keyboard.press("/")
    page.keyboard.type("g a?")
    expect(page.locator(".find input")).to_have_value("g a?")


def test_the_theme_changes_at_once(address, people, page):
    sign_in(page, address)
    page.click(".me summary")
    page.click(".me button[value=dark]")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_whoever_may_no_longer_decide_is_told_so(address, people, pending_proposal, page):
    sign_in(page, address, "luis")
    page.goto(f"{address}/approvals/{pending_proposal.pk}/?confirm=approve")
    people["luis"].groups.set(people["priya"].groups.all())
    page.locator(".act.confirm button").click()
    expect(page.locator("#detail [role=alert]")).to_contain_text(
        "Your role does not let you approve proposals."
    )
    expect(page.locator("#toasts [data-toast]")).to_have_count(0)


ASKED = "Who owes us?\nAnd for how long?"


def breaks_at_the_question(page: Page, *, arrives: bool) -> None:
    """The first line to the chat ends with the question, before or after that reached the server."""
    broken = []

    def connect(line: WebSocketRoute) -> None:
        server = line.connect_to_server()

        def send(text: str) -> None:
            is_question = '"say"' in text and not broken
            if arrives or not is_question:
                server.send(text)
            if is_question:
                broken.append(text)
                line.close(code=4000)

        line.on_message(send)

    page.route_web_socket("**/ws/chat/*", connect)


def ask(page: Page, address: str, conversation: Conversation) -> None:
    sign_in(page, address, "priya")
    page.goto(f"{address}{conversation.get_absolute_url()}")
    expect(page.locator("#send")).to_be_enabled()
    page.fill("#q", ASKED)
    page.click("#send")


def test_a_question_that_did_not_arrive_is_given_back(address, people, page):
    conversation = Conversation.objects.create(owner=people["priya"])
    breaks_at_the_question(page, arrives=False)
    ask(page, address, conversation)
    expect(page.locator("#q")).to_have_value(ASKED)
    assert not Message.objects.exists()


def test_a_question_that_arrived_is_not_given_back(address, people, page):
    conversation = Conversation.objects.create(owner=people["priya"])
    breaks_at_the_question(page, arrives=True)
    ask(page, address, conversation)
    expect(page.locator(".msg-u")).to_contain_text("And for how long?")
    expect(page.locator("#q")).to_have_value("")


def test_a_question_that_was_refused_is_given_back(address, people, page):
    conversation = Conversation.objects.create(owner=people["priya"], last_position=100)
    for position in range(turns.SAID_PER_MINUTE):
        Message.objects.create(conversation=conversation, position=position, role="user", text=ASKED)
    ask(page, address, conversation)
    expect(page.locator("#refused")).to_contain_text("Wait a minute")
    expect(page.locator("#q")).to_have_value(ASKED)
