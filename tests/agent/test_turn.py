"""One turn: tools, limits, and a model that misbehaves."""

import asyncio
import json
import socket
from datetime import UTC, datetime

import pytest
from channels.db import database_sync_to_async as in_db
from django.db import connection

from agent import loop, turns
from agent.cards import call_html
from agent.history import model_messages
from agent.models import Conversation, Message, ToolCall
from console.mirror.models import Customer, Invoice
from tests.agent.conftest import asks


def notices() -> str:
    return " ".join(Message.objects.filter(role="notice").values_list("text", flat=True))


def make_customer(connection, **changes) -> Customer:
    values = {
        "vendor_id": "7KQ2M9XTRB",
        "name": "Marlowe Dental",
        "email": "ap@marlowe.example",
        "currency": "USD",
    }
    return Customer.objects.create(
        connection=connection, raw={}, digest="", fetched_at=datetime.now(UTC), **values | changes
    )


def make_invoice(connection, number: str, **changes) -> Invoice:
    values = {
        "customer_vendor_id": "7KQ2M9XTRB",
        "customer_name": "Marlowe Dental",
        "status": "Unpaid",
        "currency": "USD",
        "amount_minor": 34800,
        "open_minor": 34800,
        "issued_at": datetime(2026, 1, 5, tzinfo=UTC),
    }
    return Invoice.objects.create(
        connection=connection,
        vendor_id=number,
        number=number,
        raw={},
        digest="",
        fetched_at=datetime.now(UTC),
        **values | changes,
    )


def test_what_tools_answer_goes_back_to_the_model(answer, connected, conversation):
    make_customer(connected["billsby"])
    assert (
        answer(asks(("query_records", {"kind": "customer", "text": "marlowe"})), {"text": "Found it."})
        == "idle"
    )
    call = ToolCall.objects.get()
    assert call.state == "done"
    assert call.result["rows"][0]["link"] == Customer.objects.get().get_absolute_url()
    sent = model_messages(conversation.pk)
    assert [message["role"] for message in sent] == ["user", "assistant", "tool", "assistant"]
    assert sent[2] == {"role": "tool", "tool_call_id": call.call_id, "content": call.answer}


def test_every_row_is_seen_by_going_on_at_the_next_offset(answer, connected):
    for number in range(50):
        make_customer(
            connected["billsby"], vendor_id=f"7KQ2M9XT{number}", name=f"Customer {number} " + "x" * 200
        )
    answer(asks(("query_records", {"kind": "customer", "limit": 50})), {"text": "Some."})
    first = ToolCall.objects.get().result
    assert 0 < len(first["rows"]) < 50
    assert first["next_offset"] == len(first["rows"])
    answer(
        asks(("query_records", {"kind": "customer", "limit": 50, "offset": first["next_offset"]})),
        {"text": "More."},
    )
    second = ToolCall.objects.latest("pk").result
    assert second["rows"][0]["vendor_id"] not in {row["vendor_id"] for row in first["rows"]}
    assert second["next_offset"] == first["next_offset"] + len(second["rows"])


def test_a_search_that_finds_nothing_says_so(answer, connected, conversation):
    answer(asks(("query_records", {"kind": "customer", "text": "nobody"})), {"text": "Nobody."})
    html = call_html(ToolCall.objects.get(), conversation.owner)
    assert "Nothing found." in html
    assert "<dt>" not in html


def test_a_question_is_shown_with_what_was_understood_and_its_groups(answer, connected, conversation):
    for name in ("Ada", "Zoe"):
        make_customer(connected["billsby"], vendor_id=name, city=name, balance_minor=100, currency="USD")
    where = [
        {"field": "created_at", "op": "!=", "value": "2020"},
        {"field": "city", "op": "=", "value": "ada"},
    ]
    asked = {"kind": "customer", "group_by": ["city"], "sum": ["balance_minor"], "where": where[1:]}
    answer(
        asks(("query_records", asked), ("query_records", {"kind": "customer", "where": where})), {"text": "!"}
    )
    grouped, found = (call_html(call, conversation.owner) for call in ToolCall.objects.all())
    assert all(text in grouped for text in ("Added up customers", "city is “ada”", "1 group", "$1.00"))
    assert "Zoe" not in grouped
    assert 'href="/customers/"' in grouped
    assert "it has no filter for city" in grouped
    assert all(text in found for text in ("Looked up customers", "created not in 2020-01-01 to 2020-12-31"))


