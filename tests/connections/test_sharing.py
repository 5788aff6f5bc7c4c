"""Sessions, places and room of one account, shared through the database by all who work with it."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.db.models import F

from connectors import transport
from connectors.catalogue import find_operation
from connectors.errors import NotConfiguredError, RateLimitedError, SessionExpiredError
from connectors.rates import Gate, Limit, Pace, Priority
from connectors.sharing import Session
from console import demo
from console.connections.budget import take
from console.connections.models import CallBudget, CallPlace, Connection, VendorSession
from console.connections.places import place
from console.connections.sharing import SharedByAll

HOUR_S = 3600
THREE = Gate("three", 3)
WAIT = {"wait_s": 5.0, "lease_s": 10.0}


@pytest.fixture
def bill(committed_db, sandbox, sandbox_url) -> Connection:
    return demo.connect_sandbox(sandbox_url)[1]


def client_of_its_own(bill: Connection) -> transport.Client:
    """What another process would have: nothing in common with others but the database."""
    account = transport.Account(
        connector="bill",
        name=bill.slug,
        base_url=bill.base_url,
        credentials=bill.credentials,
        injected=bill.injected,
    )
    patience = transport.Patience(tries=20, first_s=0.02, cap_s=0.1)
    return transport.Client(
        account, timeout_s=settings.VENDOR_TIMEOUT_S, patience=patience, shared=SharedByAll(bill)
    )


def ask(client: transport.Client, name: str = "bill_get_session", **options: Any) -> Any:
    return transport.read(client, find_operation(name), {}, **options).data


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Everybody's answer; each in a thread with a database connection of its own, all starting together."""
    start = threading.Barrier(count)

    def run(number: int) -> Any:
        try:
            start.wait()
            return work(number)
        finally:
            database.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def asked_by_its_own(bill: Connection) -> Callable[[int], Any]:
    def work(_number: int) -> Any:
        with closing(client_of_its_own(bill)) as client:
            return ask(client)

    return work


def test_twenty_workers_that_start_at_once_sign_in_once(bill, sandbox):
    answers = at_once(20, asked_by_its_own(bill))

    assert [answer["organizationId"] for answer in answers] == ["00801HALDEN000000000"] * 20
    assert sandbox.counted("bill.logins") == 1


def test_twenty_workers_that_find_their_session_ended_sign_in_once_more(bill, sandbox):
    with closing(client_of_its_own(bill)) as client:
        ask(client)
    sandbox.advance(36 * 60)

    at_once(20, asked_by_its_own(bill))

    assert sandbox.counted("bill.logins") <= 2


def test_a_wrong_password_is_tried_once_by_all_together(bill, sandbox):
    bill.credentials = {**bill.credentials, "password": "wrong"}
    bill.save()

    def work(_number: int) -> str:
        with closing(client_of_its_own(bill)) as client, pytest.raises(NotConfiguredError) as caught:
            ask(client)
        return str(caught.value)

    told = at_once(8, work)

    assert set(told) == {
        "BILL does not accept the connection's user name or password (each environment has its own)."
    }
    assert sandbox.counted("bill.logins") == 1


def test_other_credentials_make_another_session(bill, sandbox):
    with closing(client_of_its_own(bill)) as client:
        ask(client)
    bill.credentials = {**bill.credentials, "spend_token": "another"}
    bill.save()

    with closing(client_of_its_own(bill)) as client:
        ask(client)

    assert sandbox.counted("bill.logins") == 2


def test_a_session_is_sealed_in_the_database(bill):
    with closing(client_of_its_own(bill)) as client:
        ask(client)
        session = client.shared.held("v3")

    row = VendorSession.objects.get()
    assert session.id.encode() not in bytes(row.sealed)
    assert session.id not in (row.mark, row.credentials, row.refusal)


def test_a_session_that_was_renewed_meanwhile_is_not_forgotten(bill):
    shared, old, new = SharedByAll(bill), Session("old", idle_s=60), Session("new", idle_s=60)
    shared.keep("v3", new)
    shared.forget("v3", old)
    assert shared.held("v3").id == "new"
    shared.forget("v3", new)
    assert shared.held("v3") is None


def test_a_session_unused_for_too_long_or_at_its_end_is_not_held(bill):
    shared = SharedByAll(bill)
    shared.keep("v3", Session("idle", idle_s=-1))
    shared.keep("oauth", Session("over", idle_s=60, lasts_s=-1))
    assert (shared.held("v3"), shared.held("oauth")) == (None, None)


def test_using_a_session_is_noted_once_a_minute(bill):
    shared = SharedByAll(bill)
    shared.keep("v3", Session("one", idle_s=1920))
    kept_at = VendorSession.objects.get().used_at
    shared.held("v3")
    assert VendorSession.objects.get().used_at == kept_at
    VendorSession.objects.update(used_at=kept_at - 100)
    shared.held("v3")
    assert VendorSession.objects.get().used_at >= kept_at


