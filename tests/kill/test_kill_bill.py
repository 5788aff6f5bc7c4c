"""The process that pays a vendor through BILL is killed; started again, it pays no second time."""

import pytest

from console.approvals.models import Proposal
from console.approvals.proposing import StepDraft
from tests import payments
from tests.kill.witness import check_log
from tests.processes import wait_for
from tests.writes.bill_payments import PAY

Status = Proposal.Status


@pytest.fixture
def pay(approved, sandbox):
    payments.fill(sandbox)
    return lambda: approved(StepDraft("bill_create_payment", PAY))


def test_a_payment_that_was_made_before_its_reply_came_is_found(pay, executor, ended, sandbox):
    proposal = pay()
    sandbox.delay(seconds=1.5, connector="bill", operation="create_payment", after_effect=True)
    with executor.lives() as process:
        wait_for(sandbox.effects, "the payment to reach BILL")
        process.kill()
    ended(proposal)
    assert (proposal.status, len(sandbox.effects())) == (Status.SUCCEEDED, 1)
    check_log(proposal)


def test_a_payment_that_perhaps_was_sent_is_never_sent_again(pay, executor, ended, sandbox):
    proposal = pay()
    executor.dies("after:execution.mark_sent")
    ended(proposal)
    assert (proposal.status, sandbox.effects()) == (Status.FAILED, [])
    check_log(proposal)
