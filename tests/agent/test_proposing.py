"""A model's write is a proposal, labelled by us, refused where a person said no."""

import pytest

from agent.models import ToolCall
from console.approvals import deciding
from console.approvals.models import Proposal
from tests.agent.conftest import asks

RETRY = "billsby_retry_invoice_payment"


@pytest.fixture
def invoice(connected, sandbox) -> str:
    return sandbox.stories()["retry_pays"]["invoiceNumber"]


def retry(invoice: str, **changes) -> tuple[str, dict]:
    return RETRY, {"invoiceNumber": invoice, "reason": "The card was updated."} | changes


def test_a_write_is_filed_and_nothing_is_sent(answer, invoice, sandbox, conversation):
    answer(asks(retry(invoice)), {"text": "Proposed."}, text=f"Retry {invoice}")
    proposal = Proposal.objects.get()
    assert (proposal.status, proposal.proposer_kind) == ("pending", "agent")
    assert (proposal.origin_kind, proposal.origin_id) == ("conversation", str(conversation.pk))
    assert sandbox.effects() == []


def test_the_model_is_told_that_it_is_not_done(answer, invoice):
    answer(asks(retry(invoice)), {"text": "Proposed."})
    call, proposal = ToolCall.objects.get(), Proposal.objects.get()
    assert call.result["proposal"] == proposal.number
    assert call.result["note"] == "Proposed, not done. A person must approve it."
    assert call.proposal_id == str(proposal.pk)


def test_the_card_says_where_each_value_came_from(answer, invoice):
    answer(asks(retry(invoice)), {"text": "Proposed."}, text=f"Please retry {invoice}")
    assert Proposal.objects.get().steps.get().card["sources"] == {"invoiceNumber": "typed by Priya"}


def test_a_value_out_of_a_reading_names_the_record(answer, invoice):
    answer(
        asks(("billsby_get_invoice", {"invoiceNumber": invoice})),
        asks(retry(invoice)),
        {"text": "Proposed."},
        text="Retry the last one",
    )
    sources = Proposal.objects.get().steps.get().card["sources"]
    assert sources == {"invoiceNumber": f"from invoice {invoice}, invoice number"}


def test_a_proposal_needs_a_reason(answer, invoice):
    answer(asks(retry(invoice, reason=" ")), {"text": "Sorry."})
    assert "Give a reason" in ToolCall.objects.get().answer
    assert not Proposal.objects.exists()


def test_the_second_asker_is_shown_the_first_proposal(answer, invoice):
    answer(asks(retry(invoice)), asks(retry(invoice, reason="Again.")), {"text": "It is proposed."})
    first, second = ToolCall.objects.all()
    assert Proposal.objects.count() == 1
    assert second.result["proposal"] == first.result["proposal"]
    assert "not filed a second time" in second.result["note"]


def test_what_was_rejected_cannot_be_proposed_again_here(answer, invoice, people):
    answer(asks(retry(invoice)), {"text": "Proposed."})
    proposal = Proposal.objects.get()
    deciding.reject(
        proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest, reason="Call them first."
    )
    answer(asks(retry(invoice, reason="Please.")), {"text": "It was rejected."})
    assert Proposal.objects.count() == 1
    refusal = ToolCall.objects.latest("pk")
    assert refusal.state == "failed"
    assert "Call them first." in refusal.answer


def test_a_plan_is_one_proposal_of_several_steps(answer, connected):
    steps = [
        {
            "operation": "bill_create_customer",
            "arguments": {"name": "Kestrel", "email": "ap@kestrel.example"},
        },
        {
            "operation": "bill_create_customer_contact",
            "arguments": {
                "customerId": {"$ref": {"step": 1, "result": "id"}},
                "firstName": "Ana",
                "lastName": "Diaz",
                "email": "ana@kestrel.example",
            },
        },
    ]
    look = asks(
        ("find_tools", {"text": "add a customer"}), ("find_tools", {"text": "add a customer contact"})
    )
    answer(look, asks(("propose_plan", {"steps": steps, "reason": "New customer."})), {"text": "Proposed."})
    proposal = Proposal.objects.get()
    assert proposal.steps.count() == 2
    assert proposal.steps.all()[1].card["sources"]["customerId"] == "returned by step 1"


@pytest.mark.parametrize(
    "arguments",
    [
        {"steps": "both", "reason": "x"},
        {"steps": [{"operation": RETRY}], "reason": "x"},
        {"steps": [{"operation": "make_coffee", "arguments": {}}], "reason": "x"},
        {
            "steps": [{"operation": "billsby_get_invoice", "arguments": {"invoiceNumber": "X-1"}}],
            "reason": "x",
        },
    ],
)
def test_a_plan_that_is_none_is_refused_with_a_sentence(answer, connected, arguments):
    answer(asks(("propose_plan", arguments)), {"text": "Sorry."})
    call = ToolCall.objects.get()
    assert call.state == "failed"
    assert "Reference" not in call.answer


def test_somebody_who_may_not_propose_files_nothing(answer, invoice, people):
    people["priya"].groups.clear()
    answer(asks(retry(invoice)), {"text": "You may not."})
    assert "may not propose" in ToolCall.objects.get().answer
    assert not Proposal.objects.exists()
