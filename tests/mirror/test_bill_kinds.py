"""What BILL has beside customers, invoices, vendors and bills: kept as it is there, numbers masked."""

from datetime import date, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from connectors.errors import NotFoundError
from connectors.registry import connector
from console.connections.clients import read_live
from console.connections.queries import cards
from console.mirror import visits
from console.mirror.models import (
    KINDS,
    Bill,
    Budget,
    Classification,
    CreditMemo,
    Customer,
    CustomerBankAccount,
    CustomerContact,
    FundingAccount,
    Invoice,
    Payment,
    ReceivedPayment,
    RefusedRecord,
    SpendCard,
    SpendTransaction,
    Sync,
    Vendor,
    VendorBankAccount,
    VendorCredit,
    Visit,
)
from console.mirror.refresh import refresh_record
from console.mirror.sync import sync_connection
from console.ui.statuses import record_pill

pytestmark = pytest.mark.django_db

NUMBER = "000123456789"
LISTS = {
    "customer": "bill_list_customers",
    "invoice": "bill_list_invoices",
    "received_payment": "bill_list_received_payments",
    "credit_memo": "bill_list_credit_memos",
    "vendor": "bill_list_vendors",
    "bill": "bill_list_bills",
    "payment": "bill_list_payments",
    "vendor_credit": "bill_list_vendor_credits",
    "budget": "bill_list_budgets",
    "spend_card": "bill_list_spend_cards",
    "spend_transaction": "bill_list_spend_transactions",
}


@pytest.fixture
def bill(connected):
    return connected["bill"]


@pytest.fixture
def synced(bill):
    """Reads these kinds."""

    def read(*kinds: str) -> list[Sync]:
        return [run for kind in kinds for run in sync_connection(bill, kind=kind)]

    return read


@pytest.fixture
def paid_to(bill, sandbox, synced) -> Vendor:
    """A vendor with a bank account, as the mirror has it."""
    synced("vendor")
    vendor = Vendor.objects.order_by("pk")[0]
    open_account(sandbox, vendor.vendor_id)
    synced("vendor")
    return Vendor.objects.get(pk=vendor.pk)


def open_account(sandbox, vendor: str) -> None:
    account = {"nameOnAccount": "Northside", "accountNumber": NUMBER, "routingNumber": "021000021"}
    more = {"type": "CHECKING", "ownerType": "BUSINESS", "createdTime": "2026-01-05T09:00:00.000+00:00"}
    sandbox.add("bill", "vendor bank account", vendor, owner=vendor, **account, **more)
    sandbox.change("bill", "vendor", vendor, bankAccountStatus="NO_NET_LINKED_ACCOUNT")


def a_day_passes() -> None:
    Visit.objects.update(at=timezone.now() - visits.AGAIN_AFTER - timedelta(minutes=1))


def minor(amount) -> int:
    return round(amount * 100)


def test_payments_are_as_bill_tells_them(bill, synced):
    synced("payment")
    told = read_live(bill, "bill_list_payments", {"limit": 100}).data
    assert {row.vendor_id for row in Payment.objects.all()} == {raw["id"] for raw in told}
    for raw in told:
        payment = Payment.objects.get(vendor_id=raw["id"])
        assert (payment.status, payment.single_status) == (raw["status"], raw["singleStatus"])
        assert (payment.vendor_name, payment.amount_minor) == (raw["vendorName"], minor(raw["amount"]))
        assert payment.process_on == date.fromisoformat(raw["processDate"])
        way = raw["disbursementInfo"]["checkDisbursement"]
        assert payment.arrives_on == date.fromisoformat(way["arrivesByDate"])
        assert (payment.funding_type, payment.funding_account_vendor_id) == tuple(
            raw["fundingAccount"][name] for name in ("type", "id")
        )
        assert payment.bills == [
            {"bill_vendor_id": part["billId"], "amount_minor": minor(part["amount"])}
            for part in raw["billPayments"]
        ]


def test_received_payments_and_credit_memos_are_as_bill_tells_them(bill, synced):
    synced("received_payment", "credit_memo")
    for kind, model, amounts in (
        (
            "received_payments",
            ReceivedPayment,
            {"amount_minor": "amount", "unapplied_minor": "unappliedAmount"},
        ),
        ("credit_memos", CreditMemo, {"amount_minor": "amount"}),
    ):
        told = read_live(bill, f"bill_list_{kind}", {"limit": 100}).data
        assert model.objects.count() == len(told) > 0
        for raw in told:
            row = model.objects.get(vendor_id=raw["id"])
            assert (row.status, row.customer_vendor_id) == (raw["status"], raw["customerId"])
            assert {name: getattr(row, name) for name in amounts} == {
                name: minor(raw[field]) for name, field in amounts.items()
            }


