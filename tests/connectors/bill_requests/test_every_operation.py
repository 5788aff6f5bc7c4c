"""No operation of BILL is without a row that says, byte for byte, what is sent for it."""

import importlib
import pkgutil
from collections.abc import Iterator

from connectors.catalogue import catalogue
from tests.connectors import bill_requests
from tests.connectors.bill_requests import Row


def names_in_tables() -> Iterator[str]:
    """Tables are lists at the top of the modules beside this one, of `Row`s or tuples that begin with it."""
    for module in pkgutil.iter_modules(bill_requests.__path__):
        for value in vars(importlib.import_module(f"{bill_requests.__name__}.{module.name}")).values():
            for row in value if isinstance(value, list) else ():
                if isinstance(row, Row | tuple):
                    yield row.name if isinstance(row, Row) else row[0]


def test_every_operation_is_in_a_table() -> None:
    assert catalogue("bill").operations.keys() - set(names_in_tables()) == set()
