"""Payments and credits on their pages: the way of a payment, and what stands with whom."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from console.mirror.models import VendorBankAccount
from console.mirror.timeline import timeline
from console.ui.context import current_item
from tests.mirror.factories import (
    make_bill,
    make_credit_memo,
    make_customer,
    make_invoice,
    make_payment,
    make_received_payment,
    make_row,
    make_vendor,
    make_vendor_credit,
)

pytestmark = pytest.mark.django_db

DAYS = {
    "created_at": datetime(2026, 10, 2, 17, tzinfo=UTC),
    "process_on": date(2026, 10, 20),
    "sent_on": date(2026, 10, 21),
    "arrives_on": date(2026, 10, 27),
    "updated_at": datetime(2026, 10, 28, 9, tzinfo=UTC),
}


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])

    def page(url: str, **headers) -> str:
        response = client.get(url, headers=headers)
        assert response.status_code == 200
        return response.text

    return page


def stages(bill, single_status: str, **changes) -> list[tuple[str, str]]:
    payment = make_payment(bill, single_status=single_status, **DAYS | changes)
    return [(stage.label, stage.state) for stage in timeline(payment)]


@pytest.mark.parametrize(
    ("single_status", "behind"),
    [("SCHEDULED", 1), ("FUNDING_STARTED", 2), ("SENT", 3), ("DELIVERED", 3), ("CLEARED", 4)],
)
def test_a_payment_on_its_way_has_stages_behind_and_ahead(bill, single_status, behind):
    states = [state for _, state in stages(bill, single_status)]
    assert states == ["done"] * behind + ["future"] * (4 - behind)


@pytest.mark.parametrize(
    ("single_status", "passed", "word"),
    [
        ("FUNDING_FAILED_VOIDED", 1, "Funding failed, voided"),
        ("DISBURSEMENT_FAILED_ACTION_NEEDED", 2, "Did not reach the vendor"),
        ("DISBURSEMENT_FAILED_VENDOR_BANK_REJECTED", 3, "Rejected by the vendor's bank"),
        ("DISBURSEMENT_ON_HOLD", 2, "On hold at BILL"),
        ("CANCELED", 1, "Canceled"),
        ("VOIDED", 1, "Voided"),
        ("SOMETHING_NEW", 1, "Something new"),
    ],
)
def test_a_payment_that_stopped_says_why_and_promises_nothing_more(bill, single_status, passed, word):
    found = stages(bill, single_status, sent_on=None)
    assert [state for _, state in found] == ["done"] * passed + ["ended"]
    assert found[-1][0] == word


def test_a_voided_payment_that_was_sent_had_been_sent(bill):
    assert ("Sent to the vendor", "done") in stages(bill, "VOIDED")


def test_a_payment_noted_as_made_elsewhere_has_no_way(bill):
    assert stages(bill, "UNDEFINED", disbursement_type="OFFLINE") == [("Recorded as paid elsewhere", "done")]


def test_a_payment_shows_its_days_and_what_it_pays(get, bill):
    paid = make_bill(bill, number="NP-7", vendor_id="00nPAID")
    parts = [
        {"bill_vendor_id": "00nPAID", "amount_minor": 4_000},
        {"bill_vendor_id": "00nUNREAD", "amount_minor": 1_000},
    ]
    page = get(make_payment(bill, bills=parts, single_status="SENT", **DAYS).get_absolute_url())
    assert f'href="{paid.get_absolute_url()}"' in page
    assert all(text in page for text in ("NP-7", "$40.00", "00nUNREAD", "$10.00"))
    assert "Tue 20 Oct 2026" in page
    assert "expected Tue 27 Oct 2026" in page


def test_why_a_void_was_refused_stands_on_the_page(get, bill):
    asked = {"type": "VOID_ONLY", "status": "REJECTED", "reason": "Already cashed"}
    page = get(make_payment(bill, raw={"voidInfo": [asked]}).get_absolute_url())
    assert "Void only: rejected" in page
    assert "Already cashed" in page


def test_a_bill_shows_its_payments(get, bill):
    one = make_bill(bill, vendor_id="00nONE", vendor_vendor_id="V1")
    part = [{"bill_vendor_id": "00nONE", "amount_minor": 5_000}]
    paying = make_payment(bill, number="P-MINE", vendor_vendor_id="V1", bills=part)
    make_payment(bill, number="P-OTHER", vendor_vendor_id="V1")
    page = get(one.get_absolute_url())
    assert paying.get_absolute_url() in page
    assert "P-OTHER" not in page


def test_a_vendor_shows_its_payments_credits_and_last_four(get, bill):
    raw = {"networkStatus": "CONNECTED", "paymentInformation": {"payByType": "VIRTUAL_CARD"}}
    vendor = make_vendor(bill, vendor_id="V1", raw=raw)
    make_payment(bill, number="P-1", vendor_vendor_id="V1")
    make_vendor_credit(bill, number="CN-1", vendor_vendor_id="V1")
    account = {"name_on_account": "Northside", "last_four": "6789", "account_type": "CHECKING"}
    make_row(VendorBankAccount, bill, vendor_vendor_id="V1", **account)
    page = get(vendor.get_absolute_url())
    assert all(text in page for text in ("P-1", "CN-1", "6789", "Checking", "Virtual card", "Connected"))


def test_a_customer_and_an_invoice_show_what_was_received(get, bill):
    customer = make_customer(bill, vendor_id="CUST1")
    invoice = make_invoice(bill, vendor_id="00eONE")
    settles = [{"invoice_vendor_id": "00eONE", "amount_minor": 4_000}]
    make_received_payment(bill, number="R-1", invoices=settles)
    make_received_payment(bill, number="R-2")
    make_credit_memo(bill, number="CM-1")
    page = get(customer.get_absolute_url())
    assert all(text in page for text in ("R-1", "R-2", "CM-1"))
    page = get(invoice.get_absolute_url())
    assert "R-1" in page
    assert "R-2" not in page


def test_a_row_of_a_credit_opens_its_owner(get, bill):
    vendor, customer = make_vendor(bill, vendor_id="V1"), make_customer(bill, vendor_id="CUST1")
    make_vendor_credit(bill)
    make_credit_memo(bill)
    assert f'data-href="{vendor.get_absolute_url()}"' in get("/vendor-credits/")
    assert f'data-href="{customer.get_absolute_url()}"' in get("/credit-memos/")


def test_payments_in_trouble_stand_together(get, bill):
    make_payment(bill, number="P-HELD", single_status="DISBURSEMENT_ON_HOLD")
    make_payment(bill, number="P-FINE", single_status="CLEARED")
    page = get("/payments/?trouble=1")
    assert "P-HELD" in page
    assert "P-FINE" not in page


@pytest.mark.parametrize(
    ("address", "beside", "item"),
    [
        ("/bills/", "/vendor-credits/", "bills"),
        ("/invoices/", "/received-payments/", "invoices"),
        ("/credit-notes/", "/credit-memos/", "credit_notes"),
    ],
)
def test_lists_that_belong_together_lead_to_each_other(get, db, address, beside, item):
    assert f'<a href="{beside}">' in get(address)
    assert f'<a href="{address}">' in get(beside)
    kind = beside.strip("/").removesuffix("s").replace("-", "_")
    assert current_item(f"mirror:{kind}-list") == item


def test_a_payment_asks_the_mirror_the_same_few_questions_however_many_bills(get, bill):
    def questions(count: int) -> int:
        parts = [{"bill_vendor_id": make_bill(bill).vendor_id, "amount_minor": 100} for _ in range(count)]
        payment = make_payment(bill, bills=parts)
        with CaptureQueriesContext(connection) as asked:
            get(payment.get_absolute_url(), HX_Request="true")
        return sum("mirror_" in query["sql"] for query in asked)

    assert questions(1) == questions(40) <= 5
