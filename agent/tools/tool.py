"""What a tool is, on whose behalf it runs, and how it says no."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from console.accounts.models import Person
from console.approvals.proposing import Origin

UNTOLD = frozenset(
    [
        "title",
        "additionalProperties",
        "pattern",
        "minimum",
        "maximum",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
    ]
)
TOLD_ONCE = frozenset(  # in the instructions, or by the answers that want it given back
    [
        "One sentence for the approver: why this change is wanted.",
        "How many rows at most.",
        "Go on after an earlier answer: the text it gave as next.",
        "The order: by when they were made or changed, oldest (asc) or newest (desc) first.",
    ]
)


@dataclass(frozen=True)
class Evidence:
    """Where the values of a proposal may have come from.

    said: what people typed, as (short name, text). results: what reading tools answered, oldest first.
    """

    said: tuple[tuple[str, str], ...] = ()
    results: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Context:
    """On whose behalf a tool runs, and from where. evidence is asked for only by tools that propose.

    connection_ids, tags: what it may reach of all that the person may; None is everything. ceilings: the most
    that one proposal may move, in minor units by currency; {} where the person's own limits are enough.
    offered: the names of the tools that it was shown; None is no matter.
    """

    person: Person
    origin: Origin
    proposer_kind: str = "agent"
    evidence: Callable[[], Evidence] = field(default=Evidence)
    connection_ids: frozenset[int] | None = None
    tags: frozenset[str] | None = None
    ceilings: Mapping[str, int] = field(default_factory=dict)
    offered: frozenset[str] | None = None

    def refuse_unseen(self, name: str) -> None:
        """Nothing is called whose sentence and arguments were not read."""
        if self.offered is not None and name not in self.offered:
            raise ToolError(
                f"{name} is not among the tools you are shown. Look for it first: call find_tools."
            )


@dataclass(frozen=True)
class Tool:
    """run(context, arguments) answers a JSON-safe dict; it may block on a vendor, so never on the event loop.

    connector: "" for tools that read our own copy of the records. tags: the kinds of records it is about, as
    the catalogues name them. wants_all_tags: whether it answers only who reaches every one of them. effects:
    of the operation, whose call a proposing tool only files.
    sentence: what of the description is this tool's own, "" for all of it.
    """

    name: str
    description: str
    schema: Mapping[str, Any]
    run: Callable[[Context, Mapping[str, Any]], dict[str, Any]]
    proposes: bool = False
    connector: str = ""
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    wants_all_tags: bool = False
    effects: frozenset[str] = frozenset({"read"})
    sentence: str = ""

    @cached_property
    def function(self) -> dict[str, Any]:
        """The tool as the chat model's wire format wants it, and no longer than it must be.

        What every tool says alike stands in the instructions. Bounds cost a fifth of all tokens, and are told
        when they are overstepped; titles are for forms.
        """
        told = {"name": self.name, "description": self.sentence or self.description}
        return {"type": "function", "function": told | {"parameters": brief(self.schema)}}

    @cached_property
    def function_text(self) -> str:
        """The same as JSON, written once: it goes into every request."""
        return json.dumps(self.function, ensure_ascii=False, separators=(",", ":"))


def brief(schema: Any) -> Any:
    """A schema by which arguments are written, not the one by which they are checked."""
    if isinstance(schema, list):
        return [brief(one) for one in schema]
    if not isinstance(schema, Mapping):
        return schema
    return {
        key: {name: brief(inner) for name, inner in value.items()} if key == "properties" else brief(value)
        for key, value in schema.items()
        if not (
            key in UNTOLD or key == "required" and not value or key == "description" and value in TOLD_ONCE
        )
    }


class ToolError(Exception):
    """The tool cannot answer; str() tells the model and the person why."""
