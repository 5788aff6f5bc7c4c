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


def customers(*names: object) -> dict:
    return {"bulk": [{"obj": {"entity": "Customer", "name": name}} for name in names]}


def test_several_are_answered_one_by_one_and_one_refused_keeps_none_away(bill: BillAccount) -> None:
    answer = bill.v2("Bulk/Crud/Create/Customer", customers("Old Way", "", "New Way"))
    first, second, third = answer["response_data"]["bulk"]

    assert answer["response_status"] == 0
    assert [one["response_data"]["name"] for one in (first, third)] == ["Old Way", "New Way"]
    assert code(second) == "BDC_1117"


def test_several_are_a_hundred_at_most(bill: BillAccount, sandbox: SandboxControl) -> None:
    answer = bill.v2("Bulk/Crud/Create/Customer", customers(*map(str, range(101))))

    assert code(answer) == "BDC_1129"
    assert not sandbox.effects(operation="v2_create_customers_bulk", took=True)


def test_what_is_deleted_is_archived_in_v3_and_comes_back_when_undeleted(bill: BillAccount) -> None:
    key = bill.rows("/customers", filters="archived:eq:false")[0]["id"]
    gone = bill.v2("Bulk/Crud/Delete/Customer", {"bulk": [{"id": key}, {"id": "0cu00"}]})["response_data"]

    assert gone["bulk"][0]["response_data"]["isActive"] == "2"
    assert code(gone["bulk"][1]) == "BDC_1120"
    assert bill.read(f"/customers/{key}")["archived"] is True
    assert bill.v2("Crud/Undelete/Customer", {"id": key})["response_data"]["isActive"] == "1"


def test_a_customer_can_be_deleted_by_its_spelling_of_active(bill: BillAccount) -> None:
    row = bill.rows("/customers", filters="archived:eq:false")[0]
    told = {"entity": "Customer", "id": row["id"], "name": row["name"]}

    assert code(bill.v2("Crud/Update/Customer", {"obj": told | {"isActive": True}})) == "BDC_1119"
    gone = bill.v2("Crud/Update/Customer", {"obj": told | {"isActive": "2"}})["response_data"]
    assert gone["isActive"] == "2"


def test_a_change_leaves_alone_what_the_newer_interface_does_not_know(bill: BillAccount) -> None:
    obj = {"entity": "Customer", "name": "Old Way", "shortName": "OW", "billAddress3": "Door 4"}
    obj |= {"billAddressCountry": "Germany"}
    key = bill.v2("Crud/Create/Customer", {"obj": obj})["response_data"]["id"]
    change = {"entity": "Customer", "id": key, "name": "Old Way", "billAddress4": "Left"}
    now = bill.v2("Crud/Update/Customer", {"obj": change})["response_data"]

    assert {name: now[name] for name in (*obj, "billAddress4")} == obj | {"billAddress4": "Left"}
    assert bill.read(f"/customers/{key}")["billingAddress"]["country"] == "DE"


def test_a_name_can_be_there_twice_unless_the_sandbox_was_told_otherwise(
    bill: BillAccount, sandbox: SandboxControl
) -> None:
    assert bill.v2("Bulk/Crud/Create/Customer", customers("Old Way", "Old Way"))["response_status"] == 0
    sandbox.settings(bill_refuses_customers_of_a_name=True)
    answer = bill.v2("Bulk/Crud/Create/Customer", customers("Old Way", "New Way"))["response_data"]

    assert [one["response_status"] for one in answer["bulk"]] == [1, 0]
    assert code(answer["bulk"][0]) == "BDC_1171"


def test_a_bank_account_wants_agreement_to_the_terms_beside_it(bill: BillAccount) -> None:
    key = next(row["id"] for row in bill.rows("/customers") if row.get("billingAddress"))
    obj = {
        "entity": "CustomerBankAccount",
        "customerId": key,
        "nameOnAccount": "A",
        "routingNumber": "021000021",
    }
    obj |= {"accountNumber": "000987654321"}

    assert (
        code(bill.v2("Crud/Create/CustomerBankAccount", {"obj": obj | {"agreedWithTOS": True}})) == "BDC_1117"
    )
    made = bill.v2("Crud/Create/CustomerBankAccount", {"obj": obj, "agreedWithTOS": True})["response_data"]
    assert made["accountNumber"] == "********4321"
    gone = bill.v2("Crud/Delete/CustomerBankAccount", {"id": made["id"]})["response_data"]
    assert gone["isActive"] == "2"
