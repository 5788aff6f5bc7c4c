"""Files that proposals send: who may upload and open them, what is taken, and that the bytes stay."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.urls import reverse

from connectors.errors import ArgumentsError
from console.approvals import execution, files
from console.approvals.errors import ApprovalError, NotAllowedError
from console.approvals.models import Attempt, Proposal, StoredFile
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry
from tests import payables as books
from tests.files import JPEG, PDF, PNG
from tests.writes.bill_payables import NEW_BILL

PAGE = "approvals:files"


@pytest.fixture
def stored(db, people):
    return files.store(actor=people["priya"], name="invoice.pdf", content=PDF)


@pytest.mark.parametrize(
    ("content", "kind"), [(PDF, "application/pdf"), (PNG, "image/png"), (JPEG, "image/jpeg")]
)
def test_the_kind_is_told_by_the_bytes(db, people, content, kind):
    assert files.store(actor=people["priya"], name="photo.exe", content=content).content_type == kind


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("invoice.pdf", b"<html>", "no PDF"),
        ("invoice.pdf", b"", "no PDF"),
        ("invoice.pdf", b"%PDF-" + b"0" * 6_000_000, "6 MB"),
        ("a\u202efdp.exe", PDF, "hidden"),
        ("{{step1.id}}.pdf", PDF, "hidden"),
        ("x" * 121, PDF, "between 1 and 120"),
        ("folder/", PDF, "between 1 and 120"),
    ],
)
def test_what_no_vendor_takes_is_refused_in_words(db, people, name, content, words):
    with pytest.raises(ApprovalError, match=words):
        files.store(actor=people["priya"], name=name, content=content)
    assert not StoredFile.objects.exists()


def test_who_may_not_propose_uploads_nothing(db, people, client):
    with pytest.raises(NotAllowedError):
        files.store(actor=people["omar"], name="invoice.pdf", content=PDF)
    client.force_login(people["omar"])
    assert client.get(reverse(PAGE)).status_code == 403


def test_a_person_uploads_a_file_and_opens_the_very_bytes(db, people, client):
    client.force_login(people["priya"])
    given = {"file": SimpleUploadedFile("C:\\bills\\Zoë.pdf", PDF)}
    assert client.post(reverse(PAGE), given).status_code == 302
    stored = StoredFile.objects.get()
    opened = client.get(reverse("approvals:file", args=[stored.pk]))
    assert (opened.content, opened["Content-Type"]) == (PDF, "application/pdf")
    assert opened["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in opened["Content-Security-Policy"]
    assert stored.number in client.get(reverse(PAGE)).text


def test_a_refused_file_is_told_beside_the_field(db, people, client):
    client.force_login(people["priya"])
    answer = client.post(reverse(PAGE), {"file": SimpleUploadedFile("a.pdf", b"<html>")})
    assert answer.status_code == 422
    assert "no PDF, PNG or JPEG" in answer.text


def test_nobody_opens_a_file_without_signing_in(stored, client):
    assert client.get(reverse("approvals:file", args=[stored.pk])).status_code in (302, 404)


def test_the_log_has_hash_and_size_and_not_the_file(stored):
    entry = Entry.objects.get(action="file.stored")
    assert hashlib.sha256(PDF).hexdigest() in str(entry.after)
    assert "%PDF" not in str(entry.after)


def test_a_stored_file_is_final(stored):
    with pytest.raises(DatabaseError), transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).update(content=PDF + b"!")
    with pytest.raises(DatabaseError), transaction.atomic():
        StoredFile.objects.filter(pk=stored.pk).delete()


def test_a_file_that_was_not_uploaded_cannot_be_sent(db, people, connected, sandbox):
    books.fill(sandbox)
    step = StepDraft("bill_upload_bill_document", {"billId": books.BILL, "file": "F-999"})
    with pytest.raises(ArgumentsError, match="no file F-999"):
        propose(actor=people["priya"], steps=[step], reason="Paper.", origin=Origin("form"))


def test_what_was_uploaded_is_what_the_vendor_receives(
    committed_db, people, connected, sandbox, approve, client
):
    books.fill(sandbox)
    stored = files.store(actor=people["priya"], name="invoice.pdf", content=PDF)
    step = StepDraft("bill_upload_bill_document", {"billId": books.BILL, "file": stored.number})
    proposal = propose(actor=people["priya"], steps=[step], reason="Paper.", origin=Origin("form"))
    client.force_login(people["dana"])
    page = client.get(reverse("approvals:detail", args=[proposal.pk])).text
    assert reverse("approvals:file", args=[stored.pk]) in page
    assert stored.sha256 in page

    execution.attend(approve(proposal).pk)

    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.SUCCEEDED, proposal.outcome
    (effect,) = sandbox.effects()
    assert effect["request"]["body"] == Attempt.objects.get().request["body"]
    assert stored.sha256 in proposal.canonical
    assert "%PDF" not in str([entry.after for entry in Entry.objects.all()])


def test_a_bill_that_is_entered_has_the_paper_that_was_approved_with_it(
    committed_db, people, connected, sandbox, approve
):
    books.fill(sandbox)
    stored = files.store(actor=people["priya"], name="bill.pdf", content=PDF)
    paper = {"billId": {"$ref": {"step": 1, "result": "id"}}, "file": stored.number}
    steps = [StepDraft("bill_create_bill", NEW_BILL), StepDraft("bill_upload_bill_document", paper)]
    proposal = propose(actor=people["priya"], steps=steps, reason="Paper.", origin=Origin("form"))
    assert "the bill that step 1 makes" in proposal.steps.last().card["sentence"]

    execution.attend(approve(proposal).pk)

    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.SUCCEEDED, proposal.outcome
    entered, uploaded = sandbox.effects()
    assert entered["record"] in uploaded["request"]["path"]
    assert f"sha256:{stored.sha256}" in uploaded["request"]["body"]
