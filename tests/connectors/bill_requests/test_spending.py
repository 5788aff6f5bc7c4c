"""What Spend & Expense is sent, byte for byte, and that it is taken: with the token alone."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from connectors.catalogue import catalogue, find_operation
from connectors.sandbox.client import SandboxControl
from connectors.transport import Client, read, send_write
from tests.connectors.bill_account import make_client

SPEND = "/connect/v3/spend"
# Each: operation, arguments beside the ids, method, path, query, body. Ids stand as {budget}, {card}, ….
SENT: list[tuple[str, dict[str, Any], str, str, str, Any]] = [
    ("bill_list_budgets", {"retired": False}, "GET", "/budgets", "filters=retired%3Aeq%3Afalse", None),
    (
        "bill_create_budget",
        {
            "name": "Trips",
            "owners": ["{user}"],
            "recurringInterval": "MONTHLY",
            "limit": "200",
            "recurringLimit": "250.50",
            "members": [{"userId": "{user}", "limit": "10"}],
            "observers": ["{user}"],
            "maxTxSize": "99.95",
        },
        "POST",
        "/budgets",
        "",
        '{"name":"Trips","owners":["{user}"],"recurringInterval":"MONTHLY","limit":200,'
        '"recurringLimit":250.50,"members":[{"userId":"{user}","limit":10}],"observers":["{user}"],'
        '"maxTxSize":99.95}',
    ),
    ("bill_get_budget", {"budgetId": "{budget}"}, "GET", "/budgets/{budget}", "", None),
    (
        "bill_update_budget",
        {"budgetId": "{budget}", "limit": "300", "name": "Trips", "shareFunds": "SHARE_MANUALLY"},
        "PATCH",
        "/budgets/{budget}",
        "",
        '{"limit":300,"name":"Trips","shareFunds":"SHARE_MANUALLY"}',
    ),
    ("bill_delete_budget", {"budgetId": "{budget}"}, "DELETE", "/budgets/{budget}", "", None),
    ("bill_list_budget_members", {"budgetId": "{budget}"}, "GET", "/budgets/{budget}/members", "", None),
    (
        "bill_set_budget_members_bulk",
        {"budgetId": "{budget}", "members": [{"userId": "{user}", "limit": 200, "role": "MEMBER"}]},
        "PUT",
        "/budgets/{budget}/members/bulk",
        "",
        '{"members":[{"userId":"{user}","limit":200,"role":"MEMBER"}]}',
    ),
    (
        "bill_get_budget_member",
        {"budgetId": "{budget}", "userId": "{user}"},
        "GET",
        "/budgets/{budget}/members/{user}",
        "",
        None,
    ),
    (
        "bill_set_budget_member",
        {"budgetId": "{budget}", "userId": "{user}", "limit": "50", "recurringLimit": "100"},
        "PUT",
        "/budgets/{budget}/members/{user}",
        "",
        '{"limit":50,"recurringLimit":100}',
    ),
    (
        "bill_delete_budget_member",
        {"budgetId": "{budget}", "userId": "{user}"},
        "DELETE",
        "/budgets/{budget}/members/{user}",
        "",
        None,
    ),
    (
        "bill_list_spend_cards",
        {"budgetId": "{budget}", "cardId": "{card}"},
        "GET",
        "/cards",
        "filters=budgetIds%3Aeq%3A{budget}%2CcardIds%3Aeq%3A{card}",
        None,
    ),
    (
        "bill_create_spend_card",
        {"budgetId": "{budget}", "name": "Hosting", "userId": "{user}", "limit": "100"},
        "POST",
        "/cards",
        "",
        '{"budgetId":"{budget}","limit":100,"name":"Hosting","userId":"{user}"}',
    ),
    ("bill_get_spend_card", {"cardId": "{card}"}, "GET", "/cards/{card}", "", None),
    (
        "bill_update_spend_card",
        {"cardId": "{card}", "limit": "120", "recurring": True},
        "PATCH",
        "/cards/{card}",
        "",
        '{"limit":120,"recurring":true}',
    ),
    (
        "bill_delete_spend_card",
        {"cardId": "{card}", "reason": "LOST"},
        "DELETE",
        "/cards/{card}",
        "reason=LOST",
        None,
    ),
    ("bill_freeze_spend_card", {"cardId": "{card}"}, "POST", "/cards/{card}/freeze", "", None),
    ("bill_unfreeze_spend_card", {"cardId": "{frozen}"}, "POST", "/cards/{frozen}/unfreeze", "", None),
    ("bill_list_spend_users", {}, "GET", "/users", "", None),
    (
        "bill_create_spend_user",
        {"email": "ana@halden.example", "firstName": "Ana", "lastName": "Silva", "role": "MEMBER"},
        "POST",
        "/users",
        "",
        '{"email":"ana@halden.example","firstName":"Ana","lastName":"Silva","role":"MEMBER"}',
    ),
    ("bill_get_current_spend_user", {}, "GET", "/users/current", "", None),
    ("bill_get_spend_user", {"userId": "{user}"}, "GET", "/users/{user}", "", None),
    (
        "bill_update_spend_user",
        {"userId": "{user}", "role": "ADMIN"},
        "PATCH",
        "/users/{user}",
        "",
        '{"role":"ADMIN"}',
    ),
    ("bill_delete_spend_user", {"userId": "{user}"}, "DELETE", "/users/{user}", "", None),
    ("bill_list_spend_custom_fields", {}, "GET", "/custom-fields", "", None),
    (
        "bill_create_spend_custom_field",
        {
            "name": "Team offsite",
            "allowCustomValues": False,
            "global": True,
            "required": False,
            "values": ["Travel", "Food"],
        },
        "POST",
        "/custom-fields",
        "",
        '{"name":"Team offsite","allowCustomValues":false,"global":true,"values":["Travel","Food"],'
        '"required":false}',
    ),
    ("bill_get_spend_custom_field", {"customFieldId": "{field}"}, "GET", "/custom-fields/{field}", "", None),
    (
        "bill_update_spend_custom_field",
        {"customFieldId": "{field}", "description": "Engineering"},
        "PATCH",
        "/custom-fields/{field}",
        "",
        '{"description":"Engineering"}',
    ),
    (
        "bill_delete_spend_custom_field",
        {"customFieldId": "{field}"},
        "DELETE",
        "/custom-fields/{field}",
        "",
        None,
    ),
    (
        "bill_list_spend_custom_field_values",
        {"customFieldId": "{field}", "retired": False},
        "GET",
        "/custom-fields/{field}/values",
        "filters=retired%3Aeq%3Afalse",
        None,
    ),
    (
        "bill_create_spend_custom_field_values",
        {"customFieldId": "{field}", "values": ["Travel", "Food"]},
        "POST",
        "/custom-fields/{field}/values",
        "",
        '{"values":["Travel","Food"]}',
    ),
    (
        "bill_delete_spend_custom_field_values",
        {"customFieldId": "{field}", "customFieldValueIds": ["{value}"]},
        "DELETE",
        "/custom-fields/{field}/values",
        "",
        '{"customFieldValueIds":["{value}"]}',
    ),
    (
        "bill_get_spend_custom_field_value",
        {"customFieldId": "{field}", "customFieldValueId": "{value}"},
        "GET",
        "/custom-fields/{field}/values/{value}",
        "",
        None,
    ),
    (
        "bill_list_reimbursements",
        {"budgetId": "{budget}"},
        "GET",
        "/reimbursements",
        "filters=budgetIds%3Aeq%3A{budget}",
        None,
    ),
    (
        "bill_create_reimbursement",
        {
            "budgetId": "{budget}",
            "userId": "{user}",
            "occurredDate": "2026-11-20",
            "note": "Team lunch",
            "merchantName": "Jasmine Thai",
            "amount": "50.20",
            "receipts": [{"url": "https://x.example/1", "filename": "1.jpg"}],
        },
        "POST",
        "/reimbursements",
        "",
        '{"budgetId":"{budget}","userId":"{user}","occurredDate":"2026-11-20","note":"Team lunch",'
        '"merchantName":"Jasmine Thai","amount":50.20,'
        '"receipts":[{"url":"https://x.example/1","filename":"1.jpg"}]}',
    ),
    ("bill_create_reimbursement_upload_url", {}, "POST", "/reimbursements/image-upload-url", "", None),
    (
        "bill_get_reimbursement",
        {"reimbursementId": "{owed}"},
        "GET",
        "/reimbursements/{owed}",
        "",
        None,
    ),
    (
        "bill_update_reimbursement",
        {"reimbursementId": "{owed}", "occurredDate": "2026-11-21"},
        "PATCH",
        "/reimbursements/{owed}",
        "",
        '{"occurredDate":"2026-11-21"}',
    ),
    (
        "bill_delete_reimbursement",
        {"reimbursementId": "{owed}"},
        "DELETE",
        "/reimbursements/{owed}",
        "",
        None,
    ),
    (
        "bill_approve_or_deny_reimbursement",
        {"reimbursementId": "{owed}", "action": "APPROVE", "note": "Lunch"},
        "POST",
        "/reimbursements/{owed}/action",
        "",
        '{"action":"APPROVE","note":"Lunch"}',
    ),
    (
        "bill_add_reimbursement_receipt",
        {"reimbursementId": "{owed}", "url": "https://x.example/2", "filename": "2.jpg"},
        "POST",
        "/reimbursements/{owed}/receipts",
        "",
        '{"url":"https://x.example/2","filename":"2.jpg"}',
    ),
    (
        "bill_delete_reimbursement_receipt",
        {"reimbursementId": "{owed}", "receiptId": "{receipt}"},
        "DELETE",
        "/reimbursements/{owed}/receipts/{receipt}",
        "",
        None,
    ),
    (
        "bill_list_spend_transactions",
        {"cardId": "{card}", "amountFrom": "10.5", "complete": False, "includeReceipts": True},
        "GET",
        "/transactions",
        "filters=cardIds%3Aeq%3A{card}%2Camount%3Agte%3A10.5%2Ccomplete%3Aeq%3Afalse&includeReceipts=true",
        None,
    ),
    ("bill_create_spend_transaction_upload_url", {}, "POST", "/transactions/receipt-upload-url", "", None),
    (
        "bill_accept_or_reject_spend_transaction",
        {"acsTransactionId": "acs-0001", "action": "ACCEPT"},
        "POST",
        "/transactions/acs-0001/3ds-challenge",
        "",
        '{"action":"ACCEPT"}',
    ),
    (
        "bill_get_spend_transaction",
        {"transactionId": "{bought}"},
        "GET",
        "/transactions/{bought}",
        "",
        None,
    ),
    (
        "bill_update_spend_transaction",
        {"transactionId": "{bought}", "budgetId": "{budget}"},
        "PUT",
        "/transactions/{bought}",
        "",
        '{"budgetId":"{budget}"}',
    ),
    (
        "bill_list_spend_transaction_custom_fields",
        {"transactionId": "{bought}"},
        "GET",
        "/transactions/{bought}/custom-fields",
        "",
        None,
    ),
    (
        "bill_update_spend_transaction_custom_fields",
        {
            "transactionId": "{bought}",
            "customFields": [{"customFieldId": "{field}", "selectedValues": ["{value}"], "note": "x"}],
        },
        "PUT",
        "/transactions/{bought}/custom-fields",
        "",
        '{"customFields":[{"customFieldId":"{field}","selectedValues":["{value}"],"note":"x"}]}',
    ),
    (
        "bill_list_spend_transaction_custom_field_values",
        {"transactionId": "{bought}", "customFieldId": "{field}"},
        "GET",
        "/transactions/{bought}/custom-fields/{field}/values",
        "",
        None,
    ),
    (
        "bill_add_spend_transaction_receipt",
        {"transactionId": "{bought}", "url": "https://x.example/3"},
        "POST",
        "/transactions/{bought}/receipts",
        "",
        '{"url":"https://x.example/3"}',
    ),
    (
        "bill_delete_spend_transaction_receipt",
        {"transactionId": "{shown}", "receiptId": "{slip}"},
        "DELETE",
        "/transactions/{shown}/receipts/{slip}",
        "",
        None,
    ),
]


@pytest.fixture
def client(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Client]:
    client = make_client(sandbox_url, spend_token="sandbox-spend-token")
    yield client
    client.close()


@pytest.fixture
def ids(client: Client) -> dict[str, str]:
    return ids_of(client)


def ids_of(client: Client) -> dict[str, str]:
    def record(listing: str, **wanted: Any) -> dict[str, Any]:
        rows = read(client, find_operation(listing), {}).data
        return next(row for row in rows if all(row.get(name) == value for name, value in wanted.items()))

    def first(listing: str, **wanted: Any) -> str:
        return record(listing, **wanted)["id"]

    budget = first("bill_list_budgets")
    members = read(client, find_operation("bill_list_budget_members"), {"budgetId": budget}).data
    field = first("bill_list_spend_custom_fields")
    values = read(
        client, find_operation("bill_list_spend_custom_field_values"), {"customFieldId": field}
    ).data
    owed = record("bill_list_reimbursements", status="AWAITING_APPROVAL")
    shown = record("bill_list_spend_transactions", receiptStatus="ATTACHED")
    return {
        "budget": budget,
        "field": field,
        "value": values[0]["id"],
        "owed": owed["id"],
        "receipt": owed["receipts"][0]["uuid"],
        "bought": first("bill_list_spend_transactions", receiptStatus="NOT_ATTACHED"),
        "shown": shown["id"],
        "slip": shown["receipts"][0]["uuid"],
        "user": members[-1]["userId"],
        "card": first("bill_list_spend_cards", status="ACTIVE"),
        "frozen": first("bill_list_spend_cards", status="FROZEN"),
    }


def filled(value: Any, ids: dict[str, str]) -> Any:
    """The value with ids for {budget} and its like, wherever they stand."""
    text = value if isinstance(value, str) else json.dumps(value)
    for name, key in ids.items():
        text = text.replace("{" + name + "}", key)
    return text if isinstance(value, str) else json.loads(text)


@pytest.mark.parametrize(
    ("name", "given", "method", "path", "query", "body"), SENT, ids=[row[0] for row in SENT]
)
def test_what_is_sent_is_what_bill_documents_and_is_taken(
    client: Client,
    sandbox: SandboxControl,
    ids: dict[str, str],
    name: str,
    given: dict[str, Any],
    method: str,
    path: str,
    query: str,
    body: str | None,
) -> None:
    operation, given = find_operation(name), filled(given, ids)
    request = operation.request(given, {})

    wanted = {
        "method": method,
        "path": SPEND + filled(path, ids),
        "query": filled(query, ids),
        "body": filled(body, ids) if body else "",
    }
    assert request.as_dict() == wanted | {"content_type": "application/json" if body else ""}
    if operation.is_read:
        read(client, operation, given)
        return
    assert send_write(client, request, operation=operation).status == 200
    (effect,) = sandbox.effects(took=True)
    assert effect["operation"] == name.removeprefix("bill_")
    assert effect["request"] == wanted


def test_a_list_goes_on_by_its_own_parameter(client: Client) -> None:
    rows = read(client, find_operation("bill_list_spend_users"), {"limit": 3}).data
    rest = read(client, find_operation("bill_list_spend_users"), {"limit": 3, "after": rows.next}).data

    assert rows.next
    assert not {row["id"] for row in rows} & {row["id"] for row in rest}


def test_transactions_come_fifty_at_a_time(client: Client) -> None:
    rows = read(client, find_operation("bill_list_spend_transactions"), {"limit": 60}).data

    assert len({row["id"] for row in rows}) == 60


def test_what_reveals_a_card_number_is_no_tool() -> None:
    assert "bill_get_spend_card_token" in catalogue("bill").off
