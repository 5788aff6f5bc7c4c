"""Arguments by their place: "payments.amount" is the amount of the one entry of the list `payments`."""

from collections.abc import Iterable, Mapping
from typing import Any

Schema = Mapping[str, Any]


def part(schema: Schema, place: str) -> Schema:
    """What the catalogue tells of the argument at that place."""
    for name in place.split("."):
        schema = _entry(schema)["properties"][name]
    return schema


def is_required(schema: Schema, place: str) -> bool:
    """Within what it is a part of."""
    outer, _, last = place.rpartition(".")
    return last in _entry(part(schema, outer) if outer else schema).get("required", ())


def nested(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that these values make, each put in its place."""
    arguments: dict[str, Any] = {}
    for place, value in given.items():
        *outer, last = place.split(".")
        target, inner = arguments, schema
        for name in outer:
            inner = _entry(inner)["properties"][name]
            if inner["type"] == "array":
                target = target.setdefault(name, [{}])[0]
            else:
                target = target.setdefault(name, {})
        target[last] = value
    return arguments


def tops(places: Iterable[str]) -> set[str]:
    return {place.partition(".")[0] for place in places}


def _entry(schema: Schema) -> Schema:
    return schema["items"] if schema["type"] == "array" else schema
