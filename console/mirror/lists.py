"""What the list pages have in common: filters from the URL, tabs, chips, totals, and one keyset page."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import Count, F, Sum
from django.http import QueryDict

from connectors.registry import connectors
from console.mirror.answers import read_at
from console.mirror.listings import (
    LISTINGS,
    WITH_DUE_DATE,
    WITH_OPEN,
    WITHOUT_PAGE,
    WITHOUT_STATUS,
    Listing,
    url,
)
from console.mirror.models import Bill, Budget, Invoice, Payment, SpendCard, Usage
from console.mirror.querysets import RecordQuerySet, letters
from console.mirror.timeline import TROUBLE
from console.ui.pages import CURSORS, keyset_page
from console.ui.statuses import record_pill

PAGE_SIZE = 50


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
