"""Values that are sent and never shown, such as a card's token: dots and the last four stand for them."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

DOTS = "••••"


def dotted(secret: str) -> str:
    return DOTS + secret[-4:]


def without(secrets: Iterable[str], value: Any) -> Any:
    """The JSON value with dots wherever one of the secrets stands in a text."""
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, dotted(secret))
        return value
    if isinstance(value, Mapping):
        return {key: without(secrets, inner) for key, inner in value.items()}
    return [without(secrets, inner) for inner in value] if isinstance(value, list | tuple) else value


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
