"""From stored records to what v3 answers.

Stored records have the v3 shape with amounts as decimal text; v3 shows numbers and leaves out what is empty.
"""

from collections.abc import Mapping, Set
from decimal import Decimal
from typing import Any

from connectors.sandbox.bill.connections import status_of
from connectors.sandbox.books import Books

AMOUNTS = {
    "totalAmount",
    "dueAmount",
    "scheduledAmount",
    "creditAmount",
    "amount",
    "paidAmount",
    "fundingAmount",
    "appliedAmount",
}
NUMBERS = AMOUNTS | {"price", "quantity", "exchangeRate", "salesTaxTotal", "salesTaxPercentage"}
COUNTRY_NAMES = {
    "US": "United States",
    "CA": "Canada",
    "GB": "United Kingdom",
    "DE": "Germany",
    "FR": "France",
    "NL": "Netherlands",
    "IE": "Ireland",
    "ES": "Spain",
}


def published(value: Any, numbers: Set[str] = NUMBERS) -> Any:
    """The stored record as v3 shows it: numbers for amounts, nothing for empty fields."""
    if isinstance(value, Mapping):
        return {
            key: as_number(part)
            if key in numbers and not isinstance(part, Mapping)
            else published(part, numbers)
            for key, part in value.items()
            if part is not None and part != "" and part != {} and key != "v2"
        }
    if isinstance(value, list):
        return [published(part, numbers) for part in value]
    return value


def as_number(text: str | int | float) -> int | float:
    """The last step before JSON: a decimal of at most fifteen digits survives as a float's shortest text."""
    amount = Decimal(str(text))
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def customer(books: Books, record: dict[str, Any]) -> dict[str, Any]:
    balance = {"amount": owed(books, "invoice", record["id"])}
    return published(
        record | {"balance": balance, "authorizedToCharge": bool(record.get("authorizedToCharge"))}
    )


def vendor(books: Books, record: dict[str, Any]) -> dict[str, Any]:
    balance = {"amount": owed(books, "bill", record["id"]), "lastUpdatedDate": record["updatedTime"]}
    status = status_of(books, "vendor", record["id"])
    shown = published(record | {"balance": balance, "networkStatus": status})
    account = books.get("vendor bank account", record["id"])
    if account:
        shown["paymentInformation"]["bankAccount"] = vendor_bank_account(account)
    return shown


def vendor_bank_account(account: Mapping[str, Any]) -> dict[str, Any]:
    """BILL shows the last four of the number and keeps the rest to itself."""
    number = account["accountNumber"]
    hidden = {"id", "createdTime", "regulatoryFields"}
    shown = {name: value for name, value in account.items() if name not in hidden}
    return published(shown | {"accountNumber": "*" * (len(number) - 4) + number[-4:]})


def bill(books: Books, record: dict[str, Any]) -> dict[str, Any]:
    owner = books.get("vendor", record["vendorId"])
    return published({**record, "vendorName": owner["name"] if owner else None})


def plain(_books: Books, record: dict[str, Any]) -> dict[str, Any]:
    return published(record)


def owed(books: Books, kind: str, owner: str) -> str:
    rows = books.find(kind, owner=owner, where={"archived": False})
    return str(sum((Decimal(str(row["dueAmount"])) for row in rows), Decimal(0)))
