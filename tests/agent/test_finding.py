"""Hundreds of tools, of which a model is shown some and finds the others."""

import json

import pytest

from agent.history import found_tools
from agent.models import ToolCall
from agent.tools.registry import all_tools, call_tool, tools_for
from agent.tools.tool import Context
from console.approvals.models import Proposal
from console.approvals.proposing import Origin
from tests.agent.conftest import asks

MOST = 128  # what some endpoints take in one request
FIND_VOID = ("find_tools", {"text": "void a payment"})


def names(tools) -> list[str]:
    return [tool.name for tool in tools]


def test_no_request_shows_more_tools_than_an_endpoint_takes(committed_db, people):
    offered = tools_for(people["priya"])
    assert len(offered) <= MOST < len(all_tools())
    assert {"find_tools", "propose_plan", "bill_create_payment"} <= set(names(offered))


def test_a_tool_that_was_found_is_offered_for_the_answer(answer, connected, conversation, people):
    assert "bill_void_payment" not in names(tools_for(people["priya"]))
    assert answer(asks(FIND_VOID), {"text": "Found it."}) == "idle"
    found = found_tools(conversation.pk)
    assert "bill_void_payment" in names(tools_for(people["priya"], found))


def test_once_the_person_speaks_again_found_tools_are_gone(answer, connected, conversation):
    answer(asks(FIND_VOID), {"text": "Found it."})
    answer({"text": "You are welcome."}, text="Thanks.")
    assert found_tools(conversation.pk) == []


def test_requests_begin_with_the_same_tools_whatever_was_found(committed_db, people):
    always = names(tools_for(people["priya"]))
    found = ["bill_void_payment", "bill_get_payment", "billsby_get_customer"]
    assert names(tools_for(people["priya"], found)) == [*always, "bill_void_payment", "bill_get_payment"]


def test_a_tool_that_was_not_shown_is_to_be_looked_for_first(answer, connected):
    answer(asks(("bill_list_departments", {})), {"text": "I look for it."})
    assert "Look for it first" in ToolCall.objects.get().result["error"]


def test_finding_and_calling_in_one_go_is_refused_and_works_in_the_next(answer, connected):
    void = ("bill_list_departments", {})
    answer(asks(("find_tools", {"text": "departments"}), void), asks(void), {"text": "None."})
    states = ToolCall.objects.filter(name="bill_list_departments").order_by("pk")
    assert [call.state for call in states] == ["failed", "done"]


def test_an_alias_of_a_shown_tool_can_be_called(answer, connected):
    answer(asks(("get_single_billsby_customer_by_id", {})), {"text": "Hm."})
    assert "customerUniqueId is missing" in str(ToolCall.objects.get().result["problems"])


def test_a_plan_takes_no_step_that_was_not_shown(answer, connected):
    steps = [{"operation": "bill_void_payment", "arguments": {"paymentId": "stp1", "reason": "Lost."}}]
    answer(asks(("propose_plan", {"steps": steps, "reason": "Lost."})), {"text": "I look for it."})
    assert "Look for it first" in ToolCall.objects.get().result["error"]
    assert not Proposal.objects.exists()


def test_whoever_may_not_propose_finds_nothing_that_proposes(committed_db, people):
    context = Context(person=people["omar"], origin=Origin("conversation", "1"))
    outcome = call_tool(context, *FIND_VOID)
    assert "bill_void_payment" not in outcome.answer
    assert not outcome.failed


def test_words_that_nothing_has_find_nothing(answer, connected):
    answer(asks(("find_tools", {"text": "xyzzy"})), {"text": "Nothing."})
    assert ToolCall.objects.get().result["tools"] == []


def test_what_is_found_says_what_it_needs(committed_db, people):
    context = Context(person=people["priya"], origin=Origin("conversation", "1"))
    (needs,) = [
        tool["needs"]
        for tool in json.loads(call_tool(context, *FIND_VOID).answer)["tools"]
        if tool["name"] == "bill_void_payment"
    ]
    assert needs == ["paymentId", "voidReason", "type", "reason"]


@pytest.mark.parametrize("arguments", [{}, {"text": ""}, {"text": {"$ref": {"step": 1, "result": "id"}}}])
def test_looking_for_nothing_is_told_in_words(committed_db, people, arguments):
    context = Context(person=people["priya"], origin=Origin("conversation", "1"))
    outcome = call_tool(context, "find_tools", arguments)
    assert outcome.failed
    assert "Reference" not in outcome.answer
