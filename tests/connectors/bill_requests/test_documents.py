"""What BILL is sent about files: the very bytes, under a name; and how they become documents there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from connectors.catalogue import find_operation
from connectors.errors import RefusedError
from connectors.judging import Attempted
from connectors.registry import connector
from connectors.requests import FILE, Request, file_body
from connectors.sandbox.client import SandboxControl
from connectors.transport import Client, read, send_write
from tests import payables as books
from tests.connectors.bill_account import BillAccount, make_client, reader
from tests.connectors.bill_requests import Row, check
from tests.files import PDF
from tests.writes.bill_documents import ATTACHMENT, attach

NAME = "Rechnung & Söhne.pdf"
FACTS = {"fileName": NAME, "fileType": "application/pdf", "fileSize": len(PDF), "fileBody": file_body(PDF)}
ASKED = {"file": "F-1", **FACTS}
TO_BILL = {"billId": books.BILL, **ASKED}
UPLOADS = [
    ("bill_upload_bill_document", {"billId": books.BILL}, f"/documents/bills/{books.BILL}"),
    ("bill_upload_vendor_attachment", {"vendorId": books.VENDOR}, f"/attachments/vendors/{books.VENDOR}"),
    (
        "bill_upload_customer_attachment",
        {"customerId": books.CUSTOMER},
        f"/attachments/customers/{books.CUSTOMER}",
    ),
    ("bill_upload_invoice_attachment", {"replaceInvoicePdf": True}, "/attachments/invoices/"),
]
READS = [
    ("bill_list_bill_documents", {"billId": books.BILL}, f"/documents/bills/{books.BILL}"),
    ("bill_list_vendor_attachments", {"vendorId": books.VENDOR}, f"/attachments/vendors/{books.VENDOR}"),
    (
        "bill_list_customer_attachments",
        {"customerId": books.CUSTOMER},
        f"/attachments/customers/{books.CUSTOMER}",
    ),
    ("bill_list_invoice_attachments", {}, "/attachments/invoices/"),
    ("bill_get_attachment", {"attachmentId": ATTACHMENT}, f"/attachments/{ATTACHMENT}"),
]
OTHERS = [
    Row("bill_delete_attachment", {"attachmentId": ATTACHMENT}, "DELETE", f"/attachments/{ATTACHMENT}"),
    Row("bill_get_document", {"documentId": "<document>"}, "GET", "/documents/<document>"),
    Row(
        "bill_list_document_upload_statuses",
        {"ids": ["<upload>", "<upload>"]},
        "GET",
        "/documents/upload-status",
        "ids=<upload>%2C<upload>",
    ),
]


@pytest.fixture
def client(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Client]:
    books.fill(sandbox)
    attach(sandbox)
    made = make_client(sandbox_url)
    yield made
    made.close()


@pytest.fixture
def account(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    books.fill(sandbox)
    made = BillAccount(sandbox_url)
    yield made
    made.close()


def with_invoice(client: Client, name: str, given: dict[str, Any], path: str) -> tuple[dict[str, Any], str]:
    if "invoice" not in name:
        return given, path
    key = reader(client)("bill_list_invoices", {})[0]["id"]
    return given | {"invoiceId": key}, path + key


def built(name: str, given: dict[str, Any]) -> Request:
    operation = find_operation(name)
    return replace(operation.request(operation.arguments(given), {}), content=PDF)


@pytest.mark.parametrize(("name", "given", "path"), UPLOADS)
def test_the_file_is_sent_as_it_is_under_its_name(
    client: Client, sandbox: SandboxControl, name: str, given: dict[str, Any], path: str
) -> None:
    given, path = with_invoice(client, name, given, path)
    request = built(name, given | ASKED)
    more = "&replaceInvoicePdf=true" if "replaceInvoicePdf" in given else ""

    assert (request.method, request.path) == ("POST", f"/connect/v3{path}")
    assert request.query == f"name={quote(NAME, safe='')}{more}"
    assert (request.content_type, request.body) == (FILE, file_body(PDF))
    assert request.sent_bytes() == PDF
    answer = send_write(client, request, operation=find_operation(name)).data
    assert answer["id"].startswith("0du")
    assert [line["request"]["body"] for line in sandbox.effects()] == [request.body]


@pytest.mark.parametrize(("name", "given", "path"), READS)
def test_reading_files(client: Client, name: str, given: dict[str, Any], path: str) -> None:
    given, path = with_invoice(client, name, given, path)
    operation = find_operation(name)

    request = operation.request(operation.arguments(given), {})

    assert (request.method, request.path, request.query) == ("GET", f"/connect/v3{path}", "")
    assert read(client, operation, given).status == 200


@pytest.mark.parametrize("row", OTHERS, ids=str)
def test_what_is_sent_is_what_bill_documents_and_is_taken(
    client: Client, sandbox: SandboxControl, row: Row
) -> None:
    upload = send_write(client, built("bill_upload_bill_document", TO_BILL)).data["id"]
    sandbox.advance(120)
    states = reader(client)("bill_list_document_upload_statuses", {"ids": [upload]})

    check(client, sandbox, row, {"upload": upload, "document": states[0]["documentId"]})


def test_a_deleted_attachment_is_gone(client: Client) -> None:
    request = built("bill_delete_attachment", {"attachmentId": ATTACHMENT})
    send_write(client, request, operation=find_operation("bill_delete_attachment"))

    with pytest.raises(RefusedError):
        reader(client)("bill_get_attachment", {"attachmentId": ATTACHMENT})


def test_other_bytes_than_the_approved_ones_are_not_sent(client: Client, sandbox: SandboxControl) -> None:
    request = replace(built("bill_upload_bill_document", TO_BILL), content=PDF + b"!")

    with pytest.raises(ValueError, match="not the file"):
        send_write(client, request)
    assert sandbox.effects() == []


def test_a_text_request_has_the_digest_form_it_always_had() -> None:
    request = Request("POST", "/p", "", "application/json", "{}")

    assert list(request.as_dict()) == ["method", "path", "query", "content_type", "body"]


def test_an_upload_gets_its_final_id_minutes_later(
    client: Client, sandbox: SandboxControl, sandbox_url: str
) -> None:
    ask = reader(client)
    upload = send_write(client, built("bill_upload_bill_document", TO_BILL)).data["id"]
    statuses = "bill_list_document_upload_statuses"
    assert ask(statuses, {"ids": [upload]}) == [{"uploadId": upload, "status": "IN_PROGRESS"}]
    assert ask("bill_list_bill_documents", {"billId": books.BILL}) == []

    sandbox.advance(120)

    state = ask(statuses, {"ids": [upload]})[0]
    assert state["status"] == "UPLOADED"
    assert state["documentId"].startswith("00h")
    document = ask("bill_get_document", {"documentId": state["documentId"]})
    assert document["name"] == NAME
    account = BillAccount(sandbox_url)
    assert httpx.get(document["downloadLink"], headers=account.headers).content == PDF
    account.close()


@pytest.mark.parametrize(
    ("query", "content"), [("", PDF), ("?name=a.pdf", b""), ("?name=a.pdf", b"%PDF-" + b"0" * 6_000_000)]
)
def test_what_is_no_upload_is_refused(account: BillAccount, query: str, content: bytes) -> None:
    response = account.http.post(
        f"/connect/v3/documents/bills/{books.BILL}{query}",
        content=content,
        headers=account.headers | {"content-type": FILE},
    )

    assert response.status_code == 400


class TestJudging:
    name = "bill_upload_bill_document"

    def attempt(self, client: Client, *, sent: bool = True, answered: bool = True) -> Attempted:
        judge, ask = connector("bill").judges["upload_bill_document"], reader(client)
        before, now = judge.look(ask, TO_BILL), datetime.now(UTC)
        answer = send_write(client, built(self.name, TO_BILL)).data if sent else None
        return Attempted(TO_BILL, before, now, answer if answered else None)

    def kind(self, client: Client, attempt: Attempted) -> str:
        return connector("bill").judges["upload_bill_document"].probe(reader(client), attempt).kind

    def test_a_file_that_bill_has_taken_took(self, client: Client) -> None:
        assert self.kind(client, self.attempt(client)) == "took"

    def test_a_lost_answer_is_settled_once_the_file_shows(
        self, client: Client, sandbox: SandboxControl
    ) -> None:
        attempt = self.attempt(client, answered=False)
        assert self.kind(client, attempt) == "cannot_tell"
        sandbox.advance(120)
        assert self.kind(client, attempt) == "took"

    def test_a_file_that_never_came_is_absent_only_after_an_hour(self, client: Client) -> None:
        attempt = self.attempt(client, sent=False)
        assert self.kind(client, attempt) == "cannot_tell"
        earlier = replace(attempt, sent_at=attempt.sent_at - timedelta(hours=2))
        assert self.kind(client, earlier) == "absent"

    def test_the_card_names_the_file_by_all_that_tells_it_apart(self, client: Client) -> None:
        judge = connector("bill").judges["upload_bill_document"]
        card = judge.expect(judge.look(reader(client), TO_BILL), TO_BILL)
        shown = {change.field: change.after for change in card.changes}
        assert card.sentence == f"Attach {NAME} to bill NP-1 from Northside"
        assert shown["File"] == f"{NAME} (F-1)"
        assert shown["Kind"] == "PDF"
        assert shown["Size"] == f"{len(PDF)} bytes"
        assert shown["SHA-256"] in file_body(PDF)
