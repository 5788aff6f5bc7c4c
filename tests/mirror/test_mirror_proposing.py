"""Forms on an invoice: each ends in a proposal, and nothing is done at the vendor."""

import pytest
from django.urls import reverse

from console.approvals.models import Proposal
from console.connections.models import Connection
from console.mirror.models import Invoice
from console.mirror.refresh import refresh_record
from tests.mirror.factories import make_invoice


@pytest.fixture
def invoice(connected, sandbox):
    """The invoice of one of the sandbox's stories, read into the mirror."""

    def read(story: str) -> Invoice:
        number = sandbox.stories()[story]["invoiceNumber"]
        refresh_record(connected["billsby"], "invoice", number)
        return Invoice.objects.get(vendor_id=number)

    return read


@pytest.fixture
def priya(client, people):
    client.force_login(people["priya"])
    return client


def url(invoice: Invoice, action: str) -> str:
    return reverse(f"mirror:invoice-{action}", args=[invoice.pk])


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("action", ["refund", "retry", "write-off"])
def test_who_may_not_propose_sees_no_form(client, people, billsby, action):
    client.force_login(people["omar"])
    assert client.get(url(make_invoice(billsby), action)).status_code == 403


def test_an_invoice_of_the_other_system_has_no_such_form(priya, bill):
    assert priya.get(url(make_invoice(bill), "refund")).status_code == 404


def test_the_button_says_verb_object_and_amount(priya, invoice):
    paid = invoice("cancel_refund")
    page = priya.get(url(paid, "refund")).text
    assert "Propose refund of $" in page


def test_the_button_follows_the_amount_that_is_typed(priya, invoice):
    page = priya.get(url(invoice("cancel_refund"), "refund") + "?amount=1.25").text
    assert "Propose refund of $1.25" in page


def test_a_refund_is_proposed_and_not_done(priya, invoice, sandbox):
    paid = invoice("cancel_refund")
    response = priya.post(url(paid, "refund"), {"amount": "$1.25", "reason": "Double charge."})
    proposal = Proposal.objects.get()
    assert response.url == reverse("approvals:detail", args=[proposal.pk])
    assert (proposal.amount_minor, proposal.status, proposal.origin_kind) == (125, "pending", "form")
    assert sandbox.effects() == []


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("", "Say how much"),
        ("ten", "Write the amount like"),
        ("1.250,00", "Write the amount like"),
        ("-5", "Write the amount like"),
        ("0", "Between the smallest coin"),
        ("1.001", "finer than USD"),
        ("999,999.00", "the most that can be refunded"),
    ],
)
def test_an_amount_that_cannot_be_is_turned_down_with_a_sentence(priya, invoice, amount, sentence):
    response = priya.post(url(invoice("cancel_refund"), "refund"), {"amount": amount, "reason": "Why not."})
    assert response.status_code == 422
    assert sentence in response.text
    assert not Proposal.objects.exists()


def test_a_reason_is_required(priya, invoice):
    response = priya.post(url(invoice("cancel_refund"), "refund"), {"amount": "1", "reason": " "})
    assert response.status_code == 422
    assert "Say why" in response.text


def test_a_refund_in_a_currency_we_do_not_know_is_turned_down_with_a_sentence(priya, billsby):
    strange = make_invoice(billsby, currency="XXY")
    assert priya.get(url(strange, "refund")).status_code == 200
    response = priya.post(url(strange, "refund"), {"amount": "1", "reason": "Why not."})
    assert response.status_code == 422
    assert "The digits of XXY are not known here." in response.text


@pytest.mark.parametrize("body", ["[]", "null", '"x"', "7", "[{}]"])
def test_a_record_that_cannot_be_understood_is_said_so(priya, invoice, sandbox, body):
    paid = invoice("cancel_refund")
    sandbox.fail_next(status=200, body=body, times=10)
    for address in (paid.get_absolute_url() + "?read=1", url(paid, "refund")):
        response = priya.get(address)
        assert response.status_code == 200
        assert "Billsby answered" in response.text


@pytest.mark.parametrize("action", ["retry", "write-off"])
def test_an_unpaid_invoice_can_be_asked_about(priya, invoice, action):
    unpaid = invoice("retry_pays")
    priya.post(url(unpaid, action), {"reason": "Card updated."})
    assert Proposal.objects.get().steps.get().record_key == unpaid.vendor_id


def test_a_form_proposes_at_the_account_of_its_invoice(priya, invoice, connected):
    unpaid, first = invoice("retry_pays"), connected["billsby"]
    second = Connection(
        slug="billsby-two", connector="billsby", name="Two", base_url=first.base_url, injected=first.injected
    )
    second.credentials = first.credentials
    second.save()
    Invoice.objects.update(connection=second)
    priya.post(url(unpaid, "retry"), {"reason": "Card updated."})
    assert Proposal.objects.get().connection == second


def test_the_second_asker_is_shown_the_first_proposal(priya, invoice):
    unpaid = invoice("retry_pays")
    first = priya.post(url(unpaid, "retry"), {"reason": "Card updated."})
    second = priya.post(url(unpaid, "retry"), {"reason": "Once more."})
    assert second.url == first.url
    assert Proposal.objects.count() == 1


def test_what_moved_at_the_vendor_meanwhile_is_said_and_nothing_is_proposed(priya, invoice, sandbox):
    unpaid = invoice("retry_pays")
    sandbox.change("billsby", "invoice", unpaid.vendor_id, status="Paid")
    response = priya.post(url(unpaid, "retry"), {"reason": "Card updated."})
    assert response.status_code == 422
    assert "Nothing was proposed." in response.text
    assert not Proposal.objects.exists()


def test_opening_the_form_reads_the_invoice_and_says_when_it_no_longer_fits(priya, invoice, sandbox):
    unpaid = invoice("retry_pays")
    sandbox.change("billsby", "invoice", unpaid.vendor_id, status="Paid")
    page = priya.get(url(unpaid, "retry")).text
    assert "This does not fit the invoice as it is now" in page
