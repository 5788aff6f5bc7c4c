"""The organization, its users, what BILL charges it, and its report about vendors, as BILL keeps them."""

from collections.abc import Iterator

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import ADDRESS, ORGANIZATION, BillAccount

USER = {
    "firstName": "Ines",
    "lastName": "Costa",
    "email": "ines@halden.example",
    "acceptTermsOfService": True,
}
OURS = f"/organizations/{ORGANIZATION}"


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    account = BillAccount(sandbox_url)
    yield account
    account.close()


def test_a_user_is_given_a_role_by_id_and_shown_with_all_of_it(bill: BillAccount) -> None:
    role = bill.rows("/roles")[2]
    user = bill.post("/users", USER | {"roleId": role["id"]}).json()

    assert user["role"] == {name: role[name] for name in ("id", "type", "description")}
    assert not {"roleId", "acceptTermsOfService"} & user.keys()


def test_nobody_is_added_without_terms_or_with_an_address_that_is_there(bill: BillAccount) -> None:
    role = bill.rows("/roles")[2]["id"]
    without = bill.post("/users", USER | {"roleId": role, "acceptTermsOfService": False})
    again = bill.post("/users", USER | {"roleId": role, "email": "Luis@halden.example"})

    assert without.json()[0]["message"] == "acceptTermsOfService: must be true"
    assert (again.status_code, again.json()[0]["code"]) == (422, "BDC_1119")


def test_nobody_archives_himself(bill: BillAccount) -> None:
    assert bill.call("POST", "/users/00601HALDENCONSOLE00/archive").status_code == 422


def test_part_of_an_address_can_be_changed(bill: BillAccount) -> None:
    before = bill.read(OURS)["address"]
    after = bill.call("PATCH", OURS, {"address": {"zipOrPostalCode": "94608"}}).json()["address"]

    assert after == before | {"zipOrPostalCode": "94608"}


def test_an_organization_is_asked_for_by_its_own_id(bill: BillAccount) -> None:
    assert bill.get("/organizations/00899OTHER0000000000").status_code == 404


def test_health_needs_no_session(bill: BillAccount) -> None:
    assert bill.http.get("/connect/v3/health").json()["appEnv"] == "sandbox"


def test_statements_of_some_days_are_listed_without_their_lines(bill: BillAccount) -> None:
    newest = bill.rows(f"{OURS}/billing-statements")[-1]
    day = newest["invoiceDate"]
    rows = bill.rows(f"{OURS}/billing-statements", invoiceDateFrom=day, invoiceDateTo=day)

    assert rows == [newest]
    assert "statementDetails" not in newest
    whole = bill.read(f"{OURS}/billing-statements/{newest['id']}")
    assert sum(line["amount"] for line in whole["statementDetails"]) == whole["amount"]


def test_a_verification_begins_once(bill: BillAccount, sandbox: SandboxControl) -> None:
    assert bill.read("/risk-verifications") == {}
    first, again = (bill.call("POST", "/risk-verifications").json() for _ in range(2))

    assert first == again == bill.read("/risk-verifications")
    assert [line["took"] for line in sandbox.effects(operation="start_risk_verification")] == [True, False]


def test_the_report_about_a_vendor_tells_each_field_then_and_now(bill: BillAccount) -> None:
    vendor = bill.post("/vendors", {"name": "Northside", "address": ADDRESS}).json()
    bill.call("PATCH", f"/vendors/{vendor['id']}", {"phone": "4155550134"})
    newest, *older = bill.read(f"/reports/audit-trail/vendor/{vendor['id']}")

    assert newest["user"]["name"] == "Countersign Console"
    assert newest["field"] == {"name": "phone", "value": {"current": "4155550134"}}
    assert [line["type"] for line in older] == ["CREATED"]
    assert bill.read(f"/reports/audit-trail/vendor/{vendor['id']}", start=1, max=1) == older
