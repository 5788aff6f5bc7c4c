"""The columns of an import: what BILL takes of a new customer, and how people's files call it."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from connectors import schemas
from connectors.catalogue import find_operation

OPERATION = "bill_v2_create_customers_bulk"
LIST = "customers"  # the argument that holds the records
NAME, EMAIL = "name", "email"
TEMPLATE = (
    *(NAME, "companyName", "contactFirstName", "contactLastName", EMAIL, "phone", "accountNumber"),
    *("invoiceCurrency", "billAddress1", "billAddress2", "billAddressCity", "billAddressState"),
    *("billAddressZip", "billAddressCountry", "description"),
)
# Written as `folded` leaves a header; the column's own title and the argument's name count too.
ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    NAME: ("customername", "customer", "client", "clientname", "displayname", "account", "accountname"),
    "companyName": ("companyname", "legalname", "business", "businessname", "organization", "organisation"),
    "contactFirstName": ("firstname", "contactfirstname", "givenname", "forename"),
    "contactLastName": ("lastname", "contactlastname", "surname", "familyname"),
    EMAIL: ("emailaddress", "mail", "contactemail", "billingemail", "invoiceemail"),
    "phone": ("phonenumber", "phoneno", "telephonenumber", "tel", "contactphone", "mainphone"),
    "altPhone": ("altphone", "alternatephone", "mobile", "mobilephone", "cell", "cellphone"),
    "fax": ("faxnumber",),
    "accountNumber": ("accountno", "customernumber", "customerno", "customerid", "number", "reference"),
    "invoiceCurrency": ("currency", "currencycode"),
    "accountType": ("customertype", "type"),
    "description": ("notes", "memo", "comment", "comments", "remarks"),
    "printAs": ("printname", "nameonprint", "printoncheckas"),
    "billAddress1": ("address", "street", "streetaddress", "address1", "addressline1", "billingaddress"),
    "billAddress2": ("street2", "address2", "addressline2", "suite", "billingaddress2"),
    "billAddressCity": ("city", "town", "billingcity"),
    "billAddressState": ("state", "province", "region", "county", "stateorprovince", "billingstate"),
    "billAddressZip": ("zip", "zipcode", "postalcode", "postcode", "billingzip", "billingpostalcode"),
    "billAddressCountry": ("country", "billingcountry"),
    "shipAddress1": ("shippingaddress", "shippingstreet", "deliveryaddress"),
    "shipAddress2": ("shippingaddress2", "shippingstreet2"),
    "shipAddressCity": ("shippingcity", "deliverycity"),
    "shipAddressState": ("shippingstate", "shippingprovince"),
    "shipAddressZip": ("shippingzip", "shippingpostalcode"),
    "shipAddressCountry": ("shippingcountry", "deliverycountry"),
}
ACCOUNT_TYPES = {
    **dict.fromkeys(("business", "company", "organization", "organisation"), "BUSINESS"),
    **dict.fromkeys(("person", "individual", "private"), "PERSON"),
    "none": "NONE",
}
# What a file of rows that were not made, which we gave out ourselves, has beside them.
ROW, WHY_NOT = "Row", "Why not"


@dataclass(frozen=True, eq=False)
class Column:
    """argument: what its values become. at: its place in the file."""

    argument: str
    label: str
    schema: Mapping[str, Any]
    at: int = -1

    def value(self, cell: str) -> str:
        """The cell as it is sent: as it was typed, where it is not one of few words."""
        if self.argument == "accountType":
            return ACCOUNT_TYPES.get(cell.casefold(), cell)
        return cell.upper() if self.schema.get("format") == "currency" else cell


@cache
def columns() -> dict[str, Column]:
    """By argument, in the order in which the catalogue lists them."""
    wanted = record_schema()["properties"]
    return {
        name: Column(name, schemas.label_of(name, schema), schema)
        for name, schema in wanted.items()
        if name in ALSO_CALLED
    }


def record_schema() -> Mapping[str, Any]:
    return find_operation(OPERATION).input_schema["properties"][LIST]["items"]


def most_at_once() -> int:
    return find_operation(OPERATION).input_schema["properties"][LIST]["maxItems"]


@cache
def by_header() -> dict[str, str]:
    """Every folded header that is understood, with the argument it stands for."""
    found = {}
    for name, column in columns().items():
        for header in (name, column.label, *ALSO_CALLED[name]):
            found[folded(header)] = name
    return found


def folded(header: str) -> str:
    """Without capitals, accents of form, blanks and signs: “E-Mail address *” is “emailaddress”."""
    plain = unicodedata.normalize("NFKC", header).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def is_known(header: str) -> bool:
    return folded(header) in by_header()
