"""Several records that BILL takes or refuses one by one: what became of each, and nothing is sent again."""

import pytest
from django.utils import timezone

from console.approvals import execution
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.mirror.models import Customer
from tests import receivables as books

CREATE = "bill_v2_create_customers_bulk"
Status = Proposal.Status


@pytest.fixture
def approved(committed_db, connected, people, approve, sandbox):
    """Files and approves; BILL refuses names that are taken."""
    books.fill(sandbox)
    sandbox.settings(bill_refuses_customers_of_a_name=True)

    def file(*names: str) -> Proposal:
        step = StepDraft(CREATE, {"customers": [{"name": name} for name in names]})
        proposal = propose(actor=people["priya"], steps=[step], reason="Asked.", origin=Origin("form"))
        return approve(proposal, "dana")

    return file


def attended(proposal: Proposal, *, times: int = 1) -> Proposal:
    for _ in range(times):
        execution.attend(proposal.pk)
        Proposal.objects.filter(pk=proposal.pk, status=Status.UNKNOWN).update(due_at=timezone.now())
    proposal.refresh_from_db()
    return proposal


def test_what_was_refused_is_told_and_what_was_made_is_in_the_mirror(approved, sandbox):
    proposal = attended(approved("Acme Corp", "Harbor Cafe", "Other Corp"))

    assert proposal.status == Status.PARTLY_DONE
    assert proposal.outcome.startswith("2 of 3 done: Acme Corp (0cu02")
    assert proposal.outcome.endswith(
        "1 of 3 there already: Harbor Cafe, “Customer number Harbor Cafe is already in use.”."
    )
    made = sandbox.effects()[-1]["record"].split(",")
    assert set(Customer.objects.values_list("vendor_id", flat=True)) == set(made)


def test_where_all_were_refused_nothing_was_done(approved, sandbox):
    proposal = attended(approved("Harbor Cafe", "Pier Supplies"))

    assert proposal.status == Status.FAILED
    assert sandbox.effects(took=True) == []


def test_a_lost_answer_is_settled_row_by_row_and_nothing_is_sent_again(approved, sandbox):
    proposal = approved("Acme Corp", "Harbor Cafe", "Other Corp")
    sandbox.drop_reply(connector="bill", operation=CREATE.removeprefix("bill_"))
    proposal = attended(proposal, times=8)

    assert proposal.status == Status.PARTLY_DONE, proposal.outcome
    assert "2 of 3 done" in proposal.outcome
    assert "1 of 3 not shown by BILL: Harbor Cafe" in proposal.outcome
    assert len(sandbox.effects()) == 1


def test_a_lost_answer_about_rows_that_were_all_made_ends_well(approved, sandbox):
    proposal = approved("Acme Corp", "Other Corp")
    sandbox.drop_reply(connector="bill", operation=CREATE.removeprefix("bill_"))
    proposal = attended(proposal, times=3)

    assert proposal.status == Status.SUCCEEDED, proposal.outcome
    assert len(sandbox.effects()) == 1
