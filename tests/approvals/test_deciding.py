"""Who may decide what, and what happens to everybody else."""

import threading

import pytest
from django.db import connections

from console.approvals import deciding
from console.approvals.errors import ApprovalError, NotAllowedError, StaleDecisionError
from console.approvals.models import Decision, Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry

Status = Proposal.Status
CHARGE = {"currencyCode": "USD", "amount": 1_000_000, "description": "Implementation"}


def test_the_requester_cannot_approve_his_own(retry, people):
    proposal = retry(actor="dana")
    with pytest.raises(NotAllowedError, match="somebody else"):
        deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)


@pytest.mark.parametrize("name", ["priya", "omar", "ada"])
def test_a_role_without_the_right_cannot_approve(retry, people, name):
    proposal = retry(actor="dana")
    with pytest.raises(NotAllowedError, match="role"):
        deciding.approve(proposal_id=proposal.pk, actor=people[name], digest=proposal.digest)


def test_somebody_switched_off_cannot_approve(retry, people):
    proposal = retry()
    people["dana"].is_active = False
    people["dana"].save()
    with pytest.raises(NotAllowedError):
        deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)


def test_another_fingerprint_than_the_stored_one_approves_nothing(retry, people):
    proposal = retry()
    with pytest.raises(StaleDecisionError, match="not what was on your screen"):
        deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest="0" * 64)
    proposal.refresh_from_db()
    assert proposal.status == Status.PENDING


def test_a_refused_approval_is_in_the_log(retry, people):
    proposal = retry(actor="dana")
    with pytest.raises(NotAllowedError):
        deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)
    assert Entry.objects.filter(action="proposal.decision_refused", proposal_id=proposal.number).exists()


def test_two_people_at_once_make_one_decision(retry, people):
    proposal = retry()
    outcomes = []

    def decide(name: str, decision) -> None:
        extra = {} if decision is deciding.approve else {"reason": "No."}
        try:
            decision(proposal_id=proposal.pk, actor=people[name], digest=proposal.digest, **extra)
            outcomes.append("done")
        except ApprovalError:
            outcomes.append("refused")
        connections.close_all()

    pairs = [("dana", deciding.approve), ("luis", deciding.reject), ("dana", deciding.approve)]
    threads = [threading.Thread(target=decide, args=pair) for pair in pairs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["done", "refused", "refused"]
    assert Decision.objects.count() == 1


def test_a_rejection_needs_a_reason_and_carries_it(retry, people):
    proposal = retry()
    with pytest.raises(ApprovalError, match="Say why"):
        deciding.reject(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest, reason="  ")
    deciding.reject(
        proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest, reason="Call her first."
    )
    proposal.refresh_from_db()
    assert (proposal.status, "Call her first." in proposal.outcome) == (Status.REJECTED, True)


def test_only_the_requester_withdraws(retry, people):
    proposal = retry()
    with pytest.raises(NotAllowedError):
        deciding.withdraw(proposal_id=proposal.pk, actor=people["dana"])
    deciding.withdraw(proposal_id=proposal.pk, actor=people["priya"])
    proposal.refresh_from_db()
    assert proposal.status == Status.WITHDRAWN


def test_a_withdrawn_proposal_cannot_be_approved(retry, people):
    proposal = retry()
    deciding.withdraw(proposal_id=proposal.pk, actor=people["priya"])
    with pytest.raises(StaleDecisionError):
        deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)


@pytest.fixture
def large_charge(committed_db, connected, people, sandbox):
    customer = sandbox.stories()["upgrade"]["customerUniqueId"]
    step = StepDraft("billsby_charge_customer", CHARGE | {"customerUniqueId": customer})
    return propose(actor=people["priya"], steps=[step], reason="Signed order.", origin=Origin("form"))


def test_a_large_amount_needs_two_people(large_charge, approve):
    assert approve(large_charge, "dana").status == Status.PENDING
    assert approve(large_charge, "luis").status == Status.APPROVED


def test_one_person_counts_once(large_charge, approve, people):
    approve(large_charge, "dana")
    with pytest.raises(StaleDecisionError):
        deciding.approve(proposal_id=large_charge.pk, actor=people["dana"], digest=large_charge.digest)


def test_a_card_that_too_few_can_approve_says_so(committed_db, connected, people, sandbox, large_charge):
    assert large_charge.card["flags"][0]["title"] != "Too few people can approve this"
    people["luis"].is_active = False
    people["luis"].save()
    customer = sandbox.stories()["upgrade"]["customerUniqueId"]
    step = StepDraft("billsby_charge_customer", CHARGE | {"customerUniqueId": customer, "amount": 1_000_001})
    again = propose(actor=people["priya"], steps=[step], reason="Signed order.", origin=Origin("form"))
    assert again.card["flags"][0]["detail"].startswith("It needs 2 approvals, and only Dana Whitfield may")


@pytest.fixture
def open_question(retry, approve, sandbox):
    """A proposal that probing could not settle."""
    from console.approvals import execution, moves

    proposal = approve(retry())
    sandbox.drop_reply(path_contains="/Payment")
    execution.attend(proposal.pk)
    proposal.refresh_from_db()
    from django.db import transaction

    with transaction.atomic():
        moves.move(moves.locked(proposal.pk), Status.MANUAL_REVIEW, action="proposal.needs_people")
    return proposal


def test_two_people_with_the_same_finding_settle_it(open_question, people):
    for name in ("dana", "luis"):
        deciding.settle(
            proposal_id=open_question.pk,
            actor=people[name],
            finding="happened",
            evidence="Payment log 7001 in the control panel.",
        )
    open_question.refresh_from_db()
    assert open_question.status == Status.SUCCEEDED


def test_one_finding_alone_settles_nothing(open_question, people):
    deciding.settle(
        proposal_id=open_question.pk, actor=people["dana"], finding="did_not", evidence="No new log."
    )
    open_question.refresh_from_db()
    assert open_question.status == Status.MANUAL_REVIEW
