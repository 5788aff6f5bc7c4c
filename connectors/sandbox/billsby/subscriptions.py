"""Subscriptions: reading them, their add-ons, allowances, tags and events."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.billsby.answering import existing, flag, page
from connectors.sandbox.billsby.catalogue import find_cycle, find_plan, named_pricing, price_of
from connectors.sandbox.billsby.customers import ADDRESS, customer_of
from connectors.sandbox.billsby.formats import VISIBILITY_NAMES, formatted, moment, moment_without_zone
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call

RUNNING = ("Active", "InTrial")
ALL_STATUSES = ("Active", "InTrial", "Suspended", "Paused", "Cancelled")


def list_subscriptions(books: Books, call: Call) -> Response:
    where: dict[str, Any] = {}
    is_active = flag(call, "isActive")
    in_trial = flag(call, "isInFreeTrial")
    if is_active is not None:
        where["status"] = [status for status in ALL_STATUSES if (status in RUNNING) == is_active]
    if in_trial is not None:
        where["isInFreeTrial"] = in_trial
    named = [(f"{kind}Name", text) for kind in ("product", "plan") if (text := call.parameter(f"{kind}Name"))]
    if named:
        where["planId"] = _plans_named(books, dict(named))
    return page(
        books,
        call,
        "subscription",
        lambda subscription: _listed(books, subscription),
        order_fields=("createdOn", "status", "planName", "productName"),
        is_limit_stated=False,
        where=where,
    )


def get_subscription(books: Books, call: Call) -> Response:
    return JSONResponse(subscription_details(books, subscription_of(books, call)))


def list_customer_subscriptions(books: Books, call: Call) -> Response:
    customer = customer_of(books, call)
    return JSONResponse(
        [
            {
                # The unique id goes by another name here.
                "subscriptionId": subscription["subscriptionUniqueId"],
                "productId": subscription["productId"],
                "productName": subscription["productName"],
                "planId": subscription["planId"],
                "planName": subscription["planName"],
                "status": subscription["status"],
                "currency": subscription["currency"],
                "revenue": formatted(revenue_of(books, subscription), subscription["currency"]),
                "nextBilling": subscription["nextBillingDate"],
                "createdOn": subscription["createdOn"],
                "units": subscription["units"],
            }
            for subscription in books.find("subscription", owner=customer["customerUniqueId"])
        ]
    )


def list_subscription_addons(books: Books, call: Call) -> Response:
    subscription = subscription_of(books, call)
    now = {held["id"]: held["quantity"] for held in subscription["addons"]}
    later = subscription.get("addonsNext")  # a sandbox kept from before has none
    then = now if later is None else {held["id"]: held["quantity"] for held in later}
    addons = [
        {
            "id": number,
            "name": (books.get("addon", str(number)) or {})["name"],
            "isForced": False,
            "status": "Active" if number in now else "Inactive",
            "quantity": now.get(number, 0),
            "quantityNext": then.get(number, 0),
            "nextUpdate": subscription["nextBillingDate"],
        }
        for number in now | then
    ]
    return JSONResponse({"addons": addons})


def list_subscription_allowances(books: Books, call: Call) -> Response:
    subscription = subscription_of(books, call)
    allowances = []
    for held in subscription["allowances"]:
        allowance = books.get("allowance", str(held)) or {}
        key = f"{subscription['subscriptionUniqueId']}/{allowance['counter']['counterId']}"
        allowances.append(
            {
                "id": held,
                "name": allowance["name"],
                "isForced": True,
                "status": "Active",
                "usage": (books.get("counter", key) or {})["usage"],
                "includedUnits": allowance["priceModels"][0]["includedUnits"],
            }
        )
    return JSONResponse({"allowances": allowances})


def list_subscription_tags(books: Books, call: Call) -> Response:
    return JSONResponse(_tags_of(books, subscription_of(books, call)))


def get_subscription_tags_split(books: Books, call: Call) -> Response:
    subscription = subscription_of(books, call)
    plan = find_plan(books, subscription["planId"]) or {}
    split = {"planFeatureTags": plan["featureTags"], "subscriptionFeatureTags": subscription["tags"]}
    return JSONResponse(split)


def list_customer_tags(books: Books, call: Call) -> Response:
    """Each tag once, of every subscription that is not cancelled."""
    held = books.find("subscription", owner=customer_of(books, call)["customerUniqueId"])
    tags = [tag for it in held if it["status"] != "Cancelled" for tag in _tags_of(books, it)]
    return JSONResponse(list(dict.fromkeys(tags)))


def get_shipping_address(books: Books, call: Call) -> Response:
    given = subscription_of(books, call).get("shippingAddress") or {}
    return JSONResponse({name: given.get(name, "") for name in ADDRESS})


def list_subscription_events(books: Books, call: Call) -> Response:
    subscription = subscription_of(books, call)
    return page(books, call, "event", dict, owner=subscription["subscriptionUniqueId"])


def subscription_of(books: Books, call: Call) -> dict[str, Any]:
    """The subscription that the path names, or 404."""
    return existing(books, "subscription", call.parts["subscription_id"], name="Subscription")


def _tags_of(books: Books, subscription: dict[str, Any]) -> list[str]:
    plan = find_plan(books, subscription["planId"]) or {}
    return [*plan["featureTags"], *subscription["tags"]]


def note_event(
    books: Books, subscription: dict[str, Any], event_type: str, data: dict[str, Any], *, at: datetime
) -> None:
    event_id = books.next_number("event", first=9001)
    event = {
        "subscriptionEventLogId": event_id,
        "type": event_type,
        "createdOn": moment(at),
        "eventData": data,
    }
    books.put("event", str(event_id), event, owner=subscription["subscriptionUniqueId"], at=at)


def revenue_of(books: Books, subscription: dict[str, Any]) -> int:
    """Paid less refunded over the subscription's invoices, in minor units of its currency."""
    paid = books.find(
        "invoice",
        owner=subscription["customerUniqueId"],
        where={
            "subscriptionUniqueId": subscription["subscriptionUniqueId"],
            "status": ["Paid", "PaidOffline"],
        },
    )
    return sum(invoice["amount"] - invoice["refunded"] for invoice in paid)


