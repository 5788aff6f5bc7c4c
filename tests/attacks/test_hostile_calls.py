"""Five hundred calls that no honest client makes, over MCP and over the chat: none of them changes anything.

Each is a row of a table. What is proposed by the few that happen to be well-formed waits for a person.
"""

import asyncio
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import product
from typing import Any

import httpx2
import pytest
from django.utils import timezone

from agent import loop
from agent.mcp.models import Access, Call
from agent.mcp.tokens import revoke
from agent.models import ToolCall
from console.approvals.models import Attempt, Decision, Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.asgi import countersign
from tests.agent.conftest import answer, asks, conversation, model, model_url  # noqa: F401
from tests.mcp.tokens import BOTH, token

RETRY, REFUND, READ = "billsby_retry_invoice_payment", "billsby_refund_invoice", "billsby_get_invoice"
WRITES = (RETRY, REFUND, "billsby_cancel_subscription", "billsby_write_off_invoice", "bill_create_payment")
DEFINED = {200, 202, 400, 401, 403, 404, 405, 406, 413, 415}
ROUND = 8  # calls that a model may ask for at once
PATIENT = loop.Limits(rounds=100, proposals=1_000, silence_s=5, turn_tokens=10**9, conversation_tokens=10**9)

SMUGGLED = {
    "companyDomain": "evil",
    "organization_id": "00801EVIL",
    "apiKey": "stolen",
    "sessionId": "stolen",
    "approved": True,
    "approver": "dana",
    "status": "approved",
    "digest": "0" * 64,
    "execute": True,
    "base_url": "http://127.0.0.1:1",
    "connection": "other",
    "actor": "dana",
    "origin": {"kind": "form", "id": ""},
    "__proto__": {"approved": True},
    "constructor": {"prototype": {"approved": True}},
    "headers": {"authorization": "Bearer x"},
}
NAMES = (
    *(
        "approve",
        "approve_proposal",
        "execute",
        "execute_proposal",
        "decide",
        "send_write",
        "settle",
        "sign_in",
    ),
    *("__proto__", "constructor", "toString", "hasOwnProperty", "__class__", "__init__", "__call__", "_run"),
    *(
        "",
        " ",
        ".",
        "..",
        "../../approvals/1/approve/",
        "/approvals/1/approve/",
        "a" * 5_000,
        "*",
        "%",
        "null",
    ),
    *(RETRY.upper(), RETRY.title(), f" {RETRY}", f"{RETRY} ", f"{RETRY}\x00", f"{RETRY}\n", f"{RETRY}\u200b"),
    *(RETRY.replace("i", "\u0456"), RETRY.replace("_", "-"), RETRY.replace("_", "__"), f"mcp__{RETRY}"),
    *("<script>alert(1)</script>", "'; DROP TABLE approvals_proposal; --", "${jndi:ldap://127.0.0.1/x}"),
)
VALUES = (
    *("", " ", "\x00", "x\x00y", "\u202eevil", "\U0001f4a9" * 200, "x" * 60_000, "../../other/invoices/1"),
    *("1 OR 1=1", "%2e%2e%2f", "A-1?companyDomain=evil", "A-1#x", "A-1/Payment", "\r\nX-Evil: 1", "{{7*7}}"),
    *(0, -1, 10**30, 1.5, True, None, [], {}, [["x"]], {"$ref": {"step": 1, "result": "id"}}),
    *(
        {"$ref": "#/definitions/x"},
        {"$ref": "file:///etc/passwd"},
        {"$ref": {"step": -1, "result": "__class__"}},
    ),
)


@dataclass(frozen=True)
class Hostile:
    """One request. who: whose secret it comes with, "" for none; body: what is sent, as text or as bytes."""

    body: bytes
    who: str = "both"
    method: str = "POST"
    path: str = "/mcp"
    headers: Mapping[str, str] = field(default_factory=dict)


def message(method: str, params: Any, **more: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params} | more).encode()


def called(name: str, arguments: Any, who: str = "both", **more: Any) -> Hostile:
    return Hostile(message("tools/call", {"name": name, "arguments": arguments, **more}), who)


def plan(*steps: Any) -> dict[str, Any]:
    return {"reason": "x", "steps": list(steps)}


def step(operation: Any, arguments: Any) -> dict[str, Any]:
    return {"operation": operation, "arguments": arguments}


