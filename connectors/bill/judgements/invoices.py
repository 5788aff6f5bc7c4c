"""Making an invoice: money that a customer comes to owe us, and perhaps a mail to that customer."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.bill.judgements.common import (
    LIMIT,
    Raw,
    listed,
    made_since,
    money_text,
    now_text,
    only_reference,
    price_text,
    step_of,
    total_minor,
    verdict,
)
from connectors.bill.mapping import amount_minor, invoice_record, known_currency
from connectors.judgements import card, sent_changes, shown_value, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money

LABELS = {
    "invoiceNumber": "Number",
    "customerId": "Customer",
    "invoiceDate": "Invoice date",
    "dueDate": "Due",
    "sendEmail": "BILL mails it to the customer",
}


class InvoiceJudge:
    operation = "bill_create_invoice"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        """The customer to be invoiced, and whether the number is free."""
        only_reference(arguments, "customerId")
        number = arguments.get("invoiceNumber")
        taken = read("bill_list_invoices", {"invoiceNumber": number, "limit": LIMIT}) if number else []
        fields = {"same_number": listed(taken), "currency": None, "is_archived": False, "email": ""}
        step = step_of(arguments["customerId"])
        if step is not None:
            party = f"the customer that step {step} creates"
        else:
            customer = read("bill_get_customer", {"customerId": arguments["customerId"]})
            party = customer["name"]
            fields |= {
                "currency": known_currency(customer, "invoiceCurrency"),
                "is_archived": bool(customer.get("archived")),
                "email": customer.get("email", ""),
            }
        title = f"Invoice {number}" if isinstance(number, str) else "New invoice"
        return Snapshot("invoice", "", title, party, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        currency = before.fields.get("currency") or None
        amounts = line_amounts(arguments)
        total = money_text(amounts, currency)
        number = arguments.get("invoiceNumber")
        named = f"invoice {number}" if number else "an invoice"
        mailed = "BILL mails it to the customer at once." if arguments["sendEmail"] else "BILL mails nothing."
        return Expectation(
            sentence=card(self.operation, invoice=named, customer=before.party, total=total),
            summary=f"{before.party} will owe us {total}. No money moves by this. {mailed}",
            money=Money(total_minor(amounts, currency) if currency else None, currency, "stays"),
            goes_to=before.party,
            undo=undo(self.operation),
            changes=tuple(_changes(before, arguments, currency, total)),
            flags=tuple(_flags(before, arguments, amounts)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """Among what was made since: by the number, or without one by the customer and the total."""
        arguments = attempt.arguments
        number, customer_id = arguments.get("invoiceNumber"), arguments["customerId"]
        currency = attempt.before.fields.get("currency") or None

        def search() -> list[Raw]:
            known = str(attempt.before.fields.get("same_number") or "")
            return made_since(read, "bill_list_invoices", attempt, known=known, customerId=customer_id)

        def differs(found: Raw) -> str:
            if number and found.get("invoiceNumber") != number:
                return f"its number is {found.get('invoiceNumber', 'missing')}"
            if found.get("customerId") != customer_id:
                return "it is for another customer"
            wanted = total_minor(line_amounts(arguments), str(currency)) if currency else None
            if wanted is not None and amount_minor(found, "totalAmount", str(currency)) != wanted:
                return "its total is another"
            return ""

        def told(found: Raw) -> Verdict:
            owner = read("bill_get_customer", {"customerId": found["customerId"]})
            return _told(found, owner)

        return verdict(
            attempt,
            get=lambda key: read("bill_get_invoice", {"invoiceId": key}),
            search=search,
            alike=lambda row: not number or row.get("invoiceNumber") == number,
            thing="invoice",
            differs=differs,
            told=told,
        )


def line_amounts(arguments: Mapping[str, Any]) -> list[Decimal]:
    return [Decimal(line["price"]) * line["quantity"] for line in arguments["invoiceLineItems"]]


def _changes(
    before: Snapshot, arguments: Mapping[str, Any], currency: str | None, total: str
) -> Iterator[Change]:
    for change in sent_changes(arguments, LABELS):
        yield Change("Customer", "—", before.party, "sent") if change.field == "Customer" else change
    for name, label in (("invoiceNumber", "Number"), ("invoiceDate", "Invoice date"), ("dueDate", "Due")):
        if name not in arguments:
            word = "BILL makes one up" if name == "invoiceNumber" else "the day BILL receives it"
            yield Change(label, "—", word, "vendor_decides")
    for position, line in enumerate(arguments["invoiceLineItems"], start=1):
        each = price_text(line["price"], currency)
        words = f"{line['quantity']} × {each}"
        if line.get("description"):
            words = f"{shown_value(line['description'])}: {words}"
        yield Change(f"Line {position}", "—", words, "sent")
    yield Change("Total", "—", total, "expected")


def _flags(before: Snapshot, arguments: Mapping[str, Any], amounts: list[Decimal]) -> Iterator[Flag]:
    if same := before.fields.get("same_number"):
        yield Flag("blocked", "BILL has an invoice of that number", f"BILL would refuse it: {same}.")
    if before.fields.get("is_archived"):
        yield Flag("high", "The customer is archived", f"{before.party} is archived in BILL.")
    if arguments["sendEmail"]:
        to = before.fields.get("email") or "the customer's address"
        yield Flag("high", "BILL will mail the invoice", f"It goes to {to} at once and cannot be taken back.")
    if not arguments.get("invoiceNumber"):
        detail = "Without a number of ours BILL cannot notice that the same invoice is made twice."
        yield Flag("info", "BILL makes up the number", detail)
    if sum(amounts, Decimal(0)) <= 0:
        yield Flag("caution", "The total is not above zero", "Check the prices of the lines.")
    due, issued = arguments.get("dueDate"), arguments.get("invoiceDate")
    if (
        isinstance(due, str)
        and isinstance(issued, str)
        and date.fromisoformat(due) < date.fromisoformat(issued)
    ):
        yield Flag("caution", "Due before it is issued", f"Issued {issued}, due {due}.")


def _told(found: Raw, owner: Raw) -> Verdict:
    record = invoice_record(found, owner)
    fields = record.fields
    amount = format_money(fields["amount_minor"], fields["currency"])
    after = {name: fields[name] for name in ("number", "status", "amount_minor", "open_minor", "currency")}
    sentence = f"BILL shows invoice {fields['number']} for {fields['customer_name']}, {amount}."
    return Verdict("took", sentence, {"id": record.vendor_id, "invoiceNumber": fields["number"]}, after)
