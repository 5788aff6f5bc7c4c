"""Making what customers owe us: an invoice, a credit memo, and the invoice that BILL makes by itself."""

from collections.abc import Iterator
from decimal import Decimal

from connectors.bill.judgements.common import Raw, number
from connectors.bill.judgements.documents import PLACES_IN_THE_BOOKS, DocumentJudge, price_text
from connectors.bill.judgements.payables import SCHEDULE, period_words
from connectors.bill.mapping import credit_memo_record, invoice_record, recurring_invoice_record
from connectors.judgements import card
from connectors.judging import Flag, Snapshot

PLACES = {
    name: label
    for name, label in PLACES_IN_THE_BOOKS.items()
    if name not in ("customerId", "chartOfAccountId")
}


class ReceivableJudge(DocumentJudge):
    owner = "customer"
    owner_currency = "invoiceCurrency"
    between = "for"
    numbers_are_per_owner = False


class PricedJudge(ReceivableJudge):
    """Its lines say how many of what price."""

    figures = ("quantity", "price")

    def price(self, line: Raw, currency: str | None) -> str:
        pieces, price = (number(line.get(name)) for name in self.figures)
        shown = "?" if price is None else price_text(_plain(price), currency)
        return f"{'?' if pieces is None else _plain(pieces)} × {shown}"


class InvoiceJudge(PricedJudge):
    """Money that a customer comes to owe us, and perhaps a mail to that customer."""

    operation = "bill_create_invoice"
    thing = "invoice"
    labels = {
        "invoiceNumber": "Number",
        "customerId": "Customer",
        "invoiceDate": "Invoice date",
        "dueDate": "Due",
        "payToChartOfAccountId": "Paid to ledger account",
        **PLACES,
    }
    left_out = {
        "invoiceNumber": "BILL makes one up",
        "invoiceDate": "the day BILL receives it",
        "dueDate": "the day BILL receives it",
    }
    options = {"sendEmail": "BILL mails it to the customer"}
    lines = "invoiceLineItems"
    total = ("Total", "totalAmount")
    record = invoice_record

    def card(self, before: Snapshot, arguments: Raw, total: str) -> tuple[str, str]:
        number = arguments.get("invoiceNumber")
        invoice = f"invoice {number}" if number else "an invoice"
        mailed = "BILL mails it to the customer at once." if arguments["sendEmail"] else "BILL mails nothing."
        return (
            card(self.operation, invoice=invoice, customer=before.party, total=total),
            f"{before.party} will owe us {total}. No money moves by this. {mailed}",
        )

    def option_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        if arguments["sendEmail"]:
            to = before.fields["email"] or "the customer's address"
            yield Flag(
                "high", "BILL will mail the invoice", f"It goes to {to} at once and cannot be taken back."
            )

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        if not arguments.get("invoiceNumber"):
            detail = "Without a number of ours BILL cannot notice that the same invoice is made twice."
            yield Flag("info", "BILL makes up the number", detail)


class CreditMemoJudge(PricedJudge):
    """BILL takes a number twice without a word."""

    operation = "bill_create_credit_memo"
    thing = "credit memo"
    number = "referenceNumber"
    numbers_are_filtered = False
    numbers_are_unique = False
    numbers_are_per_owner = True
    labels = {
        "referenceNumber": "Number",
        "customerId": "Customer",
        "creditDate": "Credit date",
        "description": "Note",
        "payToChartOfAccountId": "Booked to ledger account",
        "payToBankAccountId": "Booked to bank account",
        **PLACES,
    }
    lines = "creditMemoLineItems"
    total = ("Credited", "amount")
    record = credit_memo_record

    def card(self, before: Snapshot, arguments: Raw, total: str) -> tuple[str, str]:
        return (
            card(self.operation, number=arguments["referenceNumber"], customer=before.party, total=total),
            f"BILL lists {total} that we owe {before.party}, to be set off against its invoices. "
            "No money moves by this.",
        )


class RecurringInvoiceJudge(ReceivableJudge):
    """It has no number: a second one like it is told from the first by nothing but its id."""

    operation = "bill_create_recurring_invoice"
    thing = "recurring invoice"
    number = ""
    labels = {
        "customerId": "Customer",
        **SCHEDULE,
        "nextDueDate": "Next invoice due",
        "daysInAdvance": "Days it is made before",
    }
    lines = "recurringInvoiceLineItems"
    total = ("Each invoice", "")
    record = recurring_invoice_record

    def card(self, before: Snapshot, arguments: Raw, total: str) -> tuple[str, str]:
        period = period_words(arguments["schedule"])
        return (
            card(self.operation, customer=before.party, period=period, total=total),
            f"BILL makes an invoice over {total} for {before.party} {period}, which it then owes us.",
        )

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        detail = (
            f"Whether each invoice is mailed to {before.party} is set in BILL, which does not take it here."
        )
        yield Flag("caution", "BILL may mail each invoice", detail)


def _plain(figure: Decimal) -> str:
    """The same figure always the same way: 12.50 and 12.5 are one."""
    return f"{figure.normalize():f}"
