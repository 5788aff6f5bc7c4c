"""What is expected in and due out by week: past due first, currencies apart, each sum with its rows."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.overview.cash_flow import WEEKS, cash_flow, weeks_ahead
from tests.mirror.conftest import make_connection
from tests.mirror.factories import make_bill, make_open_invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(db):
    return make_connection("bill", "BILL")


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])
    return lambda url, **headers: client.get(url, headers=headers).text


def day(days: int):
    return timezone.localdate() + timedelta(days=days)


def sums(flow) -> dict[str, tuple[int, int, int]]:
    return {
        row.span.label: (row.incoming.open_minor, row.outgoing.open_minor, row.net_minor)
        for row in flow.rows
        if row.incoming.count or row.outgoing.count
    }


def test_the_page_is_for_who_is_signed_in(client, db):
    assert client.get("/cash-flow/").status_code == 302


def test_spans_follow_each_other_without_gap_or_double():
    past, *weeks, later, undated = weeks_ahead()
    assert len(weeks) == WEEKS
    assert past.last == day(-1)
    assert weeks[0].first == day(0)
    edges = [*weeks, later]
    assert all(
        after.first - before.last == timedelta(days=1)
        for before, after in zip(edges, edges[1:], strict=False)
    )
    assert all(week.last.weekday() == 6 for week in weeks)
    assert undated.is_undated


def test_what_is_open_falls_in_the_week_it_is_due(bill):
    make_open_invoice(bill, due_on=day(-3), open_minor=1_000)
    make_open_invoice(bill, due_on=day(7), open_minor=5_000)
    make_bill(bill, due_on=day(7), open_minor=2_000)
    make_bill(bill, due_on=day(400), open_minor=300)
    make_open_invoice(bill, due_on=None, open_minor=70)
    flow = cash_flow("USD")
    week = next(row.span.label for row in flow.rows[1:] if row.span.first <= day(7) <= row.span.last)
    assert sums(flow) == {
        "Past due": (1_000, 0, 1_000),
        week: (5_000, 2_000, 3_000),
        "Later": (0, 300, -300),
        "No due date": (70, 0, 70),
    }
    assert (flow.total.incoming.open_minor, flow.total.outgoing.open_minor) == (6_070, 2_300)


def test_currencies_stay_apart_and_can_be_chosen(bill, get):
    make_open_invoice(bill, due_on=day(1), open_minor=1_000)
    make_bill(bill, due_on=day(1), open_minor=2_000, currency="EUR")
    assert cash_flow("EUR").total.net_minor == -2_000
    assert cash_flow("no such").total.net_minor in (1_000, -2_000)
    page = get("/cash-flow/?currency=EUR")
    assert "−€20.00" in page
    assert "$10.00" not in page


def test_every_number_leads_to_its_rows(bill, get):
    make_open_invoice(bill, number="Late", due_on=day(-3))
    make_open_invoice(bill, number="Soon", due_on=day(20))
    make_open_invoice(bill, number="Abroad", due_on=day(-3), currency="EUR")
    make_bill(bill, number="Ours", due_on=day(-3))
    row = cash_flow("USD").rows[0]
    rows = r'<tr data-row data-href="[^"]+"><td><a [^>]+>([^<]+)</a>'
    assert re.findall(rows, get(row.incoming.url)) == ["Late"]
    assert re.findall(rows, get(row.outgoing.url)) == ["Ours"]
    assert row.incoming.url.replace("&", "&amp;") in get("/cash-flow/?currency=USD")


def test_nothing_open_says_so(get, db):
    assert "Nothing is open" in get("/cash-flow/")


def test_what_is_open_without_a_day_draws_no_bars(bill, get):
    make_open_invoice(bill, due_on=None)
    assert cash_flow("USD").chart is None
    assert '<svg class="wk' not in get("/cash-flow/")


def test_bars_stay_within_the_drawing(bill):
    make_open_invoice(bill, due_on=day(-3), open_minor=9_000)
    make_bill(bill, due_on=day(-3), open_minor=1)
    make_bill(bill, due_on=day(30), open_minor=4_000)
    chart = cash_flow("USD").chart
    for bar in chart.bars:
        assert 0 <= float(bar.in_y) <= float(chart.ground)
        assert float(chart.ground) + float(bar.out_height) <= chart.height
        assert 0 <= float(bar.net_y) <= chart.height


def test_the_page_asks_the_mirror_the_same_few_questions_however_much_is_open(bill, get):
    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            get("/cash-flow/", HX_Request="true")
        return sum("mirror_" in query["sql"] for query in asked)

    make_bill(bill, due_on=day(1))
    one = questions()
    for days in range(40):
        make_bill(bill, due_on=day(days))
        make_open_invoice(bill, due_on=day(days))
    assert questions() == one <= 3
