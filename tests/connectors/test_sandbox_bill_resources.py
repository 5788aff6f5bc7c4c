"""The regular operations of a resource, with departments as the example."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import BillAccount

DEPARTMENTS = "/classifications/departments"


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    account = BillAccount(sandbox_url)
    yield account
    account.close()


@pytest.fixture
def sales(bill: BillAccount) -> dict[str, Any]:
    return bill.post(DEPARTMENTS, {"name": "Sales", "shortName": "S", "description": ""}).json()


def test_a_new_record_is_shown_without_what_is_empty(bill: BillAccount, sales) -> None:
    assert set(sales) == {"id", "name", "shortName", "archived", "createdTime", "updatedTime"}
    assert sales["id"].startswith("0de")
    assert len(sales["id"]) == 20
    assert bill.read(f"{DEPARTMENTS}/{sales['id']}") == sales


def test_all_that_is_wrong_is_told_at_once_and_without_a_code(bill: BillAccount) -> None:
    response = bill.post(DEPARTMENTS, {"shortName": 3})

    assert response.status_code == 400
    told = response.json()
    assert [line["message"] for line in told] == ["name: must not be null", "shortName: must be a string"]
    assert not any("code" in line for line in told)


def test_an_update_leaves_alone_what_it_does_not_name(bill: BillAccount, sales) -> None:
    changed = bill.call("PATCH", f"{DEPARTMENTS}/{sales['id']}", {"name": "Sales EMEA"}).json()

    assert (changed["name"], changed["shortName"]) == ("Sales EMEA", "S")


def test_archiving_again_changes_nothing(bill: BillAccount, sandbox: SandboxControl, sales) -> None:
    path = f"{DEPARTMENTS}/{sales['id']}"
    first, again = (bill.call("POST", f"{path}/archive") for _ in range(2))

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert first.json()["archived"] is True
    assert [line["took"] for line in sandbox.effects(operation="archive_department")] == [True, False]
    assert bill.call("POST", f"{path}/restore").json()["archived"] is False


def test_a_parent_must_be_there(bill: BillAccount, sales) -> None:
    assert bill.post(DEPARTMENTS, {"name": "Inside", "parentId": sales["id"]}).status_code == 201
    refused = bill.post(DEPARTMENTS, {"name": "Lost", "parentId": "0de02UNKNOWN00000000"})
    assert (refused.status_code, refused.json()[0]["code"]) == (404, "BDC_1205")


def test_several_are_made_together_or_not_at_all(bill: BillAccount) -> None:
    before = bill.rows(DEPARTMENTS)
    refused = bill.call("POST", f"{DEPARTMENTS}/bulk", [{"name": "One"}, {"description": "no name"}])

    assert refused.json()[0]["message"] == "[1].name: must not be null"
    assert bill.rows(DEPARTMENTS) == before
    made = bill.call("POST", f"{DEPARTMENTS}/bulk", [{"name": "One"}, {"name": "Two"}])
    assert made.status_code == 201
    assert [row["name"] for row in made.json()["departments"]] == ["One", "Two"]


@pytest.mark.parametrize("spell", [",".join, list])
def test_several_are_archived_and_restored(bill: BillAccount, spell) -> None:
    made = bill.call("POST", f"{DEPARTMENTS}/bulk", [{"name": "One"}, {"name": "Two"}]).json()
    ids = [row["id"] for row in made["departments"]]

    archived = bill.call("POST", f"{DEPARTMENTS}/bulk/archive", ids=spell(ids)).json()["departments"]
    restored = bill.call("POST", f"{DEPARTMENTS}/bulk/restore", ids=spell(ids)).json()["departments"]
    assert [row["archived"] for row in archived + restored] == [True, True, False, False]


def test_no_call_may_name_more_than_a_hundred(bill: BillAccount) -> None:
    refused = bill.call("POST", f"{DEPARTMENTS}/bulk", [{"name": f"D{n}"} for n in range(101)])

    assert refused.json()[0]["message"] == "Request body: size must be between 1 and 100"


def test_a_list_is_filtered_sorted_and_cut_into_pages(bill: BillAccount) -> None:
    bill.call("POST", f"{DEPARTMENTS}/bulk", [{"name": f"Zone {n}"} for n in (2, 1, 3)])

    page = bill.read(DEPARTMENTS, filters='name:sw:"Zone"', sort="name:desc", max=2)
    rest = bill.read(DEPARTMENTS, filters='name:sw:"Zone"', sort="name:desc", max=2, page=page["nextPage"])
    names = [row["name"] for row in page["results"] + rest["results"]]
    assert names == ["Zone 3", "Zone 2", "Zone 1"]
    assert "nextPage" not in rest


def test_an_unknown_record_is_not_found(bill: BillAccount) -> None:
    response = bill.get(f"{DEPARTMENTS}/0de02UNKNOWN00000000")
    assert (response.status_code, response.json()[0]["code"]) == (404, "BDC_1205")
