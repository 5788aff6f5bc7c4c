"""What BILL is sent about payments and the accounts they come from, byte for byte, and that it is taken."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.catalogue import find_operation
from connectors.sandbox.bill.resources.funding_accounts import BANK, CARD
from connectors.sandbox.client import SandboxControl
from connectors.transport import Client, read, send_write
from tests import payables as books
from tests import payments
from tests.connectors.bill_account import make_client
from tests.writes.bill_payments import FROM_BANK

V3 = "/connect/v3"
OLDEST = "sort=createdTime%3Aasc"
OURS = "CS-0123456789ABCDEF"
FUNDING = f'"fundingAccount":{{"type":"BANK_ACCOUNT","id":"{BANK}"}}'
BANKS = "/funding-accounts/banks"
CALLS: list[tuple[str, dict[str, Any], str, str, str, str]] = [
    (
        "bill_list_payments",
        {"vendorId": books.VENDOR, "singleStatus": "CANCELED"},
        "GET",
        "/payments",
        f"{OLDEST}&filters=vendorId%3Aeq%3A00901NORTHSIDE%2CsingleStatus%3Aeq%3ACANCELED",
        "",
    ),
    (
        "bill_create_payment",
        {
            "billId": books.BILL,
            "vendorId": books.VENDOR,
            "processDate": "2030-01-10",
            "amount": "70.50",
            "description": "October",
            "paymentPurpose": {"code": {"name": "Goods", "value": "GDS"}},
            "transactionNumber": OURS,
            "requestPayFaster": True,
            "requestCheckDeliveryType": "UPS_1DAY",
            **FROM_BANK,
        },
        "POST",
        "/payments",
        "",
        f'{{"vendorId":"00901NORTHSIDE","billId":"00n01NORTHSIDE","processDate":"2030-01-10",{FUNDING},'
        '"amount":70.50,"processingOptions":{"requestPayFaster":true,"createBill":false,'
        '"requestCheckDeliveryType":"UPS_1DAY"},"description":"October",'
        f'"paymentPurpose":{{"code":{{"name":"Goods","value":"GDS"}}}},"transactionNumber":"{OURS}"}}',
    ),
    (
        "bill_create_payments_bulk",
        {
            "payments": [
                {"billId": books.BILL, "amount": "200"},
                {"billId": payments.SECOND_BILL, "amount": "20.25"},
            ],
            "transactionNumber": OURS,
            **FROM_BANK,
        },
        "POST",
        "/payments/bulk",
        "",
        f'{{{FUNDING},"payments":[{{"billId":"00n01NORTHSIDE","amount":200}},'
        '{"billId":"00n11SECOND","amount":20.25}],"processingOptions":{"requestPayFaster":false,'
        f'"createBill":false}},"transactionNumber":"{OURS}"}}',
    ),
    (
        "bill_get_payment_exchange_rate",
        {"vendorId": books.VENDOR, "amount": "70.50", "baseCurrency": "USD"},
        "GET",
        "/payments/exchange-rate",
        "vendorId=00901NORTHSIDE&amount=70.50&baseCurrency=USD",
        "",
    ),
    (
        "bill_get_payment_options",
        {"vendorId": books.VENDOR, "amount": "70.50"},
        "GET",
        "/payments/options",
        "vendorId=00901NORTHSIDE&amount=70.50",
        "",
    ),
    ("bill_get_payment", {"paymentId": payments.SENT}, "GET", "/payments/stp02SENT", "", ""),
    (
        "bill_cancel_payment",
        {"paymentId": payments.SCHEDULED},
        "POST",
        "/payments/stp01SCHEDULED/cancel",
        "",
        "",
    ),
    (
        "bill_get_payment_check_image",
        {"paymentId": payments.SENT},
        "GET",
        "/payments/stp02SENT/check-image",
        "",
        "",
    ),
    (
        "bill_void_payment",
        {"paymentId": payments.SENT, "voidReason": "Paid twice", "type": "VOID_ONLY"},
        "POST",
        "/payments/stp02SENT/void",
        "",
        '{"reason":"Paid twice","type":"VOID_ONLY"}',
    ),
    ("bill_list_ap_cards", {}, "GET", "/funding-accounts/ap-cards", "", ""),
    (
        "bill_list_bank_accounts",
        {"archived": False},
        "GET",
        BANKS,
        f"{OLDEST}&filters=archived%3Aeq%3Afalse",
        "",
    ),
    (
        "bill_create_bank_account",
        {
            "nameOnAccount": "Halden Labs",
            "routingNumber": "021000021",
            "bankAccountNumber": "000555666777",
            "bankAccountType": "SAVINGS",
            "bankAccountOwner": "BUSINESS",
            "bankName": "Second Pier Bank",
            "accessToAdmins": True,
            "chartOfAccountId": "0ca01",
        },
        "POST",
        BANKS,
        "",
        '{"nameOnAccount":"Halden Labs","routingNumber":"021000021","accountNumber":"000555666777",'
        '"type":"SAVINGS","ownerType":"BUSINESS","bankName":"Second Pier Bank","accessToAdmins":true,'
        '"chartOfAccountId":"0ca01"}',
    ),
    (
        "bill_list_bank_account_users",
        {"bankAccountId": BANK, "currentUser": True},
        "GET",
        f"{BANKS}/users",
        f"{OLDEST}&filters=bankAccountId%3Aeq%3A{BANK}&currentUser=true",
        "",
    ),
    (
        "bill_nominate_bank_account_user",
        {"bankAccountId": BANK, "userId": books.OTHER_USER},
        "POST",
        f"{BANKS}/users/nominate",
        "",
        f'{{"bankAccountId":"{BANK}","userId":"{books.OTHER_USER}"}}',
    ),
    (
        "bill_archive_bank_account_user",
        {"bankAccountUserId": payments.BANK_USER},
        "POST",
        f"{BANKS}/users/bau01OTHER/archive",
        "",
        "",
    ),
    ("bill_get_bank_account", {"bankAccountId": BANK}, "GET", f"{BANKS}/{BANK}", "", ""),
    (
        "bill_update_bank_account",
        {"bankAccountId": BANK, "bankName": "First Pier", "isPayablesDefault": False},
        "PATCH",
        f"{BANKS}/{BANK}",
        "",
        '{"bankName":"First Pier","default":{"payables":false}}',
    ),
    ("bill_archive_bank_account", {"bankAccountId": BANK}, "POST", f"{BANKS}/{BANK}/archive", "", ""),
    (
        "bill_verify_bank_account",
        {"bankAccountId": payments.PENDING_BANK, "depositAmount": "0.50"},
        "POST",
        f"{BANKS}/bac01PENDING/verify",
        "",
        '{"depositAmount":0.50}',
    ),
    (
        "bill_list_card_accounts",
        {"cardUserStatus": "VERIFIED"},
        "GET",
        "/funding-accounts/cards",
        "cardUserStatus=VERIFIED",
        "",
    ),
    (
        "bill_list_card_funding_purposes",
        {"vendorId": books.VENDOR, "brand": "AMEX"},
        "GET",
        "/funding-accounts/cards/funding-purposes",
        "vendorId=00901NORTHSIDE&brand=AMEX",
        "",
    ),
    (
        "bill_list_card_account_users",
        {"currentUser": True},
        "GET",
        "/funding-accounts/cards/users",
        "currentUser=true",
        "",
    ),
    ("bill_get_card_account", {"cardAccountId": CARD}, "GET", f"/funding-accounts/cards/{CARD}", "", ""),
    ("bill_get_funding_permissions", {}, "GET", "/funding-accounts/permissions", "", ""),
]


@pytest.fixture
def client(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Client]:
    payments.fill(sandbox)
    made = make_client(sandbox_url)
    yield made
    made.close()


@pytest.mark.parametrize(("name", "given", "method", "path", "query", "body"), CALLS)
def test_the_request_is_as_bill_wants_it_and_is_taken(
    client: Client, name: str, given: dict[str, Any], method: str, path: str, query: str, body: str
) -> None:
    operation = find_operation(name)
    request = operation.request(operation.arguments(given), {})

    assert (request.method, request.path, request.query) == (method, V3 + path, query)
    assert (request.content_type, request.body) == ("application/json" if body else "", body)
    if operation.is_read:
        assert read(client, operation, given).status == 200
    else:
        assert send_write(client, request, operation=operation).status in (200, 201)
