"""Payments from customers: noted as received elsewhere, or taken from their bank accounts as days pass."""

import random
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from starlette.responses import JSONResponse

from connectors.sandbox.bill import rules, shapes
from connectors.sandbox.bill.checks import Check
from connectors.sandbox.bill.errors import refusal, v3_time
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.payment_options import working_day
from connectors.sandbox.bill.resource import Record, Resource
from connectors.sandbox.bill.resources import invoices
from connectors.sandbox.bill.resources.customers import CUSTOMER_BANK_ACCOUNT, status_of
from connectors.sandbox.bill.ways import Way, existing, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

TYPES = ("CASH", "CHECK", "CREDIT_CARD", "ACH", "PAYPAL", "VIRTUAL_CARD", "WALLET", "OTHER")

RECEIVED_PAYMENT = Resource(
    kind="received payment",
    prefix="0rp",
    path="/receivable-payments",
    verbs="list get",
    fields=(Field("unappliedAmount", "number"),),
    filters={"customerId": frozenset({"eq", "in"}), "status": frozenset({"eq", "ne", "in"})},
    hidden=frozenset({"archived"}),
)


def record(books: Books, call: Call) -> Outcome:
    """What was paid outside; what is on no invoice stays unapplied."""
    given = parsed(call.body)
    check = Check(given)
    check.text("customerId")
    check.number("amount")
    check.lines("invoices", numbers={"amount": True})
    check.date("paymentDate", required=True)
    check.text("paymentType", required=True)
    check.one_of("paymentType", TYPES)
    check.finish()
    parts = [(str(one.get("id")), rules.decimal(one["amount"])) for one in given["invoices"]]
    customer_id = given.get("customerId") or existing(books, "invoice", parts[0][0])["customerId"]
    total = rules.decimal(given["amount"])
    if sum(amount for _, amount in parts) > total:
        raise refusal(422, "BDC_1119", "amount", str(total))
    payment = _receive(
        books,
        customer_id,
        parts,
        total,
        day=given["paymentDate"],
        status="PAID",
        receivablesType=given["paymentType"],
        onlinePayment=False,
        description=given.get("description"),
    )
    told = {name: payment[name] for name in ("id", "customerId", "paymentDate", "status", "description")}
    told |= {"amount": payment["amount"], "paymentType": given["paymentType"], "invoices": []}
    for key, _ in parts:
        invoice = existing(books, "invoice", key)
        told["invoices"].append({"id": key, "payments": invoice["payments"]})
    shown = shapes.published(told | {"unappliedAmount": payment["unappliedAmount"]}, _NUMBERS)
    return Outcome(JSONResponse(shown), record=payment["id"])


_NUMBERS = {*shapes.NUMBERS, "unappliedAmount"}


def charge(books: Books, call: Call) -> Outcome:
    """Scheduled now, taken on its day. Only from a verified account of a customer that allows it."""
    given = parsed(call.body)
    check = Check(given)
    check.text("customerId", required=True)
    check.object("fundingAccount", required=True)
    check.text("fundingAccount.id", required=True)
    check.one_of("fundingAccount.type", ("BANK_ACCOUNT",))
    check.text("description", longest=4000)
    check.date("paymentDate")
    check.lines("invoicePayments", numbers={"amount": True})
    check.finish()
    customer = existing(books, "customer", given["customerId"])
    account = existing(books, CUSTOMER_BANK_ACCOUNT.kind, given["fundingAccount"]["id"])
    if not customer.get("authorizedToCharge") or account["customerId"] != customer["id"]:
        raise refusal(422, "BDC_1119", "customerId", customer["id"])
    if account["archived"] or status_of(books, account) != "VERIFIED":
        raise refusal(422, "BDC_1151")
    asked = given.get("paymentDate")
    day = date.fromisoformat(asked) if asked else working_day(books.now.date())
    if day < books.now.date():
        raise refusal(422, "BDC_1152", day.isoformat())
    parts = [(str(one.get("invoiceId")), rules.decimal(one["amount"])) for one in given["invoicePayments"]]
    payment = _receive(
        books,
        customer["id"],
        parts,
        sum((amount for _, amount in parts), Decimal(0)),
        day=day.isoformat(),
        status="SCHEDULED",
        receivablesType="ACH",
        onlinePayment=True,
        fundingAccount={"id": account["id"], "type": "BANK_ACCOUNT"},
        description=given.get("description"),
    )
    books.later("settle_received_payment", datetime.combine(day, time(), UTC), {"id": payment["id"]})
    return Outcome(JSONResponse(RECEIVED_PAYMENT.shown(books, payment), 201), record=payment["id"])


