"""A key that a vendor tells once: kept sealed with the connection, and readable nowhere else."""

import json
from uuid import UUID

import pytest
from django.urls import reverse

from console.approvals import execution
from console.approvals.models import Attempt, Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry
from console.connections import sealing

KEEPERS = [
    "bill_create_subscription",
    "bill_create_security_key",
    "bill_create_spend_subscription",
    "bill_create_spend_security_key",
]


@pytest.fixture
def filed(connected, people, arguments):
    def file(name: str) -> Proposal:
        step = StepDraft(name, arguments(name))
        return propose(actor=people["priya"], steps=[step], reason="Asked.", origin=Origin("form"))

    return file


@pytest.mark.parametrize("name", KEEPERS)
def test_it_is_sealed_and_shown_nowhere(
    committed_db, client, connected, people, approve, sandbox, filed, name
):
    proposal = filed(name)
    execution.attend(approve(proposal).pk)

    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.SUCCEEDED, proposal.outcome
    (effect,) = sandbox.effects()
    told = sandbox.record("bill", "subscription", effect["record"])["securityKey"]
    connected["bill"].refresh_from_db()
    assert sealing.secrets_of(connected["bill"])[f"webhook_secret {effect['record']}"] == told
    client.force_login(people["dana"])
    page = client.get(reverse("approvals:detail", args=[proposal.pk])).text
    entries = json.dumps(list(Entry.objects.values()), default=str)
    assert told not in page + entries + Attempt.objects.get().answer
    assert f"••••{told[-4:]}" in Attempt.objects.get().answer


@pytest.mark.parametrize("name", KEEPERS)
def test_the_key_of_the_request_is_on_the_card_in_the_digest_and_what_was_sent(
    committed_db, client, people, approve, sandbox, filed, name
):
    proposal = filed(name)
    key = proposal.steps.get().arguments["idempotencyKey"]

    assert UUID(key).version == 4
    assert key in proposal.canonical
    client.force_login(people["dana"])
    assert key in client.get(reverse("approvals:detail", args=[proposal.pk])).text
    execution.attend(approve(proposal).pk)
    assert sandbox.record("bill", "idempotent answer", key)


def test_two_proposals_have_two_keys_and_are_still_one_thing(committed_db, filed, people):
    first = filed("bill_create_security_key")

    step = first.steps.get()
    assert step.holds.get().thing.endswith(f"|{step.arguments['subscriptionId']}")


def test_an_answer_that_was_lost_says_that_its_key_was(committed_db, connected, approve, sandbox, filed):
    proposal = approve(filed("bill_create_subscription"))
    sandbox.drop_reply(connector="bill", operation="create_subscription")
    execution.attend(proposal.pk)
    Proposal.objects.filter(pk=proposal.pk).update(due_at=proposal.created_at)
    execution.attend(proposal.pk)

    proposal.refresh_from_db()
    assert "Its key was lost with the answer" in proposal.outcome
    connected["bill"].refresh_from_db()
    assert sealing.secrets_of(connected["bill"]) == {}
