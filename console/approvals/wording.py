"""Text from elsewhere, made safe to decide on: nothing hides, reorders or pushes the amount out of sight."""

import unicodedata
from typing import Any

LONGEST_SENTENCE = 500
LONGEST_TEXT = 2_000
HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def visible(text: str) -> str:
    """The text with control, direction and zero-width characters written out, such as ‹U+202E›."""
    shown = "".join(f"‹U+{ord(c):04X}›" if unicodedata.category(c) in HIDDEN else c for c in text)
    return shown if len(shown) <= LONGEST_TEXT else shown[: LONGEST_TEXT - 1] + "…"


def clipped(text: str) -> str:
    """A card's sentence. Too long a one keeps its end, where the amount stands."""
    shown = visible(text)
    if len(shown) <= LONGEST_SENTENCE:
        return shown
    tail = shown[-120:]
    return shown[: LONGEST_SENTENCE - 121] + "…" + tail


def visible_all(value: Any) -> Any:
    """`visible` for every text inside a JSON value."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: visible_all(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [visible_all(item) for item in value]
    return value
