"""Vendors: what BILL takes, where they are paid, and what it asks for before it pays abroad."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import rules, shapes
from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.sessions import require_trust
from connectors.sandbox.bill.ways import Way, creating, existing, listing, parsed, parsed_list, reading
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

MOST_AT_ONCE = 20
VERIFYING_DAYS = 2  # business days until a new bank account can be paid to
OWNERS = ("BUSINESS", "PERSON")
KINDS = ("CHECKING", "SAVINGS")
_PLAIN = "name shortName accountNumber accountType email phone billCurrency"
_BANK = "nameOnAccount accountNumber routingNumber type ownerType paymentCurrency regulatoryFields"
# What BILL asks for in a country before it pays there; the others ask for nothing.
PURPOSES = {
    "BR": [{"name": "Services", "value": "SRV"}, {"name": "Goods", "value": "GDS"}],
    "IN": [{"name": "Software services", "value": "P0802"}, {"name": "Other services", "value": "P1099"}],
}
FIELDS = {
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


def create_vendor(books: Books, given: Any) -> dict[str, Any]:
    check = Check(given)
    check.text("name", required=True, longest=100)
    check.object("address", required=True)
    _check(check)
    bank = (given.get("paymentInformation") or {}).get("bankAccount")
    check.finish()
    record = rules.new_record(books, "vendor", {name: given.get(name) for name in _PLAIN.split()})
    record |= {
        "accountType": given.get("accountType") or "BUSINESS",
        "address": rules.address(given["address"]),
        "billCurrency": given.get("billCurrency") or "USD",
        "paymentInformation": {
            "payeeName": given["name"],
            **_without_bank(given.get("paymentInformation")),
            "payByType": "CHECK",
            "payBySubType": "NONE",
        },
        "additionalInfo": {"track1099": False, "combinePayments": True}
        | rules.storable(given.get("additionalInfo") or {}),
        "bankAccountStatus": "NO_ACCOUNT",
        "recurringPayments": False,
        "autoPay": {"enabled": False} | rules.storable(given.get("autoPay") or {}),
    }
    books.put("vendor", record["id"], record)
    if bank:
        _store_bank_account(books, record, bank)
    return record


def create_vendors(books: Books, call: Call) -> Outcome:
    """All of them or none: a refusal of one leaves nothing of the others."""
    given = parsed_list(call.body, most=MOST_AT_ONCE)
    made = [create_vendor(books, one) for one in given]
    shown = {"vendors": [shapes.vendor(books, record) for record in made]}
    return Outcome(JSONResponse(shown, 201), record=" ".join(record["id"] for record in made))


def update_vendor(books: Books, call: Call) -> Outcome:
    """What is given is set; of the address and the other groups, their parts."""
    vendor, given = existing(books, "vendor", call.parts["id"]), parsed(call.body)
    check = Check(given)
    if (given.get("autoPay") or {}).get("enabled") is True:
        require_trust(books, call)
    check.text("name", longest=100)
    _check(check)
    if (given.get("paymentInformation") or {}).get("bankAccount"):
        check.problem("paymentInformation.bankAccount: must not be given; use the bank account's own address")
    check.finish()
    vendor |= {name: given[name] for name in _PLAIN.split() if name in given}
    if given.get("address"):
        vendor["address"] = rules.address(given["address"])
    for name in ("paymentInformation", "additionalInfo", "autoPay"):
        vendor[name] = {**vendor.get(name, {}), **rules.storable(given.get(name) or {})}
    return _saved(books, vendor)


def archive_vendor(books: Books, call: Call) -> Outcome:
    return _saved(books, existing(books, "vendor", call.parts["id"]) | {"archived": True})


def restore_vendor(books: Books, call: Call) -> Outcome:
    return _saved(books, existing(books, "vendor", call.parts["id"]) | {"archived": False})


def read_bank_account(books: Books, call: Call) -> Response:
    vendor = existing(books, "vendor", call.parts["id"])
    account = books.get("vendor bank account", vendor["id"])
    if account is None:
        raise refusal(404, "BDC_1205", vendor["id"])
    return JSONResponse(shapes.vendor_bank_account(account))


def create_bank_account(books: Books, call: Call) -> Outcome:
    vendor, given = existing(books, "vendor", call.parts["id"]), parsed(call.body)
    check = Check(given)
    _check_bank(check, "")
    check.finish()
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
    return {"paymentPurpose": purpose, "validations": {"fields": FIELDS.get(country, [])}}


def _check(check: Check) -> None:
    check.email("email")
    check.text("companyName", longest=250)
    check.text("accountNumber", longest=100)
    check.text("phone")
    check.one_of("accountType", rules.ACCOUNT_TYPES)
    check.one_of("billCurrency", rules.CURRENCIES)
    check.address("address")
    for name in ("paymentInformation", "additionalInfo", "autoPay", "paymentInformation.bankAccount"):
        check.object(name)
    if check.given.get("paymentInformation") and check.given["paymentInformation"].get("bankAccount"):
        _check_bank(check, "paymentInformation.bankAccount.")


def _check_bank(check: Check, start: str) -> None:
    check.text(f"{start}accountNumber", required=True, longest=40)
    for name in ("nameOnAccount", "routingNumber"):
        check.text(f"{start}{name}")
    check.one_of(f"{start}type", KINDS)
    check.one_of(f"{start}ownerType", OWNERS)
    check.one_of(f"{start}paymentCurrency", rules.CURRENCIES)


def _store_bank_account(books: Books, vendor: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    account = {name: given.get(name) for name in _BANK.split()}
    account |= {"id": new_id(books, "vendor bank account"), "createdTime": v3_time(books.now)}
    books.put("vendor bank account", vendor["id"], account, owner=vendor["id"])
    vendor["paymentInformation"] |= {"payByType": "ACH"}
    _saved(books, vendor | {"bankAccountStatus": "NO_NET_LINKED_ACCOUNT"})
    return account


def _without_bank(given: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (given or {}).items() if name != "bankAccount"}


def _saved(books: Books, vendor: dict[str, Any]) -> Outcome:
    vendor["updatedTime"] = v3_time(books.now)
    books.put("vendor", vendor["id"], vendor)
    return Outcome(JSONResponse(shapes.vendor(books, vendor)), record=vendor["id"])


_ACCOUNT = "/vendors/{id}/bank-account"
WAYS = (
    Way("GET", "/vendors", "list_vendors", listing("vendor", shapes.vendor_row)),
    Way("POST", "/vendors", "create_vendor", creating(create_vendor, shapes.vendor)),
    Way("POST", "/vendors/bulk", "create_vendors_bulk", create_vendors),
    Way(
        "GET",
        "/vendors/configuration/international-payments",
        "get_international_payment_rules",
        international_rules,
    ),
    Way("GET", "/vendors/{id}", "get_vendor", reading("vendor", shapes.vendor)),
    Way("PATCH", "/vendors/{id}", "update_vendor", update_vendor),
    Way("POST", "/vendors/{id}/archive", "archive_vendor", archive_vendor),
    Way("POST", "/vendors/{id}/restore", "restore_vendor", restore_vendor),
    Way("GET", _ACCOUNT, "get_vendor_bank_account", read_bank_account),
    Way("POST", _ACCOUNT, "create_vendor_bank_account", create_bank_account),
    Way("DELETE", _ACCOUNT, "delete_vendor_bank_account", delete_bank_account),
    Way("GET", "/vendors/{id}/configuration", "get_vendor_payment_rules", vendor_rules),
)
