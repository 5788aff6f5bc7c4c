"""A bill comes by mail: it is entered with its paper, decided on by somebody else, and paid."""

import pytest
from playwright.sync_api import expect

from console.approvals.models import Proposal
from console.mirror.models import Bill, Vendor
from tests.browser import acts
from tests.files import PDF

pytestmark = pytest.mark.browser

PAPER = {"name": "bill-2210.pdf", "mimeType": "application/pdf", "buffer": PDF}
NUMBER = "NB-2210"


def test_a_bill_is_entered_with_its_paper_approved_by_another_person_and_paid(world, people):
    priya, dana = people.sign_in("priya"), people.sign_in("dana")
    vendor = Vendor.objects.filter(currency="USD", status="ACTIVE").order_by("name").first()

    entered = decide(dana, enter_bill(priya, vendor))
    assert [step.operation for step in entered.steps.all()] == [
        "bill_create_bill",
        "bill_upload_bill_document",
    ]
    bill = Bill.objects.get(number=NUMBER)
    paid = decide(dana, pay(priya, bill))

    made = paid.steps.get().results["id"]
    assert [line["record"] for line in world.vendors.effects()].count(made) == 1
    acts.check_log(paid)


def enter_bill(visitor, vendor: Vendor) -> Proposal:
    page = visitor.go("/bills/")
    page.get_by_role("link", name="New bill…").click()
    page.get_by_label("From which vendor?").fill(vendor.name)
    page.get_by_role("button", name="Search").last.click()
    page.get_by_role("link", name=vendor.name, exact=True).click()
    page.get_by_label("Number on the bill").fill(NUMBER)
    page.get_by_label("Date of the bill").fill("2026-11-20")
    page.get_by_label("Due on").fill("2026-12-20")
    page.get_by_label("What it is for, line 1").fill("Boxes")
    page.get_by_label("Amount, line 1").fill("120.00")
    page.get_by_label("Amount, line 2").fill("ten")
    page.get_by_label("The vendor's own bill").set_input_files(PAPER)
    page.get_by_label("Reason").fill("Came by mail.")
    page.get_by_role("button", name="Propose to enter this bill").click()

    expect(page.get_by_text("Write the amount like 1,250.00.")).to_be_visible()
    expect(page.get_by_text("bill-2210.pdf is kept as")).to_be_visible()
    visitor.excuse("422")
    page.get_by_label("Amount, line 2").fill("10.50")
    expect(page.get_by_role("button", name="Propose to enter this bill, $130.50")).to_be_visible()
    return propose(page, "Propose to enter this bill, $130.50")


def pay(visitor, bill: Bill) -> Proposal:
    page = visitor.go(bill.get_absolute_url())
    page.get_by_text("Propose a change").click()
    page.get_by_role("link", name="Pay…").click()
    expect(page.locator("#told")).to_contain_text("Pays")
    page.get_by_label("Account to pay from").select_option(index=1)
    page.get_by_label("Amount in USD").fill("130.50")
    page.get_by_label("Reason").fill("Due soon.")
    return propose(page, "Propose payment of $130.50")


def propose(page, button: str) -> Proposal:
    page.get_by_role("button", name=button).click()
    page.wait_for_url("**/approvals/*/")
    return Proposal.objects.latest("pk")


def decide(visitor, proposal: Proposal) -> Proposal:
    """Approve it and wait until it has happened."""
    pane = acts.open_in_inbox(visitor, proposal)
    acts.approve(pane)
    expect(acts.status_of(visitor.page.locator("#detail"))).to_have_text("Confirmed")
    proposal.refresh_from_db()
    return proposal
