"""An open chat page as a test sees it: says things, and waits for what the socket tells."""

import asyncio
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from asgiref.testing import ApplicationCommunicator

from console.asgi import application
from console.ui import live

LONGEST_WAIT_S = 20.0


class RefusedError(Exception):
    """The socket was refused or closed; the argument is its code."""


class Page:
    """Use as an async context manager; connects and asks for everything from `after` on."""

    def __init__(self, conversation_id: UUID, session: str, origin: str, after: int = 0) -> None:
        headers = [
            (b"host", b"127.0.0.1"),
            (b"cookie", f"sessionid={session}".encode()),
            (b"origin", origin.encode()),
        ]
        path = f"/ws/chat/{conversation_id}"
        scope = {
            "type": "websocket",
            "path": path,
            "headers": headers,
            "query_string": b"",
            "subprotocols": [],
        }
        self.socket = ApplicationCommunicator(application, scope)
        self.after = after
        self.events: list[dict] = []
        self.pieces: list[dict] = []
        self.refusals: list[str] = []

    async def __aenter__(self) -> "Page":
        live.use_loop(asyncio.get_running_loop())
        await self.socket.send_input({"type": "websocket.connect"})
        answer = await self.socket.receive_output(LONGEST_WAIT_S)
        if answer["type"] != "websocket.accept":
            raise RefusedError(answer.get("code"))
        await self.send(type="resume", after=self.after)
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.socket.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.socket.wait(LONGEST_WAIT_S)

    async def send(self, **message: Any) -> None:
        await self.socket.send_input({"type": "websocket.receive", "text": json.dumps(message)})

    async def say(self, text: str) -> None:
        await self.send(type="say", text=text)

    async def until(self, wanted: Callable[["Page"], bool]) -> None:
        async with asyncio.timeout(LONGEST_WAIT_S):
            while not wanted(self):
                message = await self.socket.receive_output(timeout=LONGEST_WAIT_S)
                if message["type"] == "websocket.close":
                    raise RefusedError(message.get("code"))
                self._take(json.loads(message["text"]))

    async def until_ended(self, turns: int = 1) -> str:
        """Wait until so many turns have ended; the last one's state."""
        await self.until(lambda page: len(page.endings) >= turns)
        return self.endings[-1]

    def _take(self, message: dict) -> None:
        match message["type"]:
            case "event":
                self.events.append(message)
            case "piece":
                self.pieces.append(message)
            case "refused":
                self.refusals.append(message["text"])

    @property
    def endings(self) -> list[str]:
        states = [event["payload"]["state"] for event in self.events if event["kind"] == "turn"]
        return [state for state in states if state != "running"]

    @property
    def html(self) -> str:
        """The thread as it would stand on the page: the last block of each key."""
        blocks = {
            event["payload"]["key"]: event["payload"]["html"]
            for event in self.events
            if event["kind"] == "block"
        }
        return "\n".join(blocks.values())
