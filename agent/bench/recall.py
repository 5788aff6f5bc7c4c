"""How often the right tool is among the first five that are found, over a set of what staff would say."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from agent.tools.finding import FOUND_AT_ONCE
from agent.tools.registry import ranked


@dataclass(frozen=True)
class Intent:
    """What somebody wants, and the tools any of which is right for it."""

    text: str
    right: frozenset[str]

    @property
    def is_held_out(self) -> bool:
        """Whether it was never looked at while the ranking was tuned.

        By its text alone: half of those that were written before there was a ranking.
        """
        return sha256(self.text.encode()).digest()[0] % 2 == 0

    @property
    def is_found(self) -> bool:
        return bool(self.right & {tool.name for _, tool in ranked(self.text)[:FOUND_AT_ONCE]})


def read_intents(path: Path) -> list[Intent]:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    parts = [line.split("\t") for line in lines]
    return [Intent(text, frozenset(right.split())) for text, right in parts]


def recall(intents: Iterable[Intent]) -> float:
    found = [intent.is_found for intent in intents]
    return sum(found) / len(found)