def _receive(
    books: Books,
    customer_id: str,
    parts: list[tuple[str, Decimal]],
    total: Decimal,
    *,
    day: str,
    status: str,
    **more: Any,
) -> Record:
    """Stored, and on its invoices. Raises Refusal for more than is due, or another customer's invoice."""
    spread = sum((amount for _, amount in parts), Decimal(0))
    payment = rules.new_record(
        books,
        "received payment",
        {
            "customerId": customer_id,
            "amount": rules.cents(total),
            "unappliedAmount": rules.cents(total - spread),
            "invoicePayments": [
                {"invoiceId": key, "amount": rules.cents(amount), "paymentDate": day} for key, amount in parts
            ],
            "paymentDate": day,
            "status": status,
            **more,
        },
    )
    for key, amount in parts:
        invoice = existing(books, "invoice", key)
        left = Decimal(invoice["dueAmount"]) - Decimal(invoice["scheduledAmount"])
        if invoice["customerId"] != customer_id or invoice["archived"]:
            raise refusal(422, "BDC_1119", "invoiceId", key)
        if not 0 < amount <= left:
            raise refusal(422, "BDC_1119", "amount", str(amount))
        part = {"id": payment["id"], "amount": rules.cents(amount), "status": status, "date": day}
        invoice["payments"] = [*invoice["payments"], part]
        invoices.reckon(invoice)
        invoices.saved(books, invoice)
    books.put("received payment", payment["id"], payment, owner=customer_id)
    return payment


def settle(books: Books, planned: Mapping[str, Any]) -> None:
    """The money has come: the charge and its parts of invoices are paid."""
    payment = books.get("received payment", planned["id"])
    if payment is None or payment["status"] != "SCHEDULED":
        return
    for part in payment["invoicePayments"]:
        invoice = existing(books, "invoice", part["invoiceId"])
        invoice["payments"] = [
            one | {"status": "PAID"} if one["id"] == payment["id"] else one for one in invoice["payments"]
        ]
        invoices.reckon(invoice)
        invoices.saved(books, invoice)
    payment |= {"status": "PAID", "updatedTime": v3_time(books.now)}
    books.put("received payment", payment["id"], payment)


def seed(books: Books, _chance: random.Random, _customers: int) -> None:
    """What paid the invoices that are paid, under the ids that these name."""
    for invoice in books.find("invoice", newest_first=False):
        for part in invoice["payments"]:
            made = datetime.combine(date.fromisoformat(part["date"]), time(9), UTC)
            times = dict.fromkeys(("createdTime", "updatedTime"), v3_time(made))
            payment = {
                "id": part["id"],
                "archived": False,
                "customerId": invoice["customerId"],
                "amount": part["amount"],
                "unappliedAmount": "0",
                "invoicePayments": [
                    {"invoiceId": invoice["id"], "amount": part["amount"], "paymentDate": part["date"]}
                ],
                "paymentDate": part["date"],
                "status": part["status"],
                "receivablesType": "CHECK",
                "onlinePayment": False,
                **times,
            }
            books.put("received payment", part["id"], payment, owner=invoice["customerId"], at=made)


RESOURCES = (RECEIVED_PAYMENT,)
WAYS = (
    Way("POST", "/invoices/record-payment", "record_invoice_payment", record),
    Way("POST", "/receivable-payments", "charge_customer", charge),
)
