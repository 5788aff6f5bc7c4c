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
from console.mirror.answers import LARGEST_LIMIT, Ids, answer, as_of, plain, with_money, within
from console.mirror.models import Bill, CreditNote, Customer, Invoice, Record, Subscription, Usage, Vendor
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


def find_customers(
    text: str = "",
    *,
    connector: str | None = None,
    connection_ids: Ids = None,
    limit: int = 20,
    offset: int = 0,
) -> dict[str, Any]:
    """Customers by name, e-mail, company or vendor id; see `answers.answer` for the shape."""
    found = within(Customer.objects.matching(text), connector, connection_ids)
    return answer(found, order=("name", "pk"), limit=limit, offset=offset, connection_ids=connection_ids)


def find_vendors(
    text: str = "",
    *,
    connector: str | None = None,
    connection_ids: Ids = None,
    limit: int = 20,
    offset: int = 0,
) -> dict[str, Any]:
    found = within(Vendor.objects.matching(text), connector, connection_ids)
    return answer(found, order=("name", "pk"), limit=limit, offset=offset, connection_ids=connection_ids)


def find_subscriptions(
    text: str = "",
    *,
    customer: str = "",
    status: str = "",
    tag: str = "",
    connector: str | None = None,
    connection_ids: Ids = None,
    limit: int = 20,
    offset: int = 0,
) -> dict[str, Any]:
    """text: customer, product, plan or vendor id. customer: a vendor id, or words of name or e-mail.

    tag: the name of a feature tag, of the plan or the subscription's own.
    """
    found = within(Subscription.objects.matching(text), connector, connection_ids)
    if tag:
        found = found.tagged(tag)
    if customer:
        found = found.of_customer(customer)
    if status:
        found = found.with_status(status)
    return answer(
        found, order=("customer_name", "pk"), limit=limit, offset=offset, connection_ids=connection_ids
    )


def find_usage(
    text: str = "",
    *,
    customer: str = "",
    is_past: bool | None = None,
    connection_ids: Ids = None,
    limit: int = 20,
    offset: int = 0,
) -> dict[str, Any]:
    """What subscriptions have used of their allowances, the furthest past its allowance first.

    text: allowance, customer, plan or subscription. is_past: whether more was used than is included.
    """
    found = within(Usage.objects.matching(text), connection_ids=connection_ids)
    found = found.with_owner("customer_name", "plan_name")
    if customer:
        found = found.of_customer(customer)
    if is_past is not None:
        found = found.past() if is_past else found.exclude(excess__gt=0)
    return answer(found, order=("-excess", "pk"), limit=limit, offset=offset, connection_ids=connection_ids)


def find_invoices(
    text: str = "",
    *,
    customer: str = "",
    status: str = "",
    is_open: bool | None = None,
    connector: str | None = None,
    connection_ids: Ids = None,
    currency: str = "",
    min_age_days: int | None = None,
    limit: int = 20,
    offset: int = 0,
) -> dict[str, Any]:
    """Invoices, newest first, or oldest first when an age is asked for; `totals` cover all that were found.

    text: number, customer or vendor id. customer: a vendor id, or words of name or e-mail. status: the
    vendor's word in any spelling. is_open: whether something is still to be paid.
    """
    found = within(Invoice.objects.matching(text), connector, connection_ids)
    if customer:
        found = found.of_customer(customer)
    if status:
        found = found.with_status(status)
    if is_open is not None:
        found = found.open() if is_open else found.exclude(open_minor__gt=0)
    if currency:
        found = found.filter(currency=currency.upper())
    if min_age_days is not None:
        found = found.aged(min_age_days)
    newest = (F("issued_at").desc(nulls_last=True), "-pk")
    order = newest if min_age_days is None else ("aging_on", "pk")
    totals = sums_by_currency(found, "amount_minor", "open_minor")
    return answer(found, order=order, limit=limit, offset=offset, connection_ids=connection_ids) | {
        "totals": with_money(totals),
        "note": AGE_NOTE,
    }


def find_bills(
    text: str = "",
    *,
    status: str = "",
    is_open: bool | None = None,
    due_from: date | None = None,
    due_to: date | None = None,
    connection_ids: Ids = None,
    limit: int = 20,
    offset: int = 0,
) -> dict[str, Any]:
    """Bills, the earliest due first; `totals` cover all that were found. text: number, vendor or its id."""
    found = within(Bill.objects.matching(text), connection_ids=connection_ids)
    if status:
        found = found.with_status(status)
    if is_open is not None:
        found = found.open() if is_open else found.exclude(open_minor__gt=0)
    if due_from:
        found = found.filter(due_on__gte=due_from)
    if due_to:
        found = found.filter(due_on__lte=due_to)
    totals = sums_by_currency(found, "amount_minor", "open_minor")
    return answer(
        found,
        order=(F("due_on").asc(nulls_last=True), "pk"),
        limit=limit,
        offset=offset,
        connection_ids=connection_ids,
    ) | {"totals": with_money(totals)}


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
