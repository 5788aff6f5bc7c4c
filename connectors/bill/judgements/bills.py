"""Entering a vendor's bill: money that we come to owe. Paying it is another matter."""

from decimal import Decimal

from connectors.bill.judgements.common import Raw
from connectors.bill.judgements.documents import DocumentJudge, price_text
from connectors.bill.mapping import bill_record
from connectors.judgements import card
from connectors.judging import Snapshot


class BillJudge(DocumentJudge):
    operation = "bill_create_bill"
    thing = "bill"
    owner = "vendor"
    owner_currency = "billCurrency"
    labels = {
        "invoiceNumber": "Vendor's number",
        "vendorId": "Vendor",
        "invoiceDate": "Bill date",
        "dueDate": "Due",
        "description": "Note",
    }
    lines = "billLineItems"
    total = ("Amount owed", "amount")
    between = "from"
    numbers_are_per_owner = True
    record = bill_record

    def amount(self, line: Raw) -> Decimal:
        return Decimal(line["amount"])

    def price(self, line: Raw, currency: str | None) -> str:
        return price_text(line["amount"], currency)

    def card(self, before: Snapshot, arguments: Raw, total: str) -> tuple[str, str]:
        return (
            card(self.operation, number=arguments["invoiceNumber"], vendor=before.party, total=total),
            f"BILL lists {total} as owed to {before.party}. Nothing is paid by this.",
        )
