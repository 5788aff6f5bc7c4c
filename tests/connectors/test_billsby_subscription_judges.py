"""Starting, tagging and moving a subscription, as the judges see it."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.errors import RefusedError
from connectors.judging import Expectation
from tests.connectors.billsby_desk import levels

START, ADD_TAGS, REMOVE_TAG, RENEW = (
    "billsby_add_subscription",
    "billsby_add_subscription_tags",
    "billsby_remove_subscription_tag",
    "billsby_change_renewal_date",
)


@pytest.fixture
def subscription(story) -> dict[str, str]:
    return {"subscriptionUniqueId": story("upgrade")["subscriptionUniqueId"]}


@pytest.fixture
def start(story, sandbox, subscription) -> dict[str, Any]:
    """What to start for a customer with nothing running."""
    sandbox.change("billsby", "subscription", subscription["subscriptionUniqueId"], status="Cancelled")
    cycle = story("upgrade")["cycleIds"]["monthly"]
    return {"customerUniqueId": story("upgrade")["customerUniqueId"], "cycleId": cycle}


@pytest.fixture
def on(sandbox) -> Any:
    """The day that lies so many days ahead."""
    return lambda days: f"{sandbox.now() + timedelta(days=days):%Y-%m-%d}"


def titles(expectation: Expectation) -> set[str]:
    return {flag.title for flag in expectation.flags}


@pytest.mark.parametrize("is_lost", [False, True])
def test_a_started_subscription_is_found(desk, start, sandbox, is_lost: bool) -> None:
    if is_lost:
        sandbox.drop_reply(operation=START)
    _, expectation = desk.look(START, **start, units=3)
    verdict = desk.carry_out(START, loses_answer=is_lost, **start, units=3)
    assert expectation.sentence == "Subscribe Brightwater Logistics to Enterprise"
    assert (expectation.money.amount_minor, expectation.money.direction) == (None, "unknown")
    assert (verdict.kind, verdict.after["units"]) == ("took", 3)
    assert desk.read("billsby_get_subscription", {"subscriptionUniqueId": verdict.results["id"]})


def test_a_subscription_that_was_there_is_not_taken_for_the_new_one(desk, start) -> None:
    desk.carry_out(START, **start)
    assert desk.probe_unsent(START, **start).kind == "absent"


def test_a_subscription_of_another_size_is_not_called_done(desk, start) -> None:
    verdict = desk.probe_unsent(START, **start, units=5, meanwhile=lambda: desk.carry_out(START, **start))
    assert (verdict.kind, verdict.results) == ("cannot_tell", {})


def test_what_speaks_against_starting_is_flagged(desk, story, sandbox) -> None:
    upgrade = story("upgrade")
    sandbox.change("billsby", "customer", upgrade["customerUniqueId"], cardStatus="Missing")
    arguments = {"customerUniqueId": upgrade["customerUniqueId"], "cycleId": upgrade["cycleIds"]["monthly"]}
    _, expectation = desk.look(START, **arguments)
    assert {"Has a subscription", "No valid card"} <= titles(expectation)
    with pytest.raises(RefusedError):
        desk.carry_out(START, **arguments)


def test_a_coupon_is_told_by_its_code_and_sent(desk, start, sandbox) -> None:
    snapshot, _ = desk.look(START, **start)
    coupon = {"couponCodes": [{"planId": snapshot.fields["plan_id"], "couponCode": "SPRING"}]}
    _, expectation = desk.look(START, **start, **coupon)
    assert desk.carry_out(START, **start, **coupon).kind == "took"
    assert ("Coupons", "SPRING") in {(change.field, change.after) for change in expectation.changes}


OTHER_PLAN = {"couponCodes": [{"planId": 9_999, "couponCode": "SPRING"}]}


@pytest.mark.parametrize("wrong", [{"cycleId": 9_999}, {"phoneNumber": "7700900123"}, OTHER_PLAN])
def test_what_billsby_would_refuse_for_certain_is_blocked(desk, start, wrong: dict) -> None:
    _, expectation = desk.look(START, **start | wrong)
    assert "blocked" in levels(expectation)


@pytest.mark.parametrize("is_lost", [False, True])
def test_added_tags_show(desk, subscription, sandbox, is_lost: bool) -> None:
    if is_lost:
        sandbox.drop_reply(operation=ADD_TAGS)
    tags = {"tagNames": ["water", "red wine"]}
    _, expectation = desk.look(ADD_TAGS, **subscription, **tags)
    verdict = desk.carry_out(ADD_TAGS, loses_answer=is_lost, **subscription, **tags)
    assert expectation.sentence == "Add tags red wine, water to Business of Brightwater Logistics"
    assert (verdict.kind, verdict.after) == ("took", {"tags": "red wine, water"})


def test_tags_that_do_not_show_are_absent_and_some_of_them_neither(desk, subscription, sandbox) -> None:
    unique = subscription["subscriptionUniqueId"]
    tags = {"tagNames": ["water", "wine"]}
    assert desk.probe_unsent(ADD_TAGS, **subscription, **tags).kind == "absent"
    half = desk.probe_unsent(
        ADD_TAGS,
        **subscription,
        **tags,
        meanwhile=lambda: sandbox.change("billsby", "subscription", unique, tags=["wine"]),
    )
    assert half.kind == "cannot_tell"


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (ADD_TAGS, {"tagNames": ["business-plan"]}),
        (REMOVE_TAG, {"tagName": "business-plan"}),
        (REMOVE_TAG, {"tagName": "water"}),
    ],
)
def test_a_tag_that_cannot_change_is_blocked(desk, subscription, name: str, arguments: dict) -> None:
    _, expectation = desk.look(name, **subscription, **arguments)
    assert "blocked" in levels(expectation)


def test_a_removed_tag_is_gone(desk, subscription) -> None:
    desk.carry_out(ADD_TAGS, **subscription, tagNames=["water", "wine"])
    assert desk.probe_unsent(REMOVE_TAG, **subscription, tagName="wine").kind == "absent"
    verdict = desk.carry_out(REMOVE_TAG, **subscription, tagName="wine")
    assert (verdict.kind, verdict.after) == ("took", {"tags": "water"})


@pytest.mark.parametrize(("is_pause", "is_lost"), [(False, False), (True, False), (True, True)])
def test_a_moved_renewal_shows(desk, subscription, sandbox, on, is_pause: bool, is_lost: bool) -> None:
    if is_lost:
        sandbox.drop_reply(operation=RENEW)
    arguments = subscription | {"newRenewalDate": on(60), "pauseSubscription": is_pause}
    _, expectation = desk.look(RENEW, **arguments)
    verdict = desk.carry_out(RENEW, loses_answer=is_lost, **arguments)
    verb = "Pause" if is_pause else "Move the next billing of"
    assert expectation.sentence.startswith(f"{verb} Business of Brightwater Logistics")
    assert verdict.kind == "took"
    assert verdict.after["status"] == ("Paused" if is_pause else "Active")
    assert verdict.after["next_billing_at"].startswith(on(60))


def test_a_renewal_that_stands_where_it_stood_was_not_moved(desk, subscription, on) -> None:
    assert desk.probe_unsent(RENEW, **subscription, newRenewalDate=on(60)).kind == "absent"


def test_a_renewal_moved_elsewhere_is_not_called_done(desk, subscription, on) -> None:
    other = desk.probe_unsent(
        RENEW,
        **subscription,
        newRenewalDate=on(60),
        meanwhile=lambda: desk.carry_out(RENEW, **subscription, newRenewalDate=on(61)),
    )
    assert other.kind == "cannot_tell"


def test_a_renewal_moved_and_not_paused_is_not_called_done(desk, subscription, on) -> None:
    other = desk.probe_unsent(
        RENEW,
        **subscription,
        newRenewalDate=on(60),
        pauseSubscription=True,
        meanwhile=lambda: desk.carry_out(RENEW, **subscription, newRenewalDate=on(60)),
    )
    assert other.kind == "cannot_tell"


def test_a_renewal_of_what_was_cancelled_meanwhile_is_refused(desk, subscription, sandbox, on) -> None:
    unique = subscription["subscriptionUniqueId"]
    verdict = desk.probe_unsent(
        RENEW,
        **subscription,
        newRenewalDate=on(60),
        meanwhile=lambda: sandbox.change("billsby", "subscription", unique, status="Cancelled"),
    )
    assert verdict.kind == "refused"


def test_an_earlier_charge_is_flagged_and_the_past_is_blocked(desk, subscription, on) -> None:
    _, earlier = desk.look(RENEW, **subscription, newRenewalDate=on(2))
    _, past = desk.look(RENEW, **subscription, newRenewalDate=on(0))
    assert "Charged earlier" in titles(earlier)
    assert "blocked" in levels(past)
