"""What pages and the agent ask of the mirror. The database counts and adds; currencies stay apart."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from console.accounts.models import Person
from console.mirror.answers import LARGEST_LIMIT, Ids, as_of, plain, with_money, within
from console.mirror.models import CreditNote, Customer, Invoice, Record
from console.mirror.querysets import sums_by_currency

AnyRecord = TypeVar("AnyRecord", bound=Record)

AGE_NOTE = (
    "Age counts from the due date at BILL. Billsby's invoices have no due date; theirs counts from the day "
    "they were created. Pending invoices are open."
)
SPEND_NOTE = (
    "Paid invoices by the day they were issued, in UTC; of part-paid ones what was paid. Credit notes of the "
    "same period stand apart, failed ones left out. Currencies are never added together."
)
BRACKETS = ((0, 30), (31, 60), (61, 90), (91, None))


def get_record_for(person: Person, model: type[AnyRecord], pk: int) -> AnyRecord:
    """The one way from a request to a mirrored row. Whoever may sign in may read; others get a 404."""
    rows = model.with_gone.select_related("connection")
    readable = rows if person.is_active else rows.none()
    return get_object_or_404(readable, pk=pk)


def get_invoice_for(person: Person, pk: int) -> Invoice:
    return get_record_for(person, Invoice, pk)


def customer_spend(
    customer: str,
    *,
    year: int | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
    connection_ids: Ids = None,
    limit: int = 20,
) -> dict[str, Any]:
    """What a customer paid, and was credited, in a year or between two days (both counted).

    customer: a vendor id, or words of name or e-mail; several may match, in both systems. Rows are by
    customer and currency with {invoices, paid, credit_notes, credited, net}; `totals` by currency over all.
    """
    start, end = period(year, date_from, date_to)
    customers = within(Customer.objects.all(), connection_ids=connection_ids)
    exact = customers.filter(vendor_id=customer.strip())
    found = exact if exact.exists() else customers.matching(customer)
    chosen = list(found.light().order_by("name", "pk")[: limit + 1]) if customer.strip() else []
    rows = [row for who in chosen[:limit] for row in spend_of(who, start, end)]
    totals: dict[str, dict[str, Any]] = {}
    for row in rows:
        total = totals.setdefault(row["currency"], {"currency": row["currency"]})
        for name in ("invoices", "paid_minor", "credit_notes", "credited_minor", "net_minor"):
            total[name] = total.get(name, 0) + row[name]
    return {
        "customers": [
            {
                "name": who.name,
                "vendor_id": who.vendor_id,
                "connector": who.connection.connector,
                "link": who.get_absolute_url(),
            }
            for who in chosen[:limit]
        ],
        "from": plain(start.date()) if start else None,
        "to": plain(end.date() - timedelta(days=1)) if end else None,
        "rows": with_money(rows),
        "totals": with_money(totals.values()),
        "more": len(chosen) > limit,
        "as_of": as_of(["invoice", "credit_note"], connection_ids=connection_ids),
        "note": SPEND_NOTE,
    }


def spend_of(customer: Customer, start: datetime | None, end: datetime | None) -> list[dict[str, Any]]:
    """One row a currency."""
    issued = Q()
    if start:
        issued &= Q(issued_at__gte=start)
    if end:
        issued &= Q(issued_at__lt=end)
    paid = customer.related(Invoice).filter(issued, status__in=[*Invoice.PAID, *Invoice.PART_PAID])
    credited = customer.related(CreditNote).filter(issued).exclude(status="Failed")
    rows: dict[str, dict[str, Any]] = {}
    paid_minor = Sum(F("amount_minor") - Coalesce("open_minor", 0), default=0)
    for line in paid.order_by().values("currency").annotate(invoices=Count("pk"), paid_minor=paid_minor):
        rows[line["currency"]] = line | {"credit_notes": 0, "credited_minor": 0}
    for line in sums_by_currency(credited, "amount_minor"):
        row = rows.setdefault(
            line["currency"], {"currency": line["currency"], "invoices": 0, "paid_minor": 0}
        )
        row |= {"credit_notes": line["count"], "credited_minor": line["amount_minor"]}
    return [
        {
            "customer_name": customer.name,
            "customer_vendor_id": customer.vendor_id,
            "connector": customer.connection.connector,
            "link": customer.get_absolute_url(),
        }
        | rows[currency]
        | {"net_minor": rows[currency]["paid_minor"] - rows[currency]["credited_minor"]}
        for currency in sorted(rows)
    ]


def receivables_by_age(
    min_days: int = 0, *, connector: str | None = None, connection_ids: Ids = None, limit: int = 50
) -> dict[str, Any]:
    """Open invoices at least that many days old, by customer and currency, the largest of a currency first.

    `totals` are by currency over all of them, `by_age` in each splits the sum: list of {from_days, to_days,
    open, open_minor}. What is not due yet falls in the first bracket. The link opens these invoices.
    """
    found = within(Invoice.objects.open(), connector, connection_ids)
    if min_days > 0:
        found = found.aged(min_days)
    limit = min(max(limit, 1), LARGEST_LIMIT)
    by_customer = ("connection__connector", "customer_vendor_id", "customer_name", "currency")
    grouped = found.values(*by_customer).annotate(
        invoices=Count("pk"), sum_open=Sum("open_minor"), oldest_on=Min("aging_on")
    )
    lines = list(grouped.order_by("currency", "-sum_open", "customer_vendor_id")[: limit + 1])
    rows = [
        {
            "connector": line["connection__connector"],
            "customer_vendor_id": line["customer_vendor_id"],
            "customer_name": line["customer_name"],
            "currency": line["currency"],
            "invoices": line["invoices"],
            "open_minor": line["sum_open"],
            "oldest_on": plain(line["oldest_on"]),
            "link": receivables_link(line["customer_vendor_id"], min_days),
        }
        for line in lines[:limit]
    ]
    return {
        "min_days": min_days,
        "rows": with_money(rows),
        "totals": aging_totals(found),
        "more": len(lines) > limit,
        "as_of": as_of(["invoice"], connector=connector, connection_ids=connection_ids),
        "note": AGE_NOTE,
    }


def receivables_link(customer_vendor_id: str, min_days: int) -> str:
    age = f"&min_age={min_days}" if min_days > 0 else ""
    return f"{reverse('mirror:invoice-list')}?open=1{age}&q={quote(customer_vendor_id)}"


def aging_totals(found: QuerySet) -> list[dict[str, Any]]:
    today = timezone.localdate()
    splits = {}
    for first, last in BRACKETS:
        bracket = Q(aging_on__lte=today - timedelta(days=first)) if first else Q()
        if last is not None:
            bracket &= Q(aging_on__gte=today - timedelta(days=last))
        splits[f"from_{first}"] = Sum("open_minor", filter=bracket, default=0)
    lines = found.order_by("currency").values("currency")
    totals = []
    for line in lines.annotate(invoices=Count("pk"), sum_open=Sum("open_minor"), **splits):
        currency = line["currency"]
        brackets = [
            {"currency": currency, "from_days": first, "to_days": last, "open_minor": line[f"from_{first}"]}
            for first, last in BRACKETS
        ]
        totals.append(
            {
                "currency": currency,
                "invoices": line["invoices"],
                "open_minor": line["sum_open"],
                "by_age": with_money(brackets),
            }
        )
    return with_money(totals)


def period(
    year: int | None, date_from: date | None, date_to: date | None
) -> tuple[datetime | None, datetime | None]:
    """First moment in and first moment out, in UTC, as the vendors tell their moments."""
    if year is not None:
        date_from, date_to = date(year, 1, 1), date(year, 12, 31)
    start = datetime.combine(date_from, time.min, UTC) if date_from else None
    end = datetime.combine(date_to + timedelta(days=1), time.min, UTC) if date_to else None
    return start, end
