"""What the list pages have in common: filters from the URL, tabs, chips, totals, and one keyset page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Count, F, Sum
from django.http import QueryDict
from django.urls import reverse

from connectors.registry import connectors
from console.mirror.answers import read_at
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
from console.mirror.querysets import RecordQuerySet, letters
from console.mirror.timeline import TROUBLE
from console.ui.pages import CURSORS, keyset_page
from console.ui.statuses import record_pill

PAGE_SIZE = 50
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


class FilterForm(forms.Form):
    """The filters a URL may carry. One that cannot be read counts as not given."""

    q = forms.CharField(required=False, max_length=200)
    status = forms.CharField(required=False, max_length=40)
    connector = forms.CharField(required=False, max_length=20)
    currency = forms.CharField(required=False, max_length=3)
    open = forms.BooleanField(required=False)
    past = forms.BooleanField(required=False)
    trouble = forms.BooleanField(required=False)
    min_age = forms.IntegerField(required=False, min_value=0, max_value=36500)
    due_in = forms.IntegerField(required=False, min_value=-36500, max_value=36500)
    due_from = forms.DateField(required=False)
    due_to = forms.DateField(required=False)
    undated = forms.BooleanField(required=False)

    def given(self) -> dict[str, Any]:
        self.is_valid()
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if not (value is None or value is False or value == "")
        }


def show(listing: Listing, params: QueryDict) -> dict[str, Any]:
    """The context of a list page: one page of rows, and totals over all that match."""
    given = FilterForm(params).given()
    found = narrow(listing.model.objects.all(), given)
    aged = "min_age" in given and listing.model is Invoice
    order = ("aging_on", "id") if aged else listing.order
    return {
        "listing": listing,
        "siblings": siblings(listing),
        "note": listing.note.replace("Newest first", "Oldest first") if aged else listing.note,
        "given": given,
        "page": keyset_page(shown(listing, found), params, order=order, size=PAGE_SIZE),
        "count": found.count(),
        "totals": totals(found, listing.total) if listing.total else [],
        "read_at": read_at([listing.model.KIND]),
        "tabs": tabs(listing, params),
        "chips": chips(listing, given, params),
        "choices": choices(listing),
    }


def shown(listing: Listing, found: RecordQuerySet) -> RecordQuerySet:
    """With the owner where that is whose page a row opens."""
    return found.light().with_owner(*listing.of_owner) if listing.model in WITHOUT_PAGE else found.light()


def totals(found: RecordQuerySet, field: str) -> list[dict[str, Any]]:
    """One line a currency: how many rows have something in that field, and its sum."""
    filled = found.filter(**{f"{field}__gt": 0}).order_by("currency")
    return list(filled.values("currency").annotate(count=Count("pk"), sum=Sum(field)))


def narrow(found: RecordQuerySet, given: Mapping[str, Any]) -> RecordQuerySet:
    model = found.model
    if "q" in given:
        found = found.matching(given["q"])
    if "status" in given and model not in WITHOUT_STATUS:
        found = found.with_status(given["status"])
    if "connector" in given:
        found = found.at(given["connector"])
    if "currency" in given:
        found = found.filter(currency=given["currency"].upper())
    if "open" in given and model in WITH_OPEN:
        found = found.filter(open_minor__gt=0)
    if "trouble" in given and model is Payment:
        found = found.filter(single_status__in=TROUBLE)
    if "past" in given and model is Usage:
        found = found.past()
    if "past" in given and model in (Budget, SpendCard):
        found = found.filter(spent_minor__gt=F("limit_minor"))
    if "min_age" in given and model is Invoice:
        found = found.aged(given["min_age"])
    if "due_in" in given and model is Bill:
        found = found.due_within(given["due_in"])
    if model in WITH_DUE_DATE:
        found = found.due_between(given.get("due_from"), given.get("due_to"))
        if "undated" in given:
            found = found.undated()
    return found


def siblings(listing: Listing) -> list[Listing]:
    """The list whose nav item this is, and those that stand beside it; none where it stands alone."""
    first = listing.beside or listing
    others = [other for other in LISTINGS.values() if other.beside is first]
    return [first, *others] if others else []


def tabs(listing: Listing, params: QueryDict) -> list[dict[str, Any]]:
    applied = {name: value for name, value in params.items() if value and name not in (*CURSORS, "q")}
    return [
        {"label": tab.label, "url": url(listing, tab.filters), "is_current": applied == dict(tab.filters)}
        for tab in listing.tabs
    ]


def chips(listing: Listing, given: Mapping[str, Any], params: QueryDict) -> list[dict[str, str]]:
    """The applied filters as a sentence; each one's link takes it away."""
    rest = {name: value for name, value in params.items() if name not in CURSORS}
    return [
        {
            "name": label,
            "value": value,
            "url": url(listing, {other: text for other, text in rest.items() if other != name}),
        }
        for name, (label, value) in sentences(given).items()
    ]


def sentences(given: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    said: dict[str, tuple[str, str]] = {}
    for name, value in given.items():
        match name:
            case "q":
                said[name] = ("Contains", value)
            case "status":
                said[name] = ("Status", record_pill(value).word)
            case "connector":
                said[name] = ("System", titles().get(value, value))
            case "currency":
                said[name] = ("Currency", value.upper())
            case "open":
                said[name] = ("Open", "over zero")
            case "trouble":
                said[name] = ("Payment", "failed or held")
            case "past":
                said[name] = ("Used", "more than is included")
            case "min_age":
                said[name] = ("Age", f"over {value - 1} days" if value else "any")
            case "due_in" if value < 0:
                said[name] = ("Overdue", f"{-value} day{'' if value == -1 else 's'} or more")
            case "due_in":
                said[name] = ("Due", f"in {value} days or earlier")
            case "due_from":
                said[name] = ("Due from", f"{value:%d %b %Y}")
            case "due_to":
                said[name] = ("Due by", f"{value:%d %b %Y}")
            case "undated":
                said[name] = ("Due", "on no date")
    return said


def choices(listing: Listing) -> dict[str, Any]:
    """What the filter menu offers: each status once by its word on screen, systems, currencies."""
    rows = listing.model.objects.order_by()
    told = [] if listing.model in WITHOUT_STATUS else rows.values_list("status", flat=True).distinct()
    statuses = {}
    for status in sorted(filter(None, told), key=letters):
        statuses.setdefault(record_pill(status).word, status)
    held = set(rows.values_list("connection__connector", flat=True).distinct())
    return {
        "statuses": sorted(statuses.items()),
        "connectors": [(name, title) for name, title in titles().items() if name in held],
        "currencies": sorted(filter(None, rows.values_list("currency", flat=True).distinct()))
        if listing.has_currency
        else [],
    }


def titles() -> dict[str, str]:
    return {connector.name: connector.title for connector in connectors()}


def url(listing: Listing, filters: Mapping[str, str]) -> str:
    """The address of the rows that these filters leave; what is empty filters nothing."""
    query = QueryDict(mutable=True)
    query.update({name: value for name, value in filters.items() if value})
    return f"{listing.url}?{query.urlencode()}" if query else listing.url
