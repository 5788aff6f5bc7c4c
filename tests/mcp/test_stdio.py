"""Local clients speak over standard input and output, through the same door."""

import asyncio
import io
import json

import pytest

from agent.mcp.models import Call
from agent.mcp.stdio import serve
from agent.mcp.tokens import revoke
from console import demo
from tests.mcp.tokens import token

SITE = "http://127.0.0.1:8000"
CLIENT = {"name": "desk", "version": "1"}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": CLIENT,
    "io.modelcontextprotocol/clientCapabilities": {},
}


@pytest.fixture(scope="module")
def priya(shared_db, sandbox_url):
    demo.connect_sandbox(sandbox_url)
    return next(one for one in demo.create_people("test-password") if one.username == "priya")


def say(secret: str, *messages: dict | str) -> list[dict]:
    lines = [one if isinstance(one, str) else json.dumps(one) for one in messages]
    written: list[str] = []
    stdin = io.BytesIO("".join(f"{line}\n" for line in lines).encode())
    asyncio.run(serve(stdin, written.append, site=SITE, secret=secret, second=""))
    return [json.loads(line) for line in written]


def asked(method: str, number: int = 1, **params: object) -> dict:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": {"_meta": MODERN, **params}}


def test_it_lists_and_calls_as_over_http(priya):
    secret = token(priya).secret
    find = asked("tools/call", 2, name="query_records", arguments={"kind": "customer", "text": "nobody"})
    told = {one["id"]: one["result"] for one in say(secret, asked("tools/list"), find)}
    assert "query_records" in [tool["name"] for tool in told[1]["tools"]]
    assert told[2]["structuredContent"]["kind"] == "customer"
    assert Call.objects.filter(tool="query_records", client="desk 1").exists()


def test_it_speaks_the_handshake_too(priya):
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": CLIENT}
    begin = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
    ready = {"jsonrpc": "2.0", "method": "notifications/initialized"}
    told = say(token(priya).secret, begin, ready)
    assert [one["result"]["serverInfo"]["name"] for one in told] == ["countersign"]


def test_a_revoked_token_is_told_so_with_the_number_of_the_call(priya):
    made = token(priya)
    revoke(made.access, actor=priya)
    [told] = say(made.secret, asked("tools/list", 7))
    assert (told["id"], told["error"]["data"]["reason"]) == (7, "revoked")


def test_what_is_no_message_is_an_error_and_not_the_end(priya):
    told = say(token(priya).secret, "{", asked("tools/list", 3))
    assert sorted("error" in one for one in told) == [False, True]
