"""The company that the sandbox plays, and what it sells."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from connectors.sandbox.billsby.catalogue import PER_UNIT
from connectors.sandbox.billsby.choices import COMPANY_DOMAIN
from connectors.sandbox.billsby.formats import FREQUENCY_NAMES, PRICING_NAMES, SYMBOLS, formatted
from connectors.sandbox.billsby.population import PLACES
from connectors.sandbox.books import Books

MONTHLY, YEARLY = 3, 4
COUNTER_ID = "api-calls"
INCLUDED_CALLS = 1000
COMPANY_NAMES = ("Corran Systems", "Brevik Software", "Ostler Works", "Tallis Digital", "Merrow Cloud")
# Plans of the main product, in major units a month; the second is priced by the seat.
PLANS = (("Starter", 29), ("Team", 19), ("Business", 348), ("Enterprise", 899))
API_PLANS = (("Build", 49), ("Scale", 240), ("Enterprise", 1200))
# What a price in US dollars is multiplied by to look natural elsewhere.
PRICE_LEVELS = {"USD": 1, "EUR": 1, "GBP": 1, "JPY": 150}


@dataclass(frozen=True)
class PriceList:
    """currency: the company's own. plans: (product, currency) → plan name → plan record."""

    currency: str
    plans: dict[tuple[str, str], dict[str, dict[str, Any]]]
    addon_id: int
    allowance_id: int


def read_price_list(books: Books) -> PriceList:
    """What `write_price_list` wrote."""
    plans = {}
    for product in books.find("product"):
        its = "api" if product["displayName"].endswith(" API") else "desk"
        listed = books.find("plan", owner=str(product["productId"]))
        plans[its, product["billingCurrency"]] = {plan["displayName"]: plan for plan in listed}
    return PriceList(
        books.find("company")[0]["currency"],
        plans,
        addon_id=books.find("addon")[0]["addonId"],
        allowance_id=books.find("allowance")[0]["allowanceId"],
    )


def write_price_list(books: Books, chance: Random, seed: int) -> PriceList:
    """The company, its products in four currencies, plans, one add-on and one allowance.

    Seed 1 is Halden Labs and sells in US dollars at round prices; every other seed draws its own.
    """
    is_first = seed == 1
    currency = "USD" if is_first else chance.choice(["USD", "EUR", "GBP"])
    name = "Halden Labs" if is_first else chance.choice(COMPANY_NAMES)
    _write_company(books, chance, name=name, currency=currency, seed=seed)
    factor = 1.0 if is_first else chance.uniform(0.6, 1.7)
    brand = name.split()[0]
    plans: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for its_currency in (currency, *(code for code in SYMBOLS if code != currency)):
        suffix = "" if its_currency == currency else f" {its_currency}"
        product_id = _write_product(books, f"{brand} Desk{suffix}", its_currency)
        level = factor * PRICE_LEVELS[its_currency]
        plans["desk", its_currency] = _write_plans(books, product_id, PLANS, its_currency, level)
    api = _write_product(books, f"{brand} API", currency)
    plans["api", currency] = _write_plans(books, api, API_PLANS, currency, factor * PRICE_LEVELS[currency])
    return PriceList(
        currency,
        plans,
        addon_id=_write_addon(books, list(plans["desk", currency].values()), f"{brand} Desk", currency),
        allowance_id=_write_allowance(books, list(plans["api", currency].values()), f"{brand} API", currency),
    )


def _write_company(books: Books, chance: Random, *, name: str, currency: str, seed: int) -> None:
    city, state, country, post_code, dial = chance.choice(PLACES[currency])
    domain = name.lower().replace(" ", "-")
    books.put(
        "company",
        COMPANY_DOMAIN,
        {
            "domain": COMPANY_DOMAIN,
            "name": name,
            "currency": currency,
            "seed": seed,
            "email": f"billing@{domain}.example",
            "taxNumber": str(chance.randrange(10**8, 10**9)),
            "dialCode": dial,
            "phone": str(chance.randrange(10**8, 10**9)),
            "supportUrl": f"https://{domain}.example/support",
            "address": {
                "addressLine1": "1 Foundry Street",
                "addressLine2": "",
                "city": city,
                "state": state,
                "postCode": post_code,
                "country": country,
            },
        },
    )


