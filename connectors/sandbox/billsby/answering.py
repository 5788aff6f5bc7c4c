"""How the vendor answers: pages, success words, refusals; and how it reads a request's body."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from connectors.sandbox.billsby.choices import API_KEYS, COMPANY_DOMAIN, LARGEST_PAGE
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Refused

MISSING = object()
# Whole numbers are 32 bits wide in the vendor's specification.
LARGEST_NUMBER = 2**31 - 1


def check_access(books: Books, call: Call) -> None:
    """Raise for callers without a key (401) or with another tenant's (403)."""
    tenant = API_KEYS.get(call.headers.get("apikey", ""))
    if tenant is None:
        raise refused(books, "The API key is missing or not known.", status=401)
    if call.parts.get("domain", tenant).lower() != tenant:
        raise refused(books, "The API key belongs to another company.", status=403)
    if tenant != COMPANY_DOMAIN:
        raise refused(books, "This company has no records.", status=404)


def refused(
    books: Books,
    message: str,
    *,
    status: int = 400,
    field: str = "",
    record: str = "",
    errors: Iterable[tuple[str, str]] = (),
    empty: bool = False,
) -> Refused:
    """The vendor's no. empty: for the calls whose 400 is documented as an empty object."""
    kind = "empty" if empty else books.setting("error_body")
    if kind == "html":
        return Refused(HTMLResponse(f"<html><body><h1>Error {status}</h1></body></html>", status), record)
    if kind == "empty":
        return Refused(JSONResponse({}, status), record)
    named = [*errors, *([(field, message)] if field else [])]
    listed = [{"field": name, "message": problem} for name, problem in named]
    return Refused(JSONResponse({"message": message, "errors": listed}, status), record)


def existing(books: Books, kind: str, key: str, *, name: str) -> dict[str, Any]:
    """A record that a path names, or 404."""
    record = books.get(kind, key)
    if record is None:
        raise refused(books, f"{name} not found.", status=404, record=key)
    return record


def success(books: Books, word: str = "success") -> Response:
    return PlainTextResponse(word) if books.setting("bare_success_words") else JSONResponse(word)


def as_text(value: Any) -> Response:
    """JSON declared as text/plain, as some calls answer."""
    return PlainTextResponse(json.dumps(value))


