"""Deleting, erasing and mailing a customer, as the judges see it."""

import pytest

from connectors.errors import NotFoundError, RefusedError
from connectors.judging import Expectation
from tests.connectors.billsby_desk import levels

DELETE, ERASE, MAIL = (
    "billsby_delete_customer",
    "billsby_erase_customer_data",
    "billsby_request_payment_details",
)


@pytest.fixture
def who(story) -> dict[str, str]:
    return {"customerUniqueId": story("upgrade")["customerUniqueId"]}


@pytest.fixture
def cancelled(story, sandbox) -> None:
    sandbox.change("billsby", "subscription", story("upgrade")["subscriptionUniqueId"], status="Cancelled")


def titles(expectation: Expectation) -> set[str]:
    return {flag.title for flag in expectation.flags}


def test_a_deleted_customer_is_proved_by_being_gone(desk, who, cancelled) -> None:
    _, expectation = desk.look(DELETE, **who)
    verdict = desk.carry_out(DELETE, **who)
    assert expectation.sentence == "Delete customer Brightwater Logistics"
    assert "Invoices are lost" in titles(expectation)
    assert verdict.kind == "took"
    with pytest.raises(NotFoundError):
        desk.look(DELETE, **who)


def test_a_lost_answer_to_a_deletion_is_found_by_reading(desk, who, cancelled, sandbox) -> None:
    sandbox.drop_reply(operation=DELETE)
    assert desk.carry_out(DELETE, loses_answer=True, **who).kind == "took"


def test_a_customer_who_is_still_there_was_not_deleted(desk, who) -> None:
    assert desk.probe_unsent(DELETE, **who).kind == "absent"


def test_deleting_is_refused_while_a_subscription_runs(desk, who) -> None:
    _, expectation = desk.look(DELETE, **who)
    assert "Not cancelled" in titles(expectation)
    with pytest.raises(RefusedError):
        desk.carry_out(DELETE, **who)


@pytest.mark.parametrize("is_lost", [False, True])
def test_erased_data_is_told_by_the_marker(desk, who, sandbox, is_lost: bool) -> None:
    if is_lost:
        sandbox.drop_reply(operation=ERASE)
    _, expectation = desk.look(ERASE, **who)
    verdict = desk.carry_out(ERASE, loses_answer=is_lost, **who)
    assert {"Still subscribed", "Not erased here"} <= titles(expectation)
    assert (verdict.kind, verdict.after["card_status"]) == ("took", "Missing")


def test_data_that_stands_was_not_erased(desk, who) -> None:
    assert desk.probe_unsent(ERASE, **who).kind == "absent"


def test_data_erased_in_part_is_neither(desk, who, sandbox) -> None:
    unique = who["customerUniqueId"]
    half = desk.probe_unsent(
        ERASE, **who, meanwhile=lambda: sandbox.change("billsby", "customer", unique, firstName="gdpr")
    )
    assert half.kind == "cannot_tell"


def test_data_is_erased_once(desk, who) -> None:
    desk.carry_out(ERASE, **who)
    _, expectation = desk.look(ERASE, **who)
    assert "blocked" in levels(expectation)


def test_a_mail_is_proved_by_its_answer_alone(desk, who, sandbox) -> None:
    _, expectation = desk.look(MAIL, **who)
    assert "Mails the customer" in titles(expectation)
    assert desk.carry_out(MAIL, **who).kind == "took"
    assert desk.probe_unsent(MAIL, **who).kind == "cannot_tell"
    sandbox.drop_reply(operation=MAIL)
    assert desk.carry_out(MAIL, loses_answer=True, **who).kind == "cannot_tell"


def test_nobody_is_mailed_without_an_address(desk, who) -> None:
    desk.carry_out(ERASE, **who)
    _, expectation = desk.look(MAIL, **who)
    assert "blocked" in levels(expectation)
