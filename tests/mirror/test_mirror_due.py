"""What is owed, by when it is due: apart by currency, each sum leading to the very rows it adds up."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from console.mirror.due import open_by_due_date, soon_and_later
from console.mirror.models import Bill
from tests.mirror.factories import make_bill, make_open_invoice, make_vendor

pytestmark = pytest.mark.django_db

DUE_IN = {"Past due": -1, "Next 7 days": 6, "8 to 30 days": 7, "Later": 30, "No date": None}


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])
    return lambda url: client.get(url).text


def bill_due(bill, days: int | None, **changes) -> Bill:
    due_on = None if days is None else timezone.localdate() + timedelta(days=days)
    return make_bill(bill, vendor_vendor_id="V1", due_on=due_on, **changes)


def listed(page: str) -> list[str]:
    return re.findall(r'<tr data-row data-href="[^"]+"><td><a [^>]+>([^<]+)</a>', page)


def test_every_day_is_in_one_span(bill):
    for days in (-400, -1, 0, 6, 7, 29, 30, 400, None):
        bill_due(bill, days, open_minor=100)
    (line,) = open_by_due_date(Bill.objects.all(), soon_and_later())
    assert [cell.count for cell in line.cells] == [2, 2, 2, 2, 1]
    assert sum(cell.open_minor for cell in line.cells) == line.open_minor == 900


@pytest.mark.parametrize(("label", "days"), DUE_IN.items())
def test_a_sum_leads_to_the_rows_it_adds_up(get, bill, label, days):
    for name, other in DUE_IN.items():
        bill_due(bill, other, number=name)
    bill_due(bill, days, number="Paid", open_minor=0)
    bill_due(bill, days, number="In pounds", currency="GBP")
    line = next(
        line for line in open_by_due_date(Bill.objects.all(), soon_and_later()) if line.currency == "USD"
    )
    cell = next(cell for cell in line.cells if cell.span.label == label)
    assert listed(get(cell.url)) == [label]


def test_a_vendor_shows_what_is_owed_by_currency_and_due_date(get, bill):
    vendor = make_vendor(bill, vendor_id="V1")
    bill_due(bill, -3, open_minor=1_000)
    bill_due(bill, 3, open_minor=2_000)
    bill_due(bill, 3, open_minor=5_000, currency="EUR")
    make_bill(bill, vendor_vendor_id="V2", open_minor=70_000)
    page = get(vendor.get_absolute_url())
    assert all(amount in page for amount in ("$10.00", "$20.00", "$30.00", "€50.00"))
    assert "$700.00" not in page


def test_a_vendor_without_open_bills_owes_nothing(get, bill):
    assert "Nothing is owed." in get(make_vendor(bill).get_absolute_url())


def test_a_vendor_asks_the_mirror_the_same_few_questions_however_many_bills(client, people, bill):
    client.force_login(people["omar"])
    vendor = make_vendor(bill, vendor_id="V1")

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get(vendor.get_absolute_url(), headers={"HX-Request": "true"})
        return sum("mirror_" in query["sql"] for query in asked)

    bill_due(bill, 1)
    one = questions()
    for days in range(40):
        bill_due(bill, days)
    assert questions() == one <= 11


def test_invoices_are_found_by_the_days_they_are_due_on(get, billsby):
    today = timezone.localdate()
    for days in (0, 5, 9):
        make_open_invoice(billsby, number=f"I{days}", due_on=today + timedelta(days=days))
    make_open_invoice(billsby, number="Undated")
    page = get(f"/invoices/?due_from={today + timedelta(days=1)}&due_to={today + timedelta(days=5)}")
    assert listed(page) == ["I5"]
    assert listed(get("/invoices/?undated=1")) == ["Undated"]


def test_a_search_within_days_keeps_the_days(get, bill):
    assert '<input type="hidden" name="due_to" value="2026-12-24">' in get("/bills/?due_to=2026-12-24")
