"""The list page that shows what a question found, as far as its filters can say it."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone

from console.mirror.conditions import Condition
from console.mirror.days import days_meant
from console.mirror.listings import LISTINGS, WITH_DUE_DATE, WITH_OPEN, WITHOUT_STATUS, Listing, url
from console.mirror.models import Invoice, Record


def same_view(model: type[Record], text: str, where: Iterable[Condition]) -> tuple[str, str]:
    """Its address, "" where records of this kind have no list, and in words what the page cannot say."""
    listing = LISTINGS.get(model)
    if listing is None:
        return "", "These records have no list of their own in the console."
    filters, unsaid = {"q": text.strip()}, []
    for one in where:
        said = filter_for(listing, one)
        if said is None or any(filters.get(name) for name in said):
            unsaid.append(one.field)
        else:
            filters |= said
    note = f"The page shows more: it has no filter for {', '.join(dict.fromkeys(unsaid))}." if unsaid else ""
    return url(listing, filters), note


def filter_for(listing: Listing, condition: Condition) -> dict[str, str] | None:
    """As `lists.FilterForm` reads it; None where the page has no such filter."""
    model, value = listing.model, condition.value
    match condition.field, condition.op:
        case "customer" | "customer_vendor_id" | "vendor_vendor_id" | "vendor_id", "=":
            return {"q": str(value)}
        case "status", "=" if model not in WITHOUT_STATUS and value:
            return {"status": str(value)}
        case "connector", "=":
            return {"connector": str(value).lower()}
        case "currency", "=" if listing.has_currency and value:
            return {"currency": str(value)}
        case "open_minor", ">" if model in WITH_OPEN and value == 0:
            return {"open": "1"}
        case "age_days", ">=" if model is Invoice:
            return {"min_age": str(value)}
        case "age_days", ">" if model is Invoice and isinstance(value, int):
            return {"min_age": str(value + 1)}
        case "due_on", op if model in WITH_DUE_DATE:
            return due_filter(op, value)
    return None


def due_filter(op: str, value: Any) -> dict[str, str] | None:
    if value == "":
        return {"undated": "1"} if op == "=" else None
    first, last = days_meant(str(value), timezone.localdate())
    match op:
        case "=" | "in":
            return {"due_from": first.isoformat(), "due_to": last.isoformat()}
        case ">=":
            return {"due_from": first.isoformat()}
        case "<=":
            return {"due_to": last.isoformat()}
    return None
