"""How the thread looks: each finished block as HTML, the same in a page and in an event."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.template.loader import render_to_string

from agent.models import Conversation, Message, ToolCall
from agent.rendering import as_html, clean, leads_inside
from agent.tools import registry
from agent.tools.querying import QUERY
from console.accounts.models import Person
from console.approvals.models import Proposal
from console.mirror.models import KINDS
from console.mirror.models.syncs import words_for

MOST_ROWS = 12
MOST_FACTS = 12

# Kind of row -> (heading, field, how it is shown).
COLUMNS: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "customer": (
        ("Customer", "name", "link"),
        ("E-mail", "email", "text"),
        ("Status", "status", "status"),
        ("Balance", "balance_minor", "money"),
    ),
    "invoice": (
        ("Invoice", "number", "link"),
        ("Customer", "customer_name", "text"),
        ("Issued", "issued_at", "date"),
        ("Status", "status", "status"),
        ("Open", "open_minor", "money"),
        ("Amount", "amount_minor", "money"),
    ),
    "subscription": (
        ("Subscription", "vendor_id", "link"),
        ("Customer", "customer_name", "text"),
        ("Plan", "plan_name", "text"),
        ("Status", "status", "status"),
        ("Next billing", "next_billing_minor", "money"),
    ),
    "usage": (
        ("Allowance", "name", "link"),
        ("Customer", "customer_name", "text"),
        ("Used", "used", "text"),
        ("Included", "included", "text"),
        ("Over", "excess", "text"),
    ),
    "vendor": (
        ("Vendor", "name", "link"),
        ("E-mail", "email", "text"),
        ("Status", "status", "status"),
        ("Balance", "balance_minor", "money"),
    ),
    "spend": (
        ("Customer", "customer_name", "link"),
        ("Currency", "currency", "text"),
        ("Paid", "paid_minor", "money"),
        ("Credited", "credited_minor", "money"),
        ("Net", "net_minor", "money"),
    ),
    "receivable": (
        ("Customer", "customer_name", "link"),
        ("Invoices", "invoices", "text"),
        ("Oldest", "oldest_on", "date"),
        ("Open", "open_minor", "money"),
    ),
    "bill": (
        ("Bill", "number", "link"),
        ("Vendor", "vendor_name", "text"),
        ("Due", "due_on", "date"),
        ("Status", "status", "status"),
        ("Open", "open_minor", "money"),
    ),
    "payment": (
        ("Vendor", "vendor_name", "link"),
        ("Payment", "number", "text"),
        ("To be sent", "process_on", "date"),
        ("Status", "single_status", "status"),
        ("Amount", "amount_minor", "money"),
    ),
    "received_payment": (
        ("Customer", "customer_name", "link"),
        ("Received", "received_on", "date"),
        ("Status", "status", "status"),
        ("Amount", "amount_minor", "money"),
    ),
    "budget": (
        ("Budget", "name", "text"),
        ("Status", "status", "status"),
        ("Limit", "limit_minor", "money"),
        ("Spent", "spent_minor", "money"),
    ),
}
PHRASES = {
    "customer_spend": "Added up what a customer spent",
    "receivables_by_age": "Added up what is owed, by age",
    "propose_plan": "Propose a plan",
}
UNSAID = ("limit", "offset", "after", "reason", "kind", "order_by")
VERBS = {"get": "Read", "list": "Read", "read": "Read"}
SYSTEMS = {"billsby": "Billsby", "bill": "BILL"}


@dataclass(frozen=True)
class Cell:
    """One cell of a card's table. kind: link | text | date | status | money."""

    kind: str
    value: Any
    link: str = ""
    currency: str = ""


@dataclass(frozen=True)
class CallCard:
    """A tool call as people see it: one line, and behind it what was found."""

    call: ToolCall
    title: str
    subject: str
    count: str
    error: str
    headings: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: int
    facts: tuple[tuple[str, str], ...]
    source: str
    link: str  # the same rows on a page of the console, and what that page cannot say
    link_note: str
    proposal: Proposal | None
    person: Person


def message_html(message: Message) -> str:
    return clean(render_to_string("agent/_message.html", message_context(message)))


def message_context(message: Message, proposals: Mapping[str, Proposal] | None = None) -> dict[str, Any]:
    """proposals: those of the conversation by id as text, where the caller has read them already."""
    calls = message.tool_calls.all() if message.role == Message.Role.ASSISTANT else ()
    owner = message.conversation.owner
    shown = [call_card(call, owner, proposals) for call in calls]
    # While a message is written, its finished lines are shown as they will be, the rest as it comes.
    end = message.text.rfind("\n") + 1 if message.is_open else len(message.text)
    return {
        "message": message,
        "prose": as_html(message.text[:end]) if message.role == Message.Role.ASSISTANT else "",
        "tail": message.text[end:],
        "tail_at": browser_length(message.text[:end]),
        "reads": [card for card in shown if not proposes(card.call)],
        "writes": [card for card in shown if proposes(card.call)],
        "person": owner,
        "told": _proposal(message.proposal_id, proposals),
    }


def call_html(call: ToolCall, person: Person) -> str:
    template = "agent/_proposing.html" if proposes(call) else "agent/_call.html"
    return clean(render_to_string(template, {"card": call_card(call, person), "person": person}))


