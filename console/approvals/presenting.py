"""What the pages show of a proposal, worked out once so that templates hold no logic."""

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from connectors.catalogue import find_operation
from connectors.hiding import without
from connectors.registry import connector
from connectors.requests import FORM, HOLE
from console.accounts.models import Person
from console.approvals import files, rows
from console.approvals.models import Attempt, Proposal, Step, StoredFile
from console.approvals.wording import written_out
from console.ui import statuses

Status, State = Proposal.Status, Attempt.State
MONEY_LABELS = {
    "out": "Money out",
    "in": "Money in",
    "stays": "At stake",
    "none": "Money",
    "unknown": "Money",
}
FOUND = {"happened": "it went through", "did_not": "it did not go through"}
# A JSON text cut into pieces without changing a character of it.
TOKEN = re.compile(r'(?P<k>"(?:[^"\\]|\\.)*"(?=\s*:))|(?P<s>"(?:[^"\\]|\\.)*")|(?P<nu>-?\d+(?:\.\d+)?)')
ICONS = (("money", "cash"), ("irreversible", "ban"), ("notify", "mail"), ("write", "pencil"))


@dataclass(frozen=True)
class Token:
    """A piece of the exact request; `kind` is its class name, `title` what a hole will hold."""

    text: str
    kind: str = ""
    title: str = ""


@dataclass(frozen=True)
class Moment:
    """One line of the timeline; no `when` means that it is still to come."""

    icon: str
    tone: str
    title: str
    detail: str = ""
    when: datetime | None = None
    is_now: bool = False


@dataclass(frozen=True)
class Shown:
    """A proposal as one person sees it."""

    proposal: Proposal
    steps: tuple[Step, ...]
    money_label: str
    vendor: str
    may_decide: bool
    may_withdraw: bool
    may_settle: bool
    why_not: str
    counted: rows.Counted | None
    timeline: tuple[Moment, ...]
    fingerprint: str

    @property
    def is_one_list(self) -> bool:
        """Whether the steps do the same to one record after another, so that one refused stops no other."""
        return (
            len(self.steps) > 1
            and self.counted is not None
            and len({one.operation for one in self.steps}) == 1
        )

    @property
    def version(self) -> str:
        """Changes with everything on the page that can change; a page that has it needs nothing new."""
        steps = [(step.status, step.outcome, step.rows) for step in self.steps]
        rights = (self.may_decide, self.may_withdraw, self.may_settle, self.why_not)
        said = (self.proposal.version, self.proposal.outcome, steps, rights, self.timeline)
        return sha256(repr(said).encode()).hexdigest()[:16]


def shown_to(person: Person, proposal: Proposal) -> Shown:
    steps, records = tuple(proposal.steps.all()), 0
    for step in steps:
        step.table = rows.table_of(step, first=records + 1)
        step.is_listed = bool(rows.records_in(step))  # the table says all that the changes would
        records += len(step.table.rows) if step.table else 0
        step.tokens = tokens(step)
        step.target = target(step)
        step.readable_body = readable_body(step)
        step.file = file_of(step)
        step.sent_changes = [change for change in step.card["changes"] if change["kind"] == "sent"]
        step.expected_changes = [change for change in step.card["changes"] if change["kind"] != "sent"]
    decided = {decision.approver_id for decision in proposal.decisions.all()}
    is_asker = proposal.requester_id == person.pk
    decides = person.has_perm("approvals.decide") and not is_asker
    return Shown(
        proposal=proposal,
        steps=steps,
        money_label=_money_label(proposal),
        vendor=connector(proposal.connection.connector).title,
        may_decide=decides and proposal.status == Status.PENDING and person.pk not in decided,
        may_withdraw=is_asker and proposal.status in (Status.PENDING, Status.APPROVED),
        may_settle=decides and proposal.status == Status.MANUAL_REVIEW,
        why_not=_why_not(person, proposal, decided),
        counted=rows.counted(steps),
        timeline=tuple(_timeline(proposal, steps)),
        fingerprint=f"{proposal.digest[:4]} {proposal.digest[4:8]} … {proposal.digest[-4:]}",
    )


def tokens(step: Step) -> list[Token]:
    """The body as it is sent, in pieces to colour; hidden characters are written out, secrets are dots."""
    found, at = [], 0
    text = readable_body(step)
    if step.content_type == FORM:
        return [Token(written_out(one.text), one.kind, one.title) for one in _with_holes(text, "")]
    for match in TOKEN.finditer(text):
        found += [Token(text[at : match.start()]), *_with_holes(match[0], match.lastgroup or "")]
        at = match.end()
    found.append(Token(text[at:]))
    return [Token(written_out(token.text), token.kind, token.title) for token in found if token.text]


def readable_body(step: Step) -> str:
    """The body as it is sent, but for secrets: those are dots wherever a person can see or copy it."""
    return without(find_operation(step.operation).secrets_in(step.arguments), step.body)


def file_of(step: Step) -> StoredFile | None:
    """The very file that the step sends, for whoever decides to open."""
    operation = find_operation(step.operation)
    return files.find(step.arguments["file"]) if operation.takes_file else None


