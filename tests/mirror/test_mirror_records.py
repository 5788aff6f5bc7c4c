import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from console.approvals.models import Proposal, Step
from tests.mirror.factories import (
    make_bill,
    make_budget,
    make_credit_note,
    make_customer,
    make_invoice,
    make_payment,
    make_plan,
    make_product,
    make_spend_card,
    make_subscription,
    make_vendor,
    make_visits,
)

MAKERS = [
    *(make_customer, make_subscription, make_invoice, make_credit_note, make_product, make_plan),
    *(make_vendor, make_bill, make_payment, make_budget, make_spend_card),
]

LABELS = ("Refund…", "Retry payment…", "Mark paid…", "Write off…")

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client, people):
    client.force_login(people["priya"])
    return lambda url, **headers: client.get(url, headers=headers)


def propose_refund(invoice, requester) -> Proposal:
    """A pending refund of this invoice, as rows: no vendor is read."""
    now = timezone.now()
    proposal = Proposal.objects.create(
        connection=invoice.connection,
        digest="d" * 64,
        canonical="{}",
        sentence=f"Refund {invoice.title} in full",
        card={},
        effects=["money"],
        direction="out",
        requester=requester,
        proposer_kind="human",
        origin_kind="form",
        trace_id=uuid4(),
        policy={},
        created_at=now,
        expires_at=now + timedelta(days=3),
    )
    Step.objects.create(
        proposal=proposal,
        position=1,
        operation="billsby_refund_invoice",
        arguments={},
        method="POST",
        path="/",
        before={},
        card={},
        record_kind="invoice",
        record_key=invoice.vendor_id,
    )
    return proposal


@pytest.mark.parametrize("make", MAKERS)
def test_a_record_is_for_who_is_signed_in(client, billsby, make):
    response = client.get(make(billsby).get_absolute_url())
    assert response.url.startswith(reverse("accounts:sign-in"))


@pytest.mark.parametrize("make", MAKERS)
def test_a_record_has_a_page(get, billsby, make):
    record = make(billsby)
    response = get(record.get_absolute_url())
    assert response.status_code == 200
    assert record.vendor_id in response.text


def test_a_record_that_is_not_there_is_not_found(get, db):
    assert get("/invoices/999/").status_code == 404


def test_a_customer_shows_what_belongs_to_it_and_nothing_else(get, billsby, bill):
    customer = make_customer(billsby, vendor_id="CUST1")
    make_invoice(billsby, number="MINE-1")
    make_invoice(bill, number="ELSEWHERE-1")
    make_subscription(billsby, vendor_id="SUB1", customer_vendor_id="CUST1")
    make_credit_note(billsby, number="MINE-2")
    page = get(customer.get_absolute_url()).text
    assert all(text in page for text in ("MINE-1", "SUB1", "MINE-2"))
    assert "ELSEWHERE-1" not in page


def test_a_customers_totals_keep_currencies_apart(get, billsby):
    customer = make_customer(billsby, vendor_id="CUST1")
    make_invoice(billsby, amount_minor=12_300)
    make_invoice(billsby, amount_minor=700, currency="GBP")
    page = get(customer.get_absolute_url()).text
    assert "$123.00" in page
    assert "£7.00" in page


def test_the_same_email_in_the_other_system_is_a_possible_match(get, billsby, bill):
    customer = make_customer(billsby, email="ap@marlowe.example")
    other = make_customer(bill, name="Marlowe Inc.", email="AP@marlowe.example")
    page = get(customer.get_absolute_url()).text
    assert "Possible match in BILL" in page
    assert other.get_absolute_url() in page


def test_a_proposal_about_an_invoice_stands_on_it_and_on_its_customer(get, billsby, people):
    customer = make_customer(billsby, vendor_id="CUST1")
    invoice = make_invoice(billsby)
    proposal = propose_refund(invoice, people["priya"])
    for record in (invoice, customer):
        assert f"proposal.{proposal.pk}" in get(record.get_absolute_url()).text


def test_a_page_that_has_the_newest_version_gets_nothing(get, billsby, people):
    invoice = make_invoice(billsby, refundable_minor=0)
    make_visits(invoice)
    page = get(invoice.get_absolute_url()).text
    url = f"{invoice.get_absolute_url()}?v={re.search(r'v=([0-9a-f]{16})', page)[1]}"
    assert get(url, HX_Request="true").status_code == 204
    propose_refund(invoice, people["priya"])
    assert get(url, HX_Request="true").text.startswith('<div class="records" id="record"')


def test_reading_again_shows_the_record_as_it_is_now(get, connected, sandbox):
    number = sandbox.stories()["cancel_refund"]["invoiceNumber"]
    invoice = make_invoice(connected["billsby"], vendor_id=number, number=number, amount_minor=1)
    page = get(f"{invoice.get_absolute_url()}?read=1", HX_Request="true").text
    invoice.refresh_from_db()
    assert invoice.amount_minor > 1
    assert "Could not be read" not in page


@pytest.mark.parametrize(("refundable_minor", "fills_in"), [(None, True), (0, False)])
def test_what_lists_leave_out_is_read_once_the_page_is_open(get, billsby, refundable_minor, fills_in):
    invoice = make_invoice(billsby, refundable_minor=refundable_minor)
    make_visits(invoice)
    assert ('hx-trigger="live, load"' in get(invoice.get_absolute_url()).text) is fills_in
    # A vendor that cannot be reached must not be asked again and again.
    assert 'hx-trigger="live, load"' not in get(f"{invoice.get_absolute_url()}?read=1").text


def test_a_vendor_that_refuses_leaves_what_was_read_before(get, connected, sandbox):
    invoice = make_invoice(connected["billsby"], vendor_id="GONEGONE12-1")
    page = get(f"{invoice.get_absolute_url()}?read=1", HX_Request="true").text
    assert "Could not be read just now" in page
    assert "GONEGONE12-1" in page


def test_only_who_may_propose_is_offered_a_change(client, people, billsby):
    url = make_invoice(billsby, refundable_minor=100).get_absolute_url()
    client.force_login(people["omar"])
    assert "Refund…" not in client.get(url).text
    client.force_login(people["priya"])
    assert "Refund…" in client.get(url).text


@pytest.mark.parametrize(
    ("changes", "offered"),
    [
        ({"status": "Paid"}, ["Refund…"]),
        ({"status": "Paid", "refundable_minor": 0}, []),
        ({"status": "Unpaid"}, ["Retry payment…", "Mark paid…", "Write off…"]),
        ({"status": "PaidOffline"}, []),
    ],
)
def test_what_is_offered_fits_the_invoice(get, billsby, changes, offered):
    page = get(make_invoice(billsby, **changes).get_absolute_url()).text
    assert [label for label in LABELS if label in page] == offered


def test_an_invoice_at_bill_offers_none_of_billsbys_changes(get, bill):
    assert "Refund…" not in get(make_invoice(bill, status="Paid").get_absolute_url()).text
