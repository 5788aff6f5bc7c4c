"""Sending what was approved: read fresh, then three commits around one call, then confirm by reading.

claim → SENT → (the socket) → answer. No transaction is open while a vendor is called, and this is the only
module that imports `send_write`. Every function may find that another worker, or a crash, was here before: it
asks the row, not its memory, and moves nothing unless the row is where it thinks.
"""

import hashlib
import logging
import random
import time
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

import rfc8785
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connectors.catalogue import find_operation
from connectors.errors import (
    ArgumentsError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    VendorError,
)
from connectors.hiding import without
from connectors.judging import Snapshot
from connectors.rates import Priority
from connectors.registry import connector
from connectors.requests import Request, fill
from connectors.transport import Client, Reply, send_write
from console.approvals import asking, ending, files, moves, settling
from console.approvals.doorbell import next_probe_at
from console.approvals.freshness import drifts
from console.approvals.models import Attempt, Proposal, Step
from console.approvals.proposing import canonical_form, digest_of
from console.audit import log
from console.connections.clients import client_for, make_ready
from console.connections.sealing import keep_sealed

logger = logging.getLogger(__name__)
Status, State = Proposal.Status, Attempt.State

ATTEMPTS_PER_CLAIM = 2
READ_AGAIN_S = 30  # after a fresh read failed, or while changes are paused
UNSAID_PAUSE_S = (2.0, 4.0)  # bounds, after a limit that names no time; drawn, so that workers part
KEPT_ANSWER = 1_048_576  # characters of an answer that are stored; a hundred customers come whole


def attend(proposal_id: int) -> None:
    """Do whatever this proposal's row says is due; nothing, if nothing is."""
    proposal = Proposal.objects.select_related("connection").get(pk=proposal_id)
    now = timezone.now()
    if proposal.status in (Status.PENDING, Status.APPROVED) and proposal.expires_at <= now:
        ending.expire(proposal_id)
    elif proposal.status == Status.APPROVED:
        _take_up(proposal)  # several may come this far: one of them claims
        run(proposal)
    elif proposal.due_at is None or proposal.due_at > now or not _take_up(proposal):
        return
    elif proposal.status == Status.EXECUTING:
        resume(proposal)
    elif proposal.status == Status.UNKNOWN:
        settling.probe(ending.last_attempt(proposal))


def _take_up(proposal: Proposal) -> bool:
    """Put a row out of the sweeper's sight for a lease; False when another worker was faster.

    If this worker dies or fails, the row is due again then, behind those that waited meanwhile.
    """
    as_read = Proposal.objects.filter(pk=proposal.pk, status=proposal.status, due_at=proposal.due_at)
    return bool(as_read.update(due_at=timezone.now() + timedelta(seconds=settings.LEASE_S)))


def run(proposal: Proposal) -> None:
    """Send the next step and the ones after it, until the plan ends or something surprises."""
    while attempt := claim(proposal):
        while attempt and attempt.state == State.PREPARED:
            attempt = send(attempt)
        if attempt is None or attempt.state != State.ANSWERED or not settling.probe(attempt):
            return
        proposal.refresh_from_db()


def resume(proposal: Proposal) -> None:
    """Go on after a crash or a wait: by reading only, unless it is certain that nothing was sent."""
    attempt = ending.last_attempt(proposal)
    if attempt is None or attempt.state in (State.ABANDONED, State.NOT_SENT):
        run(proposal)
    elif attempt.state in Attempt.OPEN and attempt.lease_until > timezone.now():
        return  # its worker is at it
    elif attempt.state == State.PREPARED:
        if abandon(attempt):
            proposal.refresh_from_db()
            run(proposal)
    elif attempt.state == State.SENT:
        keep_loss(attempt, "The worker stopped after sending; no answer was kept.")
    elif attempt.step.status == Step.Status.CONFIRMED or settling.probe(attempt):
        proposal.refresh_from_db()
        run(proposal)


