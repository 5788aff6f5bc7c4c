"""What a client carries from one call to the next: states of the protocol, and cursors."""

import asyncio
from typing import Any

import httpx2
import mcp_types as types
import pytest
from mcp import Client, MCPError
from mcp.client.streamable_http import streamable_http_client

from agent.mcp.models import Call
from console import demo
from console.approvals.models import Proposal
from console.asgi import countersign
from tests.mcp.tokens import BOTH, token

SITE = "http://127.0.0.1"
RETRY = "billsby_retry_invoice_payment"
LIST = "billsby_list_customers"


@pytest.fixture(scope="module")
def desk(shared_db, sandbox_url, sandbox_control):
    sandbox_control.reset()
    demo.connect_sandbox(sandbox_url)
    return {person.username: person for person in demo.create_people("test-password")}


@pytest.fixture
def wanted(sandbox_control):
    Proposal.objects.filter(status="pending").update(status="withdrawn")
    invoice = sandbox_control.stories()["retry_pays"]["invoiceNumber"]
    return {"invoiceNumber": invoice, "reason": "The card was updated."}


class Opens:
    """A client that can send its person to an address, and remembers to which."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.pages: list[str] = []

    async def _open(self, _: Any, params: types.ElicitRequestURLParams) -> types.ElicitResult:
        self.pages.append(params.url)
        return types.ElicitResult(action="accept")

    def call(self, name: str, arguments: dict[str, Any], **more: Any) -> Any:
        """The answer, or the error; with by_hand, what it is asked for is not seen to."""
        by_hand = more.pop("by_hand", False)

        async def called() -> Any:
            headers = {"Authorization": f"Bearer {self.secret}"}
            transport = httpx2.ASGITransport(app=countersign)
            async with httpx2.AsyncClient(transport=transport, headers=headers) as http:
                link = streamable_http_client(f"{SITE}/mcp", http_client=http)
                async with Client(link, elicitation_callback=self._open) as client:
                    try:
                        if not by_hand:
                            return await client.call_tool(name, arguments)
                        return await client.session.call_tool(
                            name, arguments, allow_input_required=True, **more
                        )
                    except MCPError as error:
                        return error

        return asyncio.run(called())


def test_a_person_is_sent_to_the_proposal_and_the_client_told_how_it_stands(desk, wanted):
    client = Opens(token(desk["priya"], effects=BOTH).secret)
    told = client.call(RETRY, wanted).structured_content
    proposal = Proposal.objects.get(status="pending")
    assert client.pages == [f"{SITE}/approvals/{proposal.pk}/"]
    assert (told["proposal"], told["status"]) == (proposal.number, "pending")


def test_a_person_is_sent_there_once(desk, wanted):
    client = Opens(token(desk["priya"], effects=BOTH).secret)
    client.call(RETRY, wanted)
    again = client.call(RETRY, wanted).structured_content
    assert len(client.pages) == 1
    assert again["proposal"] == Proposal.objects.get(status="pending").number


def test_asking_how_a_proposal_stands_sends_nobody_anywhere(desk, wanted):
    client = Opens(token(desk["priya"], effects=BOTH).secret)
    number = client.call(RETRY, wanted).structured_content["proposal"]
    assert client.call("get_proposal", {"proposal": number}).structured_content["status"] == "pending"
    assert len(client.pages) == 1


def test_a_state_is_taken_once_and_only_as_it_was_given(desk, wanted):
    client = Opens(token(desk["priya"], effects=BOTH).secret)
    state = client.call(RETRY, wanted, by_hand=True).request_state
    answers = {"page": types.ElicitResult(action="accept")}
    given = {"by_hand": True, "input_responses": answers}
    stranger = Opens(token(desk["priya"], effects=BOTH).secret)
    refusals = [
        stranger.call(RETRY, wanted, request_state=state, **given),
        client.call(RETRY, wanted | {"reason": "Another."}, request_state=state, **given),
        client.call(RETRY, wanted, request_state=f"{state[:-2]}AA", **given),
    ]
    assert {str(one) for one in refusals} == {"Invalid or expired requestState"}
    assert client.call(RETRY, wanted, request_state=state, **given).structured_content["status"] == "pending"
    again = client.call(RETRY, wanted, request_state=state, **given)
    assert str(again) == "This requestState was used before."
    assert Call.objects.first().outcome == "failed"


def test_a_cursor_goes_on_for_the_access_it_was_given_to_alone(desk):
    first, other = (Opens(token(desk["priya"]).secret) for _ in range(2))
    page = first.call(LIST, {"limit": 2}).structured_content
    following = first.call(LIST, {"limit": 2, "after": page["next"]}).structured_content
    assert following["data"] != page["data"]
    stolen = other.call(LIST, {"limit": 2, "after": page["next"]})
    assert stolen.is_error
    assert "earlier answer" in stolen.structured_content["error"]
