"""What the sandbox's BILL makes of payments received and credits: all that shows them agrees."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from connectors.sandbox.client import SandboxControl
from tests import receivables as books
from tests.connectors.bill_account import BillAccount

ACCOUNT = {"type": "BANK_ACCOUNT", "id": books.ACCOUNT}
CHARGE = {
    "customerId": books.HARBOR,
    "fundingAccount": ACCOUNT,
    "invoicePayments": [
        {"invoiceId": books.INVOICE, "amount": 200},
        {"invoiceId": books.SECOND, "amount": 20.5},
    ],
}
RECORD = {
    "customerId": books.HARBOR,
    "amount": 70,
    "paymentDate": "2026-12-20",
    "paymentType": "CASH",
    "invoices": [{"id": books.INVOICE, "amount": 60}],
}
DAY = 24 * 3600


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    books.fill(sandbox)
    account = BillAccount(sandbox_url)
    yield account
    account.close()


def statuses(bill: BillAccount, *ids: str) -> list[str]:
    return [bill.read(f"/invoices/{key}")["status"] for key in ids]


def test_a_charge_is_scheduled_first_and_its_invoices_say_so(bill: BillAccount) -> None:
    made = bill.post("/receivable-payments", CHARGE)
    invoice = bill.read(f"/invoices/{books.INVOICE}")

    assert (made.status_code, made.json()["status"], made.json()["amount"]) == (201, "SCHEDULED", 220.5)
    assert (invoice["status"], invoice["dueAmount"], invoice["scheduledAmount"]) == ("SCHEDULED", 200, 200)
    assert invoice["payments"][0]["id"] == made.json()["id"]


def test_a_charge_settles_its_invoices_on_its_day(bill: BillAccount, sandbox: SandboxControl) -> None:
    made = bill.post("/receivable-payments", CHARGE).json()
    sandbox.advance(4 * DAY)
    bill.session_id = bill.log_in().json()["sessionId"]
    customer = bill.read(f"/customers/{books.HARBOR}")
    old = bill.v2("Crud/Read/Customer", {"id": books.HARBOR})["response_data"]

    assert bill.read(f"/receivable-payments/{made['id']}")["status"] == "PAID"
    assert statuses(bill, books.INVOICE, books.SECOND) == ["PAID_IN_FULL", "PARTIAL_PAYMENT"]
    assert (customer["balance"]["amount"], old["balance"]) == (29.5, 29.5)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"customerId": books.PIER}, 422),
        ({"invoicePayments": [{"invoiceId": books.INVOICE, "amount": 200.01}]}, 422),
        ({"invoicePayments": [{"invoiceId": books.ARCHIVED, "amount": 1}]}, 422),
        ({"paymentDate": "2020-01-01"}, 422),
        ({"fundingAccount": {"type": "BANK_ACCOUNT", "id": "cba99"}}, 404),
        ({"invoicePayments": []}, 400),
    ],
)
def test_what_bill_would_not_charge_is_refused(bill: BillAccount, change: dict, status: int) -> None:
    before = len(bill.rows("/receivable-payments"))

    assert bill.post("/receivable-payments", CHARGE | change).status_code == status
    assert len(bill.rows("/receivable-payments")) == before


def test_the_same_invoice_is_not_charged_twice(bill: BillAccount) -> None:
    bill.post("/receivable-payments", CHARGE)

    assert bill.post("/receivable-payments", CHARGE).status_code == 422


def test_a_recorded_payment_lowers_what_is_due_and_keeps_the_rest_unapplied(bill: BillAccount) -> None:
    made = bill.post("/invoices/record-payment", RECORD).json()
    invoice = bill.read(f"/invoices/{books.INVOICE}")
    received = bill.read(f"/receivable-payments/{made['id']}")

    assert (made["unappliedAmount"], made["paymentType"]) == (10, "CASH")
    assert (invoice["dueAmount"], invoice["status"]) == (140, "PARTIAL_PAYMENT")
    assert (received["unappliedAmount"], received["receivablesType"]) == (10, "CASH")
    assert received["onlinePayment"] is False


def test_a_paid_invoice_of_the_seed_has_the_payment_that_it_names(bill: BillAccount) -> None:
    invoice = next(row for row in bill.rows("/invoices") if row["status"] == "PAID_IN_FULL")
    received = bill.read(f"/receivable-payments/{invoice['payments'][0]['id']}")

    assert received["invoicePayments"][0]["invoiceId"] == invoice["id"]
    assert received["amount"] == invoice["totalAmount"]


def test_a_credit_that_is_set_off_shows_on_both_sides(bill: BillAccount) -> None:
    credit = next(row for row in bill.rows("/credit-memos") if row["status"] == "PARTIALLY_APPLIED")
    used = credit["usage"][0]
    invoice = bill.read(f"/invoices/{used['invoiceId']}")

    assert invoice["creditAmount"] == used["amount"] == credit["appliedAmount"]
    assert invoice["dueAmount"] == round(invoice["totalAmount"] - used["amount"], 2)


def test_an_invoice_below_what_settled_it_is_refused(bill: BillAccount) -> None:
    bill.post("/invoices/record-payment", RECORD)
    small = {"customer": {"id": books.HARBOR}, "invoiceLineItems": [{"quantity": 1, "price": 59.99}]}

    assert bill.call("PUT", f"/invoices/{books.INVOICE}", small).status_code == 422


def test_a_recurring_invoice_makes_one_before_it_is_due(bill: BillAccount, sandbox: SandboxControl) -> None:
    due = (sandbox.now() + timedelta(days=12)).date().isoformat()
    schedule = {"period": "MONTHLY", "frequency": 1, "nextDueDate": due, "daysInAdvance": 10}
    given = {"customerId": books.PIER, "schedule": schedule}
    lines = [{"amount": 19.99, "quantity": 1, "description": "Seats"}]
    bill.post("/recurring-invoices", given | {"recurringInvoiceLineItems": lines})
    sandbox.advance(4 * DAY)
    bill.session_id = bill.log_in().json()["sessionId"]

    (made,) = bill.rows("/invoices", filters=f"customerId:eq:{books.PIER}")
    assert (made["dueDate"], made["totalAmount"]) == (due, 19.99)


def test_a_customer_without_a_billing_address_gets_no_bank_account(bill: BillAccount) -> None:
    made = bill.post("/customers", {"name": "Acme", "email": "ap@acme.example"}).json()
    account = {"nameOnAccount": "Acme", "routingNumber": "021000021", "accountNumber": "000123"}
    account |= {"type": "CHECKING", "ownerType": "BUSINESS"}

    assert bill.post(f"/customers/{made['id']}/bank-accounts", account).status_code == 422
    assert bill.post(f"/customers/{books.HARBOR}/bank-accounts", account).status_code == 422
    assert bill.post(f"/customers/{books.PIER}/bank-accounts", account).json()["accountNumber"] == "**0123"
