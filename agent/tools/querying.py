"""The one tool for questions about many records of a kind: it narrows, groups, counts and adds up."""

from collections.abc import Mapping
from typing import Any

from agent.tools.mirror import LIMIT, SOURCE_NOTE, refuse_outside, refuse_references, tags_of, told
from agent.tools.tool import Context, Tool, ToolError
from connectors.schemas import checked
from console.mirror.asking import Question, ask
from console.mirror.columns import QuestionError, columns_of
from console.mirror.conditions import OPERATORS, Condition
from console.mirror.listings import LISTINGS
from console.mirror.models import KINDS

QUERY = "query_records"
LARGEST = 2**53
COMMON = ("vendor_id", "fetched_at", "connector")
NAME = {"type": "string", "maxLength": 60}
VALUE = {
    "type": ["string", "integer", "boolean", "array"],
    "maxLength": 200,
    "maxItems": 50,
    "minimum": -LARGEST,
    "maximum": LARGEST,
    "description": "Amounts in minor units. Days as 2026-05-31, or: last quarter, this month, year to date, "
    "last 30 days, 2026-05. For in a list. Empty text is nothing. Or another field's name.",
}


def names(description: str) -> dict[str, Any]:
    return {"type": "array", "maxItems": 4, "items": NAME, "description": description}


SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"type": "string", "enum": list(KINDS)},
        "text": {
            "type": "string",
            "maxLength": 200,
            "description": "Words of names and numbers, or an id.",
        },
        "where": {
            "type": "array",
            "maxItems": 12,
            "description": "Conditions; all must hold.",
            "items": {
                "type": "object",
                "properties": {
                    "field": NAME,
                    "op": {"type": "string", "enum": list(OPERATORS)},
                    "value": VALUE,
                },
                "required": ["field", "op", "value"],
                "additionalProperties": False,
            },
        },
        "group_by": names("Fields, of a day also its month, quarter, week or year: issued_at:month."),
        "sum": names("Fields to add up, by currency."),
        "order_by": {
            **NAME,
            "description": "A field, or of groups count or a sum. -field for downwards.",
        },
        "limit": LIMIT,
        "offset": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1_000_000,
            "default": 0,
            "description": "Rows to skip: an earlier answer's next_offset.",
        },
    },
    "required": ["kind"],
    "additionalProperties": False,
}


def tool() -> Tool:
    def run(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
        refuse_references(arguments)
        given = checked(SCHEMA, arguments)
        refuse_outside(context, [given["kind"]])
        where = [Condition(**one) for one in given.pop("where", ())]
        try:
            answer = ask(Question(where=where, **given), connection_ids=context.connection_ids)
        except QuestionError as error:
            raise ToolError(str(error)) from None
        return told(answer, offset=given["offset"])

    return Tool(
        name=QUERY,
        description="Find records of one kind, narrow, group, count and add them up: any question about many "
        f"records. {SOURCE_NOTE} {fields_told()}",
        schema=SCHEMA,
        run=run,
        tags=tags_of(KINDS),
    )


def fields_told() -> str:
    """What the kinds that people list most have, so that nobody must ask for it first."""
    kinds = []
    for model in LISTINGS:
        own = [name for name in columns_of(model) if name not in COMMON and not name.endswith("_vendor_id")]
        kinds.append(f"{model.KIND}: {', '.join(own)}")
    return (
        f"Fields of all kinds: {', '.join(COMMON)}, and such as customer_vendor_id of whose they are. "
        f"Besides: {'; '.join(kinds)}. A wrong name is answered with the right ones."
    )
