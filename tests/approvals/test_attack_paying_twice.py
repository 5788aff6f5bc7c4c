"""One thing is paid once, however it is asked for: alone, with others, or as paid elsewhere."""

import threading

import pytest
from django.db import connections

from connectors.errors import ArgumentsError
from console.approvals import deciding
from console.approvals.errors import AlreadyProposedError
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from tests import payables as books
from tests import payments
from tests.writes.bill_payments import FROM_BANK

ALONE = StepDraft("bill_create_payment", {"billId": books.BILL, "amount": "70.50", **FROM_BANK})
OTHER = StepDraft("bill_create_payment", {"billId": payments.SECOND_BILL, "amount": "20", **FROM_BANK})
PARTS = [{"billId": books.BILL, "amount": "200"}, {"billId": payments.SECOND_BILL, "amount": "20.25"}]
TOGETHER = StepDraft("bill_create_payments_bulk", {"payments": PARTS, **FROM_BANK})
NOTED = StepDraft(
    "bill_record_bill_payment",
    {"vendorId": books.VENDOR, "processDate": "2026-11-02", "payments": PARTS[:1]},
)


@pytest.fixture
def file(committed_db, connected, people, sandbox):
    payments.fill(sandbox)

    def by(*steps: StepDraft, actor: str = "priya") -> Proposal:
        return propose(actor=people[actor], steps=steps, reason="Asked.", origin=Origin("form"))

    return by


@pytest.mark.parametrize(
    ("first", "second"),
    [(ALONE, TOGETHER), (TOGETHER, ALONE), (TOGETHER, OTHER), (TOGETHER, NOTED), (NOTED, ALONE)],
)
def test_a_bill_that_is_about_to_be_paid_is_not_asked_for_in_another_way(file, first, second):
    proposal = file(first)
    with pytest.raises(AlreadyProposedError) as held:
        file(second, actor="luis")
    assert held.value.proposal == proposal


def test_a_second_connection_to_the_same_account_pays_no_bill_again(file, connected, people):
    proposal = file(ALONE)
    again = connected["bill"]
    credentials = again.credentials
    again.pk, again.slug = None, "bill-again"
    again.credentials = credentials
    again.save()
    with pytest.raises(AlreadyProposedError) as held:
        propose(actor=people["luis"], steps=[ALONE], reason="", origin=Origin("form"), connection=again)
    assert held.value.proposal == proposal


def test_bills_that_have_nothing_in_common_are_paid_side_by_side(file):
    assert file(ALONE).status == file(OTHER).status == Proposal.Status.PENDING


def test_a_plan_does_not_pay_a_bill_in_two_ways(file):
    with pytest.raises(ArgumentsError, match="leave one out"):
        file(ALONE, TOGETHER)


def test_a_payment_that_is_given_up_lets_go_of_all_its_bills(file, people):
    deciding.withdraw(proposal_id=file(TOGETHER).pk, actor=people["priya"])
    assert file(ALONE).status == file(OTHER).status == Proposal.Status.PENDING


def test_of_two_who_ask_at_once_in_two_ways_one_is_turned_down(file):
    met, turned_down = threading.Barrier(2), []

    def ask(step: StepDraft, actor: str) -> None:
        met.wait(30)
        try:
            file(step, actor=actor)
        except AlreadyProposedError as error:
            turned_down.append(error.proposal)
        finally:
            connections.close_all()

    askers = [threading.Thread(target=ask, args=it) for it in ((ALONE, "priya"), (TOGETHER, "luis"))]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(60)
    assert turned_down == [Proposal.objects.get()]
