"""A bank account's number is sent whole and stands nowhere else: its last four do."""

import pytest
from django.urls import reverse

from console.approvals import execution
from console.approvals.models import Attempt, Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit.models import Entry, PersonalDatum
from console.connections.clients import read_live

NUMBER, TAX_ID = "000987654321", "12-3456789"
NEW_VENDOR = {
    "name": "Northside Paper",
    "address": {"line1": "1 Pier Road", "city": "Oakland", "zipOrPostalCode": "94607", "country": "US"},
    "nameOnAccount": "Northside Paper",
    "bankAccountNumber": NUMBER,
    "bankRoutingNumber": "021000021",
    "taxId": TAX_ID,
    "taxIdType": "EIN",
}


@pytest.fixture
def made(committed_db, connected, people, sandbox, approve) -> Proposal:
    step = StepDraft("bill_create_vendor", NEW_VENDOR)
    proposal = propose(actor=people["priya"], steps=[step], reason="Asked.", origin=Origin("form"))
    approve(proposal, *("dana", "luis")[: proposal.needed_approvals])
    execution.attend(proposal.pk)
    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.SUCCEEDED, proposal.outcome
    return proposal


def test_the_vendor_gets_the_number_and_everything_else_its_last_four(made, sandbox, client, people):
    (effect,) = sandbox.effects(operation="create_vendor")
    assert NUMBER in effect["request"]["body"]

    kept = str(list(Entry.objects.values())) + str(list(PersonalDatum.objects.values()))
    kept += Attempt.objects.get().answer
    client.force_login(people["dana"])
    kept += client.get(reverse("approvals:detail", args=[made.pk])).text
    assert NUMBER not in kept
    assert TAX_ID not in kept
    assert "••••4321" in kept


def test_reading_tells_the_last_four(made, connected, sandbox):
    (effect,) = sandbox.effects(operation="create_vendor")
    reply = read_live(connected["bill"], "bill_get_vendor", {"vendorId": effect["record"]})
    assert NUMBER not in reply.text
    assert TAX_ID not in str(reply.data)
