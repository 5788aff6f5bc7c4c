"""The process that executes is killed (-9) around every commit; started again, it finds its way by itself."""

import pytest

from console.approvals.models import Attempt, Proposal
from tests.kill.witness import check_log
from tests.processes import wait_for

Status, State = Proposal.Status, Attempt.State
REFUND, CANCEL = "billsby_refund_invoice", "billsby_cancel_subscription"
SENT_LATER = (Status.SUCCEEDED, 1)  # the first life surely sent nothing, so the next one does
SENT_IN_VAIN = (Status.FAILED, 0)  # perhaps sent, so never again; reading shows that nothing came of it
TOOK = (Status.SUCCEEDED, 1)  # reading finds the effect


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("after:execution._prepare_attempt", SENT_LATER),  # the claim is written, not committed
        ("after:execution.claim", SENT_LATER),
        ("after:execution.mark_sent", SENT_IN_VAIN),
        ("after:execution.send_write", TOOK),
        ("after:execution._end_attempt", TOOK),  # the answer is written, not committed
        ("after:execution.keep_answer", TOOK),
        ("after:ending.confirm", TOOK),  # the confirmation is written, not committed
        ("after:settling.probe", TOOK),
    ],
)
def test_a_kill_around_a_commit_sends_at_most_once(retry, executor, ended, sandbox, point, expected):
    proposal = retry()
    executor.dies(point)
    ended(proposal)
    assert (proposal.status, len(sandbox.effects())) == expected
    check_log(proposal)


def test_a_kill_between_the_effect_and_its_reply_sends_at_most_once(retry, executor, ended, sandbox):
    proposal = retry()
    sandbox.delay(seconds=1.5, path_contains="/Payment", after_effect=True)
    with executor.lives() as process:
        wait_for(sandbox.effects, "the payment to reach the vendor")
        process.kill()
    ended(proposal)
    assert (proposal.status, len(sandbox.effects())) == TOOK
    check_log(proposal)


def test_a_retry_that_is_declined_ends_failed_after_a_kill(retry, executor, ended, sandbox):
    proposal = retry("retry_declines")
    executor.dies("after:execution.keep_answer")
    ended(proposal)
    assert (proposal.status, [effect["took"] for effect in sandbox.effects()]) == (Status.FAILED, [False])
    check_log(proposal)


def test_two_kills_send_at_most_once(retry, executor, ended, sandbox):
    proposal = retry()
    executor.dies("after:execution.claim")
    executor.dies("after:execution.send_write")
    ended(proposal)
    assert (proposal.status, len(sandbox.effects())) == TOOK
    attempts = Attempt.objects.filter(step__proposal=proposal)
    assert [attempt.state for attempt in attempts] == [State.ABANDONED, State.LOST]
    check_log(proposal)


@pytest.mark.parametrize(
    ("point", "expected", "effects"),
    [
        # Found to have taken place, but the plan does not go on after an uncertainty.
        ("after:execution.send_write", Status.PARTLY_DONE, [REFUND]),
        ("after:settling.probe", Status.SUCCEEDED, [REFUND, CANCEL]),  # between the two
        ("after:execution.mark_sent#2", Status.PARTLY_DONE, [REFUND]),
        ("after:execution.keep_answer#2", Status.SUCCEEDED, [REFUND, CANCEL]),
    ],
)
def test_a_plan_that_is_killed_does_each_step_at_most_once(
    goodbye, executor, ended, sandbox, point, expected, effects
):
    proposal = goodbye()
    executor.dies(point)
    ended(proposal)
    assert (proposal.status, [effect["operation"] for effect in sandbox.effects()]) == (expected, effects)
    check_log(proposal)
