"""Money at BILL under attack: answers that lie, amounts that do not fit, names that are made to mislead."""

import json
import re
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from connectors.errors import ArgumentsError
from connectors.sandbox.bill.resources.funding_accounts import BANK
from console.approvals import deciding, execution
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from tests import payables as books
from tests import payments, receivables
from tests.approvals.test_bill_money import MONEY
from tests.writes.bill_payments import FROM_BANK, PAY

Status = Proposal.Status
PAYMENT = {"connector": "bill", "operation": "create_payment"}
REFUSED = json.dumps([{"code": "BDC_1151", "message": "This funding account cannot pay online."}])
HTML = "<html><body>Welcome to the corporate proxy</body></html>"
AMOUNTS = {"amount", "limit", "recurringLimit", "autoPayMaxAmount", "price"}
# What they move is not theirs to say: it stands in the record.
WITHOUT_AMOUNT = {
    "bill_approve_or_deny_bills",
    "bill_approve_or_deny_reimbursement",
    "bill_cancel_payment",
    "bill_restore_recurring_bill",
    "bill_unfreeze_spend_card",
    "bill_void_payment",
}
MORE = {"bill_update_recurring_bill": {"recurringBillLineItems": [{"amount": "80.00"}]}}
NO_AMOUNTS = ("70.505", "1e400", "NaN", "Infinity", "12,50", "1_000", "٧٠")
WITH_AMOUNT = [name for name in MONEY if name not in WITHOUT_AMOUNT]


def settled(proposal: Proposal) -> Proposal:
    """Looked at as often as a worker would, with no time between."""
    for _ in range(9):
        Proposal.objects.filter(pk=proposal.pk, due_at__isnull=False).update(due_at=timezone.now())
        execution.attend(proposal.pk)
    proposal.refresh_from_db()
    return proposal


def with_amounts(value: Any, amount: str) -> Any:
    if isinstance(value, list):
        return [with_amounts(one, amount) for one in value]
    if not isinstance(value, dict):
        return value
    return {name: amount if name in AMOUNTS else with_amounts(inner, amount) for name, inner in value.items()}


@pytest.mark.parametrize("name", MONEY)
def test_an_answer_cut_off_is_settled_by_reading(approved, sandbox, name):
    proposal = approved(name)
    operation = name.removeprefix("bill_")
    sandbox.fail_next(
        status=200, body='{"id": "stp', after_effect=True, connector="bill", operation=operation
    )
    assert settled(proposal).status == Status.SUCCEEDED, proposal.outcome
    assert [line["took"] for line in sandbox.effects()] == [True]


@pytest.mark.parametrize("status", [200, 201, 502, 503])
@pytest.mark.parametrize("body", [HTML, "", REFUSED.replace("BDC_1151", "BDC_1001")])
def test_a_paid_bill_whose_answer_says_nothing_is_found_paid(approved, sandbox, status, body):
    proposal = approved("bill_create_payment")
    sandbox.fail_next(status=status, body=body, content_type="text/html", after_effect=True, **PAYMENT)
    assert settled(proposal).status == Status.SUCCEEDED, proposal.outcome
    assert [line["took"] for line in sandbox.effects()] == [True]


@pytest.mark.parametrize("status", [200, 502])
def test_a_gateway_that_answers_for_bill_is_never_called_a_payment(approved, sandbox, status):
    proposal = approved("bill_create_payment")
    sandbox.fail_next(status=status, body=HTML, content_type="text/html", **PAYMENT)
    assert settled(proposal).status not in (Status.SUCCEEDED, Status.APPROVED, Status.EXECUTING)
    assert sandbox.effects() == []


@pytest.mark.parametrize("status", [200, 201, 400, 422])
def test_a_refusal_is_told_by_its_body_whatever_its_status(approved, sandbox, status):
    proposal = approved("bill_create_payment")
    sandbox.fail_next(status=status, body=REFUSED, **PAYMENT)
    assert settled(proposal).status == Status.FAILED
    assert "cannot pay online" in proposal.outcome
    assert sandbox.effects() == []


def test_an_answer_that_names_another_payment_confirms_nothing(approved, sandbox):
    proposal = approved("bill_create_payment")
    other = json.dumps({"id": payments.SENT, "status": "PAID", "singleStatus": "CLEARED"})
    sandbox.fail_next(status=201, body=other, **PAYMENT)
    assert settled(proposal).status in (Status.UNKNOWN, Status.MANUAL_REVIEW)
    assert sandbox.effects() == []


