"""A list of BILL from a place on, page by page, cut by time wherever BILL lets it be.

BILL's tokens end after a quarter of an hour, and may count rows: one that is archived while a list is read
would then move another to a page that was read before. So each request asks for what was made (or changed) at
the last row's time or later, oldest first. A token serves only where that would not get on, or where the list
knows no times.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from connectors.bill.mapping import moment
from connectors.catalogue import find_operation
from connectors.errors import BadReplyError, RefusedError
from connectors.judging import Read
from connectors.paging import Rows

PAGE = 100  # BILL's largest
CREATED, UPDATED = "createdTime", "updatedTime"
FROM = {CREATED: "createdSince", UPDATED: "updatedSince"}


@dataclass(frozen=True)
class Part:
    """A page of a list. following: the place after it, "" at the end."""

    rows: list[dict[str, Any]]
    following: str
    asked_at: datetime


@dataclass(frozen=True)
class Span:
    """What is still to be read of the rows in use, or of the archived ones: from a time on, in BILL's words.

    archived: or retired, as Spend & Expense says; None where a list does not tell them apart. token: where it
    goes on within that. given: ids of the rows of just that time that were given before.
    """

    archived: bool | None
    since: str = ""
    token: str = ""
    given: frozenset[Any] = field(default=frozenset(), compare=False)

    def arguments(self, by: str, size: int, apart: str) -> dict[str, Any]:
        told: dict[str, Any] = {"limit": size}
        if self.archived is not None:
            told[apart] = self.archived
        if by:
            told["sort"] = f"{by}:asc"
        if self.since:
            told[FROM[by]] = self.since
        return told | ({"after": self.token} if self.token else {})

    def new(self, rows: Rows) -> list[Any]:
        return [row for row in rows if key_of(row) not in self.given] if self.given else list(rows)

    def rest(self, rows: Rows, by: str) -> "Span | None":
        if not rows.next:
            return None
        last = last_time(rows, by)
        if last in ("", self.since):
            return replace(self, token=rows.next)
        of_then = frozenset(key_of(row) for row in rows if row[by] == last)
        return Span(self.archived, last, given=of_then)


def listed(
    read: Read,
    operation: str,
    place: str = "",
    *,
    since: datetime | None = None,
    size: int = PAGE,
    **arguments: Any,
) -> Iterator[Part]:
    """All rows of a list, or with `since` those that changed since then.

    Whether BILL lists archived records unasked is not documented, so they are asked for apart. A row archived
    or changed meanwhile may come twice.
    """
    by = UPDATED if since else CREATED if knows(operation, FROM[CREATED]) else ""
    from_then = since.isoformat(timespec="milliseconds") if since else ""
    apart = next((name for name in ("archived", "retired") if knows(operation, name)), "")
    parts = (False, True) if apart else (None,)
    spans = opened(place) or [Span(archived, from_then) for archived in parts]
    while spans:
        span, asked_at = spans.pop(0), datetime.now(UTC)
        try:
            rows = read(operation, arguments | span.arguments(by, size, apart))
        except RefusedError:
            if not span.token:
                raise
            spans.insert(0, replace(span, token="", given=frozenset()))  # the token may have ended meanwhile
            continue
        if rest := span.rest(rows, by):
            spans.insert(0, rest)
        yield Part(span.new(rows), written(spans), asked_at)


def knows(operation: str, argument: str) -> bool:
    return argument in find_operation(operation).input_schema["properties"]


def last_time(rows: Rows, by: str) -> str:
    """When the last row was made or changed; nothing where they do not tell, or are in another order."""
    try:
        times = [moment(row, by) for row in rows] if by else []
    except (AttributeError, BadReplyError):
        return ""
    is_in_order = None not in times and all(one <= two for one, two in zip(times, times[1:], strict=False))
    return rows[-1][by] if times and is_in_order else ""


def key_of(row: Any) -> Any:
    return row.get("id") if isinstance(row, dict) else None


def written(spans: list[Span]) -> str:
    return json.dumps([[span.archived, span.since, span.token] for span in spans]) if spans else ""


def opened(place: str) -> list[Span]:
    """The spans of a place; none where it is the beginning, or not one of ours."""
    try:
        return [Span(archived, since, token) for archived, since, token in json.loads(place or "[]")]
    except (TypeError, ValueError):
        return []
