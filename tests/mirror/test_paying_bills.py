"""Bills that are selected in the list and paid as one: a payment of each, in one proposal."""

import pytest
from django.urls import reverse

from connectors.sandbox.bill.resources.funding_accounts import BANK
from console.approvals.models import Proposal
from console.mirror.models import Bill
from console.mirror.refresh import refresh_record
from tests import payables as books
from tests import payments
from tests.mirror.factories import make_bill

PAGE, LIST = reverse("mirror:pay-bills"), reverse("mirror:bill-list")
GIVEN = {"account": f"BANK_ACCOUNT {BANK}", "reason": "Due this week."}

pytestmark = pytest.mark.django_db


@pytest.fixture
def bills(connected, sandbox) -> dict[str, Bill]:
    """By id: two that can be paid, one that waits for approval and one whose payment is scheduled."""
    payments.fill(sandbox)
    for key in (books.BILL, payments.SECOND_BILL, books.WAITING, payments.SCHEDULED_BILL):
        refresh_record(connected["bill"], "bill", key)
    return {bill.vendor_id: bill for bill in Bill.objects.all()}


@pytest.fixture
def priya(client, people):
    client.force_login(people["priya"])
    return client


def chosen(bills: dict[str, Bill], *keys: str) -> dict[str, list[int]]:
    return {"bill": [bills[key].pk for key in keys]}


def test_only_whoever_may_propose_selects_bills(client, people, bills):
    client.force_login(people["omar"])
    assert "Pay the selected…" not in client.get(LIST).text
    assert client.get(PAGE, chosen(bills, books.BILL)).status_code == 403
    assert client.post(PAGE, chosen(bills, books.BILL) | GIVEN).status_code == 403


def test_what_is_open_can_be_selected_in_the_list(priya, bills, billsby):
    paid = make_bill(bills[books.BILL].connection, open_minor=0)
    page = priya.get(LIST).text
    assert f'value="{bills[books.BILL].pk}" form="pay-bills"' in page
    assert f'value="{paid.pk}" form="pay-bills"' not in page


def test_the_selected_bills_are_shown_with_their_total_before_anything_is_asked(priya, bills):
    page = priya.get(PAGE, chosen(bills, books.BILL, payments.SECOND_BILL)).text
    assert "Pay 2 bills" in page
    assert "Propose 2 payments of €400.00" in page


def test_one_proposal_pays_each_bill_by_a_payment_of_its_own(priya, bills, sandbox):
    first, second = bills[books.BILL], bills[payments.SECOND_BILL]
    given = chosen(bills, books.BILL, payments.SECOND_BILL) | GIVEN
    answer = priya.post(PAGE, given | {f"amount.{first.pk}": "70.50", f"amount.{second.pk}": "200"})
    proposal = Proposal.objects.get()
    step = proposal.steps.get()
    assert answer.url == reverse("approvals:detail", args=[proposal.pk])
    assert step.operation == "bill_create_payments_bulk"
    assert sorted(one["billId"] + one["amount"] for one in step.arguments["payments"]) == [
        f"{books.BILL}70.50",
        f"{payments.SECOND_BILL}200.00",
    ]
    assert step.arguments["fundingAccountId"] == BANK
    assert (proposal.amount_minor, proposal.currency, proposal.direction) == (27_050, "EUR", "out")
    assert sandbox.effects() == []


def test_bills_that_bill_would_not_pay_are_left_out_and_named(priya, bills):
    page = priya.get(PAGE, chosen(bills, books.BILL, books.WAITING, payments.SCHEDULED_BILL)).text
    assert "Pay 1 bill<" in page
    assert "only once it is approved there" in page
    assert "scheduled already" in page


@pytest.mark.parametrize(
    ("keys", "sentence"), [((), "Select the bills to pay first."), ((books.WAITING,), "None of these")]
)
def test_a_selection_that_cannot_be_paid_is_told_so_in_the_list(priya, bills, keys, sentence):
    assert sentence in priya.get(PAGE, chosen(bills, *keys), follow=True).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"account": ""}, "Choose an account to pay from."),
        ({"account": "WALLET"}, "No longer offered."),
        ({"reason": " "}, "Say why"),
        ({"processDate": "soon"}, "Leaves our account on must be a date"),
        ({"amount": "200.01"}, "€200.00 is the most that can be paid."),
        ({"amount": "ten"}, "Write the amount like 200.00."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(priya, bills, changes, sentence):
    amount = {f"amount.{bills[books.BILL].pk}": changes.pop("amount", "70.50")}
    answer = priya.post(PAGE, chosen(bills, books.BILL) | GIVEN | amount | {"description": "Half"} | changes)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'value="Half"' in answer.text
    assert not Proposal.objects.exists()


def test_a_double_click_files_one_proposal(priya, bills):
    given = chosen(bills, books.BILL) | GIVEN
    first, second = priya.post(PAGE, given), priya.post(PAGE, given)
    assert second.url == first.url
    assert Proposal.objects.count() == 1


def test_accounts_that_cannot_be_read_are_said_so(priya, bills, sandbox):
    sandbox.fail_next(status=400, times=100)
    page = priya.get(PAGE, chosen(bills, books.BILL))
    assert page.status_code == 200
    assert 'role="alert"' in page.text
