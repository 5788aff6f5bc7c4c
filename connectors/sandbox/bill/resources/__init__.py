"""The resources of v3, a module a subject: `RESOURCES` are told by their fields, `WAYS` by functions."""

import importlib
import pkgutil

from connectors.sandbox.bill.ways import Way


def all_ways() -> list[Way]:
    """Every module beside this one has some of both."""
    found: list[Way] = []
    for module in pkgutil.iter_modules(__path__):
        subject = importlib.import_module(f"{__name__}.{module.name}")
        found += getattr(subject, "WAYS", ())
        found += [way for resource in getattr(subject, "RESOURCES", ()) for way in resource.ways()]
    return found