def turn_html(conversation: Conversation) -> str:
    return render_to_string("agent/_turn.html", {"conversation": conversation})


def proposes(call: ToolCall) -> bool:
    tool = registry.find_tool(call.name)
    return tool is not None and tool.proposes


def call_card(call: ToolCall, person: Person, proposals: Mapping[str, Proposal] | None = None) -> CallCard:
    result = call.result
    found = _found_rows(result)
    columns = _columns(result, found)
    return CallCard(
        call=call,
        title=title_of(call.name, call.given),
        subject=_subject(call.given, result),
        count=_count(result, found),
        error=str(result.get("error", "")),
        headings=tuple((heading, kind) for heading, _, kind in columns),
        rows=tuple(_cells(row, columns) for row in found[:MOST_ROWS]),
        more=max(0, len(found) - MOST_ROWS),
        facts=() if found or "rows" in result else tuple(_facts(result))[:MOST_FACTS],
        source=str(result.get("source", "")),
        link=_own_page(result),
        link_note=str(result.get("link_note", "")),
        proposal=_proposal(call.proposal_id, proposals),
        person=person,
    )


def title_of(name: str, given: Mapping[str, Any]) -> str:
    """billsby_list_customer_invoices -> Read customer invoices in Billsby."""
    if name == QUERY:
        kind = given.get("kind")
        verb = "Added up" if given.get("sum") or given.get("group_by") else "Looked up"
        return f"{verb} {words_for(kind) if kind in KINDS else 'records'}"
    if name in PHRASES:
        return PHRASES[name]
    system, _, rest = name.partition("_")
    if system not in SYSTEMS:
        return words(name)
    verb, _, noun = rest.removeprefix("v2_").partition("_")
    return f"{VERBS.get(verb, words(verb))} {noun.replace('_', ' ')} in {SYSTEMS[system]}"


def words(name: str) -> str:
    """nextBillingDate, open_minor -> Next billing date, Open."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("_", " ").replace(":", " by ").lower()
    spaced = spaced.removesuffix(" minor")
    return spaced[:1].upper() + spaced[1:]


def browser_length(text: str) -> int:
    """In UTF-16 units, as browsers count."""
    return len(text.encode("utf-16-le")) // 2


def _proposal(proposal_id: str, known: Mapping[str, Proposal] | None) -> Proposal | None:
    if not proposal_id:
        return None
    if known is not None and proposal_id in known:
        return known[proposal_id]
    return Proposal.objects.filter(pk=proposal_id).first()


def _subject(given: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """What was asked for, in a few words: values that are short enough to read, and what was understood."""
    values = [value for name, value in given.items() if name not in UNSAID]
    shown = [str(value) for value in values if isinstance(value, str | int) and not isinstance(value, bool)]
    brief = [text for text in shown if len(text) <= 40]
    return clean(", ".join([*brief, *map(str, result.get("understood") or [])])[:120])


def _found_rows(result: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = result.get("rows", result.get("data"))
    if isinstance(found, Mapping):
        lists = [inner for inner in found.values() if isinstance(inner, list) and inner]
        found = lists[0] if len(lists) == 1 and "rows" not in result and len(found) <= 4 else None
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def _columns(
    result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]
) -> tuple[tuple[str, str, str], ...]:
    if not rows:
        return ()
    if "grouped_by" in result:
        told = [key for key in rows[0] if f"{key}_minor" not in rows[0]]
        return tuple((words(key), key, _kind_of(key)) for key in told[:6])
    if known := COLUMNS.get(str(result.get("kind", ""))):
        return known
    plain = [key for key, value in rows[0].items() if isinstance(value, str | int) and key != "link"]
    return tuple((words(key), key, _kind_of(key)) for key in plain[:5])


def _kind_of(key: str) -> str:
    if key.endswith("_minor"):
        return "money"
    return "link" if key in ("number", "name") else "text"


def _cells(row: Mapping[str, Any], columns: Sequence[tuple[str, str, str]]) -> tuple[Cell, ...]:
    link, currency = _own_page(row), str(row.get("currency") or "")
    return tuple(
        Cell(kind, _shown(kind, row.get(field)), link if kind == "link" else "", currency)
        for _, field, kind in columns
    )


def _own_page(told: Mapping[str, Any]) -> str:
    link = str(told.get("link") or "")
    return link if leads_inside(link) else ""  # in a live reading a vendor may have written it


def _shown(kind: str, value: Any) -> Any:
    if kind == "money":
        return value if isinstance(value, int) else None
    if kind == "date" and isinstance(value, str):
        try:
            return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        except ValueError:
            return None
    return value


def _count(result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    if "rows" not in result and not rows:
        return ""
    if "grouped_by" in result:
        return f"{len(rows)} group" if len(rows) == 1 else f"{len(rows)} groups"
    counts = (result.get("count"), result.get("total"), len(rows))
    number = next(count for count in counts if isinstance(count, int))
    return f"{number} result" if number == 1 else f"{number} results"


def _facts(result: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """A single record as name and value, its plain values alone."""
    data = result.get("data", result)
    if not isinstance(data, Mapping):
        return
    for key, value in data.items():
        is_plain = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
        if is_plain and key not in ("error", "source", "as_of", "link", "note", "how", "next"):
            yield words(str(key)), str(value)[:120]
