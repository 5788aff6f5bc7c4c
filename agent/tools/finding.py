"""Finding a tool by what it is for. Hundreds exist; a model is shown what most requests need, and finds more.

Some endpoints take no more than 128 tools at a time, and each one costs tokens in every request.
"""

import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from agent.tools.tool import Context, Tool

FIND = "find_tools"
FOUND_AT_ONCE = 12
SHOWN_WHOLE = 64  # a system with more operations than this shows its common ones alone
COMMON = frozenset(
    [
        *("bill_list_customers", "bill_get_customer", "bill_create_customer"),
        *("bill_list_customer_contacts", "bill_create_customer_contact"),
        *("bill_list_invoices", "bill_get_invoice", "bill_create_invoice"),
        *("bill_list_vendors", "bill_get_vendor", "bill_create_vendor"),
        *("bill_list_bills", "bill_get_bill", "bill_create_bill"),
        *("bill_list_payments", "bill_get_payment", "bill_create_payment"),
        *("bill_v2_list_customers", "bill_v2_read_customer", "bill_v2_create_customer"),
    ]
)
# What staff say, and what the operations say.
SYNONYMS = {
    "pay": "payment",
    "paid": "payment",
    "employee": "user",
    "colleague": "user",
    "limit": "budget",
    "expense": "reimbursement",
    "attach": "document",
    "attachment": "document",
    "pdf": "document",
    "supplier": "vendor",
    "stop": "cancel",
    "undo": "void",
    "reverse": "void",
    "deny": "approve",
    "webhook": "subscription",
    "iban": "bank",
}
SCHEMA = {
    "type": "object",
    "properties": {
        "text": {
            "type": "string",
            "minLength": 1,
            "maxLength": 200,
            "description": "What is to be done or known, in a few words, such as: void a payment.",
        }
    },
    "required": ["text"],
    "additionalProperties": False,
}


def tool(others: Sequence[Tool]) -> Tool:
    """The tool that finds the others."""

    def run(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
        may_propose = context.person.has_perm("approvals.propose")
        found = best(arguments["text"], [one for one in others if may_propose or not one.proposes])
        return {
            "tools": [{"name": one.name, "description": one.description} for one in found],
            "note": "They can be called from now on." if found else "Nothing fits; try other words.",
        }

    description = "Find tools by what they are for. Call it when none of those you are shown fits."
    return Tool(FIND, description, SCHEMA, run)


def shown(tools: Iterable[Tool], found: Collection[str]) -> list[Tool]:
    """What a model is offered: the common ones, and those it has found."""
    listed = list(tools)
    sizes = Counter(one.connector for one in listed)
    return [
        one
        for one in listed
        if not one.connector or sizes[one.connector] <= SHOWN_WHOLE or one.name in COMMON or one.name in found
    ]


def best(text: str, tools: Sequence[Tool]) -> list[Tool]:
    """The tools whose names and sentences have most of these words, rare words counting for more."""
    said = [words_of(one) for one in tools]
    known = Counter(word for words in said for word in words)
    asked = set(split(text))
    scores = [
        sum(
            weight * math.log(1 + len(tools) / known[word]) for word, weight in words.items() if word in asked
        )
        for words in said
    ]
    ranked = sorted(zip(scores, tools, strict=True), key=lambda pair: (-pair[0], pair[1].name))
    return [one for score, one in ranked[:FOUND_AT_ONCE] if score > 0]


def words_of(one: Tool) -> Mapping[str, float]:
    """A word of the name counts three times one of the sentences."""
    weights = dict.fromkeys(split(one.description), 1.0)
    for name in (one.name, *one.aliases):
        weights |= dict.fromkeys(split(name), 3.0)
    return weights


def split(text: str) -> list[str]:
    words = [word.removesuffix("s") for word in re.findall(r"[a-z0-9]+", text.lower())]
    return [SYNONYMS.get(word, word) for word in words if len(word) > 2]
