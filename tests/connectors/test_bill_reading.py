"""How a list of BILL is gone through: by time, so that no old place and no row that moves hides another."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.ahead import InTurn
from connectors.bill.reading import listed
from connectors.judging import Read
from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import make_client, reader

INVOICES = "bill_list_invoices"
AFTER_TOKENS_END_S = 16 * 60
JUST_NOW = timedelta(seconds=1)


@pytest.fixture
def read(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Read]:
    client = make_client(sandbox_url)
    yield reader(client)
    client.close()


class ThreeAtOnce(InTurn):
    """Several parts of a list are asked for at once, whoever answers them."""

    ahead = 3


def ids(parts: Any) -> list[str]:
    return [row["id"] for part in parts for row in part.rows]


def every_id(read: Read) -> set[str]:
    return set(ids(listed(read, INVOICES)))


def make_alike(sandbox: SandboxControl, read: Read, count: int) -> list[str]:
    """So many invoices that were made and changed at the same moment."""
    pattern = sandbox.record("bill", "invoice", next(iter(every_id(read))))
    now = sandbox.now().isoformat(timespec="milliseconds")
    keys = [f"00eALIKE{number:012}" for number in range(count)]
    for key in keys:
        fields = pattern | {"id": key, "createdTime": now, "updatedTime": now}
        sandbox.add("bill", "invoice", key, owner=pattern["customerId"], **fields)
    return keys


@pytest.mark.parametrize("size", [7, 20, 59, 60, 61])
def test_whatever_the_size_of_a_page_each_row_comes_once(read: Read, size: int) -> None:
    found = ids(listed(read, INVOICES, size=size))

    assert (len(found), len(set(found))) == (60, 60)


@pytest.mark.parametrize("size", [3, 7, 20, 59, 60])
def test_read_in_parts_each_row_comes_once_too(read: Read, size: int) -> None:
    parts = list(listed(ThreeAtOnce(read), INVOICES, size=size))

    assert (len(ids(parts)), len(set(ids(parts)))) == (60, 60)
    places = [json.loads(part.following or "[]") for part in parts]
    assert size > 20 or max(sum(not archived for archived, *_ in place) for place in places) == 3


@pytest.mark.parametrize("after", [1, 2, 5])
def test_a_place_in_several_parts_goes_on_where_each_was(
    read: Read, sandbox: SandboxControl, after: int
) -> None:
    parts = listed(ThreeAtOnce(read), INVOICES, size=7)
    kept = [next(parts) for _ in range(after)]
    sandbox.advance(AFTER_TOKENS_END_S)

    rest = ids(listed(ThreeAtOnce(read), INVOICES, kept[-1].following, size=7))

    assert set(ids(kept)) | set(rest) == every_id(read)


def test_what_changed_comes_and_nothing_else(read: Read, sandbox: SandboxControl) -> None:
    changed = sorted(every_id(read))[:5]
    since = sandbox.now()
    for key in changed:
        sandbox.change("bill", "invoice", key, archived=True)

    assert sorted(ids(listed(read, INVOICES, since=since, size=2))) == changed


def test_the_oldest_change_comes_first(read: Read, sandbox: SandboxControl) -> None:
    since = sandbox.now()
    for key in sorted(every_id(read), reverse=True)[:6]:
        sandbox.change("bill", "invoice", key, dueAmount="0")

    parts = listed(read, INVOICES, since=since, size=2)
    times = [row["updatedTime"] for part in parts for row in part.rows]

    assert times == sorted(times)


def test_a_place_is_good_however_long_ago_it_was_left(read: Read, sandbox: SandboxControl) -> None:
    first = next(listed(read, INVOICES, size=20))
    sandbox.advance(AFTER_TOKENS_END_S)

    rest = ids(listed(read, INVOICES, first.following, size=20))

    assert {row["id"] for row in first.rows} | set(rest) == every_id(read)


@pytest.mark.parametrize("reader_of", [InTurn, ThreeAtOnce])
def test_a_row_that_is_archived_meanwhile_is_met_and_hides_no_other(
    read: Read, sandbox: SandboxControl, reader_of: type[InTurn]
) -> None:
    every = every_id(read)
    parts = listed(reader_of(read), INVOICES, size=7)
    found = [row["id"] for _ in range(3) for row in next(parts).rows]
    for key in (*found[:3], *sorted(every - set(found))[-3:]):
        sandbox.change("bill", "invoice", key, archived=True)

    assert set(found) | set(ids(parts)) == every


def test_more_rows_of_one_moment_than_a_page_holds_all_come_once(read: Read, sandbox: SandboxControl) -> None:
    alike = make_alike(sandbox, read, 9)

    found = ids(listed(read, INVOICES, size=2))

    assert (len(found), set(alike) <= set(found)) == (69, True)


def test_a_token_that_ends_among_rows_of_one_moment_loses_none(read: Read, sandbox: SandboxControl) -> None:
    alike = make_alike(sandbox, read, 9)
    since, found = sandbox.now() - JUST_NOW, []
    for part in listed(read, INVOICES, since=since, size=2):
        found += [row["id"] for row in part.rows]
        if len(found) == 6:
            sandbox.advance(AFTER_TOKENS_END_S)

    assert set(found) >= set(alike)  # others may have changed meanwhile by themselves


def test_a_place_whose_token_has_ended_begins_its_part_anew(read: Read, sandbox: SandboxControl) -> None:
    alike = make_alike(sandbox, read, 9)
    parts = listed(read, INVOICES, since=sandbox.now() - JUST_NOW, size=2)
    first = [next(parts) for _ in range(3)]
    sandbox.advance(AFTER_TOKENS_END_S)

    rest = ids(listed(read, INVOICES, first[-1].following, since=sandbox.now(), size=2))

    assert set(ids(first)) | set(rest) >= set(alike)


def test_a_list_without_times_to_ask_by_goes_by_tokens(read: Read) -> None:
    parts = list(listed(read, "bill_list_customer_contacts", customerId=_customer_with_contact(read)))

    assert ids(parts)


def _customer_with_contact(read: Read) -> str:
    for customer in read("bill_list_customers", {"limit": 100}):
        if read("bill_list_customer_contacts", {"customerId": customer["id"], "limit": 1}):
            return customer["id"]
    raise LookupError("no customer with a contact")


def test_a_place_of_another_make_is_the_beginning(read: Read) -> None:
    assert set(ids(listed(read, INVOICES, "in_use:no-such-token"))) == every_id(read)


def test_moments_are_asked_for_in_bills_own_form(read: Read) -> None:
    asked = []

    def noting(name: str, arguments: Any) -> Any:
        asked.append(arguments)
        return read(name, arguments)

    list(listed(noting, INVOICES, since=datetime.fromisoformat("2026-11-28T10:04:00.5+00:00")))

    assert {one["updatedSince"] for one in asked} == {"2026-11-28T10:04:00.500+00:00"}
    assert {one["sort"] for one in asked} == {"updatedTime:asc"}
