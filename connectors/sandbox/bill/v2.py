"""BILL v2 under /api/v2: form fields in, HTTP 200 and an envelope out, whatever happened."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.bill import rules, sessions, shapes
from connectors.sandbox.bill.endpoint import (
    BillEndpoint,
    parse_form,
    v2_credentials,
    v2_denial,
)
from connectors.sandbox.bill.errors import refusal
from connectors.sandbox.books import Books
from connectors.sandbox.core import Core
from connectors.sandbox.endpoint import Call, Outcome, Work

MOST = 999
_ACCOUNT_TYPES = {code: name for name, code in shapes.V2_ACCOUNT_TYPE.items()}
_COUNTRIES = {"USA": "US"} | {name: code for code, name in shapes.COUNTRY_NAMES.items()}
_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
    "in": lambda left, right: left in right.split(","),
    "nin": lambda left, right: left not in right.split(","),
    "sw": lambda left, right: left.startswith(right),
}


def routes(core: Core, gate: sessions.Gate) -> list[Route]:
    def route(name: str, operation: str, work: Work, *, writes: bool, **options: Any) -> Route:
        settings = {"credentials": v2_credentials} | options
        endpoint = BillEndpoint(core, operation, work, gate=gate, denial=v2_denial, writes=writes, **settings)
        return Route(f"/api/v2/{name}", endpoint, methods=["POST"])

    return [
        route("Login.json", "v2_login", _log_in, writes=True, ledgered=False, credentials=None),
        route("Crud/Read/Customer.json", "v2_read_customer", _read_customer, writes=False),
        route("List/Customer.json", "v2_list_customers", _list_customers, writes=False),
        route("Crud/Create/Customer.json", "v2_create_customer", _create_customer, writes=True),
        route("{rest:path}", "unknown", _unknown_path, writes=False, credentials=None),
    ]


def _log_in(books: Books, call: Call) -> Response:
    form = parse_form(call)
    for name in ("userName", "password", "orgId", "devKey"):
        if not form.get(name):
            raise refusal(200, "BDC_1108", name)
    session = sessions.sign_in(
        books,
        username=form["userName"],
        password=form["password"],
        dev_key=form["devKey"],
        organization=form["orgId"],
    )
    host = call.headers.get("host", "localhost")
    return _success(
        {
            "sessionId": session["sessionId"],
            "orgId": session["organizationId"],
            "apiEndPoint": f"http://{host}/bill/api/v2",
            "usersId": session["userId"],
        }
    )


def _read_customer(books: Books, call: Call) -> Response:
    key = _data(call).get("id")
    record = books.get("customer", str(key)) if key else None
    if record is None:
        raise refusal(200, "BDC_1120")
    return _success(shapes.v2_customer(books, record))


def _list_customers(books: Books, call: Call) -> Response:
    """A bare array. `max` above 999 is cut to 999; inactive customers are in it unless filtered out."""
    data = _data(call)
    start, most = _whole(data, "start", 0), min(_whole(data, "max", MOST), MOST)
    rows = [shapes.v2_customer(books, row) for row in books.find("customer", newest_first=False)]
    for item in data.get("filters") or []:
        rows = [row for row in rows if _holds(row, item)]
    for order in reversed(data.get("sort") or []):
        field = order.get("field")
        if rows and field not in rows[0]:
            raise refusal(200, "BDC_1130", str(field))
        rows.sort(key=lambda row: str(row[field] or ""), reverse=order.get("asc") == "false")  # noqa: B023
    return _success(rows[start : start + most])


def _holds(row: dict[str, Any], item: Any) -> bool:
    field = item.get("field") if isinstance(item, dict) else None
    if field not in row:
        raise refusal(200, "BDC_1130", str(field))
    if item.get("op") not in _OPERATORS:
        raise refusal(200, "BDC_1131", str(item.get("op")))
    actual, wanted = row[field], item.get("value")
    if isinstance(actual, int | float) and not isinstance(actual, bool):
        return _OPERATORS[item["op"]](Decimal(str(actual)), rules.decimal(wanted))
    return _OPERATORS[item["op"]](str(actual or ""), str(wanted))


def _create_customer(books: Books, call: Call) -> Outcome:
    given = _data(call).get("obj")
    if not isinstance(given, dict):
        raise refusal(200, "BDC_1117", "obj")
    if given.get("entity") != "Customer":
        raise refusal(200, "BDC_1118", "Customer", str(given.get("entity")))
    name = given.get("name")
    if not isinstance(name, str) or not name.strip():
        raise refusal(200, "BDC_1117", "name")
    if given.get("accountType", "0") not in _ACCOUNT_TYPES:
        raise refusal(200, "BDC_1119", "accountType", str(given["accountType"]))
    record = rules.store_customer(books, _as_v3(given))
    return Outcome(_success(shapes.v2_customer(books, record)), record=record["id"])


def _as_v3(given: dict[str, Any]) -> dict[str, Any]:
    contact = {
        name: given[field]
        for name, field in (("firstName", "contactFirstName"), ("lastName", "contactLastName"))
        if given.get(field)
    }
    same = ("name", "companyName", "email", "phone", "fax", "description", "invoiceCurrency")
    return {
        **{name: given.get(name) for name in same},
        "contact": contact or None,
        "accountNumber": given.get("accNumber"),
        "accountType": _ACCOUNT_TYPES[given.get("accountType", "0")],
        "billingAddress": _address("bill", given),
        "shippingAddress": _address("ship", given),
        "v2": {name: given.get(name) for name in ("shortName", "altPhone", "printAs", "parentCustomerId")},
    }


def _address(prefix: str, given: dict[str, Any]) -> dict[str, Any] | None:
    country = given.get(f"{prefix}AddressCountry")
    address = {
        "line1": given.get(f"{prefix}Address1"),
        "line2": given.get(f"{prefix}Address2"),
        "city": given.get(f"{prefix}AddressCity"),
        "stateOrProvince": given.get(f"{prefix}AddressState"),
        "zipOrPostalCode": given.get(f"{prefix}AddressZip"),
        "country": _COUNTRIES.get(country, country),
    }
    return address if any(address.values()) else None


def _data(call: Call) -> dict[str, Any]:
    text = parse_form(call).get("data")
    if text is None:
        raise refusal(200, "BDC_1108", "data")
    try:
        data = json.loads(text, parse_float=Decimal)
    except ValueError:
        raise refusal(200, "BDC_1122") from None
    if not isinstance(data, dict):
        raise refusal(200, "BDC_1122")
    return data


def _whole(data: dict[str, Any], name: str, default: int) -> int:
    value = data.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise refusal(200, "BDC_1129", name, str(value))
    return value


def _success(shown: Any) -> Response:
    return JSONResponse({"response_status": 0, "response_message": "Success", "response_data": shown})


def _unknown_path(_books: Books, _call: Call) -> Response:
    raise refusal(200, "BDC_1121")
