"""The documents of a bill beside it: read at BILL when its page is open, and shown under our own origin."""

from base64 import b64encode
from collections.abc import Callable

import pytest
from django.urls import reverse

from console.mirror.models import Bill, Classification, Record
from console.mirror.refresh import refresh_record
from tests import payables as books
from tests.files import JPEG, PDF, PNG
from tests.mirror.factories import make_bill, make_invoice, make_row

pytestmark = pytest.mark.django_db

NAME = "Zoë's bill.pdf"
KEY = "00h02PAPER0000000000"
THEN = "2026-10-02T17:04:11.000+00:00"
LISTED = '{"results": [{"id": "%s", "name": "bill.pdf", "downloadLink": "%s"}]}'


@pytest.fixture
def bill_there(connected, sandbox) -> Bill:
    books.fill(sandbox)
    refresh_record(connected["bill"], "bill", books.BILL)
    return Bill.objects.get(vendor_id=books.BILL)


@pytest.fixture
def keep(sandbox, bill_there) -> Callable[..., str]:
    """Let BILL have a file beside a record; returns the address that it would have beside the bill."""

    def put(content: bytes, *, name: str = NAME, key: str = KEY, owner: Record = bill_there) -> str:
        kept = {"id": key, "name": name, "createdTime": THEN, "updatedTime": THEN, "archived": False}
        kept |= {"ownerKind": owner.KIND, "downloadLink": f"/connect/v3/documents/{key}/content"}
        content = b64encode(content).decode()
        sandbox.add("bill", "document", key, owner=owner.vendor_id, content=content, **kept)
        return f"{papers(bill_there)}{key}/"

    return put


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])
    return lambda url, **headers: client.get(url, headers=headers)


def papers(record: Record) -> str:
    return f"{record.get_absolute_url()}documents/"


def test_documents_are_for_who_is_signed_in(client, bill_there, keep):
    for url in (papers(bill_there), keep(PDF)):
        assert client.get(url).url.startswith(reverse("accounts:sign-in"))


def test_a_page_asks_for_documents_only_after_it_is_there(get, bill_there, sandbox):
    sandbox.fail_next(status=503, times=100)
    assert f'hx-get="{papers(bill_there)}" hx-trigger="load"' in get(bill_there.get_absolute_url()).text


def test_a_document_stands_in_a_frame_of_our_own(get, bill_there, keep):
    url = keep(PDF)
    page = get(papers(bill_there), HX_Request="true").text
    assert f'<iframe class="pp-f" src="{url}#' in page
    assert "downloadLink" not in page
    assert "/content" not in page


def test_the_very_bytes_are_shown_and_can_do_nothing(get, keep):
    answer = get(keep(PDF))
    assert (answer.content, answer["Content-Type"]) == (PDF, "application/pdf")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"] == "inline; filename*=utf-8''Zo%C3%AB%27s%20bill.pdf"
    assert "no-store" in answer["Cache-Control"]
    policy = answer["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'self'", "sandbox"} <= {part.strip() for part in policy}
    assert "script-src" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize(("content", "kind"), [(PNG, "image/png"), (JPEG, "image/jpeg")])
def test_a_picture_stands_in_a_page_that_runs_nothing(get, keep, content, kind):
    answer = get(keep(content, name="photo.png"))
    assert f'<img src="data:{kind};base64,' in answer.text
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_document_is_saved_under_a_name_that_fits_its_bytes(get, keep):
    answer = get(keep(PNG, name='a"b\r\n.html') + "?save=1")
    assert answer.content == PNG
    assert answer["Content-Type"] == "image/png"
    assert (
        answer["Content-Disposition"]
        == "attachment; filename*=utf-8''a%22b%E2%80%B9line%20break%E2%80%BA.html.png"
    )


def test_what_is_no_picture_or_pdf_is_told_and_not_shown(get, keep):
    answer = get(keep(b"<script>alert(1)</script>"))
    assert answer.status_code == 502
    assert "no PDF, PNG or JPEG" in answer.text
    assert "alert" not in answer.text


def test_a_document_of_another_record_is_not_there(get, bill_there, keep):
    answer = get(keep(PDF, owner=bill_there.vendor))
    assert answer.status_code == 404
    assert b"%PDF" not in answer.content