def page(
    books: Books,
    call: Call,
    kind: str,
    shape: Callable[[dict[str, Any]], dict[str, Any]],
    *,
    order_fields: Sequence[str] = ("createdOn",),
    is_limit_stated: bool = True,
    **conditions: Any,
) -> Response:
    """One page of a list. conditions: as `Books.find` takes them."""
    number, size = _page_and_size(books, call, is_limit_stated)
    order_by, newest_first = _order(books, call, order_fields)
    rows = books.count(kind, **conditions)
    found = books.find(
        kind,
        **conditions,
        order_by=order_by,
        newest_first=newest_first,
        limit=size,
        offset=(number - 1) * size,
    )
    return JSONResponse(
        {
            "currentPage": number,
            "pageCount": -(-rows // size),
            "pageSize": size,
            "rowCount": len(found) if books.setting("row_count_of_page") else rows,
            "results": [shape(record) for record in found],
        }
    )


def flag(call: Call, name: str) -> bool | None:
    """A true/false query parameter, None when absent or empty."""
    text = (call.parameter(name) or "").lower()
    return {"true": True, "false": False}.get(text)


def _page_and_size(books: Books, call: Call, is_limit_stated: bool) -> tuple[int, int]:
    numbers = []
    for name in ("page", "pageSize"):
        text = call.parameter(name) or ""
        if not text.isdecimal() or len(text) > 9 or (name == "pageSize" and int(text) == 0):
            raise refused(books, f"{name} must be a positive whole number.", field=name)
        numbers.append(int(text))
    number, size = max(1, numbers[0]), numbers[1]
    if size > LARGEST_PAGE and is_limit_stated:
        raise refused(books, f"pageSize must be at most {LARGEST_PAGE}.", field="pageSize")
    return number, min(size, LARGEST_PAGE)


def _order(books: Books, call: Call, order_fields: Sequence[str]) -> tuple[str | None, bool]:
    """Both readings of the parameters: orderByDescending names the field, or is the direction."""
    name, descending = call.parameter("orderBy"), call.parameter("orderByDescending")
    if not name and not descending:
        return None, True
    if name:
        newest_first = (descending or "").lower() == "true"
    else:
        name, newest_first = descending, True
    fields = {field.lower(): field for field in order_fields}
    if (name or "").lower() not in fields:
        raise refused(books, f"Cannot order by {name}.", field="orderBy")
    return fields[(name or "").lower()], newest_first


class Body:
    """A request's JSON object: keys of any case, unknown ones ignored, every problem told at once.

    empty: the call's 400 is documented as an empty object.
    """

    def __init__(self, books: Books, call: Call, *, record: str = "", empty: bool = False) -> None:
        self._books = books
        self._record = record
        self._empty = empty
        self._problems: list[tuple[str, str]] = []
        try:
            given = call.json()
        except ValueError:
            raise refused(books, "The body is not JSON.", record=record) from None
        if not isinstance(given, Mapping):
            raise refused(books, "The body must be an object.", record=record)
        self._given = _any_case(given)

    def text(self, name: str, *, default: Any = MISSING) -> Any:
        value = self._value(name, default)
        if value is default:
            return value
        if not isinstance(value, str) or not _is_unicode(value):
            self.problem(name, "must be text")
        elif default is MISSING and not value.strip():
            self.problem(name, "is required")
        return value

    def digits(self, name: str, *, default: Any = MISSING) -> Any:
        """A number that is text, or by the specification's older types a whole number."""
        value = self._value(name, default)
        return str(value) if type(value) is int else self.text(name, default=default)

    def whole(self, name: str, *, default: Any = MISSING) -> Any:
        value = self._value(name, default)
        if value is not default and (not isinstance(value, int) or isinstance(value, bool)):
            self.problem(name, "must be a whole number")
        elif value is not default and abs(value) > LARGEST_NUMBER:
            self.problem(name, "is too large")
        return value

    def one_of(self, name: str, numbers: Container[int]) -> int | None:
        """A whole number out of those that mean something, None when there is none."""
        value = self.whole(name, default=None)
        if isinstance(value, int) and value not in numbers:
            self.problem(name, f"cannot be {value}")
        return value

    def truth(self, name: str, *, default: bool | None) -> bool | None:
        value = self._value(name, default)
        if value is not default and not isinstance(value, bool):
            self.problem(name, "must be true or false")
        return value

    def part(self, name: str, *, is_required: bool = False) -> Body | None:
        """An object within the body, read as the body is; None when there is none."""
        value = self._value(name, MISSING if is_required else None)
        if value is None or value is MISSING:
            return None
        if not isinstance(value, dict):
            self.problem(name, "must be an object")
            return None
        return self._within(value)

    def parts(self, name: str) -> list[Body] | None:
        """The objects of a list within the body, each read as the body is; None when there is no list."""
        listed = self.listed(name)
        if any(not isinstance(value, dict) for value in listed or []):
            self.problem(name, "must be a list of objects")
            return None
        return None if listed is None else [self._within(value) for value in listed]

    def objects(self, name: str) -> list[Body]:
        """What the specification types as one object and means as a list: either is understood."""
        if isinstance(self._value(name, None), dict):
            return [self._within(self._value(name, None))]
        return self.parts(name) or []

    def _within(self, given: Mapping[str, Any]) -> Body:
        inner = copy.copy(self)  # its problems are told with all the others
        inner._given = _any_case(given)
        return inner

    def listed(self, name: str) -> list[Any] | None:
        """A list within the body, None when there is none."""
        value = self._value(name, None)
        if value is not None and not isinstance(value, list):
            self.problem(name, "must be a list")
            return None
        return value

    def problem(self, name: str, message: str) -> None:
        self._problems.append((name, f"{name} {message}."))

    def check(self) -> None:
        """Raise when anything read so far was wrong."""
        if self._problems:
            message = self._problems[0][1]
            errors, record = self._problems, self._record
            raise refused(self._books, message, errors=errors, record=record, empty=self._empty)

    def _value(self, name: str, default: Any) -> Any:
        value = self._given.get(name.lower())
        if value is not None:
            return value
        if default is MISSING:
            self.problem(name, "is required")
            return MISSING
        return default


def _any_case(given: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(name).lower(): value for name, value in given.items()}


def _is_unicode(text: str) -> bool:
    """False for half of a surrogate pair, which JSON can spell and no answer can carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