def test_sign_ins_above_those_we_allow_ourselves_are_told_until_when(bill, sandbox):
    with closing(client_of_its_own(bill)) as client:
        ask(client)
        VendorSession.objects.all().delete()
        CallBudget.objects.filter(name__startswith="bill sign-ins").update(used_until=F("used_until") + 4000)

        with pytest.raises(RateLimitedError, match="takes only 200 sign-ins an hour.*room again at .* UTC"):
            ask(client)

    assert sandbox.counted("bill.logins") == 1


def test_no_vendor_is_called_while_a_transaction_is_open(bill):
    with closing(client_of_its_own(bill)) as client, transaction.atomic(), pytest.raises(RuntimeError):
        ask(client)


def test_a_write_whose_session_ended_was_not_done_and_goes_through_with_the_next(bill, sandbox):
    operation = find_operation("bill_create_customer")
    request = operation.request({"name": "Acme", "email": "ap@acme.example"}, {})
    with closing(client_of_its_own(bill)) as client:
        ask(client)
        sandbox.advance(36 * 60)
        with pytest.raises(SessionExpiredError):
            transport.send_write(client, request)
        transport.send_write(client, request)

    assert [line["took"] for line in sandbox.effects(operation="create_customer")] == [False, True]


def test_all_together_find_the_room_that_there_is_and_no_more(committed_db):
    an_hour_each = Pace("slow", Limit(calls_per_s=1 / HOUR_S, at_once=40), "It is used up")
    CallBudget.objects.create(name=an_hour_each.name)
    assert sum(at_once(6, lambda _number: taken(an_hour_each))) == 40
    CallBudget.objects.update(used_until=F("used_until") - 7 * HOUR_S)
    assert sum(at_once(6, lambda _number: taken(an_hour_each))) == 7


def taken(pace: Pace) -> int:
    """How many calls find room now."""
    count = 0
    while take(pace, Priority.EXECUTING) == 0:
        count += 1
    return count


@pytest.fixture
def gate(committed_db) -> Gate:
    with place(THREE, Priority.SYNC, **WAIT):
        pass  # makes its rows
    return THREE


def test_whoever_finds_no_place_in_time_is_told_that_nothing_was_sent(gate):
    CallPlace.objects.update(held_until=2e10)
    with (
        pytest.raises(RateLimitedError, match="nothing was sent"),
        place(gate, Priority.SYNC, wait_s=0.05, lease_s=1),
    ):
        pass


def test_the_place_of_a_process_that_died_comes_free(gate):
    CallPlace.objects.update(held_until=0, holder="died")
    CallPlace.objects.filter(number__gt=1).update(held_until=2e10)
    with place(gate, Priority.SYNC, **WAIT):
        assert CallPlace.objects.filter(holder="died").count() == 2


def test_who_is_through_gives_back_only_a_place_of_its_own(gate):
    with place(gate, Priority.SYNC, **WAIT):
        CallPlace.objects.filter(number=1).update(holder="another", held_until=2e10)
    assert CallPlace.objects.get(number=1).holder == "another"


CALL_S = 0.15


def test_a_storm_of_everybodys_calls_is_never_above_the_limits_and_loses_nothing(bill, sandbox):
    """A sync, a person and changes at once, while BILL refuses some calls for its limits."""
    busy = '[{"code": "BDC_1322", "message": "Max number of concurrent requests per organization reached"}]'
    sandbox.delay(seconds=0.02, times=30, connector="bill", operation="list_customers")
    sandbox.fail_next(status=400, body=busy, times=6, connector="bill", operation="list_customers")
    sandbox.rate_limit(times=4, headers={"retry-after": "0"}, connector="bill", operation="list_customers")
    operation = find_operation("bill_create_customer")

    def work(number: int) -> int:
        with closing(client_of_its_own(bill)) as client:
            if number >= 10:
                name = f"Acme {number}"
                given = {"name": name, "email": "ap@acme.example"}
                return transport.send_write(client, operation.request(given, {})).status
            priority = Priority.SYNC if number < 6 else Priority.PERSON
            return [len(ask(client, "bill_list_customers", priority=priority)) for _ in range(4)][-1]

    answers = at_once(14, work)

    assert answers[10:] == [201] * 4
    assert min(answers[:10]) >= 25
    assert len(sandbox.effects(operation="create_customer", took=True)) == 4
    assert sandbox.most_at_once("bill") == 3
    assert sandbox.counted("bill.logins") == 1


def test_an_approved_change_is_next_however_many_syncs_wait(bill, sandbox):
    """Syncs want the places all the time; the change has one within the time of one call, and a look."""
    sandbox.delay(seconds=CALL_S, times=200, connector="bill", operation="list_customers")
    syncing, done, took = threading.Semaphore(0), threading.Event(), []

    def work(number: int) -> None:
        with closing(client_of_its_own(bill)) as client:
            if number == 0:
                for _ in range(8):
                    syncing.acquire()
                for _ in range(5):
                    started = time.monotonic()
                    ask(client, priority=Priority.EXECUTING)
                    took.append(time.monotonic() - started)
                done.set()
            while not done.is_set():
                ask(client, "bill_list_customers", priority=Priority.SYNC)
                syncing.release()

    at_once(9, work)

    assert max(took) <= CALL_S + 0.25
