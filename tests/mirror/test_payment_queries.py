"""What the agent asks of payments out and in, of bill approvals and of budgets."""

from datetime import date

import pytest

from console.mirror.models import Budget, Customer, Payment, ReceivedPayment, Vendor
from console.mirror.payment_queries import (
    find_bill_approvals,
    find_budgets,
    find_payments,
    find_received_payments,
)
from tests.mirror.factories import make_bill, make_owned, make_row

pytestmark = pytest.mark.django_db


@pytest.fixture
def vendor(bill) -> Vendor:
    return make_row(Vendor, bill, name="Northside Produce")


def make_payment(vendor: Vendor, **changes) -> Payment:
    fields = {"vendor_name": vendor.name, "currency": "USD", "amount_minor": 5_000}
    states = {"status": "SCHEDULED", "single_status": "SCHEDULED", "process_on": date(2026, 5, 4)}
    return make_owned(Payment, vendor, **fields | states | changes)


def ids(answer) -> list[str]:
    return [row["vendor_id"] for row in answer["rows"]]


def test_payments_come_newest_first_with_their_totals_and_lead_to_their_page(vendor):
    make_payment(vendor, vendor_id="old", process_on=date(2026, 1, 2))
    make_payment(vendor, vendor_id="new")
    answer = find_payments("northside")
    assert ids(answer) == ["new", "old"]
    assert answer["totals"] == [{"currency": "USD", "count": 2, "amount_minor": 10_000, "amount": "$100.00"}]
    assert answer["rows"][0]["link"] == Payment.objects.get(vendor_id="new").get_absolute_url()


@pytest.mark.parametrize("word", ["cleared", "PAID", "Cleared"])
def test_a_payment_is_found_by_either_of_its_statuses(vendor, word):
    make_payment(vendor)
    make_payment(vendor, vendor_id="done", status="PAID", single_status="CLEARED")
    assert ids(find_payments(status=word)) == ["done"]


def test_payments_are_found_by_the_bill_they_pay_and_the_day_they_go(vendor):
    make_payment(vendor, vendor_id="one", bills=[{"bill_vendor_id": "00nABC", "amount_minor": 5_000}])
    make_payment(vendor, process_on=date(2026, 6, 1))
    assert ids(find_payments("00nabc")) == ["one"]
    assert ids(find_payments(process_to=date(2026, 5, 4))) == ["one"]
    assert ids(find_payments(process_from=date(2026, 6, 2))) == []


def test_received_payments_are_found_by_customer_and_day(bill):
    customer = make_row(Customer, bill, name="Lumen Design", email="ap@lumen.example")
    fields = {"customer_name": customer.name, "currency": "EUR", "amount_minor": 900, "unapplied_minor": 100}
    make_owned(ReceivedPayment, customer, vendor_id="rp", received_on=date(2026, 5, 4), **fields)
    answer = find_received_payments(customer="ap@lumen.example", received_from=date(2026, 5, 4))
    assert ids(answer) == ["rp"]
    assert answer["totals"][0]["unapplied_minor"] == 100
    assert answer["rows"][0]["link"] == customer.get_absolute_url()
    assert ids(find_received_payments(received_to=date(2026, 5, 3))) == []


def test_bills_that_wait_for_somebody_are_found_by_whom_they_wait_for(bill):
    asked = [
        {"user_vendor_id": "0061", "name": "Luis Ortega", "status": "APPROVED"},
        {"user_vendor_id": "0062", "name": "Mara Lind", "status": "WAITING"},
    ]
    waiting = make_bill(bill, approvers=asked, approval_status="APPROVING")
    make_bill(bill, approval_status="APPROVED")
    make_bill(bill, approvers=asked, is_archived=True)
    answer = find_bill_approvals(person="mara")
    assert ids(answer) == [waiting.vendor_id]
    assert answer["rows"][0]["waiting_for"] == "Mara Lind"
    assert ids(find_bill_approvals(person="luis")) == []


def test_budgets_show_their_limit_and_what_is_spent_and_no_limit_is_not_nothing(bill):
    money = {"currency": "USD", "spent_minor": 2_500}
    make_row(Budget, bill, name="Travel", status="ACTIVE", limit_minor=10_000, **money)
    make_row(Budget, bill, name="Events", status="RETIRED", limit_minor=None, **money)
    events, travel = find_budgets()["rows"]
    assert (travel["limit"], travel["spent"]) == ("$100.00", "$25.00")
    assert (events["limit_minor"], events["limit"]) == (None, "—")
    assert [row["name"] for row in find_budgets(status="active")["rows"]] == ["Travel"]
