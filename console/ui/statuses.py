"""The words, tones and icons for every status on screen. Nothing else in the console writes a pill."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

if TYPE_CHECKING:
    from console.accounts.models import Person
    from console.approvals.models import Proposal

LATE_AFTER = timedelta(minutes=30)
LONGEST_HEADLINE = 32


@dataclass(frozen=True)
class Pill:
    word: str
    tone: str  # wait | run | ok | bad | unk | mute
    icon: str


PROPOSAL = {
    "pending": Pill("Waiting for approval", "wait", "clock-pause"),
    "approved": Pill("Approved", "wait", "clock"),
    "executing": Pill("Sending", "run", "progress"),
    "succeeded": Pill("Confirmed", "ok", "circle-check"),
    "partly_done": Pill("Stopped part-way", "wait", "player-pause"),
    "unknown": Pill("Outcome unknown", "unk", "help-circle"),
    "manual_review": Pill("Outcome unknown, your call", "unk", "help-circle"),
    "failed": Pill("Did not take effect", "bad", "circle-x"),
    "stale": Pill("Changed since proposed", "wait", "alert-triangle"),
    "superseded": Pill("Replaced", "mute", "replace"),
    "withdrawn": Pill("Withdrawn", "mute", "circle-dashed"),
    "rejected": Pill("Rejected", "mute", "ban"),
    "expired": Pill("Expired", "mute", "hourglass"),
    # one step of a plan
    "waiting": Pill("Not started", "mute", "circle-dashed"),
    "running": Pill("Running", "run", "progress"),
    "confirmed": Pill("Confirmed", "ok", "circle-check"),
    "not_run": Pill("Not run", "mute", "circle-minus"),
    # one of several records of a step
    "took": Pill("Confirmed", "ok", "circle-check"),
    "refused": Pill("Refused", "bad", "circle-x"),
    "there": Pill("Already there", "wait", "alert-triangle"),
    "left_out": Pill("Left out", "mute", "circle-minus"),
    "absent": Pill("Not shown yet", "unk", "help-circle"),
}

# Vendors' words, without case, spaces and underscores. What is not listed is shown in the vendor's own word.
RECORD = {
    "paid": Pill("Paid", "ok", "circle-check"),
    "paidinfull": Pill("Paid", "ok", "circle-check"),
    "paidoffline": Pill("Paid offline", "ok", "circle-check"),
    "pending": Pill("Pending", "run", "progress"),
    "unpaid": Pill("Unpaid", "bad", "circle-x"),
    "open": Pill("Open", "run", "circle-dot"),
    "partial": Pill("Part paid", "wait", "circle-dot"),
    "partialpayment": Pill("Part paid", "wait", "circle-dot"),
    "scheduled": Pill("Scheduled", "run", "calendar"),
    "writtenoff": Pill("Written off", "mute", "file-x"),
    "tobewrittenoff": Pill("To be written off", "wait", "file-x"),
    "failed": Pill("Failed", "bad", "circle-x"),
    "success": Pill("Collected", "ok", "circle-check"),
    "active": Pill("Active", "ok", "circle-check"),
    "inactive": Pill("Inactive", "mute", "circle-dashed"),
    "intrial": Pill("In trial", "run", "hourglass"),
    "suspended": Pill("Suspended", "bad", "player-pause"),
    "paused": Pill("Paused", "mute", "player-pause"),
    "cancelled": Pill("Cancelled", "mute", "ban"),
    "archived": Pill("Archived", "mute", "circle-minus"),
    "unassigned": Pill("Not assigned", "mute", "circle-dashed"),
    "assigned": Pill("Waiting for approval", "wait", "clock-pause"),
    "approving": Pill("Being approved", "wait", "clock-pause"),
    "approved": Pill("Approved", "ok", "circle-check"),
    "denied": Pill("Denied", "bad", "ban"),
    # where a payment is on its way, and a credit on its
    "readytofund": Pill("Ready to fund", "run", "calendar"),
    "fundingstarted": Pill("Leaving our account", "run", "progress"),
    "processed": Pill("Left our account", "run", "progress"),
    "sent": Pill("Sent", "run", "send"),
    "delivered": Pill("Delivered", "run", "send"),
    "clear": Pill("Cleared", "ok", "circle-check"),
    "cleared": Pill("Cleared", "ok", "circle-check"),
    "partiallyclaimed": Pill("Partly claimed", "wait", "circle-dot"),
    "expiring": Pill("Expiring", "wait", "hourglass"),
    "disbursementonhold": Pill("On hold at BILL", "wait", "hand-stop"),
    "cancellationinprogress": Pill("Being canceled", "wait", "clock"),
    "canceled": Pill("Canceled", "mute", "ban"),
    "voidpending": Pill("Being voided", "wait", "clock"),
    "void": Pill("Voided", "mute", "ban"),
    "voided": Pill("Voided", "mute", "ban"),
    "fundingfailedvoided": Pill("Funding failed, voided", "bad", "circle-x"),
    "fundingfailedactionneeded": Pill("Funding failed", "bad", "circle-x"),
    "disbursementfailedactionneeded": Pill("Did not reach the vendor", "bad", "circle-x"),
    "disbursementfailedvendorbankrejected": Pill("Rejected by the vendor's bank", "bad", "circle-x"),
    "fundsescheated": Pill("Handed to the state", "bad", "circle-x"),
    "escheated": Pill("Handed to the state", "bad", "circle-x"),
    "frozen": Pill("Frozen", "wait", "lock"),
    "notapplied": Pill("Not used", "run", "circle-dot"),
    "partiallyapplied": Pill("Part used", "wait", "circle-dot"),
    "fullyapplied": Pill("Used up", "mute", "circle-check"),
    "notconnected": Pill("Not in the network", "mute", "circle-dashed"),
    "connectedrpps": Pill("Connected, RPPS", "ok", "circle-check"),
    "undefined": Pill("Not told", "mute", "help-circle"),
    # our own reading of the vendors
    "done": Pill("Done", "ok", "circle-check"),
    "fresh": Pill("Fresh", "ok", "circle-check"),
    "late": Pill("Late", "wait", "alert-triangle"),
    "never": Pill("Never read", "mute", "circle-dashed"),
    "connected": Pill("Connected", "ok", "circle-check"),
    "notconfigured": Pill("Not configured", "mute", "plug-connected-x"),
    "changespaused": Pill("Changes paused", "wait", "player-pause"),
}
DUE = {"open", "unpaid", "partial", "partialpayment", "pending"}


def proposal_pill(proposal: "Proposal | str", person: "Person | None" = None) -> Pill:
    """The pill for a proposal, or for a bare status; with a person, who is being waited for is told."""
    if isinstance(proposal, str):
        return PROPOSAL[proposal]
    pill = PROPOSAL[proposal.status]
    match proposal.status:
        case "pending":
            return waiting(proposal, person)
        case "executing" if is_answered(proposal):
            return replace(pill, word="Checking result")
        case "partly_done" | "failed":
            return replace(pill, word=headline(proposal.outcome) or pill.word)
        case "superseded":
            newer = next(iter(proposal.superseded_by.all()), None)
            return replace(pill, word=f"Replaced by {newer.number}") if newer else pill
    return pill


def waiting(proposal: "Proposal", person: "Person | None") -> Pill:
    pill = PROPOSAL["pending"]
    decisions = list(proposal.decisions.all()) if proposal.needed_approvals > 1 or person else []
    mine = person is not None and any(decision.approver_id == person.pk for decision in decisions)
    if person and not mine and person.pk != proposal.requester_id and person.has_perm("approvals.decide"):
        return replace(pill, word="Waiting for you")
    if decisions:
        return Pill(f"{len(decisions)} of {proposal.needed_approvals} approvals", "wait", "users")
    return pill


def is_answered(proposal: "Proposal") -> bool:
    """The vendor has answered the last request; only the reading back is left."""
    attempts = [attempt for step in proposal.steps.all() for attempt in step.attempts.all()]
    return bool(attempts) and max(attempts, key=lambda attempt: attempt.pk).state == "answered"


def headline(outcome: str) -> str:
    """What stands before the colon of an outcome ("Refused by Billsby: the invoice is paid")."""
    head, colon, _ = outcome.partition(":")
    return head if colon and len(head) <= LONGEST_HEADLINE else ""


def record_pill(status: str, *, due_on: date | None = None, open_minor: int | None = None) -> Pill:
    """The pill for a mirrored record's status; money that is due tells how late it is."""
    word = re.sub(r"[\s_-]", "", status).lower()
    pill = RECORD.get(word) or Pill(in_words(status), "mute", "circle-dot")
    if word not in DUE or due_on is None or open_minor == 0:
        return pill
    days = (due_on - timezone.localdate()).days
    if days < 0:
        return Pill(f"{-days} day{'' if days == -1 else 's'} overdue", "bad", "circle-x")
    if days == 0:
        return Pill("Due today", "wait", "clock")
    if days <= 7:
        return Pill(f"Due in {days} day{'' if days == 1 else 's'}", "wait", "clock")
    return pill


def in_words(status: str) -> str:
    """`PARTIALLY_CLAIMED` and `ToBeRefunded` as people write them."""
    text = status.replace("_", " ") if status.isupper() else re.sub(r"(?<=[a-z])(?=[A-Z])", " ", status)
    return text[:1].upper() + text[1:].lower() if text else "—"


def freshness_pill(read_at: datetime | None) -> Pill:
    if read_at is None:
        return RECORD["never"]
    return RECORD["late"] if timezone.now() - read_at > LATE_AFTER else RECORD["fresh"]
