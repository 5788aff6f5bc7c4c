"""Which tools an access may see and call, by its effects, tags, connections and the rights of its person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

from agent.mcp.access import Granted
from agent.tools import finding, proposals, proposing
from agent.tools.registry import all_tools, find_tool, ranked
from agent.tools.tool import Context, Tool, ToolError
from agent.tools.usage import common_tools
from console.approvals.models import Proposal
from console.approvals.proposing import Origin

READ, PROPOSE = "read", "propose"
LONGEST_CLIENT = 80  # of its own name on the card, where its person and token must stand too
# They are about no kind of record: what they find, file or tell is held to the filter by themselves.
ABOUT_NOTHING = frozenset({finding.FIND, proposing.PLAN, proposals.NAME})


@dataclass(frozen=True)
class Filter:
    """What an access comes to now. Two that are equal have the same tools. tags, connectors: None is all."""

    effects: frozenset[str]
    tags: frozenset[str] | None
    connectors: frozenset[str] | None

    def lets(self, tool: Tool) -> bool:
        return self._lets_effect(tool) and self._lets_tags(tool) and self._lets_connector(tool)

    def _lets_effect(self, tool: Tool) -> bool:
        if tool.name in ABOUT_NOTHING and not tool.proposes:
            return bool(self.effects)
        return (PROPOSE if tool.proposes else READ) in self.effects

    def _lets_tags(self, tool: Tool) -> bool:
        if self.tags is None or tool.name in ABOUT_NOTHING:
            return True
        wanted = self.tags.intersection(tool.tags)
        return len(wanted) == len(tool.tags) if tool.wants_all_tags else bool(wanted)

    def _lets_connector(self, tool: Tool) -> bool:
        return self.connectors is None or not tool.connector or tool.connector in self.connectors


def filter_of(granted: Granted) -> Filter:
    chosen = _given_to(granted)
    return chosen if may_propose(granted) else _reading_alone(chosen)


def may_propose(granted: Granted) -> bool:
    """Whether its person may; and never for somebody whose proposals its maker could approve."""
    access, person = granted.access, granted.person
    if PROPOSE not in access.effects or not person.has_perm("approvals.propose"):
        return False
    return access.made_by_id == person.pk or not access.made_by.has_perm("approvals.decide")


def _given_to(granted: Granted) -> Filter:
    """What was chosen for it, whatever its person may do now."""
    access = granted.access
    return Filter(
        effects=frozenset(access.effects),
        tags=frozenset(access.tags) or None,
        connectors=frozenset(granted.reach.values()) or None,
    )


def _reading_alone(chosen: Filter) -> Filter:
    return replace(chosen, effects=chosen.effects - {PROPOSE})


def tools_of(granted: Granted) -> list[Tool]:
    """Every tool it may call, in a steady order."""
    return list(tools_under(filter_of(granted)))


def tools_for(granted: Granted, name: str) -> Sequence[Tool]:
    """The tools among which it may call this one. What only reads does not depend on who may propose."""
    tool = find_tool(name)
    if tool and not tool.proposes and tool.name not in ABOUT_NOTHING:
        return tools_under(_reading_alone(_given_to(granted)))
    return tools_of(granted)


@lru_cache(maxsize=256)
def tools_under(chosen: Filter) -> tuple[Tool, ...]:
    """The tools of a filter. Those that reach others, to find or to plan with, reach only these."""
    tools = [tool for tool in all_tools().values() if chosen.lets(tool)]
    names = frozenset(name for tool in tools if tool.proposes for name in (tool.name, *tool.aliases))
    return tuple(_kept_to(chosen, tool, frozenset(tool.name for tool in tools), names) for tool in tools)


def listed(granted: Granted) -> list[Tool]:
    """What it is shown unasked: all of them, or the common ones and the search for the rest."""
    tools = tools_of(granted)
    if granted.access.shows == granted.access.Shows.WHOLE:
        return tools
    common = common_tools()
    return [tool for tool in tools if not tool.connector or tool.name in common]


def context_of(granted: Granted, client: str) -> Context:
    """On whose behalf its tools run. client: its name, as it says."""
    access = granted.access
    told = f"{client[:LONGEST_CLIENT] or 'A client'} for {granted.person}, through MCP (token {access.name})"
    return Context(
        person=granted.person,
        origin=Origin("mcp", str(access.pk), told),
        proposer_kind=Proposal.ProposerKind.MCP,
        connection_ids=frozenset(granted.reach) or None,
        tags=frozenset(access.tags) or None,
        ceilings=access.ceilings,
    )


def _kept_to(chosen: Filter, tool: Tool, known: frozenset[str], names: frozenset[str]) -> Tool:
    """known: the names of all its tools. names: what the steps of a plan may be called."""
    if tool.name == finding.FIND:
        return finding.tool(lambda text: [pair for pair in ranked(text) if pair[1].name in known])
    if tool.name == proposals.NAME and READ not in chosen.effects:
        return proposals.tool(only_own=True)
    if tool.name != proposing.PLAN:
        return tool

    def run(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
        steps = arguments.get("steps")
        for step in steps if isinstance(steps, list) else ():
            operation = step.get("operation") if isinstance(step, Mapping) else None
            if isinstance(operation, str) and operation not in names:
                raise ToolError(f"There is no tool called {operation} for this access.")
        return tool.run(context, arguments)

    return replace(tool, run=run)


@cache
def all_tags() -> tuple[str, ...]:
    """The kinds of records there are tools for."""
    return tuple(sorted({tag for tool in all_tools().values() for tag in tool.tags}))
