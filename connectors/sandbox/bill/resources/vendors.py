"""Vendors: what BILL takes, where they are paid, and what it asks for before it pays abroad."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists, rules, shapes
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.fields import ADDRESS, Field, kept, problems
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.resource import Change, Resource
from connectors.sandbox.bill.trust import trusting
from connectors.sandbox.bill.vendor_trail import note_change
from connectors.sandbox.bill.ways import Way, existing, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

VERIFYING_DAYS = 2  # business days until a new bank account can be paid to
CURRENCIES = tuple(sorted(rules.CURRENCIES))
ACCOUNT_TYPES = tuple(sorted(rules.ACCOUNT_TYPES))
BANK_ACCOUNT = (
    Field("nameOnAccount"),
    Field("accountNumber", required=True, longest=40),
    Field("routingNumber"),
    Field("type", one_of=("CHECKING", "SAVINGS")),
    Field("ownerType", one_of=("BUSINESS", "PERSON")),
    Field("paymentCurrency", one_of=CURRENCIES),
)
FIELDS = (
    Field("name", required=True, longest=100),
    Field("shortName"),
    Field("accountNumber", longest=100),
    Field("accountType", one_of=ACCOUNT_TYPES, default="BUSINESS"),
    Field("email", "email"),
    Field("phone"),
    Field("address", "object", required=True, parts=ADDRESS),
    Field("billCurrency", one_of=CURRENCIES, default="USD"),
    Field(
        "paymentInformation",
        "object",
        parts=(
            Field("payeeName"),
            Field("paymentPurpose", "object"),
            Field("bankAccount", "object", parts=BANK_ACCOUNT),
        ),
    ),
    Field(
        "additionalInfo",
        "object",
        parts=(
            Field("companyName", longest=250),
            Field("taxId"),
            Field("taxIdType"),
            Field("track1099", "boolean"),
            Field("leadTimeInDays", "whole"),
            Field("combinePayments", "boolean"),
            Field("paymentTermId"),
        ),
    ),
    Field(
        "autoPay",
        "object",
        parts=(
            Field("enabled", "boolean"),
            Field("bankAccountId"),
            Field("maxAmount", "number"),
            Field("daysBeforeDueDate", "whole"),
        ),
    ),
)
# What BILL asks for in a country before it pays there; the others ask for nothing.
PURPOSES = {
    "BR": [{"name": "Services", "value": "SRV"}, {"name": "Goods", "value": "GDS"}],
    "IN": [{"name": "Software services", "value": "P0802"}, {"name": "Other services", "value": "P1099"}],
}
REGULATORY = {
    "BR": [
        {
            "name": "taxId",
            "description": "CNPJ or CPF",
            "regularExpression": r"^\d{11}(\d{3})?$",
            "required": True,
        },
    ],
    "IN": [
        {
            "name": "ifsc",
            "description": "IFSC of the branch",
            "regularExpression": r"^[A-Z]{4}0\w{6}$",
            "required": True,
        },
    ],
}


def _refine(_books: Books, change: Change) -> None:
    """Bank details are given with a new vendor or by themselves, never with an update, and are kept apart."""
    vendor, before = change.record, change.before or {}
    if change.verb == "update" and (change.given.get("paymentInformation") or {}).get("bankAccount"):
        raise invalid("paymentInformation.bankAccount: must not be given; it has an address of its own")
    standing = {
        "address": {},
        "paymentInformation": {"payeeName": vendor["name"], "payByType": "CHECK", "payBySubType": "NONE"},
        "additionalInfo": {"track1099": False, "combinePayments": True},
        "autoPay": {"enabled": False},
    }
    for name, usual in standing.items():
        given = {part: value for part, value in (vendor[name] or {}).items() if value is not None}
        vendor[name] = usual | (before.get(name) or {}) | given
    vendor["paymentInformation"].pop("bankAccount", None)
    country = vendor["address"]["country"]
    vendor["address"]["countryName"] = shapes.COUNTRY_NAMES.get(country, country)


def _follow(books: Books, change: Change) -> None:
    note_change(books, change.before, change.record)
    bank = (change.given.get("paymentInformation") or {}).get("bankAccount")
    if change.verb == "create" and bank:
        _store_bank_account(books, change.record, bank)


VENDOR = Resource(
    kind="vendor",
    prefix="009",
    path="/vendors",
    verbs="list get create update archive restore create_bulk",
    fields=FIELDS,
    filters=lists.FILTERS["vendor"],
    initial={"bankAccountStatus": "NO_ACCOUNT", "recurringPayments": False},
    thin=frozenset({"paymentInformation"}),
    bulk_key="vendors",
    most=20,
    refine=_refine,
    follow=_follow,
    shape=shapes.vendor,
)


def read_bank_account(books: Books, call: Call) -> Response:
    vendor = existing(books, "vendor", call.parts["id"])
    account = books.get("vendor bank account", vendor["id"])
    if account is None:
        raise refusal(404, "BDC_1205", vendor["id"])
    return JSONResponse(shapes.vendor_bank_account(account))


def create_bank_account(books: Books, call: Call) -> Outcome:
    vendor, given = existing(books, "vendor", call.parts["id"]), parsed(call.body)
    if wrong := list(problems(BANK_ACCOUNT, given, partial=False)):
        raise invalid(*wrong)
    if books.get("vendor bank account", vendor["id"]) is not None:
        raise refusal(422, "BDC_1119", "accountNumber", "the vendor has a bank account already")
    account = _store_bank_account(books, vendor, given)
    return Outcome(JSONResponse(shapes.vendor_bank_account(account)), record=vendor["id"])


def delete_bank_account(books: Books, call: Call) -> Outcome:
    vendor = existing(books, "vendor", call.parts["id"])
    if books.get("vendor bank account", vendor["id"]) is None:
        raise refusal(404, "BDC_1205", vendor["id"])
    books.remove("vendor bank account", vendor["id"])
    vendor["paymentInformation"] |= {"payByType": "CHECK"}
    _saved(books, vendor | {"bankAccountStatus": "NO_ACCOUNT"})
    return Outcome(Response(status_code=204), record=vendor["id"])


def payable_from(books: Books, vendor_id: str) -> date | None:
    """The first day a payment may be dated that goes to the vendor's bank account; None where it has none."""
    account = books.get("vendor bank account", vendor_id)
    if account is None:
        return None
    day, left = date.fromisoformat(account["createdTime"][:10]), VERIFYING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def international_rules(_books: Books, call: Call) -> Response:
    country, problems = call.parameter("country") or "", []
    if not re.fullmatch(r"[A-Z]{2}", country):
        problems.append("country: must be a two-letter country code")
    problems += [
        f"{name}: must not be null" for name in ("billCurrency", "accountType") if not call.parameter(name)
    ]
    if problems:
        raise invalid(*problems)
    return JSONResponse(_rules_of(country))


