"""A plan at BILL from proposal to confirmation: a customer, a contact and an invoice in one decision."""

import pytest
from django.utils import timezone

from console.approvals import deciding, execution
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.mirror.models import Customer
from tests import payables

NEW = {"$ref": {"step": 1, "result": "id"}}
LINES = [{"quantity": 2, "price": "12.50", "description": "Setup"}]


@pytest.fixture
def plan(committed_db, connected, people, sandbox):
    """Approved and ready to be carried out."""
    steps = [
        StepDraft("bill_create_customer", {"name": "Acme Corp", "email": "ap@acme.example"}),
        StepDraft("bill_create_customer_contact", {"customerId": NEW, "email": "ana@acme.example"}),
        StepDraft("bill_create_invoice", {"customerId": NEW, "invoiceLineItems": LINES}),
    ]
    proposal = propose(actor=people["priya"], steps=steps, reason="New customer.", origin=Origin("form"))
    for name in ("dana", "luis"):  # two, because the new customer's currency is not known yet
        deciding.approve(proposal_id=proposal.pk, actor=people[name], digest=proposal.digest)
    return proposal


def attend(proposal: Proposal) -> Proposal:
    execution.attend(proposal.pk)
    proposal.refresh_from_db()
    return proposal


def test_a_plan_makes_the_customer_and_what_belongs_to_it(plan, sandbox):
    proposal = attend(plan)

    effects = [(line["operation"], line["took"]) for line in sandbox.effects()]
    assert proposal.status == Proposal.Status.SUCCEEDED
    assert effects == [
        ("create_customer", True),
        ("create_customer_contact", True),
        ("create_invoice", True),
    ]
    assert Customer.objects.get(name="Acme Corp").balance_minor == 2500


def test_a_lost_answer_is_settled_by_finding_the_customer_and_nothing_is_made_twice(plan, sandbox):
    sandbox.drop_reply(connector="bill", operation="create_customer")
    proposal = attend(plan)
    assert proposal.status == Proposal.Status.UNKNOWN

    Proposal.objects.filter(pk=proposal.pk).update(due_at=timezone.now())
    proposal = attend(proposal)

    assert proposal.status == Proposal.Status.PARTLY_DONE
    assert "BILL shows customer Acme Corp" in proposal.outcome
    assert [line["operation"] for line in sandbox.effects()] == ["create_customer"]


def test_a_session_that_ended_in_between_is_renewed_and_each_effect_comes_once(plan, sandbox):
    sandbox.advance(36 * 60)

    assert attend(plan).status == Proposal.Status.SUCCEEDED
    assert sum(line["took"] for line in sandbox.effects()) == 3


def test_a_vendors_bank_details_are_exchanged_by_one_plan(committed_db, connected, people, sandbox):
    payables.fill(sandbox)
    vendor = {"vendorId": payables.PAID_BY_ACH}
    account = {"nameOnAccount": "Eastside", "bankAccountNumber": payables.ACCOUNT}
    steps = [
        StepDraft("bill_delete_vendor_bank_account", vendor),
        StepDraft("bill_create_vendor_bank_account", vendor | account),
    ]
    proposal = propose(actor=people["priya"], steps=steps, reason="New bank.", origin=Origin("form"))
    deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)

    assert attend(proposal).status == Proposal.Status.SUCCEEDED, proposal.outcome
    there = sandbox.record("bill", "vendor bank account", payables.PAID_BY_ACH)
    assert there["accountNumber"] == payables.ACCOUNT
    assert "Differs from what is there" in [flag["title"] for flag in proposal.card["flags"]]
