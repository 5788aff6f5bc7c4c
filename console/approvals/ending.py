"""How an execution ends. Everything here runs inside the caller's transaction, `expire` in its own."""

from django.db import transaction
from django.utils import timezone

from console.approvals import moves, rows
from console.approvals.doorbell import next_probe_at, ring_at
from console.approvals.models import Attempt, Decision, Proposal, Step

Status, State = Proposal.Status, Attempt.State
MAY_HAVE_REACHED = (State.SENT, State.ANSWERED, State.LOST)


def last_attempt(proposal: Proposal) -> Attempt | None:
    found = Attempt.objects.filter(step__proposal=proposal).select_related("step__proposal__connection")
    return found.order_by("step__position", "number").last()


def something_was_sent(proposal: Proposal) -> bool:
    return Attempt.objects.filter(step__proposal=proposal, state__in=MAY_HAVE_REACHED).exists()


def obstacle(proposal: Proposal) -> str:
    """Why this approval does not hold at this moment, as a sentence; empty when it does."""
    if proposal.expires_at <= timezone.now():
        return "The approval's time ran out before it was sent."
    given = proposal.decisions.filter(verdict=Decision.Verdict.APPROVE, digest=proposal.digest)
    for decision in given.select_related("approver"):
        if not decision.approver.is_active or not decision.approver.has_perm("approvals.decide"):
            return f"{decision.approver} approved it and may no longer approve."
    if given.count() < proposal.needed_approvals:
        return "Too few people approved it."
    if not proposal.requester.is_active:
        return f"{proposal.requester} asked for it and is no longer active."
    return ""


def stop(proposal: Proposal, sentence: str) -> None:
    """End before the next step is sent: stale if nothing was, else stopped on the way."""
    if proposal.status == Status.APPROVED:
        expired = proposal.expires_at <= timezone.now()
        to, action = (Status.EXPIRED, "proposal.expired") if expired else (Status.STALE, "proposal.stale")
        _leave_out_the_rest(proposal)
        moves.move(proposal, to, action=action, outcome=sentence)
    elif something_was_sent(proposal):
        position = (
            proposal.steps.filter(status=Step.Status.WAITING).values_list("position", flat=True).first()
        )
        _leave_out_the_rest(proposal)
        outcome = f"Stopped at step {position} of {proposal.steps.count()}: {sentence}"
        moves.move(proposal, Status.PARTLY_DONE, action="proposal.stopped", outcome=outcome)
    else:
        # Claimed, never sent: the state table has no way from executing to stale but through approved.
        moves.move(proposal, Status.APPROVED, action="proposal.released")
        stop(proposal, sentence)


def fail(proposal: Proposal, step: Step, sentence: str) -> None:
    """End because this step had no effect; earlier ones hold."""
    Step.objects.filter(pk=step.pk).update(status=Step.Status.FAILED, outcome=sentence)
    _leave_out_the_rest(proposal)
    if proposal.steps.filter(status=Step.Status.CONFIRMED).exists():
        outcome = f"Stopped at step {step.position} of {proposal.steps.count()}: {sentence}"
        moves.move(proposal, Status.PARTLY_DONE, action="proposal.stopped", outcome=outcome)
    else:
        moves.move(proposal, Status.FAILED, action="proposal.failed", outcome=sentence)


def confirm(proposal: Proposal, step: Step, sentence: str, results: dict[str, str]) -> bool:
    """Keep that a step's effect was read back. True when another step is to be sent now."""
    Step.objects.filter(pk=step.pk).update(status=Step.Status.CONFIRMED, outcome=sentence, results=results)
    rest = proposal.steps.filter(status=Step.Status.WAITING)
    if not rest.exists():
        _finish(proposal, sentence)
        return False
    if proposal.status == Status.UNKNOWN:
        _leave_out_the_rest(proposal)
        outcome = f"Stopped after step {step.position}: its outcome was unknown for a while. {sentence}"
        moves.move(proposal, Status.PARTLY_DONE, action="proposal.stopped", outcome=outcome)
        return False
    Proposal.objects.filter(pk=proposal.pk).update(due_at=timezone.now())
    moves.announce(proposal)
    return True


def confirm_partly(proposal: Proposal, step: Step, sentence: str, results: dict[str, str]) -> bool:
    """Keep that of what one step asked for a part took effect. True when another step is to be sent now.

    A list that was cut into steps goes on, since its rows have nothing to do with each other and the vendor
    said of each what became of it. In front of anything else a part is a surprise, and stops the plan.
    """
    if rows.are_one_list(proposal.steps.all()):
        return confirm(proposal, step, sentence, results)
    Step.objects.filter(pk=step.pk).update(status=Step.Status.CONFIRMED, outcome=sentence, results=results)
    _leave_out_the_rest(proposal)
    moves.move(proposal, Status.PARTLY_DONE, action="proposal.stopped", outcome=sentence)
    return False


def _finish(proposal: Proposal, sentence: str) -> None:
    """Every step was sent and confirmed, whole or in part."""
    told = rows.counted(proposal.steps.all())
    outcome = f"{told}." if told and proposal.steps.count() > 1 else sentence
    if told and told.took < told.total:
        moves.move(proposal, Status.PARTLY_DONE, action="proposal.done_in_part", outcome=outcome)
    else:
        moves.move(proposal, Status.SUCCEEDED, action="proposal.succeeded", outcome=outcome)


def become_unknown(proposal: Proposal, attempt: Attempt, sentence: str) -> None:
    Step.objects.filter(pk=attempt.step_id).update(status=Step.Status.UNKNOWN, outcome=sentence)
    at = next_probe_at(attempt) or timezone.now()
    moves.move(proposal, Status.UNKNOWN, action="proposal.unknown", outcome=sentence, due_at=at)
    ring_at(proposal.pk, at)


def expire(proposal_id: int) -> None:
    with transaction.atomic():
        proposal = moves.locked(proposal_id)
        if proposal.status not in (Status.PENDING, Status.APPROVED):
            return
        _leave_out_the_rest(proposal)
        moves.move(
            proposal,
            Status.EXPIRED,
            action="proposal.expired",
            actor_kind="system",
            outcome="Time ran out before anybody decided."
            if proposal.status == Status.PENDING
            else "The approval's time ran out before it was sent.",
        )


def _leave_out_the_rest(proposal: Proposal) -> None:
    proposal.steps.filter(status=Step.Status.WAITING).update(status=Step.Status.NOT_RUN)