def vendor_rules(books: Books, call: Call) -> Response:
    vendor = existing(books, "vendor", call.parts["id"])
    country = (vendor.get("address") or {}).get("country", "US")
    return JSONResponse({"internationalPayments": _rules_of(country)})


def _rules_of(country: str) -> dict[str, Any]:
    codes = PURPOSES.get(country, [])
    purpose = {"required": bool(codes), "type": "CODE" if codes else "NONE", "codes": codes}
    return {"paymentPurpose": purpose, "validations": {"fields": REGULATORY.get(country, [])}}


def _store_bank_account(books: Books, vendor: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    account = kept(books, BANK_ACCOUNT, given, None, whole=True)
    account |= {"id": new_id(books, "vendor bank account"), "createdTime": v3_time(books.now)}
    books.put("vendor bank account", vendor["id"], account, owner=vendor["id"])
    vendor["paymentInformation"] |= {"payByType": "ACH"}
    _saved(books, vendor | {"bankAccountStatus": "NO_NET_LINKED_ACCOUNT"})
    return account


def _saved(books: Books, vendor: dict[str, Any]) -> Outcome:
    vendor["updatedTime"] = v3_time(books.now)
    books.put("vendor", vendor["id"], vendor)
    return Outcome(JSONResponse(shapes.vendor(books, vendor)), record=vendor["id"])


def _pays_itself(given: Mapping[str, Any]) -> bool:
    return (given.get("autoPay") or {}).get("enabled") is True


_ACCOUNT = "/vendors/{id}/bank-account"
_ABROAD = "/vendors/configuration/international-payments"
WAYS = (
    *trusting(VENDOR.ways(), _pays_itself),
    Way("GET", _ABROAD, "get_international_payment_rules", international_rules),
    Way("GET", _ACCOUNT, "get_vendor_bank_account", read_bank_account),
    Way("POST", _ACCOUNT, "create_vendor_bank_account", create_bank_account),
    Way("DELETE", _ACCOUNT, "delete_vendor_bank_account", delete_bank_account),
    Way("GET", "/vendors/{id}/configuration", "get_vendor_payment_rules", vendor_rules),
)
