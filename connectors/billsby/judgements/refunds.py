"""Refunding a paid invoice."""

from collections.abc import Mapping
from typing import Any

from connectors.billsby.judgements.invoices import look_at_invoice
from connectors.billsby.judgements.wording import (
    amount_text,
    blocked,
    credit_notes,
    get_invoice,
    highest_count,
    known,
    newer_than,
    now_and_after,
    sent,
)
from connectors.billsby.mapping import customer_of
from connectors.judgements import card, undo
from connectors.judging import Attempted, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money
from connectors.registry import Record


class RefundInvoice:
    """The answer's amount is what is still refundable, and the credit note's number comes only by reading."""

    operation = "billsby_refund_invoice"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        number = known(arguments, "invoiceNumber")
        notes = credit_notes(read, customer_of(number))
        return look_at_invoice(read, number, last_credit_note=highest_count(notes))

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        amount_minor = known(arguments, "amount")
        currency = before.fields["currency"]
        refundable = before.fields["refundable_minor"] or 0
        amount = format_money(amount_minor, currency)
        left = format_money(max(refundable - amount_minor, 0), currency)
        return Expectation(
            sentence=card(self.operation, amount=amount, invoiceNumber=before.key),
            summary=f"Billsby pays {amount} back to {before.party} the way the invoice was paid, "
            "and makes a credit note. The invoice stays paid.",
            money=Money(amount_minor, currency, "out"),
            goes_to=f"{before.party}, the card or account that paid {before.key}",
            undo=undo(self.operation),
            changes=(
                sent("Refund", amount),
                now_and_after("Refundable", amount_text(before, "refundable_minor"), left),
                now_and_after("Status", str(before.fields["status"]), str(before.fields["status"])),
            ),
            flags=(*self._obstacles(before, arguments, amount), self._unit_note(amount_minor, amount)),
        )

    def _obstacles(self, before: Snapshot, arguments: Mapping[str, Any], amount: str) -> tuple[Flag, ...]:
        number, refundable = before.key, before.fields["refundable_minor"] or 0
        if arguments["customerUniqueId"] != before.fields["customer_vendor_id"]:
            return (blocked("Another customer's invoice", f"Invoice {number} belongs to {before.party}."),)
        if before.fields["status"] != "Paid":
            return (blocked("Not paid", f"Invoice {number} is not paid, so nothing can be refunded."),)
        if arguments["amount"] > refundable:
            most = amount_text(before, "refundable_minor")
            return (blocked("Too much", f"{amount} is more than the {most} that can still be refunded."),)
        return ()

    def _unit_note(self, amount_minor: int, amount: str) -> Flag:
        return Flag("info", "Sent in minor units", f"The request says {amount_minor}, which is {amount}.")

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        before, number = attempt.before, attempt.before.key
        wanted = attempt.arguments["amount"]
        invoice = get_invoice(read, number)
        fell_by = (before.fields["refundable_minor"] or 0) - (invoice.fields.get("refundable_minor") or 0)
        newer = newer_than(credit_notes(read, customer_of(number)), before.fields["last_credit_note"])
        notes = [note for note in newer if note.fields["amount_minor"] == wanted]
        after = {name: invoice.fields.get(name) for name in ("status", "refundable_minor")}
        if fell_by == 0 and not notes:
            return Verdict("absent", f"No refund of invoice {number} shows yet.", after=after)
        if fell_by == 0:
            # A credit note does not name its invoice: this may be the refund of another one.
            sentence = (
                f"The customer has new credit notes of that amount ({_numbers(notes)}), "
                f"but what invoice {number} can still refund did not fall."
            )
            return Verdict("cannot_tell", sentence, after=after)
        if fell_by != wanted:
            return Verdict("cannot_tell", f"Invoice {number} was refunded otherwise meanwhile.", after=after)
        if failed := [note for note in notes if note.fields["status"] == "Failed"]:
            sentence = f"A credit note was made, but paying it out failed: {_numbers(failed)}."
            return Verdict("cannot_tell", sentence, after=after)
        if len(notes) != 1:
            return Verdict("took", f"Invoice {number} has been refunded.", after=after)
        note = notes[0].vendor_id
        return Verdict("took", f"Refunded with credit note {note}.", {"creditNoteNumber": note}, after)


def _numbers(notes: list[Record]) -> str:
    return ", ".join(note.vendor_id for note in notes)
