"""What an approver is told about bills, decisions on them, credits and what recurs, and what comes of it."""

import pytest

from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError, NotFoundError, RefusedError
from connectors.judging import Expectation, Money
from connectors.sandbox.client import SandboxControl
from tests import payables as books
from tests.connectors.bill_desk import BillDesk, changes, titles
from tests.writes.bill_payables import CASES, NEW_BILL, NEW_CREDIT, NEW_RECURRING, POLICY


@pytest.fixture
def desk(bill_desk: BillDesk, sandbox: SandboxControl) -> BillDesk:
    books.fill(sandbox)
    return bill_desk


# Bills


def test_a_change_of_a_line_shows_it_before_and_after_with_the_total(desk: BillDesk) -> None:
    lines = [{"id": books.LINES[1], "amount": "81.50"}]
    card = desk.expect("bill_update_bill", {"billId": books.BILL, "billLineItems": lines})

    assert changes(card) == {"Line 2": ("€80.00", "€81.50"), "Amount owed": ("€200.00", "€201.50")}
    assert card.money == Money(20150, "EUR", "stays")
    assert card.sentence == "Change bill NP-1 from Northside in BILL: line 2, amount owed"


def test_a_replaced_bill_shows_the_lines_that_go_and_those_that_come(desk: BillDesk) -> None:
    card = desk.expect("bill_replace_bill", CASES["bill_replace_bill"])

    assert changes(card)["Line 2"] == ("€80.00", "—")
    assert changes(card)["Line 3"] == ("—", "€5.25")
    assert changes(card)["Amount owed"] == ("€200.00", "€105.25")


def test_a_replaced_bill_loses_the_lines_that_are_left_out(desk: BillDesk) -> None:
    desk.send("bill_replace_bill", CASES["bill_replace_bill"])
    bill = desk.read("bill_get_bill", {"billId": books.BILL})

    assert [line["id"] == books.LINES[0] for line in bill["billLineItems"]] == [True, False]
    assert (bill["amount"], bill["dueAmount"]) == (105.25, 105.25)


def test_a_line_of_another_bill_is_refused_before_anything_is_proposed(desk: BillDesk) -> None:
    lines = [{"id": "bli99", "amount": "1.00"}]
    with pytest.raises(ArgumentsError, match="bli99 is no line of bill NP-1"):
        desk.look("bill_update_bill", {"billId": books.BILL, "billLineItems": lines})


def test_somebody_elses_change_does_not_confirm_ours(desk: BillDesk) -> None:
    asked = {"billId": books.BILL, "dueDate": "2027-01-15"}
    attempt = desk.attempt("bill_update_bill", asked, send=False)
    desk.send("bill_update_bill", asked | {"dueDate": "2027-01-16"})

    verdict = desk.probe("bill_update_bill", attempt)

    assert verdict.kind == "cannot_tell"
    assert verdict.sentence == "Due of bill NP-1 from Northside is 2027-01-16, not 2027-01-15."


def test_a_number_that_another_bill_has_blocks_a_change(desk: BillDesk) -> None:
    card = desk.expect("bill_update_bill", {"billId": books.BILL, "invoiceNumber": "NP-2"})

    assert ("blocked", "BILL has that number already") in titles(card)


@pytest.mark.parametrize("name", ["bill_create_bill", "bill_create_bills_bulk"])
def test_a_number_that_bill_has_is_read_as_already_there(
    desk: BillDesk, sandbox: SandboxControl, name: str
) -> None:
    desk.send("bill_create_bill", NEW_BILL)
    sandbox.clear_faults()
    with pytest.raises(RefusedError, match="BILL already has a document of that number"):
        desk.send(name, CASES[name])

    (_, effect) = sandbox.effects()
    assert effect["took"] is False


def test_a_bill_that_is_entered_twice_at_once_leaves_none(desk: BillDesk) -> None:
    before = len(desk.read("bill_list_bills", {"vendorId": books.VENDOR}))
    with pytest.raises(RefusedError):
        desk.send("bill_create_bills_bulk", {"bills": [NEW_BILL, NEW_BILL]})

    assert len(desk.read("bill_list_bills", {"vendorId": books.VENDOR})) == before


