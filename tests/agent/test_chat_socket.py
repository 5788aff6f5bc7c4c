"""The socket of a chat page: who gets in, what it is told, and what survives a stop or a lost server."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from agent import loop, turns
from agent.cards import call_html
from agent.models import Conversation, Event, Message, ToolCall
from console.accounts.models import Person
from console.approvals.models import Proposal
from tests.agent.conftest import asks
from tests.agent.page import Page, RefusedError


def test_somebody_elses_conversation_does_not_exist(page):
    async def scenario() -> None:
        async with page("dana") as other:
            await other.until(lambda page: False)

    with pytest.raises(RefusedError, match="4404"):
        asyncio.run(scenario())


def test_somebody_not_signed_in_is_turned_away(conversation):
    async def scenario() -> None:
        async with Page(conversation.pk, "no-such-session", "http://127.0.0.1") as stranger:
            await stranger.until(lambda page: False)

    with pytest.raises(RefusedError, match="4401"):
        asyncio.run(scenario())


def test_another_sites_page_cannot_open_the_socket(page):
    async def scenario() -> None:
        async with page(origin="https://evil.example"):
            pass

    with pytest.raises(RefusedError):
        asyncio.run(scenario())


def test_a_person_barred_meanwhile_is_heard_no_more(page, model, people):
    async def scenario() -> None:
        async with page() as mine:
            await Person.objects.filter(username="priya").aupdate(is_active=False)
            await mine.say("Hello")
            await mine.until(lambda page: False)

    with pytest.raises(RefusedError, match="4401"):
        asyncio.run(scenario())
    assert not Message.objects.exists()


def test_an_answer_arrives_as_pieces_and_as_a_block(page, model, conversation):
    model.will({"text": "Three **open** invoices."})

    async def scenario() -> Page:
        async with page() as mine:
            await mine.say("What is open?")
            assert await mine.until_ended() == "idle"
            return mine

    mine = asyncio.run(scenario())
    assert "".join(piece["text"] for piece in mine.pieces) == "Three **open** invoices."
    assert "<strong>open</strong>" in mine.html
    assert "What is open?" in mine.html
    assert Conversation.objects.get().title == "What is open?"
    assert [event["seq"] for event in mine.events] == sorted(event["seq"] for event in mine.events)


def test_parts_of_a_finished_text_are_not_kept(page, model):
    model.will({"text": "One two three."})

    async def scenario() -> None:
        async with page() as mine:
            await mine.say("Count")
            await mine.until_ended()

    asyncio.run(scenario())
    assert not Event.objects.filter(kind="text").exists()


def test_a_second_tab_reads_the_same_thread(page, model):
    model.will({"text": "Three invoices."})

    async def scenario() -> tuple[Page, Page]:
        async with page() as first, page() as second:
            await first.say("What is open?")
            await first.until_ended()
            await second.until_ended()
            return first, second

    first, second = asyncio.run(scenario())
    assert first.html == second.html
    assert not second.pieces


def test_a_reconnected_page_gets_only_what_it_lacks(page, model):
    model.will({"text": "First."}, {"text": "Second."})

    async def scenario() -> tuple[Page, Page]:
        async with page() as early:
            await early.say("One")
            await early.until_ended()
        late = page()
        late.after = early.events[-1]["seq"]
        async with late:
            await late.say("Two")
            await late.until_ended()
        return early, late

    early, late = asyncio.run(scenario())
    assert "Second." in late.html
    assert "First." not in late.html
    assert not {event["seq"] for event in early.events} & {event["seq"] for event in late.events}


def test_the_answer_goes_on_when_the_asker_leaves(page, model):
    model.pace(0.02)
    model.will({"text": "A longer answer of quite a few words that takes its time."})

    async def scenario() -> Page:
        async with page() as asker:
            await asker.say("Tell me")
            await asker.until(lambda page: bool(page.pieces))
        async with page() as later:
            await later.until_ended()
            return later

    assert "takes its time." in asyncio.run(scenario()).html


def test_stop_really_stops_and_keeps_what_was_written(page, model, conversation):
    model.pace(0.05)
    model.will({"text": "word " * 400})

    async def scenario() -> Page:
        async with page() as mine:
            await mine.say("Talk")
            await mine.until(lambda page: len(page.pieces) > 3)
            await mine.send(type="stop")
            assert await mine.until_ended() == "stopped"
            return mine

    mine = asyncio.run(scenario())
    answer = Message.objects.get(role="assistant")
    assert answer.is_cut
    assert 3 <= answer.text.count("word") < 100
    assert "You stopped the answer" in mine.html


def test_a_stop_asked_of_another_process_is_seen_on_the_row(page, model, conversation):
    model.pace(0.05)
    model.will({"text": "word " * 400})

    async def scenario() -> str:
        async with page() as mine:
            await mine.say("Talk")
            await mine.until(lambda page: bool(page.pieces))
            await sync_to_async(turns.request_stop)(conversation.pk)
            return await mine.until_ended()

    assert asyncio.run(scenario()) == "stopped"


def test_a_second_question_while_one_is_answered_is_refused(page, model):
    model.pace(0.05)
    model.will({"text": "word " * 100})

    async def scenario() -> Page:
        async with page() as mine:
            await mine.say("First")
            await mine.until(lambda page: bool(page.pieces))
            await mine.say("Second")
            await mine.until(lambda page: bool(page.refusals))
            await mine.send(type="stop")
            await mine.until_ended()
            return mine

    mine = asyncio.run(scenario())
    assert "still answering" in mine.refusals[0]
    assert Message.objects.filter(role="user").count() == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "Type a question"), (" \x00 ", "Type a question"), ("x" * 9000, "8,000 characters")],
)
def test_what_cannot_be_said_is_refused(page, model, text, sentence):
    async def scenario() -> str:
        async with page() as mine:
            await mine.say(text)
            await mine.until(lambda page: bool(page.refusals))
            return mine.refusals[0]

    assert sentence in asyncio.run(scenario())


def test_a_flood_of_questions_is_refused(page, model, conversation):
    for position in range(turns.SAID_PER_MINUTE):
        Message.objects.create(conversation=conversation, position=position + 100, role="user", text="x")

    async def scenario() -> str:
        async with page() as mine:
            await mine.say("One more")
            await mine.until(lambda page: bool(page.refusals))
            return mine.refusals[0]

    assert "Wait a minute" in asyncio.run(scenario())


@pytest.mark.parametrize("frame", ["[]", "nonsense", '{"type": "dance"}', '{"text": "no type"}'])
def test_a_frame_that_is_no_message_is_refused(page, model, frame):
    async def scenario() -> str:
        async with page() as mine:
            await mine.socket.send_input({"type": "websocket.receive", "text": frame})
            await mine.until(lambda page: bool(page.refusals))
            return mine.refusals[0]

    assert "could not be read" in asyncio.run(scenario())


def test_a_turn_lost_with_its_server_reads_interrupted_and_can_be_tried_again(page, model, conversation):
    """What a killed server leaves behind: a running turn, an open answer, a tool call without an end."""
    Conversation.objects.update(
        turn_state="running", lease_holder="gone", lease_until=timezone.now() - timedelta(seconds=1)
    )
    Message.objects.create(conversation=conversation, position=1, role="user", text="Who owes us?")
    answer = Message.objects.create(
        conversation=conversation, position=2, role="assistant", text="Let me look."
    )
    ToolCall.objects.create(message=answer, position=0, call_id="c1", name="query_records", arguments="{}")
    Conversation.objects.update(last_position=2)
    model.will({"text": "Nobody does."})

    async def scenario() -> Page:
        async with page() as mine:
            assert await mine.until_ended() == "interrupted"
            await mine.send(type="try_again")
            assert await mine.until_ended(2) == "idle"
            return mine

    mine = asyncio.run(scenario())
    assert ToolCall.objects.get().state == "stopped"
    assert "interrupted" in mine.html
    assert "Nobody does." in mine.html


def test_a_change_whose_proposing_was_cut_off_is_not_called_unproposed(conversation, people):
    """What a server leaves behind that was killed after the proposal was filed and before the call ended."""
    Conversation.objects.update(turn_state="running", lease_holder="gone", lease_until=None, last_position=1)
    message = Message.objects.create(conversation=conversation, position=1, role="assistant")
    ToolCall.objects.create(
        message=message,
        position=0,
        call_id="c1",
        name="billsby_retry_invoice_payment",
        arguments='{"invoiceNumber": "7KQ2M9XTRB-3"}',
    )
    turns.note_lost_lease(conversation.pk)
    call = ToolCall.objects.get()
    html = call_html(call, people["priya"])
    assert "stopped; see Changes proposed here" in html
    assert "not proposed" not in html
    assert "look before proposing it again" in call.answer


def test_a_turn_that_lost_its_lease_writes_nothing_more(page, model, conversation):
    model.pace(0.05)
    model.will({"text": "word " * 400})

    async def scenario() -> None:
        async with page() as mine:
            await mine.say("Talk")
            await mine.until(lambda page: bool(page.pieces))
            _, task = loop._running[conversation.pk]
            await Conversation.objects.aupdate(lease_holder="somebody else")
            await task

    asyncio.run(scenario())
    assert Conversation.objects.get().turn_state == "running"
    assert not Message.objects.filter(role="notice").exists()


def test_stop_leaves_a_running_read_behind(page, model, connected, sandbox):
    invoice = sandbox.stories()["retry_pays"]["invoiceNumber"]
    sandbox.delay(seconds=2, connector="billsby")
    model.will(asks(("billsby_get_invoice", {"invoiceNumber": invoice})), {"text": "Never said."})

    async def scenario() -> str:
        async with page() as mine:
            await mine.say("Look")
            await mine.until(lambda page: "reading" in page.html)
            await mine.send(type="stop")
            return await mine.until_ended()

    assert asyncio.run(scenario()) == "stopped"
    assert ToolCall.objects.get().state == "stopped"
    assert not Message.objects.filter(text="Never said.").exists()


def test_a_proposal_under_way_is_kept_when_the_turn_is_stopped(page, model, connected, sandbox):
    invoice = sandbox.stories()["retry_pays"]["invoiceNumber"]
    sandbox.delay(seconds=0.5, connector="billsby")
    change = {"invoiceNumber": invoice, "reason": "Card updated."}
    model.will(asks(("billsby_retry_invoice_payment", change)), {"text": "Never said."})

    async def scenario() -> str:
        async with page() as mine:
            await mine.say("Retry")
            await mine.until(lambda page: "preparing a proposal" in page.html)
            await mine.send(type="stop")
            return await mine.until_ended()

    assert asyncio.run(scenario()) == "stopped"
    call = ToolCall.objects.get()
    assert (call.state, call.proposal_id) == ("done", str(Proposal.objects.get().pk))
