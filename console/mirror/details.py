"""What stands around a record on its page: the rows it belongs with, and what was proposed about it."""

import json
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Count, F, Q, QuerySet

from connectors.bill.mapping import DocumentLine, bill_approvers, bill_lines, invoice_lines
from connectors.bill.payments import void_requests
from connectors.billsby.now import shipping_address
from connectors.errors import ArgumentsError, VendorError
from console.approvals.models import Proposal
from console.connections.clients import reader, understood
from console.mirror import due, visits
from console.mirror.models import (
    AddOn,
    Allowance,
    Bill,
    Budget,
    Classification,
    CreditMemo,
    CreditNote,
    Customer,
    CustomField,
    CustomFieldResponse,
    Cycle,
    Event,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentLog,
    Plan,
    Product,
    ReceivedPayment,
    Record,
    SpendCard,
    Subscription,
    SubscriptionAddOn,
    Tag,
    Usage,
    Vendor,
    VendorBankAccount,
    VendorCredit,
)
from console.mirror.papers import has_papers
from console.mirror.queries import spend_of
from console.mirror.querysets import sums_by_currency
from console.mirror.timeline import timeline
from console.ui.statuses import proposal_pill

SHOWN = 25
EVENTS_SHOWN = 25
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
        Payment: around_payment,
        Budget: around_budget,
        SpendCard: around_card,
    }[type(record)](record)
    concerned = beside.pop("concerned", Q())
    shown = {name: list(value) if isinstance(value, QuerySet) else value for name, value in beside.items()}
    activity = list(proposals_about(record, concerned))
    asked_at = visits.asked_at(record)
    return {
        **shown,
        "asked_at": asked_at,
        "has_papers": has_papers(record),
        "is_thin": is_thin(record, shown, asked_at),
        "activity": [(proposal, proposal_pill(proposal)) for proposal in activity],
        "live": " ".join([record.live_target, *(f"proposal.{proposal.pk}" for proposal in activity)]),
        "version": version(record, shown, activity),
        "raw": json.dumps(record.raw, indent=2, ensure_ascii=False, cls=DjangoJSONEncoder),
    }


def is_thin(record: Record, shown: dict[str, Any], asked_at: dict[str, datetime]) -> bool:
    """More is to be known of it than we have read."""
    told_alone = {children.kind for children in visits.children_of(record.connection, record.KIND)}
    unasked = told_alone - asked_at.keys()
    return record.is_thin or bool(unasked) or any(row.is_thin for row in shown.get("subscriptions", ()))


def version(record: Record, shown: dict[str, Any], activity: list[Proposal]) -> str:
    rows = [row for value in shown.values() if isinstance(value, list) for row in value]
    digests = [row.digest if isinstance(row, Record) else str(row) for row in rows]
    moves = [f"{proposal.pk}.{proposal.version}.{proposal.status}" for proposal in activity]
    return sha256("|".join([record.digest, str(record.gone_at), *digests, *moves]).encode()).hexdigest()[:16]


def around_customer(customer: Customer) -> dict[str, Any]:
    invoices = customer.related(Invoice)
    numbers = list(invoices.order_by("-issued_at", "-pk").values_list("vendor_id", flat=True)[:200])
    subscriptions = list(customer.related(Subscription).light().order_by("-created_at", "-pk")[:SHOWN])
    return {
        "invoices": invoices.light().order_by("-issued_at", "-pk")[:SHOWN],
        "invoice_count": invoices.count(),
        "subscriptions": subscriptions,
        "credit_notes": customer.related(CreditNote).light().order_by("-issued_at", "-pk")[:SHOWN],
        "received": by_day(customer.own(ReceivedPayment), "received_on"),
        "credit_memos": by_day(customer.own(CreditMemo), "issued_on"),
        "totals": totals_of(customer),
        "matches": customer.possible_matches()[:3],
        "answers": customer.own(CustomFieldResponse).light().order_by("label", "pk"),
        "usages": usages_of(subscriptions),
        "usages_asked_at": visits.oldest_answer("usage", subscriptions),
        "concerned": Q(steps__record_kind="invoice", steps__record_key__in=numbers)
        | Q(
            steps__record_kind="subscription",
            steps__record_key__in=[subscription.vendor_id for subscription in subscriptions],
        ),
    }


