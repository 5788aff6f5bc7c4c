"""Retrying, writing off and closing an open invoice."""

from collections.abc import Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.wording import (
    amount_text,
    blocked,
    card_flags,
    day,
    get_customer,
    get_invoice,
    known,
    now_and_after,
    snapshot,
)
from connectors.judgements import card, undo
from connectors.judging import Attempted, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money
from connectors.registry import Record

FIELDS = ("status", "open_minor", "refundable_minor", "amount_minor", "currency", "invoice_type")


def look_at_invoice(read: Read, number: str, **more: str | int | bool | None) -> Snapshot:
    invoice = get_invoice(read, number)
    fields = {name: invoice.fields.get(name) for name in FIELDS}
    fields["customer_vendor_id"] = invoice.fields["customer_vendor_id"]
    fields["issued_on"] = day(invoice.fields["issued_at"])
    return snapshot(
        "invoice", number, title=number, party=invoice.fields["customer_name"], fields=fields | more
    )


def not_open(before: Snapshot, *, accepted: tuple[str, ...], what: str) -> tuple[Flag, ...]:
    status = before.fields["status"]
    if status in accepted:
        return ()
    return (blocked("Not open", f"Invoice {before.key} is {_words(status)}, and Billsby {what}."),)


def _words(status: object) -> str:
    """PaidOffline as people say it."""
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in str(status)).strip()


def _state(invoice: Record) -> dict[str, Any]:
    return {name: invoice.fields.get(name) for name in ("status", "open_minor", "refundable_minor")}


class RetryPayment:
    """The answer says success even when the card declines again; only the payment log tells."""

    operation = "billsby_retry_invoice_payment"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        number = known(arguments, "invoiceNumber")
        owner = mapping.customer_of(number)
        logs = _payment_logs(read, number)
        customer = get_customer(read, owner)
        return look_at_invoice(
            read,
            number,
            card_status=customer.fields.get("card_status"),
            payment_attempts=len(logs),
            last_payment_log_id=max((log["paymentLogId"] for log in logs), default=0),
        )

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        amount = amount_text(before, "open_minor")
        currency = before.fields["currency"]
        attempts = before.fields["payment_attempts"]
        flags = not_open(before, accepted=("Unpaid",), what="retries only unpaid invoices")
        if attempts:
            noun = "attempt" if attempts == 1 else "attempts"
            flags += (Flag("info", f"{attempts} {noun} before", "None of them collected the invoice."),)
        return Expectation(
            sentence=card(self.operation, invoiceNumber=before.key, amount=amount),
            summary=f"Billsby charges {amount} to {before.party}'s stored card once more. "
            "The card may decline again; then nothing changes.",
            money=Money(before.fields["open_minor"], currency, "in"),
            goes_to=f"Your payment gateway, from {before.party}'s stored card",
            undo=undo(self.operation),
            changes=(
                now_and_after("Status", str(before.fields["status"]), "Paid, if the card accepts"),
                now_and_after("Open", amount, format_money(0, currency)),
            ),
            flags=flags + card_flags(before.fields["card_status"], before.party),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        number = attempt.before.key
        logs = _payment_logs(read, number)
        seen = attempt.before.fields["last_payment_log_id"]
        tried = [log for log in logs if log["paymentLogId"] > seen]
        invoice = get_invoice(read, number)
        status, after = invoice.fields["status"], _state(invoice)
        if status == "Paid":
            return Verdict("took", f"Invoice {number} is paid.", after=after)
        if status in ("PaidOffline", "WrittenOff"):
            return Verdict("cannot_tell", f"Invoice {number} is {_words(status)} meanwhile.", after=after)
        if not tried:
            return Verdict("absent", f"No new attempt on invoice {number} yet.", after=after)
        newest = max(tried, key=lambda log: log["paymentLogId"])
        outcome = str(newest.get("status", "")).lower()
        if status == "Unpaid" and outcome in ("failed", "declined"):
            sentence = "Did not take effect: the card was declined again."
            return Verdict("refused", sentence, after=after)
        sentence = f"Billsby tried again and waits for the card; invoice {number} is {_words(status)}."
        return Verdict("cannot_tell", sentence, after=after)


def _payment_logs(read: Read, number: str) -> list[Mapping[str, Any]]:
    owner = mapping.customer_of(number)
    return read("billsby_list_payment_logs", {"customerUniqueId": owner, "invoiceNumber": number})


class WriteOff:
    operation = "billsby_write_off_invoice"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        return look_at_invoice(read, known(arguments, "invoiceNumber"))

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        amount = amount_text(before, "open_minor")
        currency = before.fields["currency"]
        return Expectation(
            sentence=card(self.operation, invoiceNumber=before.key, amount=amount),
            summary=f"You give up {amount} that {before.party} owes. Billsby sets the invoice to zero "
            "and will not collect it.",
            money=Money(before.fields["open_minor"], currency, "stays"),
            goes_to="Nobody; the debt ends",
            undo=undo(self.operation),
            changes=(
                now_and_after("Status", str(before.fields["status"]), "Written off"),
                now_and_after("Amount", amount_text(before, "amount_minor"), format_money(0, currency)),
                now_and_after("Open", amount, format_money(0, currency)),
            ),
            flags=not_open(
                before, accepted=mapping.CLOSABLE_STATUSES, what="writes off only unpaid invoices"
            ),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        return _closed(read, attempt.before, wanted="WrittenOff", done="is written off")


class MarkPaidOffline:
    operation = "billsby_mark_invoice_paid_offline"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        return look_at_invoice(read, known(arguments, "invoiceNumber"))

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        amount = amount_text(before, "open_minor")
        currency = before.fields["currency"]
        return Expectation(
            sentence=card(self.operation, invoiceNumber=before.key, amount=amount),
            summary=f"Billsby records that {before.party} paid {amount} by other means and stops collecting. "
            "No card is charged, and Billsby cannot refund it later.",
            money=Money(before.fields["open_minor"], currency, "stays"),
            goes_to="No money moves through Billsby",
            undo=undo(self.operation),
            changes=(
                now_and_after("Status", str(before.fields["status"]), "Paid offline"),
                now_and_after("Open", amount, format_money(0, currency)),
            ),
            flags=(
                *not_open(before, accepted=mapping.CLOSABLE_STATUSES, what="closes only unpaid invoices"),
                Flag("caution", "Check that the money came", "Nobody else checks that it was really paid."),
            ),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        return _closed(read, attempt.before, wanted="PaidOffline", done="is marked paid offline")


def _closed(read: Read, before: Snapshot, *, wanted: str, done: str) -> Verdict:
    number = before.key
    invoice = get_invoice(read, number)
    status, after = invoice.fields["status"], _state(invoice)
    if status == wanted:
        return Verdict("took", f"Invoice {number} {done}.", after=after)
    if status in (before.fields["status"], *mapping.CLOSABLE_STATUSES):
        return Verdict("absent", f"Invoice {number} is still {_words(status)}.", after=after)
    if status == "ToBeWrittenOff":
        return Verdict("cannot_tell", f"Invoice {number} waits to be written off.", after=after)
    sentence = f"Did not take effect: invoice {number} is {_words(status)} meanwhile."
    return Verdict("refused", sentence, after=after)
