"""The list pages as data: what each is of, its order, its saved views, and what it adds up."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse

from console.mirror.models import (
    Bill,
    Budget,
    CreditMemo,
    CreditNote,
    Customer,
    Invoice,
    Payment,
    Product,
    ReceivedPayment,
    Record,
    SpendCard,
    Subscription,
    Usage,
    Vendor,
    VendorCredit,
)

WITHOUT_STATUS = (Vendor, Product)
WITH_DUE_DATE = (Invoice, Bill)
WITH_OPEN = (*WITH_DUE_DATE, VendorCredit, CreditMemo)
WITHOUT_PAGE = (Usage, VendorCredit, ReceivedPayment, CreditMemo)  # they are shown on their owner's


@dataclass(frozen=True)
class Tab:
    """A saved view: a name and the filters it stands for."""

    label: str
    filters: Mapping[str, str]


@dataclass(frozen=True)
class Listing:
    """One list page, as data."""

    model: type[Record]
    title: str
    hint: str  # inside the empty search field
    order: tuple[str, ...]
    note: str
    tabs: tuple[Tab, ...] = ()
    of_owner: tuple[str, ...] = ()  # columns of the record that each row belongs to
    total: str = ""  # the field whose sum stands on top, per currency
    total_label: str = ""
    beside: "Listing | None" = None  # whose nav item it has, and whose page leads to it

    @property
    def words(self) -> str:
        return self.title.lower()

    @property
    def table(self) -> str:
        return f"mirror/_{self.model.KIND}_table.html"

    @property
    def url(self) -> str:
        return reverse(f"mirror:{self.model.KIND}-list")

    @property
    def has_due_date(self) -> bool:
        return self.model in WITH_DUE_DATE

    @property
    def has_currency(self) -> bool:
        return bool(self.total) or self.model is Product


CUSTOMERS = Listing(
    Customer,
    "Customers",
    "Name, e-mail or id",
    ("name", "id"),
    "By name.",
    tabs=(
        Tab("All", {}),
        Tab("Billsby", {"connector": "billsby"}),
        Tab("BILL", {"connector": "bill"}),
    ),
)
SUBSCRIPTIONS = Listing(
    Subscription,
    "Subscriptions",
    "Customer, plan or id",
    ("-created_at", "-id"),
    "Newest first.",
    tabs=(
        Tab("All", {}),
        Tab("Active", {"status": "Active"}),
        Tab("In trial", {"status": "InTrial"}),
        Tab("Suspended", {"status": "Suspended"}),
        Tab("Cancelled", {"status": "Cancelled"}),
    ),
)
INVOICES = Listing(
    Invoice,
    "Invoices",
    "Number or customer",
    ("-issued_at", "-id"),
    "Newest first. Age counts from the due date, at Billsby from creation.",
    tabs=(
        Tab("All", {}),
        Tab("Unpaid", {"open": "1"}),
        Tab("Over 30 days", {"open": "1", "min_age": "31"}),
        Tab("Over 60 days", {"open": "1", "min_age": "61"}),
        Tab("Over 90 days", {"open": "1", "min_age": "91"}),
        Tab("Payment failed", {"status": "Unpaid"}),
    ),
    total="open_minor",
    total_label="Open",
)
CREDIT_NOTES = Listing(
    CreditNote,
    "Credit notes",
    "Number or customer",
    ("-issued_at", "-id"),
    "Newest first.",
    tabs=(
        Tab("All", {}),
        Tab("Pending", {"status": "Pending"}),
        Tab("Payout failed", {"status": "Failed"}),
    ),
    total="amount_minor",
    total_label="Credited",
)
PRODUCTS = Listing(
    Product,
    "Products",
    "Name or id",
    ("name", "id"),
    "By name.",
)
VENDORS = Listing(
    Vendor,
    "Vendors",
    "Name, e-mail or id",
    ("name", "id"),
    "By name.",
    total="balance_minor",
    total_label="Balance",
)
BILLS = Listing(
    Bill,
    "Bills",
    "Number or vendor",
    ("due_on", "id"),
    "Earliest due first.",
    tabs=(
        Tab("All", {}),
        Tab("Unpaid", {"open": "1"}),
        Tab("Overdue", {"open": "1", "due_in": "-1"}),
        Tab("Due in 7 days", {"open": "1", "due_in": "7"}),
    ),
    total="open_minor",
    total_label="Open",
)
PAYMENTS = Listing(
    Payment,
    "Payments",
    "Number or vendor",
    ("-process_on", "-id"),
    "Latest to leave our account first.",
    tabs=(
        Tab("All", {}),
        Tab("Scheduled", {"status": "SCHEDULED"}),
        Tab("Needs a look", {"trouble": "1"}),
    ),
    total="amount_minor",
    total_label="Amount",
)
VENDOR_CREDITS = Listing(
    VendorCredit,
    "Vendor credits",
    "Number or vendor",
    ("-issued_on", "-id"),
    "Newest first.",
    tabs=(Tab("All", {}), Tab("Not used up", {"open": "1"})),
    total="open_minor",
    total_label="Left",
    beside=BILLS,
)
RECEIVED_PAYMENTS = Listing(
    ReceivedPayment,
    "Received payments",
    "Number or customer",
    ("-received_on", "-id"),
    "Newest first.",
    total="amount_minor",
    total_label="Received",
    beside=INVOICES,
)
CREDIT_MEMOS = Listing(
    CreditMemo,
    "Credit memos",
    "Number or customer",
    ("-issued_on", "-id"),
    "Newest first.",
    tabs=(Tab("All", {}), Tab("Not used up", {"open": "1"})),
    total="open_minor",
    total_label="Left",
    beside=CREDIT_NOTES,
)
BUDGETS = Listing(
    Budget,
    "Budgets",
    "Name or id",
    ("name", "id"),
    "By name. Limits and what is spent are of the running period.",
    tabs=(Tab("All", {}), Tab("Active", {"status": "ACTIVE"}), Tab("Past the limit", {"past": "1"})),
    total="spent_minor",
    total_label="Spent",
)
CARDS = Listing(
    SpendCard,
    "Cards",
    "Name, holder or last four",
    ("name", "id"),
    "By name. Limits and what is spent are of the running period.",
    tabs=(
        Tab("All", {}),
        Tab("Active", {"status": "ACTIVE"}),
        Tab("Frozen", {"status": "FROZEN"}),
        Tab("Past the limit", {"past": "1"}),
    ),
    total="spent_minor",
    total_label="Spent",
)
USAGE = Listing(
    Usage,
    "Usage",
    "Customer, plan or allowance",
    ("-excess", "-id"),
    "What is furthest past its allowance first. Each subscription is read at least once a day.",
    tabs=(
        Tab("All", {}),
        Tab("Past the allowance", {"past": "1"}),
    ),
    of_owner=("customer_name", "plan_name"),
)
LISTINGS: Mapping[type[Record], Listing] = {
    listing.model: listing
    for listing in (
        *(CUSTOMERS, SUBSCRIPTIONS, INVOICES, RECEIVED_PAYMENTS, CREDIT_NOTES, CREDIT_MEMOS, USAGE, PRODUCTS),
        *(VENDORS, BILLS, PAYMENTS, VENDOR_CREDITS, BUDGETS, CARDS),
    )
}


def url(listing: Listing, filters: Mapping[str, str]) -> str:
    """The address of the rows that these filters leave; what is empty filters nothing."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in filters.items() if value})
    return f"{listing.url}?{query.urlencode()}" if query else listing.url