def test_what_is_left_of_a_vendors_credit_is_what_no_bill_has_used(sandbox, synced):
    synced("vendor")
    vendor = Vendor.objects.order_by("pk")[0]
    credit = {"amount": "90.00", "appliedAmount": "30.00", "status": "PARTIALLY_APPLIED", "archived": False}
    times = dict.fromkeys(("createdTime", "updatedTime"), "2026-01-05T09:00:00.000+00:00")
    more = {"vendorId": vendor.vendor_id, "creditDate": "2026-01-05", "usage": []}
    sandbox.add("bill", "vendor credit", "vcr1", owner=vendor.vendor_id, id="vcr1", **credit, **more, **times)
    synced("vendor_credit")
    row = VendorCredit.objects.get()
    assert (row.vendor_name, row.amount_minor, row.open_minor) == (vendor.name, 9000, 6000)


def test_a_bill_says_who_is_asked_to_approve_it_and_what_they_said(bill, synced):
    synced("bill")
    asked = Bill.objects.filter(approval_status="APPROVING")[0]
    said = [(one["name"], one["status"]) for one in asked.approvers]
    assert said == [("Luis Ortega", "APPROVED"), ("Countersign Console", "WAITING")]
    assert asked.waiting_for == "Countersign Console"
    assert not Bill.objects.filter(approval_status="UNASSIGNED").exclude(approvers=[]).exists()


def test_an_account_is_kept_by_its_last_four_and_no_more_of_it(synced, paid_to):
    synced("vendor_bank_account")
    account = VendorBankAccount.objects.get()
    assert (account.vendor_vendor_id, account.name_on_account, account.last_four) == (
        paid_to.vendor_id,
        "Northside",
        "6789",
    )
    assert NUMBER[:-4] not in str(vars(account))
    assert account.get_absolute_url() == paid_to.get_absolute_url()


def test_a_vendor_whose_record_tells_of_no_account_is_not_asked_for_one(sandbox, synced, paid_to):
    before = sandbox.counted("bill.calls")
    (run,) = synced("vendor_bank_account")
    assert (run.state, run.done) == (Sync.State.DONE, Vendor.objects.count())
    assert sandbox.counted("bill.calls") - before == 1


def test_a_vendor_is_asked_again_when_its_record_changed_or_a_day_has_passed(sandbox, synced, paid_to):
    synced("vendor_bank_account")
    assert synced("vendor_bank_account")[0].done == 0
    sandbox.change("bill", "vendor", paid_to.vendor_id, name="Another name")
    synced("vendor")
    assert synced("vendor_bank_account")[0].done == 1
    a_day_passes()
    assert synced("vendor_bank_account")[0].done == Vendor.objects.count()


def test_an_account_that_was_taken_away_is_gone(sandbox, synced, paid_to):
    synced("vendor_bank_account")
    sandbox.remove("bill", "vendor bank account", paid_to.vendor_id)
    a_day_passes()
    (run,) = synced("vendor_bank_account")
    assert (run.state, run.gone) == (Sync.State.DONE, 1)
    assert not VendorBankAccount.objects.exists()


def test_a_vendor_read_again_brings_its_account_payments_and_credits(bill, sandbox, synced, paid_to):
    payment = read_live(bill, "bill_list_payments", {"limit": 1}).data[0]
    open_account(sandbox, payment["vendorId"])
    refresh_record(bill, "vendor", payment["vendorId"])
    assert Payment.objects.filter(vendor_id=payment["id"]).exists()
    assert VendorBankAccount.objects.filter(vendor_vendor_id=payment["vendorId"]).exists()


def test_a_payment_read_again_brings_its_bill_as_it_stands_now(bill, sandbox, synced):
    synced("bill", "payment")
    payment = Payment.objects.filter(single_status="SCHEDULED")[0]
    (paid,) = payment.paid_bills()
    assert payment in paid.payments()
    sandbox.change("bill", "bill", paid.vendor_id, paymentStatus="PAID", scheduledAmount="0", dueAmount="0")
    sandbox.change("bill", "payment", payment.vendor_id, status="PAID", singleStatus="PROCESSED")
    refresh_record(bill, "payment", payment.vendor_id)
    payment.refresh_from_db()
    paid.refresh_from_db()
    assert (payment.single_status, paid.status, paid.open_minor) == ("PROCESSED", "PAID", 0)


