"""Cards by token, as the judges see them."""

import pytest

from connectors.errors import RefusedError
from tests.connectors.billsby_desk import levels
from tests.connectors.test_requests import CARD, PERSON

REPLACE, CREATE = "billsby_replace_payment_card", "billsby_create_subscription"


@pytest.fixture
def card(story) -> dict:
    return {"customerUniqueId": story("retry_declines")["customerUniqueId"], **CARD}


@pytest.fixture
def new(story) -> dict:
    return PERSON | CARD | {"cycleId": story("upgrade")["cycleIds"]["monthly"], "units": 2}


def test_a_replaced_card_is_proved_by_its_answer_alone(desk, card, sandbox) -> None:
    _, expectation = desk.look(REPLACE, **card)
    assert expectation.sentence.endswith("by Master ••••4444, 01/2029, Noor Falk")
    assert card["paymentCardToken"] not in str(expectation)
    assert desk.carry_out(REPLACE, **card).kind == "took"
    sandbox.drop_reply(operation=REPLACE)
    assert desk.carry_out(REPLACE, loses_answer=True, **card).kind == "cannot_tell"
    assert desk.probe_unsent(REPLACE, **card).kind == "cannot_tell"


def test_a_card_that_is_still_missing_was_not_stored(desk, card, sandbox) -> None:
    sandbox.change("billsby", "customer", card["customerUniqueId"], cardStatus="Missing")
    assert desk.probe_unsent(REPLACE, **card).kind == "absent"


def test_a_new_subscription_is_found_by_its_answer(desk, new) -> None:
    _, expectation = desk.look(CREATE, **new)
    verdict = desk.carry_out(CREATE, **new)
    assert expectation.sentence == "Create customer Noor Falk with a subscription to Enterprise"
    assert new["paymentCardToken"] not in str(expectation)
    assert (verdict.kind, verdict.after["units"]) == ("took", 2)
    _, again = desk.look(CREATE, **new)
    assert "high" in levels(again)


def test_a_new_customer_of_another_request_is_not_taken_for_this_one(desk, new, sandbox) -> None:
    assert desk.probe_unsent(CREATE, **new).kind == "absent"
    other = new | {"paymentCardToken": "tok_other_1"}
    verdict = desk.probe_unsent(CREATE, **new, meanwhile=lambda: desk.carry_out(CREATE, **other))
    assert (verdict.kind, verdict.results) == ("cannot_tell", {})


def test_a_declined_first_payment_is_refused(desk, new) -> None:
    with pytest.raises(RefusedError):
        desk.carry_out(CREATE, **new | {"paymentCardToken": "tok_demo_decline"})


def test_a_cycle_of_no_plan_is_blocked(desk, new) -> None:
    _, expectation = desk.look(CREATE, **new | {"cycleId": 9_999})
    assert "blocked" in levels(expectation)
