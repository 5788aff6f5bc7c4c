"""The promise itself: for every write operation, what the ledger received is what the approver saw."""

from typing import Any

import pytest

from connectors.catalogue import find_operation
from connectors.hiding import without
from console.approvals import execution
from console.approvals.models import Attempt, Proposal
from console.approvals.presenting import tokens
from console.approvals.proposing import Origin, StepDraft, propose
from tests.writes import WRITES


@pytest.fixture
def sent(committed_db, connected, people, approve, sandbox, arguments):
    """Proposes, approves and sends one operation; answers the proposal and the ledger's lines."""

    def send(name: str) -> tuple[Proposal, list[dict[str, Any]]]:
        step = StepDraft(name, arguments(name))
        proposal = propose(actor=people["priya"], steps=[step], reason="Asked.", origin=Origin("form"))
        execution.attend(approve(proposal).pk)
        proposal.refresh_from_db()
        return proposal, sandbox.effects()

    return send


@pytest.mark.parametrize("name", WRITES)
def test_the_ledger_holds_the_very_bytes_that_were_approved(sent, name):
    """The older interface of BILL takes credentials as form fields; the ledger keeps their holes empty."""
    proposal, effects = sent(name)
    step = proposal.steps.get()
    kept = {part: getattr(step, part) for part in ("method", "path", "query", "body")}
    assert [(effect["request"], effect["took"]) for effect in effects] == [(kept, True)]
    assert proposal.status == Proposal.Status.SUCCEEDED, proposal.outcome
    assert Attempt.objects.get().request == kept | {"content_type": step.content_type}


@pytest.mark.parametrize("name", WRITES)
def test_every_value_that_is_sent_can_be_read_on_the_page(sent, name):
    proposal, _ = sent(name)
    step = proposal.steps.get()
    shown = "".join(token.text for token in tokens(step))
    body = without(find_operation(name).secrets_in(step.arguments), step.body)
    assert shown == body.replace("\u202e", "‹U+202E›")
