"""Billsby's records in mirror words. The same record has different keys in different answers.

A field that an answer does not carry is left out, so that a list never blanks what a detail has filled.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from connectors.errors import BadReplyError
from connectors.judgements import NOTHING
from connectors.money import LARGEST_POWER, normal_currency
from connectors.registry import Record

Raw = Mapping[str, Any]

OPEN_STATUSES = ("Unpaid", "Pending", "ToBeWrittenOff")
CLOSABLE_STATUSES = ("Unpaid", "Pending")  # what can be written off or marked as paid offline
VISIBILITIES = ("Public", "Hidden", "Internal", "OffSale")
CUSTOM_FIELD_TYPES = (
    "Single line text",
    "Multi line text",
    "Checkbox",
    "Date picker",
    "Numbers",
    "Dropdown",
)
FREQUENCIES = ("Unassigned", "Daily", "Weekly", "Monthly", "Yearly")
PERIODS = {"Daily": "day", "Weekly": "week", "Monthly": "month", "Yearly": "year"}
STATUSES = {
    word.lower(): word
    for word in (
        *("Active", "Inactive", "InTrial", "Suspended", "Cancelled", "Paused"),
        *("Paid", "Unpaid", "Pending", "PaidOffline", "WrittenOff", "ToBeWrittenOff", "Failed"),
    )
}


def customer(raw: Raw) -> Record:
    """From a list item or the details; only the details tell card and total."""
    address = raw.get("billingAddress") or {}
    fields: dict[str, Any] = {
        "name": full_name(raw, "firstName", "lastName"),
        "email": raw.get("email") or "",
        "status": status(raw),
        "city": address.get("city") or "",
        "country": address.get("country") or "",
        "is_archived": False,
        "created_at": moment(raw.get("createdOn"), "createdOn"),
    }
    if "companyCurrency" in raw:
        fields["currency"] = normal_currency(raw["companyCurrency"] or "")
    if "cardStatus" in raw:
        fields["card_status"] = raw["cardStatus"] or ""
    if "totalAmountPaid" in raw:
        fields["total_paid_minor"] = minor(raw["totalAmountPaid"], "totalAmountPaid")
    return Record("customer", text(raw, "customerUniqueId"), fields, dict(raw))


def subscription(raw: Raw) -> Record:
    """From the company's list or the details; only the details tell money, cycle and next billing."""
    key = "subscriptionUniqueId" if "subscriptionUniqueId" in raw else "subscriptionUniqueID"
    fields: dict[str, Any] = {
        "customer_vendor_id": text(raw, "customerUniqueId"),
        "customer_name": raw.get("customerFullname") or "",
        "product_vendor_id": text(raw, "productId"),
        "product_name": raw.get("productName") or "",
        "plan_vendor_id": text(raw, "planId"),
        "plan_name": raw.get("planName") or "",
        "status": status(raw),
        "created_at": moment(raw.get("createdOn"), "createdOn"),
    }
    if "cycleId" in raw:
        fields["cycle_vendor_id"] = text(raw, "cycleId")
    if "currency" in raw:
        fields["currency"] = normal_currency(raw["currency"] or "")
    if "units" in raw:
        fields["units"] = count(raw, "units")
    if "nextBillingDate" in raw:
        fields["next_billing_at"] = moment(raw.get("nextBillingDate"), "nextBillingDate")
    if "nextBillingAmount" in raw:
        fields["next_billing_minor"] = minor(raw["nextBillingAmount"], "nextBillingAmount")
    return Record("subscription", text(raw, key), fields, dict(raw))


def customer_subscription(raw: Raw, *, customer: Record) -> Record:
    """From a customer's own list, where `subscriptionId` is the unique id and no customer is named."""
    fields = {
        "customer_vendor_id": customer.vendor_id,
        "customer_name": customer.fields["name"],
        "product_vendor_id": text(raw, "productId"),
        "product_name": raw.get("productName") or "",
        "plan_vendor_id": text(raw, "planId"),
        "plan_name": raw.get("planName") or "",
        "status": status(raw),
        "currency": normal_currency(raw.get("currency") or ""),
        "units": count(raw, "units"),
        "next_billing_at": moment(raw.get("nextBilling"), "nextBilling"),
        "created_at": moment(raw.get("createdOn"), "createdOn"),
    }
    return Record("subscription", text(raw, "subscriptionId"), fields, dict(raw))


