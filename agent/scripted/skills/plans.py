"""Changing plans, with a one-time fee where one is asked for."""

import re

from agent.scripted.actions import Ask, Call, Script, ScriptStopped
from agent.scripted.money import find_amounts
from agent.scripted.records import (
    PERIODS,
    Cycle,
    Plan,
    Subscription,
    every,
    key_text,
    plain_line,
    read_plan,
    rows_of,
)
from agent.scripted.skills.charges import CHARGE, charge_line, charge_step, fee_description
from agent.scripted.skills.finding import (
    Part,
    chooser,
    find_customer,
    find_subscription,
    numbered,
    subscription_details,
)
from agent.scripted.skills.proposing import propose
from agent.scripted.talk import Asked

MOVE = re.compile(
    r"\b(?:mov|upgrad|downgrad|switch|chang|migrat|transfer|shift|bump|put|tak|convert|promot"
    r"|go|step)\w*\b.*?\b(?:to|onto|on|into)\b",
    re.I | re.S,
)
SURELY = re.compile(r"\b(?:mov|upgrad|downgrad|switch|migrat)\w*\b", re.I)
PLAN_WORD = re.compile(r"\b(?:plan|tier|package|edition)\b|\b(?:up|down)grad", re.I)
NAMED = re.compile(
    r"\b(?:to|onto|on|into)\s+(?:(?:the|our|a|an)\s+)?(?P<plan>[\w&][\w&.+\- ]*?)"
    r"(?:\s+(?:plan|tier|package|edition)\b|(?=\s+(?:and|with|plus (?:an?|the|one|[$€£¥\d])"
    r"|then|at|from|on|for|as|now|once|immediately|effective|please|also|starting|right)\b)"
    r"|\s*[,.;:!?(]|\s*$)",
    re.I | re.M,
)
CALLED = re.compile(r"[“\"'‘](?P<plan>[^”\"'’]+)[”\"'’]\s+(?:plan|tier|package|edition)", re.I)
ON_RENEWAL = re.compile(
    r"\b(?:on|at|with|from|after|upon) (?:the |her |his |their |its )?(?:next )?(?:renewal"
    r"|billing|cycle)|\bnext (?:renewal|cycle|billing|period)"
    r"|\bend of (?:the |this |her |his |their )?(?:\w+ )?(?:period|cycle|month|term)",
    re.I,
)
CREDIT_BACK = re.compile(
    r"\b(?:credit|refund|pro-?rat\w*)\b.{0,40}\b(?:unused|remain\w+|rest|old plan|difference"
    r"|part)\b|\bpro-?rat\w+\b|\bissue (?:a |the )?refund\b",
    re.I,
)
NO_CREDIT = re.compile(r"\b(?:no|without|don'?t|do not)\b.{0,30}\b(?:refund|credit|pro-?rat)", re.I)
SPOKEN = {
    "daily": "daily",
    "weekly": "weekly",
    "monthly": "monthly",
    "yearly": "yearly",
    "annual": "yearly",
    "annually": "yearly",
}
MOST_PRODUCTS = 12


def change_plan(asked: Asked) -> Script | None:
    text = asked.text
    is_plan = (
        SURELY.search(text) or PLAN_WORD.search(text) or re.search(r"\b(?:to|onto)\s+(?:the\s+)?[A-Z]", text)
    )
    if not MOVE.search(text) or not is_plan:
        return None
    return change(asked) if plan_name(text) and not re.search(r"\bBILL\b|e-?mail address", text) else None


def plan_name(text: str) -> str:
    found = [match["plan"] for pattern in (CALLED, NAMED) for match in pattern.finditer(text)]
    told = re.search(
        r"\b(?:to|onto|on|into)\s+(?:the\s+|our\s+)?(?:plan"
        r"|tier)\s+[“\"']?(?P<plan>[\w&+\- ]+?)[”\"']?(?=\s+and\b|[,.;]|$)",
        text,
        re.I,
    )
    found = ([told["plan"]] if told else []) + found
    named = [
        name.strip()
        for name in found
        if not re.match(r"(?:her|his|their|next|renewal|bill|monthly|yearly|annual)\b", name, re.I)
    ]
    return named[0] if named else ""


