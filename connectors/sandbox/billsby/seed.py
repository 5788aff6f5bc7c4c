"""A year of a subscription company's life, the same again for the same seed; dates end now."""

from __future__ import annotations

from random import Random

from connectors.sandbox.billsby.fates import FATES
from connectors.sandbox.billsby.history import Historian
from connectors.sandbox.billsby.population import Population
from connectors.sandbox.billsby.price_list import write_price_list
from connectors.sandbox.billsby.stories import FIRST_SEED_CAST, cast, tell_stories, write_stories
from connectors.sandbox.core import Core

FIRST_SEED = 1
TRIALS = 2
# The company's own currency three times out of five.
FOREIGN_CURRENCIES = ("", "", "", "EUR", "GBP", "", "", "USD", "", "JPY")
PLAN_NAMES = ("Starter", "Team", "Business", "Team", "Starter", "Business", "Enterprise")


def seed(core: Core, seed: int, customers: int) -> None:
    """Fill Billsby's books: the players of the stories first, then others up to `customers`."""
    is_first_seed = seed == FIRST_SEED
    with core.store.writing("billsby") as books:
        chance = Random(f"billsby/{seed}")
        historian = Historian(books, chance, write_price_list(books, chance, seed))
        population = Population(chance, taken={player.name for player in FIRST_SEED_CAST.values()})
        players = cast(population, is_first_seed=is_first_seed)
        stories = write_stories(historian, players, is_first_seed=is_first_seed)
        for turn in range(max(0, customers - len(stories))):
            _write_other(historian, population, turn)
        tell_stories(books, stories)


def _write_other(historian: Historian, population: Population, turn: int) -> None:
    chance = historian.chance
    who = population.company() if chance.random() < 0.4 else population.person()
    currency = FOREIGN_CURRENCIES[turn % len(FOREIGN_CURRENCIES)]
    plan_name = chance.choice(PLAN_NAMES)
    if turn < TRIALS:
        historian.write(who, plan_name=plan_name, periods=1, currency=currency, is_trial=True)
        return
    is_yearly = turn % 9 == 8
    past = historian.write(
        who,
        plan_name=plan_name,
        periods=chance.randint(1, 2) if is_yearly else chance.randint(5, 11),
        currency=currency,
        is_yearly=is_yearly,
    )
    FATES[(turn - TRIALS) % len(FATES)](historian, past)
