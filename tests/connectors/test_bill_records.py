"""The judges of plain records, with departments as the example: before a write, and after it."""

from typing import Any

import pytest

from connectors.errors import ArgumentsError, NotFoundError
from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_desk import BillDesk


@pytest.fixture
def desk(bill_desk: BillDesk) -> BillDesk:
    return bill_desk


@pytest.fixture
def department(desk: BillDesk) -> dict[str, Any]:
    return desk.read("bill_list_departments", {"archived": False})[0]


@pytest.fixture
def cases(desk: BillDesk, department) -> dict[str, dict[str, Any]]:
    key = department["id"]
    other = desk.read("bill_list_departments", {"archived": False})[1]["id"]
    archived = desk.read("bill_list_departments", {"archived": True})[0]["id"]
    return {
        "bill_create_department": {"name": "Legal", "parentId": key},
        "bill_update_department": {"departmentId": key, "name": "Sales (EMEA)", "shortName": "SE"},
        "bill_archive_department": {"departmentId": key},
        "bill_restore_department": {"departmentId": archived},
        "bill_create_departments_bulk": {"departments": [{"name": "North"}, {"name": "South"}]},
        "bill_update_departments_bulk": {
            "departments": [{"departmentId": key, "name": "One"}, {"departmentId": other, "name": "Two"}]
        },
        "bill_archive_departments_bulk": {"ids": [key, other]},
        "bill_restore_departments_bulk": {"ids": [archived]},
    }


WRITES = (
    *("bill_create_department", "bill_update_department", "bill_archive_department"),
    *("bill_restore_department", "bill_create_departments_bulk", "bill_update_departments_bulk"),
    *("bill_archive_departments_bulk", "bill_restore_departments_bulk"),
)
each_write = pytest.mark.parametrize("name", WRITES)


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


@each_write
def test_a_card_says_what_changes_and_that_no_money_moves(desk: BillDesk, cases, name: str) -> None:
    told = desk.expect(name, cases[name])

    assert told.changes
    assert told.money.direction == "none"
    assert told.summary.endswith("No money moves.")
    assert not [flag for flag in told.flags if flag.level == "blocked"]


def test_a_new_record_gives_its_id_to_later_steps(desk: BillDesk, cases) -> None:
    attempt = desk.attempt("bill_create_department", cases["bill_create_department"])

    assert desk.probe("bill_create_department", attempt).results == {"id": attempt.answer["id"]}


def test_a_card_shows_each_field_now_and_after(desk: BillDesk, department, cases) -> None:
    told = desk.expect("bill_update_department", cases["bill_update_department"])

    assert told.sentence == f'Change department "{department["name"]}" in BILL'
    assert [(one.field, one.now, one.after) for one in told.changes] == [
        ("Name", department["name"], "Sales (EMEA)"),
        ("Short name", department["shortName"], "SE"),
    ]


@pytest.mark.parametrize("name", ["bill_archive_department", "bill_archive_departments_bulk"])
def test_a_card_shows_the_status_now_and_after(desk: BillDesk, cases, name: str) -> None:
    assert {(one.now, one.after) for one in desk.expect(name, cases[name]).changes} == {
        ("In use", "Archived")
    }


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("bill_update_department", {"departmentId": "{id}", "name": "{name}"}),
        ("bill_update_department", {"departmentId": "{id}"}),
        ("bill_restore_department", {"departmentId": "{id}"}),
        ("bill_restore_departments_bulk", {"ids": ["{id}"]}),
    ],
)
def test_what_would_change_nothing_is_blocked(desk: BillDesk, department, name: str, changes) -> None:
    given = {
        key: [part.format(**department) for part in value]
        if isinstance(value, list)
        else value.format(**department)
        for key, value in changes.items()
    }

    assert desk.expect(name, given).flags[0].level == "blocked"


def test_a_name_in_other_capitals_is_a_change(desk: BillDesk, department) -> None:
    given = {"departmentId": department["id"], "name": department["name"].upper()}

    assert desk.expect("bill_update_department", given).flags == ()
    assert desk.probe("bill_update_department", desk.attempt("bill_update_department", given)).kind == "took"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("bill_create_department", {"name": " {name} "}),
        ("bill_create_departments_bulk", {"departments": [{"name": "{name}"}, {"name": "New"}]}),
    ],
)
def test_another_of_the_same_name_is_pointed_out(desk: BillDesk, department, name: str, given) -> None:
    filled = {
        key: value.format(**department).upper()
        if isinstance(value, str)
        else [{"name": one["name"].format(**department)} for one in value]
        for key, value in given.items()
    }
    (flag,) = desk.expect(name, filled).flags

    assert (flag.level, flag.detail) == ("caution", f"{department['name']} ({department['id']})")


def test_like_records_of_another_are_not_taken_for_the_attempts(desk: BillDesk) -> None:
    desk.send("bill_create_department", {"name": "Legal"})
    attempt = desk.attempt("bill_create_department", {"name": "Legal"}, send=False)

    assert desk.probe("bill_create_department", attempt).kind == "absent"


def test_two_like_records_since_then_cannot_be_told_apart(desk: BillDesk) -> None:
    attempt = desk.attempt("bill_create_department", {"name": "Legal"}, send=False)
    for _ in range(2):
        desk.send("bill_create_department", {"name": "Legal"})

    assert desk.probe("bill_create_department", attempt).kind == "cannot_tell"


def test_one_of_several_made_by_somebody_else_confirms_nothing(desk: BillDesk, cases) -> None:
    name = "bill_create_departments_bulk"
    attempt = desk.attempt(name, cases[name], send=False)
    desk.send("bill_create_department", {"name": "North"})

    assert desk.probe(name, attempt).kind == "cannot_tell"


def test_another_change_since_then_is_not_taken_for_the_attempts(desk: BillDesk, department, cases) -> None:
    name = "bill_update_department"
    attempt = desk.attempt(name, cases[name], send=False)
    desk.send(name, {"departmentId": department["id"], "name": "Something else"})

    assert desk.probe(name, attempt).kind == "cannot_tell"


def test_one_of_several_archived_by_somebody_else_confirms_nothing(desk: BillDesk, cases) -> None:
    name = "bill_archive_departments_bulk"
    attempt = desk.attempt(name, cases[name], send=False)
    desk.send("bill_archive_department", {"departmentId": cases[name]["ids"][0]})

    assert desk.probe(name, attempt).kind == "cannot_tell"


def test_one_record_named_twice_is_refused(desk: BillDesk, department) -> None:
    with pytest.raises(ArgumentsError, match="more than once"):
        desk.look("bill_archive_departments_bulk", {"ids": [department["id"]] * 2})


def test_a_record_that_is_not_there_is_not_found(desk: BillDesk) -> None:
    with pytest.raises(NotFoundError):
        desk.look("bill_archive_departments_bulk", {"ids": ["0de02UNKNOWN00000000"]})


def test_a_parent_may_come_from_an_earlier_step(desk: BillDesk) -> None:
    step = {"$ref": {"step": 1, "result": "id"}}

    assert desk.expect("bill_create_department", {"name": "Inside", "parentId": step}).changes[1].after == (
        "the id that step 1 returns"
    )
