"""What must hold after any crash, whatever came of the proposal."""

from console.approvals.models import Attempt, Proposal
from console.audit import verification
from console.audit.models import Entry

State = Attempt.State
ENDING = {
    State.ANSWERED: {"attempt.answered", "attempt.refused"},
    State.LOST: {"attempt.lost"},
    State.NOT_SENT: {"attempt.not_processed"},
    State.ABANDONED: {"attempt.abandoned"},
}


def check_log(proposal: Proposal) -> None:
    """The chain is whole and tells every state of the proposal and of its attempts, without a gap."""
    assert verification.verify().is_whole
    entries = list(Entry.objects.filter(proposal_id=proposal.number).order_by("seq"))
    assert told_states(entries)[-1] == proposal.status
    for attempt in Attempt.objects.filter(step__proposal=proposal):
        told = [entry.action for entry in entries if entry.attempt_id == str(attempt.pk)]
        assert told[0] == "attempt.prepared"
        assert ("attempt.sent" in told) == (attempt.sent_at is not None)
        assert ENDING[attempt.state] & set(told)


def told_states(entries: list[Entry]) -> list[str]:
    """The proposal's states one after another, as its entries tell them."""
    states = ["pending"]
    for entry in entries:
        if entry.before and "status" in entry.before:
            assert entry.before["status"] == states[-1]
            states.append(entry.after["status"])
    return states
