"""From a vendor's wire schema to the one people and models see, and back from arguments to wire values.

Six marks in a wire schema make the difference:

- `x-name: units` shows a property under another name than the vendor's (`Units`), and a body that is a
  list as one argument of that name;
- `x-words: {now: 1, on_renewal: 2}` shows words where the vendor wants codes;
- `x-inline: true` lifts an object's properties up to where it stands;
- `x-one: true` shows a single item where the vendor wants a list, and sends a list of that one;
- `x-midnight: true` shows a date where the vendor wants a moment, and sends its beginning in UTC;
- `const` is always sent and never shown.

A `number` is decimal text for people ("12.50") and a JSON number on the wire. A whole number stays whole.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError

from connectors import money
from connectors.errors import ArgumentsError
from connectors.requests import CONTROL, Hole

Schema = dict[str, Any]
DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
RESULT = re.compile(r"[A-Za-z0-9_]+")
FORMATS = FormatChecker(formats=())
FORMAT_WORDS = {
    "email": "an e-mail address",
    "date": "a date such as 2026-11-30",
    "date-time": "a date and time such as 2026-11-30T09:00:00Z",
    "currency": "a three-letter currency code such as USD",
}
TYPE_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a group of named values",
    "null": "null",
}


@FORMATS.checks("email")
def _is_email(value: object) -> bool:
    return not isinstance(value, str) or bool(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value))


@FORMATS.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(date.fromisoformat(value)) and len(value) == 10


@FORMATS.checks("date-time", raises=ValueError)
def _is_datetime(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@FORMATS.checks("currency")
def _is_currency(value: object) -> bool:
    return not isinstance(value, str) or (value.isupper() and money.is_known(value))


def shown(schema: Schema) -> Schema:
    """The schema for people and models."""
    kept = {key: value for key, value in schema.items() if not key.startswith("x-")}
    if "x-words" in schema:
        kept.update(type="string", enum=list(schema["x-words"]))
    elif schema.get("x-one"):
        return shown(schema["items"])
    elif schema.get("type") == "number":
        for limit in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"):
            kept.pop(limit, None)
        kept.update(type="string", pattern=DECIMAL)
    elif schema.get("type") == "array":
        kept["items"] = shown(schema["items"])
    elif schema.get("type") == "object":
        kept.update(_shown_object(schema))
    return kept


def _shown_object(schema: Schema) -> Schema:
    properties: dict[str, Schema] = {}
    required: list[str] = []
    wanted = schema.get("required", [])
    for name, inner in schema.get("properties", {}).items():
        if "const" in inner:
            continue
        if inner.get("x-inline"):
            lifted = _shown_object(inner)
            properties.update(lifted["properties"])
            required += lifted["required"] if name in wanted else []
            continue
        properties[inner.get("x-name", name)] = shown(inner)
        if name in wanted:
            required.append(inner.get("x-name", name))
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def as_object(body: Schema) -> Schema:
    """The body as an object: a list of records is one argument, under its `x-name`."""
    if body["type"] != "array":
        return body
    name = body["x-name"]
    return {"type": "object", "required": [name], "properties": {name: body}}


def names(schema: Schema) -> set[str]:
    """The names of all arguments in a shown schema, at any depth."""
    if schema.get("type") == "array":
        return names(schema["items"])
    return {found for name, inner in schema.get("properties", {}).items() for found in (name, *names(inner))}


def label_of(name: str, schema: Schema) -> str:
    """The schema's title, else the argument's name in words: parentId is "Parent"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.removesuffix("Id")).lower()
    return schema.get("title") or words[:1].upper() + words[1:]


def is_reference(value: object) -> bool:
    """Whether a value stands for an earlier step's result: {"$ref": {"step": 1, "result": "id"}}."""
    return isinstance(value, Mapping) and set(value) == {"$ref"}


