"""What BILL's sandbox sends by itself, and how it answers about that."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpx
import pytest

from connectors.sandbox.bill.resources.funding_accounts import BANK
from connectors.sandbox.client import SandboxControl
from tests import payables, payments
from tests.bill_events import EVENT, SECURITY_KEY, SUBSCRIPTION, subscribe, subscribe_to_spending
from tests.connectors.bill_account import SPEND_TOKEN, BillAccount
from tests.processes import wait_for

BILL_CREATED = [{"type": "bill.created", "version": "1"}]


@dataclass
class Listener:
    """What came in, byte for byte; `statuses` are answered one after the other, then 200."""

    url: str = ""
    came: list[tuple[bytes, str]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def wait_for(self, count: int) -> list[dict[str, Any]]:
        wait_for(lambda: len(self.came) >= count, f"{count} events", within_s=10)
        return [json.loads(body) for body, _ in self.came]


@pytest.fixture
def listener() -> Iterator[Listener]:
    told = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = told.statuses.pop(0) if told.statuses else 200
            told.came.append((body, self.headers["x-bill-sha-signature"]))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.01])
        thread.start()
        told.url = f"http://127.0.0.1:{server.server_port}/events"
        yield told
        server.shutdown()
        thread.join()


class Events(BillAccount):
    """The events' own base, with the session."""

    def ask(self, method: str, path: str, body: Any = None, *, key: str = "") -> httpx.Response:
        headers = self.headers | ({"X-Idempotent-Key": key} if key else {})
        return self.http.request(method, f"/connect-events/v3{path}", json=body, headers=headers)


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Events]:
    account = Events(sandbox_url)
    yield account
    account.close()


@pytest.fixture
def vendor(bill: Events, sandbox: SandboxControl) -> str:
    return bill.rows("/vendors", filters="archived:eq:false")[0]["id"]


def given(url: str = "https://x.example/1", **changes: Any) -> dict[str, Any]:
    return {"name": "Ours", "events": BILL_CREATED, "notificationUrl": url} | changes


def test_a_change_is_told_signed_over_its_very_bytes(
    sandbox: SandboxControl, listener: Listener, vendor: str
) -> None:
    subscribe(sandbox, url=listener.url)
    sandbox.change("bill", "vendor", vendor, name="Renamed")

    (event,) = listener.wait_for(1)
    body, signature = listener.came[0]
    wanted = hmac.new(SECURITY_KEY.encode(), body, hashlib.sha256).digest()
    assert signature == base64.b64encode(wanted).decode()
    assert event["metadata"]["eventType"] == "vendor.updated"
    assert (event["vendor"]["id"], event["vendor"]["name"]) == (vendor, "Renamed")


@pytest.mark.parametrize(("archived", "deed"), [(True, "archived"), (False, "updated")])
def test_archiving_has_an_event_of_its_own(
    sandbox: SandboxControl, listener: Listener, vendor: str, archived: bool, deed: str
) -> None:
    subscribe(sandbox, url=listener.url)
    sandbox.change("bill", "vendor", vendor, archived=archived, name="Other")

    assert listener.wait_for(1)[0]["metadata"]["eventType"] == f"vendor.{deed}"


def test_the_payload_comes_as_a_text_where_that_is_asked_for(
    sandbox: SandboxControl, listener: Listener, vendor: str
) -> None:
    sandbox.settings(bill_events_as_text=True)
    subscribe(sandbox, url=listener.url)
    sandbox.change("bill", "vendor", vendor, name="Renamed")

    (text,) = listener.wait_for(1)
    assert json.loads(text)["vendor"]["id"] == vendor


def test_only_what_was_subscribed_to_is_told(
    sandbox: SandboxControl, bill: Events, listener: Listener
) -> None:
    subscribe(sandbox, url=listener.url)
    user, vendor = bill.rows("/users")[0]["id"], bill.rows("/vendors")[0]["id"]
    sandbox.change("bill", "user", user, firstName="Other")
    sandbox.change("bill", "vendor", vendor, name="Renamed")

    assert [event["metadata"]["eventType"] for event in listener.wait_for(1)] == ["vendor.updated"]


def test_a_payment_that_cannot_be_made_is_told_without_an_id(
    sandbox: SandboxControl, bill: Events, listener: Listener
) -> None:
    payments.fill(sandbox)
    sandbox.settings(bill_wants_trust=False)
    subscribe(sandbox, url=listener.url, events=["payment.failed", "payment.updated"])
    account = {"type": "BANK_ACCOUNT", "id": payments.PENDING_BANK}
    asked = {"billId": payables.BILL, "amount": 70.5, "fundingAccount": account, "processingOptions": {}}
    refused = bill.post("/payments", asked | {"transactionNumber": "CS-1"})

    (event,) = listener.wait_for(1)
    assert event["metadata"]["eventType"] == "payment.failed"
    assert event["payment"]["bills"] == [{"id": payables.BILL, "amount": 70.5}]
    assert (event["payment"]["transactionNumber"], "id" in event["payment"]) == ("CS-1", False)
    assert [error["code"] for error in event["errors"]] == [refused.json()[0]["code"]] == ["BDC_1151"]
    assert sandbox.effects()[-1]["took"] is False


