"""How it stands with a change that was proposed: for whoever asked for it, and cannot see the inbox."""

import re
from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.urls import reverse

from agent.tools.tool import Context, Tool, ToolError
from connectors.catalogue import find_operation
from connectors.money import to_decimal
from connectors.schemas import checked
from console.approvals.models import Proposal, Step
from console.approvals.queries import get_proposal_for
from console.ui import statuses

NAME = "get_proposal"
NUMBER = re.compile(r"(?:P-)?([1-9][0-9]{0,17})")
SCHEMA = {
    "type": "object",
    "properties": {
        "proposal": {"type": "string", "maxLength": 20, "description": "Its number, such as P-12."},
    },
    "required": ["proposal"],
    "additionalProperties": False,
}


def tool(*, only_own: bool = False) -> Tool:
    """only_own: tells of nothing but what the person asked for, whatever else they may see."""

    def run(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return told(found(context, arguments, only_own=only_own))

    return Tool(NAME, "Tell how it stands with a proposed change: waiting, done, refused.", SCHEMA, run)


def found(context: Context, arguments: Mapping[str, Any], *, only_own: bool) -> Proposal:
    given = checked(SCHEMA, arguments)["proposal"]
    number = NUMBER.fullmatch(given.strip().upper()) if isinstance(given, str) else None
    if number is None:
        raise ToolError("A proposal's number reads like P-12.")
    try:
        proposal = get_proposal_for(context.person, int(number[1]))
    except Http404:
        proposal = None
    is_hidden = proposal is None or not is_within_reach(context, proposal)
    if is_hidden or (only_own and proposal.requester_id != context.person.pk):
        raise ToolError(f"There is no proposal P-{number[1]} that you may see.")
    return proposal


def is_within_reach(context: Context, proposal: Proposal) -> bool:
    if context.connection_ids is not None and proposal.connection_id not in context.connection_ids:
        return False
    if context.tags is None:
        return True
    return all(not context.tags.isdisjoint(_tags_of(step)) for step in proposal.steps.all())


def told(proposal: Proposal) -> dict[str, Any]:
    """What it is, where it stands, and what became of each step."""
    return {
        "proposal": proposal.number,
        "status": proposal.status,
        "status_words": statuses.PROPOSAL[proposal.status].word,
        "sentence": proposal.sentence,
        "digest": proposal.digest,
        "money": _money(proposal),
        "asked_by": proposal.requester.get_full_name() or proposal.requester.get_username(),
        "decisions": [
            {"person": str(one.approver), "verdict": one.verdict} for one in proposal.decisions.all()
        ],
        "approvals_needed": proposal.needed_approvals,
        "expires_at": proposal.expires_at.isoformat(timespec="seconds"),
        "outcome": proposal.outcome,
        "steps": [_step(step) for step in proposal.steps.all()],
        "link": reverse("approvals:detail", args=[proposal.pk]),
        "note": _note(proposal),
    }


def _tags_of(step: Step) -> tuple[str, ...]:
    try:
        return find_operation(step.operation).tags
    except KeyError:  # an operation that is no more
        return ()


def _step(step: Step) -> dict[str, Any]:
    return {
        "position": step.position,
        "operation": step.operation,
        "status": step.status,
        "outcome": step.outcome,
        "results": step.results,
    }


def _money(proposal: Proposal) -> dict[str, Any] | None:
    """amount: in major units, as decimal text."""
    if proposal.amount_minor is None or not proposal.currency:
        return None
    amount = to_decimal(proposal.amount_minor, proposal.currency)
    return {"amount": str(amount), "currency": proposal.currency, "direction": proposal.shown_direction}


def _note(proposal: Proposal) -> str:
    match proposal.status:
        case Proposal.Status.PENDING:
            return "Proposed, not done. A person must approve it."
        case Proposal.Status.APPROVED | Proposal.Status.EXECUTING:
            return "Approved; being sent, or its effect being read back."
        case Proposal.Status.SUCCEEDED:
            return "Done: a fresh read shows the effect."
        case Proposal.Status.UNKNOWN | Proposal.Status.MANUAL_REVIEW:
            return "It may or may not have happened. It is not sent again; do not propose it again."
        case Proposal.Status.REJECTED:
            return "A person said no. Do not propose it again unchanged."
    return ""
