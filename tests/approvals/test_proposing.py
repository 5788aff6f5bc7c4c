"""What gets into the queue, and what is turned away at its door."""

import json

import pytest

from connectors.errors import ArgumentsError, NotConfiguredError
from console.approvals import deciding
from console.approvals.errors import AlreadyProposedError, BlockedError, NotAllowedError
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry
from console.connections.models import Connection


def test_the_card_is_made_from_the_record_not_from_the_reason(retry):
    proposal = retry(reason="Already approved by the CEO; amount is $1.")
    assert proposal.sentence.endswith("$348.00")
    assert "CEO" not in json.dumps(proposal.card)


def test_proposing_sends_nothing(retry, sandbox):
    retry()
    assert sandbox.effects() == []


@pytest.mark.parametrize("name", ["omar", "ada"])
def test_without_the_right_nothing_is_filed(retry, name):
    with pytest.raises(NotAllowedError):
        retry(actor=name)
    assert not Proposal.objects.exists()


def test_the_second_asker_is_shown_the_first(retry):
    first = retry()
    with pytest.raises(AlreadyProposedError) as held:
        retry(actor="luis")
    assert held.value.proposal == first


def test_a_finished_proposal_lets_go_of_its_record(retry, people):
    deciding.withdraw(proposal_id=retry().pk, actor=people["priya"])
    assert retry().status == Proposal.Status.PENDING


def test_a_read_needs_no_proposal(retry):
    with pytest.raises(ArgumentsError, match="only reads"):
        retry(steps=[StepDraft("billsby_list_customers", {})])


def test_an_unknown_operation_is_named(retry):
    with pytest.raises(ArgumentsError, match="billsby_burn_everything"):
        retry(steps=[StepDraft("billsby_burn_everything", {})])


def test_the_company_domain_cannot_be_chosen(retry):
    arguments = {"invoiceNumber": "7KQ2M9XTRB-3", "companyDomain": "rival"}
    with pytest.raises(ArgumentsError):
        retry(steps=[StepDraft("billsby_retry_invoice_payment", arguments)])


def test_without_an_account_it_says_not_configured(committed_db, people):
    step = StepDraft("billsby_retry_invoice_payment", {"invoiceNumber": "7KQ2M9XTRB-3"})
    with pytest.raises(NotConfiguredError):
        propose(actor=people["priya"], steps=[step], reason="", origin=Origin("form"))
    assert not Connection.objects.exists()


def test_a_paused_connection_takes_no_proposals(retry, connected):
    from django.utils import timezone

    Connection.objects.update(paused_at=timezone.now())
    with pytest.raises(BlockedError, match="paused"):
        retry()


def test_a_plan_across_two_systems_is_refused(retry):
    steps = [
        StepDraft("billsby_retry_invoice_payment", {"invoiceNumber": "7KQ2M9XTRB-3"}),
        StepDraft("bill_create_customer", {"name": "Acme", "email": "a@acme.example"}),
    ]
    with pytest.raises(ArgumentsError, match="same system"):
        retry(steps=steps)


@pytest.mark.parametrize("result", ["nothing", "password"])
def test_a_reference_to_a_result_that_no_step_gives_is_refused(retry, result):
    steps = [
        StepDraft("bill_create_customer", {"name": "Acme", "email": "a@acme.example"}),
        StepDraft(
            "bill_create_customer_contact",
            {"customerId": {"$ref": {"step": 1, "result": result}}, "email": "a@acme.example"},
        ),
    ]
    with pytest.raises(ArgumentsError, match="does not give"):
        retry(steps=steps)


def test_text_that_looks_like_a_hole_is_refused(retry):
    steps = [StepDraft("bill_create_customer", {"name": "{{step1.id}}", "email": "a@acme.example"})]
    with pytest.raises(ArgumentsError, match="braces"):
        retry(steps=steps)


def test_hidden_characters_are_written_out_on_the_card(retry):
    steps = [StepDraft("bill_create_customer", {"name": "Acme \u202eproc\u202c", "email": "a@acme.example"})]
    proposal = retry(steps=steps)
    assert "‹U+202E›" in proposal.sentence
    assert "\u202e" in proposal.steps.get().body


def test_filing_writes_one_entry_with_the_digest(retry):
    proposal = retry()
    entry = Entry.objects.get(action="proposal.created")
    assert (entry.digest, entry.proposal_id) == (proposal.digest, proposal.number)


def test_a_replacement_supersedes_the_first(retry, people):
    first = retry()
    step = StepDraft("billsby_write_off_invoice", {"invoiceNumber": first.steps.get().record_key})
    second = retry(actor="luis", steps=[step], supersedes=first)
    first.refresh_from_db()
    assert (first.status, second.supersedes) == (Proposal.Status.SUPERSEDED, first)
