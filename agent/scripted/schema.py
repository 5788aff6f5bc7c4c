"""Arguments cut to the schema a tool was offered with: its names, its enum words, its types."""

import re
from typing import Any

from agent.scripted.actions import ArgumentMissing, Call

# What a paged vendor list wants when nobody says otherwise; 100 is the largest page Billsby allows.
PAGING = {"page": 1, "pageSize": 100, "page_size": 100, "limit": 100, "max": 100}
NUMBERED = {"now": 1, "immediate": 1, "on_renewal": 2, "Increment": "increment", "Decrement": "decrement"}


def fit(call: Call, schema: dict[str, Any]) -> Call:
    """The same call in the tool's own terms.

    What the schema does not know is left out, an enum word is matched without regard to case and signs,
    numbers and texts are turned into each other where the type asks.
    Raises ArgumentMissing for a required one nobody gave.
    """
    properties = schema.get("properties")
    if properties is None:
        return call
    arguments = {}
    for name, value in call.arguments.items():
        if name in properties and value is not None:
            fitted = fit_value(value, properties[name])
            if fitted is not None:
                arguments[name] = fitted
    for name in schema.get("required", ()):
        if name not in arguments:
            default = properties.get(name, {}).get("default", PAGING.get(name))
            if default is None:
                raise ArgumentMissing(call.name, name)
            arguments[name] = default
    return Call(call.name, arguments)


def fit_value(value: Any, schema: dict[str, Any]) -> Any:
    """None when no word of the enum means the value."""
    if isinstance(value, dict | list):
        return value
    if choices := [one for one in schema.get("enum", ()) if one is not None]:
        return match_choice(value, choices)
    kinds = schema.get("type", [])
    kinds = {kinds} if isinstance(kinds, str) else set(kinds)
    if isinstance(value, int) and "string" in kinds and not kinds & {"integer", "number"}:
        return str(value)
    if (
        isinstance(value, str)
        and kinds & {"integer", "number"}
        and "string" not in kinds
        and value.isdecimal()
    ):
        return int(value)
    return value


def match_choice(value: Any, choices: list[Any]) -> Any:
    if value in choices:
        return value
    wanted = {plain(value), plain(NUMBERED.get(value, value))}
    return next((one for one in choices if plain(one) in wanted), None)


def plain(word: Any) -> str:
    return re.sub(r"[\W_]", "", str(word)).casefold()