@pytest.mark.parametrize("name", WITH_AMOUNT)
def test_an_amount_that_is_none_is_not_proposed(committed_db, people, arguments, name):
    given = arguments(name) | MORE.get(name, {})
    for amount in NO_AMOUNTS:
        wrong = with_amounts(given, amount)
        assert wrong != given
        with pytest.raises(ArgumentsError):
            propose(actor=people["priya"], steps=[StepDraft(name, wrong)], reason="", origin=Origin("form"))
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("name", WITH_AMOUNT)
def test_nothing_and_less_are_turned_away_or_said_on_the_card(committed_db, people, arguments, name):
    """A line of a bill may take something off, and a budget may end: the card says so."""
    for amount in ("-1", "0"):
        step = StepDraft(name, with_amounts(arguments(name) | MORE.get(name, {}), amount))
        try:
            proposal = propose(actor=people["priya"], steps=[step], reason="", origin=Origin("form"))
        except ArgumentsError:
            continue
        titles = [flag["title"] for flag in proposal.card["flags"]]
        assert proposal.direction != "out" or "The total is not above zero" in titles
        assert (proposal.amount_minor or 0) <= 0
        deciding.withdraw(proposal_id=proposal.pk, actor=people["priya"])


class TestYen:
    """A currency without digits after the point."""

    @pytest.fixture(autouse=True)
    def books_in_yen(self, sandbox):
        payments.fill(sandbox)
        receivables.fill(sandbox)
        sandbox.change("bill", "vendor", books.VENDOR, billCurrency="JPY")
        sandbox.change("bill", "customer", receivables.HARBOR, invoiceCurrency="JPY")

    def test_a_payment_is_whole_yen_to_the_vendor(self, approved, sandbox):
        proposal = approved("bill_create_payment", PAY | {"amount": "70"})
        assert (proposal.amount_minor, proposal.currency) == (70, "JPY")
        assert "¥70" in proposal.sentence
        assert settled(proposal).status == Status.SUCCEEDED, proposal.outcome
        (line,) = sandbox.effects()
        assert '"amount":70,' in line["request"]["body"]

    @pytest.mark.parametrize(
        ("name", "given"),
        [
            ("bill_create_payment", PAY),
            (
                "bill_create_payments_bulk",
                {"payments": [{"billId": books.BILL, "amount": "0.5"}], **FROM_BANK},
            ),
            (
                "bill_charge_customer",
                {
                    "customerId": receivables.HARBOR,
                    "bankAccountId": receivables.ACCOUNT,
                    "invoicePayments": [{"invoiceId": receivables.INVOICE, "amount": "10.5"}],
                },
            ),
        ],
    )
    def test_half_a_yen_is_not_proposed(self, committed_db, connected, people, name, given):
        with pytest.raises(ArgumentsError, match="JPY"):
            propose(actor=people["priya"], steps=[StepDraft(name, given)], reason="", origin=Origin("form"))


@pytest.mark.parametrize(
    "name",
    [
        "\u202e" + "dtL reganaM ehT" + "\u202c",
        "N" * 10_000,
        "Northside\u200b\u2066\nApproved by the CFO\u2069",
        "{total} {{step1.id}} %s <script>alert(1)</script>",
    ],
)
def test_a_vendors_name_neither_hides_the_amount_nor_turns_the_card_round(
    approved, sandbox, client, people, name
):
    payments.fill(sandbox)
    sandbox.change("bill", "vendor", books.VENDOR, name=name)
    sandbox.change("bill", "bank account", BANK, bankName=name)
    proposal = approved("bill_create_payment", PAY)
    client.force_login(people["dana"])
    page = client.get(reverse("approvals:detail", args=[proposal.pk])).text
    seen = re.sub("<[^>]*>", "", page)  # the button that copies the request has it as it is

    assert "€70.50" in proposal.sentence
    assert len(proposal.sentence) <= 500
    for shown in (proposal.sentence, proposal.summary, json.dumps(proposal.card, ensure_ascii=False), seen):
        assert not {"\u202e", "\u202c", "\u200b", "\u2066", "\u2069"} & set(shown)
    assert "<script>alert" not in page
    assert "\n" not in proposal.sentence
    assert settled(proposal).status == Status.SUCCEEDED, proposal.outcome
