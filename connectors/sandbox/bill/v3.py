"""BILL v3 under /connect/v3: signing in, customers and their contacts, invoices, vendors, bills."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.sandbox.bill import lists, rules, sessions, shapes
from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.endpoint import BillEndpoint, answered, v3_credentials, v3_denial
from connectors.sandbox.bill.errors import refusal
from connectors.sandbox.books import Books
from connectors.sandbox.core import Core
from connectors.sandbox.endpoint import Call, Outcome, Work

Shape = Callable[[Books, dict[str, Any]], dict[str, Any]]
Rule = Callable[[Books, Any], dict[str, Any]]


def routes(core: Core, gate: sessions.Gate) -> list[Route]:
    def route(method: str, path: str, operation: str, work: Work, **options: Any) -> Route:
        settings = {"credentials": v3_credentials, "writes": method != "GET"} | options
        endpoint = BillEndpoint(core, operation, work, gate=gate, denial=v3_denial, **settings)
        return Route(f"/connect/v3{path}", endpoint, methods=[method])

    anything = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    unknown = BillEndpoint(
        core, "unknown", _unknown_path, gate=gate, denial=v3_denial, credentials=None, writes=False
    )
    return [
        route("POST", "/login", "login", _log_in, credentials=None, ledgered=False),
        route("GET", "/login/session", "get_session", _session),
        route("POST", "/logout", "logout", _log_out, ledgered=False),
        route("GET", "/customers", "list_customers", _listing("customer", shapes.customer)),
        route("POST", "/customers", "create_customer", _creating(rules.create_customer, shapes.customer)),
        route("GET", "/customers/{id}", "get_customer", _reading("customer", shapes.customer)),
        route("GET", "/customers/{id}/contacts", "list_customer_contacts", _contacts),
        route("POST", "/customers/{id}/contacts", "create_customer_contact", _create_contact),
        route("GET", "/invoices", "list_invoices", _listing("invoice", shapes.plain)),
        route("POST", "/invoices", "create_invoice", _creating(rules.create_invoice, shapes.plain)),
        route("GET", "/invoices/{id}", "get_invoice", _reading("invoice", shapes.plain)),
        route("GET", "/vendors", "list_vendors", _listing("vendor", shapes.vendor_row)),
        route("POST", "/vendors", "create_vendor", _creating(rules.create_vendor, shapes.vendor)),
        route("GET", "/vendors/{id}", "get_vendor", _reading("vendor", shapes.vendor)),
        route("GET", "/bills", "list_bills", _listing("bill", shapes.bill)),
        route("POST", "/bills", "create_bill", _creating(rules.create_bill, shapes.plain)),
        route("GET", "/bills/{id}", "get_bill", _reading("bill", shapes.bill)),
        Route("/connect/v3/{rest:path}", unknown, methods=anything),
    ]


def _log_in(books: Books, call: Call) -> Response:
    given = rules.parsed(call.body)
    check = Check(given)
    for name in ("username", "password", "organizationId", "devKey"):
        check.text(name, required=True)
    check.finish()
    session = sessions.sign_in(
        books,
        username=given["username"],
        password=given["password"],
        dev_key=given["devKey"],
        organization=given["organizationId"],
    )
    shown = {name: session[name] for name in ("sessionId", "organizationId", "userId")}
    return JSONResponse(shown | {"trusted": False})


def _session(books: Books, call: Call) -> Response:
    session = books.get("session", call.headers["sessionId"])
    assert session is not None, "the endpoint used it a moment ago"
    shown = {name: session[name] for name in ("organizationId", "userId")}
    return JSONResponse(shown | {"mfaStatus": "DISABLED", "mfaBypass": False})


def _log_out(books: Books, call: Call) -> Response:
    sessions.sign_out(books, call.headers["sessionId"])
    return Response(status_code=200)


def _listing(kind: str, shape: Shape) -> Work:
    def list_records(books: Books, call: Call) -> Response:
        records, tokens = lists.page(books, kind, dict(parse_qsl(call.query)))
        return JSONResponse({**tokens, "results": [shape(books, record) for record in records]})

    return list_records


def _reading(kind: str, shape: Shape) -> Work:
    def read_record(books: Books, call: Call) -> Response:
        return JSONResponse(shape(books, _existing(books, kind, call.parts["id"])))

    return read_record


def _creating(rule: Rule, shape: Shape) -> Work:
    def create_record(books: Books, call: Call) -> Outcome:
        record = rule(books, rules.parsed(call.body))
        return answered(record, shape(books, record))

    return create_record


def _contacts(books: Books, call: Call) -> Response:
    customer = _existing(books, "customer", call.parts["id"])
    records, tokens = lists.page(books, "contact", dict(parse_qsl(call.query)), owner=customer["id"])
    return JSONResponse({**tokens, "results": [shapes.published(record) for record in records]})


def _create_contact(books: Books, call: Call) -> Outcome:
    record = rules.create_contact(books, call.parts["id"], rules.parsed(call.body))
    return answered(record, shapes.published(record))


def _existing(books: Books, kind: str, key: str) -> dict[str, Any]:
    record = books.get(kind, key)
    if record is None:
        raise refusal(404, "BDC_1205", key)
    return record


def _unknown_path(_books: Books, _call: Call) -> Response:
    raise refusal(404, "BDC_1121")
