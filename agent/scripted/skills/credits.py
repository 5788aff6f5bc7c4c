"""Free usage on an allowance: a counter is billed in arrears, so giving means taking off what was used."""

import re
from typing import Any

from agent.scripted.actions import Ask, Call, Script, ScriptStopped
from agent.scripted.names import EMAIL
from agent.scripted.quantities import quantity
from agent.scripted.records import Subscription, key_text, number, rows_of, text
from agent.scripted.skills.finding import Part, chooser, find_customer, find_subscription, numbered, shown
from agent.scripted.skills.proposing import propose
from agent.scripted.talk import Asked

GIVE = re.compile(
    r"\b(?:giv|gave|grant|add|credit|comp|gift|award|offer|provid|top|apply|applied|put|let"
    r"|load|throw|send|hook|issue|allocat|donat|bump)\w*\b",
    re.I,
)
USAGE = (
    r"(?:api[- ])?(?:credits?|calls?|requests?|tokens?|units?|messages?|minutes?|queries|hits"
    r"|events?|usages?|lookups?|api)"
)


def give_credits(asked: Asked) -> Script | None:
    if not GIVE.search(asked.text) or EMAIL.search(asked.text) and "BILL" in asked.text:
        return None
    amount = quantity(asked.text, USAGE)
    return give(asked, amount) if amount else None


def give(asked: Asked, amount: int) -> Script:
    customer = yield from find_customer(
        asked,
        r"\b(?:give|grant|gift|award|offer|provide|comp|send"
        r"|issue)\s+(?P<who>[\w&.'’\- ]+?)\s+(?:an?\s+|another\s+|some\s+|with\s+)?(?:free\s+"
        r"|extra\s+)?\d",
        r"\b(?:top up|credit|let)\s+(?P<who>[\w&.'’\- ]+?)(?:['’]s?\b|\s+(?:with|by|have|has)\b)",
        r"\b(?:to|for)\s+(?P<who>[\w&.'’\- ]+?)(?:['’]s?\b|\s+on\b|\s+for\b|[,.;!?]|\s*$)",
    )
    subscription = yield from find_subscription(asked, customer)
    allowance = yield from choose_allowance(asked, subscription)
    details = rows_of((yield Call("billsby_get_allowance", {"allowanceId": number(allowance["id"])})))
    counter = details[0].get("counter") if details else None
    counter_id = key_text(counter if isinstance(counter, dict) else {}, "counterId", "id")
    name = text(allowance, "displayName", "name")
    if not counter_id:
        return f"The allowance “{name}” names no counter, so there is nothing I could change."
    usage = yield from counted(asked, subscription, counter_id)
    unit = (text(details[0], "pluralUnitName") or "units") if details else "units"
    taken = min(amount, usage)
    explained = (
        f"{customer.title}'s subscription {subscription.id} has used {usage:,} {unit} of “{name}”"
        f"{included(allowance)}. The counter holds billable usage, so adding {amount:,} to it would charge "
        "them; giving them away means taking them off the usage."
    )
    if not taken:
        return f"{explained} Nothing is used in this period, so there is nothing to take off or propose."
    less = (
        f" Only {taken:,} are used, so I can take off {taken:,}, not {amount:,}; the other "
        f"{amount - taken:,} cannot be given in advance through the counter."
        if taken < amount
        else ""
    )
    step = Call(
        "billsby_update_counter",
        {
            "subscriptionUniqueId": subscription.id,
            "counterId": counter_id,
            "operationType": "Decrement",
            "value": taken,
        },
    )
    told = yield from propose(
        asked, [step], f"{taken:,} {unit} of “{name}” free of charge for {customer.title}."
    )
    return f"{explained}{less}\n\n{told}"


def choose_allowance(asked: Asked, subscription: Subscription) -> Part:
    rows = rows_of(
        (yield Call("billsby_list_subscription_allowances", {"subscriptionUniqueId": subscription.id}))
    )
    allowances = [row | {"id": row.get("id", row.get("allowanceId"))} for row in rows if row.get("name")]
    allowances = [row for row in allowances if number(row["id"]) is not None]
    if not allowances:
        raise ScriptStopped(
            f"Subscription {subscription.id} has no allowance, so there is no usage to take credits off. "
            "I proposed nothing."
        )
    said = {stem(word) for word in re.findall(r"\w+", asked.text.casefold())}
    scores = [
        len({stem(w) for w in re.findall(r"\w+", text(row, "name").casefold())} & said) for row in allowances
    ]
    best = [row for row, score in zip(allowances, scores, strict=True) if score == max(scores)]
    if len(best) == 1 and (max(scores) or len(allowances) == 1):
        return best[0]
    names = [text(row, "name") for row in best]
    chosen = yield Ask(f"Which allowance do you mean?\n{numbered(names)}", chooser(names))
    return best[chosen]


def stem(word: str) -> str:
    return word.removesuffix("s")


def counted(asked: Asked, subscription: Subscription, counter_id: str) -> Part:
    yield from shown(asked, "billsby_get_counter")
    arguments = {"subscriptionUniqueId": subscription.id, "counterId": counter_id}
    required = asked.talk.tools.get("billsby_get_counter", {}).get("required", ())
    if "from" in required or "to" in required:
        today = asked.talk.today
        arguments |= {"from": today.replace(day=1).isoformat(), "to": today.isoformat()}
    rows = rows_of((yield Call("billsby_get_counter", arguments)))
    usage = number(rows[0].get("usage")) if rows else None
    if usage is None:
        raise ScriptStopped(f"The counter {counter_id} did not tell its usage, so I proposed nothing.")
    return usage


def included(allowance: dict[str, Any]) -> str:
    units = number(allowance.get("includedUnits"))
    return f" ({units:,} are included)" if units else ""