def test_a_hundred_bills_are_one_card_with_a_line_for_each(desk: BillDesk, sandbox: SandboxControl) -> None:
    rows = [NEW_BILL | {"invoiceNumber": f"NP-{number}"} for number in range(100, 200)]
    card = desk.expect("bill_create_bills_bulk", {"bills": rows})

    assert card.sentence == "Enter 100 bills into BILL, €22,899.00"
    assert card.money == Money(2_289_900, "EUR", "stays")
    assert len(card.changes) == 100
    assert "Amount owed: €228.99" in card.changes[99].after


def test_bills_of_a_vendor_that_an_earlier_step_makes_have_no_currency_yet(desk: BillDesk) -> None:
    rows = [NEW_BILL | {"vendorId": {"$ref": {"step": 1, "result": "id"}}}]
    card = desk.expect("bill_create_bills_bulk", {"bills": rows})

    assert card.money == Money(None, None, "stays")
    assert card.goes_to == "the vendor that step 1 creates"


def test_one_bill_of_several_that_is_there_already_blocks_them_all(desk: BillDesk) -> None:
    rows = [NEW_BILL, NEW_BILL | {"invoiceNumber": "NP-1"}]
    (flag,) = desk.expect("bill_create_bills_bulk", {"bills": rows}).flags

    assert (flag.level, flag.title) == ("blocked", "BILL has that number already: Bill NP-1")


def test_a_bill_that_is_paid_or_about_to_be_is_flagged(desk: BillDesk, sandbox: SandboxControl) -> None:
    sandbox.change("bill", "bill", books.BILL, paymentStatus="SCHEDULED")
    card = desk.expect("bill_archive_bill", {"billId": books.BILL})

    assert titles(card) == [("high", "Money has moved by it")]


# Payments that were made elsewhere


def test_a_noted_payment_lowers_what_is_open_and_the_vendors_balance(desk: BillDesk) -> None:
    balance = desk.read("bill_get_vendor", {"vendorId": books.VENDOR})["balance"]["amount"]
    desk.send("bill_record_bill_payment", CASES["bill_record_bill_payment"])
    bill = desk.read("bill_get_bill", {"billId": books.BILL})

    assert (bill["paidAmount"], bill["dueAmount"], bill["paymentStatus"]) == (70, 130, "PARTIAL")
    assert desk.read("bill_get_vendor", {"vendorId": books.VENDOR})["balance"]["amount"] == balance - 70


def test_a_noted_payment_says_that_bill_sends_no_money(desk: BillDesk) -> None:
    card = desk.expect("bill_record_bill_payment", CASES["bill_record_bill_payment"])

    assert card.money == Money(7000, "EUR", "stays")
    assert "BILL sends no money" in card.summary
    assert changes(card)["Open of bill NP-1 from Northside"] == ("€200.00", "€130.00")


def test_more_than_is_open_is_flagged_and_refused(desk: BillDesk) -> None:
    asked = CASES["bill_record_bill_payment"] | {"payments": [{"billId": books.BILL, "amount": "200.01"}]}

    assert titles(desk.expect("bill_record_bill_payment", asked)) == [("high", "More than is open")]
    with pytest.raises(RefusedError):
        desk.send("bill_record_bill_payment", asked)


def test_a_bill_of_another_vendor_cannot_be_noted_as_paid(desk: BillDesk) -> None:
    asked = CASES["bill_record_bill_payment"] | {"vendorId": books.ASKED}
    with pytest.raises(ArgumentsError, match="is not from Southside"):
        desk.look("bill_record_bill_payment", asked)


def test_another_payment_does_not_confirm_ours(desk: BillDesk) -> None:
    asked = CASES["bill_record_bill_payment"]
    attempt = desk.attempt("bill_record_bill_payment", asked, send=False)
    desk.send("bill_record_bill_payment", asked | {"payments": [{"billId": books.BILL, "amount": "5"}]})

    assert desk.probe("bill_record_bill_payment", attempt).kind == "cannot_tell"


# Approvals at BILL


