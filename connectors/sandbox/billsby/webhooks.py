"""The nine events that Billsby sends: flat, in PascalCase, without a time or a signature."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import uuid4

from connectors.sandbox.billsby.choices import WEBHOOK_RETRIES_AFTER_S
from connectors.sandbox.billsby.formats import moment_without_zone
from connectors.sandbox.books import Books
from connectors.sandbox.webhooks import Changes, Sender, to_target

NAMES = {
    "customer": "Customer",
    "subscription": "Subscription",
    "invoice": "Invoice",
    "credit_note": "CreditNote",
}
# Of the others Billsby does not tell that they are gone.
TOLD_WHEN_GONE = ("customer",)


def events(books: Books, changes: Changes) -> Iterator[dict[str, Any]]:
    """One event for each record that a transaction made, changed or, for customers, removed."""
    for (kind, key), before in changes.items():
        after = books.get(kind, key)
        if kind not in NAMES or after == before:
            continue
        deed = "Deleted" if after is None else "Updated" if before else "Created"
        if deed == "Deleted" and kind not in TOLD_WHEN_GONE:
            continue
        told = SHAPES[kind](books, after or before or {}, deed)
        yield {**told, "Type": f"{NAMES[kind]}{deed}", "Id": str(uuid4())}


def retries_after_s(setting: Callable[[str], Any]) -> Sequence[float]:
    return WEBHOOK_RETRIES_AFTER_S if setting("webhook_retries") else ()


def _customer(books: Books, customer: dict[str, Any], deed: str) -> dict[str, Any]:
    unique = customer["customerUniqueId"]
    subscriptions = books.find("subscription", owner=unique)
    return {
        "CustomerUniqueId": unique,
        "Email": customer["email"],
        "LastName": customer["lastName"],
        "FirstName": customer["firstName"],
        "SubscriptionIds": [subscription["subscriptionUniqueId"] for subscription in subscriptions],
    }


def _subscription(books: Books, subscription: dict[str, Any], deed: str) -> dict[str, Any]:
    told = {
        "SubscriptionUniqueId": subscription["subscriptionUniqueId"],
        "CustomerUniqueId": subscription["customerUniqueId"],
        "SubscriptionStatus": subscription["status"],
        "BillsbyProductId": subscription["productId"],
        "BillsbyPlanId": subscription["planId"],
        "BillsbyCycleId": subscription["cycleId"],
        "Units": subscription["units"],
    }
    if deed == "Updated":
        told["NextBillingDate"] = moment_without_zone(subscription["nextBillingDate"])
    return told


def _invoice(books: Books, invoice: dict[str, Any], deed: str) -> dict[str, Any]:
    return {
        "InvoiceNumber": invoice["invoiceNumber"],
        "InvoiceAmount": invoice["amount"],
        "CurrencyCode": invoice["currency"],
        "InvoiceStatus": invoice["status"],
        "Url": _address(invoice["invoiceNumber"]),
    }


def _credit_note(books: Books, note: dict[str, Any], deed: str) -> dict[str, Any]:
    customer = books.get("customer", note["customerUniqueId"]) or {}
    told = {
        "InvoiceNumber": note["creditNoteUniqueId"],
        "CustomerId": customer.get("customerId"),
        "CurrencyCode": note["currency"],
        "Amount": note["amount"],
        "Status": note["status"],
        "Url": _address(note["creditNoteUniqueId"]),
    }
    # Only the first of a credit note's events names its customer.
    return told | ({"CustomerUniqueId": note["customerUniqueId"]} if deed == "Created" else {})


def _address(number: str) -> str:
    return f"https://app.billsby.com/invoice/{number}"


SHAPES: dict[str, Callable[[Books, dict[str, Any], str], dict[str, Any]]] = {
    "customer": _customer,
    "subscription": _subscription,
    "invoice": _invoice,
    "credit_note": _credit_note,
}
WEBHOOKS = Sender(events, retries_after_s, to_target("secret"))
