"""Hundreds of tools, of which a model is shown some and finds the others."""

import pytest

from agent.history import found_tools
from agent.models import ToolCall
from agent.tools.finding import best
from agent.tools.registry import all_tools, tools_for
from tests.agent.conftest import asks

MOST = 128  # what some endpoints take in one request


def test_no_request_shows_more_tools_than_an_endpoint_takes(committed_db, people):
    offered = tools_for(people["priya"])
    assert len(offered) <= MOST < len(all_tools())
    assert {"find_tools", "propose_plan", "bill_create_payment"} <= {tool.name for tool in offered}


def test_a_tool_that_was_found_is_offered_from_then_on(answer, connected, conversation, people):
    assert "bill_void_payment" not in {tool.name for tool in tools_for(people["priya"])}
    assert answer(asks(("find_tools", {"text": "void a payment"})), {"text": "Found it."}) == "idle"
    found = found_tools(conversation.pk)
    assert "bill_void_payment" in found
    assert "bill_void_payment" in {tool.name for tool in tools_for(people["priya"], found)}


def test_whoever_may_not_propose_finds_nothing_that_proposes(committed_db, people):
    from agent.tools.registry import call_tool
    from agent.tools.tool import Context
    from console.approvals.proposing import Origin

    context = Context(person=people["omar"], origin=Origin("conversation", "1"))
    outcome = call_tool(context, "find_tools", {"text": "void a payment"})
    assert "bill_void_payment" not in outcome.answer
    assert not outcome.failed


def test_words_that_nothing_has_find_nothing(answer, connected):
    answer(asks(("find_tools", {"text": "xyzzy"})), {"text": "Nothing."})
    assert ToolCall.objects.get().result["tools"] == []


@pytest.mark.parametrize(
    ("intent", "name"),
    [
        ("freeze a card", "bill_freeze_spend_card"),
        ("approve bills that wait", "bill_approve_or_deny_bills"),
        ("change where a supplier is paid", "bill_create_vendor_bank_account"),
        ("put a department away", "bill_archive_department"),
        ("look up a company in the BILL network", "bill_search_network"),
        ("raise a budget", "bill_update_budget"),
        ("stop a payment", "bill_cancel_payment"),
        ("send a pdf with a bill", "bill_upload_bill_document"),
    ],
)
def test_what_staff_would_say_finds_the_tool(intent, name):
    assert name in {tool.name for tool in best(intent, list(all_tools().values()))}
