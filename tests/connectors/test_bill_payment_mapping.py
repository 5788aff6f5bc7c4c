"""BILL's payments and bank accounts in mirror words."""

from datetime import date
from decimal import Decimal

import pytest

from connectors.bill import accounts, mapping, payments
from connectors.errors import BadReplyError

VENDOR = {"id": "0091", "name": "Northside", "billCurrency": "JPY"}
PAYMENT = {
    "id": "stp1",
    "vendorId": "0091",
    "amount": Decimal(4800),
    "billPayments": [{"billId": "00n1", "amount": 4000}, {"billId": "00n2", "amount": "800"}],
    "disbursementInfo": {
        "isVoidable": True,
        "achDisbursement": {"sentDate": "2026-11-03", "arrivesByDate": "2026-11-06"},
    },
}


def test_a_payments_parts_are_in_its_vendors_currency() -> None:
    fields = payments.payment_record(PAYMENT, VENDOR).fields

    assert (fields["currency"], fields["amount_minor"]) == ("JPY", 4800)
    assert fields["bills"] == [
        {"bill_vendor_id": "00n1", "amount_minor": 4000},
        {"bill_vendor_id": "00n2", "amount_minor": 800},
    ]


def test_a_payment_of_one_bill_may_tell_it_without_parts() -> None:
    raw = {name: value for name, value in PAYMENT.items() if name != "billPayments"}
    fields = payments.payment_record({**raw, "billId": "00n9"}, VENDOR).fields

    assert fields["bills"] == [{"bill_vendor_id": "00n9", "amount_minor": 4800}]


def test_the_dates_are_told_under_whichever_way_the_money_takes() -> None:
    fields = payments.payment_record(PAYMENT, VENDOR).fields

    assert (fields["sent_on"], fields["arrives_on"]) == (date(2026, 11, 3), date(2026, 11, 6))


def test_an_answer_without_the_way_blanks_no_date_that_is_known() -> None:
    raw = {name: value for name, value in PAYMENT.items() if name != "disbursementInfo"}

    assert not {"sent_on", "arrives_on"} & payments.payment_record(raw, VENDOR).fields.keys()


def test_what_of_a_received_payment_is_on_no_invoice_is_unknown_where_bill_leaves_it_out() -> None:
    raw = {"id": "0rp1", "customerId": "0cu1", "amount": 12}
    fields = payments.received_payment_record(raw, {"id": "0cu1", "name": "Acme"}).fields

    assert (fields["amount_minor"], fields["unapplied_minor"], fields["invoices"]) == (1200, None, [])


def test_without_its_vendor_a_payments_amount_cannot_be_read() -> None:
    with pytest.raises(BadReplyError, match="amount"):
        payments.payment_record(PAYMENT, None)


@pytest.mark.parametrize("told", ["••••6789", "********6789", "XXXXX6789", "000123456789"])
def test_of_an_account_number_the_last_four_are_kept(told: str) -> None:
    record = accounts.vendor_bank_account_record({"id": "0091/account", "accountNumber": told}, "0091")

    assert record.fields["last_four"] == "6789"


def test_an_approver_of_whom_nothing_is_told_has_neither_name_nor_answer() -> None:
    fields = mapping.bill_record({"id": "00n1", "approvers": [{"userId": "0061"}]}, VENDOR).fields

    assert fields["approvers"] == [{"user_vendor_id": "0061", "name": "", "status": "UNDEFINED"}]


def test_a_thin_bill_blanks_no_approvers_that_are_known() -> None:
    thin = {"id": "00n1", "approvalStatus": "ASSIGNED"}

    assert "approvers" not in mapping.bill_record(thin, VENDOR).fields
    assert mapping.bill_record({**thin, "approvalStatus": "UNASSIGNED"}, VENDOR).fields["approvers"] == []
