"""Telling the agent what became of what it proposed: once each, whoever is connected."""

import re
import unicodedata
from uuid import UUID

from django.db import transaction

from agent import threads, turns
from agent.models import Message, Told
from agent.queries import proposals_of
from console.approvals.models import Proposal
from console.ui import statuses

Status = Proposal.Status
LONGEST_QUOTED = 500
WORTH_TELLING = (
    Status.SUCCEEDED,
    Status.FAILED,
    Status.PARTLY_DONE,
    Status.UNKNOWN,
    Status.MANUAL_REVIEW,
    Status.REJECTED,
    Status.WITHDRAWN,
    Status.EXPIRED,
    Status.STALE,
)


def untold(conversation_id: UUID) -> list[Proposal]:
    told = set(Told.objects.filter(conversation_id=conversation_id).values_list("proposal_id", "status"))
    return [
        proposal
        for proposal in proposals_of(conversation_id)
        if proposal.status in WORTH_TELLING and (str(proposal.pk), proposal.status) not in told
    ]


def tell(conversation_id: UUID) -> str | None:
    """Write down what is untold and begin a turn about it; its lease holder, None when there is nothing.

    While a turn runs nothing is told: its end asks again. The lease and the constraint of Told make it once.
    """
    if not untold(conversation_id):
        return None
    with transaction.atomic():
        try:
            holder = turns.take_lease(conversation_id)
        except turns.TurnRefusedError:
            return None
        news = untold(conversation_id)  # under the lease nobody else tells
        for proposal in news:
            Told.objects.create(
                conversation_id=conversation_id, proposal_id=str(proposal.pk), status=proposal.status
            )
            threads.append_message(
                conversation_id, Message.Role.SYSTEM, sentence_about(proposal), proposal_id=str(proposal.pk)
            )
        if not news:
            transaction.set_rollback(True)
            return None
    return holder


def sentence_about(proposal: Proposal) -> str:
    """One line. Records and vendors may have written parts of it, and the model sees it as our own word."""
    outcome = quoted(proposal.outcome) or _without_outcome(proposal)
    word = statuses.PROPOSAL[proposal.status].word
    return f"Proposal {proposal.number} ({quoted(proposal.sentence)}) is now “{word}”: {outcome}"


def quoted(text: str) -> str:
    """Without line breaks and invisible characters, without our own phrase, and cut to a bound."""
    visible = "".join(one if unicodedata.category(one)[0] != "C" else " " for one in text)
    line = re.sub(r"\)\s+is\s+now\b", ", is now", " ".join(visible.split()), flags=re.IGNORECASE)
    return line if len(line) <= LONGEST_QUOTED else f"{line[:LONGEST_QUOTED]}…"


def _without_outcome(proposal: Proposal) -> str:
    match proposal.status:
        case Status.REJECTED:
            return "a person rejected it. Do not propose it again unchanged."
        case Status.WITHDRAWN:
            return "it was taken back."
        case Status.EXPIRED:
            return "nobody decided in time."
        case Status.STALE:
            return "the record changed since it was proposed, so the approval no longer counts."
    return "see the proposal."
