"""What each write to BILL would do, and whether it did: the `JUDGES` of every module beside this one."""

import importlib
import pkgutil
from collections.abc import Mapping

from connectors.judging import Judge


def _all_judges() -> dict[str, Judge]:
    found: dict[str, Judge] = {}
    for module in pkgutil.iter_modules(__path__):
        judges = getattr(importlib.import_module(f"{__name__}.{module.name}"), "JUDGES", {})
        if twice := found.keys() & judges.keys():
            raise ValueError(f"{module.name} judges again what another module judges: {', '.join(twice)}")
        found |= judges
    return found


JUDGES: Mapping[str, Judge] = _all_judges()