def checked(schema: Schema, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments in the schema's order, defaults filled; ArgumentsError tells all that is wrong."""
    problems: list[str] = []
    wanted = _normal(schema, given, "", problems)
    references = dict(_references(wanted))
    problems += [problem for problem in references.values() if problem]
    for error in Draft202012Validator(schema, format_checker=FORMATS).iter_errors(wanted):
        stands_for_result = tuple(error.absolute_path) in references
        if stands_for_result and error.schema.get("type") not in ("object", "array"):
            continue
        problems += _sentences(error)
    if problems:
        raise ArgumentsError(dict.fromkeys(problems))
    return wanted


def _normal(schema: Schema, value: Any, name: str, problems: list[str]) -> Any:
    """Property order, defaults, decimals as text; notes values that can never be right."""
    if is_reference(value):
        return value
    if isinstance(value, float):
        problems.append(f"{name} must be exact: give a whole number, or a decimal as text.")
        return value
    if isinstance(value, str) and "{{" in value:
        problems.append(f"{name} cannot contain two opening braces.")
    if isinstance(value, str) and "pattern" in schema and CONTROL.search(value):
        # "$" in a pattern also matches before a final line break
        problems.append(f"{name} cannot contain line breaks or control characters.")
    if schema.get("pattern") == DECIMAL and isinstance(value, int | Decimal) and not isinstance(value, bool):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    if schema.get("type") == "array" and isinstance(value, list | tuple):
        return [_normal(schema["items"], item, name, problems) for item in value]
    if schema.get("type") != "object" or not isinstance(value, Mapping):
        return value
    properties = schema.get("properties", {})
    ordered = {}
    for key, inner in properties.items():
        if value.get(key) is not None:
            ordered[key] = _normal(inner, value[key], key, problems)
        elif key in value and _takes_null(inner):
            ordered[key] = None
        elif "default" in inner:
            ordered[key] = inner["default"]
    return ordered | {key: rest for key, rest in value.items() if key not in properties}


def _takes_null(schema: Schema) -> bool:
    """Whether nothing is a value of its own here ("no end"); everywhere else it is as good as left out."""
    return isinstance(schema.get("type"), list) and "null" in schema["type"]


def _references(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, str]]:
    """Each reference's place, with what is wrong with it ("" when nothing is)."""
    if is_reference(value):
        to = value["$ref"]
        fits = (
            isinstance(to, Mapping)
            and set(to) == {"step", "result"}
            and type(to["step"]) is int
            and to["step"] >= 1
            and isinstance(to["result"], str)
            and RESULT.fullmatch(to["result"])
        )
        name = path[-1] if path else "The arguments"
        yield path, "" if fits else f"{name} must name an earlier step and one of its results."
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _references(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _references(inner, (*path, at))


def _sentences(error: ValidationError) -> list[str]:
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in error.absolute_path)
    name = name or "The arguments"
    limit = error.validator_value
    match error.validator:
        case "required":
            prefix = f"{name}." if error.absolute_path else ""
            return [f"{prefix}{key} is missing." for key in limit if key not in error.instance]
        case "additionalProperties":
            return [
                f"{key} is not something this takes."
                for key in error.instance
                if key not in error.schema["properties"]
            ]
        case "type":
            types = limit if isinstance(limit, list) else [limit]
            return [f"{name} must be {' or '.join(TYPE_WORDS.get(one, one) for one in types)}."]
        case "enum":
            return [f"{name} must be one of: {', '.join(map(str, limit))}."]
        case "format":
            return [f"{name} must be {FORMAT_WORDS.get(limit, limit)}."]
        case "pattern" if limit == DECIMAL:
            return [f"{name} must be a decimal number such as 12.50."]
        case "pattern" | "minLength":
            return [f"{name} does not look right: {error.schema.get('description', 'see its form')}"]
        case "minimum":
            return [f"{name} must be at least {limit}."]
        case "maximum":
            return [f"{name} must be at most {limit}."]
        case "maxLength":
            return [f"{name} must be at most {limit} characters."]
        case "minItems":
            return [f"{name} must have at least {limit} entries."]
        case "maxItems":
            return [f"{name} must have at most {limit} entries."]
    return [f"{name}: {error.message}"]


def on_wire(schema: Schema, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The vendor's object for checked arguments, keys in the order the catalogue lists them."""
    out: dict[str, Any] = {}
    for name, inner in schema.get("properties", {}).items():
        shown_name = inner.get("x-name", name)
        if "const" in inner:
            out[name] = inner["const"]
        elif inner.get("x-inline"):
            lifted = on_wire(inner, arguments)
            if lifted or name in schema.get("required", []):
                out[name] = lifted
        elif shown_name in arguments:
            out[name] = wire_value(inner, arguments[shown_name], shown_name)
    return out


def wire_value(schema: Schema, value: Any, name: str) -> Any:
    if schema.get("x-one"):
        return [wire_value(schema["items"], value, name)]
    if is_reference(value):
        to = value["$ref"]
        return Hole(f"step{to['step']}.{to['result']}", quoted=schema.get("type", "string") == "string")
    if "x-words" in schema:
        return schema["x-words"][value]
    if schema.get("x-midnight"):
        return f"{value}T00:00:00.000Z"
    if schema.get("type") == "number":
        return _number(schema, value, name)
    if schema.get("type") == "array":
        return [wire_value(schema["items"], item, name) for item in value]
    if schema.get("type") == "object":
        return on_wire(schema, value)
    return value


def _number(schema: Schema, text: str, name: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ArgumentsError([f"{name} must be a decimal number such as 12.50."]) from None
    if "minimum" in schema and number < schema["minimum"]:
        raise ArgumentsError([f"{name} must be at least {schema['minimum']}."])
    if "exclusiveMinimum" in schema and number <= schema["exclusiveMinimum"]:
        raise ArgumentsError([f"{name} must be more than {schema['exclusiveMinimum']}."])
    if "maximum" in schema and number > schema["maximum"]:
        raise ArgumentsError([f"{name} must be at most {schema['maximum']}."])
    return number
