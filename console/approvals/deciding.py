"""What people do to a proposal: approve, reject, withdraw, settle. The database has the last word on each."""

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils import timezone

from console.accounts.models import Person
from console.approvals import moves
from console.approvals.doorbell import ring
from console.approvals.errors import ApprovalError, NotAllowedError, StaleDecisionError
from console.approvals.models import Decision, Proposal, Settlement, Step
from console.audit import log

Status = Proposal.Status
FINDINGS_NEEDED = 2


def approve(*, proposal_id: int, actor: Person, digest: str) -> Proposal:
    """Record one person's approval of exactly this content; the last one needed starts the execution.

    digest: the fingerprint that was on screen. Raises NotAllowedError (no right to, or his own request) and
    StaleDecisionError (other content, other state, too late, a second click); nothing is changed then.
    """

    def decide(proposal: Proposal) -> None:
        _check_person(proposal, actor, "approve")
        _keep_decision(proposal, actor, digest, Decision.Verdict.APPROVE, "")
        given = proposal.decisions.filter(verdict=Decision.Verdict.APPROVE).count()
        if given < proposal.needed_approvals:
            log.record(
                "proposal.approved_once",
                actor=actor,
                actor_kind="human",
                **moves.about(proposal),
                summary=f"{proposal.number}: {given} of {proposal.needed_approvals} approvals",
            )
            moves.announce(proposal)
            return
        moves.move(
            proposal,
            Status.APPROVED,
            action="proposal.approved",
            actor=actor,
            actor_kind="human",
            due_at=timezone.now(),
        )
        ring(proposal.pk)

    return _decided(proposal_id, actor, "approve", decide)


def reject(*, proposal_id: int, actor: Person, digest: str, reason: str) -> Proposal:
    """End a proposal with a reason, which whoever asked is told. Raises as `approve` does."""
    if not reason.strip():
        raise ApprovalError("Say why, in a few words: the reason goes to whoever asked.")

    def decide(proposal: Proposal) -> None:
        _check_person(proposal, actor, "reject")
        _keep_decision(proposal, actor, digest, Decision.Verdict.REJECT, reason.strip())
        moves.move(
            proposal,
            Status.REJECTED,
            action="proposal.rejected",
            actor=actor,
            actor_kind="human",
            reason=reason.strip(),
            outcome=f"{actor} rejected it: {reason.strip()}",
        )

    return _decided(proposal_id, actor, "reject", decide)


def withdraw(*, proposal_id: int, actor: Person) -> Proposal:
    """Take back one's own proposal, as long as nothing was sent."""

    def decide(proposal: Proposal) -> None:
        if proposal.requester_id != actor.pk:
            raise NotAllowedError(
                f"Only {proposal.requester}, who asked for it, can withdraw {proposal.number}."
            )
        if proposal.status not in (Status.PENDING, Status.APPROVED):
            raise StaleDecisionError(f"{proposal.number} can no longer be withdrawn.")
        moves.move(
            proposal,
            Status.WITHDRAWN,
            action="proposal.withdrawn",
            actor=actor,
            actor_kind="human",
            outcome=f"{actor} withdrew it.",
        )

    return _decided(proposal_id, actor, "withdraw", decide)


def settle(*, proposal_id: int, actor: Person, finding: str, evidence: str) -> Proposal:
    """Record what a person found out at the vendor about a proposal that probes could not settle.

    Two people with the same finding close it; with different ones it stays open, and each may look again:
    a person's latest finding counts. finding: "happened" or "did_not". evidence: what was seen, where.
    """
    if not evidence.strip():
        raise ApprovalError("Say what you saw at the vendor, and where: it is kept as evidence.")

    def decide(proposal: Proposal) -> None:
        _check_person(proposal, actor, "settle")
        if proposal.status != Status.MANUAL_REVIEW:
            raise StaleDecisionError(f"{proposal.number} is not waiting for a finding.")
        Settlement.objects.create(
            proposal=proposal,
            person=actor,
            finding=finding,
            evidence=evidence.strip(),
            found_at=timezone.now(),
        )
        log.record(
            "proposal.finding",
            actor=actor,
            actor_kind="human",
            **moves.about(proposal),
            summary=f"{proposal.number}: {actor} found that it {Settlement.Finding(finding).label.lower()}",
            reason=evidence.strip(),
        )
        latest = dict(proposal.settlements.order_by("found_at", "pk").values_list("person", "finding"))
        if list(latest.values()).count(finding) >= FINDINGS_NEEDED:
            _close(proposal, actor, happened=finding == Settlement.Finding.HAPPENED)
        else:
            moves.announce(proposal)

    return _decided(proposal_id, actor, "settle", decide)


def _close(proposal: Proposal, actor: Person, *, happened: bool) -> None:
    step = proposal.steps.get(status=Step.Status.UNKNOWN)
    step.status = Step.Status.CONFIRMED if happened else Step.Status.FAILED
    step.save(update_fields=["status"])
    rest = proposal.steps.filter(position__gt=step.position, status=Step.Status.WAITING)
    left_out = rest.update(status=Step.Status.NOT_RUN)
    earlier = proposal.steps.filter(status=Step.Status.CONFIRMED, position__lt=step.position).exists()
    if happened:
        to = Status.PARTLY_DONE if left_out else Status.SUCCEEDED
    else:
        to = Status.PARTLY_DONE if earlier else Status.FAILED
    found = "It happened" if happened else "It did not happen"
    moves.move(
        proposal,
        to,
        action="proposal.settled",
        actor=actor,
        actor_kind="human",
        outcome=f"{found}: two people settled it with evidence.",
    )


def _decided(proposal_id: int, actor: Person, verb: str, decide: Callable[[Proposal], None]) -> Proposal:
    """Run one decision in a transaction; a refusal leaves its own audit entry."""
    try:
        with transaction.atomic():
            proposal = moves.locked(proposal_id)
            decide(proposal)
    except IntegrityError:
        refused: ApprovalError = StaleDecisionError("You have already decided this, or it has moved on.")
    except ApprovalError as error:
        refused = error
    else:
        return proposal
    with transaction.atomic():
        proposal = Proposal.objects.select_related("connection").get(pk=proposal_id)
        log.record(
            "proposal.decision_refused",
            actor=actor,
            actor_kind="human",
            **moves.about(proposal),
            summary=f"Refused to let {actor} {verb} {proposal.number}",
            outcome=str(refused),
        )
    raise refused


def _check_person(proposal: Proposal, actor: Person, verb: str) -> None:
    if not actor.is_active or not actor.has_perm("approvals.decide"):
        raise NotAllowedError(f"Your role does not let you {verb} proposals.")
    if proposal.requester_id == actor.pk:
        raise NotAllowedError(f"You asked for {proposal.number} yourself, so somebody else must decide it.")


def _keep_decision(proposal: Proposal, actor: Person, digest: str, verdict: str, reason: str) -> None:
    if proposal.digest != digest:
        raise StaleDecisionError(f"{proposal.number} is not what was on your screen. Nothing was approved.")
    if proposal.status != Status.PENDING:
        raise StaleDecisionError(f"{proposal.number} is no longer waiting for a decision.")
    if proposal.expires_at <= timezone.now():
        raise StaleDecisionError(f"{proposal.number} has expired.")
    Decision.objects.create(
        proposal=proposal,
        digest=digest,
        requester_id=proposal.requester_id,
        approver=actor,
        verdict=verdict,
        reason=reason,
        decided_at=timezone.now(),
    )
