"""A secret is sent as it was approved, and stands readable on no page and in no entry of the log."""

import json

import pytest
from django.urls import reverse

from connectors.catalogue import find_operation
from console.approvals import execution
from console.approvals.models import Proposal, Step
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry
from tests.writes import WRITES

TAKERS = [name for name in WRITES if find_operation(name).secrets]


@pytest.fixture
def proposal(request, connected, people, arguments) -> Proposal:
    step = StepDraft(request.param, arguments(request.param))
    return propose(actor=people["priya"], steps=[step], reason="New card.", origin=Origin("form"))


def shown_anywhere(client, people, proposal: Proposal) -> str:
    """Every page that tells of the proposal, and the whole log."""
    client.force_login(people["dana"])
    pages = [
        reverse("approvals:inbox"),
        reverse("approvals:detail", args=[proposal.pk]),
        reverse("audit:log"),
    ]
    answers = [client.get(page) for page in pages]
    assert {answer.status_code for answer in answers} == {200}
    entries = json.dumps(list(Entry.objects.values()), default=str, ensure_ascii=False)
    cards = json.dumps([Step.objects.get().card, proposal.card, proposal.sentence], ensure_ascii=False)
    return "".join([*(answer.content.decode() for answer in answers), entries, cards])


def secrets_of(proposal: Proposal) -> list[str]:
    step = proposal.steps.get()
    return find_operation(step.operation).secrets_in(step.arguments)


@pytest.mark.parametrize("proposal", TAKERS, indirect=True)
def test_a_secret_is_sent_whole_and_shown_nowhere(committed_db, client, people, approve, sandbox, proposal):
    secrets = secrets_of(proposal)
    assert not any(secret in shown_anywhere(client, people, proposal) for secret in secrets)
    execution.attend(approve(proposal).pk)
    proposal.refresh_from_db()
    (effect,) = sandbox.effects()
    assert all(secret in effect["request"]["body"] for secret in secrets)
    shown = shown_anywhere(client, people, proposal)
    assert not any(secret in shown for secret in secrets)
    assert all(f"••••{secret[-4:]}" in shown for secret in secrets)


@pytest.mark.parametrize("proposal", TAKERS, indirect=True)
def test_a_secret_that_the_vendor_repeats_is_not_shown(
    committed_db, client, people, approve, sandbox, proposal
):
    secret = secrets_of(proposal)[0]
    name = proposal.steps.get().operation.removeprefix("bill_")
    sandbox.fail_next(status=400, operation=name, body=json.dumps({"message": f"{secret} is unknown."}))
    execution.attend(approve(proposal).pk)
    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.FAILED
    assert f"••••{secret[-4:]} is unknown." in proposal.outcome
    assert secret not in shown_anywhere(client, people, proposal)