def change(asked: Asked) -> Script:
    amounts = find_amounts(asked.text)
    wants_fee = bool(amounts) and bool(CHARGE.search(asked.text))
    customer = yield from find_customer(
        asked,
        r"\b(?:move|upgrade|downgrade|switch|migrate|transfer|put|shift|bump|convert|promote"
        r"|change|take)\s+(?P<who>[\w&.'’\- ]+?)(?:['’]s\b[^,.]*?|\s+over|\s+up)?\s+(?:to|onto|on"
        r"|into|from)\b",
    )
    subscription = yield from find_subscription(asked, customer)
    subscription = yield from subscription_details(subscription)
    plan, cycle = yield from choose_plan(asked, subscription)
    fee = amounts[0].in_currency(subscription.currency) if wants_fee else None
    when = "on_renewal" if ON_RENEWAL.search(asked.text) else "now"
    credits = bool(CREDIT_BACK.search(asked.text)) and not NO_CREDIT.search(asked.text)
    steps = [
        Call(
            "billsby_change_plan",
            {
                "subscriptionUniqueId": subscription.id,
                "customerUniqueId": customer.id,
                "planId": numeric(plan.id),
                "cycleId": numeric(cycle.id),
                "planChangeType": when,
                "issueRefund": credits,
            },
        )
    ]
    lines = [
        f"Change {customer.title} from {subscription.plan} to {plan.name}, {every(cycle.frequency)}, "
        + ("on the next renewal" if when == "on_renewal" else "now")
        + (", with the unused part credited" if credits else ", without a credit for the unused part")
    ]
    if fee:
        description = yield from fee_description(asked)
        steps.append(charge_step(customer, fee, description))
        lines.append(charge_line(customer, fee, description, subscription.currency))
    told = yield from propose(asked, steps, f"{customer.title} moves to {plan.name}.")
    steps_told = numbered(lines) if len(lines) > 1 else f"{lines[0]}."
    return f"{steps_told}\n\nBillsby decides what the change itself costs. {told}"


def numeric(key: str) -> int | str:
    return int(key) if key.isdecimal() else key


def choose_plan(asked: Asked, subscription: Subscription) -> Part:
    """The plan that was named, with a cycle as long as the present one (or as asked for)."""
    name = plan_name(asked.text)
    plans = (yield from plans_of(subscription.product_id)) if subscription.product_id else []
    found = named_plans(name, plans)
    if not found:
        others = [
            key_text(row, "productId", "vendor_id", "id")
            for row in rows_of((yield Call("billsby_list_products", {"page": 1, "pageSize": 100})))
        ]
        for product_id in [one for one in others if one and one != subscription.product_id][:MOST_PRODUCTS]:
            more = yield from plans_of(product_id)
            plans = plans + more
            found = found + named_plans(name, more)
    if not found:
        if not plans:
            raise ScriptStopped("I found no plans to change to, so I proposed nothing.")
        index = yield Ask(
            f"There is no plan “{plain_line(name)}”. Which of these do you mean?\n"
            + numbered([p.name for p in plans]),
            chooser([one.name for one in plans]),
        )
        found = [plans[index]]
    elif len(found) > 1:
        lines = [f"{one.name} (plan {one.id}, product {one.product_id})" for one in found]
        found = [
            found[(yield Ask(f"Several plans are called so. Which one?\n{numbered(lines)}", chooser(lines)))]
        ]
    cycle = yield from choose_cycle(asked, subscription, found[0])
    if found[0].id == subscription.plan_id and cycle.id == subscription.cycle_id:
        raise ScriptStopped(
            f"The subscription is on {found[0].name} already, {every(cycle.frequency)}: nothing to change."
        )
    return found[0], cycle


def plans_of(product_id: str) -> Part:
    result = yield Call("billsby_list_plans", {"productId": numeric(product_id)})
    return [plan for plan in map(read_plan, rows_of(result)) if plan.id]


def named_plans(name: str, plans: list[Plan]) -> list[Plan]:
    wanted = name.casefold()
    exact = [plan for plan in plans if wanted in plan.names]
    words = set(re.findall(r"\w+", wanted))
    return exact or [
        plan for plan in plans if any(words <= set(re.findall(r"\w+", known)) for known in plan.names)
    ]


def choose_cycle(asked: Asked, subscription: Subscription, plan: Plan) -> Part:
    said = next((SPOKEN[word] for word in re.findall(r"\w+", asked.text.lower()) if word in SPOKEN), None)
    wanted = (1, said) if said else subscription.frequency
    fitting = [cycle for cycle in plan.cycles if cycle.frequency == wanted]
    if fitting:
        return fitting[0]
    if not plan.cycles:
        raise ScriptStopped(f"The plan {plan.name} shows no billing cycle, so I cannot propose it.")
    lines = [every(cycle.frequency) for cycle in plan.cycles]
    chosen = yield Ask(
        f"{plan.name} is not billed {every(wanted)}. Which cycle should it be?\n{numbered(lines)}",
        chooser([f"{line} {PERIODS[line] + 'ly' if line in PERIODS else ''}" for line in lines]),
    )
    cycle: Cycle = plan.cycles[chosen]
    return cycle
