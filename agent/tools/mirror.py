"""Questions about many records, answered by the database from our own copy of them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from agent.tools.cutting import cut
from agent.tools.tool import Context, Tool, ToolError
from connectors.schemas import checked, is_reference
from console.mirror import queries
from console.mirror.models.syncs import words_for

MOST_ROWS = 50
SOURCE_NOTE = "From our copy of the records."
OLDEST_DAYS = 36_500
YEARS = range(1900, 2201)
# Under which of the catalogues' tags each kind of record goes: those of the operations that read it live.
TAGS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("customer", "customer_contact"), ("customers",)),
    "customer_bank_account": ("customers", "bank accounts"),
    "custom_field_response": ("customers", "custom fields"),
    "custom_field": ("custom fields",),
    **dict.fromkeys(("subscription", "subscription_add_on", "tag", "event"), ("subscriptions",)),
    "usage": ("subscriptions", "counters"),
    **dict.fromkeys(("invoice", "invoice_line"), ("invoices",)),
    "payment_log": ("invoices", "payments"),
    "credit_note": ("credit notes",),
    "credit_memo": ("credit memos",),
    "received_payment": ("received payments",),
    **dict.fromkeys(("product", "plan", "cycle", "add_on"), ("products",)),
    "allowance": ("counters",),
    **dict.fromkeys(("vendor", "vendor_bank_account"), ("vendors",)),
    "bill": ("bills",),
    "payment": ("payments",),
    "vendor_credit": ("vendor credits",),
    "classification": ("classifications",),
    "funding_account": ("funding",),
    "budget": ("budgets",),
    **dict.fromkeys(("spend_card", "spend_transaction"), ("cards",)),
}
QUERY_NAMES = {"from": "date_from", "to": "date_to"}  # where a tool's word is none for Python
CONNECTOR = {
    "type": "string",
    "enum": ["billsby", "bill"],
    "description": "Only records of this system; both when left out.",
}
CUSTOMER = {
    "type": "string",
    "maxLength": 200,
    "description": "A customer's id at the vendor, or words of name or e-mail.",
}
LIMIT = {
    "type": "integer",
    "minimum": 1,
    "maximum": MOST_ROWS,
    "default": 20,
    "description": "How many rows at most.",
}


def day(description: str) -> dict[str, str]:
    return {"type": "string", "format": "date", "description": description}


def tools() -> list[Tool]:
    return [
        _tool(
            "customer_spend",
            "spend",
            queries.customer_spend,
            "Add up what a customer paid and was credited in a year or between two days, by currency.",
            {
                "customer": CUSTOMER,
                "year": {
                    "type": "integer",
                    "minimum": 2000,
                    "maximum": 2100,
                    "description": "A calendar year.",
                },
                "from": day("The first day counted."),
                "to": day("The last day counted."),
                "limit": LIMIT,
            },
            required=["customer"],
            reads=("invoice", "credit_note"),
        ),
        _tool(
            "receivables_by_age",
            "receivable",
            queries.receivables_by_age,
            "Add up open invoices by customer and currency: who owes us, how much, and for how long.",
            {
                "min_days": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": OLDEST_DAYS,
                    "default": 0,
                    "description": "Only invoices at least so many days old.",
                },
                "connector": CONNECTOR,
                "limit": LIMIT,
            },
            reads=("invoice",),
        ),
    ]


def _tool(
    name: str,
    kind: str,
    query: Callable[..., dict[str, Any]],
    description: str,
    properties: Mapping[str, Any],
    *,
    reads: tuple[str, ...],
    required: list[str] | None = None,
) -> Tool:
    """A query as a tool, days given as text. kind: of its rows. reads: the kinds of records that it reads."""
    schema = {
        "type": "object",
        "properties": dict(properties),
        "required": required or [],
        "additionalProperties": False,
    }

    def run(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
        refuse_outside(context, reads)
        refuse_references(arguments)
        given = {
            QUERY_NAMES.get(key, key): _read_day(value) if properties[key].get("format") == "date" else value
            for key, value in checked(schema, arguments).items()
        }
        return told({"kind": kind, **query(**given, connection_ids=context.connection_ids)})

    return Tool(
        name=name,
        description=f"{description} {SOURCE_NOTE}",
        schema=schema,
        run=run,
        tags=tags_of(reads),
        wants_all_tags=True,
    )


def told(answer: dict[str, Any], *, offset: int | None = None) -> dict[str, Any]:
    """Within the bound, with its source. offset: of its first row, where the rest can be asked for."""
    answer, was_cut = cut(answer)
    if was_cut:
        answer |= {"more": True, "how": "The answer was cut. Ask for fewer rows, or narrower."}
    if was_cut and offset is not None and "rows" in answer:
        answer["next_offset"] = offset + len(answer["rows"])
    return answer | {"source": "Our copy of the records"}


def refuse_references(given: Any) -> None:
    """Raises ToolError for what stands for a later result, anywhere in the arguments."""
    if is_reference(given):
        raise ToolError("Only a plan's steps can refer to results of other steps.")
    inner = given.values() if isinstance(given, Mapping) else given if isinstance(given, list) else ()
    for value in inner:
        refuse_references(value)


def tags_of(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag for kind in kinds for tag in TAGS[kind]))


def refuse_outside(context: Context, kinds: Iterable[str]) -> None:
    """Raises ToolError where one of these kinds is not among what may be reached."""
    for kind in kinds:
        if context.tags is not None and context.tags.isdisjoint(TAGS[kind]):
            raise ToolError(f"This access does not reach {words_for(kind)}.")


def _read_day(text: str) -> date:
    read = date.fromisoformat(text)
    if read.year not in YEARS:  # at the ends of the calendar the next day, or the same in UTC, does not exist
        raise ToolError(f"{text} is not a day that a record could have.")
    return read
