"""The process that executes is killed (-9) around every commit; started again, it finds its way by itself."""


import pytest

from console.approvals.models import Attempt, Proposal
from tests.kill.witness import check_log

Status, State = Proposal.Status, Attempt.State
RETRY, REFUND, CANCEL = (
    "billsby_retry_invoice_payment",
    "billsby_refund_invoice",
    "billsby_cancel_subscription",
)
NEVER_SENT = (Status.SUCCEEDED, 1)  # free to be sent by the next life
SENT_IN_VAIN = (Status.FAILED, 0)  # perhaps sent, so never again; reading shows that nothing came of it
TOOK = (Status.SUCCEEDED, 1)  # reading finds it


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("before:execution.claim", NEVER_SENT),
        ("after:execution._prepare_attempt", NEVER_SENT),  # the claim is written, not committed
        ("after:execution.claim", NEVER_SENT),
        ("before:execution.mark_sent", NEVER_SENT),
        ("after:execution.mark_sent", SENT_IN_VAIN),
        ("after:execution.send_write", TOOK),
        ("after:execution._end_attempt", TOOK),  # the answer is written, not committed
        ("after:execution.keep_answer", TOOK),
        ("after:ending.confirm", TOOK),  # the confirmation is written, not committed
        ("after:settling.probe", TOOK),
    ],
)
def test_a_kill_sends_at_most_once_and_ends_without_help(retry, executor, ended, sandbox, point, expected):
    proposal = retry()
    executor.dies(point)
    ended(proposal)
    assert (proposal.status, len(sandbox.effects())) == expected
    check_log(proposal)
