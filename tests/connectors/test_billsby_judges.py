"""Every Billsby write against the local Billsby: look, expect, send, probe."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.catalogue import catalogue
from connectors.errors import ArgumentsError, RefusedError
from connectors.judging import Attempted, Snapshot
from connectors.money import format_money
from connectors.registry import connector
from tests.connectors.billsby_desk import levels

BILLSBY = catalogue("billsby")
MAIL = "noor.falk@example.test"
NEW_CUSTOMER = {
    "firstName": "Noor",
    "lastName": "Falk",
    "email": MAIL,
    "addressLine1": "4 Mill Lane",
    "city": "Leeds",
    "state": "West Yorkshire",
    "country": "GBR",
    "postCode": "LS1 4AB",
}


def test_a_retry_that_pays_took_effect(desk, story) -> None:
    number = story("retry_pays")["invoiceNumber"]
    _, expectation = desk.look("billsby_retry_invoice_payment", invoiceNumber=number)
    verdict = desk.carry_out("billsby_retry_invoice_payment", invoiceNumber=number)
    owed = story("retry_pays")["amount_minor"]
    assert expectation.sentence == f"Retry payment on {number}, {format_money(owed, 'USD')}"
    assert (expectation.money.amount_minor, expectation.money.direction) == (owed, "in")
    assert (verdict.kind, verdict.after["open_minor"]) == ("took", 0)


def test_a_retry_that_declines_again_is_refused(desk, story) -> None:
    number = story("retry_declines")["invoiceNumber"]
    verdict = desk.carry_out("billsby_retry_invoice_payment", invoiceNumber=number)
    assert verdict.kind == "refused"
    assert verdict.sentence == "Did not take effect: the card was declined again."


def test_a_retry_that_was_not_sent_is_absent(desk, story) -> None:
    number = story("retry_pays")["invoiceNumber"]
    assert desk.probe_unsent("billsby_retry_invoice_payment", invoiceNumber=number).kind == "absent"


def test_a_retry_that_waits_for_the_card_is_neither_done_nor_absent(desk, story, sandbox) -> None:
    sandbox.change("billsby", "customer", story("retry_pays")["customerUniqueId"], cardOutcome="pends")
    number = story("retry_pays")["invoiceNumber"]
    assert desk.carry_out("billsby_retry_invoice_payment", invoiceNumber=number).kind == "cannot_tell"


def test_a_missing_card_is_flagged(desk, story, sandbox) -> None:
    unique_id, number = (story("retry_pays")[key] for key in ("customerUniqueId", "invoiceNumber"))
    sandbox.change("billsby", "customer", unique_id, cardStatus="Missing")
    _, expectation = desk.look("billsby_retry_invoice_payment", invoiceNumber=number)
    assert "No valid card" in {flag.title for flag in expectation.flags}


def test_a_paid_invoice_is_not_retried(desk, story) -> None:
    number = story("cancel_refund")["invoiceNumber"]
    _, expectation = desk.look("billsby_retry_invoice_payment", invoiceNumber=number)
    assert "blocked" in levels(expectation)


def test_a_lost_answer_to_a_retry_is_found_by_reading(desk, story, sandbox) -> None:
    sandbox.drop_reply(operation="billsby_retry_invoice_payment")
    number = story("retry_pays")["invoiceNumber"]
    verdict = desk.carry_out("billsby_retry_invoice_payment", loses_answer=True, invoiceNumber=number)
    assert verdict.kind == "took"


def refund_arguments(story, amount: int) -> dict[str, Any]:
    paid = story("cancel_refund")
    return {
        "customerUniqueId": paid["customerUniqueId"],
        "invoiceNumber": paid["invoiceNumber"],
        "amount": amount,
    }


def test_a_refund_took_effect_with_its_credit_note(desk, story) -> None:
    arguments = refund_arguments(story, 10000)
    _, expectation = desk.look("billsby_refund_invoice", **arguments)
    verdict = desk.carry_out("billsby_refund_invoice", **arguments)
    assert expectation.sentence == f"Refund $100.00 of {arguments['invoiceNumber']}"
    assert (expectation.money.amount_minor, expectation.money.direction) == (10000, "out")
    left = story("cancel_refund")["refundable_minor"] - 10000
    assert [change.after for change in expectation.changes] == ["$100.00", format_money(left, "USD"), "Paid"]
    assert verdict.kind == "took"
    assert verdict.after == {"status": "Paid", "refundable_minor": left}
    assert verdict.results["creditNoteNumber"].startswith(arguments["customerUniqueId"])


def test_a_second_refund_of_the_same_amount_is_told_from_the_first(desk, story) -> None:
    arguments = refund_arguments(story, 10000)
    first = desk.carry_out("billsby_refund_invoice", **arguments)
    assert desk.probe_unsent("billsby_refund_invoice", **arguments).kind == "absent"
    second = desk.carry_out("billsby_refund_invoice", **arguments)
    assert first.results != second.results


def test_a_refund_of_another_invoice_is_not_taken_for_this_one(desk, story) -> None:
    arguments = refund_arguments(story, 10000)
    invoices = desk.read(
        "billsby_list_customer_invoices", {"customerUniqueId": arguments["customerUniqueId"]}
    )
    numbers = [row["invoiceNumber"] for row in invoices if row["refundableAmount"] >= 10000]
    other = next(number for number in numbers if number != arguments["invoiceNumber"])
    verdict = desk.probe_unsent(
        "billsby_refund_invoice",
        **arguments,
        meanwhile=lambda: desk.carry_out("billsby_refund_invoice", **arguments | {"invoiceNumber": other}),
    )
    assert (verdict.kind, verdict.results) == ("cannot_tell", {})


def test_a_refund_whose_payment_failed_is_not_called_done(desk, story, sandbox) -> None:
    arguments = refund_arguments(story, 10000)
    before, _ = desk.look("billsby_refund_invoice", **arguments)
    note = desk.carry_out("billsby_refund_invoice", **arguments).results["creditNoteNumber"]
    sandbox.change("billsby", "credit_note", note, status="Failed")
    attempt = Attempted(arguments, before, datetime.now(UTC))
    verdict = connector("billsby").judges["refund_invoice"].probe(desk.read, attempt)
    assert verdict.kind == "cannot_tell"
    assert note in verdict.sentence


def test_more_than_refundable_is_blocked(desk, story) -> None:
    too_much = story("cancel_refund")["refundable_minor"] + 1
    _, expectation = desk.look("billsby_refund_invoice", **refund_arguments(story, too_much))
    assert [flag.title for flag in expectation.flags if flag.level == "blocked"] == ["Too much"]


def test_a_refund_to_another_customer_is_blocked(desk, story) -> None:
    arguments = refund_arguments(story, 1) | {"customerUniqueId": "7KQ2M9XTRB"}
    _, expectation = desk.look("billsby_refund_invoice", **arguments)
    assert "blocked" in levels(expectation)


@pytest.mark.parametrize(
    ("name", "status"),
    [("billsby_write_off_invoice", "WrittenOff"), ("billsby_mark_invoice_paid_offline", "PaidOffline")],
)
def test_closing_an_open_invoice_took_effect(desk, story, name: str, status: str) -> None:
    number, owed = story("retry_declines")["invoiceNumber"], story("retry_declines")["amount_minor"]
    _, expectation = desk.look(name, invoiceNumber=number)
    verdict = desk.carry_out(name, invoiceNumber=number)
    assert (expectation.money.amount_minor, expectation.money.direction) == (owed, "stays")
    assert verdict.kind == "took"
    assert (verdict.after["status"], verdict.after["open_minor"]) == (status, 0)


def test_a_write_off_of_an_invoice_paid_meanwhile_is_refused(desk, story, sandbox) -> None:
    number = story("retry_pays")["invoiceNumber"]
    before, _ = desk.look("billsby_write_off_invoice", invoiceNumber=number)
    sandbox.change("billsby", "invoice", number, status="Paid")
    attempt = Attempted({"invoiceNumber": number}, before, datetime.now(UTC))
    verdict = connector("billsby").judges["write_off"].probe(desk.read, attempt)
    assert verdict.kind == "refused"


def test_a_write_off_that_waits_is_neither_done_nor_absent(desk, story, sandbox) -> None:
    number = story("retry_pays")["invoiceNumber"]
    before, _ = desk.look("billsby_write_off_invoice", invoiceNumber=number)
    sandbox.change("billsby", "invoice", number, status="ToBeWrittenOff")
    attempt = Attempted({"invoiceNumber": number}, before, datetime.now(UTC))
    verdict = connector("billsby").judges["write_off"].probe(desk.read, attempt)
    assert verdict.kind == "cannot_tell"


CLOSING = ("billsby_write_off_invoice", "billsby_mark_invoice_paid_offline")


@pytest.mark.parametrize("name", CLOSING)
@pytest.mark.parametrize(
    ("status", "is_blocked"),
    [("Unpaid", False), ("Pending", False), ("ToBeWrittenOff", True), ("Paid", True), ("WrittenOff", True)],
)
def test_what_billsby_would_not_close_is_blocked(
    desk, story, sandbox, name: str, status: str, is_blocked: bool
) -> None:
    number = story("retry_pays")["invoiceNumber"]
    sandbox.change("billsby", "invoice", number, status=status)
    _, expectation = desk.look(name, invoiceNumber=number)
    assert ("blocked" in levels(expectation)) == is_blocked


@pytest.mark.parametrize("status", ["Unpaid", "Pending", "ToBeWrittenOff"])
def test_an_invoice_that_stands_as_before_was_not_closed(desk, story, sandbox, status: str) -> None:
    number = story("retry_pays")["invoiceNumber"]
    sandbox.change("billsby", "invoice", number, status=status)
    assert desk.probe_unsent("billsby_mark_invoice_paid_offline", invoiceNumber=number).kind == "absent"


def charge_arguments(story) -> dict[str, Any]:
    unique_id = story("cancel_refund")["customerUniqueId"]
    return {
        "customerUniqueId": unique_id,
        "amount": 5000,
        "currencyCode": "USD",
        "description": "Set-up work",
    }


def test_a_charge_is_found_again_although_its_answer_names_nothing(desk, story) -> None:
    arguments = charge_arguments(story)
    _, expectation = desk.look("billsby_charge_customer", **arguments)
    verdict = desk.carry_out("billsby_charge_customer", **arguments)
    assert expectation.sentence == "Charge Nadia Osei $50.00 once"
    assert "Mails the customer" in {flag.title for flag in expectation.flags}
    assert verdict.kind == "took"
    invoice = desk.read("billsby_get_invoice", {"invoiceNumber": verdict.results["invoiceNumber"]})
    assert (invoice["amount"], invoice["invoiceType"]) == ("5000", "OneTimeCharge")


def test_an_earlier_equal_charge_is_not_taken_for_this_one(desk, story) -> None:
    desk.carry_out("billsby_charge_customer", **charge_arguments(story))
    assert desk.probe_unsent("billsby_charge_customer", **charge_arguments(story)).kind == "absent"


def test_a_charge_under_other_words_is_not_taken_for_this_one(desk, story) -> None:
    arguments = charge_arguments(story)
    others = arguments | {"description": "Training"}
    verdict = desk.probe_unsent(
        "billsby_charge_customer",
        **arguments,
        meanwhile=lambda: desk.carry_out("billsby_charge_customer", **others),
    )
    assert (verdict.kind, verdict.results) == ("cannot_tell", {})


def test_a_charge_is_told_from_another_of_its_amount_by_its_words(desk, story) -> None:
    arguments = charge_arguments(story)
    before, _ = desk.look("billsby_charge_customer", **arguments)
    desk.carry_out("billsby_charge_customer", **arguments | {"description": "Training"})
    ours = desk.carry_out("billsby_charge_customer", **arguments)
    attempt = Attempted(arguments, before, datetime.now(UTC))
    verdict = connector("billsby").judges["charge_customer"].probe(desk.read, attempt)
    assert (verdict.kind, verdict.results) == ("took", ours.results)


def test_a_charge_copes_with_a_customer_not_created_yet(desk, story) -> None:
    reference = {"$ref": {"step": 1, "result": "id"}}
    arguments = charge_arguments(story) | {"customerUniqueId": reference}
    _, expectation = desk.look("billsby_charge_customer", **arguments)
    assert expectation.sentence == "Charge the customer that step 1 creates $50.00 once"


def test_an_amount_cannot_come_from_an_earlier_step(desk, story) -> None:
    reference = {"$ref": {"step": 1, "result": "id"}}
    with pytest.raises(ArgumentsError, match="amount must be given"):
        desk.look("billsby_charge_customer", **charge_arguments(story) | {"amount": reference})


def upgrade_arguments(story, when: str) -> dict[str, Any]:
    upgrade = story("upgrade")
    return {
        "subscriptionUniqueId": upgrade["subscriptionUniqueId"],
        "customerUniqueId": upgrade["customerUniqueId"],
        "planId": upgrade["planId"],
        "cycleId": upgrade["cycleIds"]["yearly"],
        "planChangeType": when,
    }


@pytest.mark.parametrize("when", ["now", "on_renewal"])
def test_a_plan_change_took_effect(desk, story, when: str) -> None:
    arguments = upgrade_arguments(story, when)
    assert desk.probe_unsent("billsby_change_plan", **arguments).kind == "absent"
    assert desk.carry_out("billsby_change_plan", **arguments).kind == "took"


def test_a_plan_change_shows_what_billsby_decides(desk, story) -> None:
    _, expectation = desk.look("billsby_change_plan", **upgrade_arguments(story, "now"), issueRefund=True)
    changes = {change.field: change for change in expectation.changes}
    assert expectation.sentence == "Move Brightwater Logistics to Enterprise, now"
    assert (changes["Plan"].now, changes["Plan"].after) == ("Business", "Enterprise")
    assert changes["Billing cycle"].after == "every year"
    assert changes["Unused part of the old plan"].after == "Credited on the first new invoice"
    assert (changes["Charged at once"].after, changes["Charged at once"].kind) == (
        "Billsby decides",
        "vendor_decides",
    )
    assert (expectation.money.amount_minor, expectation.money.direction) == (None, "unknown")


def test_what_rides_along_with_a_plan_change_stands_on_the_card(desk, story) -> None:
    _, expectation = desk.look("billsby_change_plan", **upgrade_arguments(story, "now"), **EXTRAS)
    changes = {change.field: change.after for change in expectation.changes}
    assert (changes["Add-ons"], changes["Allowances"]) == ("2 of add-on 5", "8")


EXTRAS = {"addOns": [{"addOnId": 5, "quantity": 2}], "allowances": [8]}


@pytest.mark.parametrize("when", ["now", "on_renewal"])
def test_add_ons_and_allowances_of_a_plan_change_took_effect(desk, story, when: str) -> None:
    arguments = upgrade_arguments(story, when) | EXTRAS
    assert desk.probe_unsent("billsby_change_plan", **arguments).kind == "absent"
    verdict = desk.carry_out("billsby_change_plan", **arguments)
    assert verdict.kind == "took"
    assert verdict.after["add_ons" if when == "now" else "next_add_ons"] == "2 of add-on 5"


@pytest.mark.parametrize("lost", [{"addons": []}, {"allowances": []}, {"units": 9}])
def test_a_plan_change_whose_rest_did_not_come_along_is_not_called_done(
    desk, story, sandbox, lost: dict
) -> None:
    arguments = upgrade_arguments(story, "now") | EXTRAS | {"units": 3}
    before, _ = desk.look("billsby_change_plan", **arguments)
    desk.carry_out("billsby_change_plan", **arguments)
    sandbox.change("billsby", "subscription", arguments["subscriptionUniqueId"], **lost)
    attempt = Attempted(arguments, before, datetime.now(UTC))
    assert connector("billsby").judges["change_plan"].probe(desk.read, attempt).kind == "cannot_tell"


def present_plan(desk, story) -> dict[str, Any]:
    arguments = upgrade_arguments(story, "now")
    shown = desk.read("billsby_get_subscription", {"subscriptionUniqueId": arguments["subscriptionUniqueId"]})
    return arguments | {"planId": shown["planId"], "cycleId": shown["cycleId"]}


def test_other_add_ons_on_the_same_plan_are_a_change(desk, story) -> None:
    arguments = present_plan(desk, story) | {"addOns": [{"addOnId": 5}]}
    _, expectation = desk.look("billsby_change_plan", **arguments)
    assert "blocked" not in levels(expectation)
    assert desk.probe_unsent("billsby_change_plan", **arguments).kind == "absent"
    assert desk.carry_out("billsby_change_plan", **arguments).kind == "took"
    _, expectation = desk.look("billsby_change_plan", **arguments)
    assert [flag.title for flag in expectation.flags if flag.level == "blocked"] == ["Nothing changes"]


def test_an_empty_list_takes_the_add_ons_away_and_the_card_says_so(desk, story) -> None:
    desk.carry_out("billsby_change_plan", **present_plan(desk, story) | {"addOns": [{"addOnId": 5}]})
    arguments = present_plan(desk, story) | {"addOns": []}
    _, expectation = desk.look("billsby_change_plan", **arguments)
    changes = {change.field: (change.now, change.after) for change in expectation.changes}
    assert changes["Add-ons"] == ("1 of add-on 5", "None")
    assert desk.carry_out("billsby_change_plan", **arguments).kind == "took"


def test_what_a_plan_forces_on_a_subscription_is_no_difference(desk, story) -> None:
    credits = story("credits")
    arguments = upgrade_arguments(story, "now") | {"subscriptionUniqueId": credits["subscriptionUniqueId"]}
    given = BILLSBY["billsby_change_plan"].arguments(arguments | {"allowances": []})
    before = connector("billsby").judges["change_plan"].look(desk.read, given)
    assert before.fields["allowances"] == ""


def test_an_add_on_cannot_come_from_an_earlier_step(desk, story) -> None:
    reference = {"$ref": {"step": 1, "result": "id"}}
    with pytest.raises(ArgumentsError, match="addOnId must be given"):
        desk.look("billsby_change_plan", **upgrade_arguments(story, "now"), addOns=[{"addOnId": reference}])


@pytest.mark.parametrize("wrong", [{"planId": 999}, {"cycleId": 999}, {"customerUniqueId": "7KQ2M9XTRB"}])
def test_an_impossible_plan_change_is_blocked(desk, story, wrong: dict) -> None:
    _, expectation = desk.look("billsby_change_plan", **upgrade_arguments(story, "now") | wrong)
    assert "blocked" in levels(expectation)


def cancel_arguments(story, name: str) -> dict[str, str]:
    return {key: story(name)[key] for key in ("subscriptionUniqueId", "customerUniqueId")}


def test_a_cancelled_subscription_took_effect(desk, story) -> None:
    arguments = cancel_arguments(story, "cancel_refund")
    _, expectation = desk.look("billsby_cancel_subscription", **arguments)
    verdict = desk.carry_out("billsby_cancel_subscription", **arguments)
    assert (expectation.money.direction, expectation.undo) == ("none", "No, once sent")
    assert (verdict.kind, verdict.after["status"]) == ("took", "Cancelled")


def test_open_invoices_are_flagged_before_a_cancellation(desk, story) -> None:
    arguments = cancel_arguments(story, "cancel_blocked")
    _, expectation = desk.look("billsby_cancel_subscription", **arguments)
    (flag,) = expectation.flags
    assert flag.level == "high"
    assert story("cancel_blocked")["invoiceNumber"] in flag.detail
    with pytest.raises(RefusedError, match="Billsby refused"):
        desk.carry_out("billsby_cancel_subscription", **arguments)


def counter_arguments(story, kind: str, value: int) -> dict[str, Any]:
    credits = story("credits")
    return {
        "subscriptionUniqueId": credits["subscriptionUniqueId"],
        "counterId": credits["counterId"],
        "operationType": kind,
        "value": value,
    }


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("Increment", 100, lambda usage: usage + 100),
        ("Decrement", 100, lambda usage: usage - 100),
        ("Set", 42, lambda usage: 42),
        ("Decrement", 1_000_000, lambda usage: 0),
    ],
    ids=["raised", "lowered", "set", "lowered below zero"],
)
def test_a_counter_change_took_effect(desk, story, kind: str, value: int, expected) -> None:
    verdict = desk.carry_out("billsby_update_counter", **counter_arguments(story, kind, value))
    assert (verdict.kind, verdict.after) == ("took", {"usage": expected(story("credits")["usage"])})


def test_a_queued_counter_change_is_absent_until_it_shows(desk, story, sandbox) -> None:
    sandbox.settings(counter_lag_s=60)
    verdict = desk.carry_out("billsby_update_counter", **counter_arguments(story, "Decrement", 100))
    assert verdict.kind == "absent"


def test_billsby_decides_below_zero(desk, story) -> None:
    _, expectation = desk.look("billsby_update_counter", **counter_arguments(story, "Decrement", 1_000_000))
    usage = next(change for change in expectation.changes if change.field == "Usage this period")
    assert (usage.after, usage.kind) == ("Billsby decides", "vendor_decides")
    assert "Would go below zero" in {flag.title for flag in expectation.flags}


def test_a_new_customer_is_found_by_the_answer(desk) -> None:
    verdict = desk.carry_out("billsby_create_customer", **NEW_CUSTOMER)
    assert verdict.kind == "took"
    assert verdict.results["id"] == verdict.results["customerUniqueId"]


def test_a_new_customer_is_found_by_e_mail_when_the_answer_was_lost(desk, sandbox) -> None:
    sandbox.drop_reply(operation="billsby_create_customer")
    assert desk.carry_out("billsby_create_customer", loses_answer=True, **NEW_CUSTOMER).kind == "took"


def test_a_second_customer_with_the_same_e_mail_is_flagged_and_told_apart(desk) -> None:
    first = desk.carry_out("billsby_create_customer", **NEW_CUSTOMER)
    _, expectation = desk.look("billsby_create_customer", **NEW_CUSTOMER)
    assert "Same e-mail address" in {flag.title for flag in expectation.flags}
    assert desk.probe_unsent("billsby_create_customer", **NEW_CUSTOMER).kind == "absent"
    assert desk.carry_out("billsby_create_customer", **NEW_CUSTOMER).results != first.results


@pytest.mark.parametrize("changed", [{"firstName": "Nora"}, {"addressLine1": "9 Quay Street"}])
def test_another_new_customer_with_the_same_e_mail_is_not_taken_for_this_one(desk, changed: dict) -> None:
    verdict = desk.probe_unsent(
        "billsby_create_customer",
        **NEW_CUSTOMER,
        meanwhile=lambda: desk.carry_out("billsby_create_customer", **NEW_CUSTOMER | changed),
    )
    assert (verdict.kind, verdict.results) == ("cannot_tell", {})


def test_a_country_that_billsby_spells_out_is_no_difference(desk, sandbox) -> None:
    unique_id = desk.carry_out("billsby_create_customer", **NEW_CUSTOMER).results["id"]
    address = desk.read("billsby_get_customer", {"customerUniqueId": unique_id})["billingAddress"]
    sandbox.change("billsby", "customer", unique_id, billingAddress=address | {"country": "England"})
    before = Snapshot("customer", "", "", "", {"same_email": ""}, "")
    attempt = Attempted(NEW_CUSTOMER, before, datetime.now(UTC), {"customerUniqueId": unique_id})
    assert connector("billsby").judges["create_customer"].probe(desk.read, attempt).kind == "took"