def claim(proposal: Proposal) -> Attempt | None:
    """Read the next step's target fresh, then take the step: commit one. None: nothing to send now."""
    step = next_step(proposal)
    if step is None or proposal.status not in (Status.APPROVED, Status.EXECUTING):
        return None
    arguments = filled_arguments(step)
    try:
        fresh = asking.look(proposal.connection, step.operation, arguments, priority=Priority.CHECKING)
        make_ready(proposal.connection, step.operation, arguments)
    except NotFoundError as gone:
        return _surprised(step, f"{gone}")
    except (VendorError, ArgumentsError) as error:
        return _wait(step, f"Nothing was sent: {error}")
    if moved := drifts(step, fresh):
        changes = "; ".join(map(str, moved))
        return _surprised(
            step, f"{fresh.title} changed since this was proposed: {changes}. Nothing was sent."
        )
    return _take(proposal, step, arguments, fresh)


def next_step(proposal: Proposal) -> Step | None:
    """The step whose turn it is: all before it are confirmed, and nobody has taken it yet."""
    step = proposal.steps.exclude(status=Step.Status.CONFIRMED).first()
    return step if step and step.status == Step.Status.WAITING else None


def filled_arguments(step: Step) -> dict[str, Any]:
    """The step's arguments with `$ref`s replaced by what earlier steps returned."""
    results = {earlier.position: earlier.results for earlier in step.proposal.steps.all()}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return results[value["$ref"]["step"]][value["$ref"]["result"]]
            return {key: filled(item) for key, item in value.items()}
        return [filled(item) for item in value] if isinstance(value, list) else value

    return filled(step.arguments)


def final_request(step: Step) -> Request:
    """The approved text with only its holes filled."""
    results = {
        f"step{earlier.position}.{name}": value
        for earlier in step.proposal.steps.all()
        for name, value in earlier.results.items()
    }
    approved = Request(**step.request_fields)
    return fill(approved, {name: results[name] for name in step.refs}) if step.refs else approved


def _take(proposal: Proposal, step: Step, arguments: dict[str, Any], fresh: Snapshot) -> Attempt | None:
    with transaction.atomic():
        proposal = moves.locked(proposal.pk)
        if not _is_to_be_sent(proposal, step):
            return None
        if obstacle := ending.obstacle(proposal):
            ending.stop(proposal, obstacle)
            return None
        if canonical_now(proposal) != proposal.digest:
            ending.stop(proposal, "The connection was changed after this was proposed. Nothing was sent.")
            return None
        if proposal.connection.paused_at:
            _postpone(
                proposal, f"Changes to {proposal.connection.name} are paused; it is sent when they resume."
            )
            return None
        lease = timezone.now() + timedelta(seconds=settings.LEASE_S)
        if proposal.status == Status.APPROVED:
            moves.move(proposal, Status.EXECUTING, action="proposal.claimed", due_at=lease)
        else:
            Proposal.objects.filter(pk=proposal.pk).update(due_at=lease)
        step.status = Step.Status.RUNNING
        step.save(update_fields=["status"])
        return _prepare_attempt(step, arguments, asdict(fresh), final_request(step), lease)


def canonical_now(proposal: Proposal) -> str:
    """The digest of what would be sent at this moment, computed again from the rows."""
    steps = [(Request(**step.request_fields), step.refs) for step in proposal.steps.all()]
    return digest_of(canonical_form(proposal.connection, steps))


def _prepare_attempt(
    step: Step, arguments: dict[str, Any], before: dict[str, Any], request: Request, lease: datetime
) -> Attempt:
    text = request.as_dict()
    attempt = Attempt.objects.create(
        step=step,
        number=step.attempts.count() + 1,
        request=text,
        request_digest=hashlib.sha256(rfc8785.dumps(text)).hexdigest(),
        arguments=arguments,
        before=before,
        lease_until=lease,
        prepared_at=timezone.now(),
    )
    _log_attempt(attempt, "attempt.prepared", "is about to be sent", after=text)
    return attempt


def _surprised(step: Step, sentence: str) -> None:
    with transaction.atomic():
        proposal = moves.locked(step.proposal_id)
        if _is_to_be_sent(proposal, step):
            ending.stop(proposal, sentence)


def _wait(step: Step, sentence: str) -> None:
    with transaction.atomic():
        proposal = moves.locked(step.proposal_id)
        if not _is_to_be_sent(proposal, step):
            return
        if obstacle := ending.obstacle(proposal):
            ending.stop(proposal, obstacle)
        else:
            _postpone(proposal, sentence)


def _is_to_be_sent(proposal: Proposal, step: Step) -> bool:
    """Whether it is the step's turn; else another worker took it while this one read, and saw its effect."""
    return proposal.status in (Status.APPROVED, Status.EXECUTING) and next_step(proposal) == step


