"""A card's token in the chat: it reaches the proposal whole, and stands in no row of the conversation."""

import json

from agent.cards import call_html
from agent.history import model_messages
from agent.models import Event, ToolCall
from console.approvals.models import Step
from tests.agent.conftest import asks
from tests.writes.billsby import CARD

TOKEN = CARD["paymentCardToken"]


def test_a_token_is_proposed_whole_and_kept_as_dots(answer, connected, conversation, sandbox):
    who = {"customerUniqueId": sandbox.stories()["spend"]["customerUniqueId"]}
    arguments = who | CARD | {"reason": "New card."}
    look = asks(("find_tools", {"text": "replace a payment card"}))
    answer(look, asks(("billsby_replace_payment_card", arguments)), {"text": "Proposed."})
    call = ToolCall.objects.get(name="billsby_replace_payment_card")
    assert call.state == "done", call.answer
    assert TOKEN in Step.objects.get().body
    told = json.dumps([model_messages(conversation.pk), list(Event.objects.values())], default=str)
    for kept in (call.arguments, call.answer, call_html(call, conversation.owner), told):
        assert TOKEN not in kept
