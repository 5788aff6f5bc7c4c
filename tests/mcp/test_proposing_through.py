"""What an outside client asks for: filed in its person's name, through its account, below its ceiling."""

import pytest

from agent.mcp.access import admit
from agent.mcp.filters import context_of, tools_of
from agent.tools.registry import call_tool
from console.approvals.models import Proposal
from console.audit.models import Entry
from console.connections.models import Connection
from tests.mcp.tokens import BOTH, token

pytestmark = pytest.mark.django_db

RETRY = "billsby_retry_invoice_payment"


@pytest.fixture
def ask(connected, sandbox, people):
    """Call the tool that retries a payment, by a token made with these choices."""

    def asked(client="Claude 2.1", **choice):
        invoice = sandbox.stories()["retry_pays"]["invoiceNumber"]
        granted = admit(token(people["priya"], effects=BOTH, **choice).secret)
        arguments = {"invoiceNumber": invoice, "reason": "The card was updated."}
        return call_tool(context_of(granted, client), RETRY, arguments, among=tools_of(granted))

    return asked


def test_a_proposal_tells_which_client_asked_for_whom(ask, sandbox):
    outcome = ask()
    proposal = Proposal.objects.get()
    assert outcome.proposal_id == str(proposal.pk)
    assert (proposal.proposer_kind, proposal.origin_kind) == ("mcp", "mcp")
    told = "Claude 2.1 for Priya Raman, through MCP (token Month-end close)"
    assert proposal.origin_told == told
    assert Entry.objects.get(action="proposal.created").summary.startswith(f"Proposed by {told}: ")
    assert sandbox.effects() == []


def test_no_client_talks_its_person_and_token_off_the_card(ask):
    ask(client="Month-end close, " * 100)
    assert Proposal.objects.get().origin_told.endswith(
        " for Priya Raman, through MCP (token Month-end close)"
    )


def test_it_goes_through_the_account_that_the_token_is_kept_to(ask, connected):
    first = connected["billsby"]
    second = Connection.objects.create(
        slug="billsby-second",
        connector="billsby",
        name="Billsby, second",
        base_url=first.base_url,
        injected=first.injected,
        calls_per_s=500,
    )
    second.credentials = first.credentials
    second.save()
    assert not ask(connections=[second]).failed
    assert Proposal.objects.get().connection == second


@pytest.mark.parametrize("ceilings", [{"USD": 1}, {"GBP": 10**9}])
def test_nothing_above_the_ceiling_is_filed(ask, ceilings):
    outcome = ask(ceilings=ceilings)
    assert outcome.failed
    assert "from here" in outcome.answer
    assert not Proposal.objects.exists()


def test_what_stays_below_the_ceiling_is_filed(ask):
    assert not ask(ceilings={"USD": 10**9, "EUR": 10**9}).failed


def test_who_may_only_propose_is_told_of_no_more_than_its_own_persons_proposals(ask, people):
    number = f"P-{ask().proposal_id}"
    for who, effects, is_told in (
        ("dana", ("propose",), False),
        ("dana", BOTH, True),
        ("priya", ("propose",), True),
    ):
        granted = admit(token(people[who], effects=effects).secret)
        context = context_of(granted, "Claude 2.1")
        outcome = call_tool(context, "get_proposal", {"proposal": number}, among=tools_of(granted))
        assert outcome.failed != is_told, (who, effects)
