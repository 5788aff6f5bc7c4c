"""The full listings and the re-reading of one record, against the local Billsby."""

from collections.abc import Iterator

import pytest

from connectors.ahead import InTurn
from connectors.catalogue import catalogue
from connectors.errors import NotFoundError
from connectors.registry import Record, connector
from connectors.transport import Account, Client, read

BILLSBY = connector("billsby")
STREAMS = {stream.kind: stream for stream in BILLSBY.streams}


@pytest.fixture
def answered(sandbox) -> None:
    """A custom field, and what a customer answered: the books begin with neither."""
    field = {"customFieldId": 3, "type": 0, "label": "Team name", "description": "", "options": ""}
    sandbox.add("billsby", "custom_field", "3", compulsory=True, **field)
    given = {"customFieldResponseId": 88, "customFieldId": 3, "productId": 11, "value": "Blue"}
    owner = sandbox.stories()["credits"]["customerUniqueId"]
    sandbox.add("billsby", "custom_field_response", "88", owner=owner, **given)


@pytest.fixture
def billsby(sandbox, answered, sandbox_url: str) -> Iterator:
    injected = {"companyDomain": "halden"}
    account = Account(
        "billsby", "Halden", f"{sandbox_url}/billsby", {"api_key": "halden_" + "0" * 32}, injected
    )
    client = Client(account)
    yield lambda name, arguments: read(client, catalogue("billsby")[name], arguments).data
    client.close()


def records(billsby, kind: str) -> list[Record]:
    return [row.record() for page in STREAMS[kind].pages(InTurn(billsby), "") for row in page.rows]


@pytest.mark.parametrize("kind", STREAMS)
def test_a_stream_gives_every_record_once(billsby, kind: str) -> None:
    found = records(billsby, kind)
    assert found
    assert {record.kind for record in found} == {kind}
    assert len({record.vendor_id for record in found}) == len(found)


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
