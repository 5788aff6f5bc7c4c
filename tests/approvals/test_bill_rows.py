"""Several records that BILL takes or refuses one by one: what became of each, and nothing is sent again."""

import json
from collections.abc import Sequence

import pytest
from django.urls import reverse
from django.utils import timezone

from console.approvals import execution
from console.approvals.models import Attempt, Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry
from console.mirror.models import Customer
from tests import receivables as books

CREATE = "bill_v2_create_customers_bulk"
Status = Proposal.Status


@pytest.fixture
def approved(committed_db, connected, people, approve, sandbox):
    """Files and approves; BILL refuses names that are taken."""
    books.fill(sandbox)
    sandbox.settings(bill_refuses_customers_of_a_name=True)

    def file(*names: str, then: Sequence[StepDraft] = ()) -> Proposal:
        steps = [making(*names), *then]
        proposal = propose(actor=people["priya"], steps=steps, reason="Asked.", origin=Origin("form"))
        return approve(proposal, "dana")

    return file


def making(*names: str) -> StepDraft:
    return StepDraft(CREATE, {"customers": [{"name": name} for name in names]})


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


def test_a_list_cut_into_steps_goes_on_past_what_was_refused(approved, sandbox):
    proposal = attended(approved("Acme Corp", "Harbor Cafe", then=[making("Other Corp")]))

    assert proposal.status == Status.PARTLY_DONE
    assert proposal.outcome == "2 of 3 done: 1 there already."
    assert len(sandbox.effects()) == 2


def test_in_front_of_another_operation_a_part_stops_the_plan(approved, sandbox):
    alone = StepDraft("bill_v2_create_customer", {"name": "Other Corp"})
    proposal = attended(approved("Acme Corp", "Harbor Cafe", then=[alone]))

    assert proposal.status == Status.PARTLY_DONE
    assert [step.status for step in proposal.steps.all()] == ["confirmed", "not_run"]
    assert len(sandbox.effects()) == 1


def test_a_list_whose_outcome_was_unknown_for_a_while_goes_no_further(approved, sandbox):
    proposal = approved("Acme Corp", then=[making("Other Corp")])
    sandbox.drop_reply(connector="bill", operation=CREATE.removeprefix("bill_"))
    proposal = attended(proposal, times=3)

    assert proposal.outcome.startswith("Stopped after step 1: its outcome was unknown for a while.")
    assert len(sandbox.effects()) == 1


def test_each_record_stands_in_the_log_once_it_is_settled(approved, sandbox):
    proposal = approved("Acme Corp", "Harbor Cafe")
    sandbox.drop_reply(connector="bill", operation=CREATE.removeprefix("bill_"))
    proposal = attended(proposal, times=8)

    [entry] = Entry.objects.filter(action="attempt.row")
    made = Customer.objects.get(name="Acme Corp")
    assert entry.summary == f"{proposal.number} step 1, record 1: Acme Corp ({made.vendor_id}) done"
    assert (entry.vendor_object_id, entry.outcome) == (made.vendor_id, "took")


def test_the_card_shows_every_record_before_and_what_became_of_it_after(approved, client, people):
    proposal = approved("Acme Corp", "Harbor Cafe", "Zwei\u202eEins")
    client.force_login(people["dana"])
    page = reverse("approvals:detail", args=[proposal.pk])

    assert "Zwei‹U+202E›Eins" in client.get(page).text
    attended(proposal)
    after = client.get(page).text
    assert "2 of 3 done: 1 there already." in after
    assert Customer.objects.get(name="Acme Corp").vendor_id in after


def test_an_answer_about_a_hundred_records_is_kept_whole(approved):
    attended(approved(*(f"Customer {n} {'x' * 80}" for n in range(100))))

    assert len(json.loads(Attempt.objects.get().answer)["response_data"]["bulk"]) == 100