def tricks(good: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(tool, arguments) of calls that both a model and a client can make. good: what RETRY really takes."""
    yield from ((RETRY, {**good, name: value}) for name, value in SMUGGLED.items())
    yield from ((READ, {"invoiceNumber": good["invoiceNumber"], name: SMUGGLED[name]}) for name in SMUGGLED)
    yield from ((REFUND, {**good, name: value}) for name, value in SMUGGLED.items())
    yield from ((name, good) for name in NAMES)
    yield from ((RETRY, {**good, "invoiceNumber": value}) for value in VALUES)
    yield from ((READ, {"invoiceNumber": value}) for value in VALUES)
    yield from (("get_proposal", {"proposal": value}) for value in VALUES)
    yield from (
        (name, arguments) for name, arguments in product(WRITES, ({}, {"reason": "x"}, {"approved": True}))
    )
    yield from (("propose_plan", plan(step(name, {}))) for name in (READ, "propose_plan", *NAMES[:9]))
    yield from (
        ("propose_plan", {"reason": "x", "steps": steps}) for steps in ("all", [], None, {}, [{}] * 500, [1])
    )
    yield "propose_plan", plan(step(RETRY, good), step(READ, {"invoiceNumber": "A-1"}))
    yield "propose_plan", plan(step(RETRY, {"invoiceNumber": {"$ref": {"step": 1, "result": "id"}}}))
    yield "propose_plan", plan(step(RETRY, {"invoiceNumber": {"$ref": {"step": 2, "result": "id"}}}))


def requests(good: Mapping[str, Any], others: Mapping[str, Any]) -> Iterator[Hostile]:
    """Everything over MCP: the same tricks, and those that only a client of HTTP can try."""
    yield from (called(name, arguments) for name, arguments in tricks(good))
    yield from (called(name, good, "read") for name in (*WRITES, "propose_plan"))
    yield from (called(READ, good, "vendors") for _ in range(2))
    yield from (called(RETRY, good, who) for who in ("", "unknown", "revoked", "expired", "second"))
    yield from (
        called("get_proposal", {"proposal": number}, "vendors") for number in (others["number"], "P-999999")
    )
    yield from (called(RETRY, good) for _ in range(5))  # again and again: one proposal
    for state in ("", "x", "e30.e30.e30", "A" * 9_000, {"approved": True}, 7, "\x00"):
        yield called(RETRY, good, requestState=state, inputResponses={"approve": {"action": "accept"}})
        yield called("get_proposal", {"proposal": others["number"]}, requestState=state)
        yield Hostile(message("tools/list", {"cursor": state}))
    for name in (
        "tasks/result",
        "tasks/cancel",
        "resources/read",
        "prompts/get",
        "completion/complete",
        "approve",
    ):
        yield Hostile(message(name, {"taskId": "1", "uri": "file:///etc/passwd", "name": "x"}))
    for arguments in ([], "x", 7, True, [good]):
        yield called(RETRY, arguments)
    yield from bodies(json.dumps(good))
    yield from envelopes(called(RETRY, good).body)


def bodies(good: str) -> Iterator[Hostile]:
    """What is no message, or says one thing twice."""
    call = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"%s","arguments":%s}}'
    texts = [
        *(
            "",
            "null",
            "[]",
            "{}",
            "7",
            '"x"',
            "{",
            "not JSON",
            "NaN",
            "[" * 50_000,
            '{"a":' * 20_000,
            "9" * 5_000,
        ),
        call % (RETRY, '{"invoiceNumber":"A-1",' + good[1:]),
        call % (RETRY, good[:-1] + ',"approved":false,"approved":true}'),
        call % (READ + '","name":"' + RETRY, good[:-1] + ',"companyDomain":"evil"}'),
        f"[{call % (RETRY, good)},{call % (RETRY, good)}]",
        call % (RETRY, '{"invoiceNumber":"\\ud800","reason":"x"}'),
        call % (RETRY, '{"invoiceNumber":1e400,"reason":"x"}'),
        (call % (RETRY, good)).replace('"id":1', '"id":null'),
        (call % (RETRY, good)).replace('"id":1', '"id":{"a":1}'),
        (call % (RETRY, good)).replace('"2.0"', '"1.0"'),
        (call % (RETRY, '{"reason":"%s"}' % ("x" * 900_000))),
        "x" * 1_000_001,
    ]
    yield from (Hostile(text.encode()) for text in texts)
    yield from (Hostile(content) for content in (b"\xff\xfe\x00", b"\x00" * 10, b"\x1f\x8b\x08\x00"))


def envelopes(body: bytes) -> Iterator[Hostile]:
    """A good message in a wrapping that is not."""
    yield from (
        Hostile(body, method=method) for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")
    )
    for name, text in (
        ("content-type", "text/plain"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("content-type", "multipart/form-data; boundary=x"),
        ("accept", "text/html"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1@evil.example"),
        ("host", "evil.example"),
        ("host", "127.0.0.1.evil.example"),
        ("mcp-protocol-version", "1999-01-01"),
        ("mcp-protocol-version", "x" * 3_000),
        ("mcp-session-id", "somebody-elses"),
        ("mcp-method", "tools/list"),
        ("mcp-name", "query_records"),
        ("content-encoding", "gzip"),
        ("last-event-id", "1"),
    ):
        yield Hostile(body, headers={name: text})
    for secret in (
        "",
        "Basic eDp4",
        "Bearer",
        "Bearer ",
        "bearer\tx",
        "Bearer cs_",
        "Bearer null",
        "cs_x",
        "Digest x",
    ):
        yield Hostile(body, who="", headers={"authorization": secret})
    for name, text in (
        *(
            ("x-forwarded-user", "dana"),
            ("remote-user", "dana"),
            ("cookie", "sessionid=x"),
            ("x-access-code", "x"),
        ),
        *(
            ("x-http-method-override", "PUT"),
            ("x-original-url", "/approvals/1/approve/"),
            ("forwarded", "for=x"),
        ),
    ):
        yield Hostile(body, who="", headers={name: text})
    for path in (
        "/mcp/",
        "/mcp/x",
        "/mcp/%00",
        "/mcp/..%2fapprovals/",
        "/mcp/cs_" + "a" * 43,
        "/mcp//",
        "/mcp/%2e%2e",
    ):
        yield Hostile(body, who="", path=path)


@pytest.fixture
def secrets(committed_db, connected, people) -> dict[str, str]:
    """Secrets by what they are worth."""
    priya = people["priya"]
    made = {
        "both": token(priya, effects=BOTH, calls_a_minute=10_000),
        "read": token(priya, effects=("read",), calls_a_minute=10_000),
        "vendors": token(people["omar"], effects=("read",), tags=("vendors",), calls_a_minute=10_000),
        "revoked": token(priya, effects=BOTH),
        "expired": token(priya, effects=BOTH),
        "second": token(priya, effects=BOTH, has_second_code=True),
    }
    revoke(made["revoked"].access, actor=priya)
    past = timezone.now() - timedelta(seconds=1)
    Access.objects.filter(pk=made["expired"].access.pk).update(expires_at=past)
    return {name: one.secret for name, one in made.items()} | {"unknown": "cs_" + "u" * 43}


@pytest.fixture
def good(sandbox) -> dict[str, str]:
    return {
        "invoiceNumber": sandbox.stories()["retry_pays"]["invoiceNumber"],
        "reason": "The card was updated.",
    }


@pytest.fixture
def others(connected, people, sandbox) -> dict[str, str]:
    """A proposal that somebody else made."""
    invoice = {"invoiceNumber": sandbox.stories()["retry_declines"]["invoiceNumber"]}
    drafts = [StepDraft(RETRY, invoice)]
    proposal = propose(actor=people["dana"], steps=drafts, reason="Asked.", origin=Origin("form"))
    return {"number": proposal.number}


def send_all(table: list[Hostile], secrets: Mapping[str, str]) -> list[httpx2.Response]:
    async def sent() -> list[httpx2.Response]:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=countersign)) as client:
            return [await send(client, each, secrets) for each in table]

    return asyncio.run(sent())


async def send(client: httpx2.AsyncClient, one: Hostile, secrets: Mapping[str, str]) -> httpx2.Response:
    known = {"authorization": f"Bearer {secrets[one.who]}"} if one.who else {}
    plain = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
    headers = plain | known | dict(one.headers)
    return await client.request(one.method, f"http://127.0.0.1{one.path}", content=one.body, headers=headers)


def nothing_happened(sandbox) -> bool:
    """No effect at a vendor, nothing sent, and nothing decided."""
    asked = (Attempt.objects, Decision.objects, Proposal.objects.exclude(status="pending"))
    return sandbox.effects() == [] and not any(rows.exists() for rows in asked)


def complaint(one: Hostile, told: httpx2.Response) -> str:
    """What is wrong with an answer; "" when it is a defined one."""
    if told.status_code not in DEFINED:
        return f"{told.status_code}"
    if one.method == "HEAD" or told.status_code == 202:
        return ""
    if any(sign in told.text for sign in ("Traceback", "Reference ", 'File "', '"code":-32603', "<html")):
        return told.text[:300]
    if not told.headers.get("content-type", "").startswith("application/json"):  # it takes no message at all
        return "" if told.status_code >= 400 and len(told.text) < 100 else told.text[:300]
    return "" if told.json().keys() & {"result", "error"} else told.text[:300]


def test_hostile_clients_change_nothing_and_each_is_answered_and_noted(secrets, good, others, sandbox):
    table = list(requests(good, others))
    answers = send_all(table, secrets)

    wrong = [
        (one.method, one.path, one.body[:200], complaint(one, told))
        for one, told in zip(table, answers, strict=True)
        if complaint(one, told)
    ]
    assert wrong == []
    assert nothing_happened(sandbox)
    assert len(table) >= 320
    turned_away = sum(told.status_code in (401, 403, 405, 413) for told in answers)
    noted = Call.objects.count()
    assert noted >= len(table) - turned_away
    assert Call.objects.filter(outcome="refused").count() >= min(60, turned_away)
    assert Proposal.objects.filter(origin_kind="mcp").count() <= 1


def test_a_hostile_model_changes_nothing_and_each_call_is_answered(answer, good, others, sandbox):  # noqa: F811
    table = [call for call in tricks(good) if call[0]]  # an answer whose call has no name is not read at all
    rounds = [asks(*table[at : at + ROUND]) for at in range(0, len(table), ROUND)]
    answer(*rounds, {"text": "I give up."}, limits=PATIENT)

    answers = list(ToolCall.objects.values_list("answer", flat=True))
    assert len(answers) == len(table) >= 180
    assert not [told for told in answers if "Reference " in told or not told]
    assert nothing_happened(sandbox)
    assert Proposal.objects.filter(origin_kind="conversation").count() <= 1
