"""What changes a subscription: starting one, another plan, the next period, cancelling."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connectors.sandbox.billsby import billing
from connectors.sandbox.billsby.answering import Body, refused, success
from connectors.sandbox.billsby.catalogue import find_cycle, find_plan, price_of
from connectors.sandbox.billsby.choices import OPEN_STATUSES, PLAN_CHANGE_INVOICE_TYPE
from connectors.sandbox.billsby.extras import asked_addons, asked_allowances, take_extras
from connectors.sandbox.billsby.formats import later_by, moment, parsed
from connectors.sandbox.billsby.identifiers import unique_id
from connectors.sandbox.billsby.subscriptions import RUNNING, note_event, subscription_of
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

NOW, ON_RENEWAL = 1, 2
NOTHING_SCHEDULED = {
    "planIdNext": None,
    "cycleIdNext": None,
    "unitsNext": None,
    "addonsNext": None,
    "allowancesNext": None,
}


def start_subscription(
    books: Books,
    customer: dict[str, Any],
    plan: dict[str, Any],
    cycle: dict[str, Any],
    *,
    units: int,
    created_at: datetime,
) -> dict[str, Any]:
    """A subscription without an invoice yet; its first period starts when it was created."""
    product = books.get("product", str(plan["productId"])) or {}
    subscription = {
        "subscriptionUniqueId": unique_id(books),
        "subscriptionId": books.next_number("subscription", first=501),
        "customerUniqueId": customer["customerUniqueId"],
        "productId": product["productId"],
        "productName": product["displayName"],
        "planId": plan["planId"],
        "planName": plan["displayName"],
        "cycleId": cycle["cycleId"],
        "currency": product["billingCurrency"],
        "status": "Active",
        "isInFreeTrial": False,
        "units": units,
        "createdOn": moment(created_at),
        "periodStart": moment(created_at),
        "nextBillingDate": moment(_period_end(created_at, cycle)),
        **NOTHING_SCHEDULED,
        "addons": [],
        "allowances": [],
        "tags": [],
    }
    save(books, subscription, at=created_at)
    note_event(books, subscription, "SubscriptionCreated", {"planId": plan["planId"]}, at=created_at)
    return subscription


def save(books: Books, subscription: dict[str, Any], *, at: datetime | None = None) -> None:
    owner = subscription["customerUniqueId"]
    books.put("subscription", subscription["subscriptionUniqueId"], subscription, owner=owner, at=at)


def change_plan(books: Books, call: Call) -> Outcome:
    """Another plan or cycle, at once with an invoice for a whole new cycle, or from the next renewal."""
    subscription = subscription_of(books, call)
    unique = subscription["subscriptionUniqueId"]
    body = Body(books, call, record=unique)
    plan_id, cycle_id = body.whole("planId"), body.whole("cycleId")
    customer_unique_id = body.text("customerUniqueId")
    change_type = body.whole("planChangeType", default=NOW)
    units = body.whole("units", default=subscription["units"])
    with_credit = body.truth("issueRefund", default=False)
    addons, allowances = asked_addons(books, body), asked_allowances(books, body)
    body.check()
    plan = find_plan(books, plan_id)
    cycle = plan and find_cycle(plan, cycle_id)
    if plan is None or plan["productId"] != subscription["productId"]:
        body.problem("planId", "is not a plan of this subscription's product")
    elif cycle is None:
        body.problem("cycleId", "is not a cycle of this plan")
    if customer_unique_id != subscription["customerUniqueId"]:
        body.problem("customerUniqueId", "is not this subscription's customer")
    if change_type not in (NOW, ON_RENEWAL):
        body.problem("planChangeType", "must be 1 or 2")
    if units < 1:
        body.problem("units", "must be at least 1")
    if subscription["status"] == "Cancelled":
        body.problem("subscriptionUniqueId", "is cancelled")
    body.check()
    assert plan is not None
    assert cycle is not None
    if change_type == ON_RENEWAL:
        subscription |= {"planIdNext": plan_id, "cycleIdNext": cycle_id, "unitsNext": units}
        subscription |= {"addonsNext": addons, "allowancesNext": allowances}
        save(books, subscription)
        return Outcome(success(books), unique)
    customer = books.get("customer", customer_unique_id) or {}
    if customer["cardStatus"] != "Valid":
        raise refused(books, "The customer has no stored card.", record=unique)
    credit = _unused_credit(books, subscription, price_of(plan, cycle, units)) if with_credit else 0
    take_extras(books, subscription, addons, allowances)
    _move(books, subscription, plan, cycle, units)
    bill_period(books, customer, subscription, plan, cycle, start=books.now, credit=credit)
    return Outcome(success(books), unique)


def cancel_subscription(books: Books, call: Call) -> Outcome:
    """End a subscription at once and for good; its customer becomes Inactive when nothing else runs."""
    subscription = subscription_of(books, call)
    unique, owner = subscription["subscriptionUniqueId"], subscription["customerUniqueId"]
    if call.parameter("customerUniqueId") != owner:
        message = "customerUniqueId is not this subscription's customer."
        raise refused(books, message, field="customerUniqueId", record=unique)
    if subscription["status"] == "Cancelled":
        raise refused(books, "The subscription is cancelled already.", record=unique)
    if books.count("invoice", owner=owner, where={"status": OPEN_STATUSES}):
        raise refused(books, "The customer has invoices that are not settled.", record=unique)
    data = {"old": subscription["status"], "new": "Cancelled"}
    subscription |= {"status": "Cancelled", "nextBillingDate": None, **NOTHING_SCHEDULED}
    save(books, subscription)
    note_event(books, subscription, "StatusChanged", data, at=books.now)
    others = books.find("subscription", owner=owner)
    if all(other["status"] == "Cancelled" for other in others):
        customer = books.get("customer", owner) or {}
        books.put("customer", owner, customer | {"status": "Inactive"})
    return Outcome(success(books), unique)


def renew(books: Books, payload: dict[str, Any]) -> None:
    """Start the next period of a running subscription, with what was scheduled for it."""
    subscription = books.get("subscription", payload["subscriptionUniqueId"])
    if subscription is None or subscription["nextBillingDate"] != payload["nextBillingDate"]:
        return
    if subscription["status"] not in (*RUNNING, "Paused"):
        return
    set_status(books, subscription, "Active")
    plan_id = subscription["planIdNext"] or subscription["planId"]
    plan = find_plan(books, plan_id) or {}
    cycle = find_cycle(plan, subscription["cycleIdNext"] or subscription["cycleId"]) or {}
    units = subscription["unitsNext"] or subscription["units"]
    customer = books.get("customer", subscription["customerUniqueId"]) or {}
    take_extras(books, subscription, subscription.get("addonsNext"), subscription.get("allowancesNext"))
    _move(books, subscription, plan, cycle, units)
    start = parsed(payload["nextBillingDate"])
    bill_period(books, customer, subscription, plan, cycle, start=start, credit=0)


def set_status(books: Books, subscription: dict[str, Any], status: str) -> None:
    """Put a subscription into another status, unsaved; coming out of a pause or going into one is told."""
    if "Paused" in (subscription["status"], status) and subscription["status"] != status:
        data = {"old": subscription["status"], "new": status}
        note_event(books, subscription, "StatusChanged", data, at=books.now)
    subscription |= {"status": status, "isInFreeTrial": status == "InTrial"}


def renew_later(books: Books, subscription: dict[str, Any]) -> None:
    due = subscription["nextBillingDate"]
    payload = {"subscriptionUniqueId": subscription["subscriptionUniqueId"], "nextBillingDate": due}
    books.later("renew", parsed(due), payload)


def _move(
    books: Books, subscription: dict[str, Any], plan: dict[str, Any], cycle: dict[str, Any], units: int
) -> None:
    """Put a subscription on a plan, and note the change if it is one."""
    names = ("planId", "cycleId", "units")
    before = {name: subscription[name] for name in names}
    subscription |= {
        "planId": plan["planId"],
        "planName": plan["displayName"],
        "cycleId": cycle["cycleId"],
        "units": units,
        **NOTHING_SCHEDULED,
    }
    after = {name: subscription[name] for name in names}
    if before != after:
        note_event(books, subscription, "PlanChanged", {"old": before, "new": after}, at=books.now)


def bill_period(
    books: Books,
    customer: dict[str, Any],
    subscription: dict[str, Any],
    plan: dict[str, Any],
    cycle: dict[str, Any],
    *,
    start: datetime,
    credit: int,
) -> None:
    """Start a period: its dates, its invoice, and the renewal after it."""
    end = _period_end(start, cycle)
    subscription |= {"periodStart": moment(start), "nextBillingDate": moment(end)}
    save(books, subscription)
    units = subscription["units"]
    price = price_of(plan, cycle, units)
    lines = [billing.line(plan["displayName"], price, units=units, unit_price=cycle["price"])]
    if credit:
        lines.append(billing.line("Credit for unused time", -credit))
    invoice = billing.make_invoice(
        books,
        customer,
        currency=subscription["currency"],
        lines=lines,
        invoice_type=PLAN_CHANGE_INVOICE_TYPE,
        at=start,
        subscription=subscription,
        period=(start, end),
        proration=-credit if credit else None,
    )
    billing.settle_later(books, "invoice", invoice["invoiceNumber"])
    renew_later(books, subscription)


def _unused_credit(books: Books, subscription: dict[str, Any], limit: int) -> int:
    """What the rest of the running period is worth, at most the given limit."""
    plan = find_plan(books, subscription["planId"]) or {}
    cycle = find_cycle(plan, subscription["cycleId"]) or {}
    start, end = parsed(subscription["periodStart"]), parsed(subscription["nextBillingDate"])
    left = max(0, int((end - books.now).total_seconds()))
    price = price_of(plan, cycle, subscription["units"])
    return min(limit, price * left // int((end - start).total_seconds()))


def _period_end(start: datetime, cycle: dict[str, Any]) -> datetime:
    return later_by(start, frequency=cycle["frequency"], frequency_type=cycle["frequencyType"])
