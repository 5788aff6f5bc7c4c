"""What an approver is told about vendors and what is owed to them, and what BILL shows afterwards."""

from collections.abc import Iterator
from typing import Any

import pytest

from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError, NotFoundError, NotSentError, RefusedError
from connectors.judging import Attempted, Expectation, Money
from connectors.sandbox.client import SandboxControl
from tests import payables as books
from tests.connectors.bill_account import make_client, reader
from tests.connectors.bill_desk import BillDesk as Desk
from tests.writes.bill_payables import BANK, CASES, NEW_BILL, NEW_CREDIT, NEW_RECURRING, NEW_VENDOR, POLICY

# BILL does not show which of its records it connected, so its answer is the evidence.
NAMELESS = {"networkId": books.ASKING, "type": "VENDOR"}
MONEY = [name for name in CASES if "money" in find_operation(name).effects]


@pytest.fixture
def desk(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Desk]:
    books.fill(sandbox)
    client = make_client(sandbox_url)
    yield Desk(client, reader(client))
    client.close()


@pytest.fixture
def given(sandbox: SandboxControl) -> Any:
    def arguments(name: str) -> dict[str, Any]:
        if name == "bill_restore_vendor":
            sandbox.change("bill", "vendor", books.VENDOR, archived=True)
            return {"vendorId": books.VENDOR}
        return CASES[name]

    return arguments


WRITES = [*CASES, "bill_restore_vendor"]


@pytest.mark.parametrize("name", WRITES)
def test_an_answered_write_took(desk: Desk, given: Any, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, given(name)))

    assert verdict.kind == "took", verdict.sentence


@pytest.mark.parametrize("name", WRITES)
def test_a_write_whose_answer_was_lost_is_found_by_looking(
    desk: Desk, sandbox: SandboxControl, given: Any, name: str
) -> None:
    asked = given(name)
    sandbox.drop_reply(connector="bill", operation=name.removeprefix("bill_"))

    verdict = desk.probe(name, desk.attempt(name, asked, loses_answer=True))

    assert verdict.kind == "took", verdict.sentence


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_never_arrived_is_absent(desk: Desk, given: Any, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, given(name), send=False))

    assert verdict.kind == "absent", verdict.sentence


@pytest.mark.parametrize("name", WRITES)
def test_nothing_that_goes_stale_moves_by_itself(desk: Desk, given: Any, name: str) -> None:
    asked, stale = given(name), find_operation(name).stale
    first, second = desk.look(name, asked), desk.look(name, asked)

    assert [first.fields[field] for field in stale] == [second.fields[field] for field in stale]


@pytest.mark.parametrize("name", ["bill_update_bill", "bill_update_vendor"])
def test_what_bill_shows_empty_was_not_set(desk: Desk, name: str) -> None:
    asked = {"billId": books.BILL, "description": "Late"}
    if name == "bill_update_vendor":
        asked = {"vendorId": books.VENDOR, "phone": "4155550134"}

    assert desk.probe(name, desk.attempt(name, asked, send=False)).kind == "absent"


def titles(card: Expectation) -> list[tuple[str, str]]:
    return [(flag.level, flag.title) for flag in card.flags]


def changes(card: Expectation) -> dict[str, tuple[str, str]]:
    return {change.field: (change.now, change.after) for change in card.changes}


# Vendors and where they are paid


def test_a_new_vendors_card_tells_what_the_network_has(desk: Desk) -> None:
    card = desk.expect("bill_create_vendor", {"name": "NORTHSIDE  Ltd", "address": books.ADDRESS})

    (flag,) = card.flags
    assert flag.title == "The BILL network has such a company"
    assert "Northside Produce (4001, BILL, Oakland)" in flag.detail


def test_a_new_vendors_card_tells_that_the_network_has_none(desk: Desk) -> None:
    card = desk.expect("bill_create_vendor", {"name": "Zzyzx Roads", "address": books.ADDRESS})

    assert titles(card) == [("info", "Not found in the BILL network")]


def test_a_network_that_cannot_be_searched_is_told(desk: Desk, sandbox: SandboxControl) -> None:
    sandbox.fail_next(status=400, body='[{"message":"no"}]', connector="bill", operation="search_network")
    card = desk.expect("bill_create_vendor", {"name": "Zzyzx Roads", "address": books.ADDRESS})

    assert titles(card) == [("info", "The BILL network was not searched")]


