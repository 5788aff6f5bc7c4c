"""Trying again to pay out a credit note."""

from collections.abc import Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.wording import (
    amount_text,
    blocked,
    card_flags,
    credit_notes,
    get_customer,
    known,
    now_and_after,
    snapshot,
)
from connectors.errors import NotFoundError
from connectors.judgements import card, undo
from connectors.judging import Attempted, Expectation, Money, Read, Snapshot, Verdict
from connectors.registry import Record


class RetryCreditNote:
    """The answer says success whatever the gateway does; the count of transactions tells of a new try."""

    operation = "billsby_retry_credit_note_payment"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        number = known(arguments, "creditNoteNumber")
        note = _credit_note(read, number)
        customer = get_customer(read, mapping.customer_of(number))
        fields = {name: note.fields[name] for name in ("status", "amount_minor", "currency")}
        fields |= {"card_status": customer.fields.get("card_status"), "tries": _tries(note)}
        return snapshot("credit_note", number, title=number, party=customer.fields["name"], fields=fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        amount, status = amount_text(before, "amount_minor"), str(before.fields["status"])
        flags = card_flags(before.fields["card_status"], before.party)
        if status != "Failed":
            detail = f"Credit note {before.key} is {status.lower()}, and Billsby retries only failed ones."
            flags = (blocked("Not failed", detail),)
        return Expectation(
            sentence=card(self.operation, creditNoteNumber=before.key, amount=amount),
            summary=f"Billsby tries once more to pay {amount} to {before.party}. "
            "The gateway may refuse again; then nothing changes.",
            money=Money(before.fields["amount_minor"], before.fields["currency"], "out"),
            goes_to=f"{before.party}, through your payment gateway",
            undo=undo(self.operation),
            changes=(now_and_after("Status", status, "Paid, if the gateway accepts"),),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        number, before = attempt.before.key, attempt.before.fields
        note = _credit_note(read, number)
        status = note.fields["status"]
        after = {"status": status, "tries": _tries(note)}
        if status == "Paid":
            return Verdict("took", f"Credit note {number} is paid out.", after=after)
        was_tried = _tries(note) > before["tries"]
        if status == "Failed" and was_tried:
            return Verdict("refused", "Did not take effect: paying it out failed again.", after=after)
        if status == before["status"] and not was_tried:
            return Verdict("absent", f"No new attempt on credit note {number} yet.", after=after)
        sentence = f"Billsby tried again; credit note {number} is {status.lower()}."
        return Verdict("cannot_tell", sentence, after=after)


def _credit_note(read: Read, number: str) -> Record:
    notes = credit_notes(read, mapping.customer_of(number))
    found = [note for note in notes if note.vendor_id == number]
    if not found:
        raise NotFoundError(f"Billsby has no credit note {number}.", vendor="Billsby", status=404)
    return found[0]


def _tries(note: Record) -> int:
    """How many transactions belong to it; only a customer's own list tells."""
    return note.raw.get("linkedTransactionsCount") or 0
