"""The resources of v3, a module a subject: `RESOURCES` are told by their fields, `WAYS` by functions.

A module with `seed(books, chance, customers)` fills its part of the books: after the subjects that its
`SEEDS_AFTER` names, which unless told is after customers, invoices, vendors and bills.
"""

import importlib
import pkgutil
import random
from collections.abc import Callable
from graphlib import TopologicalSorter
from types import ModuleType

from connectors.sandbox.bill.ways import Way
from connectors.sandbox.books import Books

TRADE = "trade"  # customers, invoices, vendors and bills, in seed.py


def all_ways() -> list[Way]:
    found: list[Way] = []
    for subject in _subjects().values():
        found += getattr(subject, "WAYS", ())
        found += [way for resource in getattr(subject, "RESOURCES", ()) for way in resource.ways()]
    return found


def seed_all(books: Books, seed: int, customers: int, trade: Callable[[], None]) -> None:
    """The same for the same seed and size. trade: puts customers and vendors in, with what is owed."""
    subjects = {name: subject for name, subject in _subjects().items() if hasattr(subject, "seed")}
    after = {name: getattr(subject, "SEEDS_AFTER", (TRADE,)) for name, subject in subjects.items()}
    after[TRADE] = tuple(name for name, others in after.items() if not others)
    for name in TopologicalSorter(after).static_order():
        if name == TRADE:
            trade()
        else:
            subjects[name].seed(books, random.Random(f"bill/{name}/{seed}"), customers)


def _subjects() -> dict[str, ModuleType]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}") for name in names}
