"""What Billsby tells about a record on asking, and the mirror does not keep."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.billsby import mapping
from connectors.errors import NotFoundError
from connectors.judgements import NOTHING
from connectors.judging import Read

EVENTS = 25
ADDRESS = ("addressLine1", "addressLine2", "postCode", "city", "state", "country")


@dataclass(frozen=True)
class AddOn:
    name: str
    status: str
    quantity: int | None
    quantity_next: int | None


@dataclass(frozen=True)
class Usage:
    """An allowance, and how much of it the running period has used; None where Billsby does not tell."""

    name: str
    status: str
    usage: int | None
    included: int | None

    @property
    def over(self) -> int:
        return max(0, self.usage - self.included) if self.usage and self.included else 0

    @property
    def told(self) -> dict[str, str]:
        """Its numbers for people."""
        numbers = {"usage": self.usage, "included": self.included, "over": self.over}
        return {name: NOTHING if number is None else f"{number:,}" for name, number in numbers.items()}


@dataclass(frozen=True)
class Counter:
    counter_id: str
    name: str
    usage: int


@dataclass(frozen=True)
class Event:
    type: str
    at: datetime | None
    details: str


@dataclass(frozen=True)
class SubscriptionNow:
    add_ons: tuple[AddOn, ...]
    usages: tuple[Usage, ...]
    plan_tags: tuple[str, ...]
    own_tags: tuple[str, ...]
    shipping_address: str
    events: tuple[Event, ...]
    event_count: int | None


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
    which = {"subscriptionUniqueId": unique_id}
    tags = read("billsby_get_subscription_tags_split", which)
    events = read("billsby_list_subscription_events", which | {"limit": EVENTS})
    return SubscriptionNow(
        add_ons=tuple(map(_add_on, read("billsby_list_subscription_addons", which))),
        usages=tuple(map(_usage, read("billsby_list_subscription_allowances", which))),
        plan_tags=tuple(tags.get("planFeatureTags") or ()),
        own_tags=tuple(tags.get("subscriptionFeatureTags") or ()),
        shipping_address=_shipping_address(read, which),
        events=tuple(map(_event, events)),
        event_count=events.total,
    )


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


def _add_on(raw: Mapping[str, Any]) -> AddOn:
    quantities = (mapping.count(raw, "quantity"), mapping.count(raw, "quantityNext"))
    return AddOn(raw.get("name") or mapping.text(raw, "id"), raw.get("status") or "", *quantities)


def _usage(raw: Mapping[str, Any]) -> Usage:
    counts = (mapping.count(raw, "usage"), mapping.count(raw, "includedUnits"))
    return Usage(raw.get("name") or mapping.text(raw, "id"), raw.get("status") or "", *counts)


def _shipping_address(read: Read, which: Mapping[str, str]) -> str:
    """On one line; "" where there is none."""
    try:
        raw = read("billsby_get_shipping_address", which)
    except NotFoundError:
        return ""
    return ", ".join(raw[name] for name in ADDRESS if raw.get(name))


def _event(raw: Mapping[str, Any]) -> Event:
    """What an event's data looks like is documented nowhere: old and new where it has them."""
    told = raw.get("eventData")
    pairs = told.items() if isinstance(told, Mapping) else ()
    details = ", ".join(f"{name} {value}" for name, value in pairs if value not in (None, ""))
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(raw.get("type") or "")).capitalize()
    return Event(words, mapping.moment(raw.get("createdOn"), "createdOn"), details)


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
