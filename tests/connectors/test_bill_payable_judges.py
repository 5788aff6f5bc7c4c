"""What an approver is told about vendors and what is owed to them, and what BILL shows afterwards."""

from typing import Any

import pytest

from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError, NotSentError, RefusedError
from connectors.judging import Attempted, Money
from connectors.sandbox.client import SandboxControl
from tests import payables as books
from tests.connectors.bill_account import make_client, reader
from tests.connectors.bill_desk import BillDesk, changes, titles
from tests.writes.bill_payables import BANK, CASES, NEW_VENDOR

# BILL does not show which of its records it connected, so its answer is the evidence.
NAMELESS = {"networkId": books.ASKING, "type": "VENDOR"}


@pytest.fixture
def desk(bill_desk: BillDesk, sandbox: SandboxControl) -> BillDesk:
    books.fill(sandbox)
    return bill_desk


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
def test_an_answered_write_took(desk: BillDesk, given: Any, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, given(name)))

    assert verdict.kind == "took", verdict.sentence


@pytest.mark.parametrize("name", WRITES)
def test_a_write_whose_answer_was_lost_is_found_by_looking(
    desk: BillDesk, sandbox: SandboxControl, given: Any, name: str
) -> None:
    asked = given(name)
    sandbox.drop_reply(connector="bill", operation=name.removeprefix("bill_"))

    verdict = desk.probe(name, desk.attempt(name, asked, loses_answer=True))

    assert verdict.kind == "took", verdict.sentence


@pytest.mark.parametrize("name", WRITES)
def test_a_write_that_never_arrived_is_absent(desk: BillDesk, given: Any, name: str) -> None:
    verdict = desk.probe(name, desk.attempt(name, given(name), send=False))

    assert verdict.kind == "absent", verdict.sentence


@pytest.mark.parametrize("name", WRITES)
def test_nothing_that_goes_stale_moves_by_itself(desk: BillDesk, given: Any, name: str) -> None:
    asked, stale = given(name), find_operation(name).stale
    first, second = desk.look(name, asked), desk.look(name, asked)

    assert [first.fields[field] for field in stale] == [second.fields[field] for field in stale]


@pytest.mark.parametrize("name", ["bill_update_bill", "bill_update_vendor"])
def test_what_bill_shows_empty_was_not_set(desk: BillDesk, name: str) -> None:
    asked = {"billId": books.BILL, "description": "Late"}
    if name == "bill_update_vendor":
        asked = {"vendorId": books.VENDOR, "phone": "4155550134"}

    assert desk.probe(name, desk.attempt(name, asked, send=False)).kind == "absent"


# Vendors and where they are paid


def test_a_new_vendors_card_tells_what_the_network_has(desk: BillDesk) -> None:
    card = desk.expect("bill_create_vendor", {"name": "NORTHSIDE  Ltd", "address": books.ADDRESS})

    (flag,) = card.flags
    assert flag.title == "The BILL network has such a company"
    assert "Northside Produce (4001, BILL, Oakland)" in flag.detail


def test_a_new_vendors_card_tells_that_the_network_has_none(desk: BillDesk) -> None:
    card = desk.expect("bill_create_vendor", {"name": "Zzyzx Roads", "address": books.ADDRESS})

    assert titles(card) == [("info", "Not found in the BILL network")]


def test_a_network_that_cannot_be_searched_is_told(desk: BillDesk, sandbox: SandboxControl) -> None:
    sandbox.fail_next(status=400, body='[{"message":"no"}]', connector="bill", operation="search_network")
    card = desk.expect("bill_create_vendor", {"name": "Zzyzx Roads", "address": books.ADDRESS})

    assert titles(card) == [("info", "The BILL network was not searched")]


def test_a_new_vendors_bank_details_are_shown_by_their_last_four(desk: BillDesk) -> None:
    card = desk.expect("bill_create_vendor", NEW_VENDOR)

    assert changes(card)["Account number"] == ("—", "••••6789")
    assert changes(card)["Tax number"] == ("—", "••••6789")
    assert "000123456789" not in str(card)
    assert ("high", "Bank details") in titles(card)


def test_bank_details_are_given_whole_or_not_at_all(desk: BillDesk) -> None:
    with pytest.raises(ArgumentsError, match="bankAccountNumber is missing"):
        desk.look("bill_create_vendor", {"name": "A", "address": books.ADDRESS, "nameOnAccount": "A"})


def test_other_bank_details_than_those_that_are_there_are_flagged(desk: BillDesk) -> None:
    asked = {"vendorId": books.PAID_BY_ACH, **BANK, "nameOnAccount": "Eastside"}
    card = desk.expect("bill_create_vendor_bank_account", asked)

    assert changes(card)["Account number"] == ("••••5544", "••••6789")
    flag = card.flags[0]
    assert (flag.level, flag.title) == ("high", "Differs from what is there")
    assert flag.detail == "Eastside has ••••5544 now; other: account number."
    assert "two business days" in str(card.flags)


def test_the_same_bank_details_are_told_to_be_the_same(desk: BillDesk) -> None:
    same = {
        "nameOnAccount": "Eastside",
        "bankAccountNumber": "998877665544",
        "bankRoutingNumber": "021000021",
    }
    card = desk.expect("bill_create_vendor_bank_account", {"vendorId": books.PAID_BY_ACH, **same})

    assert ("caution", "The same as what is there") in titles(card)
    assert ("high", "Differs from what is there") not in titles(card)


def test_an_account_held_by_another_name_is_flagged(desk: BillDesk) -> None:
    card = desk.expect("bill_create_vendor_bank_account", {"vendorId": books.VENDOR, **BANK})

    assert ("high", "Held by another name") in titles(card)


