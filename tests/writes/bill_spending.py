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

    def field() -> str:
        return world.rows("bill_list_spend_custom_fields", retired=False)[0]["id"]

    def value() -> str:
        return world.rows("bill_list_spend_custom_field_values", customFieldId=field())[0]["id"]

    def owed() -> dict[str, Any]:
        rows = world.rows("bill_list_reimbursements", retired=False)
        return next(row for row in rows if row["status"] == "AWAITING_APPROVAL")

    def bought(receipt: str = "NOT_ATTACHED") -> dict[str, Any]:
        rows = world.rows("bill_list_spend_transactions")
        return next(row for row in rows if row["receiptStatus"] == receipt)

    def other_budget() -> str:
        return world.rows("bill_list_budgets", retired=False)[-1]["id"]

    return {
        "bill_create_spend_custom_field": lambda: {
            "name": TEXT,
            "allowCustomValues": True,
            "global": True,
            "required": False,
            "values": [TEXT, "Food"],
            "minimumAmountForRequirement": "75.50",
        },
        "bill_update_spend_custom_field": lambda: {"customFieldId": field(), "description": TEXT},
        "bill_delete_spend_custom_field": lambda: {"customFieldId": field()},
        "bill_create_spend_custom_field_values": lambda: {"customFieldId": field(), "values": [TEXT, "Food"]},
        "bill_delete_spend_custom_field_values": lambda: {
            "customFieldId": field(),
            "customFieldValueIds": [value()],
        },
        "bill_create_reimbursement": lambda: {
            "budgetId": budget(),
            "userId": user(),
            "occurredDate": "2026-11-20",
            "note": TEXT,
            "merchantName": TEXT,
            "amount": "50.20",
            "receipts": [{"url": "https://files.halden.example/a+b", "filename": "lunch.jpg"}],
        },
        "bill_update_reimbursement": lambda: {
            "reimbursementId": owed()["id"],
            "amount": "12.34",
            "note": TEXT,
        },
        "bill_delete_reimbursement": lambda: {"reimbursementId": owed()["id"]},
        "bill_approve_or_deny_reimbursement": lambda: {
            "reimbursementId": owed()["id"],
            "action": "APPROVE",
            "note": TEXT,
        },
        "bill_create_reimbursement_upload_url": dict,
        "bill_add_reimbursement_receipt": lambda: {
            "reimbursementId": owed()["id"],
            "url": "https://files.halden.example/a+b",
            "filename": "lunch 2.jpg",
        },
        "bill_delete_reimbursement_receipt": lambda: {
            "reimbursementId": owed()["id"],
            "receiptId": owed()["receipts"][0]["uuid"],
        },
        "bill_create_spend_transaction_upload_url": dict,
        "bill_accept_or_reject_spend_transaction": lambda: {
            "acsTransactionId": "acs-0001",
            "action": "ACCEPT",
        },
        "bill_update_spend_transaction": lambda: {
            "transactionId": bought()["id"],
            "budgetId": other_budget(),
        },
        "bill_update_spend_transaction_custom_fields": lambda: {
            "transactionId": bought()["id"],
            "customFields": [{"customFieldId": field(), "selectedValues": [value()], "note": TEXT}],
        },
        "bill_add_spend_transaction_receipt": lambda: {
            "transactionId": bought()["id"],
            "url": "https://files.halden.example/a+b",
        },
        "bill_delete_spend_transaction_receipt": lambda: {
            "transactionId": bought("ATTACHED")["id"],
            "receiptId": bought("ATTACHED")["receipts"][0]["uuid"],
        },
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
