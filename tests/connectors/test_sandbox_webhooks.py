"""Events that the sandbox sends by itself, as whoever gets them sees them."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import BillsbyAccount
from tests.connectors.test_sandbox_control_process import running
from tests.processes import wait_for

ALICE, INVOICE = "7KQ2M9XTRB", "7KQ2M9XTRB-3"
SECRET = "a secret of ours"


@dataclass
class Listener:
    """What came in; `statuses` are answered one after the other, then 200."""

    url: str = ""
    came: list[dict] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def types(self) -> list[str]:
        return [event["Type"] for event in self.came]

    def wait_for(self, count: int) -> list[dict]:
        wait_for(lambda: len(self.came) >= count, f"{count} events, now {self.types()}", within_s=10)
        return self.came


@pytest.fixture
def listener() -> Iterator[Listener]:
    told = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            status = told.statuses.pop(0) if told.statuses else 200
            told.secrets.append(self.headers["secret"])
            told.came.append(json.loads(body))
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


@pytest.fixture
def billsby(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillsbyAccount]:
    account = BillsbyAccount(sandbox_url)
    yield account
    account.close()


@pytest.fixture
def heard(sandbox: SandboxControl, listener: Listener) -> Iterator[Listener]:
    sandbox.send_events("billsby", url=listener.url, secret=SECRET)
    yield listener
    sandbox.send_events("billsby", url="")


def test_a_payment_is_told_with_the_secret_and_an_id_of_its_own(
    sandbox: SandboxControl, billsby: BillsbyAccount, heard: Listener
) -> None:
    amount = sandbox.record("billsby", "invoice", INVOICE)["amount"]
    billsby.retry(INVOICE)

    (event,) = heard.wait_for(1)

    assert event.pop("Id")
    assert event == {
        "InvoiceNumber": INVOICE,
        "InvoiceAmount": amount,
        "CurrencyCode": "USD",
        "InvoiceStatus": "Paid",
        "Url": f"https://app.billsby.com/invoice/{INVOICE}",
        "Type": "InvoiceUpdated",
    }
    assert heard.secrets == [SECRET]


def test_a_charge_makes_an_invoice(billsby: BillsbyAccount, heard: Listener) -> None:
    billsby.charge(ALICE, 100)
    assert heard.wait_for(1)[0]["Type"] == "InvoiceCreated"


def test_a_change_behind_everybodys_back_is_told(sandbox: SandboxControl, heard: Listener) -> None:
    sandbox.change("billsby", "customer", ALICE, firstName="Alicia")
    (event,) = heard.wait_for(1)
    assert (event["Type"], event["CustomerUniqueId"]) == ("CustomerUpdated", ALICE)
    assert event["FirstName"] == "Alicia"
    assert len(event["SubscriptionIds"]) == 1


def test_a_cancellation_is_told_as_a_change_of_the_subscription(
    sandbox: SandboxControl, heard: Listener
) -> None:
    story = sandbox.stories()["cancel_refund"]
    unique = story["subscriptionUniqueId"]
    sandbox.change("billsby", "subscription", unique, status="Cancelled")
    (event,) = heard.wait_for(1)
    assert (event["Type"], event["SubscriptionStatus"]) == ("SubscriptionUpdated", "Cancelled")
    assert event["NextBillingDate"][-1] != "Z"


def test_a_refund_makes_a_credit_note_and_changes_its_invoice(
    sandbox: SandboxControl, billsby: BillsbyAccount, heard: Listener
) -> None:
    story = sandbox.stories()["cancel_refund"]
    billsby.http.post(
        f"/core/halden/customers/{story['customerUniqueId']}/refunds",
        json={"invoiceNumber": story["invoiceNumber"], "amount": 100},
    ).raise_for_status()
    heard.wait_for(2)
    assert sorted(heard.types()) == ["CreditNoteCreated", "InvoiceUpdated"]
    note = next(event for event in heard.came if event["Type"] == "CreditNoteCreated")
    assert (note["CustomerUniqueId"], note["Amount"]) == (story["customerUniqueId"], 100)


def test_a_deleted_customer_is_told_once_and_its_papers_are_not(
    billsby: BillsbyAccount, sandbox: SandboxControl, heard: Listener
) -> None:
    for subscription in billsby.read(f"/halden/customers/{ALICE}/subscriptions"):
        sandbox.change("billsby", "subscription", subscription["subscriptionId"], status="Cancelled")
    billsby.http.delete(f"/core/halden/customers/{ALICE}").raise_for_status()
    told = heard.wait_for(2)[-1]
    assert heard.types() == ["SubscriptionUpdated", "CustomerDeleted"]
    assert told["CustomerUniqueId"] == ALICE


def test_writing_the_same_again_or_failing_tells_nothing(
    sandbox: SandboxControl, billsby: BillsbyAccount, heard: Listener
) -> None:
    sandbox.change("billsby", "invoice", INVOICE, status="Unpaid")
    billsby.http.post(f"/core/halden/customers/{ALICE}/invoices", json={"amount": 0})
    sandbox.change("billsby", "invoice", INVOICE, status="Paid")
    assert [event["InvoiceStatus"] for event in heard.wait_for(1)] == ["Paid"]


def test_nothing_is_told_after_a_reset(sandbox: SandboxControl, billsby: BillsbyAccount, heard) -> None:
    sandbox.reset()
    billsby.retry(INVOICE)
    sandbox.send_events("billsby", url=heard.url)
    billsby.charge(ALICE, 100)
    assert heard.wait_for(1)[0]["Type"] == "InvoiceCreated"


def test_events_come_twice_and_in_reverse_when_asked_to(sandbox: SandboxControl, listener: Listener) -> None:
    sandbox.send_events("billsby", url=listener.url, copies=2, newest_first=True, delay_s=0.3)
    for name in ("First", "Second"):
        sandbox.change("billsby", "customer", ALICE, firstName=name)
    listener.wait_for(4)
    sandbox.send_events("billsby", url="")
    assert [event["FirstName"] for event in listener.came] == ["Second", "Second", "First", "First"]
    assert len({event["Id"] for event in listener.came}) == 2


def test_an_event_that_nobody_took_is_sent_once_unless_asked_otherwise(
    sandbox: SandboxControl, heard: Listener
) -> None:
    heard.statuses[:] = [500]
    sandbox.change("billsby", "customer", ALICE, firstName="Lost")
    heard.wait_for(1)
    sandbox.settings(webhook_retries=True)
    heard.statuses[:] = [503]
    sandbox.change("billsby", "customer", ALICE, firstName="Kept")
    heard.wait_for(3)
    assert [event["FirstName"] for event in heard.came] == ["Lost", "Kept", "Kept"]


def test_what_waits_is_sent_by_the_next_process(tmp_path: Path, listener: Listener) -> None:
    state = tmp_path / "sandbox.sqlite3"
    with running(state) as (_process, url), SandboxControl(url) as control:
        control.send_events("billsby", url=listener.url, delay_s=2)
        control.change("billsby", "customer", ALICE, firstName="Alicia")
    assert listener.came == []
    with running(state):
        assert listener.wait_for(1)[0]["FirstName"] == "Alicia"


@pytest.mark.parametrize(
    "given",
    [
        {"connector": "bill", "url": "http://127.0.0.1:9"},
        {"connector": "billsby", "url": "file:///etc/passwd"},
        {"connector": "billsby", "url": "http://127.0.0.1:9", "copies": 0},
        {"connector": "billsby", "url": "http://127.0.0.1:9", "colour": "red"},
    ],
)
def test_a_target_that_cannot_be_one_is_refused(sandbox: SandboxControl, given: dict) -> None:
    with pytest.raises(ValueError, match="refused"):
        sandbox.send_events(given.pop("connector"), **given)
