"""What v2 knows of v3's records: the same under other names, twenty zeros for an empty reference.

Countries are free text there, and what is archived is not active.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from connectors.sandbox.bill.errors import refusal
from connectors.sandbox.bill.resource import Record, Resource
from connectors.sandbox.bill.resources import customers
from connectors.sandbox.bill.shapes import COUNTRY_NAMES, as_number, owed
from connectors.sandbox.books import Books

NO_REFERENCE = "0" * 20
COUNTRIES = {"USA": "US"} | {name: code for code, name in COUNTRY_NAMES.items()}
SHOWN_COUNTRIES = {"US": "USA"}
ACCOUNT_TYPES = {"0": "NONE", "1": "BUSINESS", "2": "PERSON"}
SAME = ("name", "companyName", "email", "phone", "fax", "description", "invoiceCurrency", "paymentTermId")
CONTACT = ("firstName", "lastName", "email", "phone", "altPhone", "fax", "timezoneId")
# Of a customer; what it is like where nobody uses it.
UNUSED = {
    "taxId": None,
    "hasNetBankAccount": False,
    "hasBankAccountAutoPay": False,
    "hasCreditCard": False,
    "hasCreditCardAutoPay": False,
    "defaultDeliveryMethod": None,
    "isAutoChargeDismissed": False,
    "isTaxLiable": False,
    "creationSource": "0",
    "enabledInvoiceFinancing": False,
    "hasCustomerCard": False,
    "enabledAutoInvoiceFinancing": False,
}
ADDRESS = {
    "line1": "Address1",
    "line2": "Address2",
    "city": "AddressCity",
    "stateOrProvince": "AddressState",
    "zipOrPostalCode": "AddressZip",
    "country": "AddressCountry",
}


@dataclass(frozen=True)
class Entity:
    """name: as in a path. required: to make or change one. verbs: those it has.

    as_given: what v3 would be told. as_shown: what v2 answers.
    """

    name: str
    resource: Resource
    required: tuple[str, ...]
    verbs: str
    as_given: Callable[[Record], Record]
    as_shown: Callable[[Books, Record], Record]
    agrees: bool = False  # a new one comes with agreement to BILL's terms


def shown_as_active(record: Record) -> Record:
    return {
        "isActive": "2" if record["archived"] else "1",
        "createdTime": v2_time(record["createdTime"]),
        "updatedTime": v2_time(record["updatedTime"]),
    }


def v2_time(text: str) -> str:
    return text.replace("+00:00", "+0000")


def _customer_given(given: Record) -> Record:
    """Only of what is given: an update leaves the rest as it is."""
    kind = given.get("accountType")
    if kind is not None and kind not in ACCOUNT_TYPES:
        raise refusal(200, "BDC_1119", "accountType", str(kind))
    told = {name: given[name] for name in SAME if name in given}
    if "accNumber" in given:
        told["accountNumber"] = given["accNumber"]
    if kind is not None:
        told["accountType"] = ACCOUNT_TYPES[kind]
    names = {"firstName": "contactFirstName", "lastName": "contactLastName"}
    groups = {
        "contact": {name: given[field] for name, field in names.items() if field in given},
        "billingAddress": dict(_address_given("bill", given)),
        "shippingAddress": dict(_address_given("ship", given)),
        "v2": {name: given[name] for name in customers.OLD_ONLY if name in given},
    }
    return told | {name: group for name, group in groups.items() if group}


def _address_given(prefix: str, given: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, field in ADDRESS.items():
        if f"{prefix}{field}" in given:
            value = given[f"{prefix}{field}"]
            yield name, COUNTRIES.get(value, value) if name == "country" else value


def _customer_shown(books: Books, record: Record) -> Record:
    contact, extra = record.get("contact") or {}, record.get("v2") or {}
    kinds = {name: code for code, name in ACCOUNT_TYPES.items()}
    accounts = books.find("customer bank account", owner=record["id"], where={"archived": False})
    return {
        "entity": "Customer",
        "id": record["id"],
        **shown_as_active(record),
        "name": record["name"],
        "shortName": extra.get("shortName"),
        "parentCustomerId": extra.get("parentCustomerId") or NO_REFERENCE,
        "companyName": record.get("companyName"),
        "contactFirstName": contact.get("firstName"),
        "contactLastName": contact.get("lastName"),
        "accNumber": record.get("accountNumber"),
        **_address_shown("bill", record.get("billingAddress") or {}, extra),
        **_address_shown("ship", record.get("shippingAddress") or {}, extra),
        "email": record.get("email"),
        "phone": record.get("phone"),
        "altPhone": extra.get("altPhone"),
        "fax": record.get("fax"),
        "description": record.get("description"),
        "invoiceCurrency": record.get("invoiceCurrency"),
        "printAs": extra.get("printAs"),
        "mergedIntoId": NO_REFERENCE,
        "hasAuthorizedToCharge": bool(record.get("authorizedToCharge")),
        "accountType": kinds[record.get("accountType") or "NONE"],
        "paymentTermId": record.get("paymentTermId") or NO_REFERENCE,
        "balance": as_number(owed(books, "invoice", record["id"])),
        "availCredit": as_number(_credit_left(books, record["id"])),
        "hasBankAccount": bool(accounts),
        **UNUSED,
    }


def _credit_left(books: Books, customer_id: str) -> str:
    credits = books.find("credit memo", owner=customer_id, where={"archived": False})
    left = (Decimal(credit["amount"]) - Decimal(credit["appliedAmount"]) for credit in credits)
    return str(sum(left, Decimal(0)))


def _address_shown(prefix: str, address: Mapping[str, Any], extra: Mapping[str, Any]) -> Record:
    """The country as it was written here, unless v3 gave another since."""
    shown = {f"{prefix}{field}": address.get(name) for name, field in ADDRESS.items()}
    country, written = address.get("country"), extra.get(f"{prefix}AddressCountry")
    if not (country and written and COUNTRIES.get(written, written) == country):
        written = SHOWN_COUNTRIES.get(country, country) if country else None
    shown[f"{prefix}AddressCountry"] = written
    return shown | {f"{prefix}Address{line}": extra.get(f"{prefix}Address{line}") for line in (3, 4)}


def _contact_shown(_books: Books, record: Record) -> Record:
    told = {name: record.get(name) for name in CONTACT}
    start = {"entity": "CustomerContact", "id": record["id"], **shown_as_active(record)}
    return {**start, "customerId": record["customerId"], **told}


def _account_given(given: Record) -> Record:
    told = {
        name: given[name]
        for name in ("nameOnAccount", "nickname", "routingNumber", "accountNumber")
        if name in given
    }
    told["type"] = "SAVINGS" if given.get("isSavings") else "CHECKING"
    return told | {"ownerType": "PERSON" if given.get("isPersonalAcct") else "BUSINESS"}


def _account_shown(books: Books, record: Record) -> Record:
    masked = customers.CUSTOMER_BANK_ACCOUNT.shape(books, record)
    return {
        "entity": "CustomerBankAccount",
        "id": record["id"],
        **shown_as_active(record),
        "customerId": record["customerId"],
        **{
            name: masked.get(name) for name in ("nameOnAccount", "nickname", "routingNumber", "accountNumber")
        },
        "isLockedByOrg": False,
        "isSavings": record.get("type") == "SAVINGS",
        "isPersonalAcct": record.get("ownerType") == "PERSON",
        "isWrittenAuth": False,
        "isPrivate": False,
        "phone": None,
        "cpUserId": NO_REFERENCE,
        "status": "1",
    }


EVERY_VERB = "Create Read Update Delete Undelete List Bulk/Create Bulk/Update Bulk/Delete Bulk/Undelete"
ENTITIES = (
    Entity("Customer", customers.OLD_CUSTOMER, ("name",), EVERY_VERB, _customer_given, _customer_shown),
    Entity(
        "CustomerContact",
        customers.CONTACT,
        ("customerId",),
        EVERY_VERB,
        lambda given: {name: given[name] for name in CONTACT if name in given},
        _contact_shown,
    ),
    Entity(
        "CustomerBankAccount",
        customers.CUSTOMER_BANK_ACCOUNT,
        ("customerId", "nameOnAccount", "routingNumber", "accountNumber"),
        "Create Read Delete List",
        _account_given,
        _account_shown,
        agrees=True,
    ),
)
