"""BILL's records in mirror words: decimals to minor units, absent to unknown."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from connectors.bill import mapping
from connectors.errors import BadReplyError

CUSTOMER = {"id": "0cu1", "name": "Acme", "invoiceCurrency": "EUR"}
INVOICE = {
    "id": "00e1",
    "archived": False,
    "invoiceNumber": "INV-1",
    "invoiceDate": "2026-10-02",
    "dueDate": "2026-11-01",
    "customerId": "0cu1",
    "totalAmount": Decimal("79.98"),
    "dueAmount": Decimal("9.9"),
    "status": "PARTIAL_PAYMENT",
}


def test_an_invoice_has_its_customers_name_and_currency() -> None:
    record = mapping.invoice_record(INVOICE, CUSTOMER)

    assert record.vendor_id == "00e1"
    assert record.fields == {
        "number": "INV-1",
        "customer_vendor_id": "0cu1",
        "customer_name": "Acme",
        "status": "PARTIAL_PAYMENT",
        "currency": "EUR",
        "amount_minor": 7998,
        "open_minor": 990,
        "refundable_minor": None,
        "issued_at": datetime(2026, 10, 2, tzinfo=UTC),
        "due_on": date(2026, 11, 1),
        "invoice_type": "",
    }


def test_a_customer_without_a_currency_of_its_own_is_invoiced_in_dollars() -> None:
    assert mapping.invoice_record(INVOICE, {"id": "0cu1", "name": "Acme"}).fields["currency"] == "USD"


def test_without_its_owner_a_document_has_no_currency_and_its_amount_cannot_be_read() -> None:
    with pytest.raises(BadReplyError, match="totalAmount"):
        mapping.invoice_record(INVOICE, None)
    assert mapping.bill_record({"id": "00n1"}, None).fields["currency"] == ""


def test_an_archived_invoice_is_cancelled_whatever_its_status() -> None:
    fields = mapping.invoice_record({**INVOICE, "archived": True}, CUSTOMER).fields

    assert (fields["status"], fields["amount_minor"], fields["open_minor"]) == ("ARCHIVED", 7998, 0)


@pytest.mark.parametrize("name", ["totalAmount", "dueAmount"])
def test_an_absent_amount_is_unknown_and_not_zero(name: str) -> None:
    raw = {key: value for key, value in INVOICE.items() if key != name}
    fields = mapping.invoice_record(raw, CUSTOMER).fields

    assert fields["amount_minor" if name == "totalAmount" else "open_minor"] is None


@pytest.mark.parametrize(
    ("value", "minor"), [(Decimal("228.99"), 22899), ("100", 10000), (7, 700), (Decimal("-0.5"), -50), (0, 0)]
)
def test_an_amount_may_be_a_number_or_text(value: object, minor: int) -> None:
    assert mapping.amount_minor({"amount": value}, "amount", "USD") == minor


def test_an_amount_in_yen_has_no_digits_after_the_point() -> None:
    assert mapping.amount_minor({"amount": 4800}, "amount", "JPY") == 4800


@pytest.mark.parametrize("value", ["ten", "1.005", True, "NaN", 1.5])
def test_an_amount_that_cannot_be_read_is_a_bad_reply(value: object) -> None:
    with pytest.raises(BadReplyError):
        mapping.amount_minor({"amount": value}, "amount", "USD")


@pytest.mark.parametrize(
    ("name", "value"),
    [("totalAmount", Decimal("1.005")), ("totalAmount", "1e999999"), ("dueDate", "soon"), ("dueDate", 5)],
)
def test_a_bad_reply_names_the_field_that_cannot_be_read(name: str, value: object) -> None:
    with pytest.raises(BadReplyError) as caught:
        mapping.invoice_record({**INVOICE, name: value}, CUSTOMER)

    assert caught.value.field == name


def test_a_record_without_an_id_is_a_bad_reply() -> None:
    with pytest.raises(BadReplyError):
        mapping.customer_record({"name": "Acme"})


def test_an_unknown_currency_is_not_guessed() -> None:
    with pytest.raises(BadReplyError, match="XQX"):
        mapping.known_currency({"invoiceCurrency": "XQX"}, "invoiceCurrency")


@pytest.mark.parametrize(
    ("line", "amount_minor"),
    [
        ({"quantity": 3, "price": Decimal("12.50")}, 3_750),
        ({"quantity": 3, "price": Decimal("12.50"), "amount": "30"}, 3_000),
        ({"quantity": Decimal("0.333"), "price": "0.50"}, None),
        ({"price": "0.50"}, None),
        ({"quantity": "many", "price": "0.50"}, None),
    ],
)
def test_a_lines_amount_is_what_bill_says_or_comes_of_its_price(line: dict, amount_minor: int) -> None:
    (read,) = mapping.invoice_lines({"invoiceLineItems": [line]}, "USD")
    assert read.amount_minor == amount_minor


def test_a_bills_number_and_date_come_from_inside() -> None:
    raw = {
        "id": "00n1",
        "vendorId": "0091",
        "vendorName": "Northside",
        "amount": Decimal("228.99"),
        "dueAmount": Decimal("228.99"),
        "dueDate": "2026-10-31",
        "invoice": {"invoiceNumber": "NP-3391", "invoiceDate": "2026-10-01"},
        "paymentStatus": "UNPAID",
        "approvalStatus": "ASSIGNED",
    }
    fields = mapping.bill_record(raw, {"id": "0091", "name": "Northside", "billCurrency": "USD"}).fields

    assert (fields["number"], fields["issued_on"], fields["status"]) == (
        "NP-3391",
        date(2026, 10, 1),
        "UNPAID",
    )
    assert (fields["approval_status"], fields["is_archived"]) == ("ASSIGNED", False)
