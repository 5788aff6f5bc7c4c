"""What leaves BILL about an invoice: a mail to the customer, or a link by which it can be paid."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.bill.judgements.changes import Document
from connectors.bill.judgements.common import LIMIT
from connectors.bill.judgements.network import CONNECTED, connection_status
from connectors.bill.judgements.payment_facts import if_told
from connectors.bill.judgements.receivables import InvoiceJudge
from connectors.errors import ArgumentsError
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money

INVOICE = InvoiceJudge()
NO_MONEY = Money(None, None, "none")


class SendInvoice:
    """BILL keeps no list of its mails, so its acceptance is all the evidence there is."""

    operation = "bill_send_invoice"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        """Also the addresses that BILL has of the customer, which a recipient should be among."""
        only_reference(arguments)
        invoice = Document.read(read, INVOICE, arguments["invoiceId"])
        of_customer = {"customerId": invoice.raw["customerId"], "limit": LIMIT}
        people = if_told(lambda: read("bill_list_customer_contacts", of_customer)) or ()
        known = {address.casefold() for row in people if (address := row.get("email"))}
        known |= {invoice.email.casefold()} if invoice.email else set()
        strange = [address for address in arguments["to"] if address.casefold() not in known]
        user = if_told(lambda: read("bill_get_user", {"userId": arguments["replyToUserId"]})) or {}
        answers_to = user.get("email") or arguments["replyToUserId"]
        more = {"strange": ", ".join(strange), "answers_to": answers_to}
        return invoice.snapshot(INVOICE, arguments["invoiceId"], **more)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields, to = before.fields, ", ".join(arguments["to"])
        total = format_money(fields.get("amount_minor"), fields["currency"])
        return Expectation(
            sentence=card(self.operation, title=before.title, total=total, recipients=to),
            summary=f"BILL mails {before.title} to {to} at once. No money moves by this.",
            money=NO_MONEY,
            goes_to=to,
            undo=undo(self.operation),
            changes=(
                *(Change("Mailed to", NOTHING, address, "sent") for address in arguments["to"]),
                Change("Answers go to", NOTHING, str(fields["answers_to"]), "sent"),
            ),
            flags=tuple(self._flags(before)),
        )

    def _flags(self, before: Snapshot) -> Iterator[Flag]:
        if strange := before.fields["strange"]:
            detail = f"BILL has no such address of {before.party}: {strange}."
            yield Flag("high", "An address that is not the customer's", detail)
        if before.fields["is_archived"]:
            yield Flag("high", "It is archived", f"{before.title} is archived in BILL.")
        if not before.fields.get("open_minor"):
            yield Flag("caution", "Nothing is open", f"{before.title} shows nothing to be paid.")

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        to = ", ".join(attempt.arguments["to"])
        if attempt.accepted:
            return Verdict("took", f"BILL accepted {attempt.before.title} to be mailed to {to}.")
        return Verdict("cannot_tell", f"BILL does not show whether it mailed {to}.")


class MakePaymentLink:
    """BILL lists no links: only its answer holds one. One that was lost on the way does no harm."""

    operation = "bill_create_invoice_payment_link"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        invoice = Document.read(read, INVOICE, arguments["invoiceId"])
        if invoice.raw["customerId"] != arguments["customerId"]:
            raise ArgumentsError([f"{invoice.title(INVOICE)} is not for that customer."])
        network = connection_status(read, "customer", arguments["customerId"])
        return invoice.snapshot(INVOICE, arguments["invoiceId"], network=network)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields, payer = before.fields, arguments["email"]
        is_open = format_money(fields.get("open_minor"), fields["currency"])
        return Expectation(
            sentence=card(self.operation, title=before.title, total=is_open),
            summary=f"BILL makes a link by which {payer} can pay {before.title}. BILL sends it to nobody; "
            "whoever has it can pay.",
            money=NO_MONEY,
            goes_to="us",
            undo=undo(self.operation),
            changes=tuple(self._changes(arguments)),
            flags=tuple(self._flags(before)),
        )

    def _changes(self, arguments: Mapping[str, Any]) -> Iterator[Change]:
        yield Change("Paid by", NOTHING, arguments["email"], "sent")
        if "returnUrl" in arguments:
            yield Change("Leads back to", NOTHING, arguments["returnUrl"], "sent")

    def _flags(self, before: Snapshot) -> Iterator[Flag]:
        if before.fields["network"] in CONNECTED:
            detail = f"{before.party} is connected in the BILL network and pays there; BILL makes it no link."
            yield Flag("blocked", "Connected in the network", detail)
        if before.fields["is_archived"]:
            yield Flag("blocked", "It is archived", f"{before.title} is archived in BILL.")
        if not before.fields.get("open_minor"):
            yield Flag("caution", "Nothing is open", f"{before.title} shows nothing to be paid.")

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        link = attempt.answer.get("paymentLink") if isinstance(attempt.answer, Mapping) else None
        if isinstance(link, str) and link:
            sentence = f"{_capital(attempt.before.title)} can be paid at {link}"
            return Verdict("took", sentence, {"paymentLink": link}, {"link": link})
        return Verdict(
            "cannot_tell", "BILL does not list the links it made; the answer with this one was lost."
        )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


JUDGES = {"send_invoice": SendInvoice(), "create_invoice_payment_link": MakePaymentLink()}