def invoice(raw: Raw, *, customer_name: str | None = None) -> Record:
    """From the company's list, a customer's list (no customer in it) or the details (numbers as text)."""
    number = text(raw, "invoiceNumber")
    state = status(raw)
    amount_minor = minor(raw.get("amount"), "amount")
    fields: dict[str, Any] = {
        "number": number,
        "customer_vendor_id": raw.get("customerUniqueId") or customer_of(number),
        "customer_name": customer_name or full_name(raw, "customerFirstName", "customerLastName"),
        "status": state,
        "currency": normal_currency(text(raw, "currency")),
        "amount_minor": amount_minor,
        "open_minor": amount_minor if state in OPEN_STATUSES else 0,
        "issued_at": moment(raw.get("createdOn"), "createdOn"),
    }
    if "refundableAmount" in raw:
        fields["refundable_minor"] = minor(raw["refundableAmount"], "refundableAmount")
    if "invoiceType" in raw:
        fields["invoice_type"] = raw["invoiceType"] or ""
    return Record("invoice", number, fields, dict(raw))


def credit_note(raw: Raw, *, customer_name: str | None = None) -> Record:
    """From the company's list, or from a customer's, where the fields speak of invoices."""
    number = text(raw, "creditNoteUniqueId" if "creditNoteUniqueId" in raw else "invoiceNumber")
    fields = {
        "number": number,
        "customer_vendor_id": raw.get("customerUniqueId") or customer_of(number),
        "customer_name": customer_name or full_name(raw, "customerFirstName", "customerLastName"),
        "status": status(raw),
        "currency": normal_currency(text(raw, "currency")),
        "amount_minor": minor(raw.get("amount"), "amount"),
        "issued_at": moment(raw.get("createdOn"), "createdOn"),
    }
    return Record("credit_note", number, fields, dict(raw))


def product(raw: Raw) -> Record:
    """From the list or the details; only the list tells which custom fields it asks for."""
    fields: dict[str, Any] = {
        "name": raw.get("displayName") or raw.get("name") or "",
        "currency": normal_currency(raw.get("billingCurrency") or ""),
        "visibility": named(raw.get("visibility"), VISIBILITIES),
        "description": raw.get("description") or "",
    }
    if "customFields" in raw:
        fields["custom_field_ids"] = [text(field, "customFieldId") for field in raw["customFields"] or []]
    return Record("product", text(raw, "productId"), fields, dict(raw))


def plan(raw: Raw, *, product: Record) -> Record:
    fields = {
        "name": raw.get("displayName") or raw.get("name") or "",
        "product_vendor_id": product.vendor_id,
        "product_name": product.fields["name"],
        "currency": product.fields["currency"],
    }
    return Record("plan", text(raw, "planId"), fields, dict(raw))


def add_on(raw: Raw) -> Record:
    """From the list or the details; only the details tell plans and prices."""
    return Record("add_on", text(raw, "addonId"), _extra(raw, forced="forceAddon"), dict(raw))


def allowance(raw: Raw) -> Record:
    """From the list or the details; only the details tell the counter, plans and prices."""
    fields = _extra(raw, forced="forceAllowance")
    if "counter" in raw:
        fields["counter_id"] = text(raw["counter"] or {}, "counterId")
    return Record("allowance", text(raw, "allowanceId"), fields, dict(raw))


def _extra(raw: Raw, *, forced: str) -> dict[str, Any]:
    """`plans`: list of {plan_vendor_id, plan_name, product_name, is_forced}, of those that offer it.

    `prices`: list of {currency, frequency, frequency_type, included, flat_minor, unit_minor}; what a price
    does not have is None.
    """
    fields: dict[str, Any] = {
        "name": raw.get("displayName") or raw.get("name") or "",
        "description": raw.get("description") or "",
        "is_offered": bool(raw.get("hasActiveLinkedPlans")),
    }
    if "plans" in raw:
        fields["plans"] = [
            {
                "plan_vendor_id": text(link, "planId"),
                "plan_name": link.get("planName") or "",
                "product_name": link.get("productName") or "",
                "is_forced": bool(link.get(forced)),
            }
            for link in raw["plans"] or []
            if link.get("isActive") is not False
        ]
    if "priceModels" in raw:
        fields["prices"] = [
            {
                "currency": normal_currency(text(price, "currency")),
                "frequency": count(price, "frequency"),
                "frequency_type": named(price.get("frequencyType"), FREQUENCIES),
                "included": count(price, "includedUnits"),
                "flat_minor": minor(price.get("flatFeePrice"), "flatFeePrice"),
                "unit_minor": minor(price.get("perUnitPrice"), "perUnitPrice"),
            }
            for price in raw["priceModels"] or []
        ]
    return fields


