"""Payments to vendors: made for bills, and carried out step by step as days pass."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import rules
from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.errors import Refusal, invalid, refusal, v3_body, v3_time
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.payment_options import (
    delivery_day,
    exchange_rate,
    first_day,
    funding_amount,
    options,
    working_day,
)
from connectors.sandbox.bill.resource import Resource
from connectors.sandbox.bill.resources import approval_policies, bills, funding_accounts, vendors
from connectors.sandbox.bill.sessions import USER_ID
from connectors.sandbox.bill.trust import trusting
from connectors.sandbox.bill.ways import Way, existing, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome, Work

Payment = dict[str, Any]
MOST_AT_ONCE = 50
VOID_TYPES = ("VOID_ONLY", "VOID_AND_CREDIT", "VOID_AND_REISSUE", "VOID_AND_REISSUE_VCARD")
ISSUED_ANEW = {
    "VOID_AND_REISSUE",
    "VOID_AND_REISSUE_VCARD",
}  # the sandbox sends both in the vendor's usual way
CHECK_TYPES = ("STANDARD", "UPS_1DAY", "UPS_2DAY", "RTP_DELIVERY")
# What comes after what, a day each from the process date on.
COURSE = ("FUNDING_STARTED", "PROCESSED", "SENT", "CLEARED")
# A payment whose `fate` is one of these comes to it instead of the step of that place.
FATES = {
    "FUNDING_FAILED_VOIDED": "PROCESSED",
    "FUNDING_FAILED_ACTION_NEEDED": "PROCESSED",
    "DISBURSEMENT_FAILED_ACTION_NEEDED": "CLEARED",
}
VOIDABLE = {"PROCESSED", "SENT"}

PAYMENT = Resource(
    kind="payment",
    prefix="stp",
    path="/payments",
    verbs="list get",
    fields=(),
    filters={
        "vendorId": frozenset({"eq", "in"}),
        "billId": frozenset({"eq", "in"}),
        "status": frozenset({"eq", "ne", "in"}),
        "singleStatus": frozenset({"eq", "ne", "in"}),
        "processDate": frozenset({"gt", "gte", "lt", "lte"}),
    },
    hidden=frozenset({"archived", "fate", "billingType"}),
    shape=lambda books, payment: (
        payment | {"vendorName": existing(books, "vendor", payment["vendorId"])["name"]}
    ),
)


def create_payment(books: Books, call: Call) -> Outcome:
    given = parsed(call.body)
    check = _checked(given)
    check.text("billId")
    check.text("vendorId")
    check.number("amount")
    makes_bill = (given.get("processingOptions") or {}).get("createBill") is True
    if makes_bill and given.get("billId"):
        check.problem("billId: must be null with createBill")
    if makes_bill and not given.get("vendorId"):
        check.problem("vendorId: must not be null")
    if not makes_bill and not given.get("billId"):
        check.problem("billId: must not be null")
    check.finish()
    amount = rules.decimal(given["amount"])
    bill = _made_bill(books, given, amount) if makes_bill else existing(books, "bill", given["billId"])
    if given.get("vendorId") not in (None, bill["vendorId"]):
        raise refusal(422, "BDC_1119", "vendorId", given["vendorId"])
    payment = _schedule(books, given, bill, amount)
    return Outcome(JSONResponse(PAYMENT.shown(books, payment), 201), record=payment["id"])


def create_payments(books: Books, call: Call) -> Outcome:
    """All of them or none, from one account; the bills are there already."""
    given = parsed(call.body)
    check = _checked(given)
    check.lines("payments", numbers={"amount": True})
    check.finish()
    parts = given["payments"]
    if len(parts) > MOST_AT_ONCE:
        raise invalid(f"payments: size must be between 1 and {MOST_AT_ONCE}")
    made = []
    for part in parts:
        bill = existing(books, "bill", str(part.get("billId")))
        if given.get("vendorId") not in (None, bill["vendorId"]):
            raise refusal(422, "BDC_1119", "vendorId", given["vendorId"])
        made.append(_schedule(books, given, bill, rules.decimal(part["amount"])))
    shown = {"payments": [PAYMENT.shown(books, payment) for payment in made]}
    return Outcome(JSONResponse(shown, 201), record=",".join(payment["id"] for payment in made))


def _checked(given: Any) -> Check:
    check = Check(given)
    check.object("fundingAccount", required=True)
    check.object("processingOptions", required=True)
    check.date("processDate")
    check.text("transactionNumber", longest=50)
    check.one_of("fundingAccount.type", funding_accounts.TYPES)
    check.one_of("processingOptions.requestCheckDeliveryType", CHECK_TYPES)
    return check


def _made_bill(books: Books, given: Mapping[str, Any], amount: Decimal) -> dict[str, Any]:
    day = books.now.date().isoformat()
    number = f"PAY-{books.next_number('bill of payment', first=1001)}"
    asked = {
        "vendorId": given["vendorId"],
        "dueDate": given.get("processDate") or day,
        "invoice": {"invoiceNumber": number, "invoiceDate": day},
        "billLineItems": [{"amount": amount, "description": given.get("description")}],
    }
    return bills.BILL.create(books, asked, {})


def _schedule(books: Books, given: Mapping[str, Any], bill: dict[str, Any], amount: Decimal) -> Payment:
    if bill["archived"] or bill["approvalStatus"] in approval_policies.HOLDING:
        raise refusal(422, "BDC_1119", "billId", bill["id"])
    if not 0 < amount <= Decimal(bill["dueAmount"]) - Decimal(bill["scheduledAmount"]):
        raise refusal(422, "BDC_1119", "amount", str(amount))
    vendor = existing(books, "vendor", bill["vendorId"])
    day = _process_day(books, given, vendor)
    funding_accounts.require_payable(books, given["fundingAccount"])
    payment = _new(books, vendor, bill["id"], amount, day, given)
    _reckon(books, bill["id"], scheduled=amount)
    _plan(books, payment, COURSE[0], day)
    return payment


def _new(
    books: Books,
    vendor: Mapping[str, Any],
    bill_id: str,
    amount: Decimal,
    day: date,
    given: Mapping[str, Any],
) -> Payment:
    """Stored as SCHEDULED; nothing else is changed by it yet."""
    way = vendor["paymentInformation"]["payByType"]
    number = f"P{books.now:%y%m%d}01 - {books.next_number('payment'):04}"
    arrives = delivery_day(day, way).isoformat()
    payment = rules.new_record(
        books,
        "payment",
        {
            "vendorId": vendor["id"],
            "billId": bill_id,
            "billPayments": [
                {
                    "id": new_id(books, "bill payment"),
                    "billId": bill_id,
                    "amount": rules.cents(amount),
                    "vendorCredits": [],
                }
            ],
            "description": given.get("description"),
            "processDate": day.isoformat(),
            "amount": rules.cents(amount),
            "fundingAccount": given["fundingAccount"],
            "processingOptions": given.get("processingOptions"),
            "paymentPurpose": given.get("paymentPurpose"),
            "cardFundingPurpose": given.get("cardFundingPurpose"),
            "transactionNumber": given.get("transactionNumber") or number,
            "confirmationNumber": number,
            "status": "SCHEDULED",
            "singleStatus": "SCHEDULED",
            "disbursementStatus": "UNDEFINED",
            "disbursementType": way,
            "disbursementInfo": {
                "isVoidable": False,
                f"{way.lower()}Disbursement": {"arrivesByDate": arrives},
            },
            "onlinePayment": True,
            "voidInfo": [],
            "cancelRequestSubmitted": False,
            "fate": "",  # how it is to end otherwise than usual; see FATES
            "billingType": given.get("billingType", "BDC"),
            "createdBy": USER_ID,
            **funding_amount(amount, vendor["billCurrency"]),
        },
    )
    books.put("payment", payment["id"], payment, owner=vendor["id"])
    return payment


def pay_by_itself(books: Books, bill: dict[str, Any], bank_account: str | None) -> None:
    """As a recurring bill does on the day that its bill is due, from the account that it names."""
    given = {
        "fundingAccount": {"type": "BANK_ACCOUNT", "id": bank_account or funding_accounts.BANK},
        "processDate": max(bill["dueDate"], books.now.date().isoformat()),
        "billingType": "RECURRING_PAYMENT",
    }
    try:
        _schedule(books, given, bill, Decimal(bill["amount"]))
    except Refusal as no:
        _note_failure(no, given, [{"billId": bill["id"], "amount": bill["amount"]}], books)


def told_if_it_fails(work: Work) -> Work:
    """What was asked for rightly and cannot be done is told of as well as refused."""

    def make(books: Books, call: Call) -> Response | Outcome:
        try:
            return work(books, call)
        except Refusal as no:
            if no.status == 422:
                given = parsed(call.body)
                no.then = partial(_note_failure, no, given, given.get("payments") or [given])
            raise

    return make


def _note_failure(
    no: Refusal, given: Mapping[str, Any], parts: Sequence[Mapping[str, Any]], books: Books
) -> None:
    """A payment that was never made has no id at BILL; only its event tells of it."""
    if not books.setting("bill_tells_failed_payments"):
        return
    bills_of = [{"id": part["billId"], "amount": str(part["amount"])} for part in parts if part.get("billId")]
    first = books.get("bill", bills_of[0]["id"]) if bills_of else None
    now = v3_time(books.now)
    failed = {
        "bills": bills_of,
        "vendorId": given.get("vendorId") or (first or {}).get("vendorId"),
        "transactionNumber": given.get("transactionNumber"),
        "fundingAccount": given["fundingAccount"],
        "createdBy": USER_ID,
        "createdTime": now,
        "updatedTime": now,
        "errors": v3_body(no, books.now),
    }
    books.put("failed payment", str(books.next_number("failed payment")), failed)


def _process_day(books: Books, given: Mapping[str, Any], vendor: Mapping[str, Any]) -> date:
    """Raises Refusal for a day that is over, or on which the vendor's new account cannot be paid to yet."""
    asked = given.get("processDate")
    if asked is None:
        if given["fundingAccount"].get("type") in ("WALLET", "AP_CARD"):
            raise invalid("processDate: must not be null")
        return first_day(books, vendor)
    day = date.fromisoformat(asked)
    if day < max(books.now.date(), vendors.payable_from(books, vendor["id"]) or date.min):
        raise refusal(422, "BDC_1152", asked)
    return day


