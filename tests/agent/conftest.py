"""The scripted model on a port of its own, and a chat page on the other end of a websocket."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from channels.db import database_sync_to_async as in_db
from django.test import Client

from agent import loop, turns
from agent.models import Conversation
from agent.scripted.app import build_app
from agent.scripted.wire import MODEL
from tests.agent.page import Page
from tests.serving import serving

LIMITS = loop.Limits(silence_s=3)


class Model:
    """Says exact turns: {"text"}, {"tool_calls": [{"name", "arguments"}]}, {"status"}, {"hang_s"}, ..."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def will(self, *turns: dict) -> None:
        self._http.post("/v1/control/turns", json={"turns": turns}).raise_for_status()

    def left(self) -> int:
        """How many of the turns it was given it was not asked for yet."""
        return self._http.post("/v1/control/turns", json={"turns": []}).json()["queued"]

    def forget(self) -> None:
        self._http.delete("/v1/control/turns").raise_for_status()

    def pace(self, word_s: float) -> None:
        self._http.post("/v1/control/pace", json={"word_s": word_s}).raise_for_status()


def calls(name: str, arguments: object) -> dict:
    return {"name": name, "arguments": arguments}


def asks(*wanted: tuple[str, object]) -> dict:
    return {"tool_calls": [calls(name, arguments) for name, arguments in wanted]}


@pytest.fixture(scope="session")
def model_url() -> Iterator[str]:
    with serving(build_app(word_s=0), log_level="critical") as url:
        yield url


@pytest.fixture
def model(model_url, settings) -> Iterator[Model]:
    settings.MODEL_BASE_URL, settings.MODEL_NAME = f"{model_url}/v1", MODEL
    model = Model(model_url)
    model.forget()
    model.pace(0)
    yield model
    model.forget()
    model.close()


@pytest.fixture
def conversation(committed_db, people) -> Conversation:
    return Conversation.objects.create(owner=people["priya"])


@pytest.fixture
def page(conversation, people):
    """Makes open pages: page() is Priya's; page("dana") tries hers on the same conversation."""

    def make(who: str = "priya", *, origin: str = "http://127.0.0.1") -> Page:
        browser = Client()
        browser.force_login(people[who])
        return Page(conversation.pk, browser.cookies["sessionid"].value, origin)

    return make


@pytest.fixture
def answer(conversation, model, people):
    """answer(*turns, text=, limits=) has the model say those turns; the conversation's state afterwards."""

    def run(*said: dict, text: str = "Who owes us?", limits: loop.Limits = LIMITS) -> str:
        model.will(*said)

        async def scenario() -> None:
            holder = await in_db(turns.say)(conversation.pk, people["priya"], text)
            await loop.Turn(conversation.pk, holder, limits=limits).run()

        asyncio.run(scenario())
        return Conversation.objects.get().turn_state

    return run
