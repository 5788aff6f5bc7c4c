"""Two workers at one proposal, the slower one reading what the faster one has just done."""

import threading

from django.db import connections

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