def test_the_account_is_exchanged_by_deleting_and_creating(desk: BillDesk) -> None:
    """While this is proposed as one plan, the earlier account is there; that alone must not make it stale."""
    given = {"vendorId": books.PAID_BY_ACH, **BANK}
    before = desk.look("bill_create_vendor_bank_account", given)
    desk.send("bill_delete_vendor_bank_account", {"vendorId": books.PAID_BY_ACH})
    after = desk.look("bill_create_vendor_bank_account", given)

    stale = find_operation("bill_create_vendor_bank_account").stale
    assert [before.fields[name] for name in stale] == [after.fields[name] for name in stale]
    attempt = Attempted(given, before, desk.attempt("bill_create_vendor_bank_account", given).sent_at)
    assert desk.probe("bill_create_vendor_bank_account", attempt).kind == "took"


def test_a_vendor_has_one_bank_account(desk: BillDesk) -> None:
    with pytest.raises(RefusedError):
        desk.send("bill_create_vendor_bank_account", {"vendorId": books.PAID_BY_ACH, **BANK})


def test_bank_numbers_and_tax_numbers_come_by_their_last_four(desk: BillDesk) -> None:
    made = desk.send("bill_create_vendor", NEW_VENDOR)
    shown = desk.read("bill_get_vendor", {"vendorId": made["id"]})
    account = desk.read("bill_get_vendor_bank_account", {"vendorId": made["id"]})

    assert shown["paymentInformation"]["bankAccount"]["accountNumber"] == "••••6789"
    assert shown["additionalInfo"]["taxId"] == "••••6789"
    assert account["accountNumber"] == "••••6789"


def test_auto_pay_is_money_that_leaves_by_itself(desk: BillDesk) -> None:
    card = desk.expect("bill_update_vendor", CASES["bill_update_vendor"])

    assert card.money == Money(50000, "EUR", "out")
    assert ("high", "BILL pays by itself") in titles(card)


def test_auto_pay_without_a_limit_counts_as_large(desk: BillDesk) -> None:
    card = desk.expect("bill_update_vendor", {"vendorId": books.VENDOR, "autoPay": True})

    assert card.money == Money(None, "EUR", "out")
    assert ("high", "No limit") in titles(card)


def test_another_payee_is_a_high_flag_and_another_telephone_is_none(desk: BillDesk) -> None:
    payee = desk.expect("bill_update_vendor", {"vendorId": books.VENDOR, "payeeName": "Someone Else"})
    phone = desk.expect("bill_update_vendor", {"vendorId": books.VENDOR, "phone": "4155550134"})

    assert titles(payee) == [("high", "Payments go out to another name")]
    assert (titles(phone), phone.money) == ([], Money(None, None, "none"))


def test_a_vendor_that_is_like_that_already_is_not_changed(desk: BillDesk) -> None:
    card = desk.expect("bill_update_vendor", {"vendorId": books.VENDOR, "name": " Northside "})
    capitals = desk.expect("bill_update_vendor", {"vendorId": books.VENDOR, "name": "NORTHSIDE"})

    assert ("blocked", "Nothing changes") in titles(card)
    assert titles(capitals) == [("high", "Another name")]


def test_what_is_still_owed_is_told_before_a_vendor_is_archived(desk: BillDesk) -> None:
    card = desk.expect("bill_archive_vendor", {"vendorId": books.VENDOR})

    assert titles(card) == [("caution", "Still owed")]
    assert "€400.00" in card.flags[0].detail


# The network


def test_a_connected_vendor_is_not_asked_again(desk: BillDesk) -> None:
    asked = {"vendorId": books.ASKED, "networkId": books.COMPANY, "networkType": "BILL"}

    assert desk.expect("bill_invite_vendor", asked).flags[0].level == "blocked"


def test_an_invitation_tells_whom_bill_writes_to(desk: BillDesk) -> None:
    card = desk.expect("bill_invite_vendor_by_email", CASES["bill_invite_vendor_by_email"])

    assert card.goes_to == "ap+1@northside.example"
    assert ("caution", "Mails the vendor") in titles(card)


def test_a_connection_that_is_not_there_is_not_ended(desk: BillDesk) -> None:
    card = desk.expect("bill_disconnect_vendor", {"vendorId": books.VENDOR})

    assert titles(card) == [("blocked", "Not connected")]


def test_what_bill_connected_cannot_be_told_without_its_answer(
    desk: BillDesk, sandbox: SandboxControl
) -> None:
    sandbox.drop_reply(connector="bill", operation="accept_network_invitation")
    named = NAMELESS | {"name": "Zzyzx Roads"}
    sent = desk.attempt("bill_accept_network_invitation", named, loses_answer=True)
    unsent = desk.attempt("bill_accept_network_invitation", named | {"name": "Nobody"}, send=False)

    assert desk.probe("bill_accept_network_invitation", sent).kind == "took"
    assert desk.probe("bill_accept_network_invitation", unsent).kind == "cannot_tell"


UNTRUSTED = {"remember_me_id": "", "device": ""}


@pytest.mark.parametrize(
    ("name", "switch"), [("bill_update_vendor", "autoPay"), ("bill_create_recurring_bill", "autoPayment")]
)
def test_paying_by_itself_is_switched_on_after_a_second_factor_alone(
    sandbox: SandboxControl, sandbox_url: str, name: str, switch: str
) -> None:
    books.fill(sandbox)
    client = make_client(sandbox_url, **UNTRUSTED)
    desk = BillDesk(client, reader(client))

    with pytest.raises(NotSentError, match="second factor"):
        desk.send(name, CASES[name])
    assert sandbox.effects() == []
    desk.send(name, CASES[name] | {switch: False})
    assert [line["took"] for line in sandbox.effects()] == [True]
    client.close()
