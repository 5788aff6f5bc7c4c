"""Invoices and credit notes: reading, retrying, refunding, closing, charging."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.billsby import billing
from connectors.sandbox.billsby.answering import Body, as_text, existing, flag, page, refused, success
from connectors.sandbox.billsby.choices import (
    CLOSED_FROM,
    PAID_OFFLINE,
    PAID_OUT_FROM,
    RETRIED_FROM,
    WRITTEN_OFF,
)
from connectors.sandbox.billsby.customers import customer_of
from connectors.sandbox.billsby.formats import SYMBOLS, formatted
from connectors.sandbox.billsby.invoice_details import invoice_details
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

INVOICE_FLAGS = {
    "isPending": "Pending",
    "isPaid": "Paid",
    "isUnpaid": "Unpaid",
    "isPaidOffline": PAID_OFFLINE,
    "isWrittenOff": WRITTEN_OFF,
}
CREDIT_NOTE_FLAGS = {"isPending": "Pending", "isPaid": "Paid", "isFailed": "Failed"}
ORDER_FIELDS = ("createdOn", "amount", "status", "currency")


def get_invoice(books: Books, call: Call) -> Response:
    invoice = existing(books, "invoice", call.parts["number"], name="Invoice")
    return JSONResponse(invoice_details(books, invoice))


def list_invoices(books: Books, call: Call) -> Response:
    query = call.parameter("query")
    return page(
        books,
        call,
        "invoice",
        lambda invoice: _with_customer(books, invoice, ("invoiceId", "invoiceNumber"), _amounts(invoice)),
        order_fields=(*ORDER_FIELDS, "invoiceNumber"),
        where=_statuses(call, INVOICE_FLAGS),
        like=(("invoiceNumber", "customerFullName"), query) if query else None,
    )


def list_credit_notes(books: Books, call: Call) -> Response:
    query = call.parameter("query")
    keys = ("creditNoteId", "creditNoteUniqueId")
    return page(
        books,
        call,
        "credit_note",
        lambda note: _with_customer(books, note, keys, {"amount": str(note["amount"])}),
        order_fields=ORDER_FIELDS,
        where=_statuses(call, CREDIT_NOTE_FLAGS),
        like=(("creditNoteUniqueId", "customerFullName"), query) if query else None,
    )


def list_customer_invoices(books: Books, call: Call) -> Response:
    customer = customer_of(books, call)
    return JSONResponse(
        [
            {
                "invoiceId": invoice["invoiceId"],
                "createdOn": invoice["createdOn"],
                "invoiceNumber": invoice["invoiceNumber"],
                "amount": invoice["amount"],
                "refundableAmount": billing.refundable(invoice),
                "formattedAmount": formatted(invoice["amount"], invoice["currency"]),
                "currency": invoice["currency"],
                "linkedTransactionsCount": invoice["linkedTransactionsCount"],
                "status": invoice["status"],
            }
            for invoice in books.find("invoice", owner=customer["customerUniqueId"])
        ]
    )


def list_customer_credit_notes(books: Books, call: Call) -> Response:
    customer = customer_of(books, call)
    return JSONResponse(
        [
            {
                "invoiceId": note["creditNoteId"],
                "createdOn": note["createdOn"],
                "invoiceNumber": note["creditNoteUniqueId"],
                "amount": str(note["amount"]),
                "currency": note["currency"],
                "linkedTransactionsCount": note.get("linkedTransactionsCount", 1),
                "status": note["status"],
                "paymentGatewayDisplayName": billing.GATEWAY["gatewayName"],
            }
            for note in books.find("credit_note", owner=customer["customerUniqueId"])
        ]
    )


def list_payment_logs(books: Books, call: Call) -> Response:
    customer = customer_of(books, call)
    invoice = existing(books, "invoice", call.parts["number"], name="Invoice")
    if invoice["customerUniqueId"] != customer["customerUniqueId"]:
        raise refused(books, "Invoice not found.", status=404)
    return JSONResponse(books.find("payment_log", owner=invoice["invoiceNumber"]))


def retry_payment(books: Books, call: Call) -> Outcome:
    """Ask the card once more. The answer says success even when the card says no."""
    invoice = existing(books, "invoice", call.parts["number"], name="Invoice")
    number = invoice["invoiceNumber"]
    if invoice["status"] not in RETRIED_FROM:
        raise refused(books, f"Invoice {number} is {invoice['status']}, not Unpaid.", record=number)
    is_paid = billing.collect(books, invoice, at=books.now)
    return Outcome(success(books), number, took=is_paid)


def pay_offline(books: Books, call: Call) -> Outcome:
    return _close(books, call, status=PAID_OFFLINE, empty_refusal=True)


def write_off(books: Books, call: Call) -> Outcome:
    return _close(books, call, status=WRITTEN_OFF, empty_refusal=False)


def refund_invoice(books: Books, call: Call) -> Outcome:
    """Give money back; the amount in the answer is what could still be refunded."""
    customer = customer_of(books, call)
    body = Body(books, call)
    number, amount = body.text("invoiceNumber"), body.whole("amount")
    body.check()
    invoice = books.get("invoice", number)
    if invoice is None or invoice["customerUniqueId"] != customer["customerUniqueId"]:
        raise refused(books, "The customer has no such invoice.", field="invoiceNumber", record=number)
    if not 0 < amount <= billing.refundable(invoice):
        message = f"amount must be between 1 and {billing.refundable(invoice)}."
        raise refused(books, message, field="amount", record=number)
    note = billing.refund(books, invoice, amount, at=books.now)
    billing.settle_later(books, "credit_note", note["creditNoteUniqueId"])
    return Outcome(as_text({"invoiceNumber": number, "amount": billing.refundable(invoice)}), number)


def retry_credit_note(books: Books, call: Call) -> Outcome:
    """Try once more to pay a failed credit note out. The answer says success even when it fails again."""
    note = existing(books, "credit_note", call.parts["number"], name="Credit note")
    number = note["creditNoteUniqueId"]
    if note["status"] not in PAID_OUT_FROM:
        raise refused(books, f"Credit note {number} is {note['status']}, not Failed.", record=number)
    is_paid = billing.pay_out(books, note)
    return Outcome(success(books), number, took=is_paid)


def charge_customer(books: Books, call: Call) -> Outcome:
    """A one-time charge; a negative amount makes a credit note. The answer names neither."""
    customer = customer_of(books, call)
    unique = customer["customerUniqueId"]
    body = Body(books, call, record=unique)
    currency, amount = body.text("currencyCode"), body.whole("amount")
    description = body.text("description")
    body.check()
    currency = currency.upper()
    if currency not in SYMBOLS:
        body.problem("currencyCode", "is not a currency of this company")
    if amount == 0:
        body.problem("amount", "must not be 0")
    if customer["cardStatus"] != "Valid":
        body.problem("customerUniqueId", "has no stored card")
    body.check()
    if amount < 0:
        note = billing.make_credit_note(
            books, customer, currency=currency, amount=-amount, note_type="OneTimeCredit", at=books.now
        )
        billing.settle_later(books, "credit_note", note["creditNoteUniqueId"])
        return Outcome(as_text(True), note["creditNoteUniqueId"])
    invoice = billing.make_invoice(
        books,
        customer,
        currency=currency,
        lines=[billing.line(description, amount)],
        invoice_type="OneTimeCharge",
        at=books.now,
    )
    billing.settle_later(books, "invoice", invoice["invoiceNumber"])
    return Outcome(as_text(True), invoice["invoiceNumber"])


def _close(books: Books, call: Call, *, status: str, empty_refusal: bool) -> Outcome:
    invoice = existing(books, "invoice", call.parts["number"], name="Invoice")
    number = invoice["invoiceNumber"]
    if invoice["status"] not in CLOSED_FROM:
        message = f"Invoice {number} is {invoice['status']}."
        raise refused(books, message, record=number, empty=empty_refusal)
    invoice["status"] = status
    if status == WRITTEN_OFF:
        invoice["amount"] = 0
    books.put("invoice", number, invoice)
    return Outcome(success(books), number)


def _statuses(call: Call, flags: dict[str, str]) -> dict[str, list[str]] | None:
    wanted = [status for name, status in flags.items() if flag(call, name)]
    return {"status": wanted} if wanted else None


def _amounts(invoice: dict[str, Any]) -> dict[str, Any]:
    return {
        "amount": invoice["amount"],
        "formattedAmount": formatted(invoice["amount"], invoice["currency"]),
    }


def _with_customer(
    books: Books, document: dict[str, Any], id_keys: tuple[str, str], amounts: dict[str, Any]
) -> dict[str, Any]:
    customer = books.get("customer", document["customerUniqueId"]) or {}
    return {
        **{key: document[key] for key in id_keys},
        "customerId": customer["customerId"],
        "customerUniqueId": customer["customerUniqueId"],
        "customerFirstName": customer["firstName"],
        "customerLastName": customer["lastName"],
        "customerFullName": customer["fullName"],
        "createdOn": document["createdOn"],
        **amounts,
        "status": document["status"],
        "currency": document["currency"],
    }
