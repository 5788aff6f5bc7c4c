"""What the conversation has brought so far: proposals and their fate, who was spoken of."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agent.scripted import news
from agent.scripted.conversation import Done, News
from agent.scripted.records import Customer


@dataclass
class Proposal:
    number: str
    identity: str
    sentence: str
    status: str
    detail: str = ""


@dataclass
class Talk:
    tools: dict[str, dict[str, Any]]
    today: date
    proposals: dict[str, Proposal] = field(default_factory=dict)  # by number, oldest first
    customer: Customer | None = None
    invoice_number: str = ""
    asked: "Asked | None" = None

    def hear(self, told: Iterable[News]) -> str:
        """Take in news of proposals; what there is to say about it."""
        sentences = []
        for one in told:
            known = self.proposals.setdefault(one.number, Proposal(one.number, "", one.sentence, "pending"))
            sentences.append(news.tell(one, before=known.status))
            known.status, known.detail = one.status, one.detail
            known.sentence = one.sentence or known.sentence
        return "\n\n".join(sentences)

    def note(self, done: Iterable[Done]) -> None:
        for one in done:
            number = one.result.get("proposal")
            if isinstance(number, str) and number not in self.proposals:
                self.proposals[number] = Proposal(
                    number,
                    identity(one.name, one.arguments),
                    str(one.result.get("sentence") or ""),
                    str(one.result.get("status") or "pending"),
                )

    def rejected(self, name: str, arguments: dict[str, Any]) -> Proposal | None:
        """The latest proposal of exactly this, when a person rejected it."""
        same = [one for one in self.proposals.values() if one.identity == identity(name, arguments)]
        return same[-1] if same and same[-1].status == "rejected" else None


@dataclass(frozen=True)
class Asked:
    text: str
    talk: Talk


def identity(name: str, arguments: dict[str, Any]) -> str:
    """A proposal's content without its wording: the same for the same calls, whatever reason was given."""
    content = {key: value for key, value in arguments.items() if key != "reason"}
    return json.dumps([name, content], sort_keys=True, default=str)