def test_a_link_that_leads_elsewhere_is_not_followed(get, keep, sandbox):
    url = keep(PDF)
    body = LISTED % (KEY, "https://files.example/bill.pdf")
    sandbox.fail_next(status=200, body=body, operation="list_bill_documents")
    answer = get(url)
    assert answer.status_code == 502
    assert "not its own" in answer.text


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 200, "body": "[7]"}])
def test_a_vendor_that_does_not_tell_leaves_a_sentence_in_the_viewers_place(
    get, bill_there, keep, sandbox, fault
):
    url = keep(PDF)
    sandbox.fail_next(times=100, **fault)
    assert "did not tell its documents" in get(papers(bill_there), HX_Request="true").text
    answer = get(url)
    assert answer.status_code == 502
    assert "cannot be shown just now" in answer.text


def test_a_bill_without_documents_says_how_to_put_one_there(client, people, bill_there):
    client.force_login(people["priya"])
    page = client.get(papers(bill_there), headers={"HX-Request": "true"}).text
    assert "No document at BILL" in page
    assert reverse("approvals:files") in page


def test_several_documents_are_chosen_among(get, bill_there, keep):
    keep(PDF, name="first.pdf")
    second = keep(PDF, name="second.pdf", key="00h02PAPER0000000001")
    page = get(f"{papers(bill_there)}?show=00h02PAPER0000000001").text
    assert page.startswith("<!doctype html>")
    assert f'src="{second}#' in page
    assert "first.pdf" in page


def test_records_of_the_other_system_have_no_documents(get, billsby):
    assert get(f"{make_invoice(billsby).get_absolute_url()}documents/").status_code == 404
    assert "documents/" not in get(make_bill(billsby).get_absolute_url()).text


def test_a_bill_shows_its_lines_and_whom_it_waits_for(get, bill):
    raw = {
        "billLineItems": [{"description": "Oak planks", "quantity": "3", "amount": "120.50"}],
        "approvers": [
            {"userId": "00602SECOND", "status": "WAITING", "approverOrder": 2},
            {"userId": "00602FIRST", "status": "APPROVED", "approverOrder": 1},
        ],
    }
    page = get(make_bill(bill, raw=raw, approval_status="APPROVING").get_absolute_url()).text
    assert "Oak planks" in page
    assert "$120.50" in page
    assert page.index("00602FIRST") < page.index("00602SECOND")


def test_an_invoice_of_bill_shows_its_lines_and_what_they_are_filed_under(get, bill):
    make_row(Classification, bill, vendor_id="0ii01", family="item", name="Training day")
    filed = {"itemId": "0ii01", "departmentId": "0de9", "locationId": None}
    line = {"description": "Kick-off", "quantity": "1.5", "price": "60.00", "classifications": filed}
    page = get(make_invoice(bill, raw={"invoiceLineItems": [line]}).get_absolute_url()).text
    for words in ("Kick-off", "0de9, Training day", "1.5", "$60.00", "$90.00"):
        assert words in page


def test_an_invoices_lines_that_cannot_be_read_leave_the_rest_of_the_page(get, bill):
    raw = {"invoiceLineItems": [{"price": "much"}]}
    page = get(make_invoice(bill, number="H-7", raw=raw).get_absolute_url()).text
    assert "Its lines cannot be shown." in page
    assert "H-7" in page


def test_lines_that_cannot_be_read_leave_the_rest_of_the_page(get, bill):
    page = get(
        make_bill(bill, number="B-7", raw={"billLineItems": [{"amount": "much"}]}).get_absolute_url()
    ).text
    assert "Its lines cannot be shown." in page
    assert "B-7" in page


def test_attachments_of_a_vendor_are_asked_for_when_the_fold_is_opened(get, bill_there, keep):
    vendor = bill_there.vendor
    keep(PDF, name="contract.pdf", owner=vendor)
    assert 'hx-trigger="toggle once from:closest details"' in get(vendor.get_absolute_url()).text
    assert "contract.pdf" in get(papers(vendor)).text
    assert get(f"{papers(vendor)}{KEY}/").content == PDF
