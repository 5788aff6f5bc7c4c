from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from console.approvals.models import Proposal, Step
from console.connections.models import Connection


@pytest.fixture
def pending_proposal(people) -> Proposal:
    """A refund of $1,240.00 that Priya asked for. Written as rows: no vendor is read for it."""
    connection = Connection.objects.create(
        slug="billsby", connector="billsby", name="Billsby", base_url="http://127.0.0.1:1", is_sandbox=True
    )
    now = timezone.now()
    proposal = Proposal.objects.create(
        connection=connection,
        digest="d" * 64,
        canonical="{}",
        sentence="Refund 7KQ2M9XTRB-3 in full, $1,240.00",
        card={},
        effects=["money"],
        amount_minor=124000,
        currency="USD",
        direction="out",
        requester=people["priya"],
        proposer_kind="agent",
        origin_kind="conversation",
        origin_id=str(uuid4()),
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
        card={"changes": [], "sources": {}},
    )
    return proposal