def test_a_new_vendors_bank_details_are_shown_by_their_last_four(desk: Desk) -> None:
    card = desk.expect("bill_create_vendor", NEW_VENDOR)

    assert changes(card)["Account number"] == ("—", "••••6789")
    assert changes(card)["Tax number"] == ("—", "••••6789")
    assert "000123456789" not in str(card)
    assert ("high", "Bank details") in titles(card)


def test_bank_details_are_given_whole_or_not_at_all(desk: Desk) -> None:
    with pytest.raises(ArgumentsError, match="bankAccountNumber is missing"):
        desk.look("bill_create_vendor", {"name": "A", "address": books.ADDRESS, "nameOnAccount": "A"})


def test_other_bank_details_than_those_that_are_there_are_flagged(desk: Desk) -> None:
    asked = {"vendorId": books.PAID_BY_ACH, **BANK, "nameOnAccount": "Eastside"}
    card = desk.expect("bill_create_vendor_bank_account", asked)

    assert changes(card)["Account number"] == ("••••5544", "••••6789")
    flag = card.flags[0]
    assert (flag.level, flag.title) == ("high", "Differs from what is there")
    assert flag.detail == "Eastside has ••••5544 now; other: account number."
    assert "two business days" in str(card.flags)


def test_the_same_bank_details_are_told_to_be_the_same(desk: Desk) -> None:
    same = {
        "nameOnAccount": "Eastside",
        "bankAccountNumber": "998877665544",
        "bankRoutingNumber": "021000021",
    }
    card = desk.expect("bill_create_vendor_bank_account", {"vendorId": books.PAID_BY_ACH, **same})

    assert ("caution", "The same as what is there") in titles(card)
    assert ("high", "Differs from what is there") not in titles(card)


def test_an_account_held_by_another_name_is_flagged(desk: Desk) -> None:
    card = desk.expect("bill_create_vendor_bank_account", {"vendorId": books.VENDOR, **BANK})

    assert ("high", "Held by another name") in titles(card)


def test_the_account_is_exchanged_by_deleting_and_creating(desk: Desk) -> None:
    """While this is proposed as one plan, the earlier account is there; that alone must not make it stale."""
    given = {"vendorId": books.PAID_BY_ACH, **BANK}
    before = desk.look("bill_create_vendor_bank_account", given)
    desk.send("bill_delete_vendor_bank_account", {"vendorId": books.PAID_BY_ACH})
    after = desk.look("bill_create_vendor_bank_account", given)

    stale = find_operation("bill_create_vendor_bank_account").stale
    assert [before.fields[name] for name in stale] == [after.fields[name] for name in stale]
    attempt = Attempted(given, before, desk.attempt("bill_create_vendor_bank_account", given).sent_at)
    assert desk.probe("bill_create_vendor_bank_account", attempt).kind == "took"


def test_a_vendor_has_one_bank_account(desk: Desk) -> None:
    with pytest.raises(RefusedError):
        desk.send("bill_create_vendor_bank_account", {"vendorId": books.PAID_BY_ACH, **BANK})


def test_bank_numbers_and_tax_numbers_come_by_their_last_four(desk: Desk) -> None:
    made = desk.send("bill_create_vendor", NEW_VENDOR)
    shown = desk.read("bill_get_vendor", {"vendorId": made["id"]})
    account = desk.read("bill_get_vendor_bank_account", {"vendorId": made["id"]})

    assert shown["paymentInformation"]["bankAccount"]["accountNumber"] == "••••6789"
    assert shown["additionalInfo"]["taxId"] == "••••6789"
    assert account["accountNumber"] == "••••6789"


def test_auto_pay_is_money_that_leaves_by_itself(desk: Desk) -> None:
    card = desk.expect("bill_update_vendor", CASES["bill_update_vendor"])

    assert card.money == Money(50000, "EUR", "out")
    assert ("high", "BILL pays by itself") in titles(card)


def test_auto_pay_without_a_limit_counts_as_large(desk: Desk) -> None:
    card = desk.expect("bill_update_vendor", {"vendorId": books.VENDOR, "autoPay": True})

    assert card.money == Money(None, "EUR", "out")
    assert ("high", "No limit") in titles(card)


def test_another_payee_is_a_high_flag_and_another_telephone_is_none(desk: Desk) -> None:
    payee = desk.expect("bill_update_vendor", {"vendorId": books.VENDOR, "payeeName": "Someone Else"})
    phone = desk.expect("bill_update_vendor", {"vendorId": books.VENDOR, "phone": "4155550134"})

    assert titles(payee) == [("high", "Payments go out to another name")]
    assert (titles(phone), phone.money) == ([], Money(None, None, "none"))


