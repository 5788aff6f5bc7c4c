"""Plain reads: one invoice, a customer's invoices, their plan, the customer, vendors, bills."""

import re
from datetime import timedelta
from typing import Any

from agent.scripted.actions import Call, Script, ScriptStopped
from agent.scripted.names import INVOICE, capitalised_runs, clean_name
from agent.scripted.quantities import days
from agent.scripted.records import (
    every,
    minor,
    plain_line,
    read_subscription,
    rows_of,
    shown,
    status_key,
    status_words,
    text,
)
from agent.scripted.skills.finding import (
    bulleted,
    find_customer,
    find_in_each_system,
    find_invoices,
    get_invoice,
    records,
    subscription_details,
)
from agent.scripted.skills.questions import more, note
from agent.scripted.talk import Asked

LOOK = re.compile(
    r"\b(?:show|list|find|get|see|display|pull|fetch|look|give|open|what|which|how|who|is|are"
    r"|does|do|has|have|tell|check|search|details?|status|any|view|read|print|when|why|latest"
    r"|last)\b",
    re.I,
)
PLAN = re.compile(
    r"\b(?:billed next|next bill\w*|renew\w*|plans?|subscriptions?|subscribed|tier|package)\b", re.I
)
BILLS = re.compile(r"\b(?:bills?|payables?)\b", re.I)
CHANGE = re.compile(
    r"\b(?:add|create|change|update|delete|remove|set|edit|pay|pause|archive|merge|rename"
    r"|replace|send|make)\b",
    re.I,
)
VENDOR = re.compile(r"\b(?:vendors?|suppliers?)\b", re.I)
STATUSES = {
    "unpaid": ("unpaid", "failed", "declined"),
    "open": ("open", "outstanding", "owe", "owes", "overdue", "due"),
    "paid": ("paid",),
    "pending": ("pending",),
}


def show_invoice(asked: Asked) -> Script | None:
    numbers = list(dict.fromkeys(INVOICE.findall(asked.text)))
    if not numbers and re.search(r"\b(?:that|this|the same) invoice\b", asked.text, re.I):
        numbers = [asked.talk.invoice_number] if asked.talk.invoice_number else []
    return invoices_by_number(asked, numbers) if numbers and len(asked.text) < 300 else None


def invoices_by_number(asked: Asked, numbers: list[str]) -> Script:
    lines = []
    for number in numbers:
        invoice = yield from get_invoice(asked, number)
        whose = f", {invoice.customer_name}" if invoice.customer_name else ""
        left = invoice.refundable_minor
        can = f", {shown({}, '', left, invoice.currency)} refundable" if left else ""
        lines.append(f"{invoice.line}{whose}{can}")
    return lines[0] + "." if len(lines) == 1 else bulleted(lines)


def list_invoices(asked: Asked) -> Script | None:
    said = asked.text
    owes = re.search(r"\b(?:owes?|owed|owing)\b", said, re.I)
    if not (re.search(r"\binvoices?\b", said, re.I) and LOOK.search(said)) and not owes:
        return None
    if re.search(r"\bcreate|\bissue\b|\bsend\b|\bdelete|\bdo we owe|\bwe owe\b", said, re.I):
        return None
    return invoices_of(asked)


def invoices_of(asked: Asked) -> Script:
    customers = yield from find_in_each_system(
        asked,
        r"\b(?:does|do|did|has|have|is|much)\s+(?P<who>[\w&.'’\- ]+?)\s+(?:owe|have|still|owing|currently)\b",
    )
    customer, invoices = customers[0], []
    for one in customers:
        invoices += yield from find_invoices(one)
    words = set(re.findall(r"\w+", asked.text.lower()))
    wanted = next((name for name, said in STATUSES.items() if words & set(said)), "")
    if wanted == "open":
        invoices = [one for one in invoices if one.is_open]
    elif wanted:
        invoices = [one for one in invoices if status_key(one.status) == wanted]
    if words & {"latest", "last", "newest"} and "invoice" in words:
        invoices = invoices[:1]
    named = f"{wanted} invoices" if wanted else "invoices"
    if not invoices:
        return f"{customer.title} has no {named}."
    return f"{customer.title}'s {named}:\n{bulleted([one.line for one in invoices])}"


