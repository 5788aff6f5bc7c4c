"""What a person might ask of BILL about customers and what they owe."""

from collections.abc import Callable
from typing import Any

from tests import receivables as books
from tests.writes.world import TEXT, World

USER = "00601HALDENCONSOLE00"
BANK = {
    "nameOnAccount": TEXT,
    "bankRoutingNumber": "021000021",
    "bankAccountNumber": "000987654321",
    "bankAccountType": "CHECKING",
    "bankAccountOwner": "BUSINESS",
}
NEW_INVOICE = {
    "customerId": books.HARBOR,
    "invoiceNumber": "H-99",
    "dueDate": "2026-12-31",
    "invoiceLineItems": [{"quantity": 3, "price": "12.5000", "description": TEXT, "departmentId": "0de01"}],
}
NEW_CREDIT = {
    "customerId": books.HARBOR,
    "referenceNumber": "CM-9",
    "creditDate": "2026-12-05",
    "creditMemoLineItems": [{"quantity": 2, "price": "10.25", "description": TEXT}],
}
SCHEDULE = {"period": "MONTHLY", "frequency": 2, "nextDueDate": "2027-01-31", "daysInAdvance": 10}
NEW_RECURRING = {
    "customerId": books.HARBOR,
    "schedule": SCHEDULE,
    "recurringInvoiceLineItems": [{"amount": "80.00", "description": TEXT}],
}
ALL_LINES = [
    {"id": books.LINES[0], "quantity": 2, "price": "60.00"},
    {"quantity": 1, "price": "5.25", "description": TEXT},
]
CREDIT_ANEW = NEW_CREDIT | {"creditMemoLineItems": [{"quantity": 3, "price": "20.00", "description": TEXT}]}
CHARGE = {
    "customerId": books.HARBOR,
    "bankAccountId": books.ACCOUNT,
    "invoicePayments": [
        {"invoiceId": books.INVOICE, "amount": "120.50"},
        {"invoiceId": books.SECOND, "amount": "50"},
    ],
}

CASES: dict[str, dict[str, Any]] = {
    "bill_create_customer": {"name": TEXT, "email": "ap+1@acme.example", "billingAddress": books.ADDRESS},
    "bill_update_customer": {
        "customerId": books.HARBOR,
        "description": TEXT,
        "contactLastName": "Ortiz",
        "billingAddress": books.ADDRESS | {"city": "Fresno"},
    },
    "bill_archive_customer": {"customerId": books.HARBOR},
    "bill_restore_customer": {"customerId": books.GONE},
    "bill_create_customer_contact": {
        "customerId": books.HARBOR,
        "email": "new+1@acme.example",
        "firstName": TEXT,
        "alternateEmail": "other@acme.example",
    },
    "bill_create_customer_bank_account": {"customerId": books.PIER, **BANK},
    "bill_update_customer_bank_account": {
        "customerId": books.HARBOR,
        "bankAccountId": books.ACCOUNT,
        "bankAccountNumber": "000987654321",
        "nickname": TEXT,
    },
    "bill_archive_customer_bank_account": {"customerId": books.HARBOR, "bankAccountId": books.ACCOUNT},
    "bill_set_customer_charge_authorization": {"customerId": books.PIER, "authorizedToCharge": True},
    "bill_create_invoice": NEW_INVOICE,
    "bill_replace_invoice": {
        "invoiceId": books.INVOICE,
        "customerId": books.HARBOR,
        "invoiceNumber": "H-11",
        "invoiceDate": "2026-12-01",
        "dueDate": "2027-01-15",
        "invoiceLineItems": ALL_LINES,
    },
    "bill_update_invoice": {
        "invoiceId": books.INVOICE,
        "invoiceLineItems": [{"id": books.LINES[1], "price": "81.50"}],
    },
    "bill_archive_invoice": {"invoiceId": books.INVOICE},
    "bill_restore_invoice": {"invoiceId": books.ARCHIVED},
    "bill_send_invoice": {
        "invoiceId": books.INVOICE,
        "to": ["ana@harbor.example", "ap+1@acme.example"],
        "replyToUserId": USER,
    },
    "bill_create_invoice_payment_link": {
        "invoiceId": books.INVOICE,
        "customerId": books.HARBOR,
        "email": "ap@harbor.example",
        "returnUrl": "https://halden.example/thanks?from=bill&x=%7B+%7D",
    },
    "bill_record_invoice_payment": {
        "amount": "150.75",
        "customerId": books.HARBOR,
        "invoices": [
            {"invoiceId": books.INVOICE, "amount": "100.00"},
            {"invoiceId": books.SECOND, "amount": "50"},
        ],
        "paymentDate": "2026-12-20",
        "paymentType": "CHECK",
        "description": TEXT,
    },
    "bill_charge_customer": CHARGE,
    "bill_create_credit_memo": NEW_CREDIT,
    "bill_create_credit_memos_bulk": {"creditMemos": [NEW_CREDIT, NEW_CREDIT | {"referenceNumber": "CM-10"}]},
    "bill_replace_credit_memo": {"creditMemoId": books.CREDIT, **CREDIT_ANEW},
    "bill_update_credit_memo": {"creditMemoId": books.CREDIT, "description": TEXT},
    "bill_replace_credit_memos_bulk": {"creditMemos": [{"id": books.CREDIT, **CREDIT_ANEW}]},
    "bill_update_credit_memos_bulk": {
        "creditMemos": [
            {"id": books.CREDIT, "description": TEXT},
            {"id": books.OTHER_CREDIT, "creditDate": "2026-12-07"},
        ]
    },
    "bill_archive_credit_memo": {"creditMemoId": books.CREDIT},
    "bill_restore_credit_memo": {"creditMemoId": books.OLD_CREDIT},
    "bill_archive_credit_memos_bulk": {"ids": [books.CREDIT, books.OTHER_CREDIT]},
    "bill_restore_credit_memos_bulk": {"ids": [books.OLD_CREDIT]},
    "bill_create_recurring_invoice": NEW_RECURRING,
    "bill_replace_recurring_invoice": {"recurringInvoiceId": books.RECURRING, **NEW_RECURRING},
    "bill_update_recurring_invoice": {
        "recurringInvoiceId": books.RECURRING,
        "recurringInvoiceLineItems": [{"id": f"{books.RECURRING}/1", "amount": "85.00"}],
    },
    "bill_archive_recurring_invoice": {"recurringInvoiceId": books.RECURRING},
    "bill_restore_recurring_invoice": {"recurringInvoiceId": books.PUT_AWAY},
}


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    def case(given: dict[str, Any]) -> Callable[[], dict[str, Any]]:
        def ask() -> dict[str, Any]:
            books.fill(world.sandbox)
            return given

        return ask

    return {name: case(given) for name, given in CASES.items()}
