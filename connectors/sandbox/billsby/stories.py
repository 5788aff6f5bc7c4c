"""Customers with a part to play: the situations that people ask about, present for every seed.

Seed 1 gives them known names; other seeds draw names, currencies and amounts. `GET /control/stories` tells
who plays which part.
"""

from __future__ import annotations

from typing import Any

from connectors.sandbox.billsby import billing
from connectors.sandbox.billsby.formats import parsed
from connectors.sandbox.billsby.history import Historian, Past
from connectors.sandbox.billsby.population import Party, Population, party
from connectors.sandbox.billsby.price_list import COUNTER_ID, YEARLY
from connectors.sandbox.books import Books

ALICE = "7KQ2M9XTRB"
FIRST_SEED_CAST = {
    "retry_pays": party("Alice", "Smith"),
    "retry_declines": party("Bob", "Marsh"),
    "credits": party("TechCorp", "Inc", domain="techcorp"),
    "credits_small": party("Lumen", "Works", domain="lumenworks"),
    "cancel_refund": party("Nadia", "Osei"),
    "cancel_blocked": party("Marcus", "Lindqvist"),
    "upgrade": party("Brightwater", "Logistics", domain="brightwater"),
    "spend": party("Corvid", "Analytics", domain="corvid"),
    "foreign": party("Juliette", "Moreau"),
}
COMPANIES = ("credits", "credits_small", "upgrade", "spend")


def cast(population: Population, *, is_first_seed: bool) -> dict[str, Party]:
    """Part → who plays it."""
    if is_first_seed:
        return FIRST_SEED_CAST
    return {
        part: population.company() if part in COMPANIES else population.person() for part in FIRST_SEED_CAST
    }


def write_stories(historian: Historian, players: dict[str, Party], *, is_first_seed: bool) -> dict[str, Any]:
    """Write the players' pasts; answers part → facts, as tests and the demo read them."""
    paid_again = historian.write(
        players["retry_pays"],
        plan_name="Business",
        periods=3,
        days_into_period=9,
        unique=ALICE if is_first_seed else None,
    )
    declined = historian.write(
        players["retry_declines"],
        plan_name="Team",
        periods=5,
        days_into_period=12,
        card_outcome="declines",
    )
    blocked = historian.write(players["cancel_blocked"], plan_name="Team", periods=7, days_into_period=6)
    ended = historian.write(players["cancel_refund"], plan_name="Business", periods=6, days_into_period=8)
    return {
        "retry_pays": _invoice_facts(paid_again, historian.leave_unpaid(paid_again, tries=2)),
        "retry_declines": _invoice_facts(declined, historian.leave_unpaid(declined, tries=3)),
        "cancel_blocked": _subscription_facts(blocked)
        | _invoice_facts(blocked, historian.leave_unpaid(blocked, tries=2)),
        "cancel_refund": _subscription_facts(ended)
        | _invoice_facts(ended, ended.latest)
        | {"refundable_minor": billing.refundable(ended.latest)},
        "credits": _write_credits(historian, players["credits"], "Scale", low=900, high=3800),
        "credits_small": _write_credits(historian, players["credits_small"], "Build", low=120, high=460),
        "upgrade": _write_upgrade(historian, players["upgrade"]),
        "spend": _write_spend(historian, players["spend"]),
        "foreign": _write_foreign(historian, players["foreign"]),
    }


def tell_stories(books: Books, stories: dict[str, Any]) -> None:
    """Keep the facts as records, with those that concern the whole book added."""
    old = {
        f"over_{days}_days": [
            invoice["invoiceNumber"]
            for invoice in books.find("invoice", where={"status": "Unpaid"}, newest_first=False)
            if (books.now - parsed(invoice["createdOn"])).days > days
        ]
        for days in (60, 90)
    }
    for name, facts in {**stories, "overdue": old}.items():
        books.put("story", name, {"name": name, "facts": facts})


def _write_credits(
    historian: Historian, player: Party, plan_name: str, *, low: int, high: int
) -> dict[str, Any]:
    past = historian.write(player, plan_name=plan_name, periods=8, product="api", days_into_period=5)
    usage = historian.chance.randint(low, high)
    historian.set_usage(past, usage)
    return _subscription_facts(past) | {
        "allowanceId": historian.prices.allowance_id,
        "counterId": COUNTER_ID,
        "usage": usage,
    }


def _write_upgrade(historian: Historian, player: Party) -> dict[str, Any]:
    past = historian.write(player, plan_name="Business", periods=6, days_into_period=10)
    plan = historian.prices.plans["desk", historian.prices.currency]["Enterprise"]
    cycles = {
        "yearly" if cycle["frequencyType"] == YEARLY else "monthly": cycle["cycleId"]
        for cycle in plan["cycles"]
    }
    return _subscription_facts(past) | {
        "from_plan": past.subscription["planName"],
        "to_plan": plan["displayName"],
        "planId": plan["planId"],
        "cycleIds": cycles,
    }


def _write_spend(historian: Historian, player: Party) -> dict[str, Any]:
    """A customer who paid all through the year, once in a currency of their subsidiary."""
    past = historian.write(player, plan_name="Business", periods=11, days_into_period=4)
    chance, home = historian.chance, historian.prices.currency
    other = "EUR" if home != "EUR" else "GBP"
    charges = [
        historian.charge(past, "Onboarding workshop", chance.randint(60, 240) * 1000, days_ago=2),
        historian.charge(
            past, "Data migration", chance.randint(40, 180) * 1000, days_ago=1.5, currency=other
        ),
    ]
    year = historian.now.year
    totals: dict[str, int] = {}
    for invoice in [*past.invoices, *charges]:
        if parsed(invoice["createdOn"]).year == year:
            totals[invoice["currency"]] = totals.get(invoice["currency"], 0) + invoice["amount"]
    return _subscription_facts(past) | {"year": year, "paid_minor": totals}


def _write_foreign(historian: Historian, player: Party) -> dict[str, Any]:
    others = [currency for currency in ("EUR", "GBP") if currency != historian.prices.currency]
    past = historian.write(player, plan_name="Team", periods=9, currency=others[0], days_into_period=14)
    return _subscription_facts(past) | _invoice_facts(past, past.latest)


def _subscription_facts(past: Past) -> dict[str, Any]:
    return {
        "customer_name": past.customer["fullName"],
        "customerUniqueId": past.customer["customerUniqueId"],
        "subscriptionUniqueId": past.subscription["subscriptionUniqueId"],
    }


def _invoice_facts(past: Past, invoice: dict[str, Any]) -> dict[str, Any]:
    return {
        "customer_name": past.customer["fullName"],
        "customerUniqueId": past.customer["customerUniqueId"],
        "invoiceNumber": invoice["invoiceNumber"],
        "amount_minor": invoice["amount"],
        "currency": invoice["currency"],
    }
