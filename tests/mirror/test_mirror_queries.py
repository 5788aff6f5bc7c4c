from datetime import UTC, datetime, timedelta

from django.utils import timezone

from console.mirror.queries import (
    customer_spend,
    receivables_by_age,
)
from console.mirror.refresh import refresh_record
from tests.mirror.factories import (
    make_credit_note,
    make_customer,
    make_invoice,
    make_open_invoice,
)


def test_spend_is_what_was_paid_less_what_was_credited_by_currency(billsby):
    make_customer(billsby, vendor_id="CUST1")
    make_invoice(billsby, amount_minor=30_000)
    make_invoice(billsby, amount_minor=20_000, status="PaidOffline")
    make_invoice(billsby, amount_minor=700, currency="GBP")
    make_open_invoice(billsby)
    make_credit_note(billsby, amount_minor=5_000)
    make_credit_note(billsby, amount_minor=9_999, status="Failed")
    rows = {row["currency"]: row for row in customer_spend("Marlowe")["rows"]}
    assert (rows["USD"]["paid"], rows["USD"]["credited"], rows["USD"]["net"]) == (
        "$500.00",
        "$50.00",
        "$450.00",
    )
    assert rows["GBP"]["paid_minor"] == 700


def test_spend_in_a_year_leaves_other_years_out(billsby):
    make_customer(billsby, vendor_id="CUST1")
    make_invoice(billsby, issued_at=datetime(2025, 12, 31, 23, 59, tzinfo=UTC))
    make_invoice(billsby, issued_at=datetime(2026, 1, 1, tzinfo=UTC), amount_minor=2_500)
    answer = customer_spend("CUST1", year=2026)
    assert [row["paid_minor"] for row in answer["rows"]] == [2_500]
    assert (answer["from"], answer["to"]) == ("2026-01-01", "2026-12-31")


def test_spend_counts_what_was_paid_of_a_part_paid_invoice(bill):
    make_customer(bill, vendor_id="CUST1")
    make_invoice(bill, status="PARTIAL_PAYMENT", amount_minor=10_000, open_minor=6_000)
    assert customer_spend("CUST1")["rows"][0]["paid_minor"] == 4_000


def test_spend_of_nobody_in_particular_is_nothing(billsby):
    make_customer(billsby, vendor_id="CUST1")
    make_invoice(billsby)
    assert customer_spend(" ")["rows"] == []


def test_receivables_are_summed_by_customer_and_currency(billsby):
    for changes in ({}, {}, {"customer_vendor_id": "CUST2"}, {"currency": "EUR"}):
        make_open_invoice(billsby, days_old=40, **changes)
    make_invoice(billsby)
    rows = receivables_by_age(30)["rows"]
    found = [(row["currency"], row["customer_vendor_id"], row["invoices"], row["open"]) for row in rows]
    assert found == [
        ("EUR", "CUST1", 1, "€100.00"),
        ("USD", "CUST1", 2, "$200.00"),
        ("USD", "CUST2", 1, "$100.00"),
    ]


def test_receivables_are_split_by_age(billsby, bill):
    for days in (0, 30, 31, 60, 61, 90, 91, 400):
        make_open_invoice(billsby, days_old=days, open_minor=100)
    make_open_invoice(bill, open_minor=5, due_on=timezone.localdate() + timedelta(days=20))
    by_age = receivables_by_age()["totals"][0]["by_age"]
    assert [bracket["open_minor"] for bracket in by_age] == [205, 200, 200, 200]


def test_receivables_of_one_system_leave_the_other_out(billsby, bill):
    make_open_invoice(billsby)
    make_open_invoice(bill, open_minor=300)
    answer = receivables_by_age(connector="bill")
    assert [row["open_minor"] for row in answer["rows"]] == [300]
    assert "creat" in answer["note"]


def test_spend_of_the_sandboxes_customer_is_what_its_books_say(db, connected, sandbox):
    story = sandbox.stories()["spend"]
    refresh_record(connected["billsby"], "customer", story["customerUniqueId"])
    rows = customer_spend(story["customerUniqueId"], year=story["year"])["rows"]
    assert {row["currency"]: row["paid_minor"] for row in rows} == story["paid_minor"]
