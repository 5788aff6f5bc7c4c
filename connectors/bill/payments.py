"""Payments in mirror words: what goes to vendors, and what has come from customers."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from connectors.bill.mapping import Raw, amount_minor, currency_of, day, identifier, moment, part, text
from connectors.registry import Record


def payment_record(raw: Raw, vendor: Raw | None) -> Record:
    """vendor: its own record, which alone knows the currency. `bills`: what of it goes to which bill.

    The two statuses are told apart as BILL does: `single_status` says where on its way the money is.
    """
    currency = currency_of(vendor, "billCurrency")
    account = part(raw, "fundingAccount")
    fields: dict[str, Any] = {
        "number": text(raw, "confirmationNumber") or text(raw, "transactionNumber"),
        "reference": text(raw, "transactionNumber"),
        "vendor_vendor_id": text(raw, "vendorId"),
        "vendor_name": text(raw, "vendorName") or text(vendor or {}, "name"),
        "status": text(raw, "status") or "UNDEFINED",
        "single_status": text(raw, "singleStatus") or "UNDEFINED",
        "disbursement_status": text(raw, "disbursementStatus"),
        "disbursement_type": text(raw, "disbursementType"),
        "currency": currency,
        "amount_minor": amount_minor(raw, "amount", currency),
        "process_on": day(raw, "processDate"),
        "funding_type": text(account, "type"),
        "funding_account_vendor_id": text(account, "id"),
        "bills": [
            {"bill_vendor_id": text(one, "billId"), "amount_minor": amount_minor(one, "amount", currency)}
            for one in bill_parts(raw)
        ],
        "created_at": moment(raw, "createdTime"),
        "updated_at": moment(raw, "updatedTime"),
    }
    if "disbursementInfo" in raw:
        fields |= _on_its_way(part(raw, "disbursementInfo"))
    return Record("payment", identifier(raw), fields, dict(raw))


def bill_parts(raw: Raw) -> list[Raw]:
    """What goes to each bill; a payment of a single one may tell it without its part."""
    return raw.get("billPayments") or ([raw] if text(raw, "billId") else [])


def _on_its_way(told: Raw) -> dict[str, date | None]:
    """The dates stand under the way that the money takes, one of "achDisbursement" and its like."""
    ways = [way for name in told if (way := part(told, name))]
    return {
        "sent_on": next((day(way, "sentDate") for way in ways if "sentDate" in way), None),
        "arrives_on": next((day(way, "arrivesByDate") for way in ways if "arrivesByDate" in way), None),
    }


@dataclass(frozen=True)
class VoidRequest:
    """That somebody asked BILL to take a payment back, and what became of it; both in BILL's words."""

    kind: str
    status: str
    reason: str
    asked_at: datetime | None


def void_requests(raw: Raw) -> list[VoidRequest]:
    return [
        VoidRequest(text(one, "type"), text(one, "status"), text(one, "reason"), moment(one, "createdTime"))
        for one in raw.get("voidInfo") or ()
    ]


def received_payment_record(raw: Raw, customer: Raw | None) -> Record:
    """customer: its own record, which alone knows the currency. `invoices`: what of it settles which."""
    currency = currency_of(customer, "invoiceCurrency")
    fields = {
        "number": text(raw, "referenceNumber"),
        "customer_vendor_id": text(raw, "customerId"),
        "customer_name": text(customer or {}, "name"),
        "status": text(raw, "status") or "UNDEFINED",
        "method": text(raw, "receivablesType") or "UNDEFINED",
        "currency": currency,
        "amount_minor": amount_minor(raw, "amount", currency),
        "unapplied_minor": amount_minor(raw, "unappliedAmount", currency),
        "received_on": day(raw, "paymentDate"),
        "is_online": bool(raw.get("onlinePayment")),
        "invoices": [
            {
                "invoice_vendor_id": text(one, "invoiceId"),
                "amount_minor": amount_minor(one, "amount", currency),
            }
            for one in raw.get("invoicePayments") or ()
        ],
    }
    return Record("received_payment", identifier(raw), fields, dict(raw))
