"""What `bench tools` compares; to measure is for people, on a quiet machine."""

import json
from collections import Counter

from agent.bench.comparing import ratios_of
from agent.bench.tokens import naive, whole
from agent.tools.registry import all_tools
from agent.tools.tool import TOLD_ONCE


def test_the_naive_list_has_every_operation_with_what_every_call_gives_alike():
    by_name = {one["function"]["name"]: one["function"]["parameters"] for one in naive()}
    assert set(by_name) == {tool.name for tool in all_tools().values() if tool.connector}
    assert "companyDomain" in by_name["billsby_get_customer"]["required"]
    assert "x-" not in " ".join(by_name["bill_create_bill"]["properties"]["body"])


def test_what_is_shown_has_no_bounds_and_keeps_its_choices():
    shown = {one["function"]["name"]: one["function"]["parameters"] for one in whole()}
    assert "maxLength" not in json.dumps(shown["bill_create_bill"])
    assert "title" not in shown["bill_create_bill"]["properties"]["vendorId"]
    assert shown["bill_create_bill"]["properties"]["reason"] == {"type": "string"}
    assert "now" in shown["billsby_change_plan"]["properties"]["planChangeType"]["enum"]


def test_what_the_instructions_tell_once_is_said_by_many_tools():
    arguments = [inner for tool in all_tools().values() for inner in tool.schema["properties"].values()]
    said = Counter(inner.get("description") for inner in arguments)
    assert all(said[sentence] >= 10 for sentence in TOLD_ONCE)


def test_ours_is_held_against_each_of_the_others_that_was_measured():
    cpu = {"bare": 10.0, "requests": 2.0, "turns": 20.0}
    ratios = list(ratios_of(cpu, {"bare": 100.0, "requests": 20.0, "turns": 300.0}))
    assert [(ratio.value, ratio.holds) for ratio in ratios] == [
        (0.2, True),
        (0.2, True),
        (2.0, False),
        (3.0, False),
    ]
