"""Customers: list, details, create."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.billsby.answering import Body, existing, page
from connectors.sandbox.billsby.choices import CARD_OUTCOMES
from connectors.sandbox.billsby.formats import converted, moment, parsed
from connectors.sandbox.billsby.identifiers import unique_id
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

ADDRESS = ("addressLine1", "addressLine2", "city", "country", "state", "postCode")
PHONE = ("phoneNumberDialCountry", "phoneNumberDialCode", "phoneNumber")
SEARCHED = ("fullName", "email")


def list_customers(books: Books, call: Call) -> Response:
    search = call.parameter("search")
    return page(books, call, "customer", _listed, like=(SEARCHED, search) if search else None)


def get_customer(books: Books, call: Call) -> Response:
    customer = customer_of(books, call)
    return JSONResponse(customer_details(books, customer))


def customer_details(books: Books, customer: dict[str, Any]) -> dict[str, Any]:
    company = books.find("company")[0]
    paid = total_paid(books, customer, company["currency"])
    months = max(1, round((books.now - parsed(customer["createdOn"])).days / 30.4))
    return {
        "companyCurrency": company["currency"],
        "totalAmountPaid": str(paid),
        "averageAmountPerMonth": str(round(paid / months)),
        **{
            key: customer[key]
            for key in (
                "cardStatus",
                "customerUniqueId",
                "firstName",
                "lastName",
                "billingAddress",
                "email",
                "additionalEmail",
                "phoneNumberDialCountry",
                "phoneNumberDialCode",
                "phoneNumber",
                "isMarketingConsentGiven",
                "createdOn",
                "status",
            )
        },
    }


def create_customer(books: Books, call: Call) -> Outcome:
    """A customer without a subscription. A second one with the same e-mail is no problem."""
    body = Body(books, call)
    names, address, card = asked_names(body), asked_address(body), body.part("cardDetails")
    details = card and asked_card(card)
    body.check()
    customer = new_customer(
        books,
        first_name=names["firstName"],
        last_name=names["lastName"],
        email=names["email"],
        address=address,
        created_at=books.now,
        card=details,
    )
    return Outcome(
        JSONResponse({"customerUniqueId": customer["customerUniqueId"]}), customer["customerUniqueId"]
    )


def asked_names(body: Body) -> dict[str, str]:
    """First name, last name and e-mail; what is wrong with them is noted on the body."""
    names = {name: body.text(name) for name in ("firstName", "lastName", "email")}
    if isinstance(names["email"], str) and "@" not in names["email"]:
        body.problem("email", "must be an e-mail address")
    return names


def asked_address(body: Body) -> dict[str, str]:
    """The lines of a whole address, of which the second alone may be left out."""
    address = {
        name: body.text(name, default="") if name == "addressLine2" else body.text(name) for name in ADDRESS
    }
    check_country(body, address)
    return address


def check_country(body: Body, address: dict[str, Any]) -> None:
    country, state = str(address["country"]), str(address["state"])
    if not re.fullmatch("[A-Z]{3}", country):
        body.problem("country", "must be an ISO 3166 alpha-3 code")
    if country == "USA" and not re.fullmatch("[A-Z]{2}", state):
        body.problem("state", "must be the two-letter code")


def asked_phone(body: Body) -> dict[str, str | None]:
    """Telephone number and both dial fields, each None where it is left out; a number needs both."""
    phone = {name: body.digits(name, default=None) for name in PHONE}
    if phone["phoneNumber"] and not (phone["phoneNumberDialCountry"] and phone["phoneNumberDialCode"]):
        body.problem("phoneNumber", "needs both dial fields")
    return phone


def asked_card(card: Body, *, token_name: str = "paymentCardToken") -> dict[str, Any]:
    """A card as it is stored; token_name: one call spells its key otherwise. Raises nothing, notes all."""
    texts = {name: card.text(name, default="") for name in ("fullName", "cardType", "last4Digits")}
    numbers = {name: card.whole(name, default=0) for name in ("expiryMonth", "expiryYear")}
    return {**texts, **numbers, "paymentCardToken": card.text(token_name)}


def store_card(customer: dict[str, Any], card: dict[str, Any]) -> None:
    customer |= {"card": card, "cardStatus": "Valid", "cardOutcome": card_outcome(card)}


def new_customer(
    books: Books,
    *,
    first_name: str,
    last_name: str,
    email: str,
    address: dict[str, str],
    created_at: datetime,
    card: dict[str, Any] | None,
    unique: str | None = None,
) -> dict[str, Any]:
    customer = {
        "customerUniqueId": unique or unique_id(books),
        "customerId": books.next_number("customer", first=71),
        "firstName": first_name,
        "lastName": last_name,
        "fullName": f"{first_name} {last_name}",
        "email": email,
        "additionalEmail": None,
        "phoneNumberDialCountry": None,
        "phoneNumberDialCode": None,
        "phoneNumber": None,
        "billingAddress": address,
        "isMarketingConsentGiven": False,
        "createdOn": moment(created_at),
        "status": "Active",
        "cardStatus": "Valid" if card else "Missing",
        "cardOutcome": card_outcome(card) if card else "declines",
        "card": card,
    }
    books.put("customer", customer["customerUniqueId"], customer, at=created_at)
    return customer


def card_outcome(card: dict[str, Any]) -> str:
    """How payments with this card go: pays, declines, fails or pends."""
    token = str(card.get("paymentCardToken", ""))
    return next((outcome for end, outcome in CARD_OUTCOMES.items() if token.endswith(end)), "pays")


def customer_of(books: Books, call: Call) -> dict[str, Any]:
    """The customer that the path names, or 404."""
    return existing(books, "customer", call.parts["customer_id"], name="Customer")


def total_paid(books: Books, customer: dict[str, Any], currency: str) -> int:
    """Paid less refunded over all of a customer's invoices, in one currency's minor units."""
    paid = books.find(
        "invoice", owner=customer["customerUniqueId"], where={"status": ["Paid", "PaidOffline"]}
    )
    return sum(
        converted(invoice["amount"] - invoice["refunded"], invoice["currency"], currency) for invoice in paid
    )


def _listed(customer: dict[str, Any]) -> dict[str, Any]:
    return {
        **{
            key: customer[key]
            for key in (
                "customerUniqueId",
                "firstName",
                "lastName",
                "email",
                "createdOn",
                "status",
                "phoneNumber",
                "phoneNumberDialCode",
            )
        },
        # Only this list spells the key so; everywhere else it is phoneNumberDialCountry.
        "phoneNumberDialCodeCountry": customer["phoneNumberDialCountry"],
        "billingAddress": customer["billingAddress"],
    }