def _write_product(books: Books, name: str, currency: str) -> int:
    product_id = books.next_number("product", first=11)
    body = {
        "productId": product_id,
        "name": name,
        "visibility": 0,
        "billingCurrency": currency,
        "billingCurrencyTemplate": f"{SYMBOLS[currency]}X.XX",
        "displayName": name,
        "description": f"{name}, billed in {currency}",
        "typeOfProduct": 1,
        "isShippingAddressRequired": False,
        "isShippingAddressValidationRequired": False,
        "isBillingAddressValidationRequired": False,
        "isAdditionalEmailRequired": False,
        "isPhoneNumberRequired": False,
        "isMarketingConsentRequired": False,
        "alertEmail": "sales@mail.example",
    }
    books.put("product", str(product_id), body)
    return product_id


def _write_plans(
    books: Books, product_id: int, listed: tuple[tuple[str, int], ...], currency: str, level: float
) -> dict[str, dict[str, Any]]:
    plans = {}
    for name, price in listed:
        plan_id = books.next_number("plan", first=31)
        minor = round(price * level) * (1 if currency == "JPY" else 100)
        plans[name] = {
            "planId": plan_id,
            "productId": product_id,
            "name": name.lower(),
            "displayName": name,
            "description": f"{name} plan",
            "pricingModelType": PER_UNIT if name == "Team" else 1,
            "featureTags": [f"{name.lower()}-plan"],
            "visibility": 0,
            "redirectUrl": "https://app.mail.example/welcome",
            "alertEmail": "sales@mail.example",
            # A year costs ten months.
            "cycles": [_cycle(books, MONTHLY, minor), _cycle(books, YEARLY, minor * 10)],
        }
        books.put("plan", str(plan_id), plans[name], owner=str(product_id))
    return plans


def _cycle(books: Books, frequency_type: int, price: int) -> dict[str, Any]:
    return {
        "cycleId": books.next_number("cycle", first=51),
        "pricingModelId": books.next_number("pricing_model", first=121),
        "frequency": 1,
        "frequencyType": frequency_type,
        "price": price,
        "visibility": 0,
    }


def _write_addon(books: Books, plans: list[dict[str, Any]], product_name: str, currency: str) -> int:
    addon_id = books.next_number("addon", first=5)
    body = {
        "addonId": addon_id,
        **_described("priority-support", "Priority support", "Answers within the hour", "line", "lines"),
        "featureTags": ["priority-support"],
        "plans": _linked(plans, product_name, "forceAddon", is_forced=False),
        "priceModels": [_price_model(currency, per_unit=4000)],
    }
    books.put("addon", str(addon_id), body)
    return addon_id


def _write_allowance(books: Books, plans: list[dict[str, Any]], product_name: str, currency: str) -> int:
    allowance_id = books.next_number("allowance", first=8)
    price = _price_model(currency, per_unit=2)
    body = {
        "allowanceId": allowance_id,
        **_described("API credits", "API credits", "API calls per month", "call", "calls"),
        "counter": {"counterId": COUNTER_ID, "counterName": "API calls"},
        "featureTags": ["api-credits"],
        "plans": _linked(plans, product_name, "forceAllowance", is_forced=True),
        "priceModels": [price | {"includedUnits": INCLUDED_CALLS}],
    }
    books.put("allowance", str(allowance_id), body)
    return allowance_id


def _described(name: str, display_name: str, description: str, one: str, many: str) -> dict[str, Any]:
    return {
        "name": name,
        "displayName": display_name,
        "description": description,
        "singleUnitName": one,
        "pluralUnitName": many,
        "pricingModelType": PRICING_NAMES[PER_UNIT],
        "hasActiveLinkedPlans": True,
    }


def _linked(
    plans: list[dict[str, Any]], product_name: str, forced_key: str, *, is_forced: bool
) -> list[dict[str, Any]]:
    return [
        {
            "planId": plan["planId"],
            "planName": plan["displayName"],
            "productName": product_name,
            forced_key: is_forced,
            "isActive": True,
        }
        for plan in plans
    ]


def _price_model(currency: str, *, per_unit: int) -> dict[str, Any]:
    return {
        "frequency": 1,
        "frequencyType": FREQUENCY_NAMES[MONTHLY],
        "currency": currency,
        "flatFeePrice": 0,
        "flatFeePriceFormatted": formatted(0, currency),
        "perUnitPrice": per_unit,
        "perUnitPriceFormatted": formatted(per_unit, currency),
        "tiers": [],
    }
