"""The database refuses by itself: each attack goes around every line of our code."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models.signals import post_migrate

from console.approvals import deciding, execution, guards
from console.approvals.models import Move, Proposal
from console.audit import guards as audit_guards


def attack(sql: str, *parameters: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


PENDING_ATTACKS = {
    "approve without a decision": "UPDATE approvals_proposal SET status = 'approved'",
    "execute without approval": "UPDATE approvals_proposal SET status = 'executing'",
    "jump to succeeded": "UPDATE approvals_proposal SET status = 'succeeded'",
    "change the digest": "UPDATE approvals_proposal SET digest = 'f'",
    "change the sentence": "UPDATE approvals_proposal SET sentence = 'Nothing'",
    "lower the need": "UPDATE approvals_proposal SET needed_approvals = 0",
    "change the requester": "UPDATE approvals_proposal SET requester_id = requester_id + 1",
    "change the body": "UPDATE approvals_step SET body = 'x'",
    "change the path": "UPDATE approvals_step SET path = '/elsewhere'",
    "delete the proposal": "DELETE FROM approvals_proposal",
    "delete the steps": "DELETE FROM approvals_step",
    "let go of its record": "UPDATE approvals_hold SET is_live = FALSE",
    "hold another record": "UPDATE approvals_hold SET thing = 'x'",
    "delete what it holds": "DELETE FROM approvals_hold",
    "delete the move table": "DELETE FROM approvals_move",
    "bend the move table": "UPDATE approvals_move SET to_state = 'succeeded' WHERE from_state = 'pending'",
}


@pytest.mark.parametrize("sql", PENDING_ATTACKS.values(), ids=PENDING_ATTACKS)
def test_a_pending_proposal_resists(retry, sql):
    retry()
    with pytest.raises(DatabaseError):
        attack(sql)


def test_a_proposal_that_ended_takes_nothing_again(retry, people):
    deciding.withdraw(proposal_id=retry().pk, actor=people["priya"])
    with pytest.raises(DatabaseError, match="not taken again"):
        attack("UPDATE approvals_hold SET is_live = TRUE")


def decision(proposal: Proposal, approver, **changes) -> tuple[str, list]:
    row = {
        "proposal_id": proposal.pk,
        "digest": proposal.digest,
        "requester_id": proposal.requester_id,
        "approver_id": approver.pk,
        "verdict": "approve",
        "reason": "",
        "decided_at": "2026-01-01 00:00:00+00:00",
    } | changes
    names, holes = ", ".join(row), ", ".join(["%s"] * len(row))
    return f"INSERT INTO approvals_decision ({names}) VALUES ({holes})", list(row.values())


def test_the_requester_cannot_be_written_in_as_approver(retry, people):
    sql, values = decision(retry(), people["priya"])
    with pytest.raises(DatabaseError):
        attack(sql, *values)


def test_a_faked_copy_of_the_requester_is_refused(retry, people):
    sql, values = decision(retry(), people["priya"], requester_id=people["luis"].pk)
    with pytest.raises(DatabaseError):
        attack(sql, *values)


def test_an_approval_of_other_content_is_refused(retry, people):
    sql, values = decision(retry(), people["dana"], digest="0" * 64)
    with pytest.raises(DatabaseError):
        attack(sql, *values)


def test_a_finished_proposal_never_moves_again(retry, approve):
    proposal = approve(retry())
    execution.attend(proposal.pk)
    for status in Proposal.Status.values:
        if status != "succeeded":
            with pytest.raises(DatabaseError):
                attack("UPDATE approvals_proposal SET status = %s", status)


SENT_ATTACKS = {
    "unsend": "UPDATE approvals_attempt SET state = 'prepared'",
    "abandon what was answered": "UPDATE approvals_attempt SET state = 'abandoned'",
    "change what was sent": "UPDATE approvals_attempt SET request = '{}'",
    "forget it": "DELETE FROM approvals_attempt",
    "take the decision back": "DELETE FROM approvals_decision",
    "turn the decision": "UPDATE approvals_decision SET verdict = 'reject'",
}


@pytest.mark.parametrize("sql", SENT_ATTACKS.values(), ids=SENT_ATTACKS)
def test_what_was_sent_resists(retry, approve, sql):
    execution.attend(approve(retry()).pk)
    with pytest.raises(DatabaseError):
        attack(sql)


def test_a_second_attempt_cannot_be_sent_beside_the_first(retry, approve):
    proposal = approve(retry())
    attempt = execution.claim(proposal)
    assert execution.mark_sent(attempt)
    with pytest.raises(DatabaseError):
        attack(
            "INSERT INTO approvals_attempt (step_id, number, state, request, request_digest, arguments, "
            "before, lease_until, prepared_at, answer, error, probes, clean_absent) "
            "SELECT step_id, 9, 'prepared', request, request_digest, arguments, before, lease_until, "
            "prepared_at, '', '', 0, 0 FROM approvals_attempt"
        )


def test_every_guard_is_in_force(committed_db):
    assert guards.missing_triggers() == []


def lost_on_the_way(**kwargs: object) -> None:
    raise RuntimeError("killed")


def test_a_start_without_migrations_never_takes_a_guard_off(committed_db):
    post_migrate.connect(lost_on_the_way, sender=None)
    try:
        with pytest.raises(RuntimeError, match="killed"):
            call_command("migrate", verbosity=0)
    finally:
        post_migrate.disconnect(lost_on_the_way, sender=None)
    assert [*guards.missing_triggers(), *audit_guards.missing_triggers()] == []


def test_the_move_table_is_the_design(committed_db):
    table = {(m.from_state, m.to_state) for m in Move.objects.filter(subject="proposal")}
    assert ("executing", "approved") in table
    assert not {source for source, _ in table} & {"succeeded", "failed", "partly_done", "rejected", "stale"}
