"""Products, plans with their cycles, add-ons and allowances: reading them."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.billsby.answering import existing, page
from connectors.sandbox.billsby.formats import (
    BILLING_DATE_NAMES,
    FREQUENCY_NAMES,
    PRO_RATE_NAMES,
    VISIBILITY_NAMES,
    formatted,
)
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call

FLAT_FEE, PER_UNIT, RESERVED, TIERED, VOLUME, RANGED = range(1, 7)
# What a cycle is where it was not told otherwise.
PLAIN_CYCLE = {
    "freeTrial": 0,
    "freeTrialFrequencyType": 0,
    "contractTerm": 0,
    "contractTermFrequencyType": 0,
    "setupFeePrice": 0,
    "freeQuantity": 0,
    "billingDateType": 1,
    "fixedBillingDateDay": 0,
    "fixedBillingDateMonth": 0,
    "proRateOption": 1,
    "tiers": [],
}


def find_plan(books: Books, plan_id: int) -> dict[str, Any] | None:
    return books.get("plan", str(plan_id))


def find_cycle(plan: dict[str, Any], cycle_id: int) -> dict[str, Any] | None:
    return next((cycle for cycle in plan["cycles"] if cycle["cycleId"] == cycle_id), None)


def price_of(plan: dict[str, Any], cycle: dict[str, Any], units: int) -> int:
    """What one billing period costs, in minor units."""
    model = plan["pricingModelType"]
    if model == FLAT_FEE:
        return cycle["price"]
    cycle = PLAIN_CYCLE | cycle
    units = max(0, units - cycle["freeQuantity"])
    if model in (PER_UNIT, RESERVED):
        return cycle["price"] * units
    if model == TIERED:
        return sum(tier["price"] * _units_in(tier, units) for tier in cycle["tiers"])
    reached = [tier for tier in cycle["tiers"] if tier["start"] <= max(units, 1)]
    price = max(reached, key=lambda tier: tier["start"])["price"] if reached else 0
    return price * units if model == VOLUME else price


def _units_in(tier: dict[str, Any], units: int) -> int:
    """How many of the units fall into a tier; tiers count units from 1."""
    last = units if tier["finish"] is None else min(units, tier["finish"])
    return max(0, last - max(tier["start"], 1) + 1)


def plans_of(books: Books, product_id: int) -> list[dict[str, Any]]:
    """In the order that was given them; later ones come after, as they were made."""
    order = (books.get("plan_order", str(product_id)) or {"orderedPlanIds": []})["orderedPlanIds"]
    plans = books.find("plan", owner=str(product_id), newest_first=False)
    return sorted(
        plans, key=lambda plan: order.index(plan["planId"]) if plan["planId"] in order else len(order)
    )


def list_products(books: Books, call: Call) -> Response:
    visibility = call.parameter("visibilityType")
    search = call.parameter("search")
    return page(
        books,
        call,
        "product",
        lambda product: product_answer(books, product, in_list=True),
        is_limit_stated=False,
        where={"visibility": int(visibility)} if visibility and visibility.isdecimal() else None,
        like=(("name", "displayName"), search) if search else None,
    )


def get_product(books: Books, call: Call) -> Response:
    product = existing(books, "product", call.parts["product_id"], name="Product")
    return JSONResponse(product_answer(books, product, in_list=False))


def list_plans(books: Books, call: Call) -> Response:
    product = existing(books, "product", call.parts["product_id"], name="Product")
    plans = plans_of(books, product["productId"])
    return JSONResponse([plan_answer(books, plan, product["billingCurrency"]) for plan in plans])


def list_addons(books: Books, call: Call) -> Response:
    return JSONResponse([_listed(addon, "addonId") for addon in books.find("addon", newest_first=False)])


def get_addon(books: Books, call: Call) -> Response:
    return JSONResponse(existing(books, "addon", call.parts["addon_id"], name="Add-on"))


def list_allowances(books: Books, call: Call) -> Response:
    found = books.find("allowance", newest_first=False)
    return JSONResponse([_listed(allowance, "allowanceId") for allowance in found])


def get_allowance(books: Books, call: Call) -> Response:
    return JSONResponse(existing(books, "allowance", call.parts["allowance_id"], name="Allowance"))


def _listed(record: dict[str, Any], id_key: str) -> dict[str, Any]:
    return {key: record[key] for key in (id_key, "name", "description", "hasActiveLinkedPlans")}


def product_answer(books: Books, product: dict[str, Any], *, in_list: bool) -> dict[str, Any]:
    plans = books.count("plan", owner=str(product["productId"]))
    answer = {**product, "hasPlans": plans > 0, "numberOfPlans": plans}
    fields = answer.pop("orderedCustomFields", [])
    everywhere = {"isAnyCountryAllowed": True, "countrySettings": []}
    limits = answer.pop("productCountryLimitation", everywhere)
    if in_list:
        listed = [books.get("custom_field", str(number)) for number in fields]
        return answer | {"customFields": listed, "orderedCustomFields": fields}
    return {"productCountryLimitation": limits, **answer}


def plan_answer(books: Books, plan: dict[str, Any], currency: str) -> dict[str, Any]:
    active = books.count("subscription", where={"planId": plan["planId"], "status": ["Active", "InTrial"]})
    return {
        "planId": plan["planId"],
        "name": plan["name"],
        "displayName": plan["displayName"],
        "description": plan["description"],
        "pricingModelType": plan["pricingModelType"],
        "productId": plan["productId"],
        "cycles": [cycle_answer(books, plan, cycle, currency) for cycle in plan["cycles"]],
        "featureTags": plan["featureTags"],
        "visibility": VISIBILITY_NAMES[plan["visibility"]],
        "redirectUrl": plan["redirectUrl"],
        "hasActiveSubscription": active > 0,
        "alertEmail": plan["alertEmail"],
    }


def cycle_answer(books: Books, plan: dict[str, Any], cycle: dict[str, Any], currency: str) -> dict[str, Any]:
    cycle = PLAIN_CYCLE | cycle
    fee, price = cycle["setupFeePrice"], cycle["price"]
    pricing = {
        "pricingModelId": cycle["pricingModelId"],
        "frequency": cycle["frequency"],
        "frequencyType": cycle["frequencyType"],
        "freeTrial": cycle["freeTrial"],
        "freeTrialFrequencyType": cycle["freeTrialFrequencyType"],
        "contractTerm": cycle["contractTerm"],
        "contractTermFrequencyType": cycle["contractTermFrequencyType"],
        "setupFeePrice": fee,
        "setupFeePriceFormatted": formatted(fee, currency),
        "freeQuantity": cycle["freeQuantity"],
        "billingDateType": cycle["billingDateType"],
        "fixedBillingDateDay": cycle["fixedBillingDateDay"],
        "proRateOption": cycle["proRateOption"],
    }
    if books.setting("prices_in_plans"):
        pricing |= {"price": price, "priceFormatted": formatted(price, currency), "tiers": cycle["tiers"]}
    return {
        "cycleId": cycle["cycleId"],
        "planId": plan["planId"],
        "pricingModel": pricing,
        "visibility": VISIBILITY_NAMES[cycle["visibility"]],
    }


def named_pricing(cycle: dict[str, Any], currency: str) -> dict[str, Any]:
    """A cycle's pricing as subscription details write it: names where plans have numbers."""
    cycle = PLAIN_CYCLE | cycle
    return {
        "billingDateType": BILLING_DATE_NAMES[cycle["billingDateType"]],
        "contractTerm": cycle["contractTerm"] or None,
        "contractTermFrequencyType": FREQUENCY_NAMES[cycle["contractTermFrequencyType"]],
        "fixedBillingDateDay": cycle["fixedBillingDateDay"] or None,
        "fixedBillingDateMonth": cycle["fixedBillingDateMonth"] or None,
        "freeQuantity": cycle["freeQuantity"],
        "freeTrial": cycle["freeTrial"] or None,
        "freeTrialFrequencyType": FREQUENCY_NAMES[cycle["freeTrialFrequencyType"]],
        "frequency": cycle["frequency"],
        "frequencyType": FREQUENCY_NAMES[cycle["frequencyType"]],
        "pricingModelId": cycle["pricingModelId"],
        "proRateOption": PRO_RATE_NAMES[cycle["proRateOption"]],
        "setupFeePrice": cycle["setupFeePrice"] or None,
        "setupFeePriceFormatted": formatted(cycle["setupFeePrice"], currency)
        if cycle["setupFeePrice"]
        else None,
        "tiers": cycle["tiers"],
    }