def test_an_invoice_names_what_settles_it(synced):
    synced("invoice", "received_payment")
    received = ReceivedPayment.objects.order_by("pk")[0]
    invoice = Invoice.objects.get(vendor_id=received.invoices[0]["invoice_vendor_id"])
    assert list(invoice.received_payments()) == [received]
    assert received.get_absolute_url() == ""  # its customer has not been read


def test_a_state_that_nobody_told_us_of_is_kept_and_shown_as_it_came(bill, sandbox, synced):
    synced("payment")
    payment = Payment.objects.order_by("pk")[0]
    sandbox.change("bill", "payment", payment.vendor_id, singleStatus="HELD_BY_HAND", status="ODD")
    synced("payment")
    payment.refresh_from_db()
    assert (payment.status, payment.single_status) == ("ODD", "HELD_BY_HAND")
    assert record_pill(payment.single_status).word == "Held by hand"


def test_what_bill_leaves_out_of_a_payment_is_unknown_and_not_nothing(sandbox, synced):
    synced("payment")
    payment = Payment.objects.order_by("pk")[0]
    left_out = {"amount": None, "processDate": None, "fundingAccount": None, "singleStatus": None}
    sandbox.change("bill", "payment", payment.vendor_id, **left_out)
    synced("payment")
    payment.refresh_from_db()
    assert (payment.amount_minor, payment.process_on, payment.funding_type) == (None, None, "")
    assert payment.single_status == "UNDEFINED"


def test_a_payment_whose_amount_cannot_be_read_is_kept_aside(sandbox, synced):
    synced("payment")
    payment = Payment.objects.order_by(F("process_on").desc())[0]
    sandbox.change("bill", "payment", payment.vendor_id, amount="1.005")
    (run,) = synced("payment")
    assert (run.state, run.refused) == (Sync.State.DONE, 1)
    assert [(row.kind, row.field) for row in RefusedRecord.objects.all()] == [("payment", "amount")]


def test_everything_bill_tells_of_is_mirrored_and_none_of_it_is_missing(bill, synced):
    runs = sync_connection(bill)
    told = {run.kind: run.state for run in runs}
    assert told == {stream.kind: Sync.State.DONE for stream in connector("bill").streams}
    for kind, operation in LISTS.items():
        ids = {row["id"] for row in read_live(bill, operation, {"limit": 100}).data}
        assert ids <= set(KINDS[kind].objects.values_list("vendor_id", flat=True)), kind
    assert not RefusedRecord.objects.exists()


def test_names_that_amounts_are_filed_under_say_of_which_family_they_are(bill, synced):
    synced("classification")
    departments = read_live(bill, "bill_list_departments", {"limit": 100, "archived": False}).data
    held = Classification.objects.filter(family="department", is_archived=False)
    assert {row.vendor_id: row.name for row in held} == {raw["id"]: raw["name"] for raw in departments}
    account = Classification.objects.get(name="Software and hosting")
    assert (account.family, account.type, account.code) == ("chart_of_account", "EXPENSE", "6-200")
    assert Classification.objects.filter(family="employee").exclude(name="").exists()
    assert Classification.objects.get(name="Old suspense account").status == "ARCHIVED"


def test_what_we_pay_from_is_kept_by_its_last_four(synced):
    synced("funding_account")
    held = {account.type: account for account in FundingAccount.objects.all()}
    assert {kind: account.last_four for kind, account in held.items()} == {
        "BANK_ACCOUNT": "4321",
        "CARD_ACCOUNT": "4242",
        "AP_CARD": "",
    }
    assert "00098765" not in str(vars(held["BANK_ACCOUNT"]))
    assert str(held["BANK_ACCOUNT"]) == "First Pier Bank ••••4321"


