"""What the door of MCP answers to whoever should not come in, and what is not a message."""

import asyncio
import json
import logging
from typing import Any

import httpx2
import pytest

from agent.mcp.models import Call
from agent.mcp.tokens import revoke
from console import demo
from console.asgi import countersign
from tests.mcp.tokens import token
from tests.serving import serving

LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}


@pytest.fixture(scope="module")
def desk(shared_db, sandbox_url):
    demo.connect_sandbox(sandbox_url)
    return {person.username: person for person in demo.create_people("test-password")}


def ask(
    secret: str = "",
    message: Any = LIST,
    *,
    method: str = "POST",
    path: str = "/mcp",
    host: str = "127.0.0.1",
    **headers: str,
) -> httpx2.Response:
    sent = {
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        **({"authorization": f"Bearer {secret}"} if secret else {}),
        **{name.replace("_", "-"): text for name, text in headers.items()},
    }
    body = message if isinstance(message, bytes) else json.dumps(message).encode()

    async def asked() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=countersign)) as client:
            return await client.request(method, f"http://{host}{path}", content=body, headers=sent)

    return asyncio.run(asked())


def reason(answer: httpx2.Response) -> str:
    return answer.json()["error"]["data"]["reason"]


def test_who_has_no_token_is_told_where_to_get_one(desk):
    answer = ask()
    assert answer.status_code == 401
    assert "/.well-known/oauth-protected-resource/mcp" in answer.headers["www-authenticate"]
    assert Call.objects.first().outcome == "refused"


def test_a_wrong_token_is_refused_and_not_kept(desk):
    answer = ask("cs_" + "a" * 43)
    assert (answer.status_code, reason(answer)) == (401, "unknown_token")
    assert "aaaa" not in str(Call.objects.values().first())


def test_a_revoked_token_is_refused_at_once(desk):
    made = token(desk["priya"])
    assert ask(made.secret).status_code == 200
    revoke(made.access, actor=desk["priya"])
    assert reason(ask(made.secret)) == "revoked"


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_only_posts_are_heard(desk, method):
    answer = ask(token(desk["priya"]).secret, method=method)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_a_page_of_another_site_is_refused(desk):
    answer = ask(token(desk["priya"]).secret, origin="https://evil.example")
    assert (answer.status_code, reason(answer)) == (403, "origin")


def test_a_name_that_is_not_ours_is_refused(desk):
    answer = ask(token(desk["priya"]).secret, host="rebound.example")
    assert (answer.status_code, reason(answer)) == (403, "host")


def test_five_megabytes_are_refused_and_noted(desk):
    answer = ask(token(desk["priya"]).secret, b"x" * 5_000_000)
    assert (answer.status_code, reason(answer)) == (413, "body_too_large")
    assert Call.objects.first().sentence == "A message may have 1 MB at most."


def test_a_burst_is_told_how_long_to_wait(desk):
    secret = token(desk["priya"], calls_a_minute=1).secret
    answers = [ask(secret) for _ in range(3)]  # the minute may turn once between them
    late = answers[-1] if answers[-1].status_code == 429 else answers[1]
    assert late.status_code == 429
    assert int(late.headers["retry-after"]) == late.json()["error"]["data"]["retry_after_s"]


def test_who_waits_for_a_vendor_keeps_nobody_at_the_door(desk, sandbox_control):
    sandbox_control.reset()
    unique_id = sandbox_control.stories()["spend"]["customerUniqueId"]
    read = {"name": "billsby_get_customer", "arguments": {"customerUniqueId": unique_id}}
    slow = LIST | {"method": "tools/call", "params": read}
    sandbox_control.delay(seconds=2, times=40, operation="billsby_get_customer")
    secret = token(desk["priya"]).secret
    headers = {"authorization": f"Bearer {secret}", "accept": "application/json, text/event-stream"}

    async def asked() -> None:
        transport = httpx2.ASGITransport(app=countersign)
        async with httpx2.AsyncClient(transport=transport, headers=headers) as client:
            calls = [asyncio.create_task(client.post("http://127.0.0.1/mcp", json=slow)) for _ in range(17)]
            for _ in range(4):
                assert (await client.post("http://127.0.0.1/mcp", json=LIST)).status_code == 200
            assert not any(call.done() for call in calls)
            assert {told.status_code for told in await asyncio.gather(*calls)} == {200}

    asyncio.run(asked())
    sandbox_control.clear_faults()


def test_an_address_with_a_secret_is_taken_only_where_that_was_chosen(desk):
    secret = token(desk["priya"], in_url=True).secret
    assert ask(path=f"/mcp/{secret}").status_code == 200
    answer = ask(path=f"/mcp/{token(desk['priya']).secret}")
    assert (answer.status_code, reason(answer)) == (401, "not_in_url")


def test_a_secret_in_the_address_is_not_in_the_servers_log(desk, caplog):
    secret = token(desk["priya"], in_url=True).secret
    with (
        caplog.at_level("INFO", "uvicorn.access"),
        serving(countersign, access_log=True, log_level="info") as url,
    ):
        logging.getLogger("uvicorn.access").addHandler(caplog.handler)
        assert httpx2.post(f"{url}/mcp/{secret}", json=LIST).status_code == 200
    assert "POST /mcp/" in caplog.text
    assert secret not in caplog.text


@pytest.mark.parametrize(
    "message", [b"", b"{", b"[]", b"null", b"[" * 5_000, [LIST, LIST], {"jsonrpc": "2.0"}, {"id": 1}]
)
def test_what_is_no_message_is_answered_by_the_protocol(desk, message):
    answer = ask(token(desk["priya"]).secret, message)
    assert 400 <= answer.status_code < 500
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("secret", ["", "priya's"])
def test_a_number_beyond_all_bounds_is_no_message_and_is_noted(desk, secret):
    so_far = Call.objects.count()
    call = b'{"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"n": 1e99999999999999999999}}'
    assert ask(secret and token(desk["priya"]).secret, call).status_code == (400 if secret else 401)
    assert Call.objects.count() == so_far + 1


def test_nothing_is_called_that_the_log_could_not_read(desk):
    called = json.dumps({**LIST, "method": "tools/call", "params": {"name": "find_tools", "arguments": {}}})
    answer = ask(
        token(desk["priya"]).secret, called.replace("{}}", '{}, "n": 1e99999999999999999999}').encode()
    )
    assert "result" not in answer.json()


@pytest.mark.parametrize(
    "wrong",
    [{"method": "no/such"}, {"method": "tools/call", "params": {"name": "find_tools", "arguments": []}}],
)
def test_an_error_of_the_protocol_stands_in_the_log_as_one(desk, wrong):
    answer = ask(token(desk["priya"]).secret, LIST | wrong)
    assert "error" in answer.json()
    assert Call.objects.first().outcome == Call.Outcome.FAILED