def usages_of(subscriptions: list[Subscription]) -> QuerySet[Usage]:
    """What of all of them is counted, what is past its allowance first."""
    ids = [subscription.vendor_id for subscription in subscriptions]
    found = Usage.objects.filter(
        connection__in={subscription.connection_id for subscription in subscriptions},
        subscription_vendor_id__in=ids,
    )
    return found.light().with_owner().order_by("-excess", "pk")[:SHOWN]


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
    tags = list(subscription.own(Tag).light().order_by("name", "pk"))
    events = subscription.own(Event)
    return {
        "customer": customer,
        "product": subscription.linked(Product, subscription.product_vendor_id),
        "plan": subscription.linked(Plan, subscription.plan_vendor_id),
        "cycle": subscription.linked(Cycle, subscription.cycle_vendor_id),
        "usages": subscription.own(Usage).light().order_by("name", "pk"),
        "add_ons": subscription.own(SubscriptionAddOn).light().order_by("name", "pk"),
        "plan_tags": [tag for tag in tags if tag.is_of_plan],
        "own_tags": [tag for tag in tags if not tag.is_of_plan],
        "events": events.light().order_by("-happened_at", "-pk")[:EVENTS_SHOWN],
        "event_count": events.count(),
        "invoices": invoices.order_by("-issued_at", "-pk")[:SHOWN],
    }


def around_invoice(invoice: Invoice) -> dict[str, Any]:
    customer = invoice.customer
    notes = customer.related(CreditNote).light() if customer else CreditNote.objects.none()
    others = customer.related(Invoice).exclude(pk=invoice.pk).light() if customer else Invoice.objects.none()
    return {
        "customer": customer,
        **lines_of(invoice),
        "payments": invoice.own(PaymentLog).light().order_by("-tried_at", "-pk"),
        "received": by_day(invoice.received_payments(), "received_on"),
        "credit_notes": notes.order_by("-issued_at", "-pk")[:SHOWN],
        "invoices": others.order_by("-issued_at", "-pk")[:10],
    }


def lines_of(invoice: Invoice) -> dict[str, Any]:
    """Billsby tells them apart, BILL with the invoice; where those cannot be read `unread` says why."""
    if invoice.connection.connector != "bill":
        return {"lines": invoice.own(InvoiceLine).light().order_by("position", "pk")}
    try:
        lines = understood(invoice.connection, lambda: invoice_lines(invoice.raw, invoice.currency))
    except VendorError as error:
        return {"lines": [], "unread": str(error)}
    return {"lines": filed(invoice, lines)}


def filed(record: Record, lines: list[DocumentLine]) -> list[tuple[DocumentLine, str]]:
    """Each line with the names that its amount is filed under, as far as they have been read."""
    ids = {vendor_id for line in lines for vendor_id in line.filed_under}
    known = Classification.with_gone.filter(connection_id=record.connection_id, vendor_id__in=ids)
    names = dict(known.values_list("vendor_id", "name")) if ids else {}
    return [
        (line, ", ".join(names.get(vendor_id, vendor_id) for vendor_id in line.filed_under)) for line in lines
    ]


def around_credit_note(note: CreditNote) -> dict[str, Any]:
    customer = note.customer
    invoices = customer.related(Invoice).light() if customer else Invoice.objects.none()
    return {"customer": customer, "invoices": invoices.order_by("-issued_at", "-pk")[:SHOWN]}


def around_product(product: Product) -> dict[str, Any]:
    """`plans`: each with its `cycle_lines` and `subscription_count`, of those that are not cancelled."""
    plans = list(product.own(Plan).light().order_by("pk"))
    cycles = list(product.own(Cycle).light().order_by("pk"))
    subscriptions = Subscription.objects.filter(
        connection_id=product.connection_id, product_vendor_id=product.vendor_id
    ).exclude(status="Cancelled")
    counts = dict(subscriptions.order_by().values_list("plan_vendor_id").annotate(Count("pk")))
    for plan in plans:
        plan.subscription_count = counts.get(plan.vendor_id, 0)
        plan.cycle_lines = [cycle for cycle in cycles if cycle.plan_vendor_id == plan.vendor_id]
    fields = CustomField.objects.filter(
        connection_id=product.connection_id, vendor_id__in=product.custom_field_ids
    )
    return {
        "plans": plans,
        "cycles": cycles,
        "custom_fields": fields.light().order_by("label", "pk"),
        "subscription_count": sum(counts.values()),
        "concerned": Q(steps__record_kind="plan", steps__record_key__in=[plan.vendor_id for plan in plans]),
    }


