"""Making and changing products, plans and their cycles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import JSONResponse

from connectors.sandbox.billsby.answering import Body, existing, refused, success
from connectors.sandbox.billsby.catalogue import cycle_answer, plan_answer, plans_of, product_answer
from connectors.sandbox.billsby.formats import (
    BILLING_DATE_NAMES,
    FREQUENCY_NAMES,
    PRICING_NAMES,
    PRO_RATE_NAMES,
    SYMBOLS,
    VISIBILITY_NAMES,
    formatted,
)
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

PRODUCT_FLAGS = (
    "isShippingAddressRequired",
    "isShippingAddressValidationRequired",
    "isBillingAddressValidationRequired",
    "isAdditionalEmailRequired",
    "isPhoneNumberRequired",
    "isMarketingConsentRequired",
)
PRODUCT_TYPES = (1, 2)
TIERED_MODELS = (4, 5, 6)
PERIODS = tuple(number for number in FREQUENCY_NAMES if number)
# What a number of a cycle may be, where not everything from 0.
CYCLE_CHOICES = {
    "frequencyType": PERIODS,
    "freeTrialFrequencyType": tuple(FREQUENCY_NAMES),
    "contractTermFrequencyType": tuple(FREQUENCY_NAMES),
    "billingDateType": tuple(BILLING_DATE_NAMES),
    "proRateOption": tuple(PRO_RATE_NAMES),
    "visibility": tuple(VISIBILITY_NAMES),
    "fixedBillingDateDay": range(29),
    "fixedBillingDateMonth": range(13),
}
CYCLE_NUMBERS = (
    *("frequency", "frequencyType", "price", "billingDateType", "visibility"),
    *("freeTrial", "freeTrialFrequencyType", "contractTerm", "contractTermFrequencyType"),
    *("setupFeePrice", "freeQuantity", "fixedBillingDateDay", "fixedBillingDateMonth", "proRateOption"),
)
REQUIRED_OF_A_CYCLE = ("frequency", "frequencyType", "price", "billingDateType", "visibility")


def create_product(books: Books, call: Call) -> Outcome:
    body = Body(books, call)
    given = _product_fields(books, body)
    for name in ("name", "displayName", "billingCurrency"):
        if not given.get(name):
            body.problem(name, "is required")
    body.check()
    product = {
        "productId": books.next_number("product", first=11),
        "name": "",
        "visibility": 0,
        "billingCurrency": "",
        "billingCurrencyTemplate": "",
        "displayName": "",
        "description": "",
        "typeOfProduct": 1,
        **dict.fromkeys(PRODUCT_FLAGS, False),
        "alertEmail": "",
        **given,
    }
    return _kept_product(books, product)


def update_product(books: Books, call: Call) -> Outcome:
    product = existing(books, "product", call.parts["product_id"], name="Product")
    key = str(product["productId"])
    body = Body(books, call, record=key)
    given = _product_fields(books, body)
    body.check()
    is_other = given.get("billingCurrency", product["billingCurrency"]) != product["billingCurrency"]
    if is_other and plans_of(books, product["productId"]):
        body.problem("billingCurrency", "cannot change while the product has plans")
    body.check()
    if given.get("displayName", product["displayName"]) != product["displayName"]:
        _rename(books, "productId", product["productId"], productName=given["displayName"])
    return _kept_product(books, product | given)


def _kept_product(books: Books, product: dict[str, Any]) -> Outcome:
    key = str(product["productId"])
    product["billingCurrencyTemplate"] = f"{SYMBOLS[product['billingCurrency']]}X.XX"
    books.put("product", key, product)
    return Outcome(JSONResponse(product_answer(books, product, in_list=False)), key)


def _product_fields(books: Books, body: Body) -> dict[str, Any]:
    """What the body says of a product; the documented misspellings bind like the right words."""
    limits = body.part("productCountryLimitation") or body.part("productCountryLimitations")
    consent = body.truth("is MarketingConsentRequired", default=None)
    given = {
        "name": body.text("name", default=None),
        "displayName": body.text("displayName", default=None),
        "description": body.text("description", default=body.text("decription", default=None)),
        "visibility": body.one_of("visibility", tuple(VISIBILITY_NAMES)),
        "billingCurrency": body.text("billingCurrency", default=None),
        **{name: body.truth(name, default=None) for name in PRODUCT_FLAGS},
        "alertEmail": body.text("alertEmail", default=None),
        "orderedCustomFields": body.listed("orderedCustomFields"),
        "typeOfProduct": body.one_of("typeOfProduct", PRODUCT_TYPES),
        "productCountryLimitation": limits and _country_limits(limits),
    }
    if given["isMarketingConsentRequired"] is None:
        given["isMarketingConsentRequired"] = consent
    if given["billingCurrency"] not in (None, *SYMBOLS):
        body.problem("billingCurrency", "is not a currency of this company")
    for number in given["orderedCustomFields"] or []:
        if type(number) is not int or books.get("custom_field", str(number)) is None:
            body.problem("orderedCustomFields", "names a custom field that does not exist")
    return {name: value for name, value in given.items() if value is not None}


def _country_limits(limits: Body) -> dict[str, Any]:
    settings = [
        {
            "countryIso3": one.text("countryIso3"),
            "addressPermission": one.whole("addressPermission", default=0),
        }
        for one in limits.parts("countrySettings") or []
    ]
    is_any = limits.truth("isAnyCountryAllowed", default=True)
    return {"isAnyCountryAllowed": is_any, "countrySettings": settings}


def create_plan(books: Books, call: Call) -> Outcome:
    product = existing(books, "product", call.parts["product_id"], name="Product")
    body = Body(books, call)
    given = _plan_fields(body)
    model = body.one_of("pricingModel", tuple(PRICING_NAMES))
    for name, value in (("name", given.get("name")), ("pricingModel", model)):
        if not value:
            body.problem(name, "is required")
    body.check()
    plan = {
        "planId": books.next_number("plan", first=31),
        "productId": product["productId"],
        "name": "",
        "displayName": given["name"],
        "description": "",
        "pricingModelType": model,
        "featureTags": [],
        "visibility": 0,
        "redirectUrl": "",
        "alertEmail": "",
        "cycles": [],
        **given,
    }
    key = str(plan["planId"])
    books.put("plan", key, plan, owner=str(product["productId"]))
    return Outcome(JSONResponse(plan_answer(books, plan, product["billingCurrency"])), key)


def update_plan(books: Books, call: Call) -> Outcome:
    plan = _plan_of(books, call)
    key = str(plan["planId"])
    body = Body(books, call, record=key)
    given = _plan_fields(body)
    changed = _one_cycle(body)
    cycle_id = None if changed is None else changed.whole("cycleId")
    cycle = {} if changed is None else _cycle_fields(changed, plan, is_new=False)
    body.check()
    if cycle_id is not None and cycle_id not in [cycle["cycleId"] for cycle in plan["cycles"]]:
        body.problem("cycleId", "is not a cycle of this plan")
    body.check()
    plan["cycles"] = [one | cycle if one["cycleId"] == cycle_id else one for one in plan["cycles"]]
    if given.get("displayName", plan["displayName"]) != plan["displayName"]:
        _rename(books, "planId", plan["planId"], planName=given["displayName"])
    books.put("plan", key, plan | given)
    return Outcome(success(books), key)


def reorder_plans(books: Books, call: Call) -> Outcome:
    product = existing(books, "product", call.parts["product_id"], name="Product")
    key = str(product["productId"])
    body = Body(books, call, record=key)
    order = body.listed("orderedPlanIds") or []
    body.check()
    numbers = [plan["planId"] for plan in plans_of(books, product["productId"])]
    if any(type(number) is not int for number in order) or sorted(order) != sorted(numbers):
        body.problem("orderedPlanIds", "must name every plan of the product once")
    body.check()
    books.put("plan_order", key, {"orderedPlanIds": order})
    return Outcome(success(books), key)


def create_cycles(books: Books, call: Call) -> Outcome:
    """Cycles for a plan, and the add-ons and allowances that go with it."""
    plan = _plan_of(books, call)
    product = existing(books, "product", call.parts["product_id"], name="Product")
    key = str(plan["planId"])
    body = Body(books, call, record=key)
    given = body.parts("cyclesInputModel") or []
    if not given:
        body.problem("cyclesInputModel", "is required")
    cycles = [_cycle_fields(part, plan, is_new=True) for part in given]
    addons = _extras(books, body, "addonPlanInputModels", "addon")
    allowances = _extras(books, body, "allowancePlanInputModel", "allowance")
    body.check()
    made = [
        {
            "cycleId": books.next_number("cycle", first=51),
            "pricingModelId": books.next_number("pricing_model", first=121),
            **cycle,
        }
        for cycle in cycles
    ]
    books.put("plan", key, plan | {"cycles": [*plan["cycles"], *made]})
    for kind, extras in (("addon", addons), ("allowance", allowances)):
        for extra in extras:
            _link(books, kind, extra, plan, product["displayName"])
    answers = [cycle_answer(books, plan, cycle, product["billingCurrency"]) for cycle in made]
    for answer in answers:
        del answer["visibility"]  # documented for plans, and not here
    return Outcome(JSONResponse(answers), key)


def _plan_of(books: Books, call: Call) -> dict[str, Any]:
    """The plan that the path names, of the product that it names, or 404."""
    plan = existing(books, "plan", call.parts["plan_id"], name="Plan")
    if str(plan["productId"]) != call.parts["product_id"]:
        raise refused(books, "Plan not found.", status=404, record=call.parts["plan_id"])
    return plan


def _plan_fields(body: Body) -> dict[str, Any]:
    tags = body.text("featureTags", default=None)
    given = {
        "name": body.text("name", default=None),
        "displayName": body.text("displayName", default=None),
        "description": body.text("description", default=None),
        "featureTags": None if tags is None else [tag.strip() for tag in str(tags).split(",") if tag.strip()],
        "visibility": body.one_of("visibility", tuple(VISIBILITY_NAMES)),
        "redirectUrl": body.text("redirectUrl", default=None),
        "alertEmail": body.text("alertEmail", default=None),
    }
    return {name: value for name, value in given.items() if value is not None}


def _one_cycle(body: Body) -> Body | None:
    """The cycle that an update of a plan changes: an object, or a list of one."""
    found = body.objects("cycles")
    if len(found) > 1:
        body.problem("cycles", "must be one cycle")
    return found[0] if found else None


def _cycle_fields(part: Body, plan: dict[str, Any], *, is_new: bool) -> dict[str, Any]:
    """The numbers and tiers that are given; what is wrong is noted."""
    fields: dict[str, Any] = {}
    for name in CYCLE_NUMBERS:
        if name in CYCLE_CHOICES:
            value = part.one_of(name, CYCLE_CHOICES[name])
        else:
            value = part.whole(name, default=None)
        if value is not None:
            fields[name] = value
        elif is_new and name in REQUIRED_OF_A_CYCLE:
            part.problem(name, "is required")
    if any(value < 0 for value in fields.values() if isinstance(value, int)):
        part.problem("cycles", "must not have negative numbers")
    if fields.get("frequency") == 0:
        part.problem("frequency", "must be at least 1")
    tiers = _tiers(part, "tiers")
    if tiers:
        fields["tiers"] = tiers
    elif is_new and plan["pricingModelType"] in TIERED_MODELS:
        part.problem("tiers", "are required for this pricing model")
    return fields


def _tiers(part: Body, name: str) -> list[dict[str, Any]]:
    found = []
    for tier in part.objects(name):
        start, price = tier.whole("start"), tier.whole("price")
        found.append({"finish": tier.whole("finish", default=None), "price": price, "start": start})
    return found


def _extras(books: Books, body: Body, name: str, kind: str) -> list[dict[str, Any]]:
    """Add-ons or allowances as a request for cycles links them: {id, is_forced, prices}."""
    found = []
    for part in body.parts(name) or []:
        number = part.whole(f"{kind}Id")
        is_forced = part.truth("isForced", default=False)
        prices = [_price(price) for price in part.parts(f"{kind}PriceModels") or []]
        if type(number) is int and books.get(kind, str(number)) is None:
            body.problem(name, f"names an {kind} that does not exist")
        found.append({"id": number, "is_forced": is_forced, "prices": prices})
    return found


def _price(part: Body) -> Callable[[str], dict[str, Any]]:
    """A price model, once the kind says which keys it has."""
    currency, frequency = part.text("currencyIso3Code"), part.whole("frequency")
    period = part.one_of("frequencyType", PERIODS)
    flat, per_unit = part.whole("flatFeePrice", default=0), part.whole("pricePerUnit", default=0)
    included, tiers = part.whole("includedUnits", default=0), _tiers(part, "unitTiers")

    def written(kind: str) -> dict[str, Any]:
        model = {
            "frequency": frequency,
            "frequencyType": FREQUENCY_NAMES[period or 0],
            "currency": currency,
            "flatFeePrice": flat,
            "flatFeePriceFormatted": formatted(flat, currency),
            "perUnitPrice": per_unit,
            "perUnitPriceFormatted": formatted(per_unit, currency),
            "tiers": [tier | {"priceFormatted": formatted(tier["price"], currency)} for tier in tiers],
        }
        return model | ({"includedUnits": included} if kind == "allowance" else {})

    return written


def _link(books: Books, kind: str, extra: dict[str, Any], plan: dict[str, Any], product_name: str) -> None:
    """Note at an add-on or allowance that a plan has it, and what it costs there."""
    record = books.get(kind, str(extra["id"])) or {}
    link = {
        "planId": plan["planId"],
        "planName": plan["displayName"],
        "productName": product_name,
        "forceAddon" if kind == "addon" else "forceAllowance": extra["is_forced"],
        "isActive": True,
    }
    others = [one for one in record["plans"] if one["planId"] != plan["planId"]]
    models = {_period_of(model): model for model in record["priceModels"]}
    models |= {_period_of(model): model for model in (price(kind) for price in extra["prices"])}
    changed = {"plans": [*others, link], "priceModels": [*models.values()], "hasActiveLinkedPlans": True}
    books.put(kind, str(extra["id"]), record | changed)


def _period_of(model: dict[str, Any]) -> tuple[str, int, str]:
    return model["currency"], model["frequency"], model["frequencyType"]


def _rename(books: Books, id_key: str, number: int, **name: str) -> None:
    """Subscriptions keep the names of what they are to."""
    for subscription in books.find("subscription", where={id_key: number}):
        books.put("subscription", subscription["subscriptionUniqueId"], subscription | name)