def _plan(books: Books, payment: Payment, step: str, day: date) -> None:
    books.later("advance_payment", datetime.combine(day, time(), UTC), {"id": payment["id"], "to": step})


def advance(books: Books, planned: Mapping[str, Any]) -> None:
    """The next step of a payment's course, or what its fate puts in its place."""
    payment = books.get("payment", planned["id"])
    step = planned["to"]
    before = ("SCHEDULED", *COURSE)[COURSE.index(step)] if step in COURSE else "VOID_PENDING"
    if payment is None or payment["singleStatus"] != before:
        return
    if step == "VOIDED":
        _end_void(books, payment)
        return
    fate = payment.get("fate")
    if FATES.get(fate) == step:
        _fail(books, payment, fate)
        return
    if step == "PROCESSED":
        amount = Decimal(payment["amount"])
        _reckon(books, payment["billId"], scheduled=-amount, paid=amount)
    changes = {
        "FUNDING_STARTED": {"disbursementStatus": "UNDEFINED"},
        "PROCESSED": {"status": "PAID", "disbursementStatus": "IN_PROGRESS"},
        "SENT": {},
        "CLEARED": {"disbursementStatus": "DONE"},
    }[step]
    payment["disbursementInfo"]["isVoidable"] = step in VOIDABLE
    _save(books, payment | changes | {"singleStatus": step})
    if step != COURSE[-1]:
        _plan(books, payment, COURSE[COURSE.index(step) + 1], working_day(books.now.date()))


