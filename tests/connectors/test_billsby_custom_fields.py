"""Custom fields and their answers: the local Billsby's rules, and what the judges make of them."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.billsby import mapping
from connectors.errors import ArgumentsError, NotFoundError, RefusedError
from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import BillsbyAccount

CREATE = "billsby_create_custom_field"
UPDATE = "billsby_update_custom_field"
ANSWER = "billsby_update_custom_field_response"
ALICE = "7KQ2M9XTRB"
TEAM = {"type": "dropdown", "label": "Team", "description": "", "compulsory": False, "options": "Red, Blue"}


@pytest.fixture
def team(billsby: BillsbyAccount) -> int:
    body = {
        "type": 5,
        "label": "Team",
        "description": "Whose it is",
        "compulsory": False,
        "options": "Red,Blue",
    }
    assert billsby.send("POST", "/halden/customfields", body).json() == "success"
    return billsby.read("/halden/customfields")[0]["customFieldId"]


@pytest.fixture
def answer(sandbox: SandboxControl, team: int) -> dict[str, Any]:
    """Alice's answer to the field, and the arguments that name it."""
    given = {"customFieldResponseId": 88, "customFieldId": team, "productId": 11, "value": "Red"}
    sandbox.add("billsby", "custom_field_response", "88", owner=ALICE, **given)
    return {"customFieldResponseId": 88, "customerUniqueId": ALICE}


def test_a_created_field_is_listed_as_documented_and_keeps_its_type(
    billsby: BillsbyAccount, team: int
) -> None:
    change = {"type": 0, "label": "Squad", "compulsory": True}
    assert billsby.send("PUT", f"/halden/customfields/{team}", change).json() == "success"
    response = billsby.get("/halden/customfields")

    assert response.headers["content-type"].startswith("text/plain")
    assert response.json() == [
        {
            "customFieldId": team,
            "type": 5,
            "label": "Squad",
            "description": "Whose it is",
            "options": "Red,Blue",
            "compulsory": True,
        }
    ]


@pytest.mark.parametrize("wrong", [{"type": 6}, {"label": ""}, {"compulsory": "no"}, {"options": " "}])
def test_a_field_that_cannot_be_is_refused(billsby: BillsbyAccount, wrong: dict) -> None:
    body = {"type": 5, "label": "Team", "description": "", "compulsory": False, "options": "Red"} | wrong
    assert billsby.send("POST", "/halden/customfields", body).status_code == 400
    assert billsby.read("/halden/customfields") == []


def test_answers_are_listed_by_customer_or_product_and_change(
    billsby: BillsbyAccount, answer: dict[str, Any], team: int
) -> None:
    changed = billsby.send("PUT", "/halden/customfieldResponses/88", {"value": "Blue"})

    assert changed.json()[0]["value"] == "Blue"
    by_customer = billsby.read("/halden/customfieldResponses", customerUniqueId=ALICE)
    assert by_customer == changed.json() == billsby.read("/halden/customfieldResponses", productId=11)
    assert by_customer[0]["customField"]["customFieldId"] == team
    assert billsby.read("/halden/customfieldResponses", customerUniqueId=ALICE, productId=12) == []


@pytest.mark.parametrize("is_known", [True, False])
def test_a_new_subscription_brings_its_answers(billsby: BillsbyAccount, team: int, is_known: bool) -> None:
    body = {
        **{
            "firstName": "Noor",
            "lastName": "Falk",
            "email": "noor.falk@mail.example",
            "cycleId": 51,
            "Units": 1,
        },
        "address": {
            "addressLine1": "4 Mill Lane",
            "city": "Leeds",
            "state": "x",
            "country": "GBR",
            "postCode": "1",
        },
        "cardDetails": {
            **{"fullName": "Noor Falk", "paymentCardToken": "tok_demo_1", "cardType": "visa"},
            **{"expiryMonth": 12, "expiryYear": 2030, "last4Digits": "1111"},
        },
        "customFieldResponse": [{"customFieldId": team if is_known else 99, "value": "Blue"}],
    }
    made = billsby.send("POST", "/halden/subscriptions", body)

    assert made.status_code == (200 if is_known else 400), made.text
    owner = made.json().get("customerUniqueId", ALICE)
    found = billsby.read("/halden/customfieldResponses", customerUniqueId=owner, productId=11)
    assert [row["value"] for row in found] == (["Blue"] if is_known else [])


def test_answers_of_nobody_in_particular_are_refused_with_an_empty_object(billsby: BillsbyAccount) -> None:
    refusal = billsby.get("/halden/customfieldResponses")
    assert (refusal.status_code, refusal.json()) == (400, {})


def test_a_field_and_an_answer_in_mirror_words(desk, answer: dict[str, Any]) -> None:
    (row,) = desk.read("billsby_list_custom_field_responses", {"customerUniqueId": ALICE})
    response = mapping.custom_field_response(row)
    assert (response.vendor_id, response.fields["label"], response.fields["value"]) == ("88", "Team", "Red")
    assert mapping.custom_field(row["customField"]).fields["type"] == "Dropdown"


