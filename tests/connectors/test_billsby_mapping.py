"""Billsby's answers in mirror words, in all the spellings its answers use."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from connectors.billsby import children, mapping
from connectors.errors import BadReplyError
from connectors.registry import Record

MADE = datetime(2024, 5, 11, 9, 30, 14, 297000, tzinfo=UTC)
LISTED = {
    "invoiceNumber": "7KQ2M9XTRB-3",
    "customerUniqueId": "7KQ2M9XTRB",
    "customerFirstName": "Noor",
    "customerLastName": "Falk",
    "createdOn": "2024-05-11T09:30:14.297Z",
    "amount": 2999,
    "formattedAmount": "£29.99",
    "status": "Unpaid",
    "currency": "gbp",
}


def test_a_listed_invoice_leaves_out_what_the_list_does_not_tell() -> None:
    record = mapping.invoice(LISTED)
    assert record.vendor_id == "7KQ2M9XTRB-3"
    assert record.fields == {
        "number": "7KQ2M9XTRB-3",
        "customer_vendor_id": "7KQ2M9XTRB",
        "customer_name": "Noor Falk",
        "status": "Unpaid",
        "currency": "GBP",
        "amount_minor": 2999,
        "open_minor": 2999,
        "issued_at": MADE,
    }


def test_an_invoice_in_full_has_its_numbers_as_text() -> None:
    detail = LISTED | {
        "amount": "2999",
        "refundableAmount": "1000",
        "invoiceType": "Renewal",
        "status": "Paid",
    }
    fields = mapping.invoice(detail).fields
    assert (fields["amount_minor"], fields["open_minor"], fields["refundable_minor"]) == (2999, 0, 1000)
    assert fields["invoice_type"] == "Renewal"


def test_an_invoice_of_a_customers_own_list_names_the_customer_by_its_number() -> None:
    row = {key: LISTED[key] for key in ("invoiceNumber", "createdOn", "amount", "status", "currency")}
    fields = mapping.invoice(row, customer_name="Noor Falk").fields
    assert (fields["customer_vendor_id"], fields["customer_name"]) == ("7KQ2M9XTRB", "Noor Falk")


@pytest.mark.parametrize(
    ("status", "open_minor"),
    [("Unpaid", 2999), ("Pending", 2999), ("To be Written off", 2999), ("Paid", 0), ("Paid Offline", 0)],
)
def test_only_open_invoices_have_an_open_amount(status: str, open_minor: int) -> None:
    assert mapping.invoice(LISTED | {"status": status}).fields["open_minor"] == open_minor


@pytest.mark.parametrize(
    ("written", "status"),
    [("Paid Offline", "PaidOffline"), ("active", "Active"), ("Written off", "WrittenOff"), ("New", "New")],
)
def test_a_status_has_one_spelling(written: str, status: str) -> None:
    assert mapping.status({"status": written}) == status


@pytest.mark.parametrize("key", ["subscriptionUniqueId", "subscriptionUniqueID"])
def test_a_listed_subscription_has_its_id_in_either_spelling(key: str) -> None:
    row = {key: "Q4W8ZJ6N1D", "customerUniqueId": "7KQ2M9XTRB", "planId": "34", "productId": "12"}
    record = mapping.subscription(row)
    assert record.vendor_id == "Q4W8ZJ6N1D"
    assert record.fields["plan_vendor_id"] == "34"
    assert "next_billing_minor" not in record.fields


def test_a_subscription_in_full_tells_cycle_and_next_billing() -> None:
    raw = {
        "subscriptionUniqueId": "Q4W8ZJ6N1D",
        "customerUniqueId": "7KQ2M9XTRB",
        "planId": 34,
        "productId": 12,
        "cycleId": 56,
        "units": 3,
        "currency": "GBP",
        "nextBillingAmount": 2999,
        "nextBillingDate": "2024-06-11T09:30:12.450123",
    }
    fields = mapping.subscription(raw).fields
    assert (fields["cycle_vendor_id"], fields["units"], fields["next_billing_minor"]) == ("56", 3, 2999)
    assert fields["next_billing_at"] == datetime(2024, 6, 11, 9, 30, 12, 450123, tzinfo=UTC)


def test_a_customer_in_full_tells_card_and_total() -> None:
    raw = {
        "customerUniqueId": "7KQ2M9XTRB",
        "firstName": "Noor",
        "lastName": None,
        "companyCurrency": "GBP",
        "totalAmountPaid": "8997",
        "cardStatus": "Valid",
        "billingAddress": {"city": "Leeds", "country": "GBR"},
    }
    fields = mapping.customer(raw).fields
    assert (fields["name"], fields["city"], fields["total_paid_minor"]) == ("Noor", "Leeds", 8997)
    assert fields["card_status"] == "Valid"


def test_a_plan_comes_with_its_cycles_without_prices() -> None:
    product = {"productId": 12, "displayName": "Desk", "visibility": 0, "billingCurrency": "GBP"}
    model = {"frequency": 3, "frequencyType": 3}
    raw = {"planId": 34, "productId": 12, "name": "team", "cycles": [{"cycleId": 56, "pricingModel": model}]}
    plan, cycle = (row.record() for row in children.plans([raw], "12", product))
    assert (plan.fields["product_name"], plan.fields["currency"]) == ("Desk", "GBP")
    assert (cycle.vendor_id, cycle.fields["plan_vendor_id"], cycle.fields["price_minor"]) == (
        "56",
        "34",
        None,
    )
    assert mapping.period(model) == "every 3 months"


def told(kind: str, answer: object, owner: str) -> list[Record]:
    (found,) = (each for each in children.CHILDREN if each.kind == kind)
    return [row.record() for row in found.rows(answer, owner, {})]


def test_the_tax_of_an_invoice_is_its_last_line() -> None:
    part = {"planName": "Team", "subscriptionItems": [{"description": "Team", "amount": "2499"}]}
    invoice = {"invoiceNumber": "A-1", "subscriptions": [part], "taxTotal": "500", "taxes": []}
    lines = told("invoice_line", invoice, "A-1")
    assert [(line.vendor_id, line.fields["amount_minor"]) for line in lines] == [
        ("A-1/1", 2499),
        ("A-1/2", 500),
    ]


def test_tags_of_the_plan_and_of_the_subscription_stand_apart() -> None:
    split = {"planFeatureTags": ["water"], "subscriptionFeatureTags": ["water"]}
    tags = told("tag", split, "SUB")
    assert {tag.vendor_id: tag.fields["is_of_plan"] for tag in tags} == {
        "SUB/plan/water": True,
        "SUB/own/water": False,
    }


@pytest.mark.parametrize("value", ["$40", "29.99", Decimal("0.5"), True, 1.0, [], "NaN"])
def test_an_amount_that_is_not_minor_units_is_a_bad_reply(value: object) -> None:
    with pytest.raises(BadReplyError):
        mapping.minor(value)


@pytest.mark.parametrize(("value", "minor"), [(1000, 1000), ("1000", 1000), (None, None), ("", None), (0, 0)])
def test_an_amount_is_read_from_digits(value: object, minor: int | None) -> None:
    assert mapping.minor(value) == minor


@pytest.mark.parametrize(
    "written", ["2024-05-11T09:30:14.297Z", "2024-05-11T09:30:14.297000", "2024-05-11T10:30:14.297+01:00"]
)
def test_a_moment_is_read_in_every_spelling(written: str) -> None:
    assert mapping.moment(written) == MADE


def test_a_record_without_its_identity_is_a_bad_reply() -> None:
    with pytest.raises(BadReplyError, match="invoiceNumber"):
        mapping.invoice(LISTED | {"invoiceNumber": None})
