"""Collecting, writing off and marking invoices."""

import re

from agent.scripted.actions import Call, Script, ScriptStopped
from agent.scripted.names import INVOICE
from agent.scripted.records import Invoice, status_words
from agent.scripted.skills.finding import Part, bulleted, find_customer, find_invoices, get_invoice
from agent.scripted.skills.proposing import propose
from agent.scripted.talk import Asked

TRY = re.compile(
    r"(?<!the )(?<!that )(?<!your )(?<!last )\b(?:re-?try|re-?tried|re-?trying|re-?attempt"
    r"|re-?run|re-?charge|re-?process|re-?submit|re-?collect|recover|collect)\w*"
    r"|\b(?:try|charge|run|attempt|bill|process|take|put|debit)\b.{0,70}\b(?:again|once more"
    r"|another (?:go|try|time)|through)\b"
    r"|\btry (?:to )?(?:collect|charg)\w*|\b(?:another|new|second|fresh) (?:attempt|try|go)\b|\btry again\b"
    r"|\b(?:attempt|try|take) (?:the |her |his |their )?(?:\w+ )?payments?\b",
    re.I,
)
OWED = re.compile(
    r"\b(?:invoices?|payments?|bills?|charges?|cards?|owes?|owed|debts?|balances?|amounts?)\b", re.I
)
NEW_CARD = re.compile(
    r"\b(?:new|updated?|replaced|changed|fixed|different|valid|working|renewed"
    r"|corrected)\b.{0,30}\b(?:card|payment (?:method|details))\b",
    re.I,
)
UNPAID = re.compile(r"\b(?:failed|unpaid|declined|outstanding|open|overdue|past.due|bounced|missed)\b", re.I)
WRITE_OFF = re.compile(
    r"\b(?:write|writing|wrote|written)[ -]?(?:\w+ ){0,4}?(?:[\w-]+ )?off\b|\bwrite-?off\b|\bforgive\b", re.I
)
OFFLINE = re.compile(
    r"\bpaid (?:\w+ ){0,3}?(?:off-?line|by (?:bank|wire|check|cheque|cash|transfer)|in cash|outside|manually)"
    r"|\bmark\b.{0,60}\b(?:as )?paid\b|\boffline payment\b|\bpaid us (?:by|via|with)\b",
    re.I,
)


def retry_payment(asked: Asked) -> Script | None:
    text = asked.text
    wants = bool(TRY.search(text)) and bool(OWED.search(text) or INVOICE.search(text))
    return retry(asked) if wants or (NEW_CARD.search(text) and UNPAID.search(text)) else None


def retry(asked: Asked) -> Script:
    if numbers := INVOICE.findall(asked.text):
        return (yield from retry_numbers(asked, list(dict.fromkeys(numbers))))
    customer = yield from find_customer(asked)
    invoices = yield from find_invoices(customer, "Unpaid")
    due = [one for one in invoices if one.is_retryable]
    if not due:
        waiting = [one for one in invoices if one.is_open]
        rest = (
            f" These are open, but not failed:\n{bulleted([one.line for one in waiting])}" if waiting else ""
        )
        return f"{customer.title} has no unpaid invoice, so there is no payment to retry.{rest}"
    told = yield from propose(
        asked, [retry_step(one) for one in due], f"{customer.title}: unpaid, to be collected again."
    )
    noun = "unpaid invoice" if len(due) == 1 else "unpaid invoices"
    return f"{customer.title} has {len(due)} {noun}:\n{bulleted([one.line for one in due])}\n\n{told}"


def retry_numbers(asked: Asked, numbers: list[str]) -> Part:
    due, settled = [], []
    for number in numbers:
        invoice = yield from get_invoice(asked, number)
        (due if invoice.is_retryable else settled).append(invoice)
    remarks = [
        f"{one.number} is {status_words(one.status)}, so there is nothing to retry on it." for one in settled
    ]
    if due:
        remarks.append(
            (yield from propose(asked, [retry_step(one) for one in due], "Unpaid, to be collected again."))
        )
    return "\n\n".join(remarks)


def retry_step(invoice: Invoice) -> Call:
    return Call("billsby_retry_invoice_payment", {"invoiceNumber": invoice.number})


def write_off(asked: Asked) -> Script | None:
    return settle(asked, "billsby_write_off_invoice", "write off") if WRITE_OFF.search(asked.text) else None


def mark_paid_offline(asked: Asked) -> Script | None:
    if not OFFLINE.search(asked.text):
        return None
    return settle(asked, "billsby_mark_invoice_paid_offline", "mark as paid offline")


def settle(asked: Asked, operation: str, verb: str) -> Script:
    invoices = yield from meant_open(asked, verb)
    told = yield from propose(asked, [Call(operation, {"invoiceNumber": one.number}) for one in invoices], "")
    return f"{bulleted([one.line for one in invoices])}\n\n{told}"


def meant_open(asked: Asked, verb: str) -> Part:
    """Open invoices that are named, or the only one their customer has."""
    if numbers := list(dict.fromkeys(INVOICE.findall(asked.text))):
        invoices = []
        for number in numbers:
            invoices.append((yield from get_invoice(asked, number)))
        if settled := [one for one in invoices if not one.is_open]:
            raise ScriptStopped(
                " ".join(
                    f"{one.number} is {status_words(one.status)}, so there is nothing to {verb}."
                    for one in settled
                )
            )
        return invoices
    customer = yield from find_customer(asked)
    invoices = [one for one in (yield from find_invoices(customer)) if one.is_open]
    if not invoices:
        raise ScriptStopped(f"{customer.title} has no open invoice, so there is nothing to {verb}.")
    if len(invoices) > 1 and not re.search(r"\b(?:all|both|every|each)\b", asked.text, re.I):
        raise ScriptStopped(
            f"{customer.title} has {len(invoices)} open invoices. Tell me the number of the one to {verb}:\n"
            + bulleted([one.line for one in invoices])
        )
    return invoices
