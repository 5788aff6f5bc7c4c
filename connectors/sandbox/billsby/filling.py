"""Customers by the hundred thousand, for measuring: the same again for the same seed and sizes."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from connectors.sandbox.billsby.fates import FRESH_FATES
from connectors.sandbox.billsby.history import Historian
from connectors.sandbox.billsby.population import FIRST_NAMES, LAST_NAMES, Party, party
from connectors.sandbox.billsby.price_list import read_price_list
from connectors.sandbox.billsby.seed import FOREIGN_CURRENCIES, PLAN_NAMES
from connectors.sandbox.core import Core
from connectors.sandbox.held_books import holding

ONE_IN = 8  # how many customers there are for each that something happened to


def fill(core: Core, seed: int, customers: int, invoices: int) -> None:
    """Add to what was seeded until there are so many customers and invoices, all or nothing.

    Customers without an invoice are in their trial. Where nobody is to be added, nothing is billed.
    """
    with core.store.writing("billsby") as books, holding(books) as held:
        chance = Random(f"billsby/{seed}/filling")
        historian = Historian(held, chance, read_price_list(books))
        first, left = books.count("customer"), max(0, invoices - books.count("invoice"))
        for number in range(first, customers):
            usual = left / (customers - number)
            # Up to twice the usual; the last one gets what is left.
            periods = left if number == customers - 1 else min(left, round(chance.uniform(0, 2 * usual)))
            _write_one(historian, number, periods)
            left -= periods


def _write_one(historian: Historian, number: int, periods: int) -> None:
    chance = historian.chance
    past = historian.write(
        _somebody(chance, number),
        plan_name=chance.choice(PLAN_NAMES),
        periods=max(1, periods),
        currency=FOREIGN_CURRENCIES[number % len(FOREIGN_CURRENCIES)],
        is_trial=periods == 0,
    )
    if periods and number % ONE_IN == 0:
        chance.choice(FRESH_FATES)(historian, past)


def _somebody(chance: Random, number: int) -> Party:
    """Names come back among so many people; addresses do not."""
    person = party(chance.choice(FIRST_NAMES), chance.choice(LAST_NAMES))
    return replace(person, email=person.email.replace("@", f".{number}@"))
