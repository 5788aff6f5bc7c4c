"""Payments at the local BILL: made for bills, carried out as days pass, cancelled, voided, failed."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.sandbox.bill.resources.funding_accounts import BANK
from connectors.sandbox.client import SandboxControl
from tests import payables as books
from tests import payments
from tests.connectors.bill_account import BillAccount

DAY_S = 86_400
PAY: dict[str, Any] = {
    "billId": books.BILL,
    "amount": 70.5,
    "fundingAccount": {"type": "BANK_ACCOUNT", "id": BANK},
    "processingOptions": {},
}


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    payments.fill(sandbox)
    sandbox.settings(bill_wants_trust=False)
    account = BillAccount(sandbox_url)
    yield account
    account.close()


def made(bill: BillAccount, **changes: Any) -> dict[str, Any]:
    response = bill.post("/payments", PAY | changes)
    assert response.status_code == 201, response.text
    return response.json()


def standing(bill: BillAccount, payment: dict[str, Any]) -> tuple[str, str]:
    shown = bill.http.get(f"/connect/v3/payments/{payment['id']}", headers=fresh(bill)).json()
    return shown["status"], shown["singleStatus"]


def fresh(bill: BillAccount) -> dict[str, str]:
    """Days have passed, so the session has ended."""
    bill.session_id = bill.log_in().json()["sessionId"]
    return bill.headers


def amounts(bill: BillAccount) -> tuple[str, float, float, float]:
    shown = bill.http.get(f"/connect/v3/bills/{books.BILL}", headers=fresh(bill)).json()
    return shown["paymentStatus"], shown["scheduledAmount"], shown["paidAmount"], shown["dueAmount"]


def test_an_untrusted_session_pays_nothing(bill: BillAccount, sandbox: SandboxControl) -> None:
    sandbox.settings(bill_wants_trust=True)

    response = bill.post("/payments", PAY)

    assert (response.status_code, response.json()[0]["code"]) == (403, "BDC_1361")


def test_a_payment_runs_its_course_and_its_bill_follows(bill: BillAccount, sandbox: SandboxControl) -> None:
    payment = made(bill)
    assert amounts(bill) == ("SCHEDULED", 70.5, 0, 200)

    seen = [standing(bill, payment)]
    for _ in range(12):
        sandbox.advance(DAY_S)
        if (now := standing(bill, payment)) != seen[-1]:
            seen.append(now)

    assert seen == [
        ("SCHEDULED", "SCHEDULED"),
        ("SCHEDULED", "FUNDING_STARTED"),
        ("PAID", "PROCESSED"),
        ("PAID", "SENT"),
        ("PAID", "CLEARED"),
    ]
    assert amounts(bill) == ("PARTIAL", 0, 70.5, 129.5)


def test_a_funding_failure_opens_the_bill_again(bill: BillAccount, sandbox: SandboxControl) -> None:
    payment = made(bill)
    sandbox.change("bill", "payment", payment["id"], fate="FUNDING_FAILED_VOIDED")

    for _ in range(12):
        sandbox.advance(DAY_S)

    assert standing(bill, payment) == ("VOID", "FUNDING_FAILED_VOIDED")
    assert amounts(bill) == ("UNPAID", 0, 0, 200)


def test_cancelled_has_two_spellings(bill: BillAccount) -> None:
    payment = made(bill)

    response = bill.post(f"/payments/{payment['id']}/cancel")

    assert (response.json()["status"], response.json()["singleStatus"]) == ("CANCELLED", "CANCELED")
    assert amounts(bill) == ("UNPAID", 0, 0, 200)
    assert bill.post(f"/payments/{payment['id']}/cancel").status_code == 422


def test_a_void_is_taken_up_and_shows_later_whether_it_succeeded(
    bill: BillAccount, sandbox: SandboxControl
) -> None:
    asked = {"reason": "Twice", "type": "VOID_ONLY"}

    taken = bill.post(f"/payments/{payments.SENT}/void", asked).json()
    assert (taken["singleStatus"], taken["voidInfo"][0]["status"]) == ("VOID_PENDING", "TO_BE_PROCESSED")

    sandbox.advance(5 * DAY_S)
    assert standing(bill, {"id": payments.SENT}) == ("VOID", "VOIDED")
    assert bill.post(f"/payments/{payments.SCHEDULED}/void", asked).status_code == 422


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"amount": 200.01}, 422),
        ({"amount": 0}, 422),
        ({"billId": books.WAITING}, 422),
        ({"billId": books.ARCHIVED}, 422),
        ({"billId": "00n01NOBODY"}, 404),
        ({"vendorId": books.PAID_BY_ACH}, 422),
        ({"processDate": "2020-01-01"}, 422),
        ({"processingOptions": None}, 400),
        ({"processingOptions": {"createBill": True}}, 400),
        ({"billId": None}, 400),
        ({"fundingAccount": {"type": "BANK_ACCOUNT", "id": payments.PENDING_BANK}}, 422),
        ({"fundingAccount": {"type": "WALLET"}}, 400),
    ],
)
def test_what_bill_refuses_to_pay(bill: BillAccount, changes: dict[str, Any], status: int) -> None:
    assert bill.post("/payments", PAY | changes).status_code == status
    assert amounts(bill) == ("UNPAID", 0, 0, 200)


def test_several_payments_are_all_made_or_none(bill: BillAccount) -> None:
    shared = {name: PAY[name] for name in ("fundingAccount", "processingOptions")}
    parts = [{"billId": books.BILL, "amount": 10}, {"billId": payments.SECOND_BILL, "amount": 500}]

    assert bill.post("/payments/bulk", {**shared, "payments": parts}).status_code == 422
    assert amounts(bill) == ("UNPAID", 0, 0, 200)
    assert bill.post("/payments/bulk", {**shared, "payments": parts[:1] * 51}).status_code == 400


def test_a_bill_is_made_for_a_payment_that_asks_for_one(bill: BillAccount) -> None:
    payment = made(bill, billId=None, vendorId=books.VENDOR, processingOptions={"createBill": True})

    shown = bill.read(f"/bills/{payment['billId']}")
    assert (shown["amount"], shown["paymentStatus"]) == (70.5, "SCHEDULED")


def test_three_wrong_deposits_block_an_account(bill: BillAccount) -> None:
    path = f"/funding-accounts/banks/{payments.PENDING_BANK}"

    answers = [bill.post(f"{path}/verify", {"depositAmount": 0.2}).json() for _ in range(3)]

    assert answers == [{"verified": False}] * 3
    assert bill.read(path)["status"] == "BLOCKED"
    assert bill.read(path)["accountNumber"] == "********2333"


def test_a_payment_that_is_issued_anew_pays_the_same_bill_again(
    bill: BillAccount, sandbox: SandboxControl
) -> None:
    void = {"type": "VOID_AND_REISSUE", "reason": "Lost in the post"}
    bill.post(f"/payments/{payments.SENT}/void", void)
    sandbox.advance(5 * DAY_S)
    bill.session_id = bill.log_in().json()["sessionId"]

    rows = bill.rows("/payments", filters=f"billId:eq:{payments.SENT_BILL}")
    (again,) = [row for row in rows if row["id"] != payments.SENT]

    assert bill.read(f"/payments/{payments.SENT}")["status"] == "VOID"
    assert (again["amount"], again["status"] != "VOID") == (200, True)


def test_the_bills_that_are_paid_or_scheduled_have_their_payments(
    sandbox: SandboxControl, sandbox_url: str
) -> None:
    account = BillAccount(sandbox_url)
    states = {row["id"]: row["paymentStatus"] for row in account.rows("/bills")}
    paid = {row["billId"]: row["status"] for row in account.rows("/payments")}
    account.close()

    wanted = {"PAID": "PAID", "PARTIAL": "PAID", "SCHEDULED": "SCHEDULED"}
    assert paid == {key: wanted[state] for key, state in states.items() if state in wanted}
