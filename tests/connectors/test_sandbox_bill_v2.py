"""The sandbox's older interface: forms in, HTTP 200 out, the same customers under other names."""

from collections.abc import Iterator

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import LOGIN, ORGANIZATION, BillAccount


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    account = BillAccount(sandbox_url)
    yield account
    account.close()


def code(envelope: dict) -> str:
    assert envelope["response_status"] == 1
    assert envelope["response_message"] == "Error"
    return envelope["response_data"]["error_code"]


def test_the_old_login_has_its_own_spelling(bill: BillAccount) -> None:
    form = {
        "userName": LOGIN["username"],
        "password": "sandbox",
        "orgId": ORGANIZATION,
        "devKey": LOGIN["devKey"],
    }
    answer = bill.http.post("/api/v2/Login.json", data=form).json()

    assert set(answer["response_data"]) == {"sessionId", "orgId", "apiEndPoint", "usersId"}
    assert code(bill.http.post("/api/v2/Login.json", data=form | {"devKey": "x"}).json()) == "BDC_1102"


def test_a_customer_reads_the_same_under_other_names(bill: BillAccount) -> None:
    row = bill.rows("/customers")[0]
    old = bill.v2("Crud/Read/Customer", {"id": row["id"]})["response_data"]

    assert (old["entity"], old["isActive"], old["name"]) == ("Customer", "1", row["name"])
    assert old["contactFirstName"] == row["contact"]["firstName"]
    assert old["parentCustomerId"] == "0" * 20
    assert old["shortName"] is None
    assert old["createdTime"].endswith("+0000")


def test_a_list_is_a_bare_array_with_inactive_ones_unless_filtered(bill: BillAccount) -> None:
    every = bill.v2("List/Customer", {"start": 0, "max": 999})["response_data"]
    active = {"field": "isActive", "op": "=", "value": "1"}
    kept = bill.v2("List/Customer", {"filters": [active]})["response_data"]

    assert len(every) == 25
    assert kept == [row for row in every if row["isActive"] == "1"] != every


def test_a_list_is_cut_by_start_and_max_and_sorted_by_words(bill: BillAccount) -> None:
    sort = [{"field": "name", "asc": "false"}]
    names = [row["name"] for row in bill.v2("List/Customer", {"sort": sort})["response_data"]]
    part = bill.v2("List/Customer", {"sort": sort, "start": 5, "max": 3})["response_data"]

    assert names == sorted(names, reverse=True)
    assert [row["name"] for row in part] == names[5:8]


def test_a_customer_made_here_needs_no_address_and_shows_in_v3(bill: BillAccount) -> None:
    made = bill.v2("Crud/Create/Customer", {"obj": {"entity": "Customer", "name": "Old Way"}})[
        "response_data"
    ]

    shown = bill.read(f"/customers/{made['id']}")
    assert shown["name"] == "Old Way"
    assert "email" not in shown


@pytest.mark.parametrize(
    ("operation", "data", "expected"),
    [
        ("Crud/Create/Customer", {"obj": {"entity": "Customer"}}, "BDC_1117"),
        ("Crud/Create/Customer", {"obj": {"entity": "Vendor", "name": "X"}}, "BDC_1118"),
        ("Crud/Read/Customer", {"id": "0cu00000000000000000"}, "BDC_1120"),
        ("List/Customer", {"filters": [{"field": "shoe", "op": "=", "value": "1"}]}, "BDC_1130"),
        ("List/Customer", {"filters": [{"field": "name", "op": "~", "value": "1"}]}, "BDC_1131"),
        ("List/Customer", {"start": -1}, "BDC_1129"),
        ("List/Customer", [], "BDC_1122"),
        ("crud/read/customer", {"id": "x"}, "BDC_1121"),
    ],
)
def test_a_refusal_is_http_200_with_its_code(
    bill: BillAccount, operation: str, data: object, expected: str
) -> None:
    assert code(bill.v2(operation, data)) == expected


def test_an_ended_session_is_told_in_the_envelope(bill: BillAccount, sandbox: SandboxControl) -> None:
    sandbox.advance(36 * 60)

    assert code(bill.v2("List/Customer", {})) == "BDC_1109"


def test_the_ledger_keeps_the_places_of_the_credentials_only(
    bill: BillAccount, sandbox: SandboxControl
) -> None:
    bill.v2("Crud/Create/Customer", {"obj": {"entity": "Customer", "name": "Old Way"}})

    (effect,) = sandbox.effects(operation="v2_create_customer")
    assert effect["request"]["body"].startswith("devKey={devKey}&sessionId={sessionId}&data=%7B%22obj")
