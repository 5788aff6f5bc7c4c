"""Questions about records of one kind: what is found, counted and added up, and what is refused."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from console.mirror.asking import Question, ask
from console.mirror.columns import WORDED, QuestionError, Type, columns_of
from console.mirror.conditions import Condition
from console.mirror.grouping import NO_GROUPS
from console.mirror.models import KINDS, Budget, Customer, Payment, ReceivedPayment, Tag
from tests.mirror.factories import (
    make_bill,
    make_customer,
    make_invoice,
    make_open_invoice,
    make_owned,
    make_payment,
    make_row,
    make_subscription,
    make_sync,
    make_usage,
    make_vendor,
)

pytestmark = pytest.mark.django_db


def asked(kind: str, *where: tuple, **more) -> dict:
    conditions = [Condition(field, op, value) for field, op, value in where]
    return json.loads(json.dumps(ask(Question(kind=kind, where=conditions, **more))))


def ids(kind: str, *where: tuple, **more) -> list[str]:
    return [row["vendor_id"] for row in asked(kind, *where, **more)["rows"]]


def refusal(kind: str, *where: tuple, **more) -> str:
    with pytest.raises(QuestionError) as refused:
        asked(kind, *where, **more)
    return str(refused.value)


@pytest.mark.parametrize("text", ["marlowe", "AP@MARLOWE", "cust1", "dental marlowe", "Ltd"])
def test_a_customer_is_found_by_name_email_company_and_id(billsby, text):
    make_customer(billsby, vendor_id="CUST1", email="ap@marlowe.example", company_name="Marlowe Ltd")
    make_customer(billsby, name="Somebody Else")
    assert ids("customer", text=text) == ["CUST1"]


def test_a_row_has_its_link_its_system_and_its_amounts_in_words(bill):
    invoice = make_open_invoice(bill, amount_minor=124_000, open_minor=124_000, due_on=date(2026, 1, 2))
    (row,) = asked("invoice")["rows"]
    assert (row["amount"], row["open"], row["refundable"]) == ("$1,240.00", "$1,240.00", "—")
    assert (row["link"], row["connector"]) == (f"/invoices/{invoice.pk}/", "bill")
    assert (row["due_on"], row["age_counts_from"]) == ("2026-01-02", "due date")


def test_an_answer_is_cut_and_says_how_to_go_on(billsby):
    for _ in range(5):
        make_customer(billsby)
    first = asked("customer", limit=2)
    assert (len(first["rows"]), first["count"], first["more"]) == (2, 5, True)
    last = asked("customer", limit=2, offset=4)
    assert (len(last["rows"]), last["more"], last["next_offset"]) == (1, False, None)


def test_as_of_is_the_oldest_whole_reading_behind_the_answer(billsby, bill):
    hour_ago = timezone.now() - timedelta(hours=1)
    make_sync(billsby, "customer", started_at=hour_ago)
    make_sync(bill, "customer")
    assert asked("customer")["as_of"] == hour_ago.isoformat()


def test_as_of_is_unknown_while_one_system_was_never_read_whole(billsby, bill):
    make_sync(billsby, "customer")
    make_sync(bill, "customer", state="failed")
    assert asked("customer")["as_of"] is None


def test_invoices_of_a_customer_are_found_by_its_email_and_not_its_namesakes_elsewhere(billsby, bill):
    make_customer(billsby, vendor_id="CUST1", email="ap@marlowe.example")
    mine = make_invoice(billsby)
    make_invoice(billsby, customer_vendor_id="OTHER")
    make_invoice(bill)
    assert ids("invoice", ("customer", "=", "ap@marlowe.example")) == [mine.vendor_id]


@pytest.mark.parametrize("word", ["paid", "PAID", "Paid"])
def test_paid_finds_every_spelling_of_paid(billsby, bill, word):
    for connection, status in ((billsby, "Paid"), (billsby, "PaidOffline"), (bill, "PAID_IN_FULL")):
        make_invoice(connection, status=status)
    open_one = make_open_invoice(billsby)
    assert asked("invoice", ("status", "=", word))["count"] == 3
    assert ids("invoice", ("status", "!=", word)) == [open_one.vendor_id]
    assert asked("invoice", ("status", "in", [word, "unpaid"]))["count"] == 4


def test_a_payment_is_found_by_either_of_its_statuses(bill):
    make_payment(bill)
    make_payment(bill, vendor_id="done", status="PAID", single_status="CLEARED")
    assert ids("payment", ("status", "=", "cleared")) == ids("payment", ("status", "=", "paid")) == ["done"]


def test_what_the_page_adds_up_is_added_up_unasked_by_currency(billsby):
    for currency in ("USD", "USD", "JPY"):
        make_open_invoice(billsby, currency=currency)
    totals = {line["currency"]: line["open"] for line in asked("invoice")["totals"]}
    assert totals == {"JPY": "¥10,000", "USD": "$200.00"}


def test_age_counts_from_the_due_date_and_without_one_from_creation_the_oldest_first(billsby, bill):
    old = make_open_invoice(billsby, days_old=70)
    older = make_open_invoice(billsby, days_old=90)
    make_open_invoice(bill, days_old=70, due_on=timezone.localdate() - timedelta(days=5))
    assert ids("invoice", ("age_days", ">=", 60)) == [older.vendor_id, old.vendor_id]
    assert ids("invoice", ("age_days", "<", 71), ("age_days", ">=", 70)) == [old.vendor_id]


def test_usage_past_its_allowance_is_told_with_its_customer_and_a_link(billsby):
    make_customer(billsby, vendor_id="CUST9", name="Lumen Works")
    over = make_subscription(billsby, customer_vendor_id="CUST9", customer_name="Lumen Works")
    make_usage(billsby, of=over)
    make_usage(billsby, used=10)
    (row,) = asked("usage", ("excess", ">", 0))["rows"]
    assert (row["customer_name"], row["excess"], row["link"]) == ("Lumen Works", 200, over.get_absolute_url())
    assert asked("usage", ("customer", "=", "lumen"))["count"] == 1


def test_subscriptions_are_found_by_a_tag_of_theirs(billsby):
    tagged = make_subscription(billsby)
    make_subscription(billsby)
    make_owned(Tag, tagged, name="water")
    assert ids("subscription", ("tag", "=", "Water")) == [tagged.vendor_id]


def test_bills_that_wait_for_somebody_are_found_by_whom_they_wait_for(bill):
    waits = [{"user_vendor_id": "0062", "name": "Mara Lind", "status": "WAITING"}]
    waiting = make_bill(bill, approvers=waits, approval_status="APPROVING")
    make_bill(bill, approval_status="APPROVED")
    assert ids("bill", ("waiting_for", "contains", "mara")) == [waiting.vendor_id]
    assert ids("bill", ("waiting_for", "!=", "")) == [waiting.vendor_id]
    assert ids("bill", ("approval_status", "=", "approving")) == [waiting.vendor_id]


def test_what_is_spent_compares_with_its_limit_and_no_limit_is_not_nothing(bill):
    money = {"currency": "USD", "spent_minor": 12_500}
    past = make_row(Budget, bill, name="Travel", limit_minor=10_000, **money)
    make_row(Budget, bill, name="Events", limit_minor=None, **money)
    answer = asked("budget", ("spent_minor", ">", "limit_minor"))
    assert [row["vendor_id"] for row in answer["rows"]] == [past.vendor_id]
    assert answer["understood"] == ["spent over limit"]
    assert ids("budget", ("limit_minor", "=", ""))
    (total,) = asked("budget", sum=["limit_minor"])["totals"]
    assert (total["limit"], total["without_limit"]) == ("$100.00", 1)


def test_a_received_payment_leads_to_its_customer(bill):
    customer = make_row(Customer, bill, name="Lumen Design")
    make_owned(ReceivedPayment, customer, currency="EUR", received_on=date(2026, 5, 4))
    answer = asked("received_payment", ("received_on", "=", "2026-05"))
    assert answer["rows"][0]["link"] == customer.get_absolute_url()


def test_a_payment_is_found_by_the_bill_it_pays(bill):
    vendor = make_vendor(bill)
    make_owned(Payment, vendor, vendor_id="one", bills=[{"bill_vendor_id": "00nABC", "amount_minor": 5}])
    make_owned(Payment, vendor)
    assert ids("payment", text="00nabc") == ["one"]


def test_days_in_words_are_resolved_and_told(bill):
    today = timezone.localdate()
    first = today.replace(day=1)
    last_month = (first - timedelta(days=1)).replace(day=1)
    for day in (last_month, first):
        make_bill(bill, due_on=day)
    answer = asked("bill", ("due_on", "in", "last month"))
    assert [row["due_on"] for row in answer["rows"]] == [last_month.isoformat()]
    assert answer["understood"] == [f"due in {last_month} to {first - timedelta(days=1)}"]
    assert ids("bill", ("due_on", ">", "last month")) == ids("bill", ("due_on", ">=", "this month"))
    assert asked("bill", ("due_on", "<=", "this month"))["count"] == 2


def test_a_moment_falls_on_the_day_of_the_workspaces_zone(billsby):
    make_invoice(billsby, vendor_id="late", issued_at=datetime(2026, 3, 31, 23, 30, tzinfo=UTC))
    with timezone.override("Europe/Berlin"):
        assert ids("invoice", ("issued_at", "in", "2026-04")) == ["late"]
        (row,) = asked("invoice", group_by=["issued_at:month"])["rows"]
    assert row == {"issued_at:month": "2026-04", "count": 1}
    assert asked("invoice", group_by=["issued_at:quarter"])["rows"][0]["issued_at:quarter"] == "2026-Q1"


def test_groups_are_counted_and_added_up_under_their_currency(billsby):
    for name, currency, minor in (
        ("Ada", "USD", 100),
        ("Ada", "EUR", 5),
        ("Zoe", "USD", 300),
        ("Ada", "USD", 50),
    ):
        make_open_invoice(billsby, customer_name=name, currency=currency, open_minor=minor)
    answer = asked("invoice", group_by=["customer_name"], sum=["open_minor"])
    found = [
        (row["customer_name"], row["currency"], row["count"], row["open_minor"]) for row in answer["rows"]
    ]
    assert found == [("Ada", "EUR", 1, 5), ("Zoe", "USD", 1, 300), ("Ada", "USD", 2, 150)]
    assert answer["rows"][1]["open"] == "$3.00"
    assert answer["grouped_by"] == ["customer_name", "currency"]
    assert (answer["count"], answer["more"]) == (4, False)


def test_days_of_a_group_come_in_order_and_within_them_their_months(billsby):
    for month in (11, 2, 3):
        make_invoice(billsby, issued_at=datetime(2025 + (month < 4), month, 5, tzinfo=UTC))
    rows = asked("invoice", group_by=["issued_at:year", "issued_at:month"])["rows"]
    assert [row["issued_at:month"] for row in rows] == ["2025-11", "2026-02", "2026-03"]
    assert [row["issued_at:year"] for row in rows] == ["2025", "2026", "2026"]


def test_numbers_without_a_currency_are_added_up_in_one_line(billsby):
    for used in (5, 7):
        make_usage(billsby, used=used)
    assert asked("usage", sum=["used"])["totals"] == [{"count": 2, "used": 12}]


def test_groups_go_on_where_they_were_cut(billsby):
    for name in ("Ada", "Bea", "Cleo"):
        make_invoice(billsby, customer_name=name)
    first = asked("invoice", group_by=["customer_name"], order_by="customer_name", limit=2)
    assert (first["more"], first["next_offset"]) == (True, 2)
    rest = asked("invoice", group_by=["customer_name"], order_by="customer_name", limit=2, offset=2)
    assert [row["customer_name"] for row in rest["rows"]] == ["Cleo"]


def test_amounts_of_several_currencies_are_neither_compared_nor_put_in_order(billsby):
    for currency in ("USD", "EUR"):
        make_open_invoice(billsby, currency=currency)
    said = refusal("invoice", ("open_minor", ">", 1_000))
    assert said == "The amounts are in EUR, USD. Narrow to one currency before open_minor can be compared."
    assert "EUR, USD" in refusal("invoice", order_by="-open_minor")
    assert "EUR, USD" in refusal("invoice", group_by=["status"], sum=["open_minor"], order_by="-open_minor")
    assert asked("invoice", ("open_minor", ">", 0))["count"] == 2
    answer = asked("invoice", ("open_minor", ">", 1_000), ("currency", "=", "usd"), order_by="-open_minor")
    assert answer["understood"] == ["currency is “USD”", "open over $10.00"]


@pytest.mark.parametrize(
    ("kind", "more", "sentence"),
    [
        ("invoice", {"group_by": ["customr_name"]}, "Perhaps customer_name"),
        ("invoice", {"sum": ["status"]}, "status cannot be added up: it is neither"),
        ("invoice_line", {"sum": ["amount_minor"]}, "no currency is told"),
        ("invoice", {"group_by": ["amount_minor"]}, "not grouped by amount_minor"),
        ("invoice", {"group_by": ["status:month"]}, "a day is grouped by day, week, month"),
        ("invoice", {"group_by": ["status"], "order_by": "number"}, "in order by status, count"),
        ("invoice", {"order_by": "customer"}, "cannot be put in order by customer"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_words(kind, more, sentence):
    assert sentence in refusal(kind, **more)


@pytest.mark.parametrize(
    ("where", "sentence"),
    [
        (("raw", "contains", "x"), "Invoices have no field “raw”"),
        (("connection", "=", 1), "no field"),
        (("status", ">", "Paid"), "status takes =, !=, in"),
        (("issued_at", "=", "soon"), "“soon” is no day or span of days"),
        (("issued_at", "=", True), "compares with a text"),
        (("open_minor", ">", "much"), "a whole number of minor units"),
        (("open_minor", ">", True), "a whole number"),
        (("open_minor", "=", "age_days"), "do not compare"),
        (("age_days", ">", 40_000), "at most 36500"),
        (("number", "in", "x"), "takes a list"),
        (("number", "in", []), "takes a list"),
        (("customer", "=", " "), "Say which customer"),
        (("due_on", "<", ""), "by = and != alone"),
    ],
)
def test_a_condition_that_means_nothing_is_refused_in_words(where, sentence):
    assert sentence in refusal("invoice", where)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_record_can_be_asked_about(billsby, kind):
    make_row(KINDS[kind], billsby)
    columns = columns_of(KINDS[kind]).values()
    worded = [(column.name, "!=", "no such thing") for column in columns if column.type in WORDED]
    (row,) = asked(kind, *worded, ("fetched_at", "=", "today"), order_by="-fetched_at")["rows"]
    assert isinstance(row["link"], str)
    groups = [column.name for column in columns if column.type not in NO_GROUPS]
    assert asked(kind, group_by=groups)["rows"][0]["count"] == 1
    counted = [column.name for column in columns if column.type is Type.NUMBER]
    assert all(asked(kind, (name, ">", name))["count"] == 0 for name in counted)


def test_the_link_opens_the_same_rows(billsby, client, people):
    make_open_invoice(billsby, days_old=70, customer_name="Marlowe Dental", number="OLD-1")
    make_open_invoice(billsby, days_old=5, number="NEW-1")
    answer = asked("invoice", ("open_minor", ">", 0), ("age_days", ">=", 60), ("currency", "=", "USD"))
    assert answer["link"] == "/invoices/?open=1&min_age=60&currency=USD"
    assert "link_note" not in answer
    client.force_login(people["priya"])
    page = client.get(answer["link"]).text
    assert ("OLD-1" in page, "NEW-1" in page) == (True, False)


def test_what_the_linked_page_cannot_say_is_told(billsby):
    answer = asked("invoice", ("issued_at", "in", "2026"), ("status", "=", "Paid"), text="marlowe")
    assert answer["link"] == "/invoices/?q=marlowe&status=Paid"
    assert answer["link_note"] == "The page shows more: it has no filter for issued_at."
    assert asked("invoice_line")["link"] == ""


def test_bills_due_in_words_open_the_page_of_those_days(bill):
    link = asked("bill", ("due_on", "in", "2026-05"), ("open_minor", ">", 0))["link"]
    assert link == "/bills/?due_from=2026-05-01&due_to=2026-05-31&open=1"
