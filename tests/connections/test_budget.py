"""Calls of all processes to one account, counted in the database."""

from dataclasses import replace

import pytest
from django.db.models import F

from connectors.errors import RateLimitedError
from connectors.rates import Limit, Pace, Priority
from connectors.registry import connectors
from connectors.requests import Request
from console.connections.budget import limit_of, take
from console.connections.clients import client_for, read_live
from console.connections.models import CallBudget, Connection

SLOW = Pace("slow", Limit(calls_per_s=0.5, at_once=10), "It is used up")

pytestmark = pytest.mark.django_db


@pytest.fixture
def billsby(db) -> Connection:
    return Connection.objects.create(
        slug="billsby", connector="billsby", name="Billsby", base_url="http://127.0.0.1:9"
    )


def taken(pace: Pace, priority: Priority) -> int:
    """How many calls of this priority find room now."""
    take(pace, priority)  # makes the row, or takes the first
    CallBudget.objects.update(used_until=0)
    count = 0
    while take(pace, priority) == 0:
        count += 1
    return count


def test_a_rested_account_takes_some_calls_at_once_and_then_one_by_one():
    assert taken(SLOW, Priority.EXECUTING) == 10


@pytest.mark.parametrize(("lower", "higher"), list(zip(list(Priority)[:-1], list(Priority)[1:], strict=True)))
def test_a_lower_priority_leaves_room_for_a_higher_one(lower, higher):
    taken(SLOW, lower)
    assert take(SLOW, higher) == 0


def test_a_call_that_finds_no_room_is_told_when_to_ask_again():
    taken(SLOW, Priority.SYNC)
    assert 0 < take(SLOW, Priority.SYNC) <= 2


def test_time_makes_room_again():
    taken(SLOW, Priority.EXECUTING)
    row = CallBudget.objects.get()
    CallBudget.objects.update(used_until=row.used_until - 2)
    assert take(SLOW, Priority.EXECUTING) == 0


def test_each_name_is_counted_apart():
    taken(SLOW, Priority.EXECUTING)
    assert taken(replace(SLOW, name="other"), Priority.EXECUTING) == 10


def test_a_call_costs_one_statement(django_assert_num_queries):
    take(SLOW, Priority.SYNC)
    with django_assert_num_queries(1):
        assert take(SLOW, Priority.SYNC) == 0


def test_every_connector_leaves_room_for_its_lowest_priority():
    for connector in connectors():
        assert connector.limit.room_s(Priority.SYNC) >= 1 / connector.limit.calls_per_s


def test_a_connection_may_carry_its_own_limit(billsby):
    usual = limit_of(billsby)
    billsby.calls_per_s = 48
    assert limit_of(billsby) == replace(usual, calls_per_s=48)


def test_a_call_that_waits_too_long_for_room_is_not_sent(connected):
    client = client_for(connected["billsby"])
    read_live(connected["billsby"], "billsby_list_products", {})
    CallBudget.objects.update(used_until=F("used_until") + 1000)
    with pytest.raises(RateLimitedError, match="as often as we allow ourselves"):
        client.await_room(Request("GET", "/", "", "", ""), Priority.EXECUTING)
