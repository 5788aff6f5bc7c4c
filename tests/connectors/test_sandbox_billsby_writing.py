"""Billsby's rules for writes: what they change, what they refuse, what the ledger says of it."""

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import BillsbyAccount

ALICE, INVOICE = "7KQ2M9XTRB", "7KQ2M9XTRB-3"
PAID = "7KQ2M9XTRB-1"


def test_a_retry_with_a_working_card_pays_the_invoice(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    answer = billsby.retry(INVOICE)

    assert (answer.status_code, answer.json()) == (200, "success")
    assert billsby.invoice(INVOICE)["status"] == "Paid"
    assert billsby.invoice(INVOICE)["refundableAmount"] == "34800"
    logs = billsby.read(f"/halden/customers/{ALICE}/invoices/{INVOICE}/paymentlogs")
    assert [log["status"] for log in logs] == ["success", "failed", "failed"]
    (line,) = sandbox.effects()
    assert (line["operation"], line["record"], line["took"]) == (
        "billsby_retry_invoice_payment",
        INVOICE,
        True,
    )
    assert line["request"] == {
        "method": "PUT",
        "path": f"/api/v1/rest/core/halden/invoices/{INVOICE}/Payment",
        "query": "",
        "body": "",
    }


def test_a_retry_that_is_declined_still_answers_success(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["retry_declines"]
    before = billsby.read(
        f"/halden/customers/{story['customerUniqueId']}/invoices/{story['invoiceNumber']}/paymentlogs"
    )

    answer = billsby.retry(story["invoiceNumber"])

    after = billsby.read(
        f"/halden/customers/{story['customerUniqueId']}/invoices/{story['invoiceNumber']}/paymentlogs"
    )
    assert answer.json() == "success"
    assert billsby.invoice(story["invoiceNumber"])["status"] == "Unpaid"
    assert (len(after), after[0]["status"]) == (len(before) + 1, "failed")
    assert [line["took"] for line in sandbox.effects()] == [False]


def test_only_an_unpaid_invoice_is_retried(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    assert billsby.retry(PAID).status_code == 400
    assert sandbox.effects(took=True) == []


def test_a_refund_makes_a_credit_note_and_leaves_the_invoice_paid(billsby: BillsbyAccount) -> None:
    answer = billsby.refund(ALICE, PAID, 1000)

    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.json() == {"invoiceNumber": PAID, "amount": 33800}
    assert (billsby.invoice(PAID)["status"], billsby.invoice(PAID)["refundableAmount"]) == ("Paid", "33800")
    (note,) = billsby.read(f"/halden/customers/{ALICE}/creditNotes")
    assert (note["invoiceNumber"], note["amount"], note["status"]) == (f"{ALICE}-4", "1000", "Paid")


@pytest.mark.parametrize("amount", [0, -5, 34801, "1000", 10.5, True, None, 2**40])
def test_a_refund_outside_what_is_refundable_is_refused(
    billsby: BillsbyAccount, sandbox: SandboxControl, amount: object
) -> None:
    assert billsby.refund(ALICE, PAID, amount).status_code == 400
    assert billsby.customer_invoices(ALICE)[-1]["refundableAmount"] == 34800
    assert [line["took"] for line in sandbox.effects()] == [False]


def test_refunds_together_never_exceed_the_invoice(billsby: BillsbyAccount) -> None:
    answers = [billsby.refund(ALICE, PAID, 20000).status_code for _ in range(2)]

    assert answers == [200, 400]


def test_an_unpaid_invoice_or_another_customers_is_not_refunded(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    other = sandbox.stories()["cancel_refund"]["customerUniqueId"]

    assert billsby.refund(ALICE, INVOICE, 100).status_code == 400
    assert billsby.refund(other, PAID, 100).status_code == 400


def test_a_credit_note_waits_for_the_next_batch(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    sandbox.settings(settle_at_once=False)
    billsby.refund(ALICE, PAID, 1000)
    path = f"/halden/customers/{ALICE}/creditNotes"
    assert billsby.read(path)[0]["status"] == "Pending"

    sandbox.advance(300)

    assert billsby.read(path)[0]["status"] == "Paid"


def test_a_write_off_takes_the_debt_away(billsby: BillsbyAccount) -> None:
    assert billsby.send("PUT", f"/halden/invoices/{INVOICE}/WrittenOff").json() == "success"

    invoice = billsby.invoice(INVOICE)
    assert (invoice["status"], invoice["amount"], invoice["refundableAmount"]) == ("WrittenOff", "0", "0")


def test_an_invoice_paid_offline_cannot_be_refunded(billsby: BillsbyAccount) -> None:
    assert billsby.send("PUT", f"/halden/invoices/{INVOICE}/PaidOffline").json() == "success"

    assert billsby.invoice(INVOICE)["status"] == "PaidOffline"
    assert billsby.refund(ALICE, INVOICE, 100).status_code == 400


def test_a_paid_invoice_is_neither_written_off_nor_paid_offline(billsby: BillsbyAccount) -> None:
    offline = billsby.send("PUT", f"/halden/invoices/{PAID}/PaidOffline")

    assert (offline.status_code, offline.json()) == (400, {})
    assert billsby.send("PUT", f"/halden/invoices/{PAID}/WrittenOff").status_code == 400


def test_a_charge_answers_true_and_makes_the_next_invoice(billsby: BillsbyAccount) -> None:
    answer = billsby.charge(ALICE, 5000)

    assert (answer.text, answer.headers["content-type"]) == ("true", "text/plain; charset=utf-8")
    newest = billsby.customer_invoices(ALICE)[0]
    assert (newest["invoiceNumber"], newest["amount"], newest["status"]) == (f"{ALICE}-4", 5000, "Paid")
    assert billsby.invoice(f"{ALICE}-4")["invoiceType"] == "OneTimeCharge"


def test_a_charge_is_pending_until_the_next_batch_and_then_declined(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    sandbox.settings(settle_at_once=False)
    customer = sandbox.stories()["retry_declines"]["customerUniqueId"]
    billsby.charge(customer, 700)
    assert billsby.customer_invoices(customer)[0]["status"] == "Pending"

    sandbox.advance(300)

    assert billsby.customer_invoices(customer)[0]["status"] == "Unpaid"


def test_the_same_charge_twice_is_two_charges(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    billsby.charge(ALICE, 5000)
    billsby.charge(ALICE, 5000)

    assert len(sandbox.effects(operation="billsby_charge_customer", took=True)) == 2
    assert len(billsby.customer_invoices(ALICE)) == 5


def test_a_negative_charge_is_a_credit_note(billsby: BillsbyAccount) -> None:
    assert billsby.charge(ALICE, -1200).status_code == 200

    (note,) = billsby.read(f"/halden/customers/{ALICE}/creditNotes")
    assert note["amount"] == "1200"


@pytest.mark.parametrize(("amount", "currency"), [(0, "USD"), (100, "XXX")])
def test_a_charge_of_nothing_or_in_an_unknown_currency_is_refused(
    billsby: BillsbyAccount, amount: int, currency: str
) -> None:
    assert billsby.charge(ALICE, amount, currency).status_code == 400


def test_a_customer_without_a_card_is_not_charged(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    sandbox.change("billsby", "customer", ALICE, cardStatus="Missing")

    assert billsby.charge(ALICE, 100).status_code == 400


def test_a_cancelled_subscription_leaves_its_customer_inactive(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["cancel_refund"]
    customer, subscription = story["customerUniqueId"], story["subscriptionUniqueId"]

    assert billsby.cancel(subscription, customer).json() == "success"

    details = billsby.read(f"/halden/subscriptions/{subscription}")
    assert (details["status"], details["nextBillingDate"]) == ("Cancelled", None)
    assert billsby.customer(customer)["status"] == "Inactive"
    assert billsby.cancel(subscription, customer).status_code == 400


@pytest.mark.parametrize("status", ["Pending", "Unpaid", "ToBeWrittenOff"])
def test_a_customer_with_an_open_invoice_is_not_cancelled(
    billsby: BillsbyAccount, sandbox: SandboxControl, status: str
) -> None:
    story = sandbox.stories()["cancel_refund"]
    sandbox.change("billsby", "invoice", story["invoiceNumber"], status=status)

    answer = billsby.cancel(story["subscriptionUniqueId"], story["customerUniqueId"])

    assert answer.status_code == 400
    assert sandbox.effects(took=True) == []


def test_cancelling_needs_the_subscriptions_own_customer(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["cancel_refund"]

    assert billsby.cancel(story["subscriptionUniqueId"], ALICE).status_code == 400


def change_plan(billsby: BillsbyAccount, story: dict, **changes: object) -> int:
    body = {
        "planId": story["planId"],
        "cycleId": story["cycleIds"]["monthly"],
        "customerUniqueId": story["customerUniqueId"],
        **changes,
    }
    path = f"/halden/subscriptions/{story['subscriptionUniqueId']}/plan"
    return billsby.send("PUT", path, body).status_code


def test_a_plan_changed_now_is_invoiced_with_a_credit_for_unused_time(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["upgrade"]

    assert change_plan(billsby, story, issueRefund=True) == 200

    details = billsby.read(f"/halden/subscriptions/{story['subscriptionUniqueId']}")
    newest = billsby.customer_invoices(story["customerUniqueId"])[0]
    lines = billsby.invoice(newest["invoiceNumber"])["subscriptions"][0]["subscriptionItems"]
    assert (details["planName"], details["cycleId"]) == ("Enterprise", story["cycleIds"]["monthly"])
    assert [int(line["amount"]) > 0 for line in lines] == [True, False]
    assert 89900 - 34800 < newest["amount"] < 89900


def test_a_plan_changed_on_renewal_waits_for_it(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    story = sandbox.stories()["upgrade"]
    path = f"/halden/subscriptions/{story['subscriptionUniqueId']}"
    invoices = len(billsby.customer_invoices(story["customerUniqueId"]))

    assert change_plan(billsby, story, planChangeType=2) == 200

    details = billsby.read(path)
    assert (details["planName"], details["planIdNext"]) == ("Business", story["planId"])
    assert details["nextPlanPricingModel"]["frequencyType"] == "Monthly"
    assert details["nextBillingAmount"] == 89900
    assert len(billsby.customer_invoices(story["customerUniqueId"])) == invoices

    sandbox.advance(31 * 24 * 3600)

    renewed = billsby.read(path)
    assert (renewed["planName"], renewed["planIdNext"]) == ("Enterprise", None)
    assert billsby.customer_invoices(story["customerUniqueId"])[0]["amount"] == 89900


def held(billsby: BillsbyAccount, story: dict) -> tuple[list[tuple[int, int, int]], list[int]]:
    """list of (add-on, quantity, next quantity), and the allowances."""
    path = f"/halden/subscriptions/{story['subscriptionUniqueId']}"
    addons = billsby.read(f"{path}/addons", base="billing")["addons"]
    allowances = billsby.read(f"{path}/allowances", base="billing")["allowances"]
    return [(row["id"], row["quantity"], row["quantityNext"]) for row in addons], [
        row["id"] for row in allowances
    ]


EXTRAS = {"addOns": [{"addOnId": 5, "quantity": 2}], "allowances": [8]}


def test_add_ons_and_allowances_of_a_change_now_are_kept_until_another_names_some(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["upgrade"]

    assert change_plan(billsby, story, **EXTRAS) == 200
    assert held(billsby, story) == ([(5, 2, 2)], [8])

    assert change_plan(billsby, story, units=3) == 200
    assert held(billsby, story) == ([(5, 2, 2)], [8])

    assert change_plan(billsby, story, addOns=[], allowances=[]) == 200
    assert held(billsby, story) == ([], [])


def test_add_ons_and_allowances_of_a_change_on_renewal_come_with_it(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["upgrade"]

    assert change_plan(billsby, story, planChangeType=2, **EXTRAS) == 200
    assert held(billsby, story) == ([(5, 0, 2)], [])

    sandbox.advance(31 * 24 * 3600)
    assert held(billsby, story) == ([(5, 2, 2)], [8])


@pytest.mark.parametrize(
    "wrong",
    [
        *(
            {"cycleId": 999},
            {"planId": 999},
            {"customerUniqueId": ALICE},
            {"planChangeType": 3},
            {"units": 0},
        ),
        *({"addOns": [{"addOnId": 999}]}, {"addOns": [{"addOnId": 5, "quantity": 0}]}, {"addOns": {}}),
        *({"allowances": [999]}, {"allowances": 8}),
    ],
)
def test_a_change_of_plan_that_does_not_fit_is_refused(
    billsby: BillsbyAccount, sandbox: SandboxControl, wrong: dict
) -> None:
    assert change_plan(billsby, sandbox.stories()["upgrade"], **wrong) == 400


def count(billsby: BillsbyAccount, story: dict, operation: str, value: object) -> int:
    path = f"/halden/subscriptions/{story['subscriptionUniqueId']}/counters/{story['counterId']}"
    body = {"operationType": operation, "value": value}
    return billsby.send("POST", path, body, base="counters/operations").status_code


def usage(billsby: BillsbyAccount, story: dict) -> int:
    path = f"/halden/subscriptions/{story['subscriptionUniqueId']}/counters/{story['counterId']}"
    return billsby.read(path, base="counters/usage")["usage"]


def test_a_counter_shows_the_old_usage_until_the_queue_caught_up(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    sandbox.settings(counter_lag_s=60)
    story = sandbox.stories()["credits"]
    assert count(billsby, story, "Decrement", 500) == 200
    assert usage(billsby, story) == story["usage"]

    sandbox.advance(60)

    assert usage(billsby, story) == story["usage"] - 500


def test_a_counter_never_falls_below_nothing(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    story = sandbox.stories()["credits_small"]
    assert story["usage"] < 500

    count(billsby, story, "Decrement", 500)

    assert usage(billsby, story) == 0


@pytest.mark.parametrize(("operation", "value"), [("Increment", -1), ("Add", 5), ("Set", "5")])
def test_a_counter_operation_that_does_not_fit_is_refused(
    billsby: BillsbyAccount, sandbox: SandboxControl, operation: str, value: object
) -> None:
    assert count(billsby, sandbox.stories()["credits"], operation, value) == 400


NEW_CUSTOMER = {
    "firstName": "Noor",
    "lastName": "Falk",
    "email": "noor.falk@mail.example",
    "addressLine1": "4 Mill Lane",
    "city": "Leeds",
    "state": "West Yorkshire",
    "country": "GBR",
    "postCode": "LS1 4AB",
}


def test_a_created_customer_can_be_read_and_has_no_card(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    answer = billsby.send("POST", "/halden/customers", NEW_CUSTOMER)

    unique = answer.json()["customerUniqueId"]
    assert list(answer.json()) == ["customerUniqueId"]
    assert (billsby.customer(unique)["firstName"], billsby.customer(unique)["cardStatus"]) == (
        "Noor",
        "Missing",
    )
    assert [line["record"] for line in sandbox.effects()] == [unique]


@pytest.mark.parametrize(
    "wrong", [{"email": "nobody"}, {"country": "GB"}, {"country": "USA"}, {"lastName": ""}, {"city": None}]
)
def test_a_customer_with_a_wrong_field_is_refused(billsby: BillsbyAccount, wrong: dict) -> None:
    answer = billsby.send("POST", "/halden/customers", NEW_CUSTOMER | wrong)

    assert answer.status_code == 400
    assert answer.json()["errors"]


def test_success_words_are_bare_when_asked(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    sandbox.settings(bare_success_words=True)

    assert billsby.retry(INVOICE).text == "success"
