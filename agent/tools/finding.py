"""Finding a tool by what it is for. Hundreds exist; a model is shown what most requests need, and finds more.

Some endpoints take no more than 128 tools at a time, and each one costs tokens in every request.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from agent.tools.tool import Context, Tool, ToolError
from connectors.schemas import checked

FIND = "find_tools"
FOUND_AT_ONCE = 5
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


def tool(ranked: Callable[[str], Sequence[tuple[float, Tool]]]) -> Tool:
    """ranked(text): (score, tool) of those that can be found, best first."""

    def run(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
        may_propose = context.person.has_perm("approvals.propose")
        text = checked(SCHEMA, arguments)["text"]
        if not isinstance(text, str):
            raise ToolError("Only a plan's steps can refer to results of other steps.")
        fitting = [one for _, one in ranked(text) if may_propose or not one.proposes]
        found = fitting[:FOUND_AT_ONCE]
        return {
            "tools": [_told(one) for one in found],
            "note": "They can be called now." if found else "Nothing fits; try other words.",
        }

    description = "Find tools by what they are for. Call it when none of those you are shown fits."
    return Tool(FIND, description, SCHEMA, run)


def _told(one: Tool) -> dict[str, Any]:
    return {
        "name": one.name,
        "description": one.sentence or one.description,
        "needs": list(one.schema.get("required", ())),
    }
