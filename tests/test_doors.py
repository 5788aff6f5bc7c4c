"""No way leads from chat, forms or code to a vendor write but an approved proposal: the ledger is witness."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.urls import reverse

from agent.tools.proposing import PLAN
from agent.tools.registry import call_tool
from agent.tools.tool import Context
from connectors import transport
from connectors.catalogue import find_operation
from connectors.registry import connectors
from console.approvals import execution, tasks
from console.approvals.models import Proposal
from console.approvals.proposing import Origin
from console.connections.clients import client_for, read_live
from console.mirror.actions import ACTIONS
from console.mirror.models import Invoice
from console.mirror.refresh import refresh_record

pytestmark = pytest.mark.django_db

WRITES = [
    operation.name
    for vendor in connectors()
    for operation in vendor.catalogue.operations.values()
    if not operation.is_read
]
FORM_STORIES = {"refund": "cancel_refund", "retry": "retry_pays", "write-off": "retry_declines"}
ADDRESS = {"line1": "1 Pier Road", "city": "Oakland", "zipOrPostalCode": "94607", "country": "US"}


@pytest.fixture
def arguments(connected, sandbox) -> Callable[[str], dict[str, Any]]:
    """What a person might really ask of an operation; KeyError for a new one says that it has no case yet."""
    stories = sandbox.stories()

    def story(name: str, *fields: str, **more: Any) -> Callable[[], dict[str, Any]]:
        return lambda: {field: stories[name][field] for field in fields} | more

    def first(kind: str) -> str:
        return read_live(connected["bill"], f"bill_list_{kind}", {}).data[0]["id"]

    ids = ("customerUniqueId", "subscriptionUniqueId")
    cases = {
        "billsby_retry_invoice_payment": story("retry_pays", "invoiceNumber"),
        "billsby_write_off_invoice": story("retry_declines", "invoiceNumber"),
        "billsby_mark_invoice_paid_offline": story("retry_declines", "invoiceNumber"),
        "billsby_refund_invoice": story("cancel_refund", "customerUniqueId", "invoiceNumber", amount=100),
        "billsby_cancel_subscription": story("cancel_refund", *ids),
        "billsby_charge_customer": story(
            "spend", "customerUniqueId", currencyCode="USD", amount=100, description="Setup"
        ),
        "billsby_change_plan": story(
            "upgrade",
            *ids,
            "planId",
            cycleId=stories["upgrade"]["cycleIds"]["monthly"],
            planChangeType="on_renewal",
        ),
        "billsby_update_counter": story(
            "credits", "subscriptionUniqueId", "counterId", operationType="Decrement", value=10
        ),
        "billsby_create_customer": lambda: {
            "firstName": "Ana",
            "lastName": "Silva",
            "email": "ana@example.com",
            "addressLine1": "1 Pier Road",
            "city": "Oakland",
            "state": "CA",
            "country": "USA",
            "postCode": "94607",
        },
        "bill_create_customer": lambda: {"name": "Acme Corp", "email": "ap@acme.example"},
        "bill_v2_create_customer": lambda: {"name": "Acme Corp"},
        "bill_create_customer_contact": lambda: {
            "customerId": first("customers"),
            "email": "new@acme.example",
        },
        "bill_create_invoice": lambda: {
            "customerId": first("customers"),
            "invoiceLineItems": [{"quantity": 1, "price": "12.50"}],
        },
        "bill_create_vendor": lambda: {"name": "Northside", "address": ADDRESS},
        "bill_create_bill": lambda: {
            "vendorId": first("vendors"),
            "dueDate": "2026-12-31",
            "invoiceDate": "2026-12-01",
            "invoiceNumber": "NP-1",
            "billLineItems": [{"amount": "228.99"}],
        },
    }
    return lambda name: cases[name]()


@pytest.fixture
def chat(people) -> Context:
    return Context(person=people["priya"], origin=Origin("conversation", "1"))


def reads(name: str, given: Mapping[str, Any], connected: Mapping[str, Any]) -> None:
    operation = find_operation(name)
    transport.read(client_for(connected[operation.connector]), operation, given)


def reads_live(name: str, given: Mapping[str, Any], connected: Mapping[str, Any]) -> None:
    read_live(connected[find_operation(name).connector], name, given)


@pytest.mark.parametrize("way", [reads, reads_live])
@pytest.mark.parametrize("name", WRITES)
def test_reading_refuses_a_write(connected, sandbox, arguments, name, way):
    with pytest.raises(ValueError, match="is not a read"):
        way(name, arguments(name), connected)
    assert sandbox.effects() == []


@pytest.mark.parametrize("name", WRITES)
def test_the_models_tool_for_a_write_only_files_a_proposal(chat, sandbox, arguments, name):
    outcome = call_tool(chat, name, arguments(name) | {"reason": "Asked by phone."})
    assert not outcome.failed, outcome.answer
    assert Proposal.objects.get().status == Proposal.Status.PENDING
    assert sandbox.effects() == []


@pytest.mark.parametrize("name", WRITES)
def test_a_plan_of_the_model_only_files_a_proposal(chat, sandbox, arguments, name):
    steps = [{"operation": name, "arguments": arguments(name)}]
    outcome = call_tool(chat, PLAN, {"steps": steps, "reason": "Asked by phone."})
    assert not outcome.failed, outcome.answer
    assert Proposal.objects.get().status == Proposal.Status.PENDING
    assert sandbox.effects() == []


@pytest.mark.parametrize("name", WRITES)
def test_an_alias_of_a_write_is_no_way_round(chat, sandbox, arguments, name):
    for alias in find_operation(name).aliases:
        call_tool(chat, alias, arguments(name) | {"reason": "Asked by phone."})
    assert {proposal.status for proposal in Proposal.objects.all()} <= {Proposal.Status.PENDING}
    assert sandbox.effects() == []


@pytest.mark.parametrize("name", WRITES)
def test_the_worker_sends_nothing_that_nobody_approved(chat, sandbox, arguments, name):
    call_tool(chat, name, arguments(name) | {"reason": "Asked by phone."})
    proposal = Proposal.objects.get()
    for ring in (tasks.attend, execution.attend):
        ring(proposal.pk)
    execution.run(proposal)
    assert sandbox.effects() == []


@pytest.mark.parametrize("slug", ACTIONS)
def test_a_form_on_an_invoice_only_files_a_proposal(client, connected, people, sandbox, slug):
    number = sandbox.stories()[FORM_STORIES[slug]]["invoiceNumber"]
    refresh_record(connected["billsby"], "invoice", number)
    page = reverse(f"mirror:invoice-{slug}", args=[Invoice.objects.get(vendor_id=number).pk])
    client.force_login(people["priya"])
    assert client.get(page).status_code == 200
    assert client.post(page, {"amount": "1.00", "reason": "Double charge."}).status_code == 302
    assert Proposal.objects.get().status == Proposal.Status.PENDING
    assert sandbox.effects() == []
