"""Who may close an open question, and whether the log holds each move exactly once."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from console.accounts.models import Person
from console.approvals import deciding, execution, presenting
from console.approvals.errors import NotAllowedError
from console.approvals.models import Proposal, Settlement
from console.audit.models import Entry

Status = Proposal.Status
EVIDENCE = "Payment log 7001 in the control panel."


def attend(proposal: Proposal) -> Proposal:
    execution.attend(proposal.pk)
    proposal.refresh_from_db()
    return proposal


def make_due(proposal: Proposal) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(due_at=timezone.now())


@pytest.fixture
def review(retry, approve, sandbox, settings):
    """A payment whose record stays unreadable until the probes run out."""
    proposal = approve(retry())
    sandbox.drop_reply(path_contains="/Payment")
    attend(proposal)
    sandbox.fail_next(status=400, times=500, path_contains="/invoices")
    for _ in settings.PROBE_SCHEDULE_S:
        make_due(proposal)
        attend(proposal)
    sandbox.clear_faults()
    assert proposal.status == Status.MANUAL_REVIEW
    return proposal


@pytest.fixture
def settle(people):
    def by(proposal: Proposal, name: str, finding: str = "happened") -> Proposal:
        deciding.settle(proposal_id=proposal.pk, actor=people[name], finding=finding, evidence=EVIDENCE)
        proposal.refresh_from_db()
        return proposal

    return by


@pytest.fixture
def mia(people) -> None:
    """A third person who decides."""
    person = Person.objects.create(username="mia", email="mia@halden.example", full_name="Mia Berg")
    person.groups.set(people["luis"].groups.all())
    people["mia"] = person


def test_whoever_asked_does_not_settle(review, settle):
    with pytest.raises(NotAllowedError):
        settle(review, "priya")


def test_the_database_itself_refuses_a_finding_of_whoever_asked(review, people):
    row = {"finding": "happened", "evidence": EVIDENCE, "found_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Settlement.objects.create(proposal=review, person=people["priya"], **row)


def test_one_person_counts_once_however_often(review, settle):
    settle(review, "dana")
    assert settle(review, "dana").status == Status.MANUAL_REVIEW


def test_findings_are_told_in_words(review, settle, people):
    settle(review, "dana")
    settle(review, "luis", "did_not")
    titles = [moment.title for moment in presenting.shown_to(people["priya"], review).timeline]
    assert {"Dana Whitfield: it went through", "Luis Ortega: it did not go through"} <= set(titles)


def test_people_who_disagreed_may_look_again(review, settle):
    settle(review, "dana")
    settle(review, "luis", "did_not")
    assert settle(review, "luis").status == Status.SUCCEEDED


def test_two_findings_that_differ_wait_for_a_third(review, settle, mia):
    settle(review, "dana")
    assert settle(review, "luis", "did_not").status == Status.MANUAL_REVIEW
    assert settle(review, "mia", "did_not").status == Status.FAILED


def test_reading_goes_on_no_longer_once_people_look(review, sandbox):
    make_due(review)
    assert attend(review).status == Status.MANUAL_REVIEW


def test_each_move_of_a_long_life_has_exactly_one_entry(review, settle):
    settle(review, "dana")
    settle(review, "luis")
    moves = [
        (entry.before["status"], entry.after["status"])
        for entry in Entry.objects.filter(proposal_id=review.number).order_by("seq")
        if entry.before and "status" in entry.before
    ]
    assert moves == [
        ("pending", "approved"),
        ("approved", "executing"),
        ("executing", "unknown"),
        ("unknown", "manual_review"),
        ("manual_review", "succeeded"),
    ]
