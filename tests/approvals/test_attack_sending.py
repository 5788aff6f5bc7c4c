"""What goes wrong between the claim and the end: moved addresses, living leases, crowds, strange answers."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.errors import NotConfiguredError
from connectors.transport import Reply
from console.approvals import execution, presenting
from console.approvals.models import Attempt, Proposal
from console.audit.models import Entry
from console.connections.models import Connection

Status, State = Proposal.Status, Attempt.State
STRANGE = ["{}", "[]", "null", '"x"', "7", "[1]", "[{}]"]


def attend(proposal: Proposal) -> Proposal:
    execution.attend(proposal.pk)
    proposal.refresh_from_db()
    return proposal


def make_due(proposal: Proposal) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(due_at=timezone.now())


def end_lease() -> None:
    Attempt.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def unknown(retry, approve, sandbox):
    """A payment that never reached the vendor, though nobody knows."""
    proposal = approve(retry())
    sandbox.reset_connection(path_contains="/Payment")
    return attend(proposal)


def test_many_rings_at_once_count_as_one_probe(unknown):
    make_due(unknown)

    def ring() -> None:
        execution.attend(unknown.pk)
        connections.close_all()

    threads = [threading.Thread(target=ring) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    unknown.refresh_from_db()
    assert (unknown.status, Attempt.objects.get().probes) == (Status.UNKNOWN, 1)


def test_an_address_that_moved_after_the_claim_is_not_sent_to(retry, approve, connected, sandbox):
    proposal = approve(retry())
    attempt = execution.claim(proposal)
    billsby = connected["billsby"]
    billsby.base_url = billsby.base_url.replace("127.0.0.1", "localhost")
    billsby.save()
    execution.send(attempt)
    end_lease()
    make_due(proposal)
    assert (attend(proposal).status, sandbox.effects()) == (Status.STALE, [])


def test_a_pause_between_two_attempts_of_a_claim_holds(retry, approve, sandbox):
    attempt = execution.claim(approve(retry()))
    Connection.objects.update(paused_at=timezone.now())
    execution.send(attempt)
    assert sandbox.effects() == []


def test_credentials_that_do_not_open_stop_before_the_point_of_no_return(retry, approve):
    attempt = execution.claim(approve(retry()))
    Connection.objects.update(sealed_credentials=b"\x01" + bytes(40))
    with pytest.raises(NotConfiguredError):
        execution.send(attempt)
    attempt.refresh_from_db()
    assert attempt.state == State.PREPARED


def test_credentials_that_do_not_open_are_told_on_the_proposal(retry, approve):
    proposal = approve(retry())
    Connection.objects.update(sealed_credentials=b"\x01" + bytes(40))
    attend(proposal)
    assert proposal.outcome == "Nothing was sent: VAULT_KEY does not open the credentials of billsby-halden."


def test_an_attempt_under_a_living_lease_is_left_to_its_worker(retry, approve):
    proposal = approve(retry())
    attempt = execution.claim(proposal)
    assert execution.mark_sent(attempt)
    make_due(proposal)
    attend(proposal)
    attempt.refresh_from_db()
    assert attempt.state == State.SENT


@pytest.fixture
def given_up(retry, approve):
    """An attempt that was sent and marked lost while its worker still waited for the answer."""
    attempt = execution.claim(approve(retry()))
    assert execution.mark_sent(attempt)
    execution.keep_loss(attempt, "The worker stopped after sending; no answer was kept.")
    return attempt


def test_an_answer_after_the_attempt_was_given_up_is_in_the_log(given_up):
    execution.keep_answer(given_up, Reply(200, True, "true", "", timezone.now()))
    late = Entry.objects.get(action="attempt.answered_late")
    assert late.after == {"status": 200, "answer": "true"}


def test_an_acceptance_after_it_was_called_not_executed_is_said_on_the_card(given_up, people):
    proposal = given_up.step.proposal
    for _ in range(settings.CLEAN_PROBES_FOR_ABSENT):
        make_due(proposal)
        attend(proposal)
    assert proposal.outcome.startswith("Not executed")
    execution.keep_answer(given_up, Reply(200, True, "true", "", timezone.now()))
    proposal.refresh_from_db()
    assert "look at the vendor" in proposal.outcome
    moments = presenting.shown_to(people["dana"], proposal).timeline
    assert "Accepted late, HTTP 200" in [moment.title for moment in moments]


def test_what_was_accepted_late_is_never_called_not_executed(given_up):
    execution.keep_answer(given_up, Reply(200, True, "true", "", timezone.now()))
    proposal = given_up.step.proposal
    for _ in range(len(settings.PROBE_SCHEDULE_S) + 1):
        make_due(proposal)
        attend(proposal)
    assert proposal.status == Status.MANUAL_REVIEW


@pytest.mark.sqlite  # the trigger it makes is SQLite's
def test_an_answer_that_cannot_be_kept_ends_unknown_and_is_not_sent_again(retry, approve, sandbox):
    proposal = approve(retry())
    attempt = execution.claim(proposal)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full_disk BEFORE UPDATE OF state ON approvals_attempt "
            "WHEN NEW.state = 'answered' BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        with pytest.raises(DatabaseError):
            execution.send(attempt)
        cursor.execute("DROP TRIGGER full_disk")
    end_lease()
    make_due(proposal)
    assert attend(proposal).status == Status.UNKNOWN
    make_due(proposal)
    assert (attend(proposal).status, len(sandbox.effects())) == (Status.SUCCEEDED, 1)


@pytest.mark.parametrize("body", STRANGE)
def test_an_answer_that_no_judge_can_read_counts_as_a_probe(unknown, sandbox, body):
    sandbox.fail_next(status=200, body=body, times=10)
    make_due(unknown)
    attend(unknown)
    assert (unknown.status, Attempt.objects.get().probes) == (Status.UNKNOWN, 1)


@pytest.mark.parametrize("body", STRANGE)
def test_a_record_that_no_judge_can_read_delays_the_sending(retry, approve, sandbox, body):
    proposal = approve(retry())
    sandbox.fail_next(status=200, body=body, times=10)
    attend(proposal)
    assert (proposal.status, sandbox.effects()) == (Status.APPROVED, [])
    assert proposal.due_at > timezone.now()


@pytest.mark.parametrize("body", STRANGE)
def test_the_checks_say_when_a_record_cannot_be_read(retry, people, sandbox, body):
    proposal = retry()
    client = Client()
    client.force_login(people["dana"])
    sandbox.fail_next(status=200, body=body, times=10)
    answer = client.get(reverse("approvals:checks", args=[proposal.pk]))
    assert b"Could not read Billsby now" in answer.content
