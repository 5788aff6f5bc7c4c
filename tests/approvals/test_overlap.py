"""Two workers at one proposal, the slower one reading what the faster one has just done."""

import threading

import pytest
from django.db import IntegrityError, connections, transaction

from console.approvals import execution
from console.approvals.models import Proposal

READ, RETRY = "billsby_list_payment_logs", "billsby_retry_invoice_payment"


def attend_twice(proposal: Proposal) -> None:
    """Two workers at once, as after a ring and a sweep."""

    def attend() -> None:
        execution.attend(proposal.pk)
        connections.close_all()

    threads = [threading.Thread(target=attend) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    proposal.refresh_from_db()


def test_a_slow_reader_does_not_end_what_another_worker_is_sending(retry, approve, sandbox):
    proposal = approve(retry())
    sandbox.delay(seconds=0.7, operation=READ)  # holds up whoever comes first
    sandbox.delay(seconds=1.4, operation=RETRY, after_effect=True)  # meanwhile the other one pays
    attend_twice(proposal)
    assert (proposal.status, proposal.outcome) == (
        Proposal.Status.SUCCEEDED,
        "Invoice 7KQ2M9XTRB-3 is paid.",
    )


def test_a_step_is_not_taken_while_the_one_before_it_is_under_way(goodbye, approve):
    proposal = approve(goodbye())
    assert execution.claim(proposal).step.position == 1
    assert execution.claim(proposal) is None  # a worker that read the row before the first claim


def test_the_database_keeps_the_order_of_a_plan(goodbye, approve):
    proposal = approve(goodbye())
    attempt = execution.claim(proposal)
    attempt.pk, attempt.step = None, proposal.steps.get(position=2)
    with pytest.raises(IntegrityError, match="waits until"), transaction.atomic():
        attempt.save(force_insert=True)


def test_a_slow_worker_does_not_run_ahead_in_a_plan(goodbye, approve, sandbox):
    proposal = approve(goodbye())
    sandbox.delay(seconds=1, operation="billsby_refund_invoice", after_effect=True)
    attend_twice(proposal)
    first, second = (step.attempts.get() for step in proposal.steps.all())
    assert proposal.status == Proposal.Status.SUCCEEDED
    assert first.ended_at < second.sent_at
