"""Credits to customers, which are set off against what they owe."""

import random
from decimal import Decimal

from connectors.sandbox.bill import rules
from connectors.sandbox.bill.errors import refusal, v3_time
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Record, Resource
from connectors.sandbox.bill.resources import invoices
from connectors.sandbox.bill.ways import existing
from connectors.sandbox.books import Books


def _refine(_books: Books, change: Change) -> None:
    reckon(change.record)


def reckon(credit: Record) -> None:
    """Amount from the lines, and the state from what of it is set off."""
    amount, applied = invoices.lines_total(credit["creditMemoLineItems"]), Decimal(credit["appliedAmount"])
    if amount < applied:
        raise refusal(422, "BDC_1119", "amount", str(amount))
    credit["amount"] = rules.cents(amount)
    used = "FULLY_APPLIED" if applied == amount else "PARTIALLY_APPLIED"
    credit["status"] = used if applied else "NOT_APPLIED"


def use(books: Books, key: str, invoice_id: str, amount: Decimal) -> None:
    """Set a part of a credit off against an invoice of the same customer, as far as both reach."""
    credit, invoice = existing(books, "credit memo", key), existing(books, "invoice", invoice_id)
    left = Decimal(credit["amount"]) - Decimal(credit["appliedAmount"])
    if credit["archived"] or credit["customerId"] != invoice["customerId"] or not 0 < amount <= left:
        raise refusal(422, "BDC_1119", "creditMemos", key)
    credit["appliedAmount"] = rules.cents(Decimal(credit["appliedAmount"]) + amount)
    credit["usage"] = [*credit["usage"], {"invoiceId": invoice_id, "amount": rules.cents(amount)}]
    credit["updatedTime"] = v3_time(books.now)
    reckon(credit)
    books.put("credit memo", key, credit)
    invoice["creditAmount"] = rules.cents(Decimal(invoice["creditAmount"]) + amount)
    invoices.reckon(invoice)
    invoices.saved(books, invoice)


CREDIT_MEMO = Resource(
    kind="credit memo",
    prefix="0cm",
    path="/credit-memos",
    verbs="list get create update replace archive restore"
    " create_bulk update_bulk replace_bulk archive_bulk restore_bulk",
    owner="customer",
    owner_field="customerId",
    fields=(
        Field("customerId", required=True, to="customer"),
        Field("referenceNumber", longest=100),
        Field("creditDate", "date"),
        Field("description", longest=4000),
        Field("salesTaxItemId"),
        Field("payToChartOfAccountId"),
        Field("payToBankAccountId"),
        Field("classifications", "object"),
        Field("creditMemoLineItems", "lines", required=True, parts=invoices.PRICED_LINE, prefix="cml"),
    ),
    filters={"customerId": frozenset({"eq", "in"})},
    initial={"appliedAmount": "0", "usage": [], "salesTaxTotal": "0", "salesTaxPercentage": "0"},
    bulk_key="creditMemos",
    most=50,
    refine=_refine,
)


def seed(books: Books, chance: random.Random, _customers: int) -> None:
    """Every ninth invoice that is open has a credit beside it; every second of those is set off in part."""
    open_ones = [row for row in books.find("invoice", newest_first=False) if row["status"] == "OPEN"]
    for turn, invoice in enumerate(open_ones[::9]):
        amount = (Decimal(invoice["totalAmount"]) / 10).quantize(rules.CENT)
        line = {"description": "Goodwill", "quantity": 1, "price": str(amount)}
        given = {
            "customerId": invoice["customerId"],
            "referenceNumber": f"CM-{1_000 + turn * 3 + chance.randint(0, 2)}",
            "creditDate": invoice["invoiceDate"],
            "creditMemoLineItems": [line],
        }
        credit = CREDIT_MEMO.create(books, given, {})
        if turn % 2:
            use(books, credit["id"], invoice["id"], (amount / 2).quantize(rules.CENT))


RESOURCES = (CREDIT_MEMO,)
