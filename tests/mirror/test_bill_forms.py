"""Every form on BILL's records files one proposal of what the catalogue's table sends, and does nothing."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from connectors.catalogue import find_operation
from connectors.sandbox.bill.resources.funding_accounts import BANK
from console.approvals.models import Proposal, StoredFile
from console.mirror.models import KINDS, Record
from console.mirror.offers import ACTIONS, BILL
from console.mirror.refresh import refresh_record
from tests import payables as books
from tests import payments, spending
from tests import receivables as sales
from tests.files import PDF
from tests.writes.bill_payables import BANK as DETAILS
from tests.writes.bill_receivables import USER

TODAY = datetime.now(UTC).date()
NEXT_WEEK = (TODAY + timedelta(days=9)).isoformat()
REASON = {"reason": "Asked by phone."}
PAPER = "Rechnung 7.pdf"
NEW_BILL = {
    "invoiceNumber": "NP-77",
    "invoiceDate": "2026-12-01",
    "dueDate": "2026-12-31",
    "billLineItems.0.description": "Produce",
    "billLineItems.0.amount": "1,228.90",
    "billLineItems.2.amount": "€0.10",
}
ENTERED = {
    "vendorId": books.VENDOR,
    "invoiceNumber": "NP-77",
    "invoiceDate": "2026-12-01",
    "dueDate": "2026-12-31",
    "billLineItems": [{"description": "Produce", "amount": "1228.90"}, {"amount": "0.10"}],
}
PAYS = {"account": f"BANK_ACCOUNT {BANK}", "amount": "70.50", "processDate": NEXT_WEEK, "description": "Half"}
PAID = {
    "billId": books.BILL,
    "fundingType": "BANK_ACCOUNT",
    "fundingAccountId": BANK,
    "amount": "70.50",
    "processDate": NEXT_WEEK,
    "description": "Half",
    "requestPayFaster": False,
    "createBill": False,
}


def decided(action: str, **more: str) -> dict[str, Any]:
    return {"decisions": [{"billId": books.WAITING, "action": action, **more}]}


# By form: whose record, what is filled in, and what the operation is asked.
CASES: Mapping[str, tuple[str, dict, dict]] = {
    "bill-approve": (books.WAITING, {"decisions.comment": "Fine."}, decided("APPROVE", comment="Fine.")),
    "bill-deny": (books.WAITING, {}, decided("DENY")),
    "bill-pay": (books.BILL, PAYS, PAID),
    "bill-record-payment": (
        books.BILL,
        {"payments.amount": "200", "processDate": "2026-11-20"},
        {
            "vendorId": books.VENDOR,
            "processDate": "2026-11-20",
            "payments": [{"billId": books.BILL, "amount": "200.00"}],
            "toPrintCheck": False,
        },
    ),
    "bill-attach": (books.BILL, {"upload": PAPER}, {"billId": books.BILL}),
    "bill-archive": (books.BILL, {}, {"billId": books.BILL}),
    "bill-restore": (books.ARCHIVED, {}, {"billId": books.ARCHIVED}),
    "vendor-enter-bill": (books.VENDOR, NEW_BILL, ENTERED),
    "vendor-edit": (
        books.VENDOR,
        {"phone": "+1 415 555 0134", "address.line1": "2 Pier Road"},
        {
            "vendorId": books.VENDOR,
            "phone": "+1 415 555 0134",
            "address": books.ADDRESS | {"line1": "2 Pier Road"},
        },
    ),
    "vendor-bank-account": (books.VENDOR, DETAILS, {"vendorId": books.VENDOR, **DETAILS}),
    "vendor-delete-bank-account": (books.PAID_BY_ACH, {}, {"vendorId": books.PAID_BY_ACH}),
    "vendor-attach": (books.VENDOR, {"upload": PAPER}, {"vendorId": books.VENDOR}),
    "vendor-archive": (books.VENDOR, {}, {"vendorId": books.VENDOR}),
    "invoice-send": (
        sales.INVOICE,
        {"replies": USER, "to": "ana@harbor.example, ap+1@acme.example"},
        {
            "invoiceId": sales.INVOICE,
            "to": ["ana@harbor.example", "ap+1@acme.example"],
            "replyToUserId": USER,
        },
    ),
    "invoice-payment-link": (
        sales.INVOICE,
        {},
        {"invoiceId": sales.INVOICE, "customerId": sales.HARBOR, "email": "ap@harbor.example"},
    ),
    "invoice-record-payment": (
        sales.INVOICE,
        {"invoices.amount": "100", "paymentDate": "2026-11-20", "paymentType": "CHECK"},
        {
            "amount": "100.00",
            "customerId": sales.HARBOR,
            "invoices": [{"invoiceId": sales.INVOICE, "amount": "100.00"}],
            "paymentDate": "2026-11-20",
            "paymentType": "CHECK",
        },
    ),
    "invoice-charge": (
        sales.INVOICE,
        {"account": sales.ACCOUNT, "invoicePayments.amount": "120.50"},
        {
            "customerId": sales.HARBOR,
            "bankAccountId": sales.ACCOUNT,
            "invoicePayments": [{"invoiceId": sales.INVOICE, "amount": "120.50"}],
        },
    ),
    "invoice-edit": (
        sales.INVOICE,
        {"dueDate": "2027-01-31"},
        {"invoiceId": sales.INVOICE, "dueDate": "2027-01-31", "sendEmail": False},
    ),
    "invoice-archive": (sales.INVOICE, {}, {"invoiceId": sales.INVOICE}),
    "invoice-restore": (sales.ARCHIVED, {}, {"invoiceId": sales.ARCHIVED}),
    "customer-make-invoice": (
        sales.HARBOR,
        {
            "invoiceNumber": "H-99",
            "dueDate": "2026-12-31",
            "invoiceLineItems.0.description": "Training",
            "invoiceLineItems.0.quantity": "3",
            "invoiceLineItems.0.price": "12.50",
        },
        {
            "customerId": sales.HARBOR,
            "invoiceNumber": "H-99",
            "dueDate": "2026-12-31",
            "invoiceLineItems": [{"description": "Training", "quantity": 3, "price": "12.50"}],
            "sendEmail": False,
        },
    ),
    "budget-limit": (
        spending.BUDGET,
        {"limit": "1,250.50", "recurringLimit": "$600"},
        {"budgetId": spending.BUDGET, "limit": "1250.50", "recurringLimit": "600.00"},
    ),
    "budget-new-card": (
        spending.BUDGET,
        {"holder": spending.HOLDER, "name": "Booth and stand", "limit": "80"},
        {
            "budgetId": spending.BUDGET,
            "userId": spending.HOLDER,
            "name": "Booth and stand",
            "limit": "80.00",
            "shareBudgetFunds": False,
        },
    ),
    "budget-retire": (spending.BUDGET, {}, {"budgetId": spending.BUDGET}),
    "spend_card-limit": (spending.CARD, {"limit": "0"}, {"cardId": spending.CARD, "limit": "0.00"}),
    "spend_card-freeze": (spending.CARD, {}, {"cardId": spending.CARD}),
    "spend_card-unfreeze": (spending.FROZEN, {}, {"cardId": spending.FROZEN}),
    "spend_card-delete": (
        spending.CARD,
        {"fate": "LOST"},
        {"cardId": spending.CARD, "reason": "LOST"},
    ),
    "payment-cancel": (payments.SCHEDULED, {}, {"paymentId": payments.SCHEDULED}),
    "payment-void": (
        payments.SENT,
        {"type": "VOID_ONLY", "voidReason": "Sent twice."},
        {"paymentId": payments.SENT, "type": "VOID_ONLY", "voidReason": "Sent twice."},
    ),
}
APART = {"vendor-restore"}  # needs a record made for it

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(connected, sandbox) -> Callable[[str, str], Record]:
    """A record of BILL's books, read into the mirror."""
    payments.fill(sandbox)
    sales.fill(sandbox)
    spending.fill(sandbox)

    def read(kind: str, key: str) -> Record:
        refresh_record(connected["bill"], kind, key)
        return KINDS[kind].objects.get(vendor_id=key)

    return read


