"""Deleting a customer, erasing their data, mailing them for another card, and storing one."""

from collections.abc import Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.wording import (
    blocked,
    card_words,
    customer_invoices,
    get_customer,
    known,
    now_and_after,
    sent,
    snapshot,
)
from connectors.errors import NotFoundError
from connectors.hiding import dotted
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.registry import Record

ERASED = "gdpr"  # what Billsby writes in the place of personal data
PERSONAL = ("firstName", "lastName", "email")
NO_MONEY = Money(None, None, "none")


def _look(read: Read, arguments: Mapping[str, Any]) -> tuple[Snapshot, Record]:
    unique_id = known(arguments, "customerUniqueId")
    customer = get_customer(read, unique_id)
    fields = {name: customer.fields.get(name) for name in ("name", "email", "status", "card_status")}
    name = str(fields["name"])
    return snapshot("customer", unique_id, title=name, party=name, fields=fields), customer


def _running(read: Read, unique_id: str) -> str:
    """The plans of subscriptions that are not cancelled, as one text."""
    rows = read("billsby_list_customer_subscriptions", {"customerUniqueId": unique_id})
    held = [row for row in rows if mapping.status(row) != "Cancelled"]
    return ", ".join(str(row.get("planName") or mapping.text(row, "subscriptionId")) for row in held)


class DeleteCustomer:
    """That Billsby no longer knows the customer is the proof."""

    operation = "billsby_delete_customer"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before, _ = _look(read, arguments)
        invoices = customer_invoices(read, before.key)
        waiting = [it.vendor_id for it in invoices if it.fields["status"] in mapping.OPEN_STATUSES]
        before.fields.update(
            running=_running(read, before.key),
            invoices=len(invoices),
            open_invoices=" ".join(sorted(waiting)),
        )
        return before

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields = before.fields
        return Expectation(
            sentence=card(self.operation, party=before.party),
            summary=f"{before.party} is deleted at Billsby for good, with every subscription and invoice.",
            money=NO_MONEY,
            goes_to="No money moves",
            undo=undo(self.operation),
            changes=(
                now_and_after("Customer", before.party, "Deleted"),
                now_and_after("Invoices", str(fields["invoices"]), "Deleted"),
            ),
            flags=self._doubts(before),
        )

    def _doubts(self, before: Snapshot) -> tuple[Flag, ...]:
        flags: tuple[Flag, ...] = ()
        if running := before.fields["running"]:
            detail = f"Billsby refuses to delete {before.party} while {running} is not cancelled."
            flags += (Flag("high", "Not cancelled", detail),)
        if waiting := str(before.fields["open_invoices"]).split():
            detail = f"{', '.join(waiting[:3])} would be gone unpaid."
            flags += (Flag("high", "Open invoices", detail),)
        detail = "Erasing the personal data instead keeps invoices and reports."
        return (*flags, Flag("caution", "Invoices are lost", detail))

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        try:
            customer = get_customer(read, attempt.before.key)
        except NotFoundError:
            return Verdict("took", f"Billsby no longer knows {attempt.before.party}.")
        after = {"status": customer.fields["status"]}
        return Verdict("absent", f"Billsby still shows {customer.fields['name']}.", after=after)


class EraseCustomerData:
    operation = "billsby_erase_customer_data"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before, customer = _look(read, arguments)
        before.fields.update(running=_running(read, before.key), erased=len(_erased(customer)))
        return before

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields = before.fields
        flags: tuple[Flag, ...] = (
            Flag("info", "Not erased here", "The log of this console keeps what it already says of them."),
        )
        if fields["running"]:
            detail = f"{fields['running']} goes on without a card: the next payment fails."
            flags = (Flag("high", "Still subscribed", detail), *flags)
        if fields["erased"] == len(PERSONAL):
            flags = (blocked("Erased already", f"The personal data of {before.key} is erased already."),)
        return Expectation(
            sentence=card(self.operation, party=before.party),
            summary=f"Billsby erases names, addresses and the stored card of {before.party} for good. "
            "Invoices and their amounts stay.",
            money=NO_MONEY,
            goes_to="No money moves",
            undo=undo(self.operation),
            changes=(
                now_and_after("Name", str(fields["name"]), ERASED),
                now_and_after("E-mail", str(fields["email"]) or NOTHING, ERASED),
                now_and_after("Addresses and telephone", "As stored", ERASED),
                now_and_after("Stored card", str(fields["card_status"] or "Unknown"), "Missing"),
            ),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        try:
            customer = get_customer(read, attempt.before.key)
        except NotFoundError:
            return Verdict("cannot_tell", "Billsby no longer shows this customer.")
        erased = _erased(customer)
        after = {"status": customer.fields["status"], "card_status": customer.fields.get("card_status")}
        if len(erased) == len(PERSONAL):
            return Verdict("took", "The personal data is erased.", after=after)
        if len(erased) == attempt.before.fields["erased"]:
            return Verdict("absent", "Billsby still shows the personal data.", after=after)
        return Verdict("cannot_tell", "Billsby shows some of the personal data as erased.", after=after)


def _erased(customer: Record) -> list[str]:
    return [name for name in PERSONAL if customer.raw.get(name) == ERASED]


class RequestPaymentDetails:
    """Billsby shows nothing of a mail: its answer is all the evidence there is."""

    operation = "billsby_request_payment_details"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        return _look(read, arguments)[0]

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        email = str(before.fields["email"])
        flags = (Flag("caution", "Mails the customer", f"Billsby writes to {email}."),)
        if "@" not in email:
            flags = (blocked("No e-mail address", f"Billsby has no address to write to {before.party}."),)
        return Expectation(
            sentence=card(self.operation, party=before.party),
            summary=f"Billsby mails {before.party} a link to a page where they enter another card.",
            money=NO_MONEY,
            goes_to=f"{before.party}, {email}",
            undo=undo(self.operation),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        if attempt.answer is None:
            return Verdict("cannot_tell", "Billsby does not show whether it mailed the customer; ask them.")
        return Verdict("took", "Billsby accepted; it does not show whether the mail arrived.")


class ReplacePaymentCard:
    """Billsby shows that a card is stored, not which: only an answer proves that it is this one."""

    operation = "billsby_replace_payment_card"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        return _look(read, arguments)[0]

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        words, status = card_words(arguments), str(before.fields["card_status"] or "Unknown")
        flags = (Flag("caution", "Pays from then on", "Later bills and retries are charged to this card."),)
        return Expectation(
            sentence=card(self.operation, party=before.party, card=words),
            summary=f"Billsby stores {words} for {before.party} and forgets the card before it.",
            money=NO_MONEY,
            goes_to="No money moves",
            undo=undo(self.operation),
            changes=(
                sent("Card", words),
                sent("Token", dotted(arguments["paymentCardToken"])),
                now_and_after("Stored card", status, "Valid"),
            ),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        try:
            status = get_customer(read, attempt.before.key).fields.get("card_status")
        except NotFoundError:
            return Verdict("cannot_tell", "Billsby no longer shows this customer.")
        after = {"card_status": status}
        if attempt.answer is not None and status == "Valid":
            return Verdict("took", "Billsby accepted the card and shows a valid one.", after=after)
        if attempt.answer is None and status == attempt.before.fields["card_status"] == "Missing":
            return Verdict("absent", "Billsby still shows no stored card.", after=after)
        return Verdict("cannot_tell", "Billsby does not show which card is stored.", after=after)