def around_plan(plan: Plan) -> dict[str, Any]:
    held = Subscription.objects.filter(connection_id=plan.connection_id, plan_vendor_id=plan.vendor_id)
    return {
        "product": plan.linked(Product, plan.product_vendor_id),
        "cycles": plan.cycles(),
        "add_ons": plan.offers(AddOn),
        "allowances": plan.offers(Allowance),
        "subscriptions": held.light().order_by("-created_at", "-pk")[:SHOWN],
        "subscription_count": held.count(),
    }


def around_vendor(vendor: Vendor) -> dict[str, Any]:
    bills = vendor.bills()
    numbers = list(bills.order_by("-due_on", "-pk").values_list("vendor_id", flat=True)[:200])
    return {
        "bills": by_day(bills, "due_on"),
        "bill_count": bills.count(),
        "spans": due.soon_and_later(),
        "owed": due.open_by_due_date(bills, due.soon_and_later(), q=vendor.vendor_id),
        "totals": sums_by_currency(bills, "amount_minor", "open_minor"),
        "payments": by_day(vendor.own(Payment), "process_on"),
        "credits": by_day(vendor.own(VendorCredit), "issued_on"),
        "accounts": vendor.own(VendorBankAccount).light().order_by("pk"),
        "concerned": Q(steps__record_kind="bill", steps__record_key__in=numbers),
    }


def around_bill(bill: Bill) -> dict[str, Any]:
    people = {one["user_vendor_id"]: one["name"] for one in bill.approvers}
    try:
        told = understood(
            bill.connection,
            lambda: {
                "lines": filed(bill, bill_lines(bill.raw, bill.currency)),
                "approvers": bill_approvers(bill.raw, people),
            },
        )
    except VendorError as error:
        told = {"unread": str(error)}
    return {
        "vendor": bill.vendor,
        "payments": by_day(bill.payments(), "process_on"),
        **told,
    }


def around_payment(payment: Payment) -> dict[str, Any]:
    """`parts`: what of it goes to which bill, each with the `bill` where it has been read."""
    bills = {bill.vendor_id: bill for bill in payment.paid_bills().light()}
    return {
        "vendor": payment.owner,
        "stages": timeline(payment),
        "voids": understood(payment.connection, lambda: void_requests(payment.raw)),
        "parts": [part | {"bill": bills.get(part["bill_vendor_id"])} for part in payment.bills],
        "bills": list(bills.values()),
        "concerned": Q(steps__record_kind="bill", steps__record_key__in=list(bills)),
    }


def around_budget(budget: Budget) -> dict[str, Any]:
    cards = budget.own(SpendCard)
    shown = list(cards.light().order_by("name", "pk")[:SHOWN])
    return {
        "cards": shown,
        "card_count": cards.count(),
        "concerned": Q(
            steps__record_kind="spend_card", steps__record_key__in=[card.vendor_id for card in shown]
        ),
        **bought(budget.transactions()),
    }


def around_card(card: SpendCard) -> dict[str, Any]:
    return {"budget": card.owner, **bought(card.transactions())}


def bought(found: QuerySet) -> dict[str, Any]:
    return {"transactions": by_day(found, "occurred_at"), "transaction_count": found.count()}


def by_day(found: QuerySet, day: str) -> QuerySet:
    """The newest that a page has room for."""
    return found.light().order_by(F(day).desc(nulls_last=True), "-pk")[:SHOWN]


def proposals_about(record: Record, concerned: Q) -> Any:
    """The newest proposals with a step on this record, or on what belongs to it."""
    mine = Q(steps__record_kind=record.KIND, steps__record_key=record.vendor_id)
    found = Proposal.objects.filter(mine | concerned, connection_id=record.connection_id).distinct()
    return (
        found.select_related("requester")
        .prefetch_related("steps", "superseded_by", "decisions")
        .order_by("-pk")[:ACTIVITY_SHOWN]
    )


def at_vendor(subscription: Subscription) -> dict[str, str]:
    """`address`: where Billsby ships to at this moment; without an answer `problem`, in a sentence."""
    connection = subscription.connection
    try:
        return {
            "address": understood(
                connection, lambda: shipping_address(reader(connection), subscription.vendor_id)
            )
        }
    except (VendorError, ArgumentsError) as error:
        return {"problem": str(error)}
