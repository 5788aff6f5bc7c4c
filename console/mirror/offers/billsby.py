"""The forms on Billsby's records."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.utils import timezone

from connectors.billsby.judgements.contacts import ADDRESS, PERSON
from connectors.billsby.mapping import CLOSABLE_STATUSES, address
from connectors.money import is_known, to_decimal
from console.mirror.actions import Action, Menu, Option, Pick
from console.mirror.models import (
    AddOn,
    Allowance,
    CreditNote,
    Customer,
    Cycle,
    Invoice,
    Plan,
    Subscription,
    SubscriptionAddOn,
    Tag,
    Usage,
)

OF_INVOICE = {"invoiceNumber": "vendor_id"}
OF_CUSTOMER = {"customerUniqueId": "vendor_id"}
OF_SUBSCRIPTION = {"subscriptionUniqueId": "vendor_id"}
NAMED_SHORTLY = 3


def refund_limit(invoice: Invoice) -> int:
    """What may be refunded at most, as last read."""
    return (invoice.amount_minor or 0) if invoice.refundable_minor is None else invoice.refundable_minor


def whole_refund(invoice: Invoice) -> Mapping[str, Any]:
    if not is_known(invoice.currency):
        return {}
    return {"amount": f"{to_decimal(refund_limit(invoice), invoice.currency):f}"}


def open_invoices(customer: Customer | None) -> list[str]:
    invoices = customer.related(Invoice).open().order_by("vendor_id") if customer else Invoice.objects.none()
    return list(invoices.values_list("vendor_id", flat=True))


def held_by_invoices(subscription: Subscription) -> str:
    numbers = open_invoices(subscription.customer)
    if not numbers:
        return ""
    rest = len(numbers) - NAMED_SHORTLY
    more = f" and {rest} more" if rest > 0 else ""
    return (
        f"Billsby refuses to cancel while invoices are open: {', '.join(numbers[:NAMED_SHORTLY])}{more}. "
        "Collect, close or write them off first."
    )


def running(customer: Customer) -> list[str]:
    found = customer.related(Subscription).exclude(status="Cancelled").order_by("vendor_id")
    return list(found.values_list("vendor_id", flat=True))


def held_by_subscriptions(customer: Customer) -> str:
    held = running(customer)
    if not held:
        return ""
    return f"Billsby refuses while a subscription is not cancelled: {', '.join(held[:NAMED_SHORTLY])}."


def currencies(customer: Customer) -> list[Option]:
    billed = customer.related(Invoice).order_by("currency").values_list("currency", flat=True).distinct()
    codes = dict.fromkeys(filter(None, [*billed, customer.currency]))
    return [Option(code, {"currencyCode": code}) for code in codes]


def plans(subscription: Subscription) -> list[Option]:
    """Every cycle of every plan of the same product: Billsby moves a subscription within its product."""
    of_product = {
        "connection_id": subscription.connection_id,
        "product_vendor_id": subscription.product_vendor_id,
    }
    names = {plan.vendor_id: plan.title for plan in Plan.objects.filter(**of_product).light()}
    cycles = Cycle.objects.filter(**of_product, plan_vendor_id__in=names).light()
    return [
        Option(
            f"{names[cycle.plan_vendor_id]}, {cycle.words}"
            + (" (now)" if cycle.vendor_id == subscription.cycle_vendor_id else ""),
            {"planId": int(cycle.plan_vendor_id), "cycleId": int(cycle.vendor_id)},
        )
        for cycle in cycles.order_by("plan_vendor_id", "pk")
    ]


def extras(subscription: Subscription, chosen: Mapping[str, Any]) -> list[Pick]:
    """The add-ons and allowances of the chosen plan, or else of the present one, that do not come with it."""
    plan_id = str(chosen.get("planId") or subscription.plan_vendor_id)
    plan = subscription.linked(Plan, plan_id)
    if plan is None:
        return []
    held = {
        AddOn: dict(subscription.own(SubscriptionAddOn).values_list("add_on_vendor_id", "quantity")),
        Allowance: dict.fromkeys(subscription.own(Usage).values_list("allowance_vendor_id", flat=True), 1),
    }
    return [
        Pick(
            name=f"{extra.KIND}_{extra.vendor_id}",
            label=extra.title,
            argument="addOns" if model is AddOn else "allowances",
            entry=partial(as_add_on if model is AddOn else as_allowance, int(extra.vendor_id)),
            held=held[model].get(extra.vendor_id) or 0,
            is_counted=model is AddOn,
        )
        for model in (AddOn, Allowance)
        for extra in plan.offers(model)
        if not extra.link["is_forced"]
    ]


def as_add_on(number: int, count: int) -> dict[str, int]:
    return {"addOnId": number, "quantity": count}


def as_allowance(number: int, count: int) -> int:
    return number


def counted(subscription: Subscription) -> list[Option]:
    """Its counters, under the ids that their allowances tell."""
    found = subscription.own(Usage).light().order_by("name", "pk")
    ids = {usage.pk: usage.allowance.counter_id for usage in found if usage.allowance}
    return [
        Option(f"{usage.title}, {usage.told['used']} used", {"counterId": ids[usage.pk]})
        for usage in found
        if ids.get(usage.pk)
    ]


def own_tags(subscription: Subscription) -> list[Option]:
    found = subscription.own(Tag).filter(is_of_plan=False).order_by("name")
    return [Option(name, {"tagName": name}) for name in found.values_list("name", flat=True)]


def is_running(subscription: Subscription) -> bool:
    return subscription.status != "Cancelled"


def next_billing(subscription: Subscription) -> Mapping[str, Any]:
    moment = subscription.next_billing_at
    return {"newRenewalDate": moment.date().isoformat() if moment and moment > timezone.now() else ""}


def contact(customer: Customer) -> Mapping[str, Any]:
    """As last read; lists and details name the dial country differently."""
    raw = customer.raw
    held = {**raw, **address(raw.get("billingAddress") or {})}
    held["phoneNumberDialCountry"] = raw.get("phoneNumberDialCountry") or raw.get(
        "phoneNumberDialCodeCountry"
    )
    return {name: held.get(name) or "" for name in PERSON}


OFFERS = (
    Action(
        slug="refund",
        model=Invoice,
        operation="billsby_refund_invoice",
        label="Refund…",
        title="Refund",
        icon="receipt-refund",
        button="Propose refund of {amount}",
        summary="Billsby would send the money back to the card that paid, and make a credit note.",
        about=OF_INVOICE | {"customerUniqueId": "customer_vendor_id"},
        asks={"amount": "Amount"},
        amount="amount",
        most=refund_limit,
        done="refunded",
        fits=lambda invoice: invoice.status == "Paid" and invoice.refundable_minor != 0,
        starts=whole_refund,
    ),
    Action(
        slug="retry",
        model=Invoice,
        operation="billsby_retry_invoice_payment",
        label="Retry payment…",
        title="Retry payment",
        icon="rotate-clockwise",
        button="Propose retry of {amount}",
        summary="Billsby would try the customer's stored card again.",
        about=OF_INVOICE,
        fits=lambda invoice: invoice.status == "Unpaid",
    ),
    Action(
        slug="mark-paid",
        model=Invoice,
        operation="billsby_mark_invoice_paid_offline",
        label="Mark paid…",
        title="Mark paid offline",
        icon="cash",
        button="Propose marking {amount} as paid",
        summary="Billsby would record that the money came by other means and stop collecting. "
        "It cannot be taken back, nor refunded by Billsby later.",
        about=OF_INVOICE,
        fits=lambda invoice: invoice.status in CLOSABLE_STATUSES,
    ),
    Action(
        slug="write-off",
        model=Invoice,
        operation="billsby_write_off_invoice",
        label="Write off…",
        title="Write off",
        icon="file-x",
        button="Propose write-off of {amount}",
        summary="The debt would be given up for good. Billsby has no way to take this back.",
        about=OF_INVOICE,
        fits=lambda invoice: invoice.status in CLOSABLE_STATUSES,
    ),
    Action(
        slug="retry",
        model=CreditNote,
        operation="billsby_retry_credit_note_payment",
        label="Retry payout…",
        title="Retry payout",
        icon="rotate-clockwise",
        button="Propose retry of this payout",
        summary="Billsby would try once more to send the money to the customer.",
        about={"creditNoteNumber": "vendor_id"},
        fits=lambda note: note.status == "Failed",
    ),
    Action(
        slug="charge",
        model=Customer,
        operation="billsby_charge_customer",
        label="Charge once…",
        title="Charge once",
        icon="credit-card",
        button="Propose charge of {amount}",
        summary="Billsby would charge the customer's stored card at once, make an invoice and mail it.",
        about=OF_CUSTOMER,
        menus={"currency": Menu("Currency", currencies)},
        asks={"amount": "Amount", "description": "Description on the invoice"},
        amount="amount",
        fits=lambda customer: customer.card_status != "Missing",
    ),
    Action(
        slug="edit",
        model=Customer,
        operation="billsby_update_customer",
        label="Change details…",
        title="Change details",
        icon="pencil",
        button="Propose the changed details of {record}",
        summary="Billsby would store names, e-mail, billing address and telephone as they stand here.",
        about=OF_CUSTOMER,
        asks=PERSON,
        starts=contact,
    ),
    Action(
        slug="replace-card",
        model=Customer,
        operation="billsby_replace_payment_card",
        label="Replace the card…",
        title="Replace the card",
        icon="credit-card",
        button="Propose another card for {record}",
        summary="Billsby would charge later bills to the card that a token stands for. "
        "Never a card number: the token comes from Billsby's own card form.",
        about=OF_CUSTOMER,
        asks={
            "paymentCardToken": "Token of the card",
            "cardFullName": "Name on the card",
            "cardType": "Kind of card",
            "last4Digits": "Last four digits",
            "expiryMonth": "Expires in month",
            "expiryYear": "Expires in year",
        },
        starts=lambda customer: {"cardFullName": customer.name},
    ),
    Action(
        slug="ask-for-card",
        model=Customer,
        operation="billsby_request_payment_details",
        label="Ask for a new card…",
        title="Ask for a new card",
        icon="mail",
        button="Propose mail to {record}",
        summary="Billsby would mail the customer a link to renew their stored card. Nothing is charged.",
        about=OF_CUSTOMER,
    ),
    Action(
        slug="erase",
        model=Customer,
        operation="billsby_erase_customer_data",
        label="Erase personal data…",
        title="Erase personal data",
        icon="user",
        button="Propose erasing the personal data of {record}",
        summary="Billsby would erase name, address, e-mail and stored card for good. Invoices stay.",
        about=OF_CUSTOMER,
    ),
    Action(
        slug="delete",
        model=Customer,
        operation="billsby_delete_customer",
        label="Delete customer…",
        title="Delete customer",
        icon="trash",
        button="Propose deleting {record}",
        summary="Billsby would delete the customer with all invoices for good.",
        about=OF_CUSTOMER,
        obstacle=held_by_subscriptions,
    ),
    Action(
        slug="change-plan",
        model=Subscription,
        operation="billsby_change_plan",
        label="Change plan…",
        title="Change plan",
        icon="replace",
        button="Propose changing the plan of {record}",
        summary="Billsby decides what is charged; the proposal's card shows what would change.",
        about=OF_SUBSCRIPTION | {"customerUniqueId": "customer_vendor_id"},
        menus={"plan": Menu("Plan and billing cycle", plans)},
        picks=extras,
        asks={
            "planChangeType": "Takes effect",
            "units": "Units",
            "issueRefund": "Credit the unused part of the old plan",
        },
        fits=is_running,
    ),
    Action(
        slug="move-renewal",
        model=Subscription,
        operation="billsby_change_renewal_date",
        label="Move renewal or pause…",
        title="Move renewal or pause",
        icon="calendar",
        button="Propose the new renewal date of {record}",
        summary="The next bill would come on another day; with a pause, the subscription rests until then.",
        about=OF_SUBSCRIPTION,
        asks={"newRenewalDate": "Next billing on", "pauseSubscription": "Pause until then"},
        fits=is_running,
        starts=next_billing,
    ),
    Action(
        slug="change-usage",
        model=Subscription,
        operation="billsby_update_counter",
        label="Change usage…",
        title="Change usage",
        icon="plus",
        button="Propose the change of usage of {record}",
        summary="Billsby bills usage at the end of the period; the count follows shortly after the change.",
        about=OF_SUBSCRIPTION,
        menus={"counter": Menu("Counter", counted)},
        asks={"operationType": "Change", "value": "Units"},
        words={"Increment": "Raise by", "Decrement": "Lower by", "Set": "Set to"},
        fits=is_running,
    ),
    Action(
        slug="add-tags",
        model=Subscription,
        operation="billsby_add_subscription_tags",
        label="Add tags…",
        title="Add tags",
        icon="tag",
        button="Propose tags for {record}",
        summary="The tags would stand beside those of the plan. Nothing is charged.",
        about=OF_SUBSCRIPTION,
        asks={"tagNames": "Tags"},
    ),
    Action(
        slug="remove-tag",
        model=Subscription,
        operation="billsby_remove_subscription_tag",
        label="Remove a tag…",
        title="Remove a tag",
        icon="tag",
        button="Propose removing a tag of {record}",
        summary="Tags that come with the plan stay.",
        about=OF_SUBSCRIPTION,
        menus={"tag": Menu("Tag", own_tags)},
    ),
    Action(
        slug="ship-to",
        model=Subscription,
        operation="billsby_update_shipping_address",
        label="Change shipping address…",
        title="Change shipping address",
        icon="package",
        button="Propose the shipping address of {record}",
        summary="Billsby would store the whole address as it stands here. Nothing is charged.",
        about=OF_SUBSCRIPTION,
        asks=ADDRESS,
    ),
    Action(
        slug="cancel",
        model=Subscription,
        operation="billsby_cancel_subscription",
        label="Cancel…",
        title="Cancel",
        icon="ban",
        button="Propose cancelling {record}",
        summary="The subscription would end at once and for good. Nothing is refunded.",
        about=OF_SUBSCRIPTION | {"customerUniqueId": "customer_vendor_id"},
        fits=is_running,
        obstacle=held_by_invoices,
    ),
)
