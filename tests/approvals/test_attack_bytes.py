"""The promise itself: for every write operation, what the ledger received is what the approver saw."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.registry import connectors
from console.approvals import execution
from console.approvals.models import Attempt, Proposal
from console.approvals.presenting import tokens
from console.approvals.proposing import Origin, StepDraft, propose
from console.connections.clients import read_live

WRITES = [
    operation.name
    for vendor in connectors()
    for operation in vendor.catalogue.operations.values()
    if not operation.is_read
]
TEXT = 'Zoë "Zed" O\u2019Neil & Söhne <b> %7B+?#\\ 日本 \u202e'
ADDRESS = {"line1": "1 Pier & Road", "city": "Oak+land", "zipOrPostalCode": "94607", "country": "US"}


@pytest.fixture
def arguments(connected, sandbox) -> Callable[[str], dict[str, Any]]:
    """Awkward but lawful values for each operation; KeyError for a new one says that it has no case yet."""
    stories = sandbox.stories()

    def story(name: str, *fields: str, **more: Any) -> dict[str, Any]:
        return {field: stories[name][field] for field in fields} | more

    def first(kind: str) -> str:
        return read_live(connected["bill"], f"bill_list_{kind}", {}).data[0]["id"]

    ids = ("customerUniqueId", "subscriptionUniqueId")
    cases = {
        "billsby_retry_invoice_payment": lambda: story("retry_pays", "invoiceNumber"),
        "billsby_write_off_invoice": lambda: story("retry_declines", "invoiceNumber"),
        "billsby_mark_invoice_paid_offline": lambda: story("retry_declines", "invoiceNumber"),
        "billsby_refund_invoice": lambda: story(
            "cancel_refund", "customerUniqueId", "invoiceNumber", amount=100
        ),
        "billsby_cancel_subscription": lambda: story("cancel_refund", *ids),
        "billsby_charge_customer": lambda: story(
            "spend", "customerUniqueId", currencyCode="USD", amount=100, description=TEXT
        ),
        "billsby_change_plan": lambda: story(
            "upgrade",
            *ids,
            "planId",
            cycleId=stories["upgrade"]["cycleIds"]["monthly"],
            planChangeType="on_renewal",
        ),
        "billsby_update_counter": lambda: story(
            "credits", "subscriptionUniqueId", "counterId", operationType="Decrement", value=10
        ),
        "billsby_create_customer": lambda: {
            "firstName": TEXT,
            "lastName": "Silva",
            "email": "ana+x@example.com",
            "addressLine1": TEXT,
            "city": "Oakland",
            "state": "CA",
            "country": "USA",
            "postCode": "94607",
        },
        "bill_create_customer": lambda: {"name": TEXT, "email": "ap+1@acme.example"},
        "bill_v2_create_customer": lambda: {"name": TEXT, "description": "{devKey}={sessionId}"},
        "bill_create_customer_contact": lambda: {
            "customerId": first("customers"),
            "email": "new+1@acme.example",
            "firstName": TEXT,
        },
        "bill_create_invoice": lambda: {
            "customerId": first("customers"),
            "invoiceLineItems": [{"quantity": 3, "price": "12.5000", "description": TEXT}],
        },
        "bill_create_vendor": lambda: {"name": TEXT, "address": ADDRESS},
        "bill_create_bill": lambda: {
            "vendorId": first("vendors"),
            "dueDate": "2026-12-31",
            "invoiceDate": "2026-12-01",
            "invoiceNumber": "NP-1",
            "billLineItems": [{"amount": "228.99", "description": TEXT}],
        },
    }
    return lambda name: cases[name]()


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
    assert [effect["request"] for effect in effects] == [kept]
    assert Attempt.objects.get().request == kept | {"content_type": step.content_type}


@pytest.mark.parametrize("name", WRITES)
def test_every_value_that_is_sent_can_be_read_on_the_page(sent, name):
    proposal, _ = sent(name)
    step = proposal.steps.get()
    shown = "".join(token.text for token in tokens(step))
    assert shown == step.body.replace("\u202e", "‹U+202E›")
