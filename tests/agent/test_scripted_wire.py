import asyncio
import threading
from collections.abc import Iterator

import httpx
import openai
import pytest
import uvicorn

from agent.scripted.app import build_app
from console.asgi import with_sandbox
from tests.agent.scripted_desk import schema

MODEL = "countersign-scripted"
TOOLS = [{"type": "function", "function": {"name": "query_records", "parameters": schema("query_records")}}]
ASK = [{"role": "user", "content": "What plan is Alice Smith on?"}]


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    config = uvicorn.Config(build_app(word_s=0), port=0, log_level="critical", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    ready = threading.Event()
    startup = server.startup

    async def announce(*arguments: object, **named: object) -> None:
        await startup(*arguments, **named)
        ready.set()

    server.startup = announce
    thread = threading.Thread(target=server.run)
    thread.start()
    assert ready.wait(10)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def control(served) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=served) as client:
        client.delete("/control/turns")
        yield client


def collect(served: str, **request):
    """Stream one request: text, tool calls by index, finish reason, usage, chunk count."""

    async def run():
        async with openai.AsyncOpenAI(base_url=served, api_key="none", max_retries=0) as client:
            text, calls, finish, usage, count = "", {}, None, None, 0
            stream = await client.chat.completions.create(model=MODEL, stream=True, **request)
            async for chunk in stream:
                count += 1
                usage = chunk.usage or usage
                for choice in chunk.choices:
                    text += choice.delta.content or ""
                    finish = choice.finish_reason or finish
                    for piece in choice.delta.tool_calls or ():
                        call = calls.setdefault(piece.index, {"id": "", "name": "", "arguments": ""})
                        call["id"] += piece.id or ""
                        call["name"] += piece.function.name or ""
                        call["arguments"] += piece.function.arguments or ""
            return text, calls, finish, usage, count

    return asyncio.run(run())


def complete(served: str, **request):
    async def run():
        async with openai.AsyncOpenAI(base_url=served, api_key="none", max_retries=0) as client:
            return await client.chat.completions.create(**{"model": MODEL, **request})

    return asyncio.run(run())


def test_text_comes_in_words_and_ends_with_stop(served, control):
    text, calls, finish, usage, count = collect(
        served, messages=[{"role": "user", "content": "who are you?"}]
    )

    assert text.startswith("I am the scripted model")
    assert (calls, finish, usage) == ({}, "stop", None)
    assert count > 20


def test_tool_calls_come_in_pieces(served, control):
    text, calls, finish, _, count = collect(served, messages=ASK, tools=TOOLS)

    assert (text, finish) == ("", "tool_calls")
    assert calls[0]["name"] == "query_records"
    assert calls[0]["arguments"] == '{"kind": "customer", "text": "Alice Smith"}'
    assert count > 3


def test_usage_comes_last_when_asked_for(served, control):
    *_, usage, _ = collect(served, messages=ASK, stream_options={"include_usage": True})

    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens > 0


def test_whole_answers_have_the_same_content(served, control):
    answer = complete(served, messages=ASK, tools=TOOLS)

    assert answer.model == MODEL
    assert answer.choices[0].finish_reason == "tool_calls"
    assert answer.choices[0].message.tool_calls[0].function.name == "query_records"


def test_the_stream_ends_with_done(served, control):
    body = {"model": MODEL, "messages": ASK, "stream": True}

    answer = control.post("/chat/completions", json=body)

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-model"] == MODEL
    assert answer.text.endswith("data: [DONE]\n\n")


def test_the_model_is_listed(control):
    assert [model["id"] for model in control.get("/models").json()["data"]] == [MODEL]


@pytest.mark.parametrize(
    ("request_body", "kind"),
    [
        ({"model": "gpt-5", "messages": ASK}, openai.NotFoundError),
        ({"messages": []}, openai.BadRequestError),
        ({"messages": [{"role": "robot", "content": ""}]}, openai.BadRequestError),
        ({"messages": [{"role": "tool", "tool_call_id": "x", "content": "{}"}]}, openai.BadRequestError),
        (
            {
                "messages": [
                    {
                        "role": "assistant",
                        "tool_calls": [
                            {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
                        ],
                    },
                    *ASK,
                ]
            },
            openai.BadRequestError,
        ),
    ],
)
def test_a_bad_request_is_refused_in_openais_shape(served, control, request_body, kind):
    with pytest.raises(kind) as refused:
        complete(served, **request_body)

    assert refused.value.body["type"] == "invalid_request_error"


def test_a_body_that_is_no_json_is_refused(control):
    answer = control.post("/chat/completions", content="{")

    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_queued_turns_are_said_exactly_and_in_order(served, control):
    turns = [{"text": "First."}, {"tool_calls": [{"name": "query_records", "arguments": '{"text": '}]}]
    control.post("/control/turns", json={"turns": turns})

    assert collect(served, messages=ASK)[0] == "First."
    assert collect(served, messages=ASK)[1][0]["arguments"] == '{"text": '
    assert "query_records" in str(collect(served, messages=ASK, tools=TOOLS)[1])


def test_cleared_turns_are_gone(served, control):
    control.post("/control/turns", json={"turns": [{"text": "First."}]})
    control.delete("/control/turns")

    assert collect(served, messages=[{"role": "user", "content": "thanks"}])[0] == "You are welcome."


def test_an_error_can_be_asked_for(served, control):
    control.post("/control/turns", json={"turns": [{"status": 500, "body": {"error": {"message": "Down."}}}]})

    with pytest.raises(openai.InternalServerError):
        complete(served, messages=ASK)


def test_a_stream_can_be_cut(served, control):
    control.post("/control/turns", json={"turns": [{"text": "one two three four", "cut_after_chunks": 3}]})

    with pytest.raises((httpx.RemoteProtocolError, openai.APIConnectionError)):
        collect(served, messages=ASK)


def test_an_answer_can_hang_for_longer_than_a_client_waits(served, control):
    control.post("/control/turns", json={"turns": [{"hang_s": 2}]})

    with pytest.raises(openai.APITimeoutError):
        complete(served, messages=ASK, timeout=0.2)


def test_the_pace_can_be_set(control):
    assert control.post("/control/pace", json={"word_s": 0.001}).json() == {"word_s": 0.001}


def demo_from(client: str, **headers: str) -> httpx.Response:
    """What the demo's own server answers to somebody who wants the model to say something."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(with_sandbox(None), client=(client, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as browser:
            return await browser.post(
                "/sandbox/model/v1/control/turns", content='{"turns": []}', headers=headers
            )

    return asyncio.run(ask())


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {"content-type": "application/json"}, 200),
        ("127.0.0.1", {"content-type": "text/plain"}, 403),
        ("127.0.0.1", {"content-type": "application/json", "x-forwarded-for": "127.0.0.1"}, 403),
        ("10.0.0.1", {"content-type": "application/json"}, 403),
    ],
)
def test_no_page_and_no_other_machine_tells_the_demos_model_what_to_say(
    settings, tmp_path, client, headers, status
):
    settings.SANDBOX_STATE = tmp_path / "sandbox.sqlite3"
    assert demo_from(client, **headers).status_code == status
