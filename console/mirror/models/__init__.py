"""Records as last seen at the vendors: ours to query, the vendor's to change.

Rows refer to each other by vendor id within one connection, not by foreign key: a page of invoices may arrive
before its customers. Statuses are the vendor's words. `*_minor` is None where the vendor does not tell.
"""

from collections.abc import Mapping

from console.mirror.models.payables import Bill, Vendor
from console.mirror.models.products import Plan, Product
from console.mirror.models.receivables import CreditNote, Customer, Invoice, Subscription
from console.mirror.models.records import Record
from console.mirror.models.syncs import NotOursError, RefusedRecord, Sync

KINDS: Mapping[str, type[Record]] = {
    model.KIND: model for model in (Customer, Subscription, Invoice, CreditNote, Product, Plan, Vendor, Bill)
}

__all__ = [
    "KINDS",
    "Bill",
    "CreditNote",
    "Customer",
    "Invoice",
    "NotOursError",
    "Plan",
    "Product",
    "Record",
    "RefusedRecord",
    "Subscription",
    "Sync",
    "Vendor",
]
