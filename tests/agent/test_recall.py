"""What staff would say for some nine hundred things; the right tool is among the first five found."""

from pathlib import Path

import pytest

from agent.bench.recall import read_intents, recall
from agent.tools.registry import all_tools

INTENTS = read_intents(Path(__file__).with_name("intents.tsv"))


def test_every_intent_names_tools_that_exist():
    assert len(INTENTS) >= 300
    assert {name for intent in INTENTS for name in intent.right} <= set(all_tools())


@pytest.mark.parametrize(("held_out", "floor"), [(False, 0.98), (True, 0.94)], ids=["tuned on", "held out"])
def test_the_right_tool_is_among_the_first_five(held_out, floor):
    half = [intent for intent in INTENTS if intent.is_held_out == held_out]
    assert len(half) > 150
    assert recall(half) >= floor
