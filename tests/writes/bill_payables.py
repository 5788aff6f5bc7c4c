"""What a person might ask of BILL about vendors and all that is owed to them."""

from collections.abc import Callable
from typing import Any

from tests import payables as books
from tests.writes.world import World

NUMBER = "000123456789"
TEXT = 'Zoë "Zed" & Söhne %7B+?#\\ 日本 \u202e'
BANK = {"nameOnAccount": TEXT, "bankAccountNumber": NUMBER, "bankRoutingNumber": "021000021"}
POLICY = {
    "policyName": TEXT,
    "rules": [{"key": "BILL_AMOUNT", "op": "gte", "values": ["2500.50"]}],
    "approvers": [books.OUR_USER],
}
SCHEDULE = {"period": "MONTHLY", "frequency": 1, "nextDueDate": "2027-01-31", "daysInAdvance": 10}
NEW_VENDOR = {"name": TEXT, "address": books.ADDRESS, **BANK, "taxId": "12-3456789", "taxIdType": "EIN"}
NEW_BILL = {
    "vendorId": books.VENDOR,
    "dueDate": "2026-12-31",
    "invoiceDate": "2026-12-01",
    "invoiceNumber": "NP-9",
    "billLineItems": [{"amount": "228.99", "description": TEXT, "departmentId": "0de01"}],
}
NEW_CREDIT = {
    "vendorId": books.VENDOR,
    "referenceNumber": "CN-9",
    "creditDate": "2026-12-01",
    "vendorCreditLineItems": [{"amount": "20.50", "description": TEXT}],
}
NEW_RECURRING = {
    "vendorId": books.VENDOR,
    "schedule": SCHEDULE,
    "recurringBillLineItems": [{"amount": "80.00", "description": TEXT}],
    "autoPayment": True,
    "bankAccountId": "bac01",
}
ALL_LINES = [{"id": books.LINES[0], "amount": "100.00"}, {"amount": "5.25", "description": TEXT}]
GIVEN_ANEW = {name: value for name, value in NEW_BILL.items() if name != "billLineItems"}
CREDIT_ANEW = NEW_CREDIT | {"vendorCreditLineItems": [{"amount": "60.00", "description": TEXT}]}
INVITATION = {"networkId": books.COMPANY, "networkType": "BILL"}

CASES: dict[str, dict[str, Any]] = {
    "bill_create_vendor": NEW_VENDOR,
    "bill_create_vendors_bulk": {"vendors": [NEW_VENDOR, NEW_VENDOR | {"name": "Westside"}]},
    "bill_update_vendor": {
        "vendorId": books.VENDOR,
        "phone": "+1 (415) 555-0134",
        "companyName": TEXT,
        "taxId": "98-7654321",
        "autoPay": True,
        "autoPayBankAccountId": "bac01",
        "autoPayMaxAmount": "500.00",
        "autoPayDaysBeforeDueDate": 3,
    },
    "bill_archive_vendor": {"vendorId": books.VENDOR},
    "bill_create_vendor_bank_account": {"vendorId": books.VENDOR, **BANK},
    "bill_delete_vendor_bank_account": {"vendorId": books.PAID_BY_ACH},
    "bill_invite_vendor": {"vendorId": books.VENDOR, **INVITATION},
    "bill_invite_vendor_by_email": {"vendorId": books.VENDOR, "email": "ap+1@northside.example"},
    "bill_invite_customer": {"customerId": books.CUSTOMER, **INVITATION},
    "bill_disconnect_vendor": {"vendorId": books.ASKED},
    "bill_disconnect_customer": {"customerId": books.CONNECTED},
    "bill_accept_network_invitation": {
        "networkId": books.ASKING,
        "type": "VENDOR",
        "id": books.VENDOR,
    },
    "bill_create_bill": NEW_BILL,
    "bill_create_bills_bulk": {"bills": [NEW_BILL, NEW_BILL | {"invoiceNumber": "NP-10"}]},
    "bill_record_bill_payment": {
        "vendorId": books.VENDOR,
        "processDate": "2026-12-20",
        "payments": [{"billId": books.BILL, "amount": "70.00"}],
    },
    "bill_replace_bill": {"billId": books.BILL, **GIVEN_ANEW, "billLineItems": ALL_LINES},
    "bill_update_bill": {
        "billId": books.BILL,
        "description": TEXT,
        "billLineItems": [{"id": books.LINES[1], "amount": "81.50"}],
    },
    "bill_archive_bill": {"billId": books.BILL},
    "bill_restore_bill": {"billId": books.ARCHIVED},
    "bill_approve_or_deny_bills": {
        "decisions": [{"billId": books.WAITING, "action": "APPROVE", "comment": TEXT}]
    },
    "bill_create_approval_policy": POLICY,
    "bill_replace_approval_policy": {"policyId": books.POLICY, **POLICY},
    "bill_delete_approval_policy": {"policyId": books.POLICY},
    "bill_create_vendor_credit": NEW_CREDIT,
    "bill_create_vendor_credits_bulk": {
        "vendorCredits": [NEW_CREDIT, NEW_CREDIT | {"referenceNumber": "CN-10"}]
    },
    "bill_replace_vendor_credit": {"vendorCreditId": books.CREDIT, **CREDIT_ANEW},
    "bill_update_vendor_credit": {"vendorCreditId": books.CREDIT, "description": TEXT},
    "bill_replace_vendor_credits_bulk": {"vendorCredits": [{"id": books.CREDIT, **CREDIT_ANEW}]},
    "bill_update_vendor_credits_bulk": {
        "vendorCredits": [
            {"id": books.CREDIT, "description": TEXT},
            {"id": books.OTHER_CREDIT, "creditDate": "2026-12-02"},
        ]
    },
    "bill_archive_vendor_credit": {"vendorCreditId": books.CREDIT},
    "bill_archive_vendor_credits_bulk": {"ids": [books.CREDIT, books.OTHER_CREDIT]},
    "bill_create_recurring_bill": NEW_RECURRING,
    "bill_replace_recurring_bill": {"recurringBillId": books.RECURRING, **NEW_RECURRING},
    "bill_update_recurring_bill": {
        "recurringBillId": books.RECURRING,
        "schedule": SCHEDULE | {"endDate": "2027-12-31"},
    },
    "bill_archive_recurring_bill": {"recurringBillId": books.RECURRING},
    "bill_restore_recurring_bill": {"recurringBillId": books.PUT_AWAY},
}


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    def case(given: dict[str, Any]) -> Callable[[], dict[str, Any]]:
        def ask() -> dict[str, Any]:
            books.fill(world.sandbox)
            return given

        return ask

    def restore_vendor() -> dict[str, Any]:
        books.fill(world.sandbox)
        world.sandbox.change("bill", "vendor", books.VENDOR, archived=True)
        return {"vendorId": books.VENDOR}

    return {name: case(given) for name, given in CASES.items()} | {"bill_restore_vendor": restore_vendor}
