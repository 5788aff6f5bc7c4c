"""Ways round the second approver that a plan might try."""

import pytest

from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.connections.clients import read_live

NEW = {"$ref": {"step": 1, "result": "id"}}


@pytest.fixture
def plan(committed_db, connected, people, sandbox):
    def file(*steps: StepDraft) -> Proposal:
        return propose(actor=people["priya"], steps=steps, reason="Asked.", origin=Origin("form"))

    return file


@pytest.fixture
def charge(sandbox):
    customer = sandbox.stories()["upgrade"]["customerUniqueId"]

    def step(amount: int, currency: str = "USD") -> StepDraft:
        arguments = {"customerUniqueId": customer, "currencyCode": currency, "amount": amount}
        return StepDraft("billsby_charge_customer", arguments | {"description": "Setup"})

    return step


@pytest.fixture
def invoice(connected):
    customers = read_live(connected["bill"], "bill_list_customers", {}).data
    customer = next(row["id"] for row in customers if row.get("invoiceCurrency", "USD") == "USD")

    def step(price: str, customer_id: object = customer) -> StepDraft:
        lines = [{"quantity": 1, "price": price}]
        return StepDraft("bill_create_invoice", {"customerId": customer_id, "invoiceLineItems": lines})

    return step


def test_a_small_plan_needs_one_person(plan, charge):
    assert plan(charge(400_000, "USD"), charge(400_000, "EUR")).needed_approvals == 1


def test_amounts_in_two_currencies_count_together(plan, charge):
    assert plan(charge(900_000, "USD"), charge(900_000, "EUR")).needed_approvals == 2


def test_a_large_amount_cannot_hide_beside_one_that_the_vendor_decides(plan, charge, sandbox):
    story = sandbox.stories()["credits"]
    which = {name: story[name] for name in ("subscriptionUniqueId", "counterId")}
    counter = StepDraft("billsby_update_counter", which | {"operationType": "Increment", "value": 1})
    assert plan(charge(90_000_000), counter).needed_approvals == 2


def test_a_large_amount_cannot_hide_beside_one_the_other_way(plan, charge, sandbox):
    story = sandbox.stories()["cancel_refund"]
    which = {name: story[name] for name in ("customerUniqueId", "invoiceNumber")}
    assert (
        plan(charge(90_000_000), StepDraft("billsby_refund_invoice", which | {"amount": 1})).needed_approvals
        == 2
    )


def test_a_negative_amount_takes_nothing_off(plan, invoice):
    proposal = plan(invoice("20000"), invoice("-19500"))
    assert (proposal.needed_approvals, proposal.amount_minor) == (2, None)


def test_an_amount_in_a_currency_not_known_yet_needs_two_people(plan, invoice):
    customer = StepDraft("bill_create_customer", {"name": "Acme Corp", "email": "ap@acme.example"})
    assert plan(customer, invoice("5000000", NEW)).needed_approvals == 2
