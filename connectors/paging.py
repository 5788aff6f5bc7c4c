"""Reading a list to its end or to a limit, whatever way the vendor cuts it into pages."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.errors import ArgumentsError, BadReplyError
from connectors.operations import Paging

Fetch = Callable[[Mapping[str, Any]], Any]  # wire values of one page -> the answer's data


class Rows(list):
    """The rows of a list operation. `next` is what to give as `after` to go on, None at the end.

    `total` is how many there are altogether, where the vendor says so credibly; `pages` how many pages of the
    size asked for.
    """

    def __init__(
        self,
        rows: Any = (),
        *,
        total: int | None = None,
        pages: int | None = None,
        next: str | None = None,
    ) -> None:
        super().__init__(rows)
        self.total = total
        self.pages = pages
        self.next = next


def rows_of(paging: Paging, arguments: Mapping[str, Any], fetch: Fetch) -> Rows:
    """Up to `limit` rows after `after`; asks for no page it does not need."""
    if paging.style == "whole":
        return Rows(_array(paging, fetch({})))
    if paging.style == "cursor":
        return _by_cursor(paging, arguments["limit"], arguments.get("after"), fetch)
    return _by_position(paging, arguments["limit"], _position(arguments.get("after")), fetch)


def _by_position(paging: Paging, limit: int, position: int, fetch: Fetch) -> Rows:
    size = min(limit, paging.size_max)
    rows, total = Rows(), None
    while True:
        number, skip = divmod(position, size) if paging.style == "page_number" else (0, 0)
        page_value = number + 1 if paging.style == "page_number" else position
        data = fetch({paging.page: page_value, paging.size: size})
        page = _array(paging, data)
        told = _named(data, paging.pages)
        pages = told if isinstance(told, int) else None
        if not page and pages is not None and number + 1 < pages:
            raise BadReplyError("The list breaks off before the last of the pages it tells of.")
        is_last = len(page) < size or (pages is not None and number + 1 >= pages)
        total = _credible_total(paging, data, size)
        taken = page[skip:][: limit - len(rows)]
        rows += taken
        position += len(taken)
        if is_last and len(taken) == len(page[skip:]):
            return Rows(rows, total=total, pages=pages)
        if len(rows) >= limit:
            return Rows(rows, total=total, pages=pages, next=str(position))


def _by_cursor(paging: Paging, limit: int, token: str | None, fetch: Fetch) -> Rows:
    rows = Rows()
    while True:
        page_values: dict[str, Any] = {paging.page: token} if token else {}
        data = fetch(page_values | {paging.size: min(limit - len(rows), paging.size_max)})
        rows += _array(paging, data)
        # The end is the absence of the token: an empty page may still have a next one.
        token = _named(data, paging.next) or None
        if token is None or len(rows) >= limit:
            return Rows(rows, next=token)


def _credible_total(paging: Paging, data: Any, size: int) -> int | None:
    """A count may mean all rows or this page's (Billsby does not say): believed when the pages agree."""
    total, pages = _named(data, paging.total), _named(data, paging.pages)
    if not isinstance(total, int) or not isinstance(pages, int):
        return None
    return total if -(-total // size) == pages or total == pages == 0 else None


def _array(paging: Paging, data: Any) -> list:
    rows = _named(data, paging.results) if paging.results else data
    if not isinstance(rows, list):
        raise BadReplyError("The answer does not hold the list that was asked for.")
    return rows


def _named(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, dict) else None


def _position(after: str | None) -> int:
    if after is None:
        return 0
    if not after.isascii() or not after.isdigit():
        raise ArgumentsError(["after must be the text that an earlier answer gave as next."])
    return int(after)
