"""Refunding, cancelling, and both in the order that works."""

import re
from decimal import Decimal

from agent.scripted.actions import Ask, Call, Script, ScriptStopped
from agent.scripted.answers import is_yes
from agent.scripted.money import Amount, find_amounts, percent_of, show
from agent.scripted.names import INVOICE
from agent.scripted.records import Customer, Invoice, Subscription, status_words
from agent.scripted.skills.finding import (
    Part,
    bulleted,
    find_customer,
    find_invoices,
    find_subscription,
    get_invoice,
)
from agent.scripted.skills.proposing import propose
from agent.scripted.talk import Asked

CANCEL = re.compile(
    r"\bcancel\w*|\bterminat\w+|\b(?:end|stop|close|discontinue|quit"
    r"|drop)\b.{0,40}\b(?:subscription|plan|account|service)\b"
    r"|\bunsubscrib\w+|\bleav(?:e|es|ing)\b|\bchurn\w*|\bclos(?:e|ing) (?:her|his|their|its) account",
    re.I,
)
REFUND = re.compile(
    r"\brefund\w*|\bmoney back\b|\breimburs\w+|\b(?:pay|give|send|return|want)\w*\b.{0,50}\bback\b"
    r"|\breturn\w* (?:her|his|their|the) (?:money|payment|last|latest)",
    re.I,
)
PART = re.compile(r"\b(?:half|part(?:ial(?:ly)?|ly)?|some of)\b|(\d{1,2}(?:\.\d+)?)\s?(?:%|percent)", re.I)
REFUND_ONLY = re.compile(r"\brefund\b.{0,20}\b(?:only|alone)\b|\b(?:only|just)\b.{0,20}\brefund\b", re.I)

WHOSE = (
    r"\b(?:cancel|terminate|refund)(?:l?ing)?\s+(?P<who>[\w&.'’\- ]+?)(?=(?:'s|’s)\b|\s+(?:and"
    r"|for|the|her|his|their|from)\b|[,.;!?]|$)",
    r"(?:^|[.!?]\s+)(?P<who>[\w&.'’\- ]+?)\s+(?:wants?|would|is|has|asked|asks|requested|decided)\b",
)


def cancel_and_refund(asked: Asked) -> Script | None:
    return leave(asked) if CANCEL.search(asked.text) and REFUND.search(asked.text) else None


def refund_invoice(asked: Asked) -> Script | None:
    return refund(asked) if REFUND.search(asked.text) else None


def cancel_subscription(asked: Asked) -> Script | None:
    return cancel(asked) if CANCEL.search(asked.text) else None


def leave(asked: Asked) -> Script:
    customer = yield from find_customer(asked, *WHOSE)
    invoices = yield from find_invoices(customer)
    subscription = yield from find_subscription(asked, customer)
    paid = yield from paid_invoice(asked, customer, invoices)
    open_ones = [one for one in invoices if one.is_open]
    refundable = paid.refundable_minor or 0
    if not refundable:
        told = f"Nothing is left to refund on {paid.number} ({paid.amount})."
        if open_ones:
            return f"{told} {obstacle(customer, open_ones)}"
        if (yield Ask(f"{told} Shall I propose only the cancellation of {subscription.line}?", is_yes)):
            return (
                yield from propose(
                    asked, [cancel_step(customer, subscription)], f"{customer.title} wants to cancel."
                )
            )
        return "Then I propose nothing."
    amount = refund_amount(asked, paid)
    if open_ones:
        question = (
            f"{obstacle(customer, open_ones)} Shall I propose the refund of {show(amount, paid.currency)} on "
            f"{paid.number} alone for now?"
        )
        if (yield Ask(question, refund_only)):
            return (
                yield from propose(
                    asked, [refund_step(customer.id, paid, amount)], f"{customer.title} asked for a refund."
                )
            )
        return "Then I propose nothing. Tell me when the open invoices are settled."
    steps = [refund_step(customer.id, paid, amount), cancel_step(customer, subscription)]
    told = yield from propose(
        asked, steps, f"{customer.title} wants to cancel and get {paid.number} refunded."
    )
    return (
        f"For {customer.title}, in this order:\n1. Refund {show(amount, paid.currency)} on {paid.number}\n"
        f"2. Cancel {subscription.line}: at once, and it cannot be undone\n\n{told}"
    )


def obstacle(customer: Customer, open_ones: list[Invoice]) -> str:
    return (
        f"Billsby refuses a cancellation while invoices are open, and {customer.title} has:\n"
        f"{bulleted([one.line for one in open_ones])}\n\n"
        "They have to be collected, marked as paid offline or written off first, so I did not "
        "propose to cancel."
    )


def refund_only(answer: str) -> bool | None:
    return True if REFUND_ONLY.search(answer) else is_yes(answer)


