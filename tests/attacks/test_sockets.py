"""Sockets opened by the wrong page, kept by the wrong person, and fed with what no page sends."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.layers import get_channel_layer
from django.contrib.sessions.models import Session
from django.test import Client

from agent import loop
from agent.models import Conversation, Message
from console.accounts.models import Person
from console.asgi import application
from console.ui.sockets import is_own_page
from tests.agent.page import Page, RefusedError


def opened_by(*headers: tuple[bytes, bytes], scheme: str = "ws") -> bool:
    return is_own_page({"headers": list(headers), "scheme": scheme})


HOST = (b"host", b"127.0.0.1:8000")


def test_a_page_of_the_same_address_may():
    assert opened_by(HOST, (b"origin", b"http://127.0.0.1:8000"))


@pytest.mark.parametrize(
    "origin",
    [
        b"null",
        b"",
        b"http://127.0.0.1",
        b"http://127.0.0.1:9000",
        b"https://127.0.0.1:8000",
        b"http://localhost:8000",
        b"http://evil.127.0.0.1:8000",
        b"http://127.0.0.1:8000@evil.example",
        b"http://evil.example/http://127.0.0.1:8000",
        b"\xff\xfe",
    ],
)
def test_any_other_page_may_not(origin):
    assert not opened_by(HOST, (b"origin", origin))


def test_a_socket_without_an_origin_or_with_two_is_refused():
    assert not opened_by(HOST)
    assert not opened_by(HOST, (b"origin", b"http://127.0.0.1:8000"), (b"origin", b"http://127.0.0.1:8000"))


def test_a_host_that_is_not_ours_is_refused_even_by_its_own_page():
    assert not opened_by((b"host", b"evil.example"), (b"origin", b"http://evil.example"))


def test_behind_tls_a_plain_page_may_not(settings):
    settings.BEHIND_TLS = True
    assert not opened_by(HOST, (b"origin", b"http://127.0.0.1:8000"))
    assert opened_by(HOST, (b"origin", b"https://127.0.0.1:8000"))


def sign_everybody_out() -> None:
    Session.objects.all().delete()


def switch_priya_off() -> None:
    Person.objects.filter(username="priya").update(is_active=False)


@pytest.mark.parametrize("leave", [sign_everybody_out, switch_priya_off])
def test_an_open_chat_closes_by_itself_when_its_person_is_gone(page, model, settings, leave):
    settings.SOCKET_LOOK_EVERY_S = 0.05

    async def scenario() -> None:
        async with page() as mine:
            await sync_to_async(leave)()
            await mine.until(lambda page: False)

    with pytest.raises(RefusedError, match="4401"):
        asyncio.run(scenario())


def test_an_open_page_gets_no_more_hints_when_its_person_is_gone(committed_db, people, settings):
    settings.SOCKET_LOOK_EVERY_S = 0.05
    browser = Client()
    browser.force_login(people["dana"])
    headers = [
        (b"host", b"127.0.0.1"),
        (b"origin", b"http://127.0.0.1"),
        (b"cookie", f"sessionid={browser.cookies['sessionid'].value}".encode()),
    ]
    scope = {
        "type": "websocket",
        "path": "/ws/live",
        "headers": headers,
        "query_string": b"",
        "subprotocols": [],
    }

    async def scenario() -> list[dict]:
        socket = ApplicationCommunicator(application, scope)
        await socket.send_input({"type": "websocket.connect"})
        said = [await socket.receive_output(5)]
        await sync_to_async(sign_everybody_out)()
        said.append(await socket.receive_output(5))
        await socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await socket.wait(5)
        return said

    opened, closed = asyncio.run(scenario())
    assert (opened["type"], closed.get("code")) == ("websocket.accept", 4401)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"say"',
        "null",
        "{}",
        '{"type": ["say"]}',
        '{"type": "approve", "proposal": 1}',
        '{"type": "say", "text": {"a": 1}}',
        '{"type": "say", "text": ""}',
        '{"type": "say"}',
        '{"type": ' + "[" * 20_000,
        "[" * 60_000,
        '{"a":' * 10_000,
        "9" * 5_000,
    ],
)
def test_what_no_page_sends_is_refused_and_the_socket_stays(page, model, text):
    async def scenario() -> Page:
        async with page() as mine:
            await mine.socket.send_input({"type": "websocket.receive", "text": text})
            await mine.until(lambda page: page.refusals)
            return mine

    assert asyncio.run(scenario()).refusals
    assert not Message.objects.exists()


@pytest.mark.parametrize("after", [-1, 2**63, 10**30, 1.5, "1", None, [], float("nan"), True])
def test_a_strange_place_to_resume_from_is_the_beginning(page, model, after, conversation):
    model.will({"text": "Hello."})

    async def scenario() -> Page:
        async with page() as mine:
            await mine.send(type="resume", after=after)
            await mine.say("Hi")
            await mine.until_ended()
            return mine

    assert "Hello." in asyncio.run(scenario()).html


def test_half_a_character_and_nul_are_stored_as_readable_text(page, model):
    model.will({"text": "Read."})

    async def scenario() -> None:
        async with page() as mine:
            await mine.socket.send_input(
                {"type": "websocket.receive", "text": '{"type": "say", "text": "x\\ud800\\u0000y"}'}
            )
            assert await mine.until_ended() == "idle"

    asyncio.run(scenario())
    assert Message.objects.get(role="user").text == "x?y"


@pytest.mark.parametrize("frame", [{"bytes": b"\x00" * 10}, {"text": "x" * 64_001}])
def test_binary_and_oversize_frames_close_the_socket(page, model, frame):
    async def scenario() -> None:
        async with page() as mine:
            await mine.socket.send_input({"type": "websocket.receive", **frame})
            await mine.until(lambda page: False)

    with pytest.raises(RefusedError, match="4413"):
        asyncio.run(scenario())


def test_a_flood_closes_the_socket(page, model):
    async def scenario() -> None:
        async with page() as mine:
            for _ in range(100):
                await mine.send(type="resume", after=0)
            await mine.until(lambda page: False)

    with pytest.raises(RefusedError, match="4429"):
        asyncio.run(scenario())


def test_two_tabs_that_say_something_at_once_start_one_turn(page, model, conversation):
    model.pace(0.1)  # the first answer lasts until the second question was heard
    model.will({"text": "One, and then quite a few words more."}, {"text": "Two."})

    async def scenario() -> tuple[Page, Page]:
        async with page() as first, page() as second:
            await asyncio.gather(first.say("A"), second.say("B"))
            await asyncio.gather(
                *(tab.until(lambda tab: tab.pieces or tab.refusals) for tab in (first, second))
            )
            await asyncio.gather(first.until_ended(), second.until_ended())
            return first, second

    first, second = asyncio.run(scenario())
    assert Message.objects.filter(role="user").count() == 1
    assert len(first.refusals + second.refusals) == 1
    assert Conversation.objects.get().turn_state == "idle"


def test_a_hint_for_another_conversation_stays_there(page, model, people, conversation):
    other = Conversation.objects.create(owner=people["dana"])

    async def scenario() -> Page:
        async with page() as mine:
            await get_channel_layer().group_send(loop.group_of(other.pk), {"type": "chat.news"})
            await mine.say("")
            await mine.until(lambda page: page.refusals)
            return mine

    assert not asyncio.run(scenario()).events


def test_frames_of_the_sockets_are_json_for_a_browser(page, model):
    model.will({"text": "</script><script>alert(1)</script> \u2028"})

    async def scenario() -> Page:
        async with page() as mine:
            await mine.say("Hi")
            await mine.until_ended()
            return mine

    mine = asyncio.run(scenario())
    assert "<script" not in mine.html
    assert json.dumps(mine.events)
