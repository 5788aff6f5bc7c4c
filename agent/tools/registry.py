"""What a model can call: one flat list of tools, the same for the chat and for outside clients."""

import json
import logging
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import ceil
from typing import Any

from agent.tools import finding, mirror, proposals, proposing, querying, reading
from agent.tools.ranking import Index
from agent.tools.tool import Context, Tool, ToolError
from agent.tools.usage import common_tools
from connectors.errors import ArgumentsError, RateLimitedError, VendorError
from console.accounts.models import Person
from console.approvals.errors import ApprovalError

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What a call came to. answer: the JSON text the model is told."""

    answer: str
    failed: bool
    proposal_id: str = ""


@cache
def all_tools() -> Mapping[str, Tool]:
    tools = [querying.tool(), *mirror.tools(), *reading.tools(), *proposing.tools(), proposals.tool()]
    return {tool.name: tool for tool in (*tools, finding.tool(ranked))}


@cache
def _index() -> Index:
    return Index([tool for tool in all_tools().values() if tool.connector])


def ranked(text: str) -> list[tuple[float, Tool]]:
    """(score, tool) of the vendors' operations that have anything of what somebody wants, best first."""
    return _index().rank(text)


@cache
def _aliases() -> Mapping[str, str]:
    return {alias: tool.name for tool in all_tools().values() for alias in tool.aliases}


def find_tool(name: str) -> Tool | None:
    return all_tools().get(_aliases().get(name, name))


def tools_for(person: Person, found: Sequence[str] = ()) -> list[Tool]:
    """What this person's model is shown, in a steady order; proposing only for those who may.

    All that reaches no vendor, the operations used most, and last those it has found in the order of finding:
    requests begin alike, so that endpoints can use what they remember of the one before.
    """
    may_propose, common = person.has_perm("approvals.propose"), common_tools()
    always = [tool.name for tool in all_tools().values() if not tool.connector or tool.name in common]
    names = dict.fromkeys([*always, *(name for name in found if name in all_tools())])
    return [all_tools()[name] for name in names if may_propose or not all_tools()[name].proposes]


def call_tool(
    context: Context, name: str, arguments: str | Mapping[str, Any], *, among: Iterable[Tool] | None = None
) -> Outcome:
    """Run one tool. Whatever goes wrong is an answer the model can act on; nothing is raised.

    among: the only ones that may be called, as they are given here; without it, every tool there is.
    """
    try:
        result = _run(context, name, arguments, among)
    except RateLimitedError as error:
        wait_s = error.retry_after_s
        return _failure(str(error), **({} if wait_s is None else {"retry_after_s": ceil(wait_s)}))
    except (ToolError, VendorError, ApprovalError) as error:
        return _failure(str(error))
    except ArgumentsError as error:
        return _failure("The arguments do not fit.", problems=list(error.problems))
    except Exception:
        reference = secrets.token_hex(4)
        logger.exception("Tool %s failed (reference %s)", name, reference)
        return _failure(f"The tool failed here, not at the vendor. Reference {reference}.")
    proposal_id = str(result.pop("proposal_id", ""))
    return Outcome(as_json(result), failed="error" in result, proposal_id=proposal_id)


def _run(
    context: Context, name: str, arguments: str | Mapping[str, Any], among: Iterable[Tool] | None
) -> dict[str, Any]:
    tool = find_tool(name)
    if among is not None and tool is not None:
        tool = next((one for one in among if one.name == tool.name), None)
    if tool is None:
        raise ToolError(f"There is no tool called {name}.")
    if tool.proposes and not context.person.has_perm("approvals.propose"):
        raise ToolError(f"{context.person} may not propose changes.")
    context.refuse_unseen(tool.name)
    return tool.run(context, _read_arguments(arguments))


def _read_arguments(arguments: str | Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        if isinstance(arguments, str):
            arguments = json.loads(arguments or "{}", parse_float=Decimal)
        _refuse_unstorable(arguments)
    except ArithmeticError:
        raise ToolError("The arguments hold a number beyond all bounds.") from None
    except ValueError as error:
        raise ToolError(
            f"The arguments are not valid JSON ({error}). Call again with one JSON object."
        ) from None
    except RecursionError:
        raise ToolError("The arguments are nested too deeply.") from None
    if not isinstance(arguments, Mapping):
        raise ToolError("The arguments must be one JSON object.")
    return arguments


def _refuse_unstorable(arguments: Any) -> None:
    """Half a character and NUL pass for JSON, and no database takes them. Raises ValueError."""
    written = json.dumps(arguments, ensure_ascii=False, default=str)
    written.encode()
    if "\\u0000" in written:
        raise ValueError("the character NUL")


def _failure(sentence: str, **more: Any) -> Outcome:
    return Outcome(as_json({"error": sentence, **more}), failed=True)


def as_json(result: Mapping[str, Any]) -> str:
    return json.dumps(result, ensure_ascii=False, separators=(",", ":"))