def test_a_vendor_that_is_like_that_already_is_not_changed(desk: Desk) -> None:
    card = desk.expect("bill_update_vendor", {"vendorId": books.VENDOR, "name": " Northside "})
    capitals = desk.expect("bill_update_vendor", {"vendorId": books.VENDOR, "name": "NORTHSIDE"})

    assert ("blocked", "Nothing changes") in titles(card)
    assert titles(capitals) == [("high", "Another name")]


def test_what_is_still_owed_is_told_before_a_vendor_is_archived(desk: Desk) -> None:
    card = desk.expect("bill_archive_vendor", {"vendorId": books.VENDOR})

    assert titles(card) == [("caution", "Still owed")]
    assert "€400.00" in card.flags[0].detail


# The network


def test_a_connected_vendor_is_not_asked_again(desk: Desk) -> None:
    asked = {"vendorId": books.ASKED, "networkId": books.COMPANY, "networkType": "BILL"}

    assert desk.expect("bill_invite_vendor", asked).flags[0].level == "blocked"


def test_an_invitation_tells_whom_bill_writes_to(desk: Desk) -> None:
    card = desk.expect("bill_invite_vendor_by_email", CASES["bill_invite_vendor_by_email"])

    assert card.goes_to == "ap+1@northside.example"
    assert ("caution", "Mails the vendor") in titles(card)


def test_a_connection_that_is_not_there_is_not_ended(desk: Desk) -> None:
    card = desk.expect("bill_disconnect_vendor", {"vendorId": books.VENDOR})

    assert titles(card) == [("blocked", "Not connected")]


def test_what_bill_connected_cannot_be_told_without_its_answer(desk: Desk, sandbox: SandboxControl) -> None:
    sandbox.drop_reply(connector="bill", operation="accept_network_invitation")
    named = NAMELESS | {"name": "Zzyzx Roads"}
    sent = desk.attempt("bill_accept_network_invitation", named, loses_answer=True)
    unsent = desk.attempt("bill_accept_network_invitation", named | {"name": "Nobody"}, send=False)

    assert desk.probe("bill_accept_network_invitation", sent).kind == "took"
    assert desk.probe("bill_accept_network_invitation", unsent).kind == "cannot_tell"


# Bills


def test_a_change_of_a_line_shows_it_before_and_after_with_the_total(desk: Desk) -> None:
    lines = [{"id": books.LINES[1], "amount": "81.50"}]
    card = desk.expect("bill_update_bill", {"billId": books.BILL, "billLineItems": lines})

    assert changes(card) == {"Line 2": ("€80.00", "€81.50"), "Amount owed": ("€200.00", "€201.50")}
    assert card.money == Money(20150, "EUR", "stays")
    assert card.sentence == "Change bill NP-1 from Northside in BILL: line 2, amount owed"


def test_a_replaced_bill_shows_the_lines_that_go_and_those_that_come(desk: Desk) -> None:
    card = desk.expect("bill_replace_bill", CASES["bill_replace_bill"])

    assert changes(card)["Line 2"] == ("€80.00", "—")
    assert changes(card)["Line 3"] == ("—", "€5.25")
    assert changes(card)["Amount owed"] == ("€200.00", "€105.25")


def test_a_replaced_bill_loses_the_lines_that_are_left_out(desk: Desk) -> None:
    desk.send("bill_replace_bill", CASES["bill_replace_bill"])
    bill = desk.read("bill_get_bill", {"billId": books.BILL})

    assert [line["id"] == books.LINES[0] for line in bill["billLineItems"]] == [True, False]
    assert (bill["amount"], bill["dueAmount"]) == (105.25, 105.25)


def test_a_line_of_another_bill_is_refused_before_anything_is_proposed(desk: Desk) -> None:
    lines = [{"id": "bli99", "amount": "1.00"}]
    with pytest.raises(ArgumentsError, match="bli99 is no line of bill NP-1"):
        desk.look("bill_update_bill", {"billId": books.BILL, "billLineItems": lines})


def test_somebody_elses_change_does_not_confirm_ours(desk: Desk) -> None:
    asked = {"billId": books.BILL, "dueDate": "2027-01-15"}
    attempt = desk.attempt("bill_update_bill", asked, send=False)
    desk.send("bill_update_bill", asked | {"dueDate": "2027-01-16"})

    verdict = desk.probe("bill_update_bill", attempt)

    assert verdict.kind == "cannot_tell"
    assert verdict.sentence == "Due of bill NP-1 from Northside is 2027-01-16, not 2027-01-15."