def show_plan(asked: Asked) -> Script | None:
    return plan_of(asked) if PLAN.search(asked.text) and LOOK.search(asked.text) else None


def plan_of(asked: Asked) -> Script:
    customer = yield from find_customer(
        asked,
        r"\b(?:is|are|does|has|have)\s+(?P<who>[\w&.'’\- ]+?)\s+(?:on|have|subscribed|in|paying"
        r"|using|currently|now)\b",
    )
    result = yield Call("billsby_list_customer_subscriptions", {"customerUniqueId": customer.id})
    subscriptions = [read_subscription(row) for row in rows_of(result)]
    if not subscriptions:
        return f"{customer.title} has no subscription."
    lines = []
    for one in subscriptions:
        full = (yield from subscription_details(one)) if len(subscriptions) == 1 else one
        cycle = f", billed {every(full.frequency)}" if full.frequency else ""
        following = f", next billing {full.next_billing[:10]}" if full.next_billing and full.is_live else ""
        lines.append(f"{full.line}{cycle}{following}")
    if len(lines) == 1:
        return f"{customer.title} is on {lines[0]}."
    return f"{customer.title} has {len(lines)} subscriptions:\n{bulleted(lines)}"


def show_vendors(asked: Asked) -> Script | None:
    is_about_bills = BILLS.search(re.sub(r"\bBILL\b", "", asked.text))
    if not VENDOR.search(asked.text) or CHANGE.search(asked.text) or is_about_bills:
        return None
    return vendors(asked)


def vendors(asked: Asked) -> Script:
    name = about(asked.text)
    result = yield records("vendor", text=name or None)
    rows = rows_of(result)
    if not rows:
        return f"I found no vendor{f' for “{plain_line(name)}”' if name else ''}."
    lines = []
    for row in rows:
        parts = [text(row, "name", "company_name"), text(row, "email"), text(row, "vendor_id", "id")]
        parts.append(status_words(text(row, "status")))
        balance = minor(row, "balance_minor")
        parts.append(
            f"balance {shown(row, 'balance', balance, text(row, 'currency').upper())}" if balance else ""
        )
        lines.append(", ".join(part for part in parts if part))
    return f"Vendors I found:\n{bulleted(lines)}{more(result)}{note(result)}"


def show_bills(asked: Asked) -> Script | None:
    said = re.sub(r"\b(?:in|from|at|on) BILL\b", "", asked.text)
    owed = re.search(r"\b(?:do|should) we (?:owe|pay)|\bwe owe\b", said, re.I)
    return bills(asked) if owed or (BILLS.search(said) and LOOK.search(said)) else None


def bills(asked: Asked) -> Script:
    name = about(asked.text)
    within = days(asked.text)
    words = set(re.findall(r"\w+", asked.text.lower()))
    if words & {"week"} and within is None:
        within = 7
    due = bool(words & {"due", "open", "unpaid", "owe", "pay", "overdue", "payable", "payables"})
    where: list[tuple[str, str, Any]] = [("open_minor", ">", 0)] if due else []
    if due and within is not None:
        where.append(("due_on", "<=", (asked.talk.today + timedelta(days=within)).isoformat()))
    result = yield records("bill", *where, text=name or None, limit=50)
    rows = [row for row in rows_of(result) if not due or status_key(text(row, "status")) != "paid"]
    if not rows:
        whose = f" of “{plain_line(name)}”" if name else ""
        return f"I found no {'open ' if due else ''}bills{whose}.{note(result)}"
    lines = []
    for row in sorted(rows, key=lambda row: text(row, "due_on") or "9999"):
        currency = text(row, "currency").upper()
        name_of = "open" if due and minor(row, "open_minor") is not None else "amount"
        amount = shown(row, name_of, minor(row, f"{name_of}_minor"), currency)
        parts = [text(row, "vendor_name"), amount, status_words(text(row, "status"))]
        parts.append(f"due {text(row, 'due_on')}" if row.get("due_on") else "")
        lines.append(
            f"{text(row, 'number', 'vendor_id', 'id')}: " + ", ".join(part for part in parts if part)
        )
    return f"{'Open bills' if due else 'Bills'}:\n{bulleted(lines)}{more(result)}{note(result)}"