def custom_field(raw: Raw) -> Record:
    """`options`: what a dropdown offers, separated by commas as Billsby gives it."""
    fields = {
        "label": raw.get("label") or "",
        "type": named(raw.get("type"), CUSTOM_FIELD_TYPES),
        "description": raw.get("description") or "",
        "options": raw.get("options") or "",
        "is_compulsory": bool(raw.get("compulsory")),
    }
    return Record("custom_field", text(raw, "customFieldId"), fields, dict(raw))


def custom_field_response(raw: Raw) -> Record:
    """One customer's answer; it names neither customer nor product."""
    field = custom_field(raw.get("customField") or {})
    fields = {
        "custom_field_vendor_id": field.vendor_id,
        "label": field.fields["label"],
        "value": raw.get("value") or "",
    }
    return Record("custom_field_response", text(raw, "customFieldResponseId"), fields, dict(raw))


def period(model: Raw) -> str:
    """ "every month", "every 3 months"; enumerations come as numbers or names."""
    kind = named(model.get("frequencyType"), FREQUENCIES)
    often, period = model.get("frequency"), PERIODS.get(kind)
    if period is None or not isinstance(often, int):
        return NOTHING
    return f"every {period}" if often == 1 else f"every {often} {period}s"


def address(raw: Raw) -> dict[str, str]:
    """The six lines of a billing or shipping address; a line that is not there is empty."""
    lines = ("addressLine1", "addressLine2", "city", "state", "country", "postCode")
    return {line: str(raw.get(line) or "") for line in lines}


def customer_of(number: str) -> str:
    """Invoice and credit note numbers begin with their customer's id."""
    return number.rpartition("-")[0]


def count_of(number: str) -> int:
    """The count at the end of a number; invoices and credit notes of a customer share one series."""
    return int(number.rpartition("-")[2])


def text(raw: Raw, key: str) -> str:
    """An identity that must be there; integers and strings differ between answers of the same record."""
    value = raw.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise BadReplyError(f"Billsby gave a record without {key}.", field=key, vendor="Billsby")
    return str(value)


def count(raw: Raw, key: str) -> int | None:
    value = raw.get(key)
    if value is not None and type(value) is not int:
        raise BadReplyError(f"Billsby gave {value!r} as a number.", field=key, vendor="Billsby")
    return value


def minor(value: object, field: str = "amount") -> int | None:
    """Minor units from an integer or digits as text; never from formatted text such as "$40"."""
    if value is None or value == "":
        return None
    if type(value) is int and -(2**53) < value < 2**53:  # nearly always
        return value
    if isinstance(value, bool | float) or not isinstance(value, int | str | Decimal):
        raise BadReplyError(f"Billsby gave {value!r} as an amount.", field=field, vendor="Billsby")
    try:
        number = Decimal(value)
        is_whole = number.is_finite() and number == number.to_integral_value()
    except InvalidOperation:
        raise BadReplyError(f"Billsby gave {value!r} as an amount.", field=field, vendor="Billsby") from None
    if not is_whole:
        raise BadReplyError(f"Billsby gave {value!r}, not whole minor units.", field=field, vendor="Billsby")
    if number.adjusted() > LARGEST_POWER:
        raise BadReplyError(f"Billsby gave {value!r}, too large an amount.", field=field, vendor="Billsby")
    return int(number)


def moment(value: str | None, field: str = "") -> datetime | None:
    """One of Billsby's three spellings of a moment; without a zone it is UTC."""
    if not value:
        return None
    try:
        read = datetime.fromisoformat(value)
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        raise BadReplyError(f"Billsby gave {value!r} as a date.", field=field, vendor="Billsby") from None


def status(raw: Raw) -> str:
    return _one_spelling(raw.get("status") or "")


@lru_cache(100)  # the same few words, as often as there are records
def _one_spelling(word: str) -> str:
    """The product's own pages write "Paid Offline", its answers may not."""
    return STATUSES.get(re.sub(r"[^a-z]", "", word.lower()), word)


def named(value: object, names: tuple[str, ...]) -> str:
    """Lists give enumerations as numbers, details as names."""
    if isinstance(value, int) and 0 <= value < len(names):
        return names[value]
    return "" if value is None else str(value)


def full_name(raw: Raw, first: str, last: str) -> str:
    return " ".join(part for part in (raw.get(first), raw.get(last)) if part)
