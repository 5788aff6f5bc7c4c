"""Every write operation, and what a person might really ask of it: lawful values, and awkward ones.

A module a vendor or a part of one: its `cases(world)` gives arguments by operation. A vendor's operation
without a case fails the tests over `WRITES` with a KeyError.
"""

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from typing import Any

from connectors.registry import connectors
from connectors.sandbox.client import SandboxControl
from console.connections.models import Connection
from tests.writes.world import TEXT, World

__all__ = ["TEXT", "WRITES", "arguments_of"]

WRITES = [
    operation.name
    for vendor in connectors()
    for operation in vendor.catalogue.operations.values()
    if not operation.is_read
]


def arguments_of(
    connected: Mapping[str, Connection], sandbox: SandboxControl
) -> Callable[[str], dict[str, Any]]:
    """By operation; KeyError for a new one says that it has no case yet."""
    world = World(connected, sandbox)
    cases: dict[str, Callable[[], dict[str, Any]]] = {}
    for module in pkgutil.iter_modules(__path__):
        part = importlib.import_module(f"{__name__}.{module.name}")
        cases |= part.cases(world) if hasattr(part, "cases") else {}
    return lambda name: cases[name]()
