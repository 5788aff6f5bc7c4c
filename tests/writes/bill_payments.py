"""What a person might ask of BILL about payments to vendors and the accounts they are paid from."""

from collections.abc import Callable
from typing import Any

from connectors.sandbox.bill.resources.funding_accounts import BANK
from tests import payables as books
from tests import payments
from tests.writes.world import TEXT, World

FROM_BANK = {"fundingType": "BANK_ACCOUNT", "fundingAccountId": BANK}
PAY = {"billId": books.BILL, "amount": "70.50", "description": TEXT, **FROM_BANK}
CASES: dict[str, dict[str, Any]] = {
    "bill_create_payment": PAY,
    "bill_create_payments_bulk": {
        "payments": [
            {"billId": books.BILL, "amount": "200"},
            {"billId": payments.SECOND_BILL, "amount": "20.25"},
        ],
        "description": TEXT,
        "requestPayFaster": True,
        **FROM_BANK,
    },
    "bill_cancel_payment": {"paymentId": payments.SCHEDULED},
    "bill_void_payment": {"paymentId": payments.SENT, "voidReason": TEXT, "type": "VOID_ONLY"},
    "bill_create_bank_account": {
        "nameOnAccount": TEXT,
        "routingNumber": "021000021",
        "bankAccountNumber": "000555666777",
        "bankAccountType": "SAVINGS",
        "bankAccountOwner": "BUSINESS",
        "bankName": "Second Pier Bank",
    },
    "bill_update_bank_account": {"bankAccountId": BANK, "bankName": TEXT, "isReceivablesDefault": False},
    "bill_archive_bank_account": {"bankAccountId": BANK},
    "bill_verify_bank_account": {"bankAccountId": payments.PENDING_BANK, "depositAmount": "0.50"},
    "bill_nominate_bank_account_user": {"bankAccountId": BANK, "userId": books.OTHER_USER},
    "bill_archive_bank_account_user": {"bankAccountUserId": payments.BANK_USER},
}


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    def case(given: dict[str, Any]) -> Callable[[], dict[str, Any]]:
        def ask() -> dict[str, Any]:
            payments.fill(world.sandbox)
            return given

        return ask

    return {name: case(given) for name, given in CASES.items()}
