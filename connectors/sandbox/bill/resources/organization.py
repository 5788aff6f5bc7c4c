"""The organization itself: what is kept about it, what BILL charges it, and whether it is verified."""

import random
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists, shapes
from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.errors import refusal, v3_time
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.resource import Resource
from connectors.sandbox.bill.sessions import ORGANIZATION
from connectors.sandbox.bill.ways import Way, existing, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

INDUSTRIES = (
    "Accounting or Bookkeeping",
    "Architecture or Engineering",
    "Construction",
    "Education",
    "Health Care",
    "Manufacturing",
    "Nonprofit",
    "Real Estate",
    "Restaurant Caterer or Bar",
    "Retail",
    "Software or IT Services",
    "Transportation",
)
MONTHLY, SEAT = "79.00", "15.00"
PLAN = {
    "id": "plan-team",
    "name": "Team",
    "monthlyPrice": MONTHLY,
    "allowTrial": False,
    "priceVariesPerUser": True,
    "planTerms": [{"type": "USER", "name": "Additional user", "tier": 1, "quantity": 1, "price": SEAT}],
}
STATEMENT_NUMBERS = shapes.NUMBERS | {"monthlyPrice", "tier"}
SETTING = Resource(
    kind="organization",
    prefix="008",
    path="/organizations",
    verbs="get update",
    fields=(
        Field("name", longest=100),
        Field("phone"),
        Field("address", "address"),
        Field("mailingAddress", "address"),
        Field("companyOwner", "object", parts=(Field("name"), Field("dateOfBirth", "date"))),
        Field("taxId"),
        Field("taxIdType", one_of=("EIN", "SSN")),
        Field("industry", one_of=INDUSTRIES),
        Field("businessCategory"),
        Field("accountType", one_of=("BUSINESS", "PERSON", "NONE")),
        Field(
            "processingOptions",
            "object",
            parts=tuple(
                Field(name, "boolean")
                for name in ("mailingAddressSameAsPhysical", "individualTransferOut", "individualTransferIn")
            ),
        ),
    ),
    hidden=frozenset({"seed"}),
)
RESOURCES = (SETTING,)


def _health(_books: Books, _call: Call) -> Response:
    shown = {"appId": "sandbox", "appEnv": "sandbox", "appVersion": "1", "bdcRegion": "local"}
    return JSONResponse(shown)


def _industries(_books: Books, _call: Call) -> Response:
    return JSONResponse({"results": list(INDUSTRIES)})


def _statements(books: Books, call: Call) -> Response:
    """Its filters are query parameters of their own."""
    existing(books, "organization", call.parts["id"])
    since, until = call.parameter("invoiceDateFrom"), call.parameter("invoiceDateTo")
    days = [f'invoiceDate:gte:"{since}"'] if since else []
    days += [f'invoiceDate:lte:"{until}"'] if until else []
    query = {name: value for name in ("max", "page") if (value := call.parameter(name))}
    rows, tokens = lists.page(
        books,
        "billing statement",
        query | {"filters": ",".join(days)},
        known={"invoiceDate": lists.ORDER, "archived": lists.SAME},
    )
    return JSONResponse({**tokens, "results": [_statement(row, whole=False) for row in rows]})


def _read_statement(books: Books, call: Call) -> Response:
    existing(books, "organization", call.parts["id"])
    return JSONResponse(_statement(existing(books, "billing statement", call.parts["statement"]), whole=True))


