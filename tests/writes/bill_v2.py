"""What a person might ask of BILL's older interface about customers."""

from collections.abc import Callable
from typing import Any

from tests import receivables as books
from tests.writes.world import TEXT, World

ADDRESS = {
    "billAddress1": TEXT,
    "billAddress4": "Left",
    "billAddressCity": "Köln",
    "billAddressCountry": "Germany",
}
CASES: dict[str, dict[str, Any]] = {
    "bill_v2_create_customer": {"name": TEXT, "description": "{devKey}={sessionId}"},
    "bill_v2_update_customer": {
        "customerId": books.HARBOR,
        "name": "Harbor Cafe",
        "shortName": TEXT,
        "accountType": "PERSON",
        **ADDRESS,
    },
    "bill_v2_delete_customer": {"customerId": books.HARBOR},
    "bill_v2_undelete_customer": {"customerId": books.GONE},
    "bill_v2_create_customers_bulk": {
        "customers": [
            {"name": TEXT, "email": "ap+1@acme.example", **ADDRESS},
            {"name": "{sessionId}", "accountType": "BUSINESS", "parentCustomerId": books.HARBOR},
        ]
    },
    "bill_v2_update_customers_bulk": {
        "customers": [
            {"customerId": books.HARBOR, "name": "Harbor Cafe", "description": TEXT},
            {"customerId": books.PIER, "name": "Pier", "email": "new@pier.example"},
        ]
    },
    "bill_v2_delete_customers_bulk": {
        "customers": [{"customerId": key} for key in (books.HARBOR, books.PIER)]
    },
    "bill_v2_undelete_customers_bulk": {"customers": [{"customerId": books.GONE}]},
    "bill_v2_create_customer_contact": {
        "customerId": books.HARBOR,
        "firstName": TEXT,
        "email": "new+1@harbor.example",
        "timeZone": "CENTRAL",
    },
    "bill_v2_update_customer_contact": {
        "contactId": books.ANA,
        "customerId": books.HARBOR,
        "lastName": TEXT,
        "timeZone": "EASTERN",
    },
    "bill_v2_delete_customer_contact": {"contactId": books.ANA},
    "bill_v2_undelete_customer_contact": {"contactId": books.LEFT},
    "bill_v2_create_customer_contacts_bulk": {
        "contacts": [
            {"customerId": books.HARBOR, "email": "new+1@harbor.example", "lastName": TEXT},
            {"customerId": books.PIER, "email": "new+1@harbor.example"},
        ]
    },
    "bill_v2_update_customer_contacts_bulk": {
        "contacts": [{"contactId": books.ANA, "customerId": books.HARBOR, "lastName": TEXT}]
    },
    "bill_v2_delete_customer_contacts_bulk": {"contacts": [{"contactId": books.ANA}]},
    "bill_v2_undelete_customer_contacts_bulk": {"contacts": [{"contactId": books.LEFT}]},
    "bill_v2_create_customer_bank_account": {
        "customerId": books.PIER,
        "nameOnAccount": TEXT,
        "bankRoutingNumber": "021000021",
        "bankAccountNumber": "000987654321",
        "isSavings": True,
    },
    "bill_v2_delete_customer_bank_account": {"bankAccountId": books.ACCOUNT},
}


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    def case(given: dict[str, Any]) -> Callable[[], dict[str, Any]]:
        def ask() -> dict[str, Any]:
            books.fill(world.sandbox)
            return given

        return ask

    return {name: case(given) for name, given in CASES.items()}
