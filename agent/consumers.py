"""The websocket of one open chat page: what the person says goes in, the conversation's events come out."""

import asyncio
import json
from contextlib import suppress
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async as in_db
from channels.generic.websocket import AsyncWebsocketConsumer
from django.http import Http404

from agent import loop, telling, turns
from agent.queries import conversation_for, events_after, proposals_of
from console.accounts.models import Person
from console.ui import sockets

NOT_FOUND, TOO_LONG = 4404, 4413
LONGEST_FRAME = 64_000
LARGEST_SEQ = 2**53
PIECES_AHEAD = 500  # for a slow page; dropped pieces come again with the stored events


class ChatConsumer(AsyncWebsocketConsumer):
    """In: {"type": "say", "text"}, {"type": "stop"}, {"type": "try_again"}, {"type": "resume", "after": seq}.

    Out: {"type": "event", "seq", "kind", "payload"}, {"type": "piece", "key", "at", "text"},
    {"type": "refused", "text"}. The page asks to resume on every connect and, as a backstop, now and then.
    """

    async def connect(self) -> None:
        self.groups_joined: set[str] = set()
        self.last_seq = -1  # nothing is sent before the page says what it has
        self.sending = asyncio.Lock()
        self.pieces: asyncio.Queue[dict[str, Any]] = asyncio.Queue(PIECES_AHEAD)
        self.tasks: list[asyncio.Task] = []
        self.allowance = sockets.Allowance(20, window_s=10)
        self.conversation_id: UUID = self.scope["url_route"]["kwargs"]["conversation_id"]
        await self.accept()
        if await self._person() is None:
            return
        self.tasks = [
            asyncio.create_task(self._send_pieces()),
            asyncio.create_task(sockets.watch(self._person)),
        ]
        asyncio.get_running_loop().run_in_executor(None, loop.warm_up)
        await self._join(loop.group_of(self.conversation_id))
        await self._listen_to_proposals()

    async def disconnect(self, code: int) -> None:
        for task in self.tasks:
            task.cancel()
        for group in self.groups_joined:
            await self.channel_layer.group_discard(group, self.channel_name)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        if text_data is None or len(text_data) > LONGEST_FRAME:
            await self.close(code=TOO_LONG)
            return
        if not self.allowance.take():
            await self.close(code=sockets.TOO_MUCH)
            return
        person = await self._person()
        if person is None:
            return
        try:
            message = json.loads(text_data)
            kind = message["type"]
        except (ValueError, TypeError, KeyError, RecursionError):
            await self._refuse("That could not be read. Reload the page.")
            return
        try:
            match kind:
                case "say":
                    await self._say(person, message)
                case "stop":
                    await in_db(turns.request_stop)(self.conversation_id)
                    loop.stop_here(self.conversation_id)
                case "try_again":
                    self._start(await in_db(turns.try_again)(self.conversation_id))
                case "resume":
                    await self._resume(message)
                case _:
                    await self._refuse("That could not be read. Reload the page.")
        except turns.TurnRefusedError as error:
            await self._refuse(str(error))

    async def _say(self, person: Person, message: dict[str, Any]) -> None:
        text = message.get("text")
        if not isinstance(text, str):
            raise turns.TurnRefusedError("Type a question first.")
        self._start(await in_db(turns.say)(self.conversation_id, person, text))
        await self._send_news()
        # The other tabs of this person show what was said, too.
        await loop.tell_pages(self.conversation_id)

    async def _resume(self, message: dict[str, Any]) -> None:
        after = message.get("after")
        self.last_seq = after if isinstance(after, int) and 0 <= after <= LARGEST_SEQ else 0
        await in_db(turns.note_lost_lease)(self.conversation_id)
        await self._send_news()
        await self._tell_outcomes()

    async def chat_news(self, event: dict[str, Any]) -> None:
        """Something was written into the conversation."""
        if "turn" in await self._send_news():
            await self._listen_to_proposals()
            await self._tell_outcomes()

    async def live_hint(self, event: dict[str, Any]) -> None:
        """One of the conversation's proposals changed."""
        await self._tell_outcomes()

    def _start(self, holder: str) -> None:
        loop.start(loop.Turn(self.conversation_id, holder, on_piece=self._take_piece))

    def _take_piece(self, piece: dict[str, Any]) -> None:
        with suppress(asyncio.QueueFull):
            self.pieces.put_nowait(piece)

    async def _send_pieces(self) -> None:
        while True:
            piece = await self.pieces.get()
            await self._send({"type": "piece", **piece})

    async def _send_news(self) -> set[str]:
        """Send the events the page lacks, in order; their kinds."""
        kinds: set[str] = set()
        async with self.sending:
            while self.last_seq >= 0 and (
                events := await in_db(events_after)(self.conversation_id, self.last_seq)
            ):
                for event in events:
                    await self._send({"type": "event", **event})
                    kinds.add(event["kind"])
                self.last_seq = events[-1]["seq"]
        return kinds

    async def _tell_outcomes(self) -> None:
        if self.last_seq < 0 or await self._person() is None:
            return
        holder = await in_db(telling.tell)(self.conversation_id)
        if holder is not None:
            self._start(holder)
            await self._send_news()

    async def _person(self) -> Person | None:
        """Who is there, looked up anew: a sign-out, or somebody else's conversation, closes the socket."""
        person = await sockets.person_now(self.scope["session"])
        if person is None:
            await self.close(code=sockets.SIGNED_OUT)
            return None
        try:
            await in_db(conversation_for)(person, self.conversation_id)
        except Http404:
            await self.close(code=NOT_FOUND)
            return None
        return person

    async def _listen_to_proposals(self) -> None:
        for proposal in await in_db(proposals_of)(self.conversation_id):
            await self._join(f"proposal.{proposal.pk}")

    async def _join(self, group: str) -> None:
        if group not in self.groups_joined:
            self.groups_joined.add(group)
            await self.channel_layer.group_add(group, self.channel_name)

    async def _refuse(self, sentence: str) -> None:
        await self._send({"type": "refused", "text": sentence})

    async def _send(self, message: dict[str, Any]) -> None:
        await self.send(text_data=json.dumps(message, ensure_ascii=False))
