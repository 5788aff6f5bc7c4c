"""The fields of a record as BILL takes them: what is wrong with a given value, and what is kept of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.sandbox.bill.checks import EMAIL, NUMBER
from connectors.sandbox.bill.errors import refusal
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.shapes import COUNTRY_NAMES
from connectors.sandbox.books import Books

Given = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """One value that a call may give.

    type: text, email, date, number (kept as decimal text), whole, boolean, texts, object (its fields are
    `parts`), address (those of ADDRESS unless told) or lines (a list of objects; each gets an id of
    `prefix`, and an update edits them by it).
    required: to make or replace a record. to: the kind of record whose id this is. default: what a new
    record has without it.
    """

    name: str
    type: str = "text"
    required: bool = False
    longest: int = 255
    one_of: tuple[str, ...] = ()
    to: str = ""
    default: Any = None
    parts: tuple[Field, ...] = ()
    prefix: str = ""


ADDRESS = (
    Field("line1", required=True),
    Field("line2"),
    Field("city", required=True),
    Field("stateOrProvince"),
    Field("zipOrPostalCode", required=True),
    Field("country", "country", required=True),
)


def problems(fields: tuple[Field, ...], given: Given, place: str = "", *, partial: bool) -> Iterator[str]:
    """What is wrong, each with its place. partial: an update, where what is left out stays as it is."""
    for field in fields:
        value, where = given.get(field.name), f"{place}{field.name}"
        if value is not None:
            yield from _CHECKS[field.type](field, value, where, partial)
        elif field.required and not (partial and field.name not in given):
            yield f"{where}: must not be null"


def kept(
    books: Books, fields: tuple[Field, ...], given: Given, before: Given | None, *, whole: bool
) -> dict[str, Any]:
    """The values to store. whole: what is not given becomes empty, as when a record is made or replaced."""
    values = {}
    for field in fields:
        old = (before or {}).get(field.name)
        if field.name not in given and not whole:
            values[field.name] = old
        elif (value := given.get(field.name)) is None:
            values[field.name] = field.default
        else:
            values[field.name] = _kept_value(books, field, value, old, whole)
    return values


def _kept_value(books: Books, field: Field, value: Any, old: Any, whole: bool) -> Any:
    if field.to and books.get(field.to, value) is None:
        raise refusal(404, "BDC_1205", value)
    match field.type:
        case "number":
            return format(Decimal(str(value)), "f")
        case "object" if field.parts:
            return kept(books, field.parts, value, old, whole=whole)
        case "address":
            parts = kept(books, field.parts or ADDRESS, value, old, whole=whole)
            return parts | {"countryName": COUNTRY_NAMES.get(parts["country"], parts["country"])}
        case "lines":
            return _kept_lines(books, field, value, old or [], whole)
    return value


def _kept_lines(books: Books, field: Field, given: list[Given], old: list[Given], whole: bool) -> list[Any]:
    """Lines with a known id are edited, others are new; those not mentioned go when all is replaced."""
    known = {line["id"]: line for line in old}
    lines = dict(known) if not whole else {}
    for line in given:
        before = known.get(line.get("id", ""))
        if line.get("id") and before is None:
            raise refusal(404, "BDC_1205", line["id"])
        key = before["id"] if before else new_id(books, "line", field.prefix)
        lines[key] = {"id": key, **kept(books, field.parts, line, before, whole=whole or before is None)}
    return list(lines.values())


def _text(field: Field, value: Any, where: str, _partial: bool) -> Iterator[str]:
    if not isinstance(value, str):
        yield f"{where}: must be a string"
    elif field.required and not value.strip():
        yield f"{where}: must not be blank"
    elif len(value) > field.longest:
        yield f"{where}: size must be between 1 and {field.longest}"
    elif field.one_of and value not in field.one_of:
        yield f"{where}: must be one of {', '.join(sorted(field.one_of))}"


def _email(field: Field, value: Any, where: str, partial: bool) -> Iterator[str]:
    wrong = list(_text(field, value, where, partial))
    yield from wrong
    if not wrong and value and not EMAIL.fullmatch(value):
        yield f"{where}: must be a well-formed email address"


def _country(field: Field, value: Any, where: str, partial: bool) -> Iterator[str]:
    wrong = list(_text(field, value, where, partial))
    yield from wrong
    if not wrong and not re.fullmatch(r"[A-Z]{2}", value):
        yield f"{where}: must be a two-letter country code"


def _date(_field: Field, value: Any, where: str, _partial: bool) -> Iterator[str]:
    try:
        date.fromisoformat(value)
    except (TypeError, ValueError):
        yield f"{where}: must be a date yyyy-MM-dd"


def _number(_field: Field, value: Any, where: str, _partial: bool) -> Iterator[str]:
    """A number may come as text."""
    plain = format(value, "f") if isinstance(value, Decimal) else str(value)
    if isinstance(value, bool) or not NUMBER.fullmatch(plain):
        yield f"{where}: must be a number"


def _whole(_field: Field, value: Any, where: str, _partial: bool) -> Iterator[str]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield f"{where}: must be a whole number"


def _boolean(_field: Field, value: Any, where: str, _partial: bool) -> Iterator[str]:
    if not isinstance(value, bool):
        yield f"{where}: must be true or false"


def _texts(_field: Field, value: Any, where: str, _partial: bool) -> Iterator[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        yield f"{where}: must be a list of strings"


def _object(field: Field, value: Any, where: str, partial: bool) -> Iterator[str]:
    if not isinstance(value, Mapping):
        yield f"{where}: must be an object"
    else:
        parts = ADDRESS if field.type == "address" and not field.parts else field.parts
        yield from problems(parts, value, f"{where}.", partial=partial)


def _lines(field: Field, value: Any, where: str, partial: bool) -> Iterator[str]:
    if not isinstance(value, list) or not (value or partial):
        yield f"{where}: must not be empty"
        return
    for index, line in enumerate(value):
        place = f"{where}[{index}]"
        if not isinstance(line, Mapping):
            yield f"{place}: must be an object"
        else:
            edited = partial and bool(line.get("id"))
            yield from problems(field.parts, line, f"{place}.", partial=edited)


_CHECKS: Mapping[str, Callable[[Field, Any, str, bool], Iterator[str]]] = {
    "text": _text,
    "email": _email,
    "country": _country,
    "date": _date,
    "number": _number,
    "whole": _whole,
    "boolean": _boolean,
    "texts": _texts,
    "object": _object,
    "address": _object,
    "lines": _lines,
}