def target(step: Step) -> list[Token]:
    """The path and query as they are sent, their holes in words."""
    whole = f"{step.path}?{step.query}" if step.query else step.path
    return [Token(written_out(token.text), token.kind, token.title) for token in _with_holes(whole, "")]


def _with_holes(text: str, kind: str) -> list[Token]:
    pieces = HOLE.split(text)
    return [
        Token(_hole_words(piece), "hole", piece) if position % 2 else Token(piece, kind)
        for position, piece in enumerate(pieces)
    ]


def _hole_words(name: str) -> str:
    step, _, result = name.partition(".")
    return f"the {result} step {step.removeprefix('step')} returns"


def kind_icon(proposal: Proposal) -> str:
    if proposal.status in (Status.UNKNOWN, Status.MANUAL_REVIEW):
        return "help-circle"
    return next((icon for effect, icon in ICONS if effect in proposal.effects), "pencil")


def _money_label(proposal: Proposal) -> str:
    if proposal.status in (Status.UNKNOWN, Status.MANUAL_REVIEW) and proposal.amount_minor is not None:
        return "May have moved"
    return MONEY_LABELS[proposal.direction]


def _why_not(person: Person, proposal: Proposal, decided: set[int]) -> str:
    """Why this person sees no decision bar on a pending proposal."""
    if proposal.status != Status.PENDING:
        return ""
    if proposal.requester_id == person.pk:
        return "You asked for this, so somebody else decides."
    if not person.has_perm("approvals.decide"):
        return "Your role reads proposals; it does not decide them."
    return "You have approved this; one more person must." if person.pk in decided else ""


def _timeline(proposal: Proposal, steps: tuple[Step, ...]) -> list[Moment]:
    who = f"{proposal.requester}" if proposal.proposer_kind == "human" else f"Agent, for {proposal.requester}"
    line = [Moment("circle-check", "ok", "Proposed", who, proposal.created_at)]
    for decision in proposal.decisions.all():
        approved = decision.verdict == "approve"
        word = "Approved" if approved else "Rejected"
        line.append(
            Moment(
                "circle-check" if approved else "ban",
                "ok" if approved else "mute",
                f"{word} by {decision.approver}",
                decision.reason,
                decision.decided_at,
            )
        )
    for step in steps:
        line += _attempt_moments(step, len(steps))
    line += [
        Moment(
            "eye-check",
            "mute",
            f"{finding.person}: {FOUND[finding.finding]}",
            finding.evidence,
            finding.found_at,
        )
        for finding in proposal.settlements.all()
    ]
    return line + _ending(proposal)


def _attempt_moments(step: Step, count: int) -> list[Moment]:
    of = f"Step {step.position}: " if count > 1 else ""

    def titled(words: str) -> str:
        return of + words if of else words[0].upper() + words[1:]

    moments = []
    for attempt in step.attempts.all():
        if attempt.sent_at:
            moments.append(Moment("send", "run", titled("sent once"), "", attempt.sent_at))
        match attempt.state:
            case State.ANSWERED if attempt.error:
                moments.append(Moment("circle-x", "bad", titled("refused"), attempt.error, attempt.ended_at))
            case State.ANSWERED:
                answer = titled(f"accepted, HTTP {attempt.status_code}")
                moments.append(Moment("circle-check", "ok", answer, "", attempt.ended_at))
            case State.LOST:
                lost = titled("no usable answer")
                moments.append(Moment("help-circle", "unk", lost, attempt.error, attempt.ended_at))
                if attempt.status_code is not None:
                    late = titled(f"accepted late, HTTP {attempt.status_code}")
                    moments.append(Moment("alert-triangle", "bad", late, "Look at the vendor."))
            case State.NOT_SENT | State.ABANDONED:
                moments.append(Moment("clock", "mute", titled("not sent"), attempt.error, attempt.ended_at))
        if attempt.probes:
            times = "once" if attempt.probes == 1 else f"{attempt.probes} times"
            moments.append(Moment("refresh", "mute", titled(f"read back {times}")))
    return moments


def _ending(proposal: Proposal) -> list[Moment]:
    match proposal.status:
        case Status.PENDING:
            return [
                Moment("clock-pause", "wait", "Waiting for a decision", is_now=True),
                Moment("circle-dashed", "mute", "Sent"),
                Moment("circle-dashed", "mute", "Confirmed by a fresh read"),
            ]
        case Status.APPROVED | Status.EXECUTING:
            return [
                Moment("progress", "run", "Under way", proposal.outcome, is_now=True),
                Moment("circle-dashed", "mute", "Confirmed by a fresh read"),
            ]
        case Status.UNKNOWN | Status.MANUAL_REVIEW:
            return [Moment("help-circle", "unk", "Finding out", proposal.outcome, is_now=True)]
        case Status.SUCCEEDED:
            return [
                Moment(
                    "circle-check", "ok", "Confirmed by a fresh read", proposal.outcome, proposal.finished_at
                )
            ]
        case Status.FAILED:
            return [Moment("circle-x", "bad", "Did not take effect", proposal.outcome, proposal.finished_at)]
        case Status.REJECTED:
            return []
    pill = statuses.proposal_pill(proposal)
    return [Moment(pill.icon, pill.tone, pill.word, proposal.outcome, proposal.finished_at)]
