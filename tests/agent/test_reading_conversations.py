"""Who may read a conversation: its owner, and whoever decides or audits what it proposed."""

import pytest
from django.test import Client

from agent.models import Conversation
from console.approvals.proposing import Origin, StepDraft, propose


@pytest.fixture
def conversation(committed_db, connected, people, sandbox):
    """Priya's conversation, which proposed a retry."""
    made = Conversation.objects.create(owner=people["priya"], title="Alice's card")
    invoice = sandbox.stories()["retry_pays"]["invoiceNumber"]
    step = StepDraft("billsby_retry_invoice_payment", {"invoiceNumber": invoice})
    propose(actor=people["priya"], steps=[step], reason="", origin=Origin("conversation", str(made.pk)))
    return made


def status_for(person, conversation) -> int:
    client = Client()
    client.force_login(person)
    return client.get(conversation.get_absolute_url()).status_code


@pytest.mark.parametrize(("name", "status"), [("priya", 200), ("dana", 200), ("omar", 200)])
def test_who_decides_or_audits_reads_where_a_proposal_came_from(conversation, people, name, status):
    assert status_for(people[name], conversation) == status


def test_a_reader_cannot_write(conversation, people):
    client = Client()
    client.force_login(people["dana"])
    page = client.get(conversation.get_absolute_url()).content
    assert b"You can read it" in page
    assert b"data-socket" not in page


def test_a_conversation_that_proposed_nothing_is_its_owners_alone(conversation, people):
    other = Conversation.objects.create(owner=people["priya"], title="Private")
    assert status_for(people["dana"], other) == 404
