"""Lists read to their end or to a limit, over each way of cutting pages."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.catalogue import Paging
from connectors.errors import ArgumentsError, BadReplyError
from connectors.paging import Rows, rows_of

NUMBERED = Paging("page_number", "page", "pageSize", 10, results="rows", pages="pages", total="count")
OFFSET = Paging("offset", "start", "max", 10)
CURSOR = Paging("cursor", "page", "max", 10, results="rows", next="nextPage")


class Vendor:
    """A list of so many rows; `pages` counts what was asked for."""

    def __init__(self, size: int) -> None:
        self.rows = list(range(size))
        self.pages = 0

    def numbered(self, page: Mapping[str, Any]) -> dict[str, Any]:
        size = page["pageSize"]
        self.pages += 1
        return {
            "rows": self.rows[(page["page"] - 1) * size : page["page"] * size],
            "pages": -(-len(self.rows) // size),
            "count": len(self.rows),
        }

    def offset(self, page: Mapping[str, Any]) -> list[int]:
        return self.rows[page["start"] : page["start"] + page["max"]]

    def cursor(self, page: Mapping[str, Any]) -> dict[str, Any]:
        start = int(page.get("page", "0"))
        end = start + page["max"]
        more = {"nextPage": str(end)} if end < len(self.rows) else {}
        return {"rows": self.rows[start:end], **more}


def everything(paging: Paging, fetch, limits: list[int]) -> list[int]:
    """All rows, by limits used in turn."""
    found: list[int] = []
    after: dict[str, str] = {}
    for turn in range(1000):
        rows = rows_of(paging, {"limit": limits[turn % len(limits)], **after}, fetch)
        found += rows
        if rows.next is None:
            return found
        after = {"after": rows.next}
    raise AssertionError("the list never ended")


@given(st.integers(0, 60), st.lists(st.integers(1, 35), min_size=1, max_size=4))
def test_no_row_is_skipped_or_given_twice(size: int, limits: list[int]) -> None:
    vendor = Vendor(size)
    for paging, fetch in ((NUMBERED, vendor.numbered), (OFFSET, vendor.offset), (CURSOR, vendor.cursor)):
        assert everything(paging, fetch, limits) == vendor.rows


def test_no_page_is_asked_for_that_is_not_needed() -> None:
    vendor = Vendor(40)
    rows = rows_of(NUMBERED, {"limit": 20}, vendor.numbered)
    assert (vendor.pages, len(rows), rows.total, rows.next) == (2, 20, 40, "20")


def test_a_count_of_the_page_alone_is_not_taken_for_the_total() -> None:
    rows = rows_of(NUMBERED, {"limit": 10}, lambda page: {"rows": [1] * 10, "pages": 4, "count": 10})
    assert rows.total is None


def test_an_empty_page_with_a_token_is_not_the_end() -> None:
    pages = iter([{"rows": [], "nextPage": "x"}, {"rows": [1]}])
    assert rows_of(CURSOR, {"limit": 5}, lambda page: next(pages)) == [1]


def test_a_list_given_whole_may_be_wrapped() -> None:
    rows = rows_of(Paging("whole", results="addons"), {}, lambda page: {"addons": [1]})
    assert isinstance(rows, Rows)
    assert rows == [1]


@pytest.mark.parametrize("data", [{"rows": None}, {}, "success", None, 3])
def test_an_answer_without_the_list_is_a_bad_reply(data: object) -> None:
    with pytest.raises(BadReplyError):
        rows_of(NUMBERED, {"limit": 5}, lambda page: data)


@pytest.mark.parametrize("after", ["x", "-1", "", "²"])
def test_after_must_come_from_an_answer(after: str) -> None:
    with pytest.raises(ArgumentsError):
        rows_of(NUMBERED, {"limit": 5, "after": after}, Vendor(1).numbered)
