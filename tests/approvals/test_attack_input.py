"""Input that nobody should give, through the door of proposals and through the pages."""

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from connectors.errors import ArgumentsError
from console.approvals import deciding
from console.approvals.errors import NotAllowedError, StaleDecisionError
from console.approvals.models import Proposal
from console.approvals.presenting import tokens
from console.approvals.proposing import StepDraft
from console.audit.models import Entry
from console.connections.clients import read_live

Status = Proposal.Status
POSTS = ["approve", "reject", "withdraw", "settle"]


@pytest.mark.parametrize("text", ["\ud800x", "a\0b"])
def test_a_broken_text_is_turned_away(retry, text):
    with pytest.raises(ArgumentsError, match="half a character"):
        retry(steps=[StepDraft("bill_create_customer", {"name": text, "email": "a@acme.example"})])
    with pytest.raises(ArgumentsError, match="half a character"):
        retry(reason=text)


@pytest.mark.parametrize("price", ["1" + "0" * 17, "1" + "0" * 30, "9" * 400])
def test_an_amount_beyond_keeping_is_turned_away(retry, connected, price):
    customer = read_live(connected["bill"], "bill_list_customers", {}).data[0]["id"]
    lines = [{"quantity": 1000, "price": price}]
    step = StepDraft("bill_create_invoice", {"customerId": customer, "invoiceLineItems": lines})
    with pytest.raises(ArgumentsError, match="larger than any"):
        retry(steps=[step])


def test_a_plan_does_not_do_the_same_twice(retry, sandbox):
    step = StepDraft(
        "billsby_retry_invoice_payment", {"invoiceNumber": sandbox.stories()["retry_pays"]["invoiceNumber"]}
    )
    with pytest.raises(ArgumentsError, match="the same"):
        retry(steps=[step, step])


def test_what_was_approved_meanwhile_cannot_be_replaced(retry, approve):
    first = retry()
    approve(first)
    step = StepDraft("billsby_write_off_invoice", {"invoiceNumber": first.steps.get().record_key})
    with pytest.raises(StaleDecisionError):
        retry(actor="luis", steps=[step], supersedes=first)


def test_the_exact_request_is_shown_to_its_end(retry):
    arguments = {"name": "Acme Corp", "description": "d" * 3000, "accountNumber": "END"}
    step = retry(steps=[StepDraft("bill_v2_create_customer", arguments)]).steps.get()
    assert "".join(token.text for token in tokens(step)) == step.body


def test_a_refused_withdrawal_is_in_the_log(retry, people):
    proposal = retry()
    with pytest.raises(NotAllowedError):
        deciding.withdraw(proposal_id=proposal.pk, actor=people["dana"])
    assert Entry.objects.filter(action="proposal.decision_refused", proposal_id=proposal.number).exists()


@pytest.mark.sqlite  # the trigger it makes is SQLite's
def test_an_approval_that_cannot_be_logged_does_not_happen(retry, people):
    proposal = retry()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TRIGGER full_log BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
    with pytest.raises(DatabaseError):
        deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)
    proposal.refresh_from_db()
    assert (proposal.status, proposal.decisions.count()) == (Status.PENDING, 0)


@pytest.fixture
def post(retry, people):
    """Posts to the page of a pending proposal as somebody; answers the status code."""
    proposal = retry()

    def send(what: str, name: str = "dana", pk: int = proposal.pk, **fields: object) -> int:
        client = Client()
        client.force_login(people[name])
        return client.post(reverse(f"approvals:{what}", args=[pk]), fields).status_code

    send.proposal = proposal
    return send


@pytest.mark.parametrize("what", POSTS)
def test_looking_is_no_deciding(post, people, what):
    client = Client()
    client.force_login(people["dana"])
    assert client.get(reverse(f"approvals:{what}", args=[post.proposal.pk])).status_code == 405


@pytest.mark.parametrize("what", POSTS)
def test_a_post_from_elsewhere_is_refused(post, people, what):
    client = Client(enforce_csrf_checks=True)
    client.force_login(people["dana"])
    fields = {"digest": post.proposal.digest}
    assert client.post(reverse(f"approvals:{what}", args=[post.proposal.pk]), fields).status_code == 403


@pytest.mark.parametrize("what", POSTS)
def test_an_absurd_number_is_not_found(post, what):
    assert post(what, pk=10**30, digest=post.proposal.digest) == 404


@pytest.mark.parametrize(
    ("what", "fields", "status"),
    [
        ("approve", {}, 422),
        ("approve", {"digest": "é" * 64}, 409),
        ("approve", {"digest": "\0" * 64}, 422),
        ("approve", {"digest": ["0" * 64, "1" * 64]}, 409),
        ("reject", {"digest": "0" * 64, "reason": "   "}, 422),
        ("reject", {"digest": "0" * 64, "reason": "x" * 1001}, 422),
        ("settle", {"finding": "maybe", "evidence": "Seen."}, 422),
        ("settle", {"finding": "happened", "evidence": "Seen."}, 409),
        ("withdraw", {}, 403),
    ],
)
def test_a_wrong_form_changes_nothing(post, what, fields, status):
    assert post(what, **fields) == status
    post.proposal.refresh_from_db()
    assert post.proposal.status == Status.PENDING


def test_the_fingerprint_of_another_proposal_approves_nothing(post, retry):
    assert post("approve", digest=retry("retry_declines").digest) == 409


def test_a_second_click_is_a_conflict(post):
    assert post("approve", digest=post.proposal.digest, needed_approvals=0, status="succeeded") == 302
    assert post("approve", digest=post.proposal.digest) == 409
    assert post("reject", digest=post.proposal.digest, reason="No.") == 409