def refund(asked: Asked) -> Script:
    invoice, customer_id = yield from refunded_invoice(asked)
    left = invoice.refundable_minor
    if not invoice.is_paid or not left:
        why = "nothing is left to refund" if invoice.is_paid else f"it is {status_words(invoice.status)}"
        return f"{invoice.number} ({invoice.amount}) cannot be refunded: {why}."
    amount = refund_amount(asked, invoice)
    if PART.search(asked.text) and not find_amounts(asked.text) and amount == left:
        answer = yield Ask(
            f"How much of {invoice.number}? Up to {show(left, invoice.currency)} can be refunded.",
            amount_answer,
        )
        amount = bounded(answer, invoice)
    part = (
        "in full"
        if amount == left
        else f"in part: {show(amount, invoice.currency)} of {show(left, invoice.currency)}"
    )
    told = yield from propose(
        asked, [refund_step(customer_id, invoice, amount)], f"Refund of {invoice.number} {part}."
    )
    return f"{invoice.line}. I would refund it {part}.\n\n{told}"


def refunded_invoice(asked: Asked) -> Part:
    numbers = INVOICE.findall(asked.text)
    if (
        not numbers
        and asked.talk.invoice_number
        and re.search(r"\b(?:it|that invoice|this invoice)\b", asked.text, re.I)
    ):
        numbers = [asked.talk.invoice_number]
    if numbers:
        invoice = yield from get_invoice(asked, numbers[0])
        return invoice, invoice.customer_id or invoice.number.rpartition("-")[0]
    customer = yield from find_customer(
        asked, r"\brefund(?:ing|ed)?\s+(?P<who>[\w&.'’\- ]+?)(?:'s|’s|\s+(?:for|the|her|his|their|[$€£¥\d]))"
    )
    invoice = yield from paid_invoice(asked, customer, (yield from find_invoices(customer)))
    return invoice, customer.id


def paid_invoice(asked: Asked, customer: Customer, invoices: list[Invoice]) -> Part:
    """The invoice named, else the latest that was paid."""
    named = set(INVOICE.findall(asked.text))
    paid = [one for one in invoices if one.is_paid and (not named or one.number in named)]
    if not paid:
        raise ScriptStopped(f"{customer.title} has no such paid invoice to refund, so I proposed nothing.")
    if paid[0].refundable_minor is None:
        return (yield from get_invoice(asked, paid[0].number))
    asked.talk.invoice_number = paid[0].number
    return paid[0]


def refund_amount(asked: Asked, invoice: Invoice) -> int:
    """Minor units: what was asked for, else all that can be refunded."""
    left = invoice.refundable_minor or 0
    if amounts := find_amounts(asked.text):
        return bounded(amounts[0], invoice)
    if match := PART.search(asked.text):
        if match[1]:
            return percent_of(invoice.amount_minor or left, Decimal(match[1]))
        if "half" in match[0].lower():
            return percent_of(invoice.amount_minor or left, Decimal(50))
    return left


def amount_answer(answer: str) -> Amount | None:
    return next(iter(find_amounts(answer)), None)


def bounded(amount: Amount, invoice: Invoice) -> int:
    amount = amount.in_currency(invoice.currency)
    left = invoice.refundable_minor or 0
    if amount.currency != invoice.currency:
        raise ScriptStopped(
            f"{invoice.number} is in {invoice.currency}, so I cannot refund {amount.written} on it."
        )
    if amount.minor is None:
        raise ScriptStopped(f"{amount.currency} has no unit as small as in {amount.written}.")
    if not 0 < amount.minor <= left:
        raise ScriptStopped(
            f"At most {show(left, invoice.currency)} can be refunded on {invoice.number}, "
            f"so I did not propose {show(amount.minor, amount.currency)}."
        )
    return amount.minor


def refund_step(customer_id: str, invoice: Invoice, amount_minor: int) -> Call:
    return Call(
        "billsby_refund_invoice",
        {"customerUniqueId": customer_id, "invoiceNumber": invoice.number, "amount": amount_minor},
    )


def cancel_step(customer: Customer, subscription: Subscription) -> Call:
    return Call(
        "billsby_cancel_subscription",
        {"subscriptionUniqueId": subscription.id, "customerUniqueId": customer.id},
    )


def cancel(asked: Asked) -> Script:
    customer = yield from find_customer(asked, *WHOSE)
    subscription = yield from find_subscription(asked, customer)
    if open_ones := [one for one in (yield from find_invoices(customer)) if one.is_open]:
        return obstacle(customer, open_ones)
    told = yield from propose(
        asked, [cancel_step(customer, subscription)], f"{customer.title} is to be cancelled."
    )
    return (
        f"{customer.title}: {subscription.line}. Cancelling takes effect at once and cannot be undone; "
        f"nothing is refunded by it.\n\n{told}"
    )
