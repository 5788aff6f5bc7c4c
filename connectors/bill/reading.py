"""A list of BILL from a place on, page by page, cut by time wherever BILL lets it be.

BILL's tokens end after a quarter of an hour, and may count rows: one that is archived while a list is read
would then move another to a page that was read before. So each request asks for what was made (or changed) at
the last row's time or later, oldest first. A token serves only where that would not get on, or where the list
knows no times. A page tells where the next begins, so that one part of a list is read page after page; where
several calls may be under way, as many parts are.
"""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.ahead import Asked, InTurn, ReadAhead
from connectors.bill.mapping import moment
from connectors.catalogue import find_operation
from connectors.errors import BadReplyError, RefusedError
from connectors.judging import Read
from connectors.paging import Rows

PAGE = 100  # BILL's largest
CREATED, UPDATED = "createdTime", "updatedTime"
FROM = {CREATED: "createdSince", UPDATED: "updatedSince"}
BEFORE = "createdBefore"
SHORTEST = timedelta(seconds=1)  # no part of a list is cut into shorter ones


@dataclass(frozen=True)
class Part:
    """A page of a list. following: the place after it, "" at the end."""

    rows: list[dict[str, Any]]
    following: str
    asked_at: datetime


@dataclass(frozen=True)
class Span:
    """What is still to be read of the rows in use, or of the archived ones: from a time on, in BILL's words.

    archived: or retired, as Spend & Expense says; None where a list does not tell them apart. before: when
    the next part begins, "" for the last. token: where it goes on within that. given: ids of the rows of just
    that time that were given before.
    """

    archived: bool | None
    since: str = ""
    before: str = ""
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
        if self.before:
            told[BEFORE] = self.before
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
        return Span(self.archived, last, self.before, given=of_then)

    def parted(self, among: int) -> list["Span"]:
        """As parts that take equally long in time; nobody knows where the rows lie."""
        if among < 2 or not self.since or self.token:
            return [self]
        begin = datetime.fromisoformat(self.since)
        each = ((datetime.fromisoformat(self.before) if self.before else datetime.now(UTC)) - begin) / among
        if each < SHORTEST:
            return [self]
        cuts = [in_words(begin + each * part) for part in range(1, among)]
        later = [Span(self.archived, *edges) for edges in zip(cuts, [*cuts[1:], self.before], strict=True)]
        return [replace(self, before=cuts[0]), *later]


def listed(
    read: Read | ReadAhead,
    operation: str,
    place: str = "",
    *,
    since: datetime | None = None,
    size: int = PAGE,
    **arguments: Any,
) -> Iterator[Part]:
    """All rows of a list, or with `since` those that changed since then, the oldest change first.

    Whether BILL lists archived records unasked is not documented, so they are asked for apart. A row archived
    or changed meanwhile may come twice. Pages of different parts come as they are answered.
    """
    reader = read if hasattr(read, "ask") else InTurn(read)
    by = UPDATED if since else CREATED if knows(operation, FROM[CREATED]) else ""
    apart = next((name for name in ("archived", "retired") if knows(operation, name)), "")
    may_part = not since and knows(operation, BEFORE)
    most = reader.ahead if may_part else 1
    waiting = deque(opened(place) or begun(since, apart))
    asked: deque[tuple[Span, Asked]] = deque()

    def ask() -> None:
        """As many as may be under way; the archived ones last: what is archived meanwhile is met there."""
        while waiting and len(asked) < most and (not asked or asked[0][0].archived == waiting[0].archived):
            span = waiting.popleft()
            asked.append((span, reader.ask(operation, arguments | span.arguments(by, size, apart), as_it_is)))

    while waiting or asked:
        ask()
        span, question = asked.popleft()
        try:
            rows = question.answer()
        except RefusedError:
            if not span.token:
                raise
            waiting.appendleft(replace(span, token="", given=frozenset()))  # it may have ended meanwhile
            continue
        if rest := span.rest(rows, by):
            alike = sum(one.archived == rest.archived for one in waiting)
            waiting.extendleft(reversed(rest.parted(most - alike - len(asked))))
        if most > 1:
            ask()  # before this page is kept, so that the next ones are under way meanwhile
        yield Part(span.new(rows), written([*(one for one, _ in asked), *waiting]), question.at)


def begun(since: datetime | None, apart: str) -> list[Span]:
    from_then = in_words(since) if since else ""
    return [Span(archived, from_then) for archived in ((False, True) if apart else (None,))]


def as_it_is(rows: Rows) -> Rows:
    return rows


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


def in_words(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def written(spans: list[Span]) -> str:
    return json.dumps([[one.archived, one.since, one.before, one.token] for one in spans]) if spans else ""


def opened(place: str) -> list[Span]:
    """The spans of a place; none where it is the beginning, or not one of ours."""
    try:
        return [Span(*told) for told in json.loads(place or "[]")]
    except (TypeError, ValueError):
        return []
