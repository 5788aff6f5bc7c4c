"""What is sent, how often, and what the row says afterwards; the sandbox's ledger is the witness."""

import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from console.approvals import execution, tasks
from console.approvals.models import Attempt, Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry
from tests import payables as books

Status, State = Proposal.Status, Attempt.State
RETRY = "billsby_retry_invoice_payment"


def attend(proposal: Proposal) -> Proposal:
    execution.attend(proposal.pk)
    proposal.refresh_from_db()
    return proposal


def make_due(proposal: Proposal) -> None:
    Proposal.objects.filter(pk=proposal.pk).update(due_at=timezone.now())


def test_an_approved_retry_is_sent_once_and_confirmed_by_reading(retry, approve, sandbox):
    proposal = attend(approve(retry()))
    assert (proposal.status, len(sandbox.effects())) == (Status.SUCCEEDED, 1)


def test_what_was_sent_is_what_was_digested(retry, approve, sandbox):
    proposal = attend(approve(retry()))
    sent = sandbox.effects()[0]["request"]
    step = proposal.steps.get()
    assert f"/billsby{step.path}".endswith(sent["path"]) or step.path == sent["path"]
    assert (sent["method"], sent["body"]) == (step.method, step.body)


def test_a_card_that_declines_again_ends_failed_and_is_not_repeated(retry, approve, sandbox):
    proposal = attend(approve(retry("retry_declines")))
    assert proposal.status == Status.FAILED
    assert "Did not take effect" in proposal.outcome
    assert [effect["took"] for effect in sandbox.effects()] == [False]


def test_a_pending_proposal_is_never_sent(retry, sandbox):
    attend(retry())
    assert sandbox.effects() == []


def test_attending_a_finished_proposal_sends_nothing_more(retry, approve, sandbox):
    proposal = attend(approve(retry()))
    attend(proposal)
    assert len(sandbox.effects()) == 1


