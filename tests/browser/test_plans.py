"""Several vendor calls under one approval: leaving, moving to another plan, a new customer at BILL."""

import json
import random

import pytest
from playwright.sync_api import expect

from connectors.money import format_money
from console.approvals.models import Proposal
from console.mirror.models import Customer, Invoice
from tests.browser import acts
from tests.browser.world import KNOWN_SEED
from tests.processes import wait_for

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("world", ["known", "random"], indirect=True)]

LEAVING = "{} wants to cancel and get her latest invoice refunded."
REFUND, CANCEL = "billsby_refund_invoice", "billsby_cancel_subscription"
CHANGE, CHARGE = "billsby_change_plan", "billsby_charge_customer"


def test_a_customer_who_leaves_is_refunded_and_then_cancelled(world, people):
    story, so_far = world.stories["cancel_refund"], world.effects_so_far()
    refunded = format_money(story["refundable_minor"], story["currency"])
    priya, dana = people.sign_in("priya"), people.sign_in("dana")

    chat = acts.ask(priya, LEAVING.format(story["customer_name"]))
    proposal = acts.proposal_on(chat)
    pane = acts.open_in_inbox(dana, proposal)
    expect(pane).to_contain_text("Plan, 2 steps")
    expect(pane).to_contain_text(f"Refund {refunded}")
    expect(pane).to_contain_text("at once and for good")
    acts.approve(pane)

    expect(acts.status_of(pane)).to_have_text("Confirmed")
    expect(acts.card(chat)).to_contain_text("Confirmed")
    effects = world.vendors.effects(since=so_far)
    assert [(effect["operation"], effect["took"]) for effect in effects] == [(REFUND, True), (CANCEL, True)]
    assert json.loads(effects[0]["request"]["body"])["amount"] == story["refundable_minor"]
    assert world.vendors.record("billsby", "invoice", story["invoiceNumber"])["status"] == "Paid"
    acts.check_log(proposal)


def test_open_invoices_stand_in_the_way_of_a_cancellation(world, people):
    story, so_far = world.stories["cancel_blocked"], world.effects_so_far()
    newest = Proposal.objects.last()
    priya = people.sign_in("priya")

    chat = acts.ask(priya, LEAVING.format(story["customer_name"]))

    expect(acts.answer(chat)).to_contain_text("Billsby refuses a cancellation while invoices are open")
    expect(acts.answer(chat)).to_contain_text(story["invoiceNumber"])
    assert Proposal.objects.last() == newest
    assert world.vendors.effects(since=so_far) == []


def test_an_invoice_that_opens_in_between_stops_the_plan_at_its_second_step(world, people):
    story, so_far = world.stories["foreign"], world.effects_so_far()
    priya, dana = people.sign_in("priya"), people.sign_in("dana")
    older = Invoice.objects.filter(customer_vendor_id=story["customerUniqueId"], status="Paid").exclude(
        vendor_id=story["invoiceNumber"]
    )

    chat = acts.ask(priya, LEAVING.format(story["customer_name"]))
    proposal = acts.proposal_on(chat)
    pane = acts.open_in_inbox(dana, proposal)
    world.vendors.delay(seconds=2, operation=REFUND, after_effect=True)
    acts.approve(pane)
    wait_for(lambda: world.vendors.effects(since=so_far), "the refund to have its effect")
    world.vendors.change("billsby", "invoice", older.first().vendor_id, status="Unpaid")

    expect(acts.status_of(pane)).to_have_text("Stopped at step 2 of 2")
    expect(acts.card(chat)).to_contain_text("Stopped at step 2 of 2")
    expect(acts.answer(chat)).to_contain_text("only partly carried out")
    effects = world.vendors.effects(since=so_far)
    assert [(effect["operation"], effect["took"]) for effect in effects] == [(REFUND, True), (CANCEL, False)]
    acts.check_log(proposal)


def test_a_plan_is_changed_and_a_fee_is_charged(world, people):
    story, so_far = world.stories["upgrade"], world.effects_so_far()
    currency = Invoice.objects.filter(customer_vendor_id=story["customerUniqueId"]).first().currency
    fee_minor = 100_000 if world.seed == KNOWN_SEED else random.Random(world.seed).randint(11, 99) * 1_000
    fee = format_money(fee_minor, currency)
    customer = Customer.objects.get(vendor_id=story["customerUniqueId"])
    priya, dana = people.sign_in("priya"), people.sign_in("dana")

    text = (
        f"Move {story['customer_name']} to the {story['to_plan']} plan and charge a {fee} implementation fee."
    )
    chat = acts.ask(priya, text)
    expect(acts.answer(chat)).to_contain_text("Billsby decides what the change itself costs")
    proposal = acts.proposal_on(chat)
    pane = acts.open_in_inbox(dana, proposal)
    expect(pane.get_by_role("row", name="Plan", exact=False).first).to_contain_text(story["to_plan"])
    expect(pane.get_by_role("row", name="Billing cycle")).to_be_visible()
    expect(pane.get_by_role("row", name="Takes effect")).to_contain_text("At once")
    expect(pane.get_by_role("row", name="Unused part of the old plan")).to_contain_text("Not credited")
    expect(pane.get_by_role("row", name="Charged at once")).to_contain_text("Billsby decides")
    expect(pane.get_by_role("row", name="Invoice number")).to_contain_text("Billsby decides")
    expect(pane).to_contain_text(f"Billsby sends the invoice to {customer.email}")
    acts.approve(pane)

    expect(acts.status_of(pane)).to_have_text("Confirmed")
    expect(acts.card(chat)).to_contain_text("Confirmed")
    effects = world.vendors.effects(since=so_far)
    assert [(effect["operation"], effect["took"]) for effect in effects] == [(CHANGE, True), (CHARGE, True)]
    sent = json.loads(effects[1]["request"]["body"])
    assert (sent["amount"], sent["currencyCode"]) == (fee_minor, currency)
    assert proposal.steps.last().results  # the charge's invoice, found by reading
    acts.check_log(proposal)


def test_a_customer_and_a_contact_are_added_to_bill(world, people):
    chance, so_far = random.Random(world.seed), world.effects_so_far()
    name, email = "Acme Corp", "ops@acme.com"
    if world.seed != KNOWN_SEED:
        word = "".join(chance.choices("bdfglmnrst", k=3)).capitalize()
        name, email = (
            f"{word}ora {chance.choice(['Foods', 'Optics', 'Marine'])}",
            f"desk@{word.lower()}ora.example",
        )
    priya, dana = people.sign_in("priya"), people.sign_in("dana")

    chat = acts.ask(priya, f"Add {name} to BILL with a primary contact at {email}")
    proposal = acts.proposal_on(chat)
    pane = acts.open_in_inbox(dana, proposal)
    expect(pane).to_contain_text("Plan, 2 steps")
    expect(pane).to_contain_text("the id step 1 returns")
    acts.approve(pane)

    expect(acts.status_of(pane)).to_have_text("Confirmed")
    expect(acts.card(chat)).to_contain_text("Confirmed")
    customer, contact = world.vendors.effects(since=so_far)
    assert {customer["connector"], contact["connector"]} == {"bill"}
    assert [customer["operation"], contact["operation"]] == ["create_customer", "create_customer_contact"]
    assert customer["record"] in contact["request"]["path"]
    assert json.loads(customer["request"]["body"])["name"] == name
    assert json.loads(contact["request"]["body"])["email"] == email
    acts.check_log(proposal)
