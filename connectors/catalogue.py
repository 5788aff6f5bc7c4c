"""A vendor's operations, read from its OpenAPI files.

Each connector keeps `catalogue/*.yaml`, one file a resource. `components` of all files are one space, and
`x-countersign.bases` of any file names the path prefixes. An operation that is not fit to be shown to staff
and a model (no description, no effects, no way to judge it) is left out and listed under `problems`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft7Validator
from jsonschema.exceptions import SchemaError

from connectors import schemas
from connectors.operations import FILE_FACTS, PLACEHOLDER, Operation, Paging, RecordRef, Wire, template_of
from connectors.requests import KEY, Request, fill, holes

__all__ = [
    "Catalogue",
    "Operation",
    "Paging",
    "Problem",
    "RecordRef",
    "Request",
    "catalogue",
    "connector_names",
    "fill",
    "find_operation",
    "holes",
    "secret_names",
]

FOLDER = Path(__file__).parent
EFFECTS = frozenset({"read", "write", "money", "irreversible", "notify"})
METHODS = ("get", "post", "put", "patch", "delete")
BLOCK_KEYS = (
    "aliases base card effects fallback injected judge masked off paging pays record reference returns"
    " sealed secrets stale tags trusted undo"
)
LOADER = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)  # the same in C, eight times as fast, where it is built
SENTENCE_END = re.compile(r"[.!?](?=\s|$)")


@dataclass(frozen=True)
class Problem:
    file: str
    operation: str
    sentence: str


@dataclass(frozen=True)
class Catalogue:
    """A connector's operations by name; aliases are the names other tool servers use.

    off: those that are described and never offered, each with a sentence that says why.
    """

    operations: Mapping[str, Operation]
    problems: tuple[Problem, ...]
    aliases: Mapping[str, str]
    off: Mapping[str, Operation]

    def __getitem__(self, name: str) -> Operation:
        return self.operations[self.aliases.get(name, name)]

    def __contains__(self, name: object) -> bool:
        return name in self.operations or name in self.aliases


@cache
def catalogue(connector: str) -> Catalogue:
    """The connector's catalogue, read once per process."""
    return load(connector, FOLDER / connector / "catalogue")


@cache
def connector_names() -> tuple[str, ...]:
    """Every folder with a catalogue is a connector."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/catalogue") if path.is_dir()))


@cache
def find_operation(name: str) -> Operation:
    """The operation of that name or alias at any connector; KeyError when there is none."""
    for connector in connector_names():
        if name in catalogue(connector):
            return catalogue(connector)[name]
    raise KeyError(name)


@cache
def secret_names() -> frozenset[str]:
    """The arguments of any operation that are sent and never shown."""
    found = (catalogue(connector).operations.values() for connector in connector_names())
    return frozenset(name for operations in found for one in operations for name in one.secrets)


def load(connector: str, folder: Path) -> Catalogue:
    """Read a folder of OpenAPI files; what is not fit is left out and told under `problems`."""
    documents = {
        path.name: yaml.load(path.read_text("utf-8"), LOADER) for path in sorted(folder.glob("*.yaml"))
    }
    components: dict[str, dict] = {}
    bases: dict[str, str] = {}
    for document in documents.values():
        bases |= document.get("x-countersign", {}).get("bases", {})
        for kind, entries in document.get("components", {}).items():
            components.setdefault(kind, {}).update(entries)
    operations: dict[str, Operation] = {}
    off: dict[str, Operation] = {}
    aliases: dict[str, str] = {}
    problems: list[Problem] = []
    for file, document in documents.items():
        for path, method, raw in _entries(document):
            name = raw.get("operationId", f"{method} {path}")
            try:
                raw = resolved(raw, components)
                operation = _compiled(connector, path, method, raw, bases)
            except (KeyError, TypeError, ValueError, SchemaError) as error:
                problems.append(Problem(file, name, f"cannot be compiled: {error}"))
                continue
            found = list(unfit(operation, raw))
            taken = [alias for alias in operation.aliases if alias in aliases or alias in operations]
            if operation.name in operations or operation.name in off or taken:
                found.append("its name or an alias is taken")
            if found:
                problems += [Problem(file, name, sentence) for sentence in found]
                continue
            if operation.off:
                off[operation.name] = operation
                continue
            operations[operation.name] = operation
            aliases |= dict.fromkeys(operation.aliases, operation.name)
    return Catalogue(operations, tuple(problems), aliases, off)


def _entries(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict]]:
    for path, item in document.get("paths", {}).items():
        for method in METHODS:
            if method in item:
                shared = item.get("parameters", [])
                raw = item[method]
                yield path, method, {**raw, "parameters": [*shared, *raw.get("parameters", [])]}


def resolved(value: Any, components: Mapping[str, Mapping[str, Any]]) -> Any:
    """The value with `#/components/…` references replaced; keys beside a reference win over it."""
    if isinstance(value, list):
        return [resolved(item, components) for item in value]
    if not isinstance(value, Mapping):
        return value
    rest = {key: resolved(inner, components) for key, inner in value.items() if key != "$ref"}
    if "$ref" not in value:
        return rest
    kind, name = value["$ref"].removeprefix("#/components/").split("/")
    return resolved(components[kind][name], components) | rest


def block_of(raw: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of an operation beyond OpenAPI. YAML takes the bare word `off` for a boolean."""
    return {"off" if key is False else key: value for key, value in raw.get("x-countersign", {}).items()}


