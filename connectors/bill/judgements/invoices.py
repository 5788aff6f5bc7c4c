"""Making an invoice: money that a customer comes to owe us, and perhaps a mail to that customer."""

from collections.abc import Iterator
from decimal import Decimal

from connectors.bill.judgements.common import Raw
from connectors.bill.judgements.documents import DocumentJudge, price_text
from connectors.bill.mapping import invoice_record
from connectors.judgements import card
from connectors.judging import Flag, Snapshot


class InvoiceJudge(DocumentJudge):
    operation = "bill_create_invoice"
    thing = "invoice"
    owner = "customer"
    owner_currency = "invoiceCurrency"
    labels = {
        "invoiceNumber": "Number",
        "customerId": "Customer",
        "invoiceDate": "Invoice date",
        "dueDate": "Due",
        "sendEmail": "BILL mails it to the customer",
    }
    left_out = {
        "invoiceNumber": "BILL makes one up",
        "invoiceDate": "the day BILL receives it",
        "dueDate": "the day BILL receives it",
    }
    lines = "invoiceLineItems"
    total = ("Total", "totalAmount")
    between = "for"
    numbers_are_per_owner = False
    record = invoice_record

    def amount(self, line: Raw) -> Decimal:
        return Decimal(line["price"]) * line["quantity"]

    def price(self, line: Raw, currency: str | None) -> str:
        return f"{line['quantity']} × {price_text(line['price'], currency)}"

    def card(self, before: Snapshot, arguments: Raw, total: str) -> tuple[str, str]:
        number = arguments.get("invoiceNumber")
        invoice = f"invoice {number}" if number else "an invoice"
        mailed = "BILL mails it to the customer at once." if arguments["sendEmail"] else "BILL mails nothing."
        return (
            card(self.operation, invoice=invoice, customer=before.party, total=total),
            f"{before.party} will owe us {total}. No money moves by this. {mailed}",
        )

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        if arguments["sendEmail"]:
            to = before.fields["email"] or "the customer's address"
            yield Flag(
                "high", "BILL will mail the invoice", f"It goes to {to} at once and cannot be taken back."
            )
        if not arguments.get("invoiceNumber"):
            detail = "Without a number of ours BILL cannot notice that the same invoice is made twice."
            yield Flag("info", "BILL makes up the number", detail)


JUDGES = {"create_invoice": InvoiceJudge()}
