"""Whether the record a step acts on still is what it was when the step was proposed."""

from dataclasses import dataclass
from typing import Any

from connectors import money
from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError, NotFoundError, VendorError
from connectors.judging import Snapshot
from console.approvals import asking
from console.approvals.models import Proposal, Step


@dataclass(frozen=True)
class Drift:
    """One field on which the step depends, then and now, in words for people."""

    title: str
    field: str
    was: str
    now: str

    def __str__(self) -> str:
        return f"{self.field} was {self.was}, now {self.now}"


@dataclass(frozen=True)
class Freshness:
    """What reading every target again showed. problem: why it could not be read, or that it is gone."""

    drifts: tuple[Drift, ...] = ()
    problem: str = ""
    is_gone: bool = False


def drifts(step: Step, fresh: Snapshot) -> tuple[Drift, ...]:
    """The stale fields of the step's operation that moved. A step with holes had no record to compare."""
    if step.refs:
        return ()
    before = step.before["fields"]
    names = find_operation(step.operation).stale
    moved = [name for name in names if before.get(name) != fresh.fields.get(name)]
    return tuple(
        Drift(
            fresh.title,
            name.removesuffix("_minor").replace("_", " "),
            _shown(name, before),
            _shown(name, fresh.fields),
        )
        for name in moved
    )


def look_again(proposal: Proposal) -> Freshness:
    """Read the targets of the steps still to be sent, live. What goes wrong is part of the answer."""
    connection = proposal.connection
    found: list[Drift] = []
    for step in proposal.steps.all():
        if step.refs or step.status != Step.Status.WAITING:
            continue
        try:
            found += drifts(step, asking.look(connection, step.operation, step.arguments))
        except NotFoundError as error:
            return Freshness(problem=str(error), is_gone=True)
        except (VendorError, ArgumentsError) as error:
            return Freshness(problem=str(error))
    return Freshness(tuple(found))


def _shown(name: str, fields: dict[str, Any]) -> str:
    value = fields.get(name)
    if name.endswith("_minor") and isinstance(value, int):
        return money.format_money(value, fields.get("currency"))
    return "nothing" if value in (None, "") else str(value)