def _compiled(connector: str, path: str, method: str, raw: dict, bases: Mapping[str, str]) -> Operation:
    block = block_of(raw)
    unknown = set(block) - set(BLOCK_KEYS.split())
    if unknown:
        raise ValueError(f"x-countersign does not know {', '.join(sorted(unknown))}")
    injected = tuple(block.get("injected", ()))
    paging = Paging(**block["paging"]) if "paging" in block else None
    path_schemas, query = {}, []
    for parameter in raw["parameters"]:
        schema = {**parameter["schema"]}
        if "description" in parameter:
            schema.setdefault("description", parameter["description"])
        if parameter["in"] == "path":
            path_schemas[parameter["name"]] = schema
        elif parameter["in"] == "query":
            query.append({**parameter, "schema": schema})
        elif parameter["in"] == "header" and schema.get("x-name") == block.get("reference") == KEY:
            continue  # ours to fill, and the dialect's to name
        else:
            raise ValueError(f"parameter {parameter['name']} is in {parameter['in']}")
    content_type, body = "", None
    if "requestBody" in raw:
        ((content_type, content),) = raw["requestBody"]["content"].items()
        body = content["schema"]
    record, pays = block.get("record"), block.get("pays")
    return Operation(
        connector=connector,
        name=raw["operationId"],
        description=" ".join((raw.get("description") or raw.get("summary") or "").split()),
        method=method.upper(),
        path=bases[block["base"]] + path if "base" in block else path,
        effects=frozenset(block.get("effects", ())),
        input_schema=_input_schema(
            path_schemas, query, body, (*injected, block.get("reference", "")), paging
        ),
        aliases=tuple(block.get("aliases", ())),
        tags=tuple(block.get("tags", ())),
        injected=injected,
        record=RecordRef(record["kind"], record["key"]) if record else None,
        pays=RecordRef(pays["kind"], pays["key"]) if pays else None,
        card=block.get("card", ""),
        stale=tuple(block.get("stale", ())),
        undo=block.get("undo", ""),
        judge=block.get("judge"),
        returns=block.get("returns", {}),
        secrets=tuple(block.get("secrets", ())),
        sealed=block.get("sealed", ""),
        masked=tuple(block.get("masked", ())),
        off=block.get("off", ""),
        reference=block.get("reference", ""),
        trusted=block.get("trusted") is True,
        trusted_when=tuple(block["trusted"]) if isinstance(block.get("trusted"), list) else (),
        paging=paging,
        fallback=bases[block["fallback"]] + path if "fallback" in block else "",
        wire=Wire(path_schemas, tuple(query), content_type, body),
    )


