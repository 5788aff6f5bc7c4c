"""What an approver is told before money leaves, and how a payment whose answer was lost is found again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError, RefusedError
from connectors.judging import Attempted, Money
from connectors.sandbox.bill.resources.funding_accounts import BANK
from connectors.sandbox.client import SandboxControl
from tests import payables as books
from tests import payments
from tests.connectors.bill_desk import BillDesk, changes, titles
from tests.writes.bill_payments import CASES, FROM_BANK, PAY

OURS = {"transactionNumber": "CS-0123456789ABCDEF"}
UNAPPROVED = ("caution", "Nobody approved it in BILL")
PAYS = ("bill_create_payment", "bill_create_payments_bulk")
GIVEN = {name: given | (OURS if name in PAYS else {}) for name, given in CASES.items()}


@pytest.fixture
def desk(bill_desk: BillDesk, sandbox: SandboxControl) -> BillDesk:
    payments.fill(sandbox)
    return bill_desk


@pytest.mark.parametrize("name", CASES)
def test_an_answered_write_took(desk: BillDesk, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, GIVEN[name]))

    assert verdict.kind == "took", verdict.sentence


@pytest.mark.parametrize("name", CASES)
def test_a_write_whose_answer_was_lost_is_found_by_looking(
    desk: BillDesk, sandbox: SandboxControl, name: str
) -> None:
    sandbox.drop_reply(connector="bill", operation=name.removeprefix("bill_"))

    verdict = desk.probe(name, desk.attempt(name, GIVEN[name], loses_answer=True))

    assert verdict.kind == "took", verdict.sentence


@pytest.mark.parametrize("name", CASES)
def test_a_write_that_was_never_sent_is_not_taken_for_done(desk: BillDesk, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, GIVEN[name], send=False))

    assert verdict.kind == ("cannot_tell" if name == "bill_verify_bank_account" else "absent")


def test_a_payment_tells_who_gets_what_from_where_and_when(desk: BillDesk) -> None:
    card = desk.expect("bill_create_payment", PAY | OURS)
    shown = changes(card)

    assert card.sentence == "Pay Northside €70.50 for bill NP-1"
    assert card.money == Money(7050, "EUR", "out")
    assert card.goes_to == "Northside by check"
    assert shown["From"][1] == "First Pier Bank ••••4321"
    assert shown["Open of bill NP-1"] == ("€200.00, UNPAID, UNASSIGNED", "€129.50")
    assert shown["Our reference"][1] == "CS-0123456789ABCDEF"
    assert shown["Fee"][1] == "$1.99"
    assert shown["Rate of exchange"][1].startswith("0.92 between USD and EUR")
    assert shown["Paid faster"][1] == shown["BILL makes a bill"][1] == "No"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"approvalStatus": "ASSIGNED"}, ("blocked", "Not approved")),
        ({"approvalStatus": "DENIED"}, ("blocked", "Not approved")),
        ({"archived": True}, ("blocked", "The bill is archived")),
        ({"dueAmount": "70.49"}, ("blocked", "More than is open")),
        ({"scheduledAmount": "150.00"}, ("blocked", "It would be paid twice")),
        ({"scheduledAmount": "50.00"}, ("blocked", "A payment is scheduled")),
    ],
)
def test_a_bill_that_should_not_be_paid_is_flagged(
    desk: BillDesk, sandbox: SandboxControl, change: dict[str, Any], expected: tuple[str, str]
) -> None:
    sandbox.change("bill", "bill", books.BILL, **change)

    assert expected in titles(desk.expect("bill_create_payment", PAY))


def test_a_bill_whose_payment_is_scheduled_is_not_paid_beside_it(desk: BillDesk) -> None:
    made = desk.send("bill_create_payment", PAY)

    flags = {flag.title: flag for flag in desk.expect("bill_create_payment", PAY).flags}
    flag = flags["A payment is scheduled"]

    assert flag.level == "blocked"
    assert f"€70.50 scheduled ({made['id']})" in flag.detail


def test_a_bill_that_was_paid_before_names_the_payment(desk: BillDesk, sandbox: SandboxControl) -> None:
    made = desk.send("bill_create_payment", PAY)
    sandbox.change("bill", "payment", made["id"], status="PAID", singleStatus="CLEARED")
    sandbox.change("bill", "bill", books.BILL, scheduledAmount="0", paymentStatus="PARTIAL")

    assert ("high", "Paid already") in titles(desk.expect("bill_create_payment", PAY))


def test_a_day_before_new_bank_details_are_verified_is_blocked(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    bank = {"nameOnAccount": "Northside", "bankAccountNumber": "000123459999"}
    desk.send("bill_create_vendor_bank_account", {"vendorId": books.VENDOR, **bank})
    tomorrow = {"processDate": (sandbox.now() + timedelta(days=1)).date().isoformat()}

    assert ("blocked", "Too early") in titles(desk.expect("bill_create_payment", PAY | tomorrow))
    with pytest.raises(RefusedError):
        desk.send("bill_create_payment", PAY | tomorrow)


def test_the_first_day_that_bill_offers_is_not_too_early(desk: BillDesk) -> None:
    first = desk.look("bill_create_payment", PAY).fields["process_on"]

    assert titles(desk.expect("bill_create_payment", PAY | {"processDate": first})) == [UNAPPROVED]


def test_a_bill_that_somebody_approved_in_bill_raises_no_flag(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    assert titles(desk.expect("bill_create_payment", PAY)) == [UNAPPROVED]
    sandbox.change("bill", "bill", books.BILL, approvalStatus="APPROVED")
    assert titles(desk.expect("bill_create_payment", PAY)) == []


def test_of_many_bills_that_nobody_approved_one_flag_tells(desk: BillDesk) -> None:
    flag, *_ = desk.expect("bill_create_payments_bulk", GIVEN["bill_create_payments_bulk"]).flags

    assert flag.title == f"{UNAPPROVED[1]}: bill NP-1 from Northside, bill NP-11 from Northside"
    assert flag.detail.count("nobody was asked to approve") == 2


def test_a_vendor_that_bill_pays_by_itself_is_flagged(desk: BillDesk, sandbox: SandboxControl) -> None:
    sandbox.change("bill", "vendor", books.VENDOR, autoPay={"enabled": True, "bankAccountId": BANK})

    assert ("high", "BILL pays this vendor by itself") in titles(desk.expect("bill_create_payment", PAY))


def test_an_unverified_account_pays_nothing(desk: BillDesk) -> None:
    pending = PAY | {"fundingAccountId": payments.PENDING_BANK}

    assert ("blocked", "Nothing can be paid from there") in titles(
        desk.expect("bill_create_payment", pending)
    )
    with pytest.raises(RefusedError):
        desk.send("bill_create_payment", pending)


def test_bank_details_that_changed_lately_are_flagged(desk: BillDesk) -> None:
    bank = {"nameOnAccount": "Northside", "bankAccountNumber": "000123459999"}
    desk.send("bill_create_vendor_bank_account", {"vendorId": books.VENDOR, **bank})
    desk.send("bill_update_vendor", {"vendorId": books.VENDOR, "payeeName": "Northside Ltd"})

    card = desk.expect("bill_create_payment", PAY)

    assert ("high", "Payment details changed lately") in titles(card)
    assert card.goes_to == "Northside Ltd by bank transfer to ••••9999"


@pytest.mark.parametrize(
    "given",
    [
        PAY | {"createBill": True},
        FROM_BANK | {"amount": "10"},
        FROM_BANK | {"amount": "10", "createBill": True},
        PAY | {"vendorId": books.PAID_BY_ACH},
        PAY | {"amount": "10.005"},
        PAY | {"fundingType": "WALLET"},
        {"billId": books.BILL, "amount": "10", "fundingType": "WALLET"},
    ],
)
def test_what_contradicts_itself_is_not_asked(desk: BillDesk, given: dict[str, Any]) -> None:
    with pytest.raises(ArgumentsError):
        desk.look("bill_create_payment", given)


def test_a_payment_without_a_bill_is_found_by_our_reference(desk: BillDesk, sandbox: SandboxControl) -> None:
    given = {"vendorId": books.VENDOR, "createBill": True, "amount": "15.25", **FROM_BANK}
    sandbox.drop_reply(connector="bill", operation="create_payment")

    attempt = desk.attempt("bill_create_payment", given | OURS, loses_answer=True)

    assert desk.probe("bill_create_payment", attempt).kind == "took"
    assert desk.expect("bill_create_payment", given).flags[0].title == "The same amount lately"


def test_another_payment_of_the_same_bill_is_not_taken_for_ours(desk: BillDesk) -> None:
    attempt = desk.attempt("bill_create_payment", PAY | OURS, send=False)
    desk.send("bill_create_payment", PAY | {"transactionNumber": "CS-FEDCBA9876543210"})

    verdict = desk.probe("bill_create_payment", attempt)

    assert verdict.kind == "cannot_tell", verdict.sentence
    assert "does not carry our reference" in verdict.sentence


def test_a_payment_that_bill_numbers_itself_is_not_called_absent(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    sandbox.drop_reply(connector="bill", operation="create_payment")
    attempt = desk.attempt("bill_create_payment", PAY | OURS, loses_answer=True)
    made = desk.read("bill_list_payments", {"vendorId": books.VENDOR})[-1]
    sandbox.change("bill", "payment", made["id"], transactionNumber="P26120101 - 0001")

    assert desk.probe("bill_create_payment", attempt).kind == "cannot_tell"


def test_half_of_several_payments_is_not_all_of_them(desk: BillDesk, sandbox: SandboxControl) -> None:
    name = "bill_create_payments_bulk"
    attempt = desk.attempt(name, GIVEN[name])
    made = desk.read("bill_list_payments", {"vendorId": books.VENDOR})
    sandbox.remove("bill", "payment", made[-1]["id"])

    verdict = desk.probe(name, replace(attempt, answer=None))

    assert verdict.kind == "cannot_tell"


def test_a_bulk_payment_is_the_sum_of_its_parts(desk: BillDesk) -> None:
    card = desk.expect("bill_create_payments_bulk", GIVEN["bill_create_payments_bulk"])

    assert card.money == Money(22025, "EUR", "out")
    assert card.sentence.startswith("Make 2 payments, €220.25")


def test_a_payment_on_its_way_is_not_cancelled_and_a_scheduled_one_not_voided(desk: BillDesk) -> None:
    cancel = desk.expect("bill_cancel_payment", {"paymentId": payments.SENT})
    void = {"paymentId": payments.SCHEDULED, "voidReason": "Twice", "type": "VOID_ONLY"}

    assert ("blocked", "No longer scheduled") in titles(cancel)
    assert ("blocked", "Still scheduled") in titles(desk.expect("bill_void_payment", void))


@pytest.mark.parametrize(("kind", "direction"), [("VOID_ONLY", "stays"), ("VOID_AND_REISSUE", "out")])
def test_a_void_that_pays_anew_is_money_out(desk: BillDesk, kind: str, direction: str) -> None:
    asked = {"paymentId": payments.SENT, "voidReason": "Lost in the post", "type": kind}

    assert desk.expect("bill_void_payment", asked).money == Money(20000, "EUR", direction)


def test_a_void_that_bill_rejects_had_no_effect(desk: BillDesk, sandbox: SandboxControl) -> None:
    attempt = desk.attempt("bill_void_payment", GIVEN["bill_void_payment"])
    sandbox.change("bill", "payment", payments.SENT, fate="VOID_REJECTED")
    sandbox.advance(5 * 86400)

    assert desk.probe("bill_void_payment", attempt).kind == "refused"


def test_a_wrong_deposit_is_told_by_the_answer(desk: BillDesk) -> None:
    given = GIVEN["bill_verify_bank_account"] | {"depositAmount": "0.10"}
    attempt: Attempted = desk.attempt("bill_verify_bank_account", given)

    assert desk.probe("bill_verify_bank_account", attempt).kind == "refused"


def test_nobody_gives_our_reference_for_us() -> None:
    shown = find_operation("bill_create_payment").input_schema["properties"]

    assert "transactionNumber" not in shown
