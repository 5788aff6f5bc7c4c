"""What people do all day: sign in, watch, decide at the same time, use the keyboard, change the theme."""

import itertools
import json

import pytest
from playwright.sync_api import expect

from console.accounts.models import Person
from console.approvals.proposing import Origin, StepDraft, propose
from console.mirror.models import AddOn, Invoice, Subscription
from tests.browser import acts
from tests.browser.world import PASSWORD, set_pace, sign_in_by_form

pytestmark = pytest.mark.browser

SLOW_S = 0.05  # a word; long enough to look at an answer that is being written
# The page's own refresh, until its answer is there and was shown or put off.
LET_IT_REFRESH = """() => new Promise((done) => {
  document.addEventListener("htmx:beforeSwap", () => setTimeout(done), { once: true });
  htmx.trigger(document.getElementById("record"), "live");
})"""
unused_payers = itertools.count(3)


@pytest.fixture
def slow_model(world):
    set_pace(world.url, SLOW_S)
    yield
    set_pace(world.url, 0)


@pytest.fixture
def refunds(world):
    """Files the refund of seven cents, each time on another customer's invoice."""

    def file(by="priya"):
        invoice = world.payer(next(unused_payers))
        arguments = {
            "customerUniqueId": invoice.customer_vendor_id,
            "invoiceNumber": invoice.vendor_id,
            "amount": 7,
        }
        return propose(
            actor=Person.objects.get(username=by),
            steps=[StepDraft("billsby_refund_invoice", arguments)],
            reason="Charged seven cents too much.",
            origin=Origin("form"),
        )

    return file


def test_a_wrong_password_is_refused_in_words(people):
    stranger = people.stranger()
    page = stranger.go("/sign-in/")

    sign_in_by_form(page, "dana", "not-the-password")

    expect(page.get_by_role("alert")).to_contain_text("Not signed in")
    expect(page.get_by_label("Password")).to_have_value("")
    stranger.excuse("422")
    sign_in_by_form(page, "dana", PASSWORD)
    expect(page.get_by_role("heading", name="Home")).to_be_visible()


def test_a_proposal_appears_in_the_inbox_and_in_the_count_without_reloading(world, people):
    dana, priya = people.sign_in("dana"), people.sign_in("priya")
    inbox = dana.go("/approvals/?tab=needs")
    count = inbox.locator(".side .cnt")
    before = int(count.get_attribute("data-count")) if count.count() else 0

    chat = acts.ask(priya, f"Refund invoice {world.payer(next(unused_payers)).vendor_id}")

    expect(acts.row(inbox, acts.proposal_on(chat))).to_be_visible()
    expect(count).to_have_attribute("data-count", str(before + 1))


def test_a_second_tab_follows_the_conversation(people):
    priya = people.sign_in("priya")
    first = acts.ask(priya, "What can you do?")
    second = priya.new_page()
    second.goto(first.url)

    acts.ask_on(first, "Who are you?")

    expect(second.locator(".msg-u .bub").last).to_have_text("Who are you?")
    expect(acts.answer(second)).to_contain_text("I am the scripted model")


def test_an_answer_goes_on_after_a_reload(people, slow_model):
    page = begin_a_long_answer(people.sign_in("priya"))

    page.reload()

    expect(page.locator("[data-raw]")).not_to_be_empty()
    expect(page.locator("#thread")).to_have_attribute("aria-busy", "false", timeout=60_000)
    expect(acts.answer(page)).to_contain_text("Show me invoice")


def test_stop_ends_the_answer_at_once_and_it_can_be_tried_again(world, people, slow_model):
    page = begin_a_long_answer(people.sign_in("priya"))

    page.keyboard.press("Escape")

    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(acts.answer(page)).not_to_contain_text("Show me invoice")
    set_pace(world.url, 0)
    page.get_by_role("button", name="Try again").click()
    expect(acts.answer(page)).to_contain_text("Show me invoice")


def test_of_two_approvers_at_once_the_second_is_told(world, people, refunds):
    proposal = refunds()
    dana, luis = people.sign_in("dana"), people.sign_in("luis")
    luis.page.route_web_socket("**/ws/live", lambda socket: None)  # so that no hint comes first
    for approver in (dana, luis):
        expect(acts.confirming(approver.go(f"/approvals/{proposal.pk}/?confirm=approve"))).to_be_visible()

    acts.confirming(dana.page).click()
    expect(acts.status_of(dana.page.locator("#detail"))).to_have_text("Confirmed")
    acts.confirming(luis.page).click()

    expect(luis.page.get_by_role("alert")).to_contain_text("Not done")
    luis.excuse("409")
    record = proposal.steps.get().arguments["invoiceNumber"]
    assert [line["record"] for line in world.vendors.effects()].count(record) == 1


def test_whoever_asked_sees_no_way_to_approve(people, refunds):
    page = people.sign_in("dana").go(f"/approvals/{refunds(by='dana').pk}/")

    expect(page.get_by_text("You asked for this, so somebody else decides.")).to_be_visible()
    expect(page.get_by_role("link", name="Approve,")).to_have_count(0)
    page.get_by_role("button", name="Withdraw").click()
    expect(acts.status_of(page.locator("#detail"))).to_have_text("Withdrawn")


