"""Every write to BILL that moves money: carried out once, also when its answer was lost on the way."""

import pytest
from django.utils import timezone

from connectors.catalogue import find_operation
from console.approvals import execution
from console.approvals.models import Proposal
from tests.writes import WRITES

# No call of BILL's shows what became of it: two people look and settle it.
NOT_SHOWN = "bill_accept_or_reject_spend_transaction"
MONEY = [
    name
    for name in WRITES
    if name.startswith("bill_") and "money" in find_operation(name).effects and name != NOT_SHOWN
]


@pytest.mark.parametrize("name", MONEY)
def test_a_lost_answer_is_settled_by_reading_and_nothing_is_sent_again(approved, sandbox, name):
    proposal = approved(name)
    sandbox.drop_reply(connector="bill", operation=name.removeprefix("bill_"))

    execution.attend(proposal.pk)
    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.UNKNOWN
    Proposal.objects.filter(pk=proposal.pk).update(due_at=timezone.now())
    execution.attend(proposal.pk)

    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.SUCCEEDED, proposal.outcome
    assert [line["took"] for line in sandbox.effects()] == [True]


def test_what_no_reading_shows_stays_open_and_is_not_sent_again(approved, sandbox):
    proposal = approved(NOT_SHOWN)
    sandbox.drop_reply(connector="bill", operation=NOT_SHOWN.removeprefix("bill_"))

    for _ in range(3):
        execution.attend(proposal.pk)
        Proposal.objects.filter(pk=proposal.pk).update(due_at=timezone.now())

    proposal.refresh_from_db()
    assert proposal.status in (Proposal.Status.UNKNOWN, Proposal.Status.MANUAL_REVIEW)
    assert [line["took"] for line in sandbox.effects()] == [True]
