"""Charging a customer once."""

from collections.abc import Mapping
from typing import Any

from connectors.billsby.judgements.wording import (
    billsby_decides,
    card_flags,
    credit_notes,
    customer_invoices,
    get_customer,
    get_invoice,
    highest_count,
    known,
    newer_than,
    sent,
    snapshot,
)
from connectors.judgements import card, undo, verdict
from connectors.judging import Attempted, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money
from connectors.registry import Record
from connectors.schemas import is_reference


class ChargeCustomer:
    """The answer is a bare `true`: the invoice is found again by being newer than any that was there."""

    operation = "billsby_charge_customer"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        unique_id = arguments["customerUniqueId"]
        if is_reference(unique_id):
            party = f"the customer that step {unique_id['$ref']['step']} creates"
            return snapshot("customer", "", title=party, party=party, fields={})
        customer = get_customer(read, unique_id)
        papers = customer_invoices(read, unique_id) + credit_notes(read, unique_id)
        fields = {
            "status": customer.fields["status"],
            "card_status": customer.fields.get("card_status"),
            "email": customer.fields["email"],
            "last_number": highest_count(papers),
        }
        name = customer.fields["name"]
        return snapshot("customer", unique_id, title=name, party=name, fields=fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        amount_minor, currency = known(arguments, "amount"), known(arguments, "currencyCode")
        description = known(arguments, "description")
        amount = format_money(amount_minor, currency)
        mailed = before.fields.get("email") or before.party
        return Expectation(
            sentence=card(self.operation, party=before.party, amount=amount),
            summary=f"Billsby charges {amount} to {before.party}'s stored card at once, "
            "makes an invoice and mails it.",
            money=Money(amount_minor, currency, "in"),
            goes_to=f"Your payment gateway, from {before.party}'s stored card",
            undo=undo(self.operation),
            changes=(
                sent("Charge", amount),
                sent("Description on the invoice", description),
                billsby_decides("Invoice number"),
            ),
            flags=(
                Flag("caution", "Mails the customer", f"Billsby sends the invoice to {mailed}."),
                Flag("info", "Not repeated", "A declined one-time charge is not tried again by Billsby."),
                Flag("info", "Sent in minor units", f"The request says {amount_minor}, which is {amount}."),
                *card_flags(before.fields.get("card_status"), before.party),
            ),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """What was made is told from another charge by amount, currency and description.

        One of the same amount under other words may still be this one, if Billsby changed the words.
        """
        arguments = attempt.arguments
        unique_id, wanted = arguments["customerUniqueId"], arguments["description"]

        def search() -> list[Record]:
            newer = newer_than(customer_invoices(read, unique_id), attempt.before.fields["last_number"])
            same = [invoice for invoice in newer if _is_of_amount(invoice, arguments)]
            return [get_invoice(read, invoice.vendor_id) for invoice in same]

        def differs(invoice: Record) -> str:
            return (
                "" if wanted.split() in map(str.split, _descriptions(invoice)) else "with other words on it"
            )

        return verdict(
            None,
            vendor="Billsby",
            thing="charge",
            get=lambda number: get_invoice(read, number),
            search=search,
            alike=lambda invoice: invoice.fields.get("invoice_type") == "OneTimeCharge",
            differs=differs,
            named=lambda invoice: f"invoice {invoice.vendor_id}",
            told=self._charged,
        )

    def _charged(self, invoice: Record) -> Verdict:
        number, status = invoice.vendor_id, invoice.fields["status"]
        sentence = {
            "Paid": f"Charged with invoice {number}, which is paid.",
            "Unpaid": f"Invoice {number} was made, but the card was declined: it is unpaid.",
        }.get(status, f"Charged with invoice {number}; its payment is pending at Billsby.")
        after = {"status": status, "open_minor": invoice.fields["open_minor"]}
        return Verdict("took", sentence, {"invoiceNumber": number}, after)


def _is_of_amount(invoice: Record, arguments: Mapping[str, Any]) -> bool:
    wanted = (arguments["amount"], arguments["currencyCode"])
    return (invoice.fields["amount_minor"], invoice.fields["currency"]) == wanted


def _descriptions(invoice: Record) -> list[str]:
    """What the invoice's lines say; only its details have them."""
    parts = invoice.raw.get("subscriptions") or []
    lines = [line for part in parts for line in part.get("subscriptionItems") or []]
    return [str(line.get("description") or "") for line in lines]