def _statement(record: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
    hidden = {"archived"} if whole else {"archived", "downloadLink", "statementDetails"}
    shown = {name: value for name, value in record.items() if name not in hidden}
    return shapes.published(shown, STATEMENT_NUMBERS)


def _price_plan(books: Books, call: Call) -> Response:
    existing(books, "organization", call.parts["id"])
    return JSONResponse(shapes.published(PLAN, STATEMENT_NUMBERS))


def _verification(books: Books, _call: Call) -> Response:
    return JSONResponse(_shown_verification(books))


def _shown_verification(books: Books) -> dict[str, Any]:
    """Nothing is shown before somebody asked for it; BILL decides a day later."""
    record = books.get("risk verification", ORGANIZATION)
    if record is None:
        return {}
    is_done = books.now >= datetime.fromisoformat(record["askedTime"]) + timedelta(days=1)
    status, decision = ("COMPLETED", "APPROVED") if is_done else ("IN_PROGRESS", "PENDING")
    return {"processingStatus": status, "decision": decision, "referenceId": record["referenceId"]}


def _start_verification(books: Books, _call: Call) -> Outcome:
    """Asking again while one goes on, or after it went well, begins no other."""
    shown = _shown_verification(books)
    if not shown:
        record = {"referenceId": f"RV-{books.next_number('risk verification', first=3001)}"}
        books.put("risk verification", ORGANIZATION, record | {"askedTime": v3_time(books.now)})
    answer = JSONResponse(_shown_verification(books))
    return Outcome(answer, record=ORGANIZATION, took=not shown)


def _phone(books: Books, _call: Call) -> Response:
    return JSONResponse({"hasPhone": books.get("risk phone", ORGANIZATION) is not None})


def _add_phone(books: Books, call: Call) -> Outcome:
    given = parsed(call.body)
    check = Check(given)
    check.text("phoneNumber", required=True, longest=40)
    check.text("phoneType", required=True)
    check.finish()
    books.put("risk phone", ORGANIZATION, {name: given[name] for name in ("phoneNumber", "phoneType")})
    return Outcome(Response(status_code=200), record=ORGANIZATION)


def _audit_trail(books: Books, call: Call) -> Response:
    """Newest first. start: how many to leave out."""
    existing(books, "vendor", call.parts["id"])
    start, most = (_whole(call, name, default) for name, default in (("start", 0), ("max", 20)))
    rows = books.find("vendor trail", owner=call.parts["id"], limit=min(most, 100), offset=start)
    return JSONResponse([shapes.published(row) for row in rows])


def _whole(call: Call, name: str, default: int) -> int:
    text = call.parameter(name) or str(default)
    if not text.isdigit():
        raise refusal(400, "BDC_1129", name, text)
    return int(text)


WAYS = (
    Way("GET", "/health", "get_health", _health, {"credentials": None}),
    Way("GET", "/organizations/industries", "list_industries", _industries),
    Way("GET", "/organizations/{id}/billing-statements", "list_billing_statements", _statements),
    Way(
        "GET", "/organizations/{id}/billing-statements/{statement}", "get_billing_statement", _read_statement
    ),
    Way("GET", "/organizations/{id}/price-plan", "get_price_plan", _price_plan),
    Way("GET", "/reports/audit-trail/vendor/{id}", "list_vendor_audit_trail", _audit_trail),
    Way("GET", "/risk-verifications", "get_risk_verification", _verification),
    Way("POST", "/risk-verifications", "start_risk_verification", _start_verification),
    Way("GET", "/risk-verifications/phone", "get_risk_verification_phone", _phone),
    Way("POST", "/risk-verifications/phone", "add_risk_verification_phone", _add_phone),
)


def seed(books: Books, chance: random.Random, _customers: int) -> None:
    """An organization in Oakland with a statement for each of the last twelve months."""
    place = {
        "line1": "200 Harbor Way",
        "city": "Oakland",
        "stateOrProvince": "CA",
        "zipOrPostalCode": "94607",
    }
    place |= {"country": "US", "countryName": shapes.COUNTRY_NAMES["US"]}
    since = v3_time(books.now - timedelta(days=1_250))
    known = existing(books, "organization", ORGANIZATION)
    fields = {
        "archived": False,
        "address": place,
        "mailingAddress": place,
        "phone": "4155550100",
        "companyOwner": {"name": "Mara Halden", "dateOfBirth": "1979-04-12"},
        "taxId": "987654321",
        "taxIdType": "EIN",
        "industry": "Software or IT Services",
        "businessCategory": "LLC",
        "accountType": "BUSINESS",
        "processingOptions": {
            "mailingAddressSameAsPhysical": True,
            "individualTransferOut": False,
            "individualTransferIn": False,
        },
        "createdTime": since,
        "updatedTime": since,
    }
    books.put("organization", ORGANIZATION, known | fields)
    first = books.now.date().replace(day=1)
    for back in range(12, 0, -1):
        _put_statement(books, chance, _months_before(first, back), _months_before(first, back - 1))


def _put_statement(books: Books, chance: random.Random, begins: date, following: date) -> None:
    seats = chance.randint(2, 6)
    amount = 79 + 15 * seats
    key = new_id(books, "billing statement", "bst")
    record = {
        "id": key,
        "archived": False,
        "amount": f"{amount}.00",
        "billingPeriod": {"startDate": str(begins), "endDate": str(following - timedelta(days=1))},
        "description": f"BILL, {begins:%B %Y}",
        "downloadLink": {"csv": f"/statements/{key}.csv", "pdf": f"/statements/{key}.pdf"},
        "invoiceDate": str(following),
        "invoiceNumber": f"BL-{begins:%Y%m}",
        "paymentStatus": "PAID",
        "paymentDate": str(following),
        "statementDetails": [
            {"quantity": 1, "description": "Team plan", "type": "SUBSCRIPTION", "amount": MONTHLY},
            {
                "quantity": seats,
                "description": "Additional users",
                "type": "USER",
                "amount": f"{15 * seats}.00",
            },
        ],
    }
    at = min(datetime.combine(following, time(6), books.now.tzinfo), books.now)
    books.put("billing statement", key, record, at=at)


def _months_before(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return date(year, month + 1, 1)
