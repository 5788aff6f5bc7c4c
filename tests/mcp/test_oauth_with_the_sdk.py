"""The official Python client signs in by itself; only the person's part is played here."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest
from asgiref.sync import sync_to_async
from django.test import Client as Browser
from mcp import Client as McpClient
from mcp.client.auth import OAuthClientProvider
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.auth import (
    AuthorizationCodeResult,
    OAuthClientInformationFull,
    OAuthClientMetadata,
    OAuthToken,
)

from agent.mcp.access import Refused, admit
from agent.mcp.models import Access
from agent.mcp.tokens import revoke
from console.asgi import countersign
from tests.mcp.signing_in import CALLBACK, SERVER, register, signed_in, tokens, told

READ, BOTH = ["read"], ["read", "propose"]


class Kept:
    """What the client remembers between its starts."""

    def __init__(self) -> None:
        self.tokens: OAuthToken | None = None
        self.client: OAuthClientInformationFull | None = None

    async def get_tokens(self) -> OAuthToken | None:
        return self.tokens

    async def set_tokens(self, tokens: OAuthToken) -> None:
        self.tokens = tokens

    async def get_client_info(self) -> OAuthClientInformationFull | None:
        return self.client

    async def set_client_info(self, client_info: OAuthClientInformationFull) -> None:
        self.client = client_info


class Person:
    """Opens the pages that the client leads to; of what is asked each time, the next of `leaves` is left."""

    def __init__(self, browser: Browser, *leaves: list[str]) -> None:
        self.browser, self.leaves = browser, list(leaves)
        self.asked: list[str] = []
        self.answer: dict[str, str] = {}

    async def opens(self, address: str) -> None:
        self.asked.append(told(address)["scope"])
        form = {"answer": "allow", "lasts_h": "8", "effects": self.leaves.pop(0)}
        self.answer = told((await sync_to_async(self.browser.post)(address, form)).url)

    async def comes_back(self) -> AuthorizationCodeResult:
        return AuthorizationCodeResult(**self.answer)


def talk(sign_in: OAuthClientProvider, conversation: Callable[[McpClient], Awaitable[Any]]) -> Any:
    async def held() -> Any:
        transport = httpx2.ASGITransport(app=countersign)
        async with (
            httpx2.AsyncClient(transport=transport, auth=sign_in) as http,
            McpClient(streamable_http_client(SERVER, http_client=http), mode="auto") as client,
        ):
            return await conversation(client)

    return asyncio.run(held())


def test_it_signs_in_asks_for_more_when_a_call_needs_it_and_renews_its_tokens(shared_db, people):
    person, kept = Person(signed_in(people["priya"]), READ, BOTH), Kept()
    metadata = OAuthClientMetadata(client_name="SDK", redirect_uris=[CALLBACK])
    sign_in = OAuthClientProvider(SERVER, metadata, kept, person.opens, person.comes_back)

    async def conversation(client: McpClient) -> tuple[set[bool], bool]:
        listed = (await client.list_tools()).tools
        await client.call_tool("billsby_retry_invoice_payment", {"reason": "No invoice given."})
        before, sign_in.context.token_expiry_time = kept.tokens, 1.0
        answer = await client.call_tool("billsby_retry_invoice_payment", {"reason": "Again."})
        assert kept.tokens.access_token != before.access_token
        return {tool.annotations.read_only_hint for tool in listed}, answer.is_error

    assert talk(sign_in, conversation) == ({True}, True)
    assert person.asked == ["read propose", "read propose"]
    assert Access.objects.get().effects == BOTH


def test_revoking_the_access_shuts_its_client_out_at_once(shared_db, people):
    given = tokens(people["dana"], register())
    access = admit(given["access_token"]).access
    revoke(access, actor=people["dana"])
    with pytest.raises(Refused, match="was revoked"):
        admit(given["access_token"])