def test_a_live_read_says_its_source_and_time(answer, connected, sandbox):
    number = sandbox.stories()["retry_pays"]["invoiceNumber"]
    answer(asks(("billsby_get_invoice", {"invoiceNumber": number})), {"text": "Read."})
    result = ToolCall.objects.get().result
    assert result["source"] == "Billsby, read now"
    assert result["data"]["invoiceNumber"] == number
    assert datetime.fromisoformat(result["as_of"])


def test_reads_of_one_round_are_all_answered_in_order(answer, connected):
    answer(
        asks(*(("query_records", {"kind": kind}) for kind in ("customer", "vendor", "bill"))),
        {"text": "Nothing."},
    )
    assert [(call.given["kind"], call.state) for call in ToolCall.objects.all()] == [
        ("customer", "done"),
        ("vendor", "done"),
        ("bill", "done"),
    ]


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("query_records", '{"text": "Ada', "not valid JSON"),
        ("query_records", '{"limit": 1e99999999999999999999}', "beyond all bounds"),
        ("query_records", "[1]", "one JSON object"),
        ("query_records", {"kind": "customer", "colour": "red"}, "colour is not something this takes"),
        ("query_records", {"kind": "bill", "group_by": ["colour"]}, "Bills have no field “colour”."),
        ("make_coffee", {}, "no tool called make_coffee"),
        ("billsby_get_invoice", {"invoiceNumber": "7KQ2M9XTRB-3"}, "account is configured"),
    ],
)
def test_a_call_that_cannot_be_run_is_answered_with_what_to_do(answer, name, arguments, sentence):
    assert answer(asks((name, arguments)), {"text": "Sorry."}) == "idle"
    call = ToolCall.objects.get()
    assert call.state == "failed"
    assert sentence in call.answer


def test_a_history_with_unreadable_arguments_can_still_be_sent(answer, conversation):
    answer(asks(("query_records", '{"text": "Ada')), {"text": "Sorry."})
    asked = model_messages(conversation.pk)[1]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(asked) == {"unreadable": '{"text": "Ada'}


def test_the_same_failing_call_twice_ends_the_turn(answer):
    again = asks(("make_coffee", {"cups": 2}))
    assert answer(again, again, {"text": "never said"}) == "stopped"
    assert "failed twice" in notices()


def test_rounds_are_bounded_and_the_chat_says_so(answer, connected):
    look = asks(("query_records", {"kind": "customer"}))
    assert answer(look, look, look, limits=loop.Limits(rounds=2)) == "stopped"
    assert "after 2 rounds" in notices()


def test_calls_of_one_round_are_bounded(answer, connected):
    look = asks(*[("query_records", {"kind": "customer", "text": f"{number}"}) for number in range(3)])
    answer(look, {"text": "Done."}, limits=loop.Limits(calls_per_round=2))
    assert list(ToolCall.objects.values_list("state", flat=True)) == ["done", "done", "failed"]
    assert "Only 2 calls" in ToolCall.objects.last().answer


def test_time_is_bounded_and_the_chat_says_so(answer):
    assert answer({"hang_s": 3, "text": "late"}, limits=loop.Limits(wall_s=0.3)) == "stopped"
    assert "after 0.3 seconds" in notices()


def test_tokens_of_a_turn_are_bounded(answer, connected):
    assert (
        answer(asks(("query_records", {"kind": "customer"})), limits=loop.Limits(turn_tokens=1)) == "stopped"
    )
    assert "read too much" in notices()


