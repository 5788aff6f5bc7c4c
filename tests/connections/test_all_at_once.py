"""A sync of several kinds, people who look, and approved changes, all at one account of BILL together."""

import threading
import time
from contextlib import closing

import pytest

from connectors import transport
from connectors.catalogue import find_operation
from connectors.rates import Priority
from console import demo
from console.connections.models import Connection
from console.mirror.models import KINDS, Sync
from console.mirror.sync import sync_connection
from tests.connections.test_sharing import ask, at_once, client_of_its_own

CALL_S = 0.2
SYNCED = ("customer", "invoice", "vendor")
LOOKS, CHANGES = 5, 3


@pytest.fixture
def bill(committed_db, sandbox, sandbox_url) -> Connection:
    return demo.connect_sandbox(sandbox_url)[1]


@pytest.fixture
def slow(sandbox) -> None:
    """As far away as a vendor is."""
    sandbox.delay(seconds=CALL_S, times=1000, connector="bill")


def look(bill: Connection) -> None:
    with closing(client_of_its_own(bill)) as client:
        for _ in range(LOOKS):
            ask(client, "bill_list_bills", priority=Priority.PERSON)


def change(bill: Connection, number: int) -> list[float]:
    """Make customers one after another; the seconds that each took from asking to BILL's answer."""
    operation, took = find_operation("bill_create_customer"), []
    with closing(client_of_its_own(bill)) as client:
        ask(client)
        for at in range(CHANGES):
            given = {"name": f"Acme {number}-{at}", "email": "ap@acme.example"}
            started = time.monotonic()
            transport.send_write(client, operation.request(given, {}))
            took.append(time.monotonic() - started)
    return took


def test_all_together_stay_within_the_limits_and_a_change_waits_for_one_call(bill, sandbox, slow):
    def work(number: int) -> list[float]:
        if number < len(SYNCED):
            sync_connection(bill, kind=SYNCED[number])
            return []
        return change(bill, number) if number == len(SYNCED) else look(bill) or []

    took = [one for each in at_once(len(SYNCED) + 3, work) for one in each]

    assert set(Sync.objects.values_list("kind", "state")) == {(kind, Sync.State.DONE) for kind in SYNCED}
    assert all(KINDS[kind].objects.exists() for kind in SYNCED)
    assert len(sandbox.effects(operation="create_customer", took=True)) == CHANGES
    assert (sandbox.most_at_once("bill"), sandbox.counted("bill.logins")) == (3, 1)
    assert sandbox.counted("bill.calls") < 20_000
    # One call that is under way, its own, and what this machine takes besides.
    assert max(took) <= 2 * CALL_S + 0.3


def test_a_session_that_ends_while_all_are_at_it_doubles_no_change_and_loses_nothing(bill, sandbox):
    """It ends between two pages of the sync, and under the changes that are sent then."""
    ended = threading.Event()

    def end_it(run: Sync) -> None:
        if not ended.is_set():
            sandbox.advance(36 * 60)
            ended.set()

    def work(number: int) -> int:
        if number == 0:
            return len(sync_connection(bill, end_it, kind="invoice"))
        ended.wait(30)
        return make_customer(bill, number)

    at_once(4, work)

    assert {run.state for run in Sync.objects.all()} == {Sync.State.DONE}
    made = [line["request"]["body"] for line in sandbox.effects(operation="create_customer", took=True)]
    assert len(made) == len(set(made)) == 3
    assert sandbox.counted("bill.logins") <= 2


def make_customer(bill: Connection, number: int) -> int:
    """As execution does it: once more after an answer that proves that nothing was done."""
    operation = find_operation("bill_create_customer")
    request = operation.request({"name": f"Acme {number}", "email": "ap@acme.example"}, {})
    with closing(client_of_its_own(bill)) as client:
        try:
            return transport.send_write(client, request).status
        except transport.SessionExpiredError:
            return transport.send_write(client, request).status
