"""Questions over many records; the mirror adds up, nothing is computed here."""

import re
from typing import Any

from agent.scripted.actions import Call, Script
from agent.scripted.money import show
from agent.scripted.names import parties
from agent.scripted.quantities import days, period
from agent.scripted.records import link_of, linked, minor, number, pick, plain_line, rows_of, text
from agent.scripted.skills.finding import bulleted, find_in_each_system
from agent.scripted.talk import Asked

LONGEST_NOTE = 400
SPENT = re.compile(
    r"\b(?:spen[dt]\w*|revenue|turnover)\b|\b(?:how much|what|total)\b.{0,60}\b(?:pa(?:y|id)"
    r"|bought|bring|brought|billed|earn(?:ed)?|ma(?:k|d)e|get|got|worth)\b"
    r"|\bpa(?:y|id)\b.{0,30}\b(?:in total|so far|this year|last year|in 20\d\d)\b"
    r"|\btotal\b.{0,30}\b(?:payments|paid)\b",
    re.I,
)
OWED = re.compile(
    r"\b(?:owes?|owing|owed|outstanding|overdue|past[- ]due|receivables?|ag(?:e)?ing|aged"
    r"|in arrears|late|unpaid|not paid|hasn'?t paid|haven'?t paid|open invoices"
    r"|open balances?)\b",
    re.I,
)
MANY = re.compile(
    r"\b(?:who|whose|which (?:of our )?(?:customers|clients|accounts|companies)|by (?:customer"
    r"|client)|per (?:customer|client)|(?:our|all|every|each|the|any) (?:\w+ )?(?:customers?"
    r"|clients?|accounts|debtors)(?! (?-i:[A-Z]))|customers|clients|everyone|everybody|anyone"
    r"|receivables|owed to us|are we owed|ag(?:e)?ing)\b",
    re.I,
)


def receivables(asked: Asked) -> Script | None:
    is_about_many = MANY.search(asked.text) or (days(asked.text) and not parties(asked.text))
    return age(asked) if OWED.search(asked.text) and is_about_many else None


def customer_spend(asked: Asked) -> Script | None:
    return (
        spend(asked)
        if SPENT.search(asked.text)
        and not re.search(r"\b(?:owes?|refund|unpaid|we (?:owe|pay|paid|spent?))\b", asked.text, re.I)
        else None
    )


def spend(asked: Asked) -> Script:
    customers = yield from find_in_each_system(
        asked,
        r"\b(?:did|has|have|does)\s+(?P<who>[\w&.'’\- ]+?)\s+(?:spen[dt]|pa(?:y|id)|bought|bring"
        r"|brought|been)\b",
        r"\b(?:revenue|turnover|made?|earn(?:ed)?|total|spend(?:ing)?|paid|payments"
        r"|money)\b.{0,25}?\b(?:from|by|of|for|with|on)\s+(?P<who>[\w&.'’\- ]+?)(?=\s+(?:this|last"
        r"|in|since|so|during|over|for)\b|[,.;?!]|$)",
    )
    start, end = period(asked.text, asked.talk.today)
    properties = asked.talk.tools.get("customer_spend", {}).get("properties", {})
    is_year = (
        start.year == end.year
        and (start.month, start.day) == (1, 1)
        and (end.month == 12 or end == asked.talk.today)
    )
    if is_year and "year" in properties:
        days_meant: dict[str, Any] = {"year": start.year}
    else:
        days_meant = {"from": start.isoformat(), "to": end.isoformat()}
    results = yield tuple(Call("customer_spend", {"customer": one.id, **days_meant}) for one in customers)
    since = f"from {start.isoformat()} to {end.isoformat()}"
    told = [
        spent_by(f"{one.title}, in {one.system}," if len(customers) > 1 else one.title, since, result)
        for one, result in zip(customers, results, strict=True)
    ]
    return "\n\n".join(told) + note(results[0])


def spent_by(who: str, since: str, result: dict[str, Any]) -> str:
    if text(result, "from") and text(result, "to"):
        since = f"from {text(result, 'from')} to {text(result, 'to')}"
    totals = [row for row in result.get("totals") or [] if isinstance(row, dict)]
    if not totals:
        return f"{who} paid nothing {since}, as far as the console's records show."
    lines = [spent_line(row) for row in totals]
    if len(lines) == 1:
        return f"{who} spent {since}: {lines[0]}."
    return f"{who} spent {since}:\n{bulleted(lines)}\n\nCurrencies are kept apart, not added up."


def age(asked: Asked) -> Script:
    least = days(asked.text) or 0
    connector = (
        "billsby"
        if re.search(r"\bbillsby\b", asked.text, re.I)
        else "bill"
        if re.search(r"\b(?:in|from) BILL\b", asked.text)
        else None
    )
    result = yield Call("receivables_by_age", {"min_days": least, "connector": connector})
    rows = [row for row in rows_of(result) if "totals" not in row]
    how_old = f"at least {least} days old" if least else "of any age"
    if not rows:
        return f"Nobody owes us anything {how_old}.{note(result)}"
    totals = [total(row, "open") for row in result.get("totals") or [] if isinstance(row, dict)]
    lines = [f"{debtor(row)}: {total(row, 'open')}{oldest(row)}" for row in rows]
    summed = f"\n\nIn all: {', '.join(totals)}." if totals else ""
    listed = f"These customers owe us amounts {how_old}:\n{bulleted(lines, 40)}"
    return f"{listed}{summed}{more(result)}{note(result)}"


def spent_line(row: dict[str, Any]) -> str:
    """One currency's sum; what was credited stands apart where the tool tells it."""
    count = number(row.get("invoices"))
    on = f" on {count} invoice{'s' if count != 1 else ''}" if count else ""
    if "net_minor" not in row:
        return total(row, "amount") + on
    credited = (
        f", less {total(row, 'credited')} credited: {total(row, 'net')}" if row.get("credited_minor") else ""
    )
    return f"{total(row, 'paid')}{on}{credited}"


def debtor(row: dict[str, Any]) -> str:
    return linked(text(row, "customer", "customer_name", "name"), link_of(row))


def total(row: dict[str, Any], name: str) -> str:
    currency = text(row, "currency").upper()
    given = row.get(name)
    if isinstance(given, str) and given:
        shown = plain_line(given)
    else:
        amount = minor(row, f"{name}_minor")
        shown = show(amount, currency) if amount is not None else "amount not told"
    return shown if currency in shown or not currency else f"{shown} ({currency})"


def oldest(row: dict[str, Any]) -> str:
    age_days, since, count = (
        number(row.get("oldest_days")),
        text(row, "oldest_on"),
        number(row.get("invoices")),
    )
    parts = [f"{count} invoice{'s' if count != 1 else ''}" if count else ""]
    parts.append(
        f"oldest {age_days} days" if age_days is not None else f"oldest from {since}" if since else ""
    )
    told = ", ".join(part for part in parts if part)
    return f" ({told})" if told else ""


def note(result: dict[str, Any]) -> str:
    parts = [plain_line(pick(result, "note") or "", LONGEST_NOTE)]
    if as_of := text(result, "as_of"):
        parts.append(f"As of {as_of[:16].replace('T', ' ')} UTC.")
    told = " ".join(part if part.endswith(".") else f"{part}." for part in parts if part)
    return f"\n\n{told}" if told else ""


def more(result: dict[str, Any]) -> str:
    return "\n\nThere are more than these; ask me to narrow it down." if result.get("more") else ""