def _fail(books: Books, payment: Payment, fate: str) -> None:
    payment["disbursementInfo"]["isVoidable"] = fate.startswith("DISBURSEMENT")
    changes = {"singleStatus": fate, "disbursementStatus": "FAILED"}
    if fate == "FUNDING_FAILED_VOIDED":
        _reckon(books, payment["billId"], scheduled=-Decimal(payment["amount"]))
        changes["status"] = "VOID"
    _save(books, payment | changes)


def cancel(books: Books, call: Call) -> Outcome:
    payment = existing(books, "payment", call.parts["id"])
    if payment["singleStatus"] != "SCHEDULED":
        raise refusal(422, "BDC_1119", "status", payment["singleStatus"])
    _reckon(books, payment["billId"], scheduled=-Decimal(payment["amount"]))
    # BILL spells the two in two ways.
    changes = {"status": "CANCELLED", "singleStatus": "CANCELED", "cancelRequestSubmitted": True}
    return _save(books, payment | changes)


def void(books: Books, call: Call) -> Outcome:
    """Taken up at once; whether it succeeds shows a day later."""
    payment, given = existing(books, "payment", call.parts["id"]), parsed(call.body)
    check = Check(given)
    check.text("reason", required=True, longest=4000)
    check.text("type", required=True)
    check.one_of("type", VOID_TYPES)
    check.finish()
    if not payment.get("disbursementInfo", {}).get("isVoidable"):
        raise refusal(422, "BDC_1119", "status", payment["singleStatus"])
    now = v3_time(books.now)
    asked = {
        "id": new_id(books, "void"),
        "requestedBy": USER_ID,
        "type": given["type"],
        "status": "TO_BE_PROCESSED",
        "reason": given["reason"],
        "createdTime": now,
        "updatedTime": now,
    }
    payment["disbursementInfo"]["isVoidable"] = False
    changes = {"singleStatus": "VOID_PENDING", "voidInfo": [*payment["voidInfo"], asked]}
    outcome = _save(books, payment | changes)
    _plan(books, payment, "VOIDED", working_day(books.now.date()))
    return outcome


