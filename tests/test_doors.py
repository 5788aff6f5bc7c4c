"""No way leads from chat, forms or code to a vendor write but an approved proposal: the ledger is witness."""

from collections.abc import Mapping
from typing import Any

import pytest
from django.urls import reverse

from agent.tools.proposing import PLAN
from agent.tools.registry import call_tool
from agent.tools.tool import Context
from connectors import transport
from connectors.catalogue import find_operation
from console.approvals import execution, tasks
from console.approvals.models import Proposal
from console.approvals.proposing import Origin
from console.connections.clients import client_for, read_live
from console.mirror.models import Invoice
from console.mirror.refresh import refresh_record
from tests.writes import WRITES

pytestmark = pytest.mark.django_db

FORM_STORIES = {
    "refund": "cancel_refund",
    "retry": "retry_pays",
    "write-off": "retry_declines",
    "mark-paid": "retry_declines",
}


@pytest.fixture
def chat(people) -> Context:
    return Context(person=people["priya"], origin=Origin("conversation", "1"))


def reads(name: str, given: Mapping[str, Any], connected: Mapping[str, Any]) -> None:
    operation = find_operation(name)
    transport.read(client_for(connected[operation.connector]), operation, given)


def reads_live(name: str, given: Mapping[str, Any], connected: Mapping[str, Any]) -> None:
    read_live(connected[find_operation(name).connector], name, given)


@pytest.mark.parametrize("way", [reads, reads_live])
def test_reading_refuses_every_write(connected, sandbox, way):
    """Whatever its arguments: it does not come to that."""
    for name in WRITES:
        with pytest.raises(ValueError, match="is not a read"):
            way(name, {}, connected)
    assert sandbox.effects() == []


@pytest.mark.parametrize("name", WRITES)
def test_a_plan_of_the_model_only_files_a_proposal(chat, sandbox, arguments, name):
    steps = [{"operation": name, "arguments": arguments(name)}]
    outcome = call_tool(chat, PLAN, {"steps": steps, "reason": "Asked by phone."})
    assert not outcome.failed, outcome.answer
    assert Proposal.objects.get().status == Proposal.Status.PENDING
    assert sandbox.effects() == []


@pytest.mark.parametrize(
    ("alias", "name"), [(alias, name) for name in WRITES for alias in find_operation(name).aliases]
)
def test_an_alias_of_a_write_is_no_way_round(chat, sandbox, arguments, alias, name):
    outcome = call_tool(chat, alias, arguments(name) | {"reason": "Asked by phone."})
    assert not outcome.failed, outcome.answer
    assert Proposal.objects.get().status == Proposal.Status.PENDING
    assert sandbox.effects() == []


@pytest.mark.parametrize("name", WRITES)
def test_the_models_tool_for_a_write_only_files_a_proposal_which_no_worker_sends(
    chat, sandbox, arguments, name
):
    outcome = call_tool(chat, name, arguments(name) | {"reason": "Asked by phone."})
    assert not outcome.failed, outcome.answer
    proposal = Proposal.objects.get()
    assert proposal.status == Proposal.Status.PENDING
    for ring in (tasks.attend, execution.attend):
        ring(proposal.pk)
    execution.run(proposal)
    assert sandbox.effects() == []


@pytest.mark.parametrize("slug", FORM_STORIES)
def test_a_form_on_an_invoice_only_files_a_proposal(client, connected, people, sandbox, slug):
    number = sandbox.stories()[FORM_STORIES[slug]]["invoiceNumber"]
    refresh_record(connected["billsby"], "invoice", number)
    page = reverse(f"mirror:invoice-{slug}", args=[Invoice.objects.get(vendor_id=number).pk])
    client.force_login(people["priya"])
    assert client.get(page).status_code == 200
    assert client.post(page, {"amount": "1.00", "reason": "Double charge."}).status_code == 302
    assert Proposal.objects.get().status == Proposal.Status.PENDING
    assert sandbox.effects() == []
