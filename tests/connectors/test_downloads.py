"""Files that BILL keeps: fetched with our session from BILL alone, with the patience of every read."""

from collections.abc import Iterator

import pytest

from connectors.bill.dialect import BillDialect
from connectors.dialect import Account
from connectors.downloads import download
from connectors.errors import BadReplyError, NotFoundError, VendorDownError
from connectors.sandbox.client import SandboxControl
from connectors.transport import Client
from tests.connectors.bill_account import make_client, reader

EXPIRED = '[{"code": "BDC_1109", "severity": "ERROR", "message": "Session is invalid."}]'
FETCHING = {"operation": "download_document"}


@pytest.fixture
def client(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Client]:
    client = make_client(sandbox_url)
    yield client
    client.close()


@pytest.fixture
def link(client: Client) -> str:
    """Of the paper that came with a bill."""
    ask = reader(client)
    bills = ask("bill_list_bills", {"limit": 100})
    papers = (ask("bill_list_bill_documents", {"billId": bill["id"]}) for bill in bills)
    return next(rows[0]["downloadLink"] for rows in papers if rows)


def test_a_file_comes_as_its_very_bytes(client: Client, link: str) -> None:
    content = download(client, link)
    assert content.startswith(b"%PDF-1.4")
    assert content.endswith(b"%%EOF\n")


def test_a_session_that_ended_is_renewed(client: Client, sandbox: SandboxControl, link: str) -> None:
    sandbox.fail_next(status=401, body=EXPIRED, **FETCHING)
    assert download(client, link).startswith(b"%PDF")


def test_a_vendor_that_stays_down_is_told_in_words(
    client: Client, sandbox: SandboxControl, link: str
) -> None:
    sandbox.fail_next(status=503, times=100, **FETCHING)
    with pytest.raises(VendorDownError, match="does not answer just now"):
        download(client, link)


def test_a_file_that_is_gone_is_not_found(client: Client, link: str) -> None:
    with pytest.raises(NotFoundError):
        download(client, link.replace("/00h02", "/00h02X"))


@pytest.mark.parametrize(
    "link",
    [
        "",
        "/connect/v3/documents/1/content",
        "https://files.example/bill.pdf",
        "https://app.bill.com.example/bill.pdf",
        "https://app.bill.com@files.example/bill.pdf",
        "https://files.example\\.bill.com/bill.pdf",
        "https://[bill.com/bill.pdf",
        "http://app.bill.com/bill.pdf",
        "ftp://app.bill.com/bill.pdf",
        "file:///etc/passwd",
    ],
)
def test_a_link_that_leads_away_from_the_vendor_is_not_followed(link: str) -> None:
    account = Account("bill", "BILL", "https://gateway.prod.bill.com", {})
    client = Client(account)
    with pytest.raises(BadReplyError, match="not its own"):
        download(client, link)
    client.close()


def test_a_file_on_another_server_of_bill_is_its_own() -> None:
    live = Account("bill", "BILL", "https://gateway.prod.bill.com", {})
    local = Account("bill", "BILL", "http://127.0.0.1:8000/bill", {})
    assert BillDialect().is_own(live, "https://app02.us.bill.com")
    assert not BillDialect().is_own(local, "https://app02.us.bill.com")
    assert BillDialect().is_own(local, "http://127.0.0.1:8000")
