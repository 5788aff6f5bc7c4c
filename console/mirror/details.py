"""What stands around a record on its page: the rows it belongs with, and what was proposed about it."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, Q, QuerySet

from connectors.billsby.now import invoice_now, subscription_now
from connectors.errors import ArgumentsError, VendorError
from console.approvals.models import Proposal
from console.connections.clients import reader, understood
from console.mirror.cycles import cycles_of
from console.mirror.models import (
    Bill,
    CreditNote,
    Customer,
    CustomFieldResponse,
    Event,
    Invoice,
    Plan,
    Product,
    Record,
    Subscription,
    SubscriptionAddOn,
    Tag,
    Usage,
    Vendor,
)
from console.mirror.queries import spend_of
from console.mirror.querysets import sums_by_currency
from console.ui.statuses import proposal_pill

SHOWN = 25
ACTIVITY_SHOWN = 12


def around(record: Record) -> dict[str, Any]:
    """The context of a detail page besides the record itself.

    `version` changes with every row and proposal shown; a page that has it needs nothing new.
    """
    beside = {
        Customer: around_customer,
        Subscription: around_subscription,
        Invoice: around_invoice,
        CreditNote: around_credit_note,
        Product: around_product,
        Plan: around_plan,
        Vendor: around_vendor,
        Bill: around_bill,
    }[type(record)](record)
    concerned = beside.pop("concerned", Q())
    shown = {name: list(value) if isinstance(value, QuerySet) else value for name, value in beside.items()}
    activity = list(proposals_about(record, concerned))
    return {
        **shown,
        "is_thin": record.is_thin or any(row.is_thin for row in shown.get("subscriptions", ())),
        "activity": [(proposal, proposal_pill(proposal)) for proposal in activity],
        "live": " ".join([record.live_target, *(f"proposal.{proposal.pk}" for proposal in activity)]),
        "version": version(record, shown, activity),
        "raw": json.dumps(record.raw, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder),
    }


def version(record: Record, shown: dict[str, Any], activity: list[Proposal]) -> str:
    rows = [row for value in shown.values() if isinstance(value, list) for row in value]
    digests = [row.digest for row in rows if isinstance(row, Record)]
    moves = [f"{proposal.pk}.{proposal.version}.{proposal.status}" for proposal in activity]
    return sha256("|".join([record.digest, str(record.gone_at), *digests, *moves]).encode()).hexdigest()[:16]


def around_customer(customer: Customer) -> dict[str, Any]:
    invoices = customer.related(Invoice)
    numbers = list(invoices.order_by("-issued_at", "-pk").values_list("vendor_id", flat=True)[:200])
    answers = list(customer.related(CustomFieldResponse).light().order_by("label", "pk"))
    subscriptions = list(customer.related(Subscription).light().order_by("-created_at", "-pk")[:SHOWN])
    return {
        "invoices": invoices.light().order_by("-issued_at", "-pk")[:SHOWN],
        "invoice_count": invoices.count(),
        "subscriptions": subscriptions,
        "credit_notes": customer.related(CreditNote).light().order_by("-issued_at", "-pk")[:SHOWN],
        "totals": totals_of(customer),
        "answers": answers,
        "extras_read_at": read_at_of(answers),
        "matches": customer.possible_matches()[:3],
        "concerned": Q(steps__record_kind="invoice", steps__record_key__in=numbers)
        | Q(
            steps__record_kind="subscription",
            steps__record_key__in=[subscription.vendor_id for subscription in subscriptions],
        ),
    }


def totals_of(customer: Customer) -> list[dict[str, Any]]:
    """One line a currency: invoiced, open, paid, credited; `paid` less `credited` is kept."""
    spent = {line["currency"]: line for line in spend_of(customer, None, None)}
    lines = {
        line["currency"]: line
        for line in sums_by_currency(customer.related(Invoice), "amount_minor", "open_minor")
    }
    return [
        {"currency": currency, **spent.get(currency, {}), **lines.get(currency, {})}
        for currency in sorted(spent.keys() | lines.keys())
    ]


def around_subscription(subscription: Subscription) -> dict[str, Any]:
    customer = subscription.customer
    invoices = customer.related(Invoice).light() if customer else Invoice.objects.none()
    plan = subscription.linked(Plan, subscription.plan_vendor_id)
    cycles = cycles_of(plan) if plan else []
    return {
        "customer": customer,
        "product": subscription.linked(Product, subscription.product_vendor_id),
        "plan": plan,
        "cycle": next((it for it in cycles if it.id == subscription.cycle_vendor_id), None),
        "invoices": invoices.order_by("-issued_at", "-pk")[:SHOWN],
        **extras_of(subscription),
    }


def extras_of(subscription: Subscription) -> dict[str, Any]:
    """What it has and what happened to it, as last read; `extras_read_at` is of the oldest."""

    def own(model: type[Record], *order: str) -> QuerySet:
        held = model.objects.filter(
            connection_id=subscription.connection_id, subscription_vendor_id=subscription.vendor_id
        )
        return held.light().order_by(*order, "pk")

    events = own(Event, "-happened_at")
    tags, usages, add_ons = list(own(Tag, "name")), list(own(Usage, "name")), own(SubscriptionAddOn, "name")
    shown = {"usages": usages, "add_ons": list(add_ons), "events": list(events[:SHOWN])}
    return {
        **shown,
        "plan_tags": [tag for tag in tags if tag.is_of_plan],
        "own_tags": [tag for tag in tags if not tag.is_of_plan],
        "event_count": events.count(),
        "extras_read_at": read_at_of([*tags, *(row for rows in shown.values() for row in rows)]),
    }


def read_at_of(rows: list[Record]) -> datetime | None:
    return min((row.fetched_at for row in rows), default=None)


def around_invoice(invoice: Invoice) -> dict[str, Any]:
    customer = invoice.customer
    notes = customer.related(CreditNote).light() if customer else CreditNote.objects.none()
    others = customer.related(Invoice).exclude(pk=invoice.pk).light() if customer else Invoice.objects.none()
    return {
        "customer": customer,
        "credit_notes": notes.order_by("-issued_at", "-pk")[:SHOWN],
        "invoices": others.order_by("-issued_at", "-pk")[:10],
    }


def around_credit_note(note: CreditNote) -> dict[str, Any]:
    customer = note.customer
    invoices = customer.related(Invoice).light() if customer else Invoice.objects.none()
    return {"customer": customer, "invoices": invoices.order_by("-issued_at", "-pk")[:SHOWN]}


def around_product(product: Product) -> dict[str, Any]:
    """`plans`: each with its `cycle_lines` and `subscription_count`, of those that are not cancelled."""
    plans = list(plans_of(product))
    subscriptions = Subscription.objects.filter(
        connection_id=product.connection_id, product_vendor_id=product.vendor_id
    ).exclude(status="Cancelled")
    counts = dict(subscriptions.order_by().values_list("plan_vendor_id").annotate(Count("pk")))
    for plan in plans:
        plan.subscription_count = counts.get(plan.vendor_id, 0)
        plan.cycle_lines = cycles_of(plan)
    return {
        "plans": plans,
        "subscription_count": sum(counts.values()),
        "concerned": Q(steps__record_kind="plan", steps__record_key__in=[plan.vendor_id for plan in plans]),
    }


def plans_of(product: Product) -> QuerySet:
    found = Plan.objects.filter(connection_id=product.connection_id, product_vendor_id=product.vendor_id)
    return found.light().order_by("pk")


def around_plan(plan: Plan) -> dict[str, Any]:
    held = Subscription.objects.filter(connection_id=plan.connection_id, plan_vendor_id=plan.vendor_id)
    return {
        "product": plan.linked(Product, plan.product_vendor_id),
        "cycle_lines": cycles_of(plan),
        "subscriptions": held.light().order_by("-created_at", "-pk")[:SHOWN],
        "subscription_count": held.count(),
    }


def around_vendor(vendor: Vendor) -> dict[str, Any]:
    return {
        "bills": vendor.bills().light().order_by("-due_on", "-pk")[:SHOWN],
        "totals": sums_by_currency(vendor.bills(), "amount_minor", "open_minor"),
    }


def around_bill(bill: Bill) -> dict[str, Any]:
    return {"vendor": bill.vendor}


def proposals_about(record: Record, concerned: Q) -> Any:
    """The newest proposals with a step on this record, or on what belongs to it."""
    mine = Q(steps__record_kind=record.KIND, steps__record_key=record.vendor_id)
    found = Proposal.objects.filter(mine | concerned, connection_id=record.connection_id).distinct()
    return (
        found.select_related("requester")
        .prefetch_related("steps", "superseded_by", "decisions")
        .order_by("-pk")[:ACTIVITY_SHOWN]
    )


def at_vendor(record: Subscription | Invoice) -> dict[str, Any]:
    """`now`: what Billsby tells of it at this moment; without an answer `problem`, in a sentence."""
    ask = {Subscription: subscription_now, Invoice: invoice_now}[type(record)]
    read = reader(record.connection)
    try:
        return {"now": understood(record.connection, lambda: ask(read, record.vendor_id))}
    except (VendorError, ArgumentsError) as error:
        return {"problem": str(error)}
