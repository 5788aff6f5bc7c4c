"""From stored records to what BILL's two interfaces answer.

Stored records have the v3 shape with amounts as decimal text; v3 shows numbers and leaves out what is
empty, v2 shows the same customer under other names with twenty zeros for an empty reference.
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
NO_REFERENCE = "0" * 20
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
V2_COUNTRY = {"US": "USA"}
V2_ACCOUNT_TYPE = {"NONE": "0", "BUSINESS": "1", "PERSON": "2"}


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
    return published(record | {"balance": {"amount": _owed(books, "invoice", record["id"])}})


def vendor(books: Books, record: dict[str, Any]) -> dict[str, Any]:
    balance = {"amount": _owed(books, "bill", record["id"]), "lastUpdatedDate": record["updatedTime"]}
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


def _owed(books: Books, kind: str, owner: str) -> str:
    rows = books.find(kind, owner=owner, where={"archived": False})
    return str(sum((Decimal(str(row["dueAmount"])) for row in rows), Decimal(0)))


def v2_customer(books: Books, record: dict[str, Any]) -> dict[str, Any]:
    contact = record.get("contact") or {}
    extra = record.get("v2") or {}
    return {
        "entity": "Customer",
        "id": record["id"],
        "isActive": "2" if record["archived"] else "1",
        "createdTime": v2_time(record["createdTime"]),
        "updatedTime": v2_time(record["updatedTime"]),
        "name": record["name"],
        "shortName": extra.get("shortName"),
        "parentCustomerId": extra.get("parentCustomerId") or NO_REFERENCE,
        "companyName": record.get("companyName"),
        "contactFirstName": contact.get("firstName"),
        "contactLastName": contact.get("lastName"),
        "accNumber": record.get("accountNumber"),
        **_v2_address("bill", record.get("billingAddress") or {}),
        **_v2_address("ship", record.get("shippingAddress") or {}),
        "email": record.get("email"),
        "phone": record.get("phone"),
        "altPhone": extra.get("altPhone"),
        "fax": record.get("fax"),
        "description": record.get("description"),
        "invoiceCurrency": record.get("invoiceCurrency"),
        "printAs": extra.get("printAs"),
        "mergedIntoId": NO_REFERENCE,
        "hasAuthorizedToCharge": False,
        "accountType": V2_ACCOUNT_TYPE[record.get("accountType") or "NONE"],
        "paymentTermId": record.get("paymentTermId") or NO_REFERENCE,
        "balance": as_number(_owed(books, "invoice", record["id"])),
        "availCredit": 0,
        "hasBankAccount": False,
        "creationSource": "0",
    }


def _v2_address(prefix: str, address: Mapping[str, Any]) -> dict[str, Any]:
    country = address.get("country")
    return {
        f"{prefix}Address1": address.get("line1"),
        f"{prefix}Address2": address.get("line2"),
        f"{prefix}Address3": None,
        f"{prefix}Address4": None,
        f"{prefix}AddressCity": address.get("city"),
        f"{prefix}AddressState": address.get("stateOrProvince"),
        f"{prefix}AddressCountry": V2_COUNTRY.get(country, country) if country else None,
        f"{prefix}AddressZip": address.get("zipOrPostalCode"),
    }


def v2_time(text: str) -> str:
    return text.replace("+00:00", "+0000")
