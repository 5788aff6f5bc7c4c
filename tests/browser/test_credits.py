"""Free credits are given by lowering the usage that would be billed."""

import json

import pytest
from playwright.sync_api import expect

from tests.browser import acts

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("world", ["known", "random"], indirect=True)]

CREDITS = "Give {} 500 free API credits on its main subscription."


@pytest.mark.parametrize(("part", "most"), [("credits", 500), ("credits_small", None)])
def test_credits_lower_the_usage_that_there_is_and_never_below_it(world, people, part, most):
    story, so_far = world.stories[part], world.effects_so_far()
    taken = min(500, most or story["usage"])
    priya, dana = people.sign_in("priya"), people.sign_in("dana")

    chat = acts.ask(priya, CREDITS.format(story["customer_name"]))
    expect(acts.answer(chat)).to_contain_text(f"has used {story['usage']:,}")
    expect(acts.answer(chat)).to_contain_text("adding 500 to it would charge them")
    if taken < 500:
        expect(acts.answer(chat)).to_contain_text(f"I can take off {taken:,}, not 500")
    proposal = acts.proposal_on(chat)
    pane = acts.open_in_inbox(dana, proposal)
    left = story["usage"] - taken
    expect(pane.get_by_role("row", name="Usage this period")).to_contain_text(f"{story['usage']:,}{left:,}")
    expect(pane).to_contain_text("Billsby may show the old count for a while")
    acts.approve(pane)

    expect(acts.status_of(pane)).to_have_text("Checking result")  # the read right after showed the old count
    expect(acts.status_of(pane)).to_have_text("Confirmed")
    expect(pane).to_contain_text(f"The counter stands at {left:,}.")
    expect(acts.answer(chat)).to_contain_text("took effect")
    [effect] = world.vendors.effects(since=so_far)
    sent = json.loads(effect["request"]["body"])
    assert effect["operation"] == "billsby_update_counter"
    assert sent == {"operationType": "Decrement", "value": taken}
    acts.check_log(proposal)