def _input_schema(
    path_schemas: Mapping[str, dict],
    query: list[dict],
    body: dict | None,
    injected: tuple[str, ...],
    paging: Paging | None,
) -> dict[str, Any]:
    """One flat object: path, then query, then body; ours (injected, paging) left out, `limit` put in."""
    ours = {*injected} | ({paging.page, paging.size} if paging else set())
    parts: dict[str, Any] = {"type": "object", "properties": {}, "required": []}
    for name, schema in path_schemas.items():
        if name not in ours:
            parts["properties"][name] = schema
            parts["required"].append(name)
    shown = schemas.shown(parts)
    for parameter in query:
        schema = parameter["schema"]
        name = schema.get("x-name", parameter["name"])
        if (
            name in FILE_FACTS
            or "const" in schema
            or (parameter["name"] in ours and not template_of(parameter))
        ):
            continue
        shown["properties"][name] = schemas.shown(schema)
        if parameter.get("required"):
            shown["required"].append(name)
    if body is not None:
        inner = schemas.shown(schemas.as_object(body))
        shown["properties"] |= {k: v for k, v in inner["properties"].items() if k not in ours}
        shown["required"] += [name for name in inner["required"] if name not in ours]
    if paging and paging.style != "whole":
        shown["properties"]["limit"] = {
            "type": "integer",
            "minimum": 1,
            "maximum": paging.limit_max,
            "default": paging.limit,
            "description": "How many rows at most.",
        }
        shown["properties"]["after"] = {
            "type": "string",
            "description": "Go on after an earlier answer: the text it gave as next.",
        }
    return shown


def unfit(operation: Operation, raw: Mapping[str, Any]) -> Iterator[str]:
    """Why an operation cannot be offered, one sentence each."""
    block = block_of(raw)
    if not operation.name.startswith(f"{operation.connector}_"):
        yield f"its name must start with {operation.connector}_"
    if not operation.description:
        yield "it has no description"
    elif not operation.description.endswith(".") or len(SENTENCE_END.findall(operation.description)) > 2:
        yield "its description must be one or two sentences"
    if not operation.effects or operation.effects - EFFECTS:
        yield f"its effects must be some of {', '.join(sorted(EFFECTS))}"
    elif "read" in operation.effects and not operation.is_read:
        yield "read cannot stand beside another effect"
    if operation.off:
        if not operation.off.endswith(".") or len(SENTENCE_END.findall(operation.off)) != 1:
            yield "why it is off must be one sentence"
        return
    try:
        # Of the words we use it knows what 2020-12 knows, and costs each start a fifth; tests ask that one.
        Draft7Validator.check_schema(operation.input_schema)
    except SchemaError as error:
        yield f"its schema is not valid: {error.message}"
    for name in PLACEHOLDER.findall(operation.path):
        if name not in operation.wire.path_schemas and name not in operation.injected:
            yield f"nothing fills {{{name}}} in its path"
    for name, schema in operation.input_schema["properties"].items():
        if not schema.get("description"):
            yield f"its argument {name} has no description"
    if not all(part for path in operation.masked for part in path.split(".")):
        yield "its masked paths must be names parted by dots"
    if operation.paging and operation.paging.style not in ("page_number", "offset", "cursor", "whole"):
        yield f"its paging style {operation.paging.style} is unknown"
    if not operation.is_read:
        if operation.fallback:
            yield "only a read may be asked a second time, under its fallback"
        yield from _unfit_write(operation, block)


def _unfit_write(operation: Operation, block: Mapping[str, Any]) -> Iterator[str]:
    for key in ("card", "undo", "judge"):
        if not block.get(key):
            yield f"a write needs {key}"
    if "record" not in block:
        yield "a write says its record (null when it has none yet)"
    elif operation.record and operation.record.key not in operation.input_schema["properties"]:
        yield f"its record key {operation.record.key} is not an argument"
    for name in operation.pays.key.split(".") if operation.pays else ():
        if name not in schemas.names(operation.input_schema):
            yield f"its {name}, by which it says what it pays, is not an argument"
    for name in operation.trusted_when:
        if name not in operation.input_schema["properties"]:
            yield f"its {name}, which needs a trusted session, is not an argument"
    for name in operation.secrets:
        if name not in schemas.names(operation.input_schema):
            yield f"its secret {name} is not an argument"
