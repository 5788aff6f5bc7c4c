"""One way to change a proposal's state: a conditional update, its audit entry and its hint, together."""

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection as database
from django.db.models import F
from django.utils import timezone

from connectors.judging import Money
from console.accounts.models import Person
from console.approvals.errors import StaleDecisionError
from console.approvals.models import Proposal, Step
from console.audit import log
from console.ui.live import hint

IN_WORDS = {
    "proposal.approved": "Approved",
    "proposal.rejected": "Rejected",
    "proposal.withdrawn": "Withdrawn",
    "proposal.superseded": "Replaced by a newer proposal",
    "proposal.expired": "Expired",
    "proposal.stale": "Changed since proposed, nothing was sent",
    "proposal.claimed": "Taken up for sending",
    "proposal.released": "Released again, nothing was sent",
    "proposal.succeeded": "Confirmed",
    "proposal.failed": "Did not take effect",
    "proposal.stopped": "Stopped on the way",
    "proposal.done_in_part": "Done in part",
    "proposal.unknown": "Outcome unknown",
    "proposal.needs_people": "Outcome still unknown, people must look",
    "proposal.settled": "Settled by two people",
}


def locked(proposal_id: int) -> Proposal:
    """The row as it stands, locked until the transaction ends (SQLite's transactions lock the whole file)."""
    assert database.in_atomic_block
    return Proposal.objects.select_for_update(of=("self",)).select_related("connection").get(pk=proposal_id)


def move(
    proposal: Proposal,
    to: str,
    *,
    action: str,
    actor: Person | None = None,
    actor_kind: str = "worker",
    outcome: str | None = None,
    reason: str = "",
    due_at: datetime | None = None,
    **fields: Any,
) -> None:
    """Move a proposal; raises StaleDecisionError when it is not where `proposal` says it is.

    due_at: when a worker must next look; None when nothing is left to do without a person.
    """
    changes: dict[str, Any] = {"status": to, "due_at": due_at, "version": F("version") + 1}
    if outcome is not None:
        changes["outcome"] = outcome
    now = timezone.now()
    if (
        to in (Proposal.Status.APPROVED, Proposal.Status.REJECTED)
        and proposal.status == Proposal.Status.PENDING
    ):
        changes["decided_at"] = now
    if to not in Proposal.LIVE:
        changes["finished_at"] = now
    was = proposal.status
    moved = Proposal.objects.filter(pk=proposal.pk, status=was, version=proposal.version).update(**changes)
    if not moved:
        raise StaleDecisionError(f"{proposal.number} has moved on; nothing was changed.")
    proposal.refresh_from_db()
    log.record(
        action,
        actor=actor,
        actor_kind=actor_kind,
        **about(proposal),
        summary=f"{IN_WORDS[action]}: {proposal.sentence}",
        before={"status": was},
        after={"status": to},
        reason=reason,
        outcome=outcome or "",
        **fields,
    )
    announce(proposal)


def announce(proposal: Proposal) -> None:
    hint(f"proposal.{proposal.pk}")
    hint("inbox")


def about(proposal: Proposal, step: Step | None = None) -> dict[str, Any]:
    """What every audit entry about a proposal, or about one step of it, says of it."""
    first = step or proposal.steps.first()
    return {
        "object_kind": "proposal",
        "object_id": proposal.number,
        "proposal_id": proposal.number,
        "digest": proposal.digest,
        "decision_ids": proposal.decisions.values_list("pk", flat=True),
        "vendor": proposal.connection.connector,
        "vendor_object_id": first.record_key if first else "",
        "money": _money_of(step) if step else proposal if proposal.amount_minor is not None else None,
        "trace_id": str(proposal.trace_id),
    }


def _money_of(step: Step) -> Money | None:
    money = Money(**step.card["money"])
    return money if money.amount_minor is not None else None


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """The value with decimals as text, fit for a JSON column."""
    return json.loads(json.dumps(value, default=_as_text))


def _as_text(value: object) -> str:
    if isinstance(value, Decimal | datetime):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