def test_tokens_of_a_conversation_are_bounded(answer, conversation):
    Conversation.objects.update(tokens_used=50)
    assert answer(limits=loop.Limits(conversation_tokens=50)) == "stopped"
    assert "reached its limit" in notices()


@pytest.mark.parametrize(
    ("turn", "sentence"),
    [
        ({"status": 401, "body": {"error": {"message": "sk-secret is wrong"}}}, "refused our key"),
        ({"status": 500, "body": "Traceback"}, "cannot be reached"),
        ({"hang_s": 2, "text": "late"}, "took too long"),
        ({"text": "This is cut in the middle", "cut_after_chunks": 3}, "broke off"),
    ],
)
def test_a_model_that_fails_is_told_in_a_sentence(answer, turn, sentence):
    assert answer(turn, limits=loop.Limits(silence_s=0.5)) == "failed"
    assert sentence in notices()
    assert "secret" not in notices()


def test_after_a_failure_the_same_question_can_be_tried_again(answer, conversation):
    answer({"status": 500, "body": "oops"})
    turns.try_again(conversation.pk)
    assert model_messages(conversation.pk) == [{"role": "user", "content": "Who owes us?"}]


def test_an_answer_needs_no_message_to_arrive(answer, settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [f"redis://127.0.0.1:{port}"]},
        }
    }
    assert answer({"text": "Nobody does."}) == "idle"
    assert Message.objects.get(role="assistant").text == "Nobody does."


def rename_table(old: str, new: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {old} RENAME TO {new}")


def test_a_stop_is_seen_after_the_database_was_away_for_a_moment(
    conversation, model, people, monkeypatch, caplog
):
    monkeypatch.setattr(loop, "LOOK_EVERY_S", 0.0)
    model.will({"hang_s": 5, "text": "late"})
    table = Conversation._meta.db_table

    async def scenario() -> None:
        holder = await in_db(turns.say)(conversation.pk, people["priya"], "Who owes us?")
        task = loop.start(loop.Turn(conversation.pk, holder, limits=loop.Limits(merge_s=0.02)))
        async with asyncio.timeout(10):
            while model.left():
                await asyncio.sleep(0.02)
            await in_db(rename_table)(table, "away")
            while "A look at a running turn failed" not in caplog.text:
                await asyncio.sleep(0.02)
            await in_db(rename_table)("away", table)
            await in_db(turns.request_stop)(conversation.pk)
            await task

    asyncio.run(scenario())
    assert Conversation.objects.get().turn_state == "stopped"


def test_an_analyst_without_the_right_is_offered_no_proposing_tool(committed_db, people):
    from agent.tools.registry import tools_for

    assert not any(tool.proposes for tool in tools_for(people["omar"]))
    assert any(tool.proposes for tool in tools_for(people["priya"]))


def test_receivables_are_added_by_the_database(answer, connected):
    for number, minor in (("A-1", 10000), ("A-2", 24800)):
        make_invoice(connected["billsby"], number, open_minor=minor)
    answer(asks(("receivables_by_age", {"min_days": 60})), {"text": "One customer."})
    assert ToolCall.objects.get().result["rows"][0]["open"] == "$348.00"


def test_a_record_that_was_read_stands_one_click_away(answer, connected, sandbox):
    number = sandbox.stories()["retry_pays"]["invoiceNumber"]
    invoice = make_invoice(connected["billsby"], number)
    answer(asks(("billsby_get_invoice", {"invoiceNumber": number})), {"text": "Read."})
    assert ToolCall.objects.get().result["record"]["link"] == invoice.get_absolute_url()


@pytest.mark.parametrize("tool", ["billsby_get_customer", "billsby_list_customer_subscriptions"])
def test_the_customer_that_was_read_about_stands_one_click_away(answer, connected, sandbox, tool):
    unique_id = sandbox.stories()["retry_pays"]["customerUniqueId"]
    customer = make_customer(connected["billsby"], vendor_id=unique_id)
    answer(asks((tool, {"customerUniqueId": unique_id})), {"text": "Read."})
    assert ToolCall.objects.get().result["record"]["link"] == customer.get_absolute_url()
