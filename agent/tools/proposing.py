"""Every operation that is not a mere read becomes a tool that files a proposal, and sends nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse

from agent.tools.provenance import sources_of
from agent.tools.tool import Context, Tool, ToolError
from connectors.catalogue import Operation, find_operation
from connectors.registry import connectors
from console.approvals.errors import AlreadyProposedError
from console.approvals.models import Proposal
from console.approvals.proposing import StepDraft, propose
from console.connections.clients import connection_for
from console.connections.models import Connection

FILES = "Files a proposal for a person to approve; does nothing by itself."
NOTE = "Proposed, not done. A person must approve it."
REASON = {
    "type": "string",
    "minLength": 1,
    "maxLength": 500,
    "description": "One sentence for the approver: why this change is wanted.",
}
PLAN = "propose_plan"
PLAN_SCHEMA = {
    "type": "object",
    "properties": {
        "steps": {
            "type": "array",
            "minItems": 1,
            "maxItems": 10,
            "description": "The writes in order, all in one system.",
            "items": {
                "type": "object",
                "properties": {
                    "operation": {
                        "type": "string",
                        "description": "The name of a tool that changes something.",
                    },
                    "arguments": {
                        "type": "object",
                        "description": (
                            'That tool\'s arguments without reason. {"$ref": {"step": 1, "result": "id"}} '
                            "stands for a result of an earlier step."
                        ),
                    },
                },
                "required": ["operation", "arguments"],
                "additionalProperties": False,
            },
        },
        "reason": REASON,
    },
    "required": ["steps", "reason"],
    "additionalProperties": False,
}


def tools() -> list[Tool]:
    writes = [
        _tool(operation)
        for vendor in connectors()
        for operation in vendor.catalogue.operations.values()
        if not operation.is_read
    ]
    plan = Tool(
        name=PLAN,
        description=(
            "Propose several changes as one plan under one decision; they run in order and stop at the first "
            "surprise. Files a proposal, does nothing by itself."
        ),
        schema=PLAN_SCHEMA,
        run=_propose_plan,
        proposes=True,
    )
    return [*writes, plan]


def _tool(operation: Operation) -> Tool:
    schema = operation.input_schema

    def run(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in arguments.items() if name != "reason"}
        return file(context, [(operation.name, given)], arguments.get("reason"))

    return Tool(
        name=operation.name,
        description=f"{operation.description} {FILES}",
        schema={
            **schema,
            "properties": {**schema["properties"], "reason": REASON},
            "required": [*schema.get("required", []), "reason"],
        },
        run=run,
        proposes=True,
        connector=operation.connector,
        aliases=operation.aliases,
        tags=operation.tags,
        effects=operation.effects,
        sentence=operation.description,
    )


def _propose_plan(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
    steps = arguments.get("steps")
    if not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
        raise ToolError("steps must be a list of objects with operation and arguments.")
    writes = []
    for step in steps:
        given = step.get("arguments")
        if not isinstance(given, Mapping):
            raise ToolError("Each step needs arguments, an object.")
        context.refuse_unseen(_operation(str(step.get("operation", ""))).name)
        writes.append((str(step.get("operation", "")), {k: v for k, v in given.items() if k != "reason"}))
    return file(context, writes, arguments.get("reason"))


def file(context: Context, writes: Sequence[tuple[str, Mapping[str, Any]]], reason: object) -> dict[str, Any]:
    """File the writes as one proposal. `proposal_id` in the answer is for the caller, not for the model."""
    if not isinstance(reason, str) or not reason.strip():
        raise ToolError("Give a reason: one sentence for the approver.")
    _refuse_what_was_rejected(context, writes)
    evidence = context.evidence()
    drafts = [
        StepDraft(operation=name, arguments=arguments, sources=sources_of(arguments, evidence))
        for name, arguments in writes
    ]
    try:
        proposal = propose(
            actor=context.person,
            steps=drafts,
            reason=reason,
            origin=context.origin,
            proposer_kind=context.proposer_kind,
            connection=_account_of(context, writes),
            ceilings=context.ceilings,
        )
    except AlreadyProposedError as error:
        held = error.proposal
        return {
            "proposal": held.number,
            "status": held.status,
            "sentence": held.sentence,
            "note": f"{error} It was not filed a second time; refer people to {held.number}.",
            "link": link(held),
            "proposal_id": held.pk,
        }
    return {
        "proposal": proposal.number,
        "status": proposal.status,
        "sentence": proposal.sentence,
        "note": NOTE,
        "link": link(proposal),
        "proposal_id": proposal.pk,
    }


def _account_of(context: Context, writes: Sequence[tuple[str, Mapping[str, Any]]]) -> Connection | None:
    """The account that whoever asks is kept to; None where he is kept to none."""
    if context.connection_ids is None or not writes:
        return None
    return connection_for(find_operation(writes[0][0]).connector, among=context.connection_ids)


def link(proposal: Proposal) -> str:
    return reverse("approvals:detail", args=[proposal.pk])


def _refuse_what_was_rejected(context: Context, writes: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    """Rejected means dead: the same change is not asked for again where a person said no to it."""
    wanted = [_normal(name, arguments) for name, arguments in writes]
    rejected = Proposal.objects.filter(
        origin_kind=context.origin.kind, origin_id=context.origin.id, status=Proposal.Status.REJECTED
    ).prefetch_related("steps")
    for proposal in rejected:
        if [_normal(step.operation, step.arguments) for step in proposal.steps.all()] == wanted:
            why = f" They said: {proposal.outcome}" if proposal.outcome else ""
            raise ToolError(
                f"{proposal.number} asked for exactly this and was rejected.{why} "
                "It cannot be proposed again here unchanged; tell the person."
            )


def _normal(name: str, arguments: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The operation's own name, arguments checked and filled, without the reference that is ours."""
    operation = _operation(name)
    asked = {
        name: value for name, value in operation.arguments(arguments).items() if name != operation.reference
    }
    return operation.name, asked


def _operation(name: str) -> Operation:
    try:
        return find_operation(name)
    except KeyError:
        raise ToolError(f"There is no operation called {name}.") from None
