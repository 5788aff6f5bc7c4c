"""Ten people ask at once while both accounts are read: nobody meets a locked database."""

import asyncio
import logging
import threading

from channels.db import database_sync_to_async as in_db
from django.db import connection

from agent import loop, turns
from agent.models import Conversation, ToolCall
from console.mirror.tasks import sync

QUESTIONS = ("Which customers owe us more than 60 days?", "Which invoices are unpaid?")


def test_ten_turns_and_two_syncs_at_once(committed_db, people, connected, model, caplog):
    caplog.set_level(logging.WARNING)
    conversations = [Conversation.objects.create(owner=people["priya"]) for _ in range(10)]

    def read_everything() -> None:
        for row in connected.values():
            sync.run(row.pk)
        connection.close()

    async def ask(conversation: Conversation, number: int) -> None:
        holder = await in_db(turns.say)(conversation.pk, people["priya"], QUESTIONS[number % 2])
        await loop.Turn(conversation.pk, holder).run()

    async def scenario() -> None:
        await asyncio.gather(*(ask(one, number) for number, one in enumerate(conversations)))

    reading = threading.Thread(target=read_everything)
    reading.start()
    asyncio.run(scenario())
    reading.join()
    assert set(Conversation.objects.values_list("turn_state", flat=True)) == {"idle"}
    assert set(ToolCall.objects.values_list("state", flat=True)) == {"done"}
    assert "locked" not in caplog.text
