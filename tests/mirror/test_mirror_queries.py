import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from console.mirror.models import Tag
from console.mirror.queries import (
    customer_spend,
    find_bills,
    find_customers,
    find_invoices,
    find_subscriptions,
    find_usage,
    find_vendors,
    receivables_by_age,
)
from console.mirror.refresh import refresh_record
from tests.mirror.factories import (
    make_bill,
    make_credit_note,
    make_customer,
    make_invoice,
    make_open_invoice,
    make_owned,
    make_subscription,
    make_sync,
    make_usage,
    make_vendor,
)


@pytest.mark.parametrize("text", ["marlowe", "AP@MARLOWE", "cust1", "dental marlowe", "Ltd"])
def test_a_customer_is_found_by_name_email_company_and_id(billsby, text):
    make_customer(billsby, vendor_id="CUST1", email="ap@marlowe.example", company_name="Marlowe Ltd")
    make_customer(billsby, name="Somebody Else")
    assert [row["vendor_id"] for row in find_customers(text)["rows"]] == ["CUST1"]


def test_an_answer_is_plain_json_with_link_and_formatted_amounts(bill):
    invoice = make_open_invoice(bill, amount_minor=124_000, open_minor=124_000, due_on=date(2026, 1, 2))
    answer = json.loads(json.dumps(find_invoices()))
    row = answer["rows"][0]
    assert (row["amount"], row["open"], row["refundable"]) == ("$1,240.00", "$1,240.00", "—")
    assert (row["link"], row["connector"], row["due_on"]) == (
        f"/invoices/{invoice.pk}/",
        "bill",
        "2026-01-02",
    )


def test_an_answer_is_cut_and_says_how_to_go_on(billsby):
    for _ in range(5):
        make_customer(billsby)
    first = find_customers(limit=2)
    assert (len(first["rows"]), first["count"], first["more"]) == (2, 5, True)
    last = find_customers(limit=2, offset=4)
    assert (len(last["rows"]), last["more"], last["next_offset"]) == (1, False, None)


def test_as_of_is_the_oldest_whole_reading_behind_the_answer(billsby, bill):
    hour_ago = timezone.now() - timedelta(hours=1)
    make_sync(billsby, "customer", started_at=hour_ago)
    make_sync(bill, "customer")
    assert find_customers()["as_of"] == hour_ago.isoformat()


def test_as_of_is_unknown_while_one_system_was_never_read_whole(billsby, bill):
    make_sync(billsby, "customer")
    make_sync(bill, "customer", state="failed")
    assert find_customers()["as_of"] is None


def test_invoices_of_a_customer_are_found_by_the_customers_email(billsby):
    make_customer(billsby, vendor_id="CUST1", email="ap@marlowe.example")
    mine = make_invoice(billsby)
    make_invoice(billsby, customer_vendor_id="OTHER")
    rows = find_invoices(customer="ap@marlowe.example")["rows"]
    assert [row["vendor_id"] for row in rows] == [mine.vendor_id]


def test_a_customer_of_the_same_id_in_the_other_system_is_not_mixed_in(billsby, bill):
    make_customer(billsby, vendor_id="CUST1", email="ap@marlowe.example")
    make_invoice(bill)
    assert not find_invoices(customer="ap@marlowe.example")["rows"]


@pytest.mark.parametrize("word", ["paid", "PAID", "Paid"])
def test_paid_finds_every_spelling_of_paid(billsby, bill, word):
    for connection, status in ((billsby, "Paid"), (billsby, "PaidOffline"), (bill, "PAID_IN_FULL")):
        make_invoice(connection, status=status)
    make_open_invoice(billsby)
    assert find_invoices(status=word)["count"] == 3


def test_totals_keep_currencies_apart(billsby):
    for currency in ("USD", "USD", "JPY"):
        make_open_invoice(billsby, currency=currency)
    totals = {line["currency"]: line["open"] for line in find_invoices(is_open=True)["totals"]}
    assert totals == {"JPY": "¥10,000", "USD": "$200.00"}


def test_age_counts_from_the_due_date_and_without_one_from_creation(billsby, bill):
    old = make_open_invoice(billsby, days_old=70)
    make_open_invoice(bill, days_old=70, due_on=timezone.localdate() - timedelta(days=5))
    rows = find_invoices(is_open=True, min_age_days=60)["rows"]
    assert [(row["vendor_id"], row["age_counts_from"]) for row in rows] == [(old.vendor_id, "creation date")]


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


def test_bills_are_found_by_when_they_are_due(bill):
    for day in (1, 10, 20):
        make_bill(bill, due_on=date(2026, 5, day))
    answer = find_bills(is_open=True, due_from=date(2026, 5, 5), due_to=date(2026, 5, 15))
    assert [row["due_on"] for row in answer["rows"]] == ["2026-05-10"]
    assert answer["totals"][0]["open"] == "$50.00"


def test_subscriptions_and_vendors_are_found_by_text(billsby, bill):
    make_subscription(billsby, customer_name="Noor Falk")
    make_vendor(bill)
    assert find_subscriptions("noor team")["count"] == 1
    assert find_vendors("northside")["count"] == 1


def test_spend_of_the_sandboxes_customer_is_what_its_books_say(db, connected, sandbox):
    story = sandbox.stories()["spend"]
    refresh_record(connected["billsby"], "customer", story["customerUniqueId"])
    rows = customer_spend(story["customerUniqueId"], year=story["year"])["rows"]
    assert {row["currency"]: row["paid_minor"] for row in rows} == story["paid_minor"]


def test_usage_past_its_allowance_is_told_with_its_customer_and_a_link(billsby):
    make_customer(billsby, vendor_id="CUST9", name="Lumen Works")
    over = make_subscription(billsby, customer_vendor_id="CUST9", customer_name="Lumen Works")
    make_usage(billsby, of=over)
    make_usage(billsby, used=10)
    (row,) = find_usage(is_past=True)["rows"]
    assert (row["customer_name"], row["excess"], row["link"]) == ("Lumen Works", 200, over.get_absolute_url())
    assert find_usage(customer="lumen")["count"] == 1


def test_subscriptions_are_found_by_a_tag_of_theirs(billsby):
    tagged = make_subscription(billsby)
    make_subscription(billsby)
    make_owned(Tag, tagged, name="water")
    assert [row["vendor_id"] for row in find_subscriptions(tag="Water")["rows"]] == [tagged.vendor_id]
