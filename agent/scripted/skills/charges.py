"""One-time charges."""

import re

from agent.scripted.actions import Ask, Call, Script, ScriptStopped
from agent.scripted.money import Amount, find_amounts, show
from agent.scripted.records import Customer, plain_line, rows_of
from agent.scripted.skills.finding import Part, find_customer
from agent.scripted.skills.proposing import propose
from agent.scripted.talk import Asked

CHARGE = re.compile(
    r"\b(?:charg|bill|invoic|debit)\w*\b|\b(?:add|apply|collect|take"
    r"|include)\b.{0,40}\b(?:charge|fee)\b|\bfee\b",
    re.I,
)


def charge_customer(asked: Asked) -> Script | None:
    if not CHARGE.search(asked.text) or not (
        find_amounts(asked.text) or re.search(r"\b(?:charge|debit)\b.*\d", asked.text, re.I)
    ):
        return None
    return charge(asked)


def charge(asked: Asked) -> Script:
    customer = yield from find_customer(
        asked,
        r"\b(?:charge|bill|invoice|debit)\s+(?P<who>[\w&.'’\- ]+?)\s+(?:an?\b|the\b|[$€£¥]|\d|[A-Z]{3}\s?\d)",
    )
    amount = next(iter(find_amounts(asked.text)), None)
    result = yield Call("billsby_list_customer_subscriptions", {"customerUniqueId": customer.id})
    own = next((str(row["currency"]).upper() for row in rows_of(result) if row.get("currency")), "")
    if amount is None:
        amount = yield Ask(
            "How much, and in which currency? For example: 50 USD.",
            lambda said: next(iter(find_amounts(said)), None),
        )
    amount = amount.in_currency(own)
    description = yield from fee_description(asked)
    step = charge_step(customer, amount, description)
    told = yield from propose(asked, [step], f"{description} for {customer.title}.")
    line = charge_line(customer, amount, description, own)
    return f"{line}. The card is charged at once and the invoice is e-mailed.\n\n{told}"


def charge_step(customer: Customer, amount: Amount, description: str) -> Call:
    if amount.minor is None:
        raise ScriptStopped(
            f"{amount.currency} has no unit as small as in {amount.written}, so I proposed nothing."
        )
    if amount.minor <= 0:
        raise ScriptStopped("A charge has to be more than zero, so I proposed nothing.")
    return Call(
        "billsby_charge_customer",
        {
            "customerUniqueId": customer.id,
            "currencyCode": amount.currency,
            "amount": amount.minor,
            "description": description,
        },
    )


def charge_line(customer: Customer, amount: Amount, description: str, own: str) -> str:
    other = f" (their subscription is in {own})" if own and own != amount.currency else ""
    return f"Charge {customer.title} {show(amount.minor or 0, amount.currency)}{other} once: {description}"


FEE = re.compile(
    r"\b(?P<fee>(?:(?!(?:an?|the|this|that|and|to|with|of|for|plan|tier"
    r"|charge)\b)[\w-]+\s+){1,3}?(?:fee|costs?|deposit|surcharge))\b(?!\s*(?:of|her|him"
    r"|them)\b\s*\w+\s+to)",
    re.I,
)
PURPOSE = re.compile(
    r"\b(?:for|as|towards|covering)\s+(?:(?:the|a|an|our|their|her"
    r"|his)\s+)?(?P<purpose>[^.,;!?\n]{2,80}?)(?=\s+(?:today|now|please|and)\b|[.,;!?\n]|$)",
    re.I,
)
NOT_FEE = {
    "a", "an", "the", "one", "and", "once", "one-time", "onetime", "single", "charge", "charged",
    "also", "add", "of", "with", "flat", "additional", "extra", "plus", "us",
}  # fmt: skip


def fee_description(asked: Asked) -> Part:
    """What the invoice will say, in the person's own words."""
    without = "  ".join(asked.text.split())
    for amount in find_amounts(asked.text):
        without = without.replace("  ".join(amount.written.split()), " ")
    without = " ".join(without.split())
    for match in FEE.finditer(without):
        words = match["fee"].split()
        while words and words[0].casefold() in NOT_FEE:
            words.pop(0)
        if len(words) > 1:
            text = " ".join(words)
            return text[0].upper() + text[1:]
    name = asked.talk.customer.title.casefold() if asked.talk.customer else ""
    for match in PURPOSE.finditer(without):
        purpose = re.sub(
            rf"\s+(?:to|from|by|for)\s+{re.escape(name)}$", "", match["purpose"].strip(), flags=re.I
        )
        if (
            purpose
            and purpose.casefold() not in (name, "of")
            and not (name and name.startswith(purpose.casefold()))
        ):
            return purpose[0].upper() + purpose[1:]
    said = yield Ask("What should the invoice say the charge is for?", lambda answer: answer.strip() or None)
    return plain_line(said)