@pytest.fixture
def priya(client, people):
    client.force_login(people["priya"])
    return client


def url(route: str, record: Record) -> str:
    return reverse(f"mirror:{route}", args=[record.pk])


def shown(priya, page: str) -> dict[str, str]:
    """What the open form's fields hold."""
    form = priya.get(page).context["form"]
    return {name: str(form[name].value() or "") for name in form.fields}


def answered(priya, route: str, record: Record, **changes: str):
    """Open the form, fill it in as the case says, and send it off."""
    page = url(route, record)
    given = shown(priya, page) | CASES[route][1] | REASON | changes
    if name := given.pop("upload", ""):
        given["upload"] = SimpleUploadedFile(name, PDF)
    return priya.post(page, {name: value for name, value in given.items() if value != ""})


def test_every_form_of_bill_has_a_case():
    assert set(CASES) | APART == {action.route for action in BILL}


@pytest.mark.parametrize("route", CASES)
def test_a_form_files_one_proposal_of_its_operation_and_does_nothing(priya, found, sandbox, route):
    key, _, wanted = CASES[route]
    response = answered(priya, route, found(ACTIONS[route].model.KIND, key))
    assert response.status_code == 302, response.text
    proposal = Proposal.objects.get()
    step = proposal.steps.get()
    ours = {
        find_operation(step.operation).reference,
        *("file", "fileName", "fileType", "fileSize", "fileBody"),
    }
    assert response.url == reverse("approvals:detail", args=[proposal.pk])
    assert step.operation == ACTIONS[route].operation
    assert {name: value for name, value in step.arguments.items() if name not in ours} == wanted
    assert (proposal.status, proposal.reason, proposal.origin_kind) == ("pending", "Asked by phone.", "form")
    assert sandbox.effects() == []


