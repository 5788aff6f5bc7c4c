"""Answers cut to a bound, with a word on how to get the rest: a model does not read megabytes."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

BOUND = 12_000  # characters of JSON
LONGEST_TEXT = 1_000


def plain(value: Any) -> Any:
    """JSON-safe: decimals exact (whole numbers as numbers, others as text), dates in ISO 8601."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value


def cut(data: Any, *, bound: int = BOUND) -> tuple[Any, bool]:
    """The data within the bound, and whether anything was left out: long texts first, then tails of lists."""
    if _size(data) <= bound:
        return data, False
    data, was_cut = _shorten_texts(data)
    while _size(data) > bound:
        longest = max(_lists(data), key=_size, default=None)
        if longest is None or len(longest) <= 1:
            return {"excerpt": json.dumps(data, ensure_ascii=False)[: bound - 100]}, True
        del longest[max(1, len(longest) // 2) :]
        was_cut = True
    return data, was_cut


def _size(data: Any) -> int:
    return len(json.dumps(data, ensure_ascii=False, separators=(",", ":")))


def _shorten_texts(data: Any) -> tuple[Any, bool]:
    """A copy, so that the caller's lists stay whole."""
    if isinstance(data, str):
        is_long = len(data) > LONGEST_TEXT
        return (data[:LONGEST_TEXT] + "…", True) if is_long else (data, False)
    if isinstance(data, list):
        cuts = [_shorten_texts(inner) for inner in data]
        return [inner for inner, _ in cuts], any(was_cut for _, was_cut in cuts)
    if isinstance(data, dict):
        cuts = {key: _shorten_texts(inner) for key, inner in data.items()}
        return {key: inner for key, (inner, _) in cuts.items()}, any(was_cut for _, was_cut in cuts.values())
    return data, False


def _lists(data: Any) -> list[list]:
    found = [data] if isinstance(data, list) and len(data) > 1 else []
    inner = data if isinstance(data, list) else data.values() if isinstance(data, dict) else ()
    return found + [nested for value in inner for nested in _lists(value)]