def _end_void(books: Books, payment: Payment) -> None:
    """A payment whose fate is VOID_REJECTED goes on as it was."""
    rejected = payment.get("fate") == "VOID_REJECTED"
    *earlier, last = payment["voidInfo"]
    ended = last | {"status": "REJECTED" if rejected else "ACCEPTED", "updatedTime": v3_time(books.now)}
    changes = {"voidInfo": [*earlier, ended], "singleStatus": "SENT" if rejected else "VOIDED"}
    if not rejected:
        changes["status"] = "VOID"
        _reckon(books, payment["billId"], paid=-Decimal(payment["amount"]))
        if last["type"] in ISSUED_ANEW:
            _issue_anew(books, payment)
    _save(books, payment | changes)


def _issue_anew(books: Books, voided: Payment) -> None:
    """Another payment of the same bill, with a number of its own."""
    vendor, amount = existing(books, "vendor", voided["vendorId"]), Decimal(voided["amount"])
    day = first_day(books, vendor)
    given = {**voided, "transactionNumber": None}
    payment = _new(books, vendor, voided["billId"], amount, day, given)
    _reckon(books, voided["billId"], scheduled=amount)
    _plan(books, payment, COURSE[0], day)


def check_image(books: Books, call: Call) -> Response:
    payment = existing(books, "payment", call.parts["id"])
    is_sent = payment["disbursementType"] == "CHECK" and payment["singleStatus"] in ("SENT", "CLEARED")
    link = f"/connect/v3/payments/{payment['id']}/check-image/1"
    return JSONResponse({"results": [{"downloadLink": link}] if is_sent else []})


def _reckon(
    books: Books, bill_id: str, *, scheduled: Decimal = Decimal(0), paid: Decimal = Decimal(0)
) -> None:
    """What of a bill is scheduled and paid, moved by these amounts."""
    bill = existing(books, "bill", bill_id)
    bill["scheduledAmount"] = rules.cents(Decimal(bill["scheduledAmount"]) + scheduled)
    bill["paidAmount"] = rules.cents(Decimal(bill["paidAmount"]) + paid)
    bills.reckon(books, bill)
    bills.saved(books, bill)


def _save(books: Books, payment: Payment) -> Outcome:
    payment["updatedTime"] = v3_time(books.now)
    books.put("payment", payment["id"], payment, owner=payment["vendorId"])
    return Outcome(JSONResponse(PAYMENT.shown(books, payment)), record=payment["id"])


def seed(books: Books, _chance: random.Random, _customers: int) -> None:
    """What paid the bills that are paid, and what is to pay those that are scheduled."""
    account = {"type": "BANK_ACCOUNT", "id": funding_accounts.BANK}
    given = {"fundingAccount": account, "processingOptions": {"requestPayFaster": False, "createBill": False}}
    for bill in books.find("bill", newest_first=False):
        scheduled, paid = Decimal(bill["scheduledAmount"]), Decimal(bill["paidAmount"])
        if not (scheduled or paid):
            continue
        vendor, due = existing(books, "vendor", bill["vendorId"]), date.fromisoformat(bill["dueDate"])
        day = due if scheduled else min(due, working_day(books.now.date() - timedelta(days=20)))
        payment = _new(books, vendor, bill["id"], scheduled or paid, day, given)
        if scheduled:
            _plan(books, payment, COURSE[0], day)
            continue
        made = datetime.combine(day, time(9), UTC)
        payment |= {"status": "PAID", "singleStatus": "CLEARED", "disbursementStatus": "DONE"}
        payment |= {"createdTime": v3_time(made), "updatedTime": v3_time(made)}
        books.put("payment", payment["id"], payment, owner=vendor["id"], at=made)


RESOURCES = (PAYMENT,)
WAYS = (
    *trusting(
        (
            Way("POST", "/payments", "create_payment", told_if_it_fails(create_payment)),
            Way("POST", "/payments/bulk", "create_payments_bulk", told_if_it_fails(create_payments)),
        ),
        lambda given: True,
    ),
    Way("GET", "/payments/exchange-rate", "get_payment_exchange_rate", exchange_rate),
    Way("GET", "/payments/options", "get_payment_options", options),
    Way("POST", "/payments/{id}/cancel", "cancel_payment", cancel),
    Way("POST", "/payments/{id}/void", "void_payment", void),
    Way("GET", "/payments/{id}/check-image", "get_payment_check_image", check_image),
)
