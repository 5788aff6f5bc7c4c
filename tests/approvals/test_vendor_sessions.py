"""Approved changes at BILL while its session ends and its limits are met: sent once, and never doubled."""

import json

import pytest

from console.approvals import execution
from console.approvals.models import Attempt, Proposal
from console.approvals.proposing import Origin, StepDraft, propose

NEW_CUSTOMER = {"name": "Acme Works", "email": "ap@acme.example"}
Status, State = Proposal.Status, Attempt.State


@pytest.fixture
def approved(committed_db, connected, people, sandbox, approve) -> Proposal:
    step = StepDraft("bill_create_customer", NEW_CUSTOMER)
    return approve(propose(actor=people["priya"], steps=[step], reason="Asked.", origin=Origin("form")))


def attended(proposal: Proposal) -> Proposal:
    execution.attend(proposal.pk)
    proposal.refresh_from_db()
    return proposal


def states(proposal: Proposal) -> list[str]:
    return list(proposal.steps.get().attempts.order_by("number").values_list("state", flat=True))


def answer(code: str) -> str:
    return json.dumps([{"code": code, "message": "No."}])


def test_a_session_that_ends_in_the_middle_of_a_call_is_renewed_and_the_write_not_doubled(approved, sandbox):
    signed_in = sandbox.counted("bill.logins")
    sandbox.fail_next(status=401, body=answer("BDC_1109"), connector="bill", operation="create_customer")

    proposal = attended(approved)

    assert proposal.status == Status.SUCCEEDED, proposal.outcome
    assert states(proposal) == [State.NOT_SENT, State.ANSWERED]
    assert len(sandbox.effects(operation="create_customer", took=True)) == 1
    assert sandbox.counted("bill.logins") == signed_in + 1


def test_a_session_that_had_ended_before_is_renewed(approved, sandbox):
    sandbox.advance(36 * 60)

    proposal = attended(approved)

    assert proposal.status == Status.SUCCEEDED, proposal.outcome
    assert len(sandbox.effects(operation="create_customer", took=True)) == 1


@pytest.mark.parametrize("status", [400, 429, 500])
def test_an_hour_that_is_used_up_is_told_and_nothing_was_sent(approved, sandbox, status):
    sandbox.fail_next(
        status=status, body=answer("BDC_1144"), times=2, connector="bill", operation="create_customer"
    )

    proposal = attended(approved)

    assert proposal.status == Status.FAILED
    assert proposal.outcome.startswith("Not executed: the limit lasts until ")
    assert sandbox.effects(operation="create_customer", took=True) == []