def test_a_number_that_another_bill_has_blocks_a_change(desk: Desk) -> None:
    card = desk.expect("bill_update_bill", {"billId": books.BILL, "invoiceNumber": "NP-2"})

    assert ("blocked", "BILL has that number already") in titles(card)


@pytest.mark.parametrize("name", ["bill_create_bill", "bill_create_bills_bulk"])
def test_a_number_that_bill_has_is_read_as_already_there(
    desk: Desk, sandbox: SandboxControl, name: str
) -> None:
    desk.send("bill_create_bill", NEW_BILL)
    sandbox.clear_faults()
    with pytest.raises(RefusedError, match="BILL already has a document of that number"):
        desk.send(name, CASES[name])

    (_, effect) = sandbox.effects()
    assert effect["took"] is False


def test_a_bill_that_is_entered_twice_at_once_leaves_none(desk: Desk) -> None:
    before = len(desk.read("bill_list_bills", {"vendorId": books.VENDOR}))
    with pytest.raises(RefusedError):
        desk.send("bill_create_bills_bulk", {"bills": [NEW_BILL, NEW_BILL]})

    assert len(desk.read("bill_list_bills", {"vendorId": books.VENDOR})) == before


def test_a_hundred_bills_are_one_card_with_a_line_for_each(desk: Desk, sandbox: SandboxControl) -> None:
    rows = [NEW_BILL | {"invoiceNumber": f"NP-{number}"} for number in range(100, 200)]
    card = desk.expect("bill_create_bills_bulk", {"bills": rows})

    assert card.sentence == "Enter 100 bills into BILL, €22,899.00"
    assert card.money == Money(2_289_900, "EUR", "stays")
    assert len(card.changes) == 100
    assert "Amount owed: €228.99" in card.changes[99].after


def test_bills_of_a_vendor_that_an_earlier_step_makes_have_no_currency_yet(desk: Desk) -> None:
    rows = [NEW_BILL | {"vendorId": {"$ref": {"step": 1, "result": "id"}}}]
    card = desk.expect("bill_create_bills_bulk", {"bills": rows})

    assert card.money == Money(None, None, "stays")
    assert card.goes_to == "the vendor that step 1 creates"


def test_one_bill_of_several_that_is_there_already_blocks_them_all(desk: Desk) -> None:
    rows = [NEW_BILL, NEW_BILL | {"invoiceNumber": "NP-1"}]
    (flag,) = desk.expect("bill_create_bills_bulk", {"bills": rows}).flags

    assert (flag.level, flag.title) == ("blocked", "BILL has that number already: Bill NP-1")


def test_a_bill_that_is_paid_or_about_to_be_is_flagged(desk: Desk, sandbox: SandboxControl) -> None:
    sandbox.change("bill", "bill", books.BILL, paymentStatus="SCHEDULED")
    card = desk.expect("bill_archive_bill", {"billId": books.BILL})

    assert titles(card) == [("high", "Money has moved by it")]


# Payments that were made elsewhere


def test_a_noted_payment_lowers_what_is_open_and_the_vendors_balance(desk: Desk) -> None:
    balance = desk.read("bill_get_vendor", {"vendorId": books.VENDOR})["balance"]["amount"]
    desk.send("bill_record_bill_payment", CASES["bill_record_bill_payment"])
    bill = desk.read("bill_get_bill", {"billId": books.BILL})

    assert (bill["paidAmount"], bill["dueAmount"], bill["paymentStatus"]) == (70, 130, "PARTIAL")
    assert desk.read("bill_get_vendor", {"vendorId": books.VENDOR})["balance"]["amount"] == balance - 70


def test_a_noted_payment_says_that_bill_sends_no_money(desk: Desk) -> None:
    card = desk.expect("bill_record_bill_payment", CASES["bill_record_bill_payment"])

    assert card.money == Money(7000, "EUR", "stays")
    assert "BILL sends no money" in card.summary
    assert changes(card)["Open of bill NP-1 from Northside"] == ("€200.00", "€130.00")


def test_more_than_is_open_is_flagged_and_refused(desk: Desk) -> None:
    asked = CASES["bill_record_bill_payment"] | {"payments": [{"billId": books.BILL, "amount": "200.01"}]}

    assert titles(desk.expect("bill_record_bill_payment", asked)) == [("high", "More than is open")]
    with pytest.raises(RefusedError):
        desk.send("bill_record_bill_payment", asked)


