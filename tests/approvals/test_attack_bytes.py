"""The promise itself: for every write operation, what the ledger received is what the approver saw."""

from dataclasses import dataclass
from typing import Any

import pytest

from connectors.catalogue import find_operation
from connectors.hiding import without
from console import demo
from console.approvals import deciding, execution
from console.approvals.models import Proposal, Step
from console.approvals.presenting import tokens
from console.approvals.proposing import Origin, StepDraft, propose
from console.connections.models import CallBudget, VendorSession
from tests.writes import WRITES, arguments_of


@dataclass(frozen=True)
class Sent:
    proposal: Proposal
    effects: list[dict[str, Any]]  # the ledger's lines

    @property
    def step(self) -> Step:
        return self.proposal.steps.get()


@pytest.fixture(scope="module")
def shared(shared_db, sandbox_url):
    """The accounts and the people, in a database to which every operation adds its own."""
    accounts = {row.connector: row for row in demo.connect_sandbox(sandbox_url)}
    return accounts, {person.username: person for person in demo.create_people("test-password")}


@pytest.fixture(params=WRITES, scope="module")
def sent(request, shared, sandbox_control) -> Sent:
    """Proposes, approves and sends one operation to vendors that are as new."""
    accounts, people = shared
    sandbox_control.reset()
    for begins_anew in (CallBudget, VendorSession):
        begins_anew.objects.all().delete()
    step = StepDraft(request.param, arguments_of(accounts, sandbox_control)(request.param))
    proposal = propose(actor=people["priya"], steps=[step], reason="Asked.", origin=Origin("form"))
    deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)
    execution.attend(proposal.pk)
    proposal.refresh_from_db()
    return Sent(proposal, sandbox_control.effects())


def test_the_ledger_holds_the_very_bytes_that_were_approved(sent):
    """The older interface of BILL takes credentials as form fields; the ledger keeps their holes empty."""
    step = sent.step
    kept = {part: getattr(step, part) for part in ("method", "path", "query", "body")}
    assert [(effect["request"], effect["took"]) for effect in sent.effects] == [(kept, True)]
    assert sent.proposal.status == Proposal.Status.SUCCEEDED, sent.proposal.outcome
    assert step.attempts.get().request == step.request_fields
    assert kept.items() <= step.request_fields.items()


def test_money_that_comes_or_goes_is_among_the_effects(sent):
    """What counts as money is found by its effects: by the rules, and by the tests of lost answers."""
    if sent.proposal.direction in ("in", "out"):
        assert "money" in sent.proposal.effects


def test_every_value_that_is_sent_can_be_read_on_the_page(sent):
    step = sent.step
    shown = "".join(token.text for token in tokens(step))
    body = without(find_operation(step.operation).secrets_in(step.arguments), step.body)
    assert shown == body.replace("\u202e", "‹U+202E›")