def explain_failure(asked: Asked) -> Script | None:
    asks = re.search(
        r"\bwhy\b.*\b(?:fail|declin|unpaid|bounc|go through|not paid)|\bpayment (?:logs?|attempts?"
        r"|history)\b",
        asked.text,
        re.I,
    )
    return attempts(asked) if asks else None


def attempts(asked: Asked) -> Script:
    if numbers := INVOICE.findall(asked.text):
        invoice = yield from get_invoice(asked, numbers[0])
    else:
        customer = yield from find_customer(asked)
        unpaid = [one for one in (yield from find_invoices(customer, "Unpaid")) if one.is_retryable]
        if not unpaid:
            return f"{customer.title} has no unpaid invoice."
        invoice = unpaid[0]
    whose = invoice.customer_id or invoice.number.rpartition("-")[0]
    call = Call("billsby_list_payment_logs", {"customerUniqueId": whose, "invoiceNumber": invoice.number})
    lines = []
    for row in rows_of((yield call)):
        parts = [
            text(row, "createdOn")[:16].replace("T", " "),
            text(row, "paymentMethod"),
            text(row, "gatewayName"),
        ]
        lines.append(", ".join(part for part in [*parts, status_words(text(row, "status"))] if part))
    if not lines:
        return f"{invoice.line}. Billsby lists no payment attempt for it."
    return f"{invoice.line}. Its payment attempts, as far as Billsby tells:\n{bulleted(lines)}"


def show_customer(asked: Asked) -> Script | None:
    wanted = re.search(
        r"\b(?:show|find|look ?up|search|who is|get|tell me about|do we have|details|e-?mail"
        r"|address|card|status|contact)\b",
        asked.text,
        re.I,
    )
    wanted = wanted and not CHANGE.search(asked.text)
    return customer_card(asked) if wanted and about(asked.text) and len(asked.text) < 160 else None


def customer_card(asked: Asked) -> Script:
    customer = yield from find_customer(asked, connector="any")
    if not customer.is_billsby:
        return f"{customer.line}."
    rows = rows_of((yield Call("billsby_get_customer", {"customerUniqueId": customer.id})))
    if not rows:
        raise ScriptStopped(f"{customer.line}. Billsby returned no details.")
    card = text(rows[0], "cardStatus", "card_status")
    return f"{customer.line}{f', card {status_words(card)}' if card else ''}."


def about(said: str) -> str:
    """A name in a short request, capitalised or after "vendor", "from", "find"."""
    runs = [run for run in capitalised_runs(INVOICE.sub(" ", said)) if clean_name(run)]
    if runs:
        return clean_name(runs[0])
    match = re.search(
        r"\b(?:vendors?|suppliers?|customers?|clients?|called|named|from|of|by|to|find|is"
        r"|about)\s+(?:named |called )?(?P<who>[\w&.'’\-]+(?: [\w&.'’\-]+){0,3})",
        said,
        re.I,
    )
    return clean_name(match["who"]) if match and match["who"].casefold() not in CHATTER else ""


CHATTER = {
    "due", "open", "unpaid", "list", "overdue", "soon", "paid", "that", "are", "do", "we", "have", "in",
    "bill", "us", "this", "week", "all",
}  # fmt: skip
