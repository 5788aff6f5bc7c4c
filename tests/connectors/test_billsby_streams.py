"""The full listings and the re-reading of one record, against the local Billsby."""

from collections.abc import Iterator

import pytest

from connectors.ahead import InTurn
from connectors.catalogue import catalogue
from connectors.errors import NotFoundError
from connectors.registry import Children, Record, Stream, connector
from connectors.transport import Account, Client, read
from tests.books import sell_more

BILLSBY = connector("billsby")
STREAMS = {stream.kind: stream for stream in BILLSBY.streams if isinstance(stream, Stream)}
CHILDREN = {stream.kind: stream for stream in BILLSBY.streams if isinstance(stream, Children)}


@pytest.fixture
def billsby(sandbox, sandbox_url: str) -> Iterator:
    injected = {"companyDomain": "halden"}
    account = Account(
        "billsby", "Halden", f"{sandbox_url}/billsby", {"api_key": "halden_" + "0" * 32}, injected
    )
    client = Client(account)
    yield lambda name, arguments: read(client, catalogue("billsby")[name], arguments).data
    client.close()


def records(billsby, kind: str) -> list[Record]:
    return [row.record() for page in STREAMS[kind].pages(InTurn(billsby), "") for row in page.rows]


@pytest.fixture(autouse=True)
def something_of_every_kind(sandbox) -> None:
    sell_more(sandbox)


@pytest.mark.parametrize("kind", STREAMS)
def test_a_stream_gives_every_record_once(billsby, kind: str) -> None:
    found = records(billsby, kind)
    assert found
    assert {record.kind for record in found} == {kind}
    assert len({record.vendor_id for record in found}) == len(found)


@pytest.mark.parametrize("kind", CHILDREN)
def test_what_an_owner_has_names_its_owner(billsby, kind: str) -> None:
    told = [
        (owner, row.record())
        for owner in records(billsby, CHILDREN[kind].owner)
        for row in CHILDREN[kind].ask(billsby, owner.vendor_id, owner.raw)
    ]
    assert {record.kind for _, record in told} == set(CHILDREN[kind].kinds)
    assert len({(record.kind, record.vendor_id) for _, record in told}) == len(told)
    name = f"{CHILDREN[kind].owner}_vendor_id"
    assert all(record.fields[name] == owner.vendor_id for owner, record in told)


def test_a_log_of_several_pages_is_read_to_its_end(billsby, sandbox) -> None:
    unique = sandbox.stories()["upgrade"]["subscriptionUniqueId"]
    for number in range(50_001, 50_600):
        at = f"2026-01-01T00:00:00.{number % 1000:03}Z"
        event = {"subscriptionEventLogId": number, "type": "Tried", "createdOn": at, "eventData": {}}
        sandbox.add("billsby", "event", str(number), owner=unique, **event)
    assert len(CHILDREN["event"].ask(billsby, unique, {})) > 599


def test_a_stream_of_several_pages_tells_its_total(billsby, sandbox) -> None:
    pages = list(STREAMS["invoice"].pages(InTurn(billsby), ""))
    assert len(pages) > 1
    assert {page.total for page in pages} == {sum(len(page.rows) for page in pages)}


def test_a_page_count_that_cannot_be_trusted_is_no_total(billsby, sandbox) -> None:
    sandbox.settings(row_count_of_page=True)
    pages = list(STREAMS["invoice"].pages(InTurn(billsby), ""))
    assert pages[0].total is None


@pytest.mark.parametrize("kind", STREAMS)
def test_a_record_can_be_read_again(billsby, kind: str) -> None:
    wanted = records(billsby, kind)[0]
    again = BILLSBY.refresh(billsby, kind, wanted.vendor_id)
    assert (again[0].kind, again[0].vendor_id) == (kind, wanted.vendor_id)


def test_reading_a_subscription_again_tells_its_next_billing(billsby) -> None:
    listed = next(it for it in records(billsby, "subscription") if it.fields["status"] == "Active")
    again = BILLSBY.refresh(billsby, "subscription", listed.vendor_id)[0].record()
    assert "next_billing_minor" not in listed.fields
    assert again.fields["next_billing_minor"] > 0


def test_a_record_that_is_gone_is_not_found(billsby) -> None:
    with pytest.raises(NotFoundError):
        BILLSBY.refresh(billsby, "invoice", "ZZZZZZZZZZ-9")
