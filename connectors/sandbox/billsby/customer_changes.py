"""What changes a customer: their data, their card, a mail to them, erasing and deleting them."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from connectors.sandbox.billsby.answering import Body, refused, success
from connectors.sandbox.billsby.choices import ERASED
from connectors.sandbox.billsby.customers import (
    ADDRESS,
    PHONE,
    asked_address,
    asked_card,
    asked_names,
    customer_details,
    customer_of,
    store_card,
)
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

OWNED = ("subscription", "invoice", "credit_note", "mail")


def update_customer(books: Books, call: Call) -> Outcome:
    """Other names, e-mail and billing address; telephone fields that are left out stay."""
    customer = customer_of(books, call)
    unique = customer["customerUniqueId"]
    body = Body(books, call, record=unique)
    names, part = asked_names(body), body.part("billingAddress", is_required=True)
    address = part and asked_address(part)
    phone = {name: body.text(name, default=customer[name]) for name in PHONE}
    body.check()
    customer |= {**names, **phone, "billingAddress": address}
    customer["fullName"] = f"{customer['firstName']} {customer['lastName']}"
    books.put("customer", unique, customer)
    _rename_papers(books, customer)
    details = customer_details(books, customer)
    kept = ("firstName", "lastName", "billingAddress", "email", "additionalEmail", *PHONE)
    # Only this answer names the customer by customerId and uniqueId, and tells no status.
    answer = {"customerId": unique, **{name: details[name] for name in kept}}
    answer |= {name: details[name] for name in ("isMarketingConsentGiven", "createdOn")}
    return Outcome(JSONResponse(answer | {"uniqueId": unique}), unique)


def delete_customer(books: Books, call: Call) -> Outcome:
    """Remove a customer with everything of theirs; refused while a subscription is not cancelled."""
    customer = customer_of(books, call)
    unique = customer["customerUniqueId"]
    held = books.find("subscription", owner=unique)
    if any(subscription["status"] != "Cancelled" for subscription in held):
        raise refused(books, "The customer has a subscription that is not cancelled.", record=unique)
    for invoice in books.find("invoice", owner=unique):
        books.remove_owned("payment_log", owner=invoice["invoiceNumber"])
    for subscription in held:
        for kind in ("event", "counter"):
            books.remove_owned(kind, owner=subscription["subscriptionUniqueId"])
    for kind in OWNED:
        books.remove_owned(kind, owner=unique)
    books.remove("customer", unique)
    return Outcome(success(books, "Success"), unique)


def request_payment_details(books: Books, call: Call) -> Outcome:
    """Mail the customer a link to renew their card: the one GET that is not a read."""
    customer = customer_of(books, call)
    unique = customer["customerUniqueId"]
    number = str(books.next_number("mail"))
    mail = {"mailId": number, "to": customer["email"], "about": "payment details"}
    books.put("mail", number, mail, owner=unique)
    return Outcome(success(books, "Success"), unique)


def replace_card(books: Books, call: Call) -> Outcome:
    customer = customer_of(books, call)
    unique = customer["customerUniqueId"]
    body = Body(books, call, record=unique)
    card = asked_card(body, token_name="paymentCardtoken")
    body.check()
    store_card(customer, card)
    books.put("customer", unique, customer)
    return Outcome(success(books, "Success"), unique)


def erase_data(books: Books, call: Call) -> Outcome:
    """Put the marker in the place of everything personal, and remove the card; the papers stay."""
    customer = customer_of(books, call)
    unique = customer["customerUniqueId"]
    personal = ("firstName", "lastName", "fullName", "email", "additionalEmail", *PHONE)
    customer |= dict.fromkeys(personal, ERASED)
    customer |= {"billingAddress": dict.fromkeys(ADDRESS, ERASED), "isMarketingConsentGiven": False}
    customer |= {"card": None, "cardStatus": "Missing", "cardOutcome": "declines"}
    books.put("customer", unique, customer)
    _rename_papers(books, customer)
    for subscription in books.find("subscription", owner=unique):
        if subscription.get("shippingAddress"):
            subscription["shippingAddress"] = dict.fromkeys(ADDRESS, ERASED)
            books.put("subscription", subscription["subscriptionUniqueId"], subscription)
    books.remove_owned("mail", owner=unique)
    answer = customer_details(books, customer) | {"customerTaxRegNumber": "", "uniqueId": unique}
    return Outcome(JSONResponse(answer), unique)


def _rename_papers(books: Books, customer: dict[str, Any]) -> None:
    """Invoices and credit notes are searched by the name that they carry."""
    for kind, key in (("invoice", "invoiceNumber"), ("credit_note", "creditNoteUniqueId")):
        for paper in books.find(kind, owner=customer["customerUniqueId"]):
            if paper["customerFullName"] != customer["fullName"]:
                books.put(kind, paper[key], paper | {"customerFullName": customer["fullName"]})
