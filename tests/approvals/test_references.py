"""A reference of ours tells a payment from all others, and hides no second request for the same."""

import pytest

from console.approvals.errors import AlreadyProposedError
from console.approvals.models import Step
from console.approvals.presenting import tokens
from console.approvals.proposing import Origin, StepDraft, propose
from tests import payables as books
from tests import payments
from tests.writes.bill_payments import FROM_BANK, PAY

pytestmark = pytest.mark.django_db

NEW_BILL = {"vendorId": books.VENDOR, "createBill": True, "amount": "15.25", **FROM_BANK}


@pytest.fixture
def file(connected, people, sandbox):
    payments.fill(sandbox)

    def by(name: str, given: dict) -> Step:
        steps = [StepDraft(name, given)]
        proposal = propose(actor=people["priya"], steps=steps, reason="Due.", origin=Origin("form"))
        return proposal.steps.get()

    return by


def test_every_payment_carries_a_reference_that_is_in_the_request_and_on_the_card(file):
    first, second = file("bill_create_payment", PAY), file("bill_create_payment", NEW_BILL)
    ours = [step.arguments["transactionNumber"] for step in (first, second)]
    assert len(set(ours)) == 2
    for step, reference in zip((first, second), ours, strict=True):
        shown = {change["field"]: change["after"] for change in step.card["changes"]}
        assert shown["Our reference"] == reference
        assert reference in "".join(token.text for token in tokens(step))
        assert reference in step.proposal.canonical


def test_a_reference_that_somebody_gives_is_not_used(file):
    step = file("bill_create_payment", PAY | {"transactionNumber": "CS-OLD"})
    assert step.arguments["transactionNumber"] != "CS-OLD"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("bill_create_payment", PAY),
        ("bill_create_payment", NEW_BILL),
        ("bill_create_payments_bulk", {"payments": [{"billId": books.BILL, "amount": "20"}], **FROM_BANK}),
    ],
)
def test_the_same_payment_is_not_asked_for_twice(file, name, given):
    file(name, given)
    with pytest.raises(AlreadyProposedError):
        file(name, given)
