"""Other names and addresses, as the judges see them."""

from typing import Any

import pytest

from tests.connectors.billsby_desk import levels

UPDATE, SHIP = "billsby_update_customer", "billsby_update_shipping_address"
PLACE = {
    "addressLine1": "9 Quay Street",
    "city": "Leeds",
    "state": "West Yorkshire",
    "country": "GBR",
    "postCode": "LS2 8XY",
}
PERSON = {"firstName": "Noor", "lastName": "Falk", "email": "noor.falk@example.test", **PLACE}


@pytest.fixture
def arguments(story) -> dict[str, dict[str, Any]]:
    """By operation."""
    upgrade = story("upgrade")
    return {
        UPDATE: {"customerUniqueId": upgrade["customerUniqueId"], **PERSON},
        SHIP: {"subscriptionUniqueId": upgrade["subscriptionUniqueId"], **PLACE},
    }


both = pytest.mark.parametrize("name", [UPDATE, SHIP])


@both
@pytest.mark.parametrize("is_lost", [False, True])
def test_what_was_sent_is_read_back(desk, sandbox, arguments, name: str, is_lost: bool) -> None:
    if is_lost:
        sandbox.drop_reply(operation=name)
    verdict = desk.carry_out(name, loses_answer=is_lost, **arguments[name])
    assert verdict.kind == "took"
    assert verdict.after["street"] == "9 Quay Street"
    _, expectation = desk.look(name, **arguments[name])
    assert "blocked" in levels(expectation)


@both
def test_what_stands_as_before_was_not_changed(desk, arguments, name: str) -> None:
    assert desk.probe_unsent(name, **arguments[name]).kind == "absent"


@both
def test_another_change_is_not_taken_for_this_one(desk, arguments, name: str) -> None:
    other = arguments[name] | {"addressLine1": "1 Other Street"}
    verdict = desk.probe_unsent(name, **arguments[name], meanwhile=lambda: desk.carry_out(name, **other))
    assert verdict.kind == "cannot_tell"


def test_another_address_for_invoices_is_flagged(desk, arguments) -> None:
    _, expectation = desk.look(UPDATE, **arguments[UPDATE])
    assert expectation.sentence == "Update customer Brightwater Logistics"
    assert {flag.title for flag in expectation.flags} == {
        "Another address for invoices",
        "Without telephone",
    }


def test_a_country_that_is_spelled_out_is_not_compared(desk, arguments, sandbox) -> None:
    unique = arguments[UPDATE]["customerUniqueId"]
    spelled_out = PLACE | {"addressLine2": "", "country": "England"}

    def happened() -> None:
        desk.carry_out(UPDATE, **arguments[UPDATE])
        sandbox.change("billsby", "customer", unique, billingAddress=spelled_out)

    assert desk.probe_unsent(UPDATE, **arguments[UPDATE], meanwhile=happened).kind == "cannot_tell"
