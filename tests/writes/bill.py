"""Writes to BILL."""

from collections.abc import Callable
from typing import Any

from tests.writes.world import TEXT, World


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    return {
        "bill_create_customer": lambda: {"name": TEXT, "email": "ap+1@acme.example"},
        "bill_v2_create_customer": lambda: {"name": TEXT, "description": "{devKey}={sessionId}"},
        "bill_create_customer_contact": lambda: {
            "customerId": world.ids("bill_list_customers")[0],
            "email": "new+1@acme.example",
            "firstName": TEXT,
        },
        "bill_create_invoice": lambda: {
            "customerId": world.ids("bill_list_customers")[0],
            "invoiceLineItems": [{"quantity": 3, "price": "12.5000", "description": TEXT}],
        },
    }