def test_ten_rings_at_once_send_once(retry, approve, sandbox):
    proposal = approve(retry())

    def ring() -> None:
        execution.attend(proposal.pk)
        connections.close_all()

    threads = [threading.Thread(target=ring) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    proposal.refresh_from_db()
    assert (proposal.status, len(sandbox.effects())) == (Status.SUCCEEDED, 1)


def test_a_lost_reply_is_unknown_and_the_probe_finds_the_effect(retry, approve, sandbox):
    proposal = approve(retry())
    sandbox.drop_reply(path_contains="/Payment")
    assert attend(proposal).status == Status.UNKNOWN
    make_due(proposal)
    assert (attend(proposal).status, len(sandbox.effects())) == (Status.SUCCEEDED, 1)


def test_a_reset_before_the_effect_ends_not_executed_after_clean_probes(retry, approve, sandbox, settings):
    proposal = approve(retry())
    sandbox.reset_connection(path_contains="/Payment")
    assert attend(proposal).status == Status.UNKNOWN
    for _ in range(settings.CLEAN_PROBES_FOR_ABSENT):
        make_due(proposal)
        attend(proposal)
    assert (proposal.status, sandbox.effects()) == (Status.FAILED, [])
    assert "Not executed" in proposal.outcome


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_server_error_is_unknown_not_failed(retry, approve, sandbox, status):
    proposal = approve(retry())
    sandbox.fail_next(status=status, path_contains="/Payment")
    assert attend(proposal).status == Status.UNKNOWN


def test_an_acceptance_in_a_form_nobody_can_read_is_never_called_not_executed(retry, approve, sandbox):
    proposal = approve(retry())
    sandbox.fail_next(status=200, body="<html>Accepted</html>", path_contains="/Payment")
    for _ in range(len(settings.PROBE_SCHEDULE_S) + 2):
        make_due(attend(proposal))
    assert (proposal.status, sandbox.effects()) == (Status.MANUAL_REVIEW, [])
    assert Attempt.objects.get().answer == "<html>Accepted</html>"


def test_a_refusal_is_final_and_says_what_the_vendor_said(retry, approve, sandbox):
    proposal = approve(retry())
    sandbox.fail_next(status=400, path_contains="/Payment", body='{"message": "Gateway closed"}')
    assert attend(proposal).status == Status.FAILED
    assert "Gateway closed" in proposal.outcome


def test_a_short_rate_limit_is_waited_out_under_the_same_claim(retry, approve, sandbox):
    proposal = approve(retry())
    sandbox.rate_limit(path_contains="/Payment", headers={"Retry-After": "0"})
    assert attend(proposal).status == Status.SUCCEEDED
    assert [attempt.state for attempt in proposal.steps.get().attempts.all()] == [
        State.NOT_SENT,
        State.ANSWERED,
    ]


def test_a_limit_that_names_no_time_is_waited_out_too(retry, approve, sandbox, settings):
    settings.LEASE_S = 20
    proposal = approve(retry())
    sandbox.rate_limit(path_contains="/Payment", headers={})
    assert attend(proposal).status == Status.SUCCEEDED
    first, second = proposal.steps.get().attempts.order_by("number")
    assert (second.sent_at - first.ended_at).total_seconds() >= execution.UNSAID_PAUSE_S[0]


def test_a_limit_longer_than_the_lease_fails_and_says_until_when(retry, approve, sandbox):
    proposal = approve(retry())
    sandbox.rate_limit(path_contains="/Payment", headers={"Retry-After": "3600"})
    assert attend(proposal).status == Status.FAILED
    assert "limit lasts until" in proposal.outcome
    assert sandbox.effects() == []


def test_an_invoice_paid_elsewhere_makes_the_approval_stale(retry, approve, sandbox):
    proposal = approve(retry())
    sandbox.change("billsby", "invoice", sandbox.stories()["retry_pays"]["invoiceNumber"], status="Paid")
    assert (attend(proposal).status, sandbox.effects()) == (Status.STALE, [])


def test_a_connection_that_moved_after_the_approval_sends_nothing(retry, approve, connected, sandbox):
    proposal = approve(retry())
    billsby = connected["billsby"]
    billsby.base_url = billsby.base_url.replace("127.0.0.1", "localhost")
    billsby.save()
    assert (attend(proposal).status, sandbox.effects()) == (Status.STALE, [])


def test_another_companys_books_need_another_approval(retry, approve, connected, sandbox):
    proposal = approve(retry())
    billsby = connected["billsby"]
    billsby.injected = {**billsby.injected, "note": "another"}
    billsby.save()
    assert (attend(proposal).status, sandbox.effects()) == (Status.STALE, [])


def test_an_approver_who_lost_the_right_stops_it(retry, approve, people, sandbox):
    proposal = approve(retry())
    people["dana"].groups.clear()
    assert (attend(proposal).status, sandbox.effects()) == (Status.STALE, [])


def test_a_paused_connection_waits_and_resumes(retry, approve, connected, sandbox):
    proposal = approve(retry())
    billsby = connected["billsby"]
    billsby.paused_at = timezone.now()
    billsby.save()
    assert attend(proposal).status == Status.APPROVED
    billsby.paused_at = None
    billsby.save()
    assert attend(proposal).status == Status.SUCCEEDED


def test_a_vendor_that_cannot_be_read_delays_and_sends_nothing(retry, approve, sandbox):
    proposal = approve(retry())
    sandbox.fail_next(status=503, times=50)
    assert (attend(proposal).status, sandbox.effects()) == (Status.APPROVED, [])


def test_an_approval_that_waited_too_long_expires(retry, approve, sandbox, settings):
    settings.PROPOSAL_LIFETIME_S = 0.3
    proposal = approve(retry())
    deadline = threading.Event()
    deadline.wait(0.4)
    assert (attend(proposal).status, sandbox.effects()) == (Status.EXPIRED, [])


def test_the_sweeper_rings_for_what_a_lost_message_left(retry, approve):
    approve(retry())
    assert tasks.sweep() == 1


def test_a_prepared_attempt_of_a_dead_worker_is_released_and_sent_once(retry, approve, sandbox):
    proposal = approve(retry())
    assert execution.claim(proposal).state == State.PREPARED  # and here its worker died
    past = timezone.now() - timedelta(seconds=1)
    Attempt.objects.update(lease_until=past)
    make_due(proposal)
    assert (attend(proposal).status, len(sandbox.effects())) == (Status.SUCCEEDED, 1)


def test_a_sent_attempt_of_a_dead_worker_is_unknown_and_never_sent_again(retry, approve, sandbox, settings):
    proposal = approve(retry())
    assert execution.mark_sent(execution.claim(proposal))  # and here its worker died
    Attempt.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    make_due(proposal)
    assert attend(proposal).status == Status.UNKNOWN
    for _ in range(settings.CLEAN_PROBES_FOR_ABSENT):
        make_due(proposal)
        attend(proposal)
    assert (proposal.status, sandbox.effects()) == (Status.FAILED, [])


def plan(people, steps: list[StepDraft]) -> Proposal:
    return propose(actor=people["priya"], steps=steps, reason="Asked by phone.", origin=Origin("form"))


def test_a_plan_runs_in_order_under_one_approval(goodbye, approve, sandbox):
    proposal = attend(approve(goodbye()))
    assert proposal.status == Status.SUCCEEDED
    assert [effect["operation"] for effect in sandbox.effects()] == [
        "billsby_refund_invoice",
        "billsby_cancel_subscription",
    ]


def test_entries_of_a_step_name_its_record_and_its_money(goodbye, approve):
    proposal = attend(approve(goodbye()))
    for step in proposal.steps.all():
        of_step = Entry.objects.filter(summary__startswith=f"{proposal.number} step {step.position}")
        assert {entry.vendor_object_id for entry in of_step} == {step.record_key}
        assert {bool(entry.money_amount) for entry in of_step} == {step.position == 1}


def test_a_refusal_of_step_two_stops_the_plan_there(goodbye, approve, sandbox):
    proposal = approve(goodbye())
    sandbox.fail_next(
        status=400, operation="billsby_cancel_subscription", body='{"message": "Invoices are open"}'
    )
    attend(proposal)
    assert proposal.status == Status.PARTLY_DONE
    assert proposal.outcome.startswith("Stopped at step 2 of 2")


def test_an_unknown_step_two_found_later_completes_the_plan(goodbye, approve, sandbox):
    proposal = approve(goodbye())
    sandbox.drop_reply(operation="billsby_cancel_subscription")
    assert attend(proposal).status == Status.UNKNOWN
    make_due(proposal)
    assert attend(proposal).status == Status.SUCCEEDED


def test_an_unknown_step_one_stops_the_plan_even_when_it_is_found(goodbye, approve, sandbox):
    proposal = approve(goodbye())
    sandbox.drop_reply(operation="billsby_refund_invoice")
    attend(proposal)
    make_due(proposal)
    assert (attend(proposal).status, len(sandbox.effects())) == (Status.PARTLY_DONE, 1)


def test_a_result_of_step_one_fills_step_two(committed_db, connected, people, approve, sandbox):
    proposal = plan(
        people,
        [
            StepDraft("bill_create_customer", {"name": "Acme Corp", "email": "ops@acme.com"}),
            StepDraft(
                "bill_create_customer_contact",
                {"customerId": {"$ref": {"step": 1, "result": "id"}}, "email": "ops@acme.com"},
            ),
        ],
    )
    assert attend(approve(proposal)).status == Status.SUCCEEDED
    made, contact = sandbox.effects()
    assert made["record"] in contact["request"]["path"]


def test_a_vendor_that_step_one_makes_is_asked_to_connect(committed_db, connected, people, approve, sandbox):
    books.fill(sandbox)
    company = {"networkId": books.COMPANY, "networkType": "BILL"}
    asked = {"vendorId": {"$ref": {"step": 1, "result": "id"}}, **company}
    new = {"name": "Northside Produce", "email": "billing@northside.example", "address": books.ADDRESS}
    steps = [StepDraft("bill_create_vendor", new), StepDraft("bill_invite_vendor", asked)]
    proposal = plan(people, steps)
    assert attend(approve(proposal)).status == Status.SUCCEEDED
    made, invited = sandbox.effects()
    assert invited["request"]["path"].endswith(f"/invitation/vendor/{made['record']}")


def test_a_record_that_the_mirror_does_not_keep_is_not_read_into_it(
    committed_db, connected, people, approve, caplog
):
    step = StepDraft("bill_create_department", {"name": "Legal"})
    proposal = propose(actor=people["priya"], steps=[step], reason="Asked.", origin=Origin("form"))
    execution.attend(approve(proposal).pk)
    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.SUCCEEDED, proposal.outcome
    assert caplog.records == []