def test_a_new_field_is_found_although_its_answer_names_nothing(desk) -> None:
    _, expectation = desk.look(CREATE, **TEAM)
    verdict = desk.carry_out(CREATE, **TEAM)
    assert expectation.sentence == "Create custom field Team"
    assert {change.field: change.after for change in expectation.changes} == {
        "Kind": "Dropdown",
        "Label": "Team",
        "Options": "Red, Blue",
        "Compulsory": "No",
    }
    assert verdict.kind == "took"
    (row,) = desk.read("billsby_list_custom_fields", {})
    assert verdict.results == {"id": str(row["customFieldId"])}


def test_an_equal_field_from_before_is_not_taken_for_the_new_one(desk) -> None:
    first = desk.carry_out(CREATE, **TEAM)
    _, expectation = desk.look(CREATE, **TEAM)
    assert [flag.title for flag in expectation.flags] == ["Same name"]
    assert desk.probe_unsent(CREATE, **TEAM).kind == "absent"
    assert desk.carry_out(CREATE, **TEAM).results != first.results


@pytest.mark.parametrize(
    ("other", "kind"), [({"label": "Squad"}, "absent"), ({"options": "Green"}, "cannot_tell")]
)
def test_another_new_field_is_not_taken_for_this_one(desk, other: dict, kind: str) -> None:
    def meanwhile() -> None:
        desk.carry_out(CREATE, **TEAM | other)

    verdict = desk.probe_unsent(CREATE, meanwhile=meanwhile, **TEAM)
    assert (verdict.kind, verdict.results) == (kind, {})


def test_two_new_fields_that_are_alike_cannot_be_told_apart(desk) -> None:
    def twice() -> None:
        desk.carry_out(CREATE, **TEAM)
        desk.carry_out(CREATE, **TEAM)

    assert desk.probe_unsent(CREATE, meanwhile=twice, **TEAM).kind == "cannot_tell"


def test_a_refused_field_is_refused(desk) -> None:
    with pytest.raises(RefusedError, match="options is required"):
        desk.carry_out(CREATE, **TEAM | {"options": ""})


def test_a_changed_field_took_effect(desk, team: int) -> None:
    given = {"customFieldId": team, "label": "Squad", "options": "Red, Blue , Green"}
    _, expectation = desk.look(UPDATE, **given)
    assert expectation.sentence == "Change custom field Team"
    assert [(change.field, change.now, change.after) for change in expectation.changes] == [
        ("Label", "Team", "Squad"),
        ("Options", "Red, Blue", "Red, Blue, Green"),
    ]
    assert desk.probe_unsent(UPDATE, **given).kind == "absent"
    assert desk.carry_out(UPDATE, **given).kind == "took"


def test_a_change_that_shows_only_in_part_is_not_called_done(desk, sandbox, team: int) -> None:
    def change(**fields: str) -> Callable[[], Any]:
        return lambda: sandbox.change("billsby", "custom_field", str(team), **fields)

    given = {"customFieldId": team, "label": "Squad", "description": "New"}
    verdict = desk.probe_unsent(UPDATE, meanwhile=change(label="Squad"), **given)
    assert (verdict.kind, verdict.sentence) == (
        "cannot_tell",
        "Description of Squad is Whose it is, not New.",
    )
    assert desk.probe_unsent(UPDATE, meanwhile=change(label="Crew"), **given).kind == "cannot_tell"


def test_what_is_so_already_is_blocked(desk, team: int) -> None:
    for given in ({"label": "Team"}, {}):
        _, expectation = desk.look(UPDATE, customFieldId=team, **given)
        assert expectation.flags[0].title == "Nothing changes"


def test_a_changed_answer_took_effect_and_its_card_names_the_customer(desk, answer) -> None:
    _, expectation = desk.look(ANSWER, **answer, value="Blue")
    assert expectation.sentence == "Change Team of Alice Smith"
    assert [(change.now, change.after) for change in expectation.changes] == [("Red", "Blue")]
    assert desk.probe_unsent(ANSWER, **answer, value="Blue").kind == "absent"
    assert desk.carry_out(ANSWER, **answer, value="Blue").kind == "took"


def test_an_answer_changed_otherwise_meanwhile_cannot_be_told(desk, sandbox, answer) -> None:
    def meanwhile() -> None:
        sandbox.change("billsby", "custom_field_response", "88", value="Green")

    assert desk.probe_unsent(ANSWER, meanwhile=meanwhile, **answer, value="Blue").kind == "cannot_tell"


def test_an_answer_of_another_customer_is_not_found(desk, story, answer) -> None:
    other = answer | {"customerUniqueId": story("spend")["customerUniqueId"]}
    with pytest.raises(NotFoundError):
        desk.look(ANSWER, **other, value="Blue")


def test_a_field_cannot_be_described_by_an_earlier_step(desk) -> None:
    with pytest.raises(ArgumentsError, match="must be given"):
        desk.look(CREATE, **TEAM | {"label": {"$ref": {"step": 1, "result": "id"}}})
