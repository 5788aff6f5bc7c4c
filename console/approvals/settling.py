"""Finding out, by reading only, what became of a step that was sent."""

import logging
from typing import Any

from django.conf import settings
from django.db import transaction

from connectors.dialect import Dialect
from connectors.errors import ArgumentsError, VendorError
from connectors.judging import Attempted, Snapshot, Verdict
from connectors.registry import connector
from console.approvals import asking, ending, moves, rows
from console.approvals.doorbell import next_probe_at, ring_at
from console.approvals.models import Attempt, Proposal
from console.audit import log
from console.mirror.models import KINDS
from console.mirror.refresh import refresh_record, refresh_several

logger = logging.getLogger(__name__)
Status, State = Proposal.Status, Attempt.State


def probe(attempt: Attempt) -> bool:
    """Ask the judge once and keep what it says. True when the effect shows and another step follows."""
    verdict = _verdict(attempt)
    another_follows = _keep(attempt, verdict)
    if verdict.kind in ("took", "partly", "refused") or _has_taken(verdict):
        _refresh_mirror(attempt, verdict)
    return another_follows


def _keep(attempt: Attempt, verdict: Verdict) -> bool:
    probed = attempt.probes
    with transaction.atomic():
        proposal = moves.locked(attempt.step.proposal_id)
        attempt = Attempt.objects.select_related("step").get(pk=attempt.pk)
        if proposal.status not in (Status.EXECUTING, Status.UNKNOWN) or not _is_open(attempt):
            return False
        if attempt.probes != probed:
            return False  # another worker read meanwhile; two readings of one moment count as one
        attempt.probes += 1
        attempt.clean_absent += verdict.kind == "absent"
        attempt.save(update_fields=["probes", "clean_absent"])
        log.record(
            "attempt.probed",
            actor=None,
            actor_kind="worker",
            **moves.about(proposal, attempt.step),
            attempt_id=str(attempt.pk),
            summary=f"{proposal.number} step {attempt.step.position}: {verdict.sentence}",
            outcome=verdict.kind,
            after=verdict.after or None,
        )
        if verdict.rows:
            rows.keep(attempt, verdict.rows)
        match verdict.kind:
            case "took":
                return ending.confirm(proposal, attempt.step, verdict.sentence, verdict.results)
            case "partly":
                return ending.confirm_partly(proposal, attempt.step, verdict.sentence, verdict.results)
            case "refused":
                ending.fail(proposal, attempt.step, verdict.sentence)
            case _:
                _not_settled(proposal, attempt, verdict)
    return False


def _verdict(attempt: Attempt) -> Verdict:
    step, connection = attempt.step, attempt.step.proposal.connection
    tried = Attempted(
        arguments=attempt.arguments,
        before=Snapshot(**attempt.before),
        sent_at=attempt.sent_at,
        answer=_parsed(connector(connection.connector).dialect, attempt.answer),
        accepted=attempt.status_code is not None,
    )
    try:
        return asking.probe(connection, step.operation, tried)
    except (VendorError, ArgumentsError) as error:
        return Verdict("cannot_tell", f"Could not read it back: {error}")


def _parsed(dialect: Dialect, answer: str) -> Any:
    """The kept answer as the vendor's dialect reads it; None when there is none or it was cut."""
    try:
        return dialect.payload(dialect.parse(answer))
    except ValueError:
        return None


def _is_open(attempt: Attempt) -> bool:
    return attempt.state in (State.ANSWERED, State.LOST) and attempt.step.status in ("running", "unknown")


def _not_settled(proposal: Proposal, attempt: Attempt, verdict: Verdict) -> None:
    """After silence, absent often enough means no effect (of several, on those that do not show); everything
    else is read again later.
    """
    clean = attempt.clean_absent >= settings.CLEAN_PROBES_FOR_ABSENT
    was_accepted = attempt.status_code is not None  # by an answer that came late
    if attempt.state == State.LOST and clean and not was_accepted:
        if _has_taken(verdict):
            ending.confirm_partly(proposal, attempt.step, verdict.sentence, verdict.results)
        else:
            ending.fail(proposal, attempt.step, f"Not executed: {verdict.sentence}")
        return
    at = next_probe_at(attempt)
    waited = at is None or attempt.probes >= settings.CLEAN_PROBES_FOR_ABSENT
    if proposal.status == Status.EXECUTING and waited:
        ending.become_unknown(proposal, attempt, f"Accepted, but no effect shows: {verdict.sentence}")
        return
    if at is None:
        moves.move(
            proposal,
            Status.MANUAL_REVIEW,
            action="proposal.needs_people",
            outcome="Reading the vendor did not settle it; two people look and settle it with evidence.",
        )
        return
    Proposal.objects.filter(pk=proposal.pk).update(due_at=at, outcome=verdict.sentence)
    ring_at(proposal.pk, at)
    moves.announce(proposal)


def _refresh_mirror(attempt: Attempt, verdict: Verdict) -> None:
    """Bring changed records of the kinds kept there into the mirror; a created one by its new id."""
    step, connection = attempt.step, attempt.step.proposal.connection
    kind = connector(connection.connector).kinds_of.get(step.record_kind, step.record_kind)
    key = attempt.before["key"] or next(iter(verdict.results.values()), "")
    keys = [row.key for row in verdict.rows if row.kind == "took"]
    if not (key or keys) or kind not in KINDS:
        return
    try:
        if keys:
            refresh_several(connection, step.record_kind, keys)
        else:
            refresh_record(connection, step.record_kind, key)
    except (VendorError, ArgumentsError):
        # The effect stands confirmed; the next sync brings the record.
        logger.warning("Could not refresh %s %s after its change.", step.record_kind, key or keys)


def _has_taken(verdict: Verdict) -> bool:
    return any(row.kind == "took" for row in verdict.rows)
