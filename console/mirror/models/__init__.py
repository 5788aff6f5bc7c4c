"""Records as last seen at the vendors: ours to query, the vendor's to change.

Rows refer to each other by vendor id within one connection, not by foreign key: a page of invoices may arrive
before its customers. Statuses are the vendor's words. `*_minor` is None where the vendor does not tell.
"""

from collections.abc import Mapping

from console.mirror.models.books import Classification, FundingAccount
from console.mirror.models.details import (
    CustomerBankAccount,
    CustomerContact,
    CustomFieldResponse,
    Event,
    InvoiceLine,
    PaymentLog,
    SubscriptionAddOn,
    Tag,
    Usage,
)
from console.mirror.models.payables import Bill, Payment, Vendor, VendorBankAccount, VendorCredit
from console.mirror.models.products import AddOn, Allowance, CustomField, Cycle, Plan, Product
from console.mirror.models.receivables import (
    CreditMemo,
    CreditNote,
    Customer,
    Invoice,
    ReceivedPayment,
    Subscription,
)
from console.mirror.models.records import Owned, Record
from console.mirror.models.spending import Budget, SpendCard, SpendTransaction
from console.mirror.models.syncs import NotOursError, RefusedRecord, Sync, Visit

KINDS: Mapping[str, type[Record]] = {
    model.KIND: model
    for model in (
        *(Customer, Subscription, Invoice, CreditNote),
        *(Product, Plan, Cycle, AddOn, Allowance, CustomField),
        *(Usage, SubscriptionAddOn, Tag, Event, CustomFieldResponse, PaymentLog, InvoiceLine),
        *(ReceivedPayment, CreditMemo),
        *(CustomerContact, CustomerBankAccount),
        *(Vendor, Bill, Payment, VendorCredit, VendorBankAccount),
        *(Classification, FundingAccount),
        *(Budget, SpendCard, SpendTransaction),
    )
}

__all__ = [
    "KINDS",
    "AddOn",
    "Allowance",
    "Bill",
    "Budget",
    "Classification",
    "CreditMemo",
    "CreditNote",
    "CustomField",
    "CustomFieldResponse",
    "Customer",
    "CustomerBankAccount",
    "CustomerContact",
    "Cycle",
    "Event",
    "FundingAccount",
    "Invoice",
    "InvoiceLine",
    "NotOursError",
    "Owned",
    "Payment",
    "PaymentLog",
    "Plan",
    "Product",
    "ReceivedPayment",
    "Record",
    "RefusedRecord",
    "SpendCard",
    "SpendTransaction",
    "Subscription",
    "SubscriptionAddOn",
    "Sync",
    "Tag",
    "Usage",
    "Vendor",
    "VendorBankAccount",
    "VendorCredit",
    "Visit",
]
