"""The life of an invoice: made Pending, settled by the stored card, tried again, refunded."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.sandbox.billsby.choices import (
    BATCH_S,
    PAYMENT_RESULTS,
    PAYOUT_RESULTS,
    REFUNDED_FROM,
)
from connectors.sandbox.billsby.formats import moment
from connectors.sandbox.books import Books

GATEWAY = {"gatewayId": 3, "gatewayName": "Stripe"}
CARD_NAMES = {"visa": "Visa", "master": "Mastercard", "american_express": "American Express"}


def line(description: str, amount: int, *, units: int = 1, unit_price: int | None = None) -> dict[str, Any]:
    return {
        "description": description,
        "units": units,
        "unitPrice": amount if unit_price is None else unit_price,
        "discounts": 0,
        "amount": amount,
    }


def make_invoice(
    books: Books,
    customer: dict[str, Any],
    *,
    currency: str,
    lines: list[dict[str, Any]],
    invoice_type: str,
    at: datetime,
    subscription: dict[str, Any] | None = None,
    period: tuple[datetime, datetime] | None = None,
    proration: int | None = None,
) -> dict[str, Any]:
    """An invoice with the customer's next number, still Pending.

    proration: the (negative) credit among the lines for unused time, None when there is none.
    """
    number = _next_number(books, customer)
    invoice = {
        "invoiceId": books.next_number("invoice", first=8101),
        "invoiceNumber": number,
        "customerUniqueId": customer["customerUniqueId"],
        "customerFullName": customer["fullName"],
        "createdOn": moment(at),
        "amount": sum(item["amount"] for item in lines),
        "currency": currency,
        "status": "Pending",
        "invoiceType": invoice_type,
        "lines": lines,
        "subscriptionUniqueId": subscription and subscription["subscriptionUniqueId"],
        "planName": subscription and subscription["planName"],
        "billingPeriodStart": period and moment(period[0]),
        "billingPeriodEnd": period and moment(period[1]),
        "prorationAdjustment": proration,
        "refunded": 0,
        "linkedTransactionsCount": 0,
    }
    books.put("invoice", number, invoice, owner=customer["customerUniqueId"], at=at)
    return invoice


def make_credit_note(
    books: Books,
    customer: dict[str, Any],
    *,
    currency: str,
    amount: int,
    note_type: str,
    at: datetime,
    invoice_number: str | None = None,
) -> dict[str, Any]:
    """A credit note: same series of numbers as the customer's invoices, Pending at first."""
    number = _next_number(books, customer)
    note = {
        "creditNoteId": books.next_number("credit_note", first=631),
        "creditNoteUniqueId": number,
        "customerUniqueId": customer["customerUniqueId"],
        "customerFullName": customer["fullName"],
        "createdOn": moment(at),
        "amount": amount,
        "currency": currency,
        "status": "Pending",
        "type": note_type,
        "refundedInvoiceNumber": invoice_number,
    }
    books.put("credit_note", number, note, owner=customer["customerUniqueId"], at=at)
    return note


def settle_later(books: Books, kind: str, number: str) -> None:
    """Leave a Pending document to the next batch, or settle it now when the sandbox is set so."""
    settle = {"invoice": settle_invoice, "credit_note": settle_credit_note}[kind]
    if books.setting("settle_at_once"):
        settle(books, {"number": number})
    else:
        books.later(f"settle_{kind}", next_batch(books.now), {"number": number})


def next_batch(now: datetime) -> datetime:
    """The next :00, :05, :10 … strictly after a moment."""
    batches = int(now.timestamp()) // BATCH_S + 1
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=batches * BATCH_S)


def settle_invoice(books: Books, payload: dict[str, Any]) -> None:
    """Collect a Pending invoice; one that was closed or changed meanwhile is left alone."""
    invoice = books.get("invoice", payload["number"])
    if invoice is None or invoice["status"] != "Pending":
        return
    if invoice["amount"] == 0:
        books.put("invoice", invoice["invoiceNumber"], invoice | {"status": "Paid"})
        return
    collect(books, invoice, at=books.now)


def settle_credit_note(books: Books, payload: dict[str, Any]) -> None:
    note = books.get("credit_note", payload["number"])
    if note is not None and note["status"] == "Pending":
        books.put("credit_note", note["creditNoteUniqueId"], note | {"status": "Paid"})


def collect(books: Books, invoice: dict[str, Any], *, at: datetime, outcome: str | None = None) -> bool:
    """Try the customer's card once: one payment log more, and Paid or Unpaid. Tells whether it paid.

    outcome: how the card behaves, if not as the customer's card behaves now.
    """
    customer = books.get("customer", invoice["customerUniqueId"]) or {}
    log_status, status = PAYMENT_RESULTS[outcome or customer["cardOutcome"]]
    log_id = books.next_number("payment_log", first=7001)
    log = {
        "paymentLogId": log_id,
        "createdOn": moment(at),
        **GATEWAY,
        "reference": f"ch_sandbox_{log_id:06d}",
        "paymentMethod": CARD_NAMES.get((customer["card"] or {}).get("cardType", ""), "Card"),
        "status": log_status,
    }
    books.put("payment_log", str(log_id), log, owner=invoice["invoiceNumber"], at=at)
    linked = invoice["linkedTransactionsCount"] + 1
    invoice |= {"status": status, "linkedTransactionsCount": linked}
    books.put("invoice", invoice["invoiceNumber"], invoice)
    return status == "Paid"


def refund(books: Books, invoice: dict[str, Any], amount: int, *, at: datetime) -> dict[str, Any]:
    """A credit note for part or all of a paid invoice, which stays Paid."""
    customer = books.get("customer", invoice["customerUniqueId"]) or {}
    note = make_credit_note(
        books,
        customer,
        currency=invoice["currency"],
        amount=amount,
        note_type="Refund",
        at=at,
        invoice_number=invoice["invoiceNumber"],
    )
    invoice |= {
        "refunded": invoice["refunded"] + amount,
        "linkedTransactionsCount": invoice["linkedTransactionsCount"] + 1,
    }
    books.put("invoice", invoice["invoiceNumber"], invoice)
    return note


def pay_out(books: Books, note: dict[str, Any]) -> bool:
    """Send a credit note's money to the customer's card once more. Tells whether it arrived."""
    customer = books.get("customer", note["customerUniqueId"]) or {}
    status = PAYOUT_RESULTS[customer["cardOutcome"]]
    linked = note.get("linkedTransactionsCount", 1) + 1
    note |= {"status": status, "linkedTransactionsCount": linked}
    books.put("credit_note", note["creditNoteUniqueId"], note)
    return status == "Paid"


def refundable(invoice: dict[str, Any]) -> int:
    return invoice["amount"] - invoice["refunded"] if invoice["status"] in REFUNDED_FROM else 0


def _next_number(books: Books, customer: dict[str, Any]) -> str:
    unique = customer["customerUniqueId"]
    return f"{unique}-{books.next_number(f'documents.{unique}')}"
