"""Values that are sent or answered and never shown, such as a card's token or a bank account's number.

Dots and the last four stand for them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote

DOTS = "••••"
FIGURES = re.compile(r"\d[\d -]{3,}\d")


def dotted(secret: str) -> str:
    return DOTS + secret[-4:]


def without(secrets: Iterable[str], value: Any) -> Any:
    """The JSON value with dots wherever one of the secrets stands in a text, as it is or as it is sent."""
    if isinstance(value, str):
        for secret in secrets:
            for spelled in _spellings(secret):
                value = value.replace(spelled, dotted(secret))
        return value
    if isinstance(value, Mapping):
        return {key: without(secrets, inner) for key, inner in value.items()}
    return [without(secrets, inner) for inner in value] if isinstance(value, list | tuple) else value


def _spellings(secret: str) -> list[str]:
    """As it is, in a JSON text, and in a form."""
    in_json = json.dumps(secret, ensure_ascii=False)[1:-1]
    return list(dict.fromkeys((secret, in_json, quote(secret, safe=""), quote(in_json, safe=""))))


def mask(paths: Iterable[str], answer: Any) -> None:
    """Change the answer: dots and the last four for what stands under one of the dotted paths.

    A path may begin at any depth, and lists on it count as what is in them: `bankAccount.accountNumber` is
    found in a record, in each row of a list, and in each of several records changed at once.
    """
    ends = [path.split(".") for path in paths]
    if ends:
        _mask(ends, answer, [])


def _mask(ends: list[list[str]], value: Any, place: list[str]) -> None:
    if isinstance(value, list):
        for inner in value:
            _mask(ends, inner, place)
    elif isinstance(value, dict):
        for key, inner in value.items():
            there = [*place, key]
            if any(there[-len(end) :] == end for end in ends):
                value[key] = _masked(inner)
            else:
                _mask(ends, inner, there)


def _masked(value: Any) -> Any:
    """Text and numbers as dots and the last four, whatever stands around them."""
    if isinstance(value, dict):
        return {key: _masked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner) for inner in value]
    if isinstance(value, bool) or value is None or value == "":
        return value
    return dotted(f"{value:f}" if isinstance(value, Decimal) else str(value))


def without_figures(text: str) -> str:
    """A text nobody could read, with dots for whatever in it may be a number of an account."""
    return FIGURES.sub(lambda found: dotted(found[0]), text)


def without_named(names: Iterable[str], text: str) -> str:
    """A model's arguments with dots for what stands under these names, at any depth and in any case.

    Text that is not JSON may be any attempt at it: there what follows the name goes whole.
    """
    wanted = {name.lower() for name in names}
    if not any(name in text.lower() for name in wanted):
        return text
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        pattern = "|".join(map(re.escape, sorted(wanted)))
        return re.sub(rf"(?is)({pattern}).*", rf"\1 {DOTS}", text)
    secrets = sorted(set(_named(wanted, read)), key=len, reverse=True)
    return json.dumps(without([secret for secret in secrets if secret], read), ensure_ascii=False)


def _named(wanted: set[str], value: Any) -> list[str]:
    if isinstance(value, Mapping):
        own = [str(inner) for key, inner in value.items() if key.lower() in wanted and isinstance(inner, str)]
        return own + [found for inner in value.values() for found in _named(wanted, inner)]
    return [found for inner in value for found in _named(wanted, inner)] if isinstance(value, list) else []
