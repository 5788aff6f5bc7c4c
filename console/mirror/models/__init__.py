"""Records as last seen at the vendors: ours to query, the vendor's to change.

Rows refer to each other by vendor id within one connection, not by foreign key: a page of invoices may arrive
before its customers. Statuses are the vendor's words. `*_minor` is None where the vendor does not tell.
"""

from collections.abc import Mapping

from console.mirror.models.extras import (
    AddOn,
    Allowance,
    CustomField,
    CustomFieldResponse,
    Event,
    SubscriptionAddOn,
    Tag,
    Usage,
)
from console.mirror.models.payables import Bill, Vendor
from console.mirror.models.products import Plan, Product
from console.mirror.models.receivables import CreditNote, Customer, Invoice, Subscription
from console.mirror.models.records import Record
from console.mirror.models.syncs import NotOursError, RefusedRecord, Sync

KINDS: Mapping[str, type[Record]] = {
    model.KIND: model
    for model in (
        *(Customer, Subscription, Invoice, CreditNote, Product, Plan, Vendor, Bill),
        *(AddOn, Allowance, CustomField, Tag, SubscriptionAddOn, Usage, Event, CustomFieldResponse),
    )
}

__all__ = [
    "KINDS",
    "AddOn",
    "Allowance",
    "Bill",
    "CreditNote",
    "CustomField",
    "CustomFieldResponse",
    "Customer",
    "Event",
    "Invoice",
    "NotOursError",
    "Plan",
    "Product",
    "Record",
    "RefusedRecord",
    "Subscription",
    "SubscriptionAddOn",
    "Sync",
    "Tag",
    "Usage",
    "Vendor",
]