@pytest.mark.parametrize(
    ("asked", "told"), [({"amount": "none"}, True), ({"billId": "00n01NOBODY"}, True), ({}, False)]
)
def test_a_wrong_request_or_one_nobody_is_to_be_told_of_makes_no_event(
    sandbox: SandboxControl, bill: Events, listener: Listener, asked: dict[str, Any], told: bool
) -> None:
    payments.fill(sandbox)
    sandbox.settings(bill_wants_trust=False, bill_tells_failed_payments=told)
    subscribe(sandbox, url=listener.url, events=["payment.failed", "vendor.updated"])
    account = {"type": "BANK_ACCOUNT", "id": payments.PENDING_BANK}
    right = {"billId": payables.BILL, "amount": 70.5, "fundingAccount": account, "processingOptions": {}}
    assert bill.post("/payments", right | asked).is_client_error
    sandbox.change("bill", "vendor", payables.VENDOR, name="Renamed")

    assert [event["metadata"]["eventType"] for event in listener.wait_for(1)] == ["vendor.updated"]


def test_a_recurring_bill_that_pays_itself_does_so_or_tells_why_not(
    sandbox: SandboxControl, bill: Events, listener: Listener
) -> None:
    payments.fill(sandbox)
    sandbox.settings(bill_wants_trust=False)
    subscribe(sandbox, url=listener.url, events=["payment.failed", "payment.updated"])
    due = (sandbox.now() + timedelta(days=10)).date().isoformat()
    for account in (BANK, payments.PENDING_BANK):
        asked = {
            "vendorId": payables.VENDOR,
            "schedule": {"period": "MONTHLY", "frequency": 1, "nextDueDate": due, "daysInAdvance": 9},
            "recurringBillLineItems": [{"amount": 80, "description": "Rent"}],
            "processingOptions": {"autoPayment": True},
            "paymentInformation": {"bankAccountId": account},
        }
        assert bill.post("/recurringbills", asked).status_code == 201
    sandbox.advance(2 * 86_400)

    paid, failed = sorted(
        listener.wait_for(2), key=lambda event: event["metadata"]["eventType"], reverse=True
    )
    assert paid["payment"]["status"] == "SCHEDULED"
    assert (paid["payment"]["processDate"], paid["payment"]["billingType"]) == (due, "RECURRING_PAYMENT")
    assert failed["metadata"]["eventType"] == "payment.failed"
    assert failed["payment"]["fundingAccount"]["id"] == payments.PENDING_BANK
    assert failed["payment"]["bills"] != [{"id": paid["payment"]["billIds"][0], "amount": 80}]


def test_those_to_spend_and_expense_are_apart_from_all_others(
    sandbox: SandboxControl, bill: Events, listener: Listener
) -> None:
    theirs = subscribe_to_spending(sandbox, url=listener.url)
    subscribe(sandbox)
    listed = bill.http.get("/connect-events/v3/spend/subscriptions", headers={"apiToken": SPEND_TOKEN})

    assert [row["id"] for row in listed.json()["results"]] == [theirs]
    assert [row["id"] for row in bill.ask("GET", "/subscriptions").json()["results"]] == [SUBSCRIPTION]
    assert bill.ask("GET", f"/subscriptions/{theirs}").status_code == 404
    mixed = given(events=[*BILL_CREATED, {"type": "spend.transaction.updated", "version": "1"}])
    assert bill.ask("POST", "/subscriptions", mixed, key=str(uuid4())).status_code == 400
    assert bill.http.get("/connect-events/v3/spend/subscriptions", headers=bill.headers).status_code == 401
    bought = bill.http.get("/connect/v3/spend/transactions", headers={"apiToken": SPEND_TOKEN}).json()
    key = bought["results"][0]["id"]
    sandbox.change("bill", "spend transaction", key, merchantName="Renamed")
    assert listener.wait_for(1)[0]["transaction"]["id"] == key


@pytest.mark.parametrize("status", [500, 204, 202])
def test_what_is_not_answered_with_200_is_tried_four_times_more_and_then_switched_off(
    sandbox: SandboxControl, bill: Events, listener: Listener, vendor: str, status: int
) -> None:
    sandbox.settings(bill_event_retry_scale=0.01)
    listener.statuses[:] = [status] * 10
    subscribe(sandbox, url=listener.url)
    sandbox.change("bill", "vendor", vendor, name="Renamed")
    listener.wait_for(5)

    def enabled() -> bool:
        return bill.ask("GET", f"/subscriptions/{SUBSCRIPTION}").json()["status"]["enabled"]

    wait_for(lambda: not enabled(), "the subscription to be switched off", within_s=5)
    sandbox.change("bill", "vendor", vendor, name="Again")
    assert len(listener.came) == 5
    assert len({body for body, _ in listener.came}) == 1