def test_the_inbox_works_by_keyboard_alone(people, refunds):
    first, second = refunds(), refunds()
    luis = people.sign_in("luis")
    page = luis.go("/approvals/?tab=needs")
    press = page.keyboard.press

    press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    acts.walk_to(page, first)
    press("Enter")
    expect(page.get_by_role("region", name=first.number, exact=True)).to_be_visible()
    # htmx takes this class away as it makes the button act
    expect(
        page.locator("#checks:not(.htmx-added)").get_by_role("button", name="Check Billsby now")
    ).to_be_visible()
    with page.expect_response(f"**/approvals/{first.pk}/checks/"):
        press("c")
    press("a")
    expect(acts.confirming(page)).to_be_focused()
    press("Escape")
    expect(page.locator(".act.confirm")).to_have_count(0)
    press("a")
    expect(acts.confirming(page)).to_be_focused()
    press("Enter")
    expect(acts.status_of(page.locator("#detail"))).to_have_text("Confirmed")

    luis.go("/approvals/?tab=needs")
    acts.walk_to(page, second)
    press("Enter")
    expect(page.get_by_role("region", name=second.number, exact=True)).to_be_visible()
    press("r")
    expect(page.get_by_label("Why not?")).to_be_focused()
    page.keyboard.type("Not this month.")
    press("Tab")
    press("Enter")
    expect(acts.status_of(page.locator("#detail"))).to_have_text("Rejected")


def test_a_refund_is_proposed_from_the_invoices_page(world, people):
    invoice = world.payer(next(unused_payers))
    page = people.sign_in("priya").go(invoice.get_absolute_url())

    page.get_by_role("link", name="Refund…").click()
    page.get_by_label("Amount").fill("3")
    expect(page.get_by_role("button", name="3")).to_be_visible()
    page.get_by_label("Reason").fill("Charged three too much.")
    page.get_by_role("button", name="Propose refund").click()

    expect(page.locator("#detail")).to_contain_text(f" of {invoice.vendor_id}")
    expect(page.locator("#detail")).to_contain_text("You asked for this, so somebody else decides.")


def test_what_is_being_clicked_is_not_replaced_before_the_click(world, people):
    invoice = world.payer(next(unused_payers))
    page = people.sign_in("priya").go(invoice.get_absolute_url())
    page.get_by_role("link", name="Refund…").hover()
    page.mouse.down()
    Invoice.objects.filter(pk=invoice.pk).update(digest="Read anew while somebody clicks.")
    page.evaluate(LET_IT_REFRESH)
    page.mouse.up()

    expect(page.get_by_label("Amount")).to_be_visible()


def test_what_came_while_the_pointer_was_down_is_asked_for_again(world, people):
    page = people.sign_in("priya").go(world.payer(next(unused_payers)).get_absolute_url())
    page.get_by_role("heading", level=1).hover()
    page.mouse.down()
    page.evaluate(LET_IT_REFRESH)

    with page.expect_request(lambda request: "x-live" in request.headers):
        page.mouse.up()


def test_typing_on_while_a_preview_is_under_way_is_nothing_to_complain_about(world, people):
    page = people.sign_in("priya").go(f"{world.payer(next(unused_payers)).get_absolute_url()}refund/")
    page.route("**/refund/?*", lambda _route: None, times=1)  # the first is never answered

    with page.expect_request("**/refund/?*"):
        page.get_by_label("Amount").fill("1")
    page.get_by_label("Amount").fill("2")

    expect(page.get_by_role("button", name="2")).to_be_visible()


def test_the_log_is_filtered_and_exported(people, refunds):
    proposal = refunds()
    page = people.sign_in("omar").go("/audit/")

    page.get_by_label("Record, proposal or fingerprint").fill(proposal.number)
    page.get_by_role("button", name="Filter").click()
    expect(page.locator("#audit tbody tr[data-href]")).to_have_count(1)
    for name, ending in (("CSV, for people", "csv"), ("JSONL, proves itself", "jsonl")):
        page.locator("summary", has_text="Export").click()
        with page.expect_download() as download:
            page.get_by_role("link", name=name).click()
        text = download.value.path().read_text(encoding="utf-8-sig")
        assert ending in download.value.suggested_filename
        assert proposal.number in text
    assert all(json.loads(line) for line in text.splitlines())


def test_the_theme_is_switched_and_kept(people):
    page = people.sign_in("luis").go("/")

    page.locator("summary", has_text="Luis Ortega").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_on_a_telephone_the_list_and_the_proposal_are_pages_of_their_own(people, refunds):
    proposal = refunds()
    page = people.sign_in("dana", viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True).go(
        "/approvals/?tab=needs"
    )

    acts.row(page, proposal).tap()
    expect(page.get_by_role("link", name="Approve,")).to_be_in_viewport()
    expect(acts.row(page, proposal)).to_be_hidden()
    page.get_by_role("link", name="Back to approvals").tap()
    expect(acts.row(page, proposal)).to_be_visible()


def begin_a_long_answer(priya):
    """Ask for something wordy, and look at it while it is being written."""
    page = priya.go("/chat/?new=1")
    page.get_by_role("textbox", name="Message").fill("What can you do?")
    page.keyboard.press("Enter")
    expect(page.locator("[data-raw]")).to_contain_text("I can look up")
    return page


def test_another_plan_offers_its_own_add_ons_and_keeps_what_was_typed(world, people):
    enterprise = {"plan_vendor_id": "34", "plan_name": "Enterprise", "product_name": "", "is_forced": False}
    AddOn.objects.update(plans=[enterprise])
    unique_id = world.stories["upgrade"]["subscriptionUniqueId"]
    subscription = Subscription.objects.get(vendor_id=unique_id)
    page = people.sign_in("priya").go(f"{subscription.get_absolute_url()}change-plan/")
    expect(page.locator("#picks")).to_contain_text("Nothing can be added")
    page.get_by_label("Reason").fill("They grow.")
    page.get_by_label("Plan and billing cycle").select_option("34 57")
    page.get_by_label("Priority support").fill("3")
    expect(page.locator("#preview")).to_contain_text("Priority support")
    expect(page.get_by_label("Priority support")).to_have_value("3")
    expect(page.get_by_label("Reason")).to_have_value("They grow.")