def _postpone(proposal: Proposal, sentence: str) -> None:
    later = timezone.now() + timedelta(seconds=READ_AGAIN_S)
    Proposal.objects.filter(pk=proposal.pk).update(due_at=later, outcome=sentence)
    moves.announce(proposal)


def send(attempt: Attempt) -> Attempt | None:
    """Commit SENT, write to the socket once, commit what came back. Returns the attempt to go on with."""
    request = files.with_content(Request(**attempt.request))
    client = mark_sent(attempt)
    if client is None:
        return None
    operation = find_operation(attempt.step.operation)
    try:
        reply = send_write(
            client,
            request,
            operation=operation,
            trusted=operation.wants_trust(attempt.arguments),
            not_after=attempt.lease_until,
        )
    except NotSentError as error:
        return keep_not_sent(attempt, error)
    except RefusedError as error:
        keep_refusal(attempt, error)
    except OutcomeUnknownError as error:
        keep_loss(attempt, str(error))
    else:
        return keep_answer(attempt, reply)
    return None


def mark_sent(attempt: Attempt) -> Client | None:
    """Commit two, the point of no return: the line to send on, to the very address that was approved.

    None when this attempt is no longer ours to send, or what was true at the claim no longer is: between two
    attempts of one claim lies a wait. Its lease then runs out, and the next claim says what is wrong.
    """
    with transaction.atomic():
        proposal = moves.locked(attempt.step.proposal_id)
        connection = proposal.connection
        if connection.paused_at or ending.obstacle(proposal) or canonical_now(proposal) != proposal.digest:
            return None
        client = client_for(connection)  # opens the credentials, which may fail
        now = timezone.now()
        enough = now + timedelta(seconds=settings.VENDOR_TIMEOUT_S)
        ours = Attempt.objects.filter(pk=attempt.pk, state=State.PREPARED, lease_until__gt=enough)
        if not ours.update(state=State.SENT, sent_at=now):
            return None
        attempt.refresh_from_db()
        _log_attempt(attempt, "attempt.sent", "is being sent")
    return client


def keep_answer(attempt: Attempt, reply: Reply) -> Attempt | None:
    """Commit three: the vendor accepted the request. Whether it took effect is read afterwards."""
    with transaction.atomic():
        attempt.step.proposal = moves.locked(attempt.step.proposal_id)
        if reply.sealed:
            keep_sealed(
                attempt.step.proposal.connection, attempt.before["key"] or reply.data["id"], reply.sealed
            )
        if not _end_attempt(
            attempt, State.ANSWERED, status_code=reply.status, answer=reply.text[:KEPT_ANSWER]
        ):
            _keep_late(attempt, reply)
            return None
        _log_attempt(
            attempt,
            "attempt.answered",
            f"was accepted with HTTP {reply.status}",
            after={"status": reply.status, "answer": reply.text[:KEPT_ANSWER]},
        )
        # If this process dies now, the sweeper goes on by reading.
        Proposal.objects.filter(pk=attempt.step.proposal_id).update(due_at=next_probe_at(attempt))
        moves.announce(attempt.step.proposal)
    return attempt


def _keep_late(attempt: Attempt, reply: Reply) -> None:
    """An acceptance after the attempt was given up: it stays lost, and reading has more to go by."""
    text = reply.text[:KEPT_ANSWER]
    Attempt.objects.filter(pk=attempt.pk).update(status_code=reply.status, answer=text)
    proposal = attempt.step.proposal
    if proposal.status == Status.FAILED:
        told = f"{proposal.outcome} But its acceptance (HTTP {reply.status}) came later: look at the vendor."
        Proposal.objects.filter(pk=proposal.pk).update(outcome=told)
    moves.announce(proposal)
    what = f"was given up before it was accepted with HTTP {reply.status}"
    _log_attempt(attempt, "attempt.answered_late", what, after={"status": reply.status, "answer": text})


