"""Writes to Spend & Expense."""

from collections.abc import Callable
from typing import Any

from tests.writes.world import TEXT, World


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    def budget() -> str:
        return world.rows("bill_list_budgets", retired=False)[0]["id"]

    def member() -> dict[str, Any]:
        key = budget()
        return {"budgetId": key, "userId": world.rows("bill_list_budget_members", budgetId=key)[-1]["userId"]}

    def user() -> str:
        """Not the one whose token we use."""
        return world.rows("bill_list_spend_users", retired=False)[1]["id"]

    def card(status: str = "ACTIVE") -> str:
        return next(row["id"] for row in world.rows("bill_list_spend_cards") if row["status"] == status)

    return {
        "bill_create_budget": lambda: {
            "name": TEXT,
            "owners": [user()],
            "recurringInterval": "MONTHLY",
            "limit": "200",
            "recurringLimit": "250.50",
            "description": TEXT,
        },
        "bill_update_budget": lambda: {
            "budgetId": budget(),
            "limit": "9000.25",
            "recurringLimit": "9100",
            "description": TEXT,
        },
        "bill_delete_budget": lambda: {"budgetId": budget()},
        "bill_set_budget_member": lambda: member() | {"limit": "300.50", "recurringLimit": "400"},
        "bill_set_budget_members_bulk": lambda: {
            "budgetId": budget(),
            "members": [{"userId": user(), "limit": 900, "recurringLimit": 950, "role": "MEMBER"}],
        },
        "bill_delete_budget_member": member,
        "bill_create_spend_card": lambda: {
            "budgetId": budget(),
            "name": TEXT,
            "userId": user(),
            "limit": "100",
            "recurringLimit": "120",
        },
        "bill_update_spend_card": lambda: {"cardId": card(), "limit": "5000", "name": TEXT},
        "bill_delete_spend_card": lambda: {"cardId": card(), "reason": "STOLEN"},
        "bill_freeze_spend_card": lambda: {"cardId": card()},
        "bill_unfreeze_spend_card": lambda: {"cardId": card("FROZEN")},
        "bill_create_spend_user": lambda: {
            "email": "new+1@halden.example",
            "firstName": TEXT,
            "lastName": "O\u2019Neil",
            "role": "MEMBER",
        },
        "bill_update_spend_user": lambda: {"userId": user(), "lastName": TEXT, "role": "BOOKKEEPER"},
        "bill_delete_spend_user": lambda: {"userId": user()},
    }
