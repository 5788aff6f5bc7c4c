"""Products, plans with their cycles, add-ons and allowances: read only."""

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

PER_UNIT = 2


def find_plan(books: Books, plan_id: int) -> dict[str, Any] | None:
    return books.get("plan", str(plan_id))


def find_cycle(plan: dict[str, Any], cycle_id: int) -> dict[str, Any] | None:
    return next((cycle for cycle in plan["cycles"] if cycle["cycleId"] == cycle_id), None)


def price_of(plan: dict[str, Any], cycle: dict[str, Any], units: int) -> int:
    """What one billing period costs, in minor units."""
    return cycle["price"] * (units if plan["pricingModelType"] == PER_UNIT else 1)


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
    plans = books.find("plan", owner=str(product["productId"]), newest_first=False)
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
    if in_list:
        return answer | {"customFields": [], "orderedCustomFields": []}
    return {"productCountryLimitation": {"isAnyCountryAllowed": True, "countrySettings": []}, **answer}


def plan_answer(books: Books, plan: dict[str, Any], currency: str) -> dict[str, Any]:
    active = books.count("subscription", where={"planId": plan["planId"], "status": ["Active", "InTrial"]})
    cycles = []
    for cycle in plan["cycles"]:
        pricing = {
            "pricingModelId": cycle["pricingModelId"],
            "frequency": cycle["frequency"],
            "frequencyType": cycle["frequencyType"],
            "freeTrial": 0,
            "freeTrialFrequencyType": 0,
            "contractTerm": 0,
            "contractTermFrequencyType": 0,
            "setupFeePrice": 0,
            "setupFeePriceFormatted": formatted(0, currency),
            "freeQuantity": 0,
            "billingDateType": 1,
            "fixedBillingDateDay": 0,
            "proRateOption": 1,
        }
        if books.setting("prices_in_plans"):
            price = cycle["price"]
            pricing |= {"price": price, "priceFormatted": formatted(price, currency), "tiers": []}
        cycles.append(
            {
                "cycleId": cycle["cycleId"],
                "planId": plan["planId"],
                "pricingModel": pricing,
                "visibility": VISIBILITY_NAMES[cycle["visibility"]],
            }
        )
    return {
        "planId": plan["planId"],
        "name": plan["name"],
        "displayName": plan["displayName"],
        "description": plan["description"],
        "pricingModelType": plan["pricingModelType"],
        "productId": plan["productId"],
        "cycles": cycles,
        "featureTags": plan["featureTags"],
        "visibility": VISIBILITY_NAMES[plan["visibility"]],
        "redirectUrl": plan["redirectUrl"],
        "hasActiveSubscription": active > 0,
        "alertEmail": plan["alertEmail"],
    }


def named_pricing(cycle: dict[str, Any]) -> dict[str, Any]:
    """A cycle's pricing as subscription details write it: names where plans have numbers."""
    return {
        "billingDateType": BILLING_DATE_NAMES[1],
        "contractTerm": None,
        "contractTermFrequencyType": FREQUENCY_NAMES[0],
        "fixedBillingDateDay": None,
        "fixedBillingDateMonth": None,
        "freeQuantity": 0,
        "freeTrial": None,
        "freeTrialFrequencyType": FREQUENCY_NAMES[0],
        "frequency": cycle["frequency"],
        "frequencyType": FREQUENCY_NAMES[cycle["frequencyType"]],
        "pricingModelId": cycle["pricingModelId"],
        "proRateOption": PRO_RATE_NAMES[1],
        "setupFeePrice": None,
        "setupFeePriceFormatted": None,
        "tiers": [],
    }