def test_the_history_tells_what_was_sent_and_whether_it_arrived(
    sandbox: SandboxControl, bill: Events, listener: Listener, vendor: str
) -> None:
    subscribe(sandbox, url=listener.url)
    sandbox.change("bill", "vendor", vendor, name="Renamed")
    (event,) = listener.wait_for(1)

    def last() -> dict[str, Any]:
        return bill.ask("GET", f"/events/subscription/{SUBSCRIPTION}?entityId={vendor}").json()["results"][-1]

    wait_for(lambda: last().get("statusCode") == 200, "the answer in the history", within_s=5)
    assert json.loads(last()["payload"]) == event
    sandbox.advance(181 * 86_400)
    bill.session_id = bill.log_in().json()["sessionId"]
    assert bill.ask("GET", f"/events/subscription/{SUBSCRIPTION}").json()["results"] == []


def test_an_event_is_sent_again_on_request(sandbox: SandboxControl, bill: Events, listener: Listener) -> None:
    subscribe(sandbox, url=listener.url)
    bill.ask("POST", f"/events/subscription/{SUBSCRIPTION}/event/{EVENT}").raise_for_status()

    assert listener.wait_for(1)[0]["metadata"]["eventId"] == EVENT


def test_a_made_up_event_is_sent_on_request(
    sandbox: SandboxControl, bill: Events, listener: Listener
) -> None:
    subscribe(sandbox, url=listener.url)
    body = {"eventType": "bill.created", "version": "1", "bill": {"id": "made-up"}}
    bill.ask("POST", f"/subscriptions/{SUBSCRIPTION}/test", body).raise_for_status()

    assert listener.wait_for(1)[0]["bill"] == {"id": "made-up"}


def test_a_key_is_told_once(bill: Events) -> None:
    made = bill.ask("POST", "/subscriptions", given(), key=str(uuid4())).json()

    assert made["securityKey"]
    assert "securityKey" not in bill.ask("GET", f"/subscriptions/{made['id']}").json()
    assert "securityKey" not in bill.ask("GET", "/subscriptions").json()["results"][0]


def test_the_same_key_gives_the_first_answer_and_makes_nothing(bill: Events) -> None:
    key = str(uuid4())
    answers = [bill.ask("POST", "/subscriptions", given(), key=key).json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert len(bill.ask("GET", "/subscriptions").json()["results"]) == 1


def test_a_key_of_another_request_is_refused(bill: Events) -> None:
    key = str(uuid4())
    bill.ask("POST", "/subscriptions", given(), key=key)

    assert bill.ask("POST", "/subscriptions", given(name="Other"), key=key).status_code == 409


@pytest.mark.parametrize("key", ["", "not-a-uuid"])
def test_without_a_key_nothing_is_made(bill: Events, key: str) -> None:
    assert bill.ask("POST", "/subscriptions", given(), key=key).status_code == 400
    assert bill.ask("GET", "/subscriptions").json()["results"] == []


def test_no_two_are_alike_and_none_is_the_eleventh(bill: Events) -> None:
    def make(number: int) -> int:
        return bill.ask(
            "POST", "/subscriptions", given(f"https://x.example/{number}"), key=str(uuid4())
        ).status_code

    assert [make(number) for number in range(10)] == [200] * 10
    assert make(10) == 400
    bill.ask("DELETE", f"/subscriptions/{bill.ask('GET', '/subscriptions').json()['results'][0]['id']}")
    assert make(5) == 409


@pytest.mark.parametrize(
    "wrong",
    [{"notificationUrl": "http://x.example/1"}, {"events": [{"type": "customer.created", "version": "1"}]}],
)
def test_an_open_address_and_an_unknown_event_are_refused(bill: Events, wrong: dict[str, Any]) -> None:
    assert bill.ask("POST", "/subscriptions", given(**wrong), key=str(uuid4())).status_code == 400


def test_what_was_signed_with_an_older_key_is_told_by_a_newer_one(
    sandbox: SandboxControl, bill: Events, listener: Listener, vendor: str
) -> None:
    subscribe(sandbox, url=listener.url)
    path = f"/subscriptions/{SUBSCRIPTION}/security-key"
    key = bill.ask("POST", path, key=str(uuid4())).json()["securityKey"]
    sandbox.change("bill", "vendor", vendor, name="Renamed")
    listener.wait_for(1)

    body, signature = listener.came[0]
    assert key != SECURITY_KEY
    assert signature == base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()
