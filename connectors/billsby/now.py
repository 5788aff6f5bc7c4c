"""What Billsby tells about a record on asking, and the mirror does not keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.billsby import mapping
from connectors.errors import NotFoundError
from connectors.judging import Read

ADDRESS = ("addressLine1", "addressLine2", "postCode", "city", "state", "country")


@dataclass(frozen=True)
class Counter:
    counter_id: str
    name: str
    usage: int


@dataclass(frozen=True)
class SubscriptionNow:
    shipping_address: str


@dataclass(frozen=True)
class InvoiceLine:
    description: str
    units: str
    unit_price_minor: int | None
    amount_minor: int | None


@dataclass(frozen=True)
class Payment:
    at: datetime | None
    method: str
    gateway: str
    reference: str
    status: str


@dataclass(frozen=True)
class InvoiceNow:
    lines: tuple[InvoiceLine, ...]
    tax_minor: int | None
    payments: tuple[Payment, ...]
    refunded_minor: int | None


def subscription_now(read: Read, unique_id: str) -> SubscriptionNow:
    return SubscriptionNow(_shipping_address(read, {"subscriptionUniqueId": unique_id}))


def invoice_now(read: Read, number: str) -> InvoiceNow:
    raw = read("billsby_get_invoice", {"invoiceNumber": number})
    invoice = mapping.invoice(raw)
    which = {"customerUniqueId": invoice.fields["customer_vendor_id"], "invoiceNumber": number}
    return InvoiceNow(
        lines=tuple(
            _line(item)
            for part in raw.get("subscriptions") or []
            for item in part.get("subscriptionItems") or []
        ),
        tax_minor=mapping.minor(raw.get("taxTotal"), "taxTotal"),
        payments=tuple(map(_payment, read("billsby_list_payment_logs", which))),
        refunded_minor=_refunded(invoice.fields),
    )


def counters(read: Read, unique_id: str) -> list[Counter]:
    """The counters of a subscription: each allowance has one, which only its details name."""
    found = []
    for row in read("billsby_list_subscription_allowances", {"subscriptionUniqueId": unique_id}):
        raw = read("billsby_get_allowance", {"allowanceId": int(mapping.text(row, "id"))})
        allowance = mapping.allowance(raw)
        usage = mapping.count(row, "usage") or 0
        found.append(Counter(allowance.fields["counter_id"], allowance.fields["name"], usage))
    return found


def _shipping_address(read: Read, which: Mapping[str, str]) -> str:
    """On one line; "" where there is none."""
    try:
        raw = read("billsby_get_shipping_address", which)
    except NotFoundError:
        return ""
    return ", ".join(raw[name] for name in ADDRESS if raw.get(name))


def _line(raw: Mapping[str, Any]) -> InvoiceLine:
    return InvoiceLine(
        description=raw.get("description") or "",
        units=str(raw.get("units") or ""),
        unit_price_minor=mapping.minor(raw.get("unitPrice"), "unitPrice"),
        amount_minor=mapping.minor(raw.get("amount"), "amount"),
    )


def _payment(raw: Mapping[str, Any]) -> Payment:
    return Payment(
        at=mapping.moment(raw.get("createdOn"), "createdOn"),
        method=raw.get("paymentMethod") or "",
        gateway=raw.get("gatewayName") or "",
        reference=raw.get("reference") or "",
        status=raw.get("status") or "",
    )


def _refunded(fields: Mapping[str, Any]) -> int | None:
    """Told only by what is left to refund; nothing of an invoice that was never collected can be."""
    amount_minor, left_minor = fields["amount_minor"], fields.get("refundable_minor")
    if fields["status"] != "Paid" or amount_minor is None or left_minor is None:
        return None
    return amount_minor - left_minor
