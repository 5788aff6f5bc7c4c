"""A proposal that can be approved: the customer whose card works again, from the sandbox's own stories."""

import pytest

from console.approvals import deciding
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose


@pytest.fixture
def retry(committed_db, connected, people, sandbox):
    """Files "retry payment" for the story whose card works; keyword arguments change the proposal."""

    def file(story: str = "retry_pays", actor: str = "priya", **changes) -> Proposal:
        invoice = sandbox.stories()[story]["invoiceNumber"]
        step = StepDraft("billsby_retry_invoice_payment", {"invoiceNumber": invoice})
        given = {"actor": people[actor], "steps": [step], "reason": "Card updated.", "origin": Origin("form")}
        return propose(**given | changes)

    return file


@pytest.fixture
def approve(people):
    def by(proposal: Proposal, *names: str) -> Proposal:
        for name in names or ("dana",):
            deciding.approve(proposal_id=proposal.pk, actor=people[name], digest=proposal.digest)
        proposal.refresh_from_db()
        return proposal

    return by


@pytest.fixture
def goodbye(committed_db, connected, people, sandbox):
    """Files a plan: refund the latest invoice, then cancel."""

    def file() -> Proposal:
        story = sandbox.stories()["cancel_refund"]
        customer = {"customerUniqueId": story["customerUniqueId"]}
        refund = {"invoiceNumber": story["invoiceNumber"], "amount": story["amount_minor"]}
        cancel = {"subscriptionUniqueId": story["subscriptionUniqueId"]}
        steps = [
            StepDraft("billsby_refund_invoice", customer | refund),
            StepDraft("billsby_cancel_subscription", customer | cancel),
        ]
        return propose(actor=people["priya"], steps=steps, reason="Asked by phone.", origin=Origin("form"))

    return file


@pytest.fixture
def approved(committed_db, connected, people, approve, sandbox, arguments):
    """Files any write as a person might ask for it, or with other arguments, and has it approved."""

    def file(name: str, given: dict | None = None) -> Proposal:
        step = StepDraft(name, arguments(name) if given is None else given)
        proposal = propose(actor=people["priya"], steps=[step], reason="Asked.", origin=Origin("form"))
        return approve(proposal, *("dana", "luis")[: proposal.needed_approvals])

    return file
