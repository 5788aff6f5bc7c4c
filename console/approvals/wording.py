"""Text from elsewhere, made safe to decide on: nothing hides, reorders or pushes the amount out of sight."""

import unicodedata
from typing import Any

LONGEST_SENTENCE = 500
LONGEST_TEXT = 2_000
LINE_BREAK = "‹line break›"
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str) -> str:
    """The text as `written_out`, cut where it is too long for a card."""
    shown = written_out(text)
    return shown if len(shown) <= LONGEST_TEXT else shown[: LONGEST_TEXT - 1] + "…"


def written_out(text: str) -> str:
    """The whole text, line breaks in words; control, direction and zero-width characters as ‹U+202E›."""
    parts = text.replace("\r\n", "\n").split("\n")
    return LINE_BREAK.join(
        "".join(f"‹U+{ord(c):04X}›" if unicodedata.category(c) in HIDDEN else c for c in part)
        for part in parts
    )


def clipped(text: str) -> str:
    """A card's sentence. Too long a one keeps its end, where the amount stands."""
    shown = written_out(text)
    if len(shown) <= LONGEST_SENTENCE:
        return shown
    tail = shown[-120:]
    return shown[: LONGEST_SENTENCE - 121] + "…" + tail


def is_storable(value: Any) -> bool:
    """Whether every text inside can be stored, digested and sent: no zero byte, no half of a pair."""
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, dict):
        return all(is_storable(part) for pair in value.items() for part in pair)
    return all(map(is_storable, value)) if isinstance(value, list | tuple) else True


def visible_all(value: Any) -> Any:
    """`visible` for every text inside a JSON value."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: visible_all(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [visible_all(item) for item in value]
    return value
