from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from console.approvals.models import Proposal
from console.ui import statuses
from console.ui.statuses import Pill, proposal_pill, record_pill


def make_proposal(**changes) -> SimpleNamespace:
    """Only what a pill reads; no row is needed for words."""
    nothing = SimpleNamespace(all=list)
    fields = {
        "status": "pending",
        "requester_id": 1,
        "needed_approvals": 1,
        "outcome": "",
        "decisions": nothing,
        "steps": nothing,
        "superseded_by": nothing,
    }
    return SimpleNamespace(**fields | changes)


def a_person(pk: int, *rights: str) -> SimpleNamespace:
    return SimpleNamespace(pk=pk, has_perm=lambda right: right in rights)


@pytest.mark.parametrize("status", Proposal.Status.values)
def test_every_state_of_a_proposal_has_a_pill(status):
    assert isinstance(proposal_pill(status), Pill)


def test_a_proposal_waits_for_whoever_may_decide_it():
    assert proposal_pill(make_proposal(), a_person(2, "approvals.decide")).word == "Waiting for you"


def test_nobody_is_asked_to_decide_a_proposal_of_their_own():
    assert proposal_pill(make_proposal(), a_person(1, "approvals.decide")).word == "Waiting for approval"


def test_one_of_two_approvals_is_told():
    given = SimpleNamespace(all=lambda: [SimpleNamespace(approver_id=2)])
    proposal = make_proposal(needed_approvals=2, decisions=given)
    assert proposal_pill(proposal, a_person(2, "approvals.decide")).word == "1 of 2 approvals"


def test_a_failure_says_who_refused():
    proposal = make_proposal(status="failed", outcome="Refused by BILL: the vendor is inactive")
    assert proposal_pill(proposal).word == "Refused by BILL"


def test_an_outcome_without_a_headline_keeps_the_plain_word():
    assert proposal_pill(make_proposal(status="failed", outcome="No.")).word == "Did not take effect"


def test_an_unknown_outcome_is_never_red():
    assert proposal_pill("unknown").tone == "unk"


def test_money_that_is_late_tells_by_how_many_days():
    due_on = timezone.localdate() - timedelta(days=20)
    assert record_pill("OPEN", due_on=due_on, open_minor=5) == Pill("20 days overdue", "bad", "circle-x")


def test_a_paid_record_is_never_overdue():
    due_on = timezone.localdate() - timedelta(days=20)
    assert record_pill("PAID_IN_FULL", due_on=due_on, open_minor=0).word == "Paid"


def test_a_word_nobody_told_us_about_is_shown_as_the_vendor_wrote_it():
    assert record_pill("MANUAL_REVIEW_HOLD").word == "Manual review hold"


def test_a_source_that_was_not_read_for_long_is_late():
    assert statuses.freshness_pill(timezone.now() - timedelta(hours=1)).word == "Late"