def test_a_bill_of_another_vendor_cannot_be_noted_as_paid(desk: Desk) -> None:
    asked = CASES["bill_record_bill_payment"] | {"vendorId": books.ASKED}
    with pytest.raises(ArgumentsError, match="is not from Southside"):
        desk.look("bill_record_bill_payment", asked)


def test_another_payment_does_not_confirm_ours(desk: Desk) -> None:
    asked = CASES["bill_record_bill_payment"]
    attempt = desk.attempt("bill_record_bill_payment", asked, send=False)
    desk.send("bill_record_bill_payment", asked | {"payments": [{"billId": books.BILL, "amount": "5"}]})

    assert desk.probe("bill_record_bill_payment", attempt).kind == "cannot_tell"


# Approvals at BILL


def test_a_decision_names_each_bill_with_its_vendor_and_amount(desk: Desk, sandbox: SandboxControl) -> None:
    card = desk.expect("bill_approve_or_deny_bills", CASES["bill_approve_or_deny_bills"])

    assert card.sentence == "Approve bill NP-2 from Northside in BILL, €200.00"
    assert card.money == Money(20000, "EUR", "stays")
    assert changes(card)["Bill NP-2 from Northside"][0] == "€200.00, ASSIGNED"
    assert card.flags == ()


def test_a_bill_that_is_not_ours_to_decide_is_flagged(desk: Desk) -> None:
    asked = {"decisions": [{"billId": books.BILL, "action": "APPROVE"}]}

    assert titles(desk.expect("bill_approve_or_deny_bills", asked)) == [("high", "Not ours to decide")]


def test_a_bill_is_decided_on_once_in_a_proposal(desk: Desk) -> None:
    asked = {"decisions": [{"billId": books.WAITING, "action": action} for action in ("APPROVE", "DENY")]}
    with pytest.raises(ArgumentsError, match="named more than once"):
        desk.look("bill_approve_or_deny_bills", asked)


def test_a_policy_makes_bills_wait_until_they_are_approved(desk: Desk) -> None:
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
def test_the_last_approver_decides(desk: Desk, action: str, status: str) -> None:
    desk.send("bill_approve_or_deny_bills", {"decisions": [{"billId": books.WAITING, "action": action}]})

    assert desk.read("bill_get_bill", {"billId": books.WAITING})["approvalStatus"] == status
    with pytest.raises(RefusedError):
        desk.send("bill_approve_or_deny_bills", {"decisions": [{"billId": books.WAITING, "action": action}]})


def test_a_bill_that_waits_for_approval_cannot_be_paid(desk: Desk) -> None:
    asked = CASES["bill_record_bill_payment"] | {"payments": [{"billId": books.WAITING, "amount": "1"}]}
    with pytest.raises(RefusedError):
        desk.send("bill_record_bill_payment", asked)


def test_an_approved_bill_that_grows_must_be_approved_anew(desk: Desk, sandbox: SandboxControl) -> None:
    sandbox.change("bill", "bill", books.BILL, approvalStatus="APPROVED")
    lines = {"billId": books.BILL, "billLineItems": [{"id": books.LINES[0], "amount": "1920.00"}]}
    card = desk.expect("bill_update_bill", lines)
    desk.send("bill_update_bill", lines)

    assert ("caution", "Approved as it was before") in titles(card)
    assert desk.read("bill_get_bill", {"billId": books.BILL})["approvalStatus"] == "ASSIGNED"


def test_a_policy_is_read_in_the_words_it_is_written_in(desk: Desk) -> None:
    """BILL answers with operators in capitals, and with names beside values and users."""
    asked = {"policyId": books.POLICY, "policyName": "Large", "approvers": [books.OUR_USER]}
    rules = [{"key": "BILL_AMOUNT", "op": "gte", "values": ["1000.00"]}]
    card = desk.expect("bill_replace_approval_policy", asked | {"rules": rules})

    assert titles(card) == [("blocked", "Nothing changes")]


def test_a_policy_that_is_gone_cannot_be_deleted(desk: Desk) -> None:
    with pytest.raises(NotFoundError):
        desk.look("bill_delete_approval_policy", {"policyId": "apo99"})


def test_deleting_a_policy_says_what_nobody_is_asked_about_any_more(desk: Desk) -> None:
    (flag,) = desk.expect("bill_delete_approval_policy", {"policyId": books.POLICY}).flags

    assert flag.level == "high"
    assert "BILL_AMOUNT at least 1000" in flag.detail


