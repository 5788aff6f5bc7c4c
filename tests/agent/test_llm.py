"""One request to a model that answers, is down, slow, busy, or says what nobody can read."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest

from agent import llm
from tests.agent.conftest import calls

SPOKEN = [{"role": "user", "content": "Hello"}]


def ask(silence_s: float = 5.0) -> list[llm.Piece]:
    async def collect() -> list[llm.Piece]:
        async with llm.connect() as model:
            return [piece async for piece in model.ask(SPOKEN, [], silence_s=silence_s)]

    return asyncio.run(collect())


def test_text_comes_in_pieces_with_usage_and_an_end(model):
    model.will({"text": "Three invoices are open."})
    pieces = ask()
    texts = [piece.text for piece in pieces if isinstance(piece, llm.TextPiece)]
    assert "".join(texts) == "Three invoices are open."
    assert len(texts) > 1
    assert any(isinstance(piece, llm.Usage) and piece.tokens > 0 for piece in pieces)
    assert isinstance(pieces[-1], llm.Finished)


def test_tool_calls_come_complete_and_in_order(model):
    model.will({"tool_calls": [calls("query_records", {"text": "Ada"}), calls("receivables_by_age", {})]})
    asked = [piece for piece in ask() if isinstance(piece, llm.ToolCallPiece)]
    assert [(one.name, one.arguments.replace(" ", "")) for one in asked] == [
        ("query_records", '{"text":"Ada"}'),
        ("receivables_by_age", "{}"),
    ]
    assert len({one.call_id for one in asked}) == 2


@pytest.mark.parametrize(
    ("turn", "error"),
    [
        ({"status": 401, "body": {"error": {"message": "bad key"}}}, llm.ModelKeyRefusedError),
        ({"status": 404, "body": {"error": {"message": "no such model"}}}, llm.ModelUnknownError),
        ({"status": 429, "body": {"error": {"message": "slow down"}}}, llm.ModelBusyError),
        ({"status": 500, "body": "oops"}, llm.ModelDownError),
        ({"status": 400, "body": {"error": {"message": "too long"}}}, llm.ModelRefusedError),
        ({"text": "This answer is cut off half way", "cut_after_chunks": 3}, llm.ModelAnswerError),
    ],
)
def test_a_bad_answer_becomes_an_error_with_a_sentence(model, turn, error):
    model.will(turn)
    with pytest.raises(error, match=r"\.$"):
        ask()


def test_a_failure_is_logged_without_what_the_endpoint_wrote(model, caplog):
    model.will({"status": 401, "body": {"error": {"message": "sk-secret is wrong"}}})
    with pytest.raises(llm.ModelError):
        ask()
    assert "status 401" in caplog.text
    assert "secret" not in caplog.text


def test_a_silent_model_is_given_up(model):
    model.will({"hang_s": 2, "text": "late"})
    with pytest.raises(llm.ModelSlowError):
        ask(silence_s=0.2)


def test_an_endpoint_that_is_down_is_told_apart(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings.MODEL_BASE_URL, settings.MODEL_NAME = f"http://127.0.0.1:{port}/v1", "any"
    with pytest.raises(llm.ModelDownError):
        ask()


def test_no_endpoint_configured_says_so(settings):
    settings.MODEL_BASE_URL = ""
    with pytest.raises(llm.ModelNotConfiguredError, match="administrator"):
        ask()


def test_events_are_read_however_the_network_cuts_them():
    sent = ': hello\r\ndata: {"a": 1}\r\n\r\ndata:{"b": "\u2028"}\n\nevent: x\ndata: [DONE]\n\ndata: {}\n\n'
    pieces = [sent.encode()[at : at + 3] for at in range(0, len(sent.encode()), 3)]

    async def network() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async def read() -> list[bytes]:
        return [event async for events in llm._events(network()) for event in events]

    assert [json.loads(event) for event in asyncio.run(read())] == [{"a": 1}, {"b": "\u2028"}]


def test_an_event_without_an_end_is_given_up():
    async def network() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 1_000_000

    async def read() -> None:
        async for _ in llm._events(network()):
            pass

    with pytest.raises(llm.ModelAnswerError):
        asyncio.run(read())
