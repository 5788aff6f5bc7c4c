"""Keyset pages: a page begins after a row, not at a number, so that rows that come and go do not shift it."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F, Model, Q, QuerySet
from django.http import QueryDict

CURSORS = ("after", "before")


@dataclass(frozen=True)
class Page:
    """Rows with the query strings ("?…", or "" at an end) of the pages beside them."""

    rows: list
    previous: str
    next: str

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def keyset_page(queryset: QuerySet, params: QueryDict, *, order: tuple[str, ...], size: int = 50) -> Page:
    """One page of a queryset, where `params` (request.GET) says.

    order: field names of the model, "-" for descending, the last one unique. Empty values come last.
    A cursor that cannot be read gives the first page.
    """
    backward = "before" in params
    cursor = decode(queryset.model, params.get("before" if backward else "after", ""), order)
    if cursor:
        queryset = queryset.filter(beyond(order, cursor, backward=backward))
    rows = list(queryset.order_by(*ordering(order, backward=backward))[: size + 1])
    more, rows = len(rows) > size, rows[:size]
    if backward:
        rows.reverse()
    has_previous = more if backward else bool(cursor)
    has_next = bool(cursor) if backward else more
    return Page(
        rows=rows,
        previous=link(params, "before", encode(rows[0], order)) if has_previous and rows else "",
        next=link(params, "after", encode(rows[-1], order)) if has_next and rows else "",
    )


def ordering(order: tuple[str, ...], *, backward: bool) -> list:
    terms = []
    for name in order:
        descending = name.startswith("-") != backward
        empty = {"nulls_first": True} if backward else {"nulls_last": True}
        column = F(name.lstrip("-"))
        terms.append(column.desc(**empty) if descending else column.asc(**empty))
    return terms


def beyond(order: tuple[str, ...], cursor: list, *, backward: bool) -> Q:
    """The rows after (or before) the cursor's row in this order, empty values last."""
    found, same = Q(pk__in=[]), Q()
    for name, value in zip(order, cursor, strict=True):
        field, descending = name.lstrip("-"), name.startswith("-")
        if value is None:
            past = Q(**{f"{field}__isnull": False}) if backward else Q(pk__in=[])
            equal = Q(**{f"{field}__isnull": True})
        else:
            past = Q(**{f"{field}__{'lt' if descending != backward else 'gt'}": value})
            if not backward:
                past |= Q(**{f"{field}__isnull": True})
            equal = Q(**{field: value})
        found |= same & past
        same &= equal
    return found


def encode(row: Model, order: tuple[str, ...]) -> str:
    values = [getattr(row, name.lstrip("-")) for name in order]
    # Django's encoder would cut moments to milliseconds, and the rows of the rest of one would be skipped.
    return urlsafe_b64encode(json.dumps(values, default=str).encode()).decode().rstrip("=")


def decode(model: type[Model], text: str, order: tuple[str, ...]) -> list[Any]:
    if not text:
        return []
    try:
        values = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        fields = [model._meta.get_field(name.lstrip("-")) for name in order]
        return [storable(field.to_python(value)) for field, value in zip(fields, values, strict=True)]
    except (binascii.Error, ValueError, TypeError, OverflowError, RecursionError, ValidationError):
        return []


def storable(value: Any) -> Any:
    """The value, if a database can be asked for it; a cursor is whatever somebody typed into the address."""
    if isinstance(value, str):
        value.encode()  # half a character
        if "\x00" in value:
            raise ValueError("NUL in text")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone")
        value.astimezone(UTC)  # before the year 1
    return value


def link(params: QueryDict, name: str, cursor: str) -> str:
    query = params.copy()
    for old in CURSORS:
        query.pop(old, None)
    query[name] = cursor
    return f"?{query.urlencode()}"