def subscription_details(books: Books, subscription: dict[str, Any]) -> dict[str, Any]:
    customer = books.get("customer", subscription["customerUniqueId"]) or {}
    product = books.get("product", str(subscription["productId"])) or {}
    plan = find_plan(books, subscription["planId"]) or {}
    cycle = find_cycle(plan, subscription["cycleId"]) or {}
    next_plan, next_cycle = plan, cycle
    if subscription["planIdNext"] is not None:
        next_plan = find_plan(books, subscription["planIdNext"]) or {}
        next_cycle = find_cycle(next_plan, subscription["cycleIdNext"]) or {}
    currency = subscription["currency"]
    is_billed = subscription["nextBillingDate"] is not None
    units = subscription["unitsNext"] or subscription["units"]
    amount = price_of(next_plan, next_cycle, units) if is_billed else 0
    total = revenue_of(books, subscription)
    return {
        "companyCurrency": books.find("company")[0]["currency"],
        "contractMinimumTermEnd": None,
        "createdOn": moment_without_zone(subscription["createdOn"]),
        "currency": currency,
        "customerEmail": customer["email"],
        "customerFullname": customer["fullName"],
        "customerId": customer["customerId"],
        "customerUniqueId": customer["customerUniqueId"],
        "cycleId": subscription["cycleId"],
        "cycleIdNext": subscription["cycleIdNext"],
        "isBillingAddressValidationRequired": product["isBillingAddressValidationRequired"],
        "isShippingAddressRequired": product["isShippingAddressRequired"],
        "isShippingAddressValidationRequired": product["isShippingAddressValidationRequired"],
        "nextBillingAmount": amount,
        "nextBillingAmountFormatted": formatted(amount, currency),
        "nextBillingDate": moment_without_zone(subscription["nextBillingDate"]),
        "nextCycleRecurringBillingAmount": formatted(amount, currency),
        "nextPlanPricingModel": None
        if subscription["planIdNext"] is None
        else named_pricing(next_cycle, currency),
        "planId": subscription["planId"],
        "planIdNext": subscription["planIdNext"],
        "planName": subscription["planName"],
        "planPricingModel": named_pricing(cycle, currency),
        "productId": subscription["productId"],
        "productName": subscription["productName"],
        "productVisibility": VISIBILITY_NAMES[product["visibility"]],
        "status": subscription["status"],
        "subscriptionId": subscription["subscriptionId"],
        "subscriptionUniqueId": subscription["subscriptionUniqueId"],
        "totalRevenue": total,
        "totalRevenueFormatted": formatted(total, currency),
        "units": subscription["units"],
        "unitsNext": subscription["unitsNext"],
        "visibility": VISIBILITY_NAMES[plan["visibility"]],
    }


def _plans_named(books: Books, texts: dict[str, str]) -> list[int]:
    """Ids of the plans whose own and whose product's names contain the given texts."""
    plans = books.find("plan")
    if "productName" in texts:
        products = books.find("product", like=(("displayName",), texts["productName"]))
        wanted = {product["productId"] for product in products}
        plans = [plan for plan in plans if plan["productId"] in wanted]
    if "planName" in texts:
        plans = [plan for plan in plans if texts["planName"].lower() in plan["displayName"].lower()]
    return [plan["planId"] for plan in plans]


def _listed(books: Books, subscription: dict[str, Any]) -> dict[str, Any]:
    customer = books.get("customer", subscription["customerUniqueId"]) or {}
    id_key = "subscriptionUniqueID" if books.setting("capital_subscription_id") else "subscriptionUniqueId"
    return {
        "subscriptionId": subscription["subscriptionId"],
        id_key: subscription["subscriptionUniqueId"],
        "customerId": customer["customerId"],
        "customerUniqueId": customer["customerUniqueId"],
        "customerEmail": customer["email"],
        "customerFullname": customer["fullName"],
        "planId": str(subscription["planId"]),
        "planName": subscription["planName"],
        "productId": str(subscription["productId"]),
        "productName": subscription["productName"],
        "createdOn": subscription["createdOn"],
        "status": subscription["status"],
        "isInFreeTrial": subscription["isInFreeTrial"],
    }
