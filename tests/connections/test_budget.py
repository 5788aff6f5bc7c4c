"""Calls of all processes to one account, counted in the database."""

import threading
import time
from dataclasses import replace

import pytest
from django.db import connection as database
from django.db.models import F

from connectors.errors import RateLimitedError
from connectors.rates import Limit, Priority
from connectors.registry import connectors
from console.connections.budget import budget, limit_of
from console.connections.clients import client_for, read_live
from console.connections.models import CallBudget, Connection

SLOW = Limit(calls_per_s=0.5, at_once=10)


@pytest.fixture
def billsby(db) -> Connection:
    return Connection.objects.create(
        slug="billsby", connector="billsby", name="Billsby", base_url="http://127.0.0.1:9"
    )


def taken(take, priority: Priority) -> int:
    """How many calls of this priority find room now."""
    take(priority)  # makes the row, or takes the first
    CallBudget.objects.update(used_until=0)
    count = 0
    while take(priority) == 0:
        count += 1
    return count


def test_a_rested_account_takes_some_calls_at_once_and_then_one_by_one(billsby):
    assert taken(budget(billsby.pk, SLOW), Priority.EXECUTING) == 10


@pytest.mark.parametrize(("lower", "higher"), list(zip(list(Priority)[:-1], list(Priority)[1:], strict=True)))
def test_a_lower_priority_leaves_room_for_a_higher_one(billsby, lower, higher):
    take = budget(billsby.pk, SLOW)
    taken(take, lower)
    assert take(higher) == 0


def test_a_call_that_finds_no_room_is_told_when_to_ask_again(billsby):
    take = budget(billsby.pk, SLOW)
    taken(take, Priority.SYNC)
    assert 0 < take(Priority.SYNC) <= 2


def test_time_makes_room_again(billsby):
    take = budget(billsby.pk, SLOW)
    taken(take, Priority.EXECUTING)
    row = CallBudget.objects.get()
    CallBudget.objects.update(used_until=row.used_until - 2)
    assert take(Priority.EXECUTING) == 0


def test_accounts_are_counted_apart(billsby):
    other = Connection.objects.create(slug="b", connector="billsby", name="B", base_url="http://127.0.0.1:9")
    taken(budget(billsby.pk, SLOW), Priority.EXECUTING)
    assert taken(budget(other.pk, SLOW), Priority.EXECUTING) == 10


def test_a_call_costs_one_statement(billsby, django_assert_num_queries):
    take = budget(billsby.pk, SLOW)
    take(Priority.SYNC)
    with django_assert_num_queries(1):
        assert take(Priority.SYNC) == 0


def test_every_connector_leaves_room_for_its_lowest_priority():
    for connector in connectors():
        assert connector.limit.room_s(Priority.SYNC) >= 1 / connector.limit.calls_per_s


def test_a_connection_may_carry_its_own_limit(billsby):
    usual = limit_of(billsby)
    billsby.calls_per_s = 48
    assert limit_of(billsby) == replace(usual, calls_per_s=48)


@pytest.mark.django_db
def test_a_call_that_waits_too_long_for_room_is_not_sent(connected):
    billsby = connected["billsby"]
    client = client_for(billsby)
    read_live(billsby, "billsby_list_products", {})
    CallBudget.objects.filter(connection=billsby).update(used_until=F("used_until") + 1000)
    with pytest.raises(RateLimitedError, match="as often as we allow ourselves"):
        client.await_budget(Priority.EXECUTING)


def test_threads_together_keep_the_pace(committed_db, billsby_committed):
    limit = Limit(calls_per_s=50, at_once=4)
    take, stop, times = budget(billsby_committed.pk, limit), time.monotonic() + 1.0, []

    def call() -> None:
        while time.monotonic() < stop:
            wait_s = take(Priority.SYNC)
            if wait_s == 0:
                times.append(time.monotonic())
            else:
                time.sleep(wait_s)
        database.close()

    threads = [threading.Thread(target=call) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 40 <= len(times) <= 53


@pytest.fixture
def billsby_committed(committed_db) -> Connection:
    return Connection.objects.create(
        slug="billsby", connector="billsby", name="Billsby", base_url="http://127.0.0.1:9"
    )