def keep_refusal(attempt: Attempt, error: RefusedError) -> None:
    sentence = without(_secrets(attempt), str(error))
    with transaction.atomic():
        proposal = moves.locked(attempt.step.proposal_id)
        if not _end_attempt(attempt, State.ANSWERED, status_code=error.status, error=sentence[:500]):
            _log_attempt(attempt, "attempt.answered_late", f"was given up before it was refused: {sentence}")
            return
        _log_attempt(attempt, "attempt.refused", f"was refused: {sentence}")
        title = connector(proposal.connection.connector).title
        said = sentence.removeprefix(f"{title} refused").lstrip(":. ")
        ending.fail(proposal, attempt.step, f"Refused by {title}: {said}" if said else f"Refused by {title}.")


def keep_loss(attempt: Attempt, sentence: str) -> None:
    """No usable answer: the outcome is unknown, nothing is sent again, probes read until they know."""
    with transaction.atomic():
        proposal = moves.locked(attempt.step.proposal_id)
        if not _end_attempt(attempt, State.LOST, error=sentence[:500]):
            return
        _log_attempt(attempt, "attempt.lost", f"got no usable answer: {sentence}")
        ending.become_unknown(proposal, attempt, f"{sentence} It was not sent again.")


def keep_not_sent(attempt: Attempt, error: NotSentError) -> Attempt | None:
    """It is proven that nothing was processed: try once more under the same claim, or say why not."""
    with transaction.atomic():
        proposal = moves.locked(attempt.step.proposal_id)
        if not _end_attempt(attempt, State.NOT_SENT, status_code=error.status, error=str(error)[:500]):
            return None
        _log_attempt(attempt, "attempt.not_processed", f"was not processed: {error}")
        pause_s = _pause_s(error)
        lease_s = (attempt.lease_until - timezone.now()).total_seconds()
        of_this_claim = attempt.step.attempts.filter(lease_until=attempt.lease_until).count()
        if of_this_claim >= ATTEMPTS_PER_CLAIM or pause_s + settings.VENDOR_TIMEOUT_S > lease_s:
            ending.fail(proposal, attempt.step, _not_executed_sentence(error))
            return None
        again = _prepare_attempt(
            attempt.step, attempt.arguments, attempt.before, Request(**attempt.request), attempt.lease_until
        )
    time.sleep(pause_s)
    return again


def abandon(attempt: Attempt) -> bool:
    """Let go of an attempt whose worker died before SENT: certainly not sent, so free to be claimed again."""
    with transaction.atomic():
        proposal = moves.locked(attempt.step.proposal_id)
        if proposal.status != Status.EXECUTING or not _end_attempt(attempt, State.ABANDONED):
            return False
        _log_attempt(attempt, "attempt.abandoned", "was prepared and never sent; its worker stopped")
        Step.objects.filter(pk=attempt.step_id).update(status=Step.Status.WAITING)
        if not ending.something_was_sent(proposal):
            moves.move(proposal, Status.APPROVED, action="proposal.released", due_at=timezone.now())
    return True


def _pause_s(error: NotSentError) -> float:
    """How long before the second try: what the vendor asks for, else long enough for a burst to pass."""
    if not isinstance(error, RateLimitedError):
        return 0.0
    return random.uniform(*UNSAID_PAUSE_S) if error.retry_after_s is None else error.retry_after_s


def _not_executed_sentence(error: NotSentError) -> str:
    if isinstance(error, RateLimitedError) and error.until:
        return f"Not executed: the limit lasts until {timezone.localtime(error.until):%H:%M}."
    return f"Not executed: {error}"


def _end_attempt(attempt: Attempt, state: str, **fields: Any) -> bool:
    was = State.PREPARED if state == State.ABANDONED else State.SENT
    ended = Attempt.objects.filter(pk=attempt.pk, state=was)
    if not ended.update(state=state, ended_at=timezone.now(), **fields):
        logger.info("Attempt %s was ended by somebody else.", attempt.pk)
        return False
    attempt.refresh_from_db()
    return True


def _log_attempt(attempt: Attempt, action: str, what: str, **fields: Any) -> None:
    proposal = attempt.step.proposal
    what, fields = without(_secrets(attempt), [what, fields])
    log.record(
        action,
        actor=None,
        actor_kind="worker",
        **moves.about(proposal, attempt.step),
        attempt_id=str(attempt.pk),
        summary=f"{proposal.number} step {attempt.step.position} {what}",
        **fields,
    )


def _secrets(attempt: Attempt) -> list[str]:
    """What was sent and must not stand in the log; vendors echo what they were sent."""
    return find_operation(attempt.step.operation).secrets_in(attempt.arguments)