def test_a_decision_names_each_bill_with_its_vendor_and_amount(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    card = desk.expect("bill_approve_or_deny_bills", CASES["bill_approve_or_deny_bills"])

    assert card.sentence == "Approve bill NP-2 from Northside in BILL, €200.00"
    assert card.money == Money(20000, "EUR", "stays")
    assert changes(card)["Bill NP-2 from Northside"][0] == "€200.00, ASSIGNED"
    assert card.flags == ()


def test_a_bill_that_is_not_ours_to_decide_is_flagged(desk: BillDesk) -> None:
    asked = {"decisions": [{"billId": books.BILL, "action": "APPROVE"}]}

    assert titles(desk.expect("bill_approve_or_deny_bills", asked)) == [("high", "Not ours to decide")]


def test_a_bill_is_decided_on_once_in_a_proposal(desk: BillDesk) -> None:
    asked = {"decisions": [{"billId": books.WAITING, "action": action} for action in ("APPROVE", "DENY")]}
    with pytest.raises(ArgumentsError, match="named more than once"):
        desk.look("bill_approve_or_deny_bills", asked)


def test_a_policy_makes_bills_wait_until_they_are_approved(desk: BillDesk) -> None:
    desk.send("bill_create_approval_policy", POLICY | {"approvers": [books.OUR_USER, books.OTHER_USER]})
    large = NEW_BILL | {"billLineItems": [{"amount": "2500.50"}]}
    made, small = desk.send("bill_create_bill", large), NEW_BILL | {"invoiceNumber": "NP-11"}
    bill = {"billId": made["id"]}

    assert (made["approvalStatus"], [one["status"] for one in made["approvers"]]) == (
        "ASSIGNED",
        ["WAITING", "WAITING"],
    )
    assert desk.send("bill_create_bill", small)["approvalStatus"] == "UNASSIGNED"
    assert made["id"] in [row["billId"] for row in desk.read("bill_list_pending_approvals", {})]
    desk.send("bill_approve_or_deny_bills", {"decisions": [bill | {"action": "APPROVE"}]})
    assert desk.read("bill_get_bill", bill)["approvalStatus"] == "APPROVING"


@pytest.mark.parametrize(("action", "status"), [("APPROVE", "APPROVED"), ("DENY", "DENIED")])
def test_the_last_approver_decides(desk: BillDesk, action: str, status: str) -> None:
    desk.send("bill_approve_or_deny_bills", {"decisions": [{"billId": books.WAITING, "action": action}]})

    assert desk.read("bill_get_bill", {"billId": books.WAITING})["approvalStatus"] == status
    with pytest.raises(RefusedError):
        desk.send("bill_approve_or_deny_bills", {"decisions": [{"billId": books.WAITING, "action": action}]})


def test_a_bill_that_waits_for_approval_cannot_be_paid(desk: BillDesk) -> None:
    asked = CASES["bill_record_bill_payment"] | {"payments": [{"billId": books.WAITING, "amount": "1"}]}
    with pytest.raises(RefusedError):
        desk.send("bill_record_bill_payment", asked)


def test_an_approved_bill_that_grows_must_be_approved_anew(desk: BillDesk, sandbox: SandboxControl) -> None:
    sandbox.change("bill", "bill", books.BILL, approvalStatus="APPROVED")
    lines = {"billId": books.BILL, "billLineItems": [{"id": books.LINES[0], "amount": "1920.00"}]}
    card = desk.expect("bill_update_bill", lines)
    desk.send("bill_update_bill", lines)

    assert ("caution", "Approved as it was before") in titles(card)
    assert desk.read("bill_get_bill", {"billId": books.BILL})["approvalStatus"] == "ASSIGNED"


def test_a_policy_is_read_in_the_words_it_is_written_in(desk: BillDesk) -> None:
    """BILL answers with operators in capitals, and with names beside values and users."""
    asked = {"policyId": books.POLICY, "policyName": "Large", "approvers": [books.OUR_USER]}
    rules = [{"key": "BILL_AMOUNT", "op": "gte", "values": ["1000.00"]}]
    card = desk.expect("bill_replace_approval_policy", asked | {"rules": rules})

    assert titles(card) == [("blocked", "Nothing changes")]


def test_the_card_of_a_policy_names_people(desk: BillDesk) -> None:
    asked = POLICY | {"approvers": [books.OTHER_USER, "00601NOBODY"]}
    shown = changes(desk.expect("bill_replace_approval_policy", {"policyId": books.POLICY, **asked}))
    ours, other = (desk.read("bill_get_user", {"userId": key}) for key in (books.OUR_USER, books.OTHER_USER))

    assert shown["Approvers"] == (
        f"{ours['firstName']} {ours['lastName']} ({books.OUR_USER})",
        f"{other['firstName']} {other['lastName']} ({books.OTHER_USER}), 00601NOBODY",
    )


def test_a_policy_that_is_gone_cannot_be_deleted(desk: BillDesk) -> None:
    with pytest.raises(NotFoundError):
        desk.look("bill_delete_approval_policy", {"policyId": "apo99"})


def test_deleting_a_policy_says_what_nobody_is_asked_about_any_more(desk: BillDesk) -> None:
    (flag,) = desk.expect("bill_delete_approval_policy", {"policyId": books.POLICY}).flags

    assert flag.level == "high"
    assert "BILL_AMOUNT at least 1000" in flag.detail


# Credits and recurring bills


def test_a_credit_is_set_off_against_a_bill_as_it_is_entered(desk: BillDesk) -> None:
    credit = {"id": books.CREDIT, "amount": "20.00"}
    bill = desk.send("bill_create_bill", NEW_BILL | {"vendorCredits": [credit]})
    left = desk.read("bill_get_vendor_credit", {"vendorCreditId": books.CREDIT})

    assert (bill["creditAmount"], str(bill["dueAmount"]), bill["paymentStatus"]) == (20, "208.99", "PARTIAL")
    assert (left["appliedAmount"], left["status"]) == (20, "PARTIALLY_APPLIED")
    assert left["usage"] == [{"billId": bill["id"], "amount": 20}]


def test_a_card_tells_what_is_set_off_and_what_the_credit_has_left(desk: BillDesk) -> None:
    def card(amount: str) -> Expectation:
        credits = [{"id": books.CREDIT, "amount": amount}]
        return desk.expect("bill_create_bill", NEW_BILL | {"vendorCredits": credits})

    assert changes(card("20"))["Credit CN-1 set off"] == ("€50.00 left", "€20.00")
    assert (titles(card("20")), titles(card("50.01"))) == ([], [("high", "More than the credit has left")])


def test_a_credit_of_another_vendor_is_refused_before_anything_is_proposed(desk: BillDesk) -> None:
    given = NEW_BILL | {"vendorId": books.ASKED, "vendorCredits": [{"id": books.CREDIT, "amount": "1"}]}
    with pytest.raises(ArgumentsError, match="Credit CN-1 is not from Southside"):
        desk.look("bill_create_bill", given)


def test_more_than_a_credit_has_left_is_refused(desk: BillDesk) -> None:
    with pytest.raises(RefusedError):
        desk.send("bill_create_bill", NEW_BILL | {"vendorCredits": [{"id": books.CREDIT, "amount": "50.01"}]})


def test_an_archived_credit_is_gone_for_good(desk: BillDesk) -> None:
    card = desk.expect("bill_archive_vendor_credits_bulk", CASES["bill_archive_vendor_credits_bulk"])

    assert card.undo == "No: BILL cannot restore an archived credit"
    assert card.money == Money(10000, "EUR", "stays")
    assert "irreversible" in find_operation("bill_archive_vendor_credits_bulk").effects


def test_a_credits_number_may_be_there_twice(desk: BillDesk) -> None:
    card = desk.expect("bill_create_vendor_credit", NEW_CREDIT | {"referenceNumber": "CN-1"})

    assert titles(card) == [("caution", "BILL has that number already")]


def test_a_recurring_bill_that_pays_itself_is_money_that_leaves(desk: BillDesk) -> None:
    card = desk.expect("bill_create_recurring_bill", NEW_RECURRING)

    assert card.sentence == "Let BILL enter a bill from Northside every month, €80.00 each"
    assert card.money == Money(8000, "EUR", "out")
    assert ("high", "BILL pays by itself") in titles(card)


def test_a_recurring_bill_that_is_paid_by_hand_stays(desk: BillDesk) -> None:
    card = desk.expect("bill_create_recurring_bill", NEW_RECURRING | {"autoPayment": False})

    assert (card.money.direction, titles(card)) == ("stays", [])


def test_switching_a_recurring_bill_to_pay_by_itself_is_money_that_leaves(desk: BillDesk) -> None:
    card = desk.expect(
        "bill_update_recurring_bill", {"recurringBillId": books.RECURRING, "autoPayment": True}
    )

    assert card.money == Money(8000, "EUR", "out")
    assert changes(card) == {"BILL pays by itself": ("No", "Yes")}
