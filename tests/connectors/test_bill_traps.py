"""What a naive client of BILL falls for, as far as no test elsewhere shows it."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest

from connectors.bill.session import V2, V3, login_request
from connectors.bill.streams import STREAMS
from connectors.catalogue import Operation, catalogue, find_operation
from connectors.sandbox.bill.webhooks import CATALOG
from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import BillAccount, make_client
from tests.connectors.bill_desk import BillDesk, titles

SPEND = "/connect/v3/spend/"


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    account = BillAccount(sandbox_url)
    yield account
    account.close()


def lists() -> list[Operation]:
    operations = catalogue("bill").operations.values()
    return [one for one in operations if one.paging and one.paging.style == "cursor"]


def test_each_sign_in_has_its_own_spelling_and_the_developer_key_in_its_body(sandbox_url: str) -> None:
    client = make_client(sandbox_url)
    newer, older = (login_request(client.account, kind) for kind in (V3, V2))
    client.close()

    assert json.loads(newer.body).keys() == {"username", "password", "organizationId", "devKey"}
    assert [name for name, _ in parse_qsl(older.body)] == ["userName", "password", "orgId", "devKey"]


@pytest.mark.parametrize("name", ["bill_create_invoice", "bill_replace_invoice"])
def test_an_invoice_says_in_words_that_it_is_not_mailed(name: str) -> None:
    lines = [{"quantity": 1, "price": "10"}]
    given = {"customerId": "0cu1", "invoiceId": "00e1", "invoiceLineItems": lines}
    asked = {key: given[key] for key in find_operation(name).input_schema["required"] if key in given}
    built = find_operation(name).request(asked, {})

    assert json.loads(built.body)["processingOptions"] == {"sendEmail": False}


def test_nobody_real_is_mailed_by_what_the_sandbox_holds(bill: BillAccount) -> None:
    people = [row for path in ("/customers", "/vendors", "/users") for row in bill.rows(path)]
    addresses = [row["email"] for row in people if "email" in row]

    assert len(addresses) > 40
    assert [address for address in addresses if not address.endswith(".example")] == []


@pytest.mark.parametrize("operation", lists(), ids=lambda one: one.name)
def test_a_list_goes_on_by_the_parameter_of_its_half(operation: Operation) -> None:
    assert operation.paging is not None
    assert operation.paging.page == ("nextPage" if operation.path.startswith(SPEND) else "page")
    assert operation.paging.next == "nextPage"


@pytest.mark.parametrize(
    ("name", "argument", "words"),
    [
        ("bill_create_vendor_bank_account", "bankAccountOwner", {"BUSINESS", "PERSON"}),
        ("bill_create_bank_account", "bankAccountOwner", {"BUSINESS", "PERSONAL"}),
        ("bill_create_vendor", "accountType", {"BUSINESS", "PERSON", "NONE"}),
    ],
)
def test_a_person_is_spelled_as_each_place_wants_it(name: str, argument: str, words: set[str]) -> None:
    assert set(find_operation(name).input_schema["properties"][argument]["enum"]) == words


def test_what_recurs_is_spelled_in_two_ways() -> None:
    assert find_operation("bill_list_recurring_bills").path == "/connect/v3/recurringbills"
    assert find_operation("bill_list_recurring_invoices").path == "/connect/v3/recurring-invoices"


@pytest.mark.parametrize(
    ("name", "events"),
    [
        ("bill_create_subscription", ["bill.created", "spend.transaction.updated"]),
        ("bill_create_spend_subscription", ["spend.transaction.updated", "bill.created"]),
    ],
)
def test_events_of_spending_need_a_subscription_of_their_own(
    bill_desk: BillDesk, name: str, events: list[str]
) -> None:
    def asked(kinds: list[str]) -> list[tuple[str, str]]:
        given = {"name": "Ours", "notificationUrl": "https://console.halden.example/1"}
        return titles(bill_desk.expect(name, given | {"events": [{"type": kind} for kind in kinds]}))

    assert ("blocked", "Not told by this one") in asked(events)
    assert ("blocked", "Not told by this one") not in asked(events[:1])


def test_of_customers_no_event_tells_so_they_are_read() -> None:
    assert [kind for kind in CATALOG if kind.startswith(("customer", "received", "receivable"))] == []
    assert "customer" in {kind for stream in STREAMS for kind in stream.kinds}