# Credits and recurring bills


def test_a_credit_is_set_off_against_a_bill_as_it_is_entered(desk: Desk) -> None:
    credit = {"id": books.CREDIT, "amount": "20.00"}
    bill = desk.send("bill_create_bill", NEW_BILL | {"vendorCredits": [credit]})
    left = desk.read("bill_get_vendor_credit", {"vendorCreditId": books.CREDIT})

    assert (bill["creditAmount"], str(bill["dueAmount"]), bill["paymentStatus"]) == (20, "208.99", "PARTIAL")
    assert (left["appliedAmount"], left["status"]) == (20, "PARTIALLY_APPLIED")
    assert left["usage"] == [{"billId": bill["id"], "amount": 20}]


def test_a_card_tells_what_is_set_off_and_what_the_credit_has_left(desk: Desk) -> None:
    def card(amount: str) -> Expectation:
        credits = [{"id": books.CREDIT, "amount": amount}]
        return desk.expect("bill_create_bill", NEW_BILL | {"vendorCredits": credits})

    assert changes(card("20"))["Credit CN-1 set off"] == ("€50.00 left", "€20.00")
    assert (titles(card("20")), titles(card("50.01"))) == ([], [("high", "More than the credit has left")])


def test_a_credit_of_another_vendor_is_refused_before_anything_is_proposed(desk: Desk) -> None:
    given = NEW_BILL | {"vendorId": books.ASKED, "vendorCredits": [{"id": books.CREDIT, "amount": "1"}]}
    with pytest.raises(ArgumentsError, match="Credit CN-1 is not from Southside"):
        desk.look("bill_create_bill", given)


def test_more_than_a_credit_has_left_is_refused(desk: Desk) -> None:
    with pytest.raises(RefusedError):
        desk.send("bill_create_bill", NEW_BILL | {"vendorCredits": [{"id": books.CREDIT, "amount": "50.01"}]})


def test_an_archived_credit_is_gone_for_good(desk: Desk) -> None:
    card = desk.expect("bill_archive_vendor_credits_bulk", CASES["bill_archive_vendor_credits_bulk"])

    assert card.undo == "No: BILL cannot restore an archived credit"
    assert card.money == Money(10000, "EUR", "stays")
    assert "irreversible" in find_operation("bill_archive_vendor_credits_bulk").effects


def test_a_credits_number_may_be_there_twice(desk: Desk) -> None:
    card = desk.expect("bill_create_vendor_credit", NEW_CREDIT | {"referenceNumber": "CN-1"})

    assert titles(card) == [("caution", "BILL has that number already")]


def test_a_recurring_bill_that_pays_itself_is_money_that_leaves(desk: Desk) -> None:
    card = desk.expect("bill_create_recurring_bill", NEW_RECURRING)

    assert card.sentence == "Let BILL enter a bill from Northside every month, €80.00 each"
    assert card.money == Money(8000, "EUR", "out")
    assert ("high", "BILL pays by itself") in titles(card)


def test_a_recurring_bill_that_is_paid_by_hand_stays(desk: Desk) -> None:
    card = desk.expect("bill_create_recurring_bill", NEW_RECURRING | {"autoPayment": False})

    assert (card.money.direction, titles(card)) == ("stays", [])


def test_switching_a_recurring_bill_to_pay_by_itself_is_money_that_leaves(desk: Desk) -> None:
    card = desk.expect(
        "bill_update_recurring_bill", {"recurringBillId": books.RECURRING, "autoPayment": True}
    )

    assert card.money == Money(8000, "EUR", "out")
    assert changes(card) == {"BILL pays by itself": ("No", "Yes")}


UNTRUSTED = {"remember_me_id": "", "device": ""}


@pytest.mark.parametrize(
    ("name", "switch"), [("bill_update_vendor", "autoPay"), ("bill_create_recurring_bill", "autoPayment")]
)
def test_paying_by_itself_is_switched_on_after_a_second_factor_alone(
    sandbox: SandboxControl, sandbox_url: str, name: str, switch: str
) -> None:
    books.fill(sandbox)
    client = make_client(sandbox_url, **UNTRUSTED)
    desk = Desk(client, reader(client))

    with pytest.raises(NotSentError, match="second factor"):
        desk.send(name, CASES[name])
    assert sandbox.effects() == []
    desk.send(name, CASES[name] | {switch: False})
    assert [line["took"] for line in sandbox.effects()] == [True]
    client.close()
