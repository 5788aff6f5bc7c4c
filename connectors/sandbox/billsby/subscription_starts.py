"""How a subscription begins: added to a customer, or together with a new one. Both charge at once."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

from connectors.sandbox.billsby.answering import Body
from connectors.sandbox.billsby.catalogue import find_cycle
from connectors.sandbox.billsby.choices import REFUSED_FIRST_PAYMENTS, TIERED
from connectors.sandbox.billsby.custom_fields import asked_answers, keep_answers
from connectors.sandbox.billsby.customers import (
    asked_address,
    asked_card,
    asked_names,
    asked_phone,
    card_outcome,
    customer_of,
    new_customer,
)
from connectors.sandbox.billsby.extras import asked_addons, asked_allowances, take_extras
from connectors.sandbox.billsby.subscription_changes import bill_period, start_subscription
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome


def add_subscription(books: Books, call: Call) -> Outcome:
    """A subscription for a customer who is there, charged to the stored card."""
    customer = customer_of(books, call)
    unique = customer["customerUniqueId"]
    body = Body(books, call, record=unique)
    asked = _asked(books, body)
    body.check()
    product = books.get("product", str(asked["plan"]["productId"])) or {}
    held = books.find("subscription", owner=unique)
    if customer["status"] != "Active":
        body.problem("customerUniqueId", "is inactive")
    if product["typeOfProduct"] == TIERED and any(it["status"] != "Cancelled" for it in held):
        body.problem("customerUniqueId", "has a subscription already")
    if customer["cardStatus"] != "Valid":
        body.problem("customerUniqueId", "has no stored card")
    elif customer["cardOutcome"] in REFUSED_FIRST_PAYMENTS:
        body.problem("customerUniqueId", "has a card that was declined")
    body.check()
    return _begin(books, customer, asked)


def create_subscription(books: Books, call: Call) -> Outcome:
    """A new customer with a card and a subscription; when the card is declined, neither is kept."""
    body = Body(books, call)
    names, asked = asked_names(body), _asked(books, body, needs_units=True)
    parts = [body.part(name, is_required=True) for name in ("address", "cardDetails")]
    address, card = parts[0] and asked_address(parts[0]), parts[1] and asked_card(parts[1])
    body.check()
    assert address is not None
    assert card is not None
    if card_outcome(card) in REFUSED_FIRST_PAYMENTS:
        body.problem("cardDetails", "names a card that was declined")
    body.check()
    customer = new_customer(
        books,
        first_name=names["firstName"],
        last_name=names["lastName"],
        email=names["email"],
        address=address,
        created_at=books.now,
        card=card,
    )
    return _begin(books, customer, asked)


def _asked(books: Books, body: Body, *, needs_units: bool = False) -> dict[str, Any]:
    """What both calls are told of the subscription; what is wrong is noted on the body.

    Keys: plan, cycle, units, addons, allowances, answers (to custom fields), shipping (None without),
    changes (of the customer).
    """
    cycle_id = body.whole("cycleId")
    plan = next((it for it in books.find("plan") if find_cycle(it, cycle_id)), None)
    if plan is None:
        body.problem("cycleId", "is not a cycle of any plan")
    for coupon in body.listed("couponCodes") or ():
        if not isinstance(coupon, dict) or plan is None or coupon.get("planId") != plan["planId"]:
            body.problem("couponCodes", "names another plan than the one that is started")
    units = body.whole("units") if needs_units else body.whole("units", default=1)
    if isinstance(units, int) and units < 1:
        body.problem("units", "must be at least 1")
    shipping = body.part("shippingAddress")
    changes: dict[str, Any] = {name: value for name, value in asked_phone(body).items() if value}
    if email := body.text("additionalEmail", default=None):
        changes["additionalEmail"] = email
    if body.truth("marketingConsent", default=False):
        changes["isMarketingConsentGiven"] = True
    return {
        "plan": plan,
        "cycle": plan and find_cycle(plan, cycle_id),
        "units": units,
        "addons": asked_addons(books, body),
        "allowances": asked_allowances(books, body),
        "answers": asked_answers(books, body),
        "shipping": shipping and asked_address(shipping),
        "changes": changes,
    }


def _begin(books: Books, customer: dict[str, Any], asked: dict[str, Any]) -> Outcome:
    """Start the subscription and bill its first period now."""
    customer |= asked["changes"]
    books.put("customer", customer["customerUniqueId"], customer)
    plan, cycle = asked["plan"], asked["cycle"]
    subscription = start_subscription(
        books, customer, plan, cycle, units=asked["units"], created_at=books.now
    )
    take_extras(books, subscription, asked["addons"], asked["allowances"])
    if asked["shipping"]:
        subscription["shippingAddress"] = asked["shipping"]
    bill_period(books, customer, subscription, plan, cycle, start=books.now, credit=0)
    unique = subscription["subscriptionUniqueId"]
    owner, product_id = customer["customerUniqueId"], subscription["productId"]
    keep_answers(books, customer=owner, product_id=product_id, answers=asked["answers"])
    answer = {"customerUniqueId": customer["customerUniqueId"], "subscriptionUniqueId": unique}
    return Outcome(JSONResponse(answer), unique)