def test_budgets_cards_and_transactions_are_as_bill_tells_them(bill, synced):
    synced("budget", "spend_card", "spend_transaction")
    for raw in read_live(bill, "bill_list_budgets", {"limit": 100}).data:
        budget, period = Budget.objects.get(vendor_id=raw["id"]), raw["currentPeriod"]
        assert (budget.limit_minor, budget.spent_minor) == (
            minor(period["limit"]),
            minor(period["spent"]["total"]),
        )
    for raw in read_live(bill, "bill_list_spend_cards", {"limit": 100}).data:
        card = SpendCard.objects.get(vendor_id=raw["id"])
        assert (card.status, card.last_four, card.budget_vendor_id) == (
            raw["status"],
            raw["lastFour"],
            raw["budgetId"],
        )
        assert card.user_name
    for raw in read_live(bill, "bill_list_spend_transactions", {"limit": 100}).data:
        bought = SpendTransaction.objects.get(vendor_id=raw["id"])
        assert (bought.merchant_name, bought.amount_minor, bought.spend_card_vendor_id) == (
            raw["merchantName"],
            minor(raw["amount"]),
            raw["cardId"],
        )


def test_a_card_that_shares_its_budgets_funds_has_no_limit_and_not_a_limit_of_nothing(synced):
    synced("spend_card")
    shared = [card for card in SpendCard.objects.all() if card.raw["shareBudgetFunds"]]
    assert shared
    assert {card.limit_minor for card in shared} == {None}


def test_an_account_without_the_token_of_spend_and_expense_has_no_budgets_and_shows_none(bill):
    bill.credentials = {name: value for name, value in bill.credentials.items() if name != "spend_token"}
    bill.save(update_fields=["sealed_credentials"])
    runs = sync_connection(bill)
    assert {run.state for run in runs} == {Sync.State.DONE}
    assert not {"budget", "spend_card", "spend_transaction"} & {run.kind for run in runs}
    (card,) = cards(bill.pk)
    assert "budget" not in {reading.kind for reading in card.readings}
    assert card.read_at is not None


def give_account(sandbox, customer: Customer) -> None:
    account = {"nameOnAccount": "Acme", "accountNumber": NUMBER, "routingNumber": "021000021"}
    more = {"type": "CHECKING", "ownerType": "BUSINESS", "customerId": customer.vendor_id, "archived": False}
    times = dict.fromkeys(("createdTime", "updatedTime"), "2026-01-05T09:00:00.000+00:00")
    sandbox.add(
        "bill",
        "customer bank account",
        "cba1",
        owner=customer.vendor_id,
        id="cba1",
        **account,
        **more,
        **times,
    )


def test_contacts_and_accounts_are_their_customers(bill, sandbox, synced):
    synced("customer")
    customer = Customer.objects.order_by("pk")[0]
    give_account(sandbox, customer)
    synced("customer_contact", "customer_bank_account")
    held = CustomerBankAccount.objects.get()
    assert (held.vendor_id, held.customer_vendor_id, held.last_four) == ("cba1", customer.vendor_id, "6789")
    assert NUMBER[:-4] not in str(vars(held))
    told = read_live(bill, "bill_list_customer_contacts", {"customerId": customer.vendor_id}).data
    contacts = customer.own(CustomerContact)
    assert {row.vendor_id: row.email for row in contacts} == {raw["id"]: raw["email"] for raw in told}


def test_an_account_that_a_proposal_made_is_found_by_whose_it_is(bill, sandbox, synced):
    synced("customer")
    customer = Customer.objects.order_by("pk")[0]
    give_account(sandbox, customer)
    refresh_record(bill, "customer_bank_account", customer.vendor_id)
    assert CustomerBankAccount.objects.get().customer_vendor_id == customer.vendor_id


def test_a_purchase_read_again_tells_its_card_and_budget_too(bill, sandbox, synced):
    synced("budget", "spend_card", "spend_transaction")
    bought = SpendTransaction.objects.order_by("pk")[0]
    before = Budget.objects.get(vendor_id=bought.budget_vendor_id).spent_minor
    sandbox.change("bill", "spend transaction", bought.vendor_id, amount="5000.00")
    refresh_record(bill, "spend_transaction", bought.vendor_id)
    spent = Budget.objects.get(vendor_id=bought.budget_vendor_id).spent_minor
    assert spent == before - bought.amount_minor + 500_000


@pytest.mark.parametrize("kind", ["department", "classification"])
def test_a_department_read_again_is_found_under_either_name(bill, sandbox, synced, kind):
    synced("classification")
    department = Classification.objects.filter(family="department")[0]
    sandbox.change("bill", "department", department.vendor_id, name="Field sales")
    refresh_record(bill, kind, department.vendor_id)
    department.refresh_from_db()
    assert department.name == "Field sales"


def test_an_account_of_ours_that_is_not_there_is_not_found(bill):
    with pytest.raises(NotFoundError):
        refresh_record(bill, "funding_account", "bac02NOBODY")
