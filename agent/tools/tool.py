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
    offered: the names of the tools that it was shown; None is no matter.
    """

    person: Person
    origin: Origin
    proposer_kind: str = "agent"
    evidence: Callable[[], Evidence] = field(default=Evidence)
    connection_ids: frozenset[int] | None = None
    tags: frozenset[str] | None = None
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
