"""Credits from vendors, which are set off against their bills. An archived one cannot be restored."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from connectors.sandbox.bill import rules
from connectors.sandbox.bill.errors import refusal, v3_time
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Resource
from connectors.sandbox.bill.ways import existing
from connectors.sandbox.books import Books

LINE = (
    Field("amount", "number", required=True),
    Field("description", longest=4000),
    Field("classifications", "object"),
)


def _refine(_books: Books, change: Change) -> None:
    reckon(change.record)


def reckon(credit: dict[str, Any]) -> None:
    """Amount from the lines, and the state from what of it is set off."""
    amount = sum((Decimal(line["amount"]) for line in credit["vendorCreditLineItems"]), Decimal(0))
    applied = Decimal(credit["appliedAmount"])
    if amount < applied:
        raise refusal(422, "BDC_1119", "amount", str(amount))
    credit["amount"] = rules.cents(amount)
    used = "FULLY_APPLIED" if applied == amount else "PARTIALLY_APPLIED"
    credit["status"] = used if applied else "NOT_APPLIED"


def use(books: Books, key: str, bill: Mapping[str, Any], amount: Decimal) -> None:
    """Set a part of a credit off against a bill of the same vendor. Raises Refusal for more than is left."""
    credit = existing(books, "vendor credit", key)
    left = Decimal(credit["amount"]) - Decimal(credit["appliedAmount"])
    if credit["archived"] or credit["vendorId"] != bill["vendorId"] or not 0 < amount <= left:
        raise refusal(422, "BDC_1119", "vendorCredits", key)
    credit["appliedAmount"] = rules.cents(Decimal(credit["appliedAmount"]) + amount)
    credit["usage"] = [*credit["usage"], {"billId": bill["id"], "amount": rules.cents(amount)}]
    credit["updatedTime"] = v3_time(books.now)
    reckon(credit)
    books.put("vendor credit", key, credit)


VENDOR_CREDIT = Resource(
    kind="vendor credit",
    prefix="vcr",
    path="/vendor-credits",
    verbs="list get create update replace archive create_bulk update_bulk replace_bulk archive_bulk",
    owner="vendor",
    owner_field="vendorId",
    fields=(
        Field("vendorId", required=True, to="vendor"),
        Field("referenceNumber", longest=100),
        Field("creditDate", "date"),
        Field("description", longest=4000),
        Field("applyToChartOfAccountId"),
        Field("applyToBankAccountId"),
        Field("vendorCreditLineItems", "lines", required=True, parts=LINE, prefix="vcl"),
    ),
    filters={"vendorId": frozenset({"eq", "in"})},
    initial={"appliedAmount": "0", "usage": []},
    bulk_key="vendorCredits",
    most=50,
    refine=_refine,
)
RESOURCES = (VENDOR_CREDIT,)
