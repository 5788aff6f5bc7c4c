import asyncio
import json

import pytest
from asgiref.testing import ApplicationCommunicator
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import TestCase

from console.accounts.models import Person
from console.ui import live
from console.ui.consumers import LiveConsumer


async def open_socket(user) -> tuple[ApplicationCommunicator, str]:
    """A socket of that user, and what the server said first: websocket.accept or websocket.close."""
    scope = {"type": "websocket", "path": "/ws/live", "user": user}
    socket = ApplicationCommunicator(LiveConsumer.as_asgi(), scope)
    await socket.send_input({"type": "websocket.connect"})
    return socket, (await socket.receive_output())["type"]


async def leave(socket: ApplicationCommunicator) -> None:
    await socket.send_input({"type": "websocket.disconnect", "code": 1000})
    await socket.wait()


async def next_hint(socket: ApplicationCommunicator) -> dict:
    return json.loads((await socket.receive_output())["text"])


class LiveSocketTests(TestCase):
    async def test_somebody_not_signed_in_is_refused(self) -> None:
        socket, answer = await open_socket(AnonymousUser())
        assert answer == "websocket.close"
        await leave(socket)

    async def test_a_hint_reaches_an_open_page(self) -> None:
        socket, _ = await open_socket(Person(username="dana"))
        await live.broadcast("proposal.12")
        assert await next_hint(socket) == {"target": "proposal.12"}
        await leave(socket)

    async def test_a_hint_from_a_thread_reaches_an_open_page(self) -> None:
        live.use_loop(asyncio.get_running_loop())
        socket, _ = await open_socket(Person(username="dana"))
        await asyncio.to_thread(live.send, "sync.1")
        assert await next_hint(socket) == {"target": "sync.1"}
        await leave(socket)

    async def test_what_a_page_sends_is_dropped(self) -> None:
        socket, _ = await open_socket(Person(username="dana"))
        await socket.send_input({"type": "websocket.receive", "text": "not even JSON"})
        assert await socket.receive_nothing()
        await leave(socket)


@pytest.mark.django_db
def test_a_hint_waits_for_the_commit(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        live.hint("proposal.12")
    assert len(callbacks) == 1
