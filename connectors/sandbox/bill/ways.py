"""What BILL does at a method and a path, told by every subject in a module of its own."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists
from connectors.sandbox.bill.endpoint import answered
from connectors.sandbox.bill.errors import invalid, refusal
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome, Work

Shape = Callable[[Books, dict[str, Any]], dict[str, Any]]
Rule = Callable[[Books, Any], dict[str, Any]]


@dataclass(frozen=True)
class Way:
    """operation: the catalogue's name without `bill_`. options: of its BillEndpoint."""

    method: str
    path: str
    operation: str
    work: Work
    options: Mapping[str, Any] = field(default_factory=dict)
    base: str = "/connect/v3"


def parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        raise invalid("Required request body is missing or is not JSON") from None


def parsed_list(text: str, *, most: int) -> list[Any]:
    """Several records in one call."""
    given = parsed(text)
    if not isinstance(given, list) or not 1 <= len(given) <= most:
        raise invalid(f"Required request body is not a JSON array of 1 to {most}")
    return given


def listing(kind: str, shape: Shape) -> Work:
    def list_records(books: Books, call: Call) -> Response:
        records, tokens = lists.page(books, kind, dict(parse_qsl(call.query)))
        return JSONResponse({**tokens, "results": [shape(books, record) for record in records]})

    return list_records


def reading(kind: str, shape: Shape) -> Work:
    def read_record(books: Books, call: Call) -> Response:
        return JSONResponse(shape(books, existing(books, kind, call.parts["id"])))

    return read_record


def creating(rule: Rule, shape: Shape) -> Work:
    def create_record(books: Books, call: Call) -> Outcome:
        record = rule(books, parsed(call.body))
        return answered(record, shape(books, record))

    return create_record


def existing(books: Books, kind: str, key: str) -> dict[str, Any]:
    record = books.get(kind, key)
    if record is None:
        raise refusal(404, "BDC_1205", key)
    return record