def test_an_archived_vendor_can_be_restored(priya, found, sandbox):
    sandbox.change("bill", "vendor", books.VENDOR, archived=True)
    priya.post(url("vendor-restore", found("vendor", books.VENDOR)), REASON)
    assert Proposal.objects.get().steps.get().operation == "bill_restore_vendor"


@pytest.mark.parametrize(
    ("route", "changes", "sentence"),
    [
        ("bill-pay", {"account": ""}, "Choose an account to pay from."),
        ("bill-pay", {"amount": "200.01"}, "€200.00 is the most that can be paid."),
        ("bill-pay", {"amount": "1.001"}, "finer than EUR"),
        ("bill-pay", {"processDate": "soon"}, "must be a date such as"),
        ("bill-record-payment", {"payments.amount": "ten"}, "Write the amount like 200.00."),
        ("budget-limit", {"limit": "-5"}, "Write the amount like"),
        ("budget-limit", {"recurringLimit": "1.001"}, "finer than USD"),
        ("budget-new-card", {"limit": "0"}, "An amount above zero"),
        ("budget-new-card", {"holder": ""}, "Choose a holder."),
        ("bill-record-payment", {"processDate": ""}, "Fill this in."),
        ("bill-attach", {"upload": ""}, "Choose a file."),
        ("vendor-enter-bill", {"billLineItems.0.amount": "much"}, "Write the amount like"),
        ("vendor-enter-bill", {"billLineItems.0.amount": ""}, "Fill this in."),
        ("vendor-enter-bill", {"invoiceNumber": "a,b"}, "Number on the bill does not look right"),
        ("invoice-send", {"to": "nobody"}, "must be an e-mail address"),
        ("invoice-send", {"to": " , "}, "Fill this in."),
        ("invoice-record-payment", {"invoices.amount": "200.01"}, "the most that can be noted as received"),
        ("invoice-charge", {"account": "bac01"}, "No longer offered."),
        ("customer-make-invoice", {"invoiceLineItems.0.quantity": "many"}, "Write a whole number."),
        ("customer-make-invoice", {"invoiceLineItems.0.quantity": ""}, "Fill this in."),
        ("vendor-edit", {"address.country": "Germany"}, "Country does not look right"),
        ("vendor-edit", {"email": "nobody"}, "E-mail must be an e-mail address"),
        ("vendor-bank-account", {"bankAccountNumber": "12"}, "Account number or IBAN does not look right"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(priya, found, route, changes, sentence):
    response = answered(priya, route, found(ACTIONS[route].model.KIND, CASES[route][0]), **changes)
    assert response.status_code == 422
    assert sentence in response.text.split('class="err"', 1)[1]
    assert "Asked by phone." in response.text
    assert not Proposal.objects.exists()


def test_a_vendor_of_whom_nothing_is_changed_is_told_so(priya, found):
    nothing = {"phone": "", "address.line1": books.ADDRESS["line1"]}
    response = answered(priya, "vendor-edit", found("vendor", books.VENDOR), **nothing)
    assert "Nothing is changed yet." in response.text


@pytest.mark.parametrize("route", ["bill-pay", "bill-record-payment", "bill-attach", "vendor-enter-bill"])
def test_a_double_click_files_one_proposal(priya, found, route):
    record = found(ACTIONS[route].model.KIND, CASES[route][0])
    first, second = answered(priya, route, record), answered(priya, route, record)
    assert second.url == first.url
    assert Proposal.objects.count() == 1


def test_a_bill_is_entered_with_the_vendors_own_paper_in_one_proposal(priya, found):
    vendor = found("vendor", books.VENDOR)
    assert answered(priya, "vendor-enter-bill", vendor, upload=PAPER).status_code == 302
    first, second = Proposal.objects.get().steps.all()
    assert (first.operation, second.operation) == ("bill_create_bill", "bill_upload_bill_document")
    assert second.arguments["billId"] == {"$ref": {"step": 1, "result": "id"}}
    assert second.arguments["file"] == StoredFile.objects.get().number


def test_a_file_need_not_be_chosen_again_because_something_else_was_wrong(priya, found):
    vendor = found("vendor", books.VENDOR)
    response = answered(priya, "vendor-enter-bill", vendor, upload=PAPER, dueDate="")
    kept = StoredFile.objects.get()
    assert f"{PAPER} is kept as {kept.number}" in response.text
    assert answered(priya, "vendor-enter-bill", vendor, file=kept.number).status_code == 302
    assert Proposal.objects.get().steps.last().arguments["file"] == kept.number


def test_a_file_that_no_vendor_takes_is_said_beside_it(priya, found):
    page = url("bill-attach", found("bill", books.BILL))
    response = priya.post(page, REASON | {"upload": SimpleUploadedFile("bill.pdf", b"<html>")})
    assert response.status_code == 422
    assert "no PDF, PNG or JPEG" in response.text.split('class="err"', 1)[1]


def test_more_lines_keep_what_is_written_and_say_nothing_of_what_is_missing(priya, found):
    page = url("vendor-enter-bill", found("vendor", books.VENDOR))
    response = priya.post(page, NEW_BILL | {"more": "1", "dueDate": ""})
    assert response.status_code == 200
    assert 'name="billLineItems.14.amount"' in response.text
    assert 'value="1,228.90"' in response.text
    assert 'class="err"' not in response.text


def test_a_payment_is_told_about_before_it_is_proposed(priya, found):
    page = priya.get(url("bill-pay", found("bill", books.BILL))).text
    told = page.split('id="told"')[1].split("</dl>")[0]
    for words in ("Northside by check", "arrives 20", "fee $1.99", "0.92 between USD and EUR"):
        assert words in told
    assert 'value="200.00"' in page


def test_what_a_payment_costs_follows_the_chosen_account(priya, found):
    page = url("bill-pay", found("bill", books.BILL))
    told = priya.get(page, PAYS, headers={"HX-Request": "true", "HX-Target": "told"}).text
    assert told.split('id="told"')[1].split("</dl>")[0].count("fee $") == 1


def test_the_page_follows_what_is_typed_without_asking_the_vendor(priya, found, sandbox):
    page = url("bill-pay", found("bill", books.BILL))
    sandbox.fail_next(status=503, times=100)
    shown = priya.get(page, PAYS, headers={"HX-Request": "true", "HX-Target": "preview"}).text
    assert "€70.50, sent as 70.50" in shown
    assert "Propose payment of €70.50" in shown


def test_a_payment_that_needs_a_code_says_how_to_get_it(priya, client, people, found, connected):
    page = url("bill-pay", found("bill", books.BILL))
    assert "has entered a code" not in priya.get(page).text
    connected["bill"].trusted_until = datetime.now(UTC) - timedelta(days=1)
    connected["bill"].save()
    assert "Ask an administrator" in priya.get(page).text


@pytest.mark.parametrize(
    ("key", "sentence"),
    [(books.WAITING, "only once it is approved there"), (payments.SCHEDULED_BILL, "scheduled already")],
)
def test_what_bill_would_not_pay_is_said_before_anything_is_asked(priya, found, key, sentence):
    page = url("bill-pay", found("bill", key))
    assert sentence in priya.get(page).text
    assert priya.post(page, PAYS | REASON).status_code == 422
    assert not Proposal.objects.exists()


def test_only_a_bill_that_waits_is_offered_for_a_decision(priya, found):
    assert "Approve in BILL…" in priya.get(found("bill", books.WAITING).get_absolute_url()).text
    assert "Approve in BILL…" not in priya.get(found("bill", books.BILL).get_absolute_url()).text


def test_whoever_decides_sees_who_was_asked(priya, found):
    page = priya.get(url("bill-approve", found("bill", books.WAITING))).text
    assert "has not answered" in page.split('id="told"')[1].split("</dl>")[0]


def test_a_bank_accounts_number_is_given_once_and_shown_nowhere(priya, found):
    vendor, number = found("vendor", books.PAID_BY_ACH), DETAILS["bankAccountNumber"]
    page = url("vendor-bank-account", vendor)
    opened = priya.get(page, {"bankAccountNumber": number}).text
    refused = priya.post(page, DETAILS | REASON | {"nameOnAccount": ""}).text
    assert number not in opened + refused
    assert "••••5544" in opened
    assert number not in priya.get(priya.post(page, DETAILS | REASON).url).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"limit": ""}, "“Limit of this period” is missing: only a card that shares"),
        ({"shareBudgetFunds": "on"}, "“Limit of this period” cannot be set where the budget"),
    ],
)
def test_what_bill_would_refuse_of_a_card_is_said_in_the_forms_words(priya, found, changes, sentence):
    response = answered(priya, "budget-new-card", found("budget", spending.BUDGET), **changes)
    assert response.status_code == 422
    assert sentence in response.text


