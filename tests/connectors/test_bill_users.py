"""Users of our BILL organization, and the organization itself: before a write, and after it."""

from typing import Any

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_desk import BillDesk

OUR_USER = "00601HALDENCONSOLE00"
PHONE = {"phoneNumber": "4155550134", "phoneType": "MOBILE"}


@pytest.fixture
def desk(bill_desk: BillDesk) -> BillDesk:
    return bill_desk


@pytest.fixture
def roles(desk: BillDesk) -> dict[str, str]:
    return {role["type"]: role["id"] for role in desk.read("bill_list_roles", {})}


def new_user(role: str, **changes: Any) -> dict[str, Any]:
    person = {"firstName": "Ines", "lastName": "Costa", "email": "ines@halden.example"}
    return person | {"roleId": role, "acceptTermsOfService": True} | changes


@pytest.fixture
def cases(desk: BillDesk, roles) -> dict[str, dict[str, Any]]:
    others = [user["id"] for user in desk.read("bill_list_users", {"archived": False})]
    archived = [user["id"] for user in desk.read("bill_list_users", {"archived": True})]
    return {
        "bill_create_user": new_user(roles["PAYER"]),
        "bill_update_user": {"userId": others[-1], "lastName": "Costa", "roleId": roles["PAYER"]},
        "bill_archive_user": {"userId": others[-1]},
        "bill_restore_user": {"userId": archived[0]},
        "bill_update_organization": {"name": "Halden Laboratories", "address": {"zipOrPostalCode": "94608"}},
        "bill_start_risk_verification": {},
        "bill_add_risk_verification_phone": PHONE,
    }


each_write = pytest.mark.parametrize(
    "name",
    [
        *("bill_create_user", "bill_update_user", "bill_archive_user", "bill_restore_user"),
        *("bill_update_organization", "bill_start_risk_verification", "bill_add_risk_verification_phone"),
    ],
)


@each_write
def test_a_write_that_was_answered_is_seen(desk: BillDesk, cases, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, cases[name]))

    assert verdict.kind == "took", verdict.sentence


@each_write
def test_a_write_whose_answer_was_lost_is_seen(
    desk: BillDesk, sandbox: SandboxControl, cases, name: str
) -> None:
    sandbox.drop_reply(connector="bill", operation=name.removeprefix("bill_"))
    verdict = desk.probe(name, desk.attempt(name, cases[name], loses_answer=True))

    assert verdict.kind == "took", verdict.sentence


@each_write
def test_a_write_that_never_arrived_is_absent(desk: BillDesk, cases, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, cases[name], send=False))

    assert verdict.kind == "absent", verdict.sentence


def test_a_card_names_the_role_and_whom_bill_mails(desk: BillDesk, roles) -> None:
    told = desk.expect("bill_create_user", new_user(roles["PAYER"]))

    assert told.sentence == "Add Ines Costa to BILL as Payer"
    assert told.goes_to == "ines@halden.example"
    assert [(one.field, one.after) for one in told.changes][3:] == [
        ("Role", "Payer"),
        ("Terms of service accepted", "Yes"),
    ]


@pytest.mark.parametrize("name", ["bill_create_user", "bill_update_user"])
def test_making_an_administrator_is_a_high_flag(desk: BillDesk, roles, cases, name: str) -> None:
    given = cases[name] | {"roleId": roles["ADMINISTRATOR"]}

    assert [flag.level for flag in desk.expect(name, given).flags] == ["high"]


def test_a_change_of_role_shows_both(desk: BillDesk, cases) -> None:
    changes = {one.field: one for one in desk.expect("bill_update_user", cases["bill_update_user"]).changes}

    assert (changes["Role"].now, changes["Role"].after) == ("Clerk", "Payer")


def test_an_address_that_is_there_is_pointed_out(desk: BillDesk, roles) -> None:
    told = desk.expect("bill_create_user", new_user(roles["PAYER"], email="LUIS@halden.example"))

    assert [flag.title for flag in told.flags] == ["BILL has a user with that e-mail address"]


def test_the_user_we_sign_in_as_is_not_archived(desk: BillDesk) -> None:
    (flag,) = desk.expect("bill_archive_user", {"userId": OUR_USER}).flags

    assert (flag.level, flag.title) == ("blocked", "It would lock us out")


def test_a_tax_number_is_shown_by_its_last_four(desk: BillDesk) -> None:
    (change,) = desk.expect("bill_update_organization", {"taxId": "123456789"}).changes

    assert (change.now, change.after) == ("••••4321", "••••6789")


def test_another_tax_number_of_the_same_ending_needs_an_answer_to_be_believed(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    given = {"taxId": "000004321"}
    sandbox.drop_reply(connector="bill", operation="update_organization")
    lost = desk.attempt("bill_update_organization", given, loses_answer=True)

    assert desk.probe("bill_update_organization", lost).kind == "cannot_tell"
    answered = desk.attempt("bill_update_organization", given)
    assert desk.probe("bill_update_organization", answered).kind == "took"


def test_a_second_telephone_cannot_be_told_from_the_first(desk: BillDesk) -> None:
    desk.send("bill_add_risk_verification_phone", PHONE)
    attempt = desk.attempt("bill_add_risk_verification_phone", PHONE | {"phoneNumber": "4155550199"})

    assert desk.probe("bill_add_risk_verification_phone", attempt).kind == "cannot_tell"


def test_a_verification_that_goes_on_by_itself_confirms_nothing(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    desk.send("bill_start_risk_verification", {})
    attempt = desk.attempt("bill_start_risk_verification", {}, send=False)
    sandbox.advance(2 * 86_400)

    assert desk.read("bill_get_risk_verification", {})["processingStatus"] == "COMPLETED"
    assert desk.probe("bill_start_risk_verification", attempt).kind == "absent"
