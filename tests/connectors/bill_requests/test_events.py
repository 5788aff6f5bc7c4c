"""Subscriptions to events, and what was told."""

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.transport import Client
from tests.bill_events import EVENT, OF_SPENDING, SUBSCRIPTION, subscribe, subscribe_to_spending
from tests.connectors.bill_requests import Row, check

EVENTS = "/connect-events/v3"
ONE = f"/subscriptions/{SUBSCRIPTION}"
HISTORY = f"/events/subscription/{SUBSCRIPTION}"
GIVEN = {
    "name": "Bill management",
    "enabled": True,
    "events": [{"type": "bill.created"}, {"type": "bill.updated"}],
    "notificationUrl": "https://console.halden.example/1",
}
BODY = (
    '{"name":"Bill management","status":{"enabled":true},'
    '"events":[{"type":"bill.created","version":"1"},{"type":"bill.updated","version":"1"}],'
    '"notificationUrl":"https://console.halden.example/1"}'
)
OTHER = GIVEN | {"notificationUrl": "https://console.halden.example/2"}
MADE_UP = {"eventType": "bill.created", "billId": "test-bill", "vendorId": "test-vendor", "amount": 100}
MADE_UP_BODY = (
    '{"eventType":"bill.created","version":"1",'
    '"bill":{"id":"test-bill","vendorId":"test-vendor","amount":100}}'
)
WHICH = {"subscriptionId": SUBSCRIPTION}
SPENDING, THEIRS = {"subscriptionId": OF_SPENDING}, f"/spend/subscriptions/{OF_SPENDING}"
KEYS = [f"6f0f3c1a-0c0e-4d0a-9a52-2f6d6d1a7c1{at}" for at in range(4)]


def row(name: str, given: dict, method: str, path: str, query: str = "", body: str = "") -> Row:
    return Row(f"bill_{name}", given, method, path, query, body, base=EVENTS)


SENT = [
    row("list_event_types", {}, "GET", "/events/catalog"),
    row("list_events", WHICH | {"entityId": "00n1"}, "GET", HISTORY, "entityId=00n1"),
    row("resend_event", WHICH | {"eventId": EVENT}, "POST", f"{HISTORY}/event/{EVENT}"),
    row("list_subscriptions", {}, "GET", "/subscriptions"),
    row("create_subscription", GIVEN | {"idempotencyKey": KEYS[0]}, "POST", "/subscriptions", "", BODY),
    row("get_subscription", WHICH, "GET", ONE),
    row("replace_subscription", WHICH | OTHER, "PUT", ONE, "", BODY.replace("/1", "/2")),
    row("update_subscription", WHICH | {"name": "Bills"}, "PATCH", ONE, "", '{"name":"Bills"}'),
    row("create_security_key", WHICH | {"idempotencyKey": KEYS[1]}, "POST", f"{ONE}/security_key"),
    row("test_subscription", WHICH | MADE_UP, "POST", f"{ONE}/test", "", MADE_UP_BODY),
    row("delete_subscription", WHICH, "DELETE", ONE),
    row("list_spend_subscriptions", {}, "GET", "/spend/subscriptions"),
    row(
        "create_spend_subscription",
        GIVEN | {"events": [{"type": "spend.transaction.updated"}], "idempotencyKey": KEYS[2]},
        "POST",
        "/spend/subscriptions",
        "",
        '{"name":"Bill management","status":{"enabled":true},'
        '"events":[{"type":"spend.transaction.updated","version":"1"}],'
        '"notificationUrl":"https://console.halden.example/1"}',
    ),
    row("get_spend_subscription", SPENDING, "GET", THEIRS),
    row("update_spend_subscription", SPENDING | {"name": "Cards"}, "PATCH", THEIRS, "", '{"name":"Cards"}'),
    row(
        "create_spend_security_key", SPENDING | {"idempotencyKey": KEYS[3]}, "POST", f"{THEIRS}/security_key"
    ),
    row("delete_spend_subscription", SPENDING, "DELETE", THEIRS),
]


@pytest.fixture(scope="module")
def ids(books: SandboxControl) -> dict[str, str]:
    subscribe(books)
    subscribe_to_spending(books)
    return {}


@pytest.mark.parametrize("row", SENT, ids=str)
def test_what_is_sent_is_what_bill_documents_and_is_taken(
    line: Client, books: SandboxControl, ids: dict[str, str], row: Row
) -> None:
    check(line, books, row, ids)