def test_the_card_tells_old_limits_and_new_ones_in_money(priya, found):
    filed = answered(priya, "budget-limit", found("budget", spending.BUDGET))
    page = priya.get(filed.url).text
    assert "limit from $500.00 to $1,250.50" in page
    assert "$750.50" in page


def test_a_card_that_shares_its_budgets_funds_has_no_limit_to_change(priya, found):
    page = url("spend_card-limit", found("spend_card", spending.SHARING))
    assert "Change the budget" in priya.get(page).text
    assert priya.post(page, REASON | {"limit": "50"}).status_code == 422


def test_a_card_is_frozen_or_unfrozen_and_a_deleted_one_is_neither(priya, found, sandbox):
    active, frozen = (found("spend_card", key) for key in (spending.CARD, spending.FROZEN))
    assert labels(priya, active) == ["Change the limit…", "Freeze…", "Delete…"]
    assert labels(priya, frozen) == ["Change the limit…", "Unfreeze…", "Delete…"]
    sandbox.change("bill", "spend card", spending.CARD, status="DELETED", archived=True)
    assert labels(priya, found("spend_card", spending.CARD)) == []


def test_a_payment_is_cancelled_before_it_leaves_and_voided_after(priya, found):
    scheduled, sent = (found("payment", key) for key in (payments.SCHEDULED, payments.SENT))
    assert labels(priya, scheduled) == ["Cancel…"]
    assert labels(priya, sent) == ["Void…"]


def labels(priya, record: Record) -> list[str]:
    return [action.label for action in priya.get(record.get_absolute_url()).context["actions"]]


def test_a_payment_that_bill_would_not_take_back_is_said_so(priya, found, sandbox):
    sandbox.change("bill", "payment", payments.SENT, disbursementInfo={"isVoidable": False})
    page = url("payment-void", found("payment", payments.SENT))
    assert "can no longer be taken back" in priya.get(page).text
    assert priya.post(page, CASES["payment-void"][1] | REASON).status_code == 422
