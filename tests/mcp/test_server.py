"""The MCP server, asked by the SDK's own client in both eras of the protocol."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from agent.mcp.models import Call
from agent.tools.registry import all_tools
from console import demo
from console.approvals import deciding, execution
from console.approvals.models import Proposal
from console.asgi import countersign
from tests.mcp.tokens import BOTH, token

ERAS = {"auto": "2026-07-28", "legacy": "2025-11-25"}
SITE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def desk(shared_db, sandbox_url, sandbox_control):
    sandbox_control.reset()
    demo.connect_sandbox(sandbox_url)
    return {person.username: person for person in demo.create_people("test-password")}


@pytest.fixture(params=ERAS)
def era(request) -> str:
    return request.param


def talk(secret: str, era: str, conversation: Callable[[Client], Awaitable[Any]]) -> Any:
    """What comes of a conversation with the server, held by the SDK's client."""

    async def held() -> Any:
        transport = httpx2.ASGITransport(app=countersign)
        headers = {"Authorization": f"Bearer {secret}"}
        async with httpx2.AsyncClient(transport=transport, headers=headers) as http:
            link = streamable_http_client(f"{SITE}/mcp", http_client=http)
            async with Client(link, mode=era) as client:
                return await conversation(client)

    return asyncio.run(held())


def call(secret: str, era: str, name: str, arguments: dict[str, Any]) -> Any:
    return talk(secret, era, lambda client: client.call_tool(name, arguments))


def test_it_lists_what_the_access_is_shown(desk, era):
    found = talk(token(desk["priya"], effects=BOTH).secret, era, lambda client: client.list_tools())
    assert [tool.name for tool in found.tools] == list(all_tools())
    by_name = {tool.name: tool for tool in found.tools}
    retry = by_name["billsby_retry_invoice_payment"]
    assert retry.annotations.read_only_hint is False
    assert retry.annotations.destructive_hint is False
    assert retry.annotations.idempotent_hint is True
    assert retry.meta["countersign/effects"] == ["money"]
    assert by_name["query_records"].annotations.read_only_hint is True


def test_a_read_answers_text_and_the_same_as_fields(desk, era):
    answer = call(
        token(desk["priya"]).secret, era, "query_records", {"kind": "customer", "text": "nobody of that name"}
    )
    assert not answer.is_error
    assert answer.structured_content["kind"] == "customer"
    noted = Call.objects.filter(tool="query_records").first()
    assert (noted.outcome, noted.protocol) == ("done", ERAS[era])
    assert noted.client.startswith("mcp ")


def test_a_write_is_proposed_and_not_done_until_a_person_approves(desk, era, sandbox_control):
    sandbox_control.reset()
    secret = token(desk["priya"], effects=BOTH, name=f"Token {era}").secret
    invoice = sandbox_control.stories()["retry_pays"]["invoiceNumber"]
    wanted = {"invoiceNumber": invoice, "reason": "The card was updated."}
    told = call(secret, era, "billsby_retry_invoice_payment", wanted).structured_content
    proposal = Proposal.objects.get(pk=told["proposal"].removeprefix("P-"))
    assert told["note"] == "Proposed, not done. A person must approve it."
    assert told["digest"] == proposal.digest
    assert told["page"] == f"{SITE}/approvals/{proposal.pk}/"
    assert sandbox_control.effects() == []

    again = call(secret, era, "billsby_retry_invoice_payment", wanted).structured_content
    assert again["proposal"] == told["proposal"]

    deciding.approve(proposal_id=proposal.pk, actor=desk["dana"], digest=proposal.digest)
    execution.attend(proposal.pk)
    stands = call(secret, era, "get_proposal", {"proposal": told["proposal"]}).structured_content
    assert stands["status"] == "succeeded"
    assert len(sandbox_control.effects()) == 1


def test_arguments_that_do_not_fit_are_told_one_by_one(desk, era):
    answer = call(
        token(desk["priya"]).secret, era, "query_records", {"kind": "customer", "text": 5, "colour": "red"}
    )
    assert answer.is_error
    assert len(answer.structured_content["problems"]) == 2


def test_a_tool_outside_the_access_does_not_exist(desk, era):
    wanted = {"invoiceNumber": "7KQ2M9XTRB-3", "reason": "Asked."}
    answer = call(token(desk["priya"]).secret, era, "billsby_retry_invoice_payment", wanted)
    assert answer.is_error
    assert "no tool called" in answer.content[0].text
