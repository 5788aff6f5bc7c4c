"""What belongs to a Billsby record, in mirror words: cycles of a plan, tags, lines of an invoice.

None of these answers names the record it was asked about: a row's id is its owner's, a slash and its own.
"""

import re
from collections.abc import Mapping
from typing import Any

from connectors.billsby.mapping import (
    FREQUENCIES,
    VISIBILITIES,
    Raw,
    count,
    custom_field_response,
    minor,
    moment,
    named,
    product,
    text,
)
from connectors.registry import Record


def cycle(raw: Raw, *, plan: Raw, product_raw: Raw) -> Record:
    """Most answers leave the price out."""
    model = raw.get("pricingModel") or {}
    fields = {
        "product_vendor_id": text(product_raw, "productId"),
        "plan_vendor_id": text(plan, "planId"),
        "currency": product(product_raw).fields["currency"],
        "frequency": count(model, "frequency"),
        "frequency_type": named(model.get("frequencyType"), FREQUENCIES),
        "price_minor": minor(model.get("price", raw.get("price")), "price"),
        "visibility": named(raw.get("visibility"), VISIBILITIES),
    }
    return Record("cycle", text(raw, "cycleId"), fields, dict(raw))


def tag(raw: Raw, *, owner: str) -> Record:
    fields = {"subscription_vendor_id": owner, "name": raw["name"], "is_of_plan": raw["isOfPlan"]}
    return Record("tag", f"{owner}/{raw['id']}", fields, dict(raw))


def usage(raw: Raw, *, owner: str) -> Record:
    """An allowance of a subscription, and how much of it the running period has used."""
    fields = _held(raw, owner) | {
        "allowance_vendor_id": text(raw, "id"),
        "used": count(raw, "usage"),
        "included": count(raw, "includedUnits"),
    }
    return Record("usage", f"{owner}/{text(raw, 'id')}", fields, dict(raw))


def subscription_add_on(raw: Raw, *, owner: str) -> Record:
    fields = _held(raw, owner) | {
        "add_on_vendor_id": text(raw, "id"),
        "quantity": count(raw, "quantity"),
        "quantity_next": count(raw, "quantityNext"),
    }
    return Record("subscription_add_on", f"{owner}/{text(raw, 'id')}", fields, dict(raw))


def _held(raw: Raw, subscription: str) -> dict[str, Any]:
    return {
        "subscription_vendor_id": subscription,
        "name": raw.get("name") or text(raw, "id"),
        "status": raw.get("status") or "",
    }


def event(raw: Raw, *, owner: str) -> Record:
    """What an event's data looks like is documented nowhere: old and new where it has them."""
    told = raw.get("eventData")
    pairs = told.items() if isinstance(told, Mapping) else ()
    fields = {
        "subscription_vendor_id": owner,
        "name": re.sub(r"(?<=[a-z])(?=[A-Z])", " ", str(raw.get("type") or "")).capitalize(),
        "details": ", ".join(f"{name} {value}" for name, value in pairs if value not in (None, "")),
        "happened_at": moment(raw.get("createdOn"), "createdOn"),
    }
    return Record("event", f"{owner}/{text(raw, 'subscriptionEventLogId')}", fields, dict(raw))


def answer(raw: Raw, *, owner: str) -> Record:
    """What a customer answered to a custom field."""
    found = custom_field_response(raw)
    fields = found.fields | {"customer_vendor_id": owner}
    return Record(found.kind, f"{owner}/{found.vendor_id}", fields, dict(raw))


def payment_log(raw: Raw, *, owner: str) -> Record:
    """One attempt to collect an invoice."""
    fields = {
        "invoice_vendor_id": owner,
        "tried_at": moment(raw.get("createdOn"), "createdOn"),
        "method": raw.get("paymentMethod") or "",
        "gateway": raw.get("gatewayName") or "",
        "reference": raw.get("reference") or "",
        "status": raw.get("status") or "",
    }
    return Record("payment_log", f"{owner}/{text(raw, 'paymentLogId')}", fields, dict(raw))


def invoice_line(raw: Raw, *, owner: str) -> Record:
    """A line, with what the part of the invoice that it stands in says of it; or the invoice's tax."""
    is_tax = "taxTotal" in raw
    amount = "taxTotal" if is_tax else "amount"
    fields = {
        "invoice_vendor_id": owner,
        "position": raw["position"],
        "subscription_vendor_id": raw.get("subscriptionUniqueId") or "",
        "description": "Tax" if is_tax else raw.get("description") or "",
        "units": str(raw.get("units") or ""),
        "unit_price_minor": minor(raw.get("unitPrice"), "unitPrice"),
        "amount_minor": minor(raw.get(amount), amount),
        "period_start_at": moment(raw.get("billingPeriodStart"), "billingPeriodStart"),
        "period_end_at": moment(raw.get("billingPeriodEnd"), "billingPeriodEnd"),
    }
    return Record("invoice_line", f"{owner}/{raw['position']}", fields, dict(raw))
