"""What a tool is, on whose behalf it runs, and how it says no."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from console.accounts.models import Person
from console.approvals.proposing import Origin


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

    connection_ids, tags: what it may reach beyond the person's rights; None is everything.
    """

    person: Person
    origin: Origin
    proposer_kind: str = "agent"
    evidence: Callable[[], Evidence] = field(default=Evidence)
    connection_ids: frozenset[int] | None = None
    tags: frozenset[str] | None = None


@dataclass(frozen=True)
class Tool:
    """run(context, arguments) answers a JSON-safe dict; it may block on a vendor, so never on the event loop.

    connector: "" for tools that read our own copy of the records. tags: the kinds of records it is about, as
    the catalogues name them. effects: of the operation, whose call a proposing tool only files.
    """

    name: str
    description: str
    schema: Mapping[str, Any]
    run: Callable[[Context, Mapping[str, Any]], dict[str, Any]]
    proposes: bool = False
    connector: str = ""
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    effects: frozenset[str] = frozenset({"read"})

    def as_function(self) -> dict[str, Any]:
        """The tool as the chat model's wire format wants it."""
        function = {"name": self.name, "description": self.description, "parameters": dict(self.schema)}
        return {"type": "function", "function": function}


class ToolError(Exception):
    """The tool cannot answer; str() tells the model and the person why."""
