"""One endpoint of a vendor: what people and models see of it, and the request it makes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors import schemas
from connectors.errors import ArgumentsError, NotConfiguredError
from connectors.requests import (
    FILE,
    FORM,
    KEY,
    Request,
    path_value,
    query_text,
    query_value,
    write_form,
    write_json,
)

# Of an uploaded file: what it is called, what its content is, how large it is, and its hash.
FILE_FACTS = ("fileName", "fileType", "fileSize", "fileBody")
PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class RecordRef:
    """The record a write is about: its mirror kind, and the argument that names it."""

    kind: str
    key: str


@dataclass(frozen=True)
class Paging:
    """How a list goes on. `page` and `size` are wire names that we fill; callers say `limit` and `after`.

    style: page_number (first page is 1), offset (rows before), cursor (token found under `next`), or
    whole (everything at once). `results` names the array inside the answer, "" when the answer is it.
    """

    style: str = "whole"
    page: str = ""
    size: str = ""
    size_max: int = 100
    results: str = ""
    pages: str = ""
    total: str = ""
    next: str = ""
    limit: int = 50
    limit_max: int = 500


@dataclass(frozen=True)
class Operation:
    """One endpoint of a vendor, as people and models know it.

    fallback: the path to ask once more where `path` finds nothing, for a read whose base is not certain.
    """

    connector: str
    name: str
    description: str
    method: str
    path: str
    effects: frozenset[str]
    input_schema: dict[str, Any]
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    injected: tuple[str, ...] = ()
    record: RecordRef | None = None
    pays: RecordRef | None = None  # what it settles with money; the key is dotted where it lists several
    card: str = ""
    stale: tuple[str, ...] = ()
    undo: str = ""
    judge: str | None = None
    returns: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()  # arguments that are sent and never shown
    masked: tuple[str, ...] = ()  # dotted paths in its answer that are shown by their last four
    sealed: str = ""  # a field of its answer, told once, that is kept among the credentials and never shown
    trusted: bool = False  # needs a session that passed a second factor
    trusted_when: tuple[str, ...] = ()  # arguments that make it need one, where they are true
    paging: Paging | None = None
    fallback: str = ""
    off: str = ""  # why it is never offered, where it is not
    reference: str = ""  # the argument that we fill ourselves, with a text no other request has
    wire: "Wire | None" = field(default=None, repr=False)

    @property
    def takes_file(self) -> bool:
        """Its argument `file` names an uploaded file; what is sent of that, we fill in from the file."""
        return self.wire is not None and self.wire.content_type == FILE

    @property
    def ours(self) -> frozenset[str]:
        """The arguments that we fill ourselves, which nobody gives."""
        return frozenset(FILE_FACTS if self.takes_file else ()) | ({self.reference} - {""})

    @property
    def is_read(self) -> bool:
        return self.effects == {"read"}

    def secrets_in(self, arguments: Any) -> list[str]:
        """The secret values among arguments, at any depth: several records at once have one each."""
        if isinstance(arguments, list):
            return [found for item in arguments for found in self.secrets_in(item)]
        if not isinstance(arguments, Mapping):
            return []
        own = [value for name in self.secrets if isinstance(value := arguments.get(name), str) and value]
        return own + [found for inner in arguments.values() for found in self.secrets_in(inner)]

    def paid_in(self, arguments: Mapping[str, Any]) -> set[str]:
        """The keys of the records that it pays."""
        if self.pays is None:
            return set()
        found: list[Any] = [arguments]
        for name in self.pays.key.split("."):
            values = [one.get(name, []) for one in found]
            found = [one for value in values for one in (value if isinstance(value, list) else [value])]
        return {key for key in found if isinstance(key, str)}

    def wants_trust(self, arguments: Mapping[str, Any]) -> bool:
        return self.trusted or any(arguments.get(name) for name in self.trusted_when)

    def arguments(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Checked arguments with defaults; ArgumentsError tells staff and model what is wrong."""
        own = {name: value for name, value in given.items() if name in self.ours}
        asked = {name: value for name, value in given.items() if name not in own}
        return schemas.checked(self.input_schema, asked) | own

    def request(
        self,
        arguments: Mapping[str, Any],
        injected: Mapping[str, str],
        page: Mapping[str, Any] | None = None,
    ) -> Request:
        """The same text for the same arguments, always. `page` holds the wire values of one page."""
        return self.wire.request(self, self.arguments(arguments), injected, page or {})


@dataclass(frozen=True)
class Wire:
    """The vendor's side of an operation: where each value goes."""

    path_schemas: Mapping[str, dict]
    query: tuple[Mapping[str, Any], ...]  # OpenAPI parameters, in order
    content_type: str
    body: dict[str, Any] | None

    def request(
        self,
        operation: Operation,
        arguments: Mapping[str, Any],
        injected: Mapping[str, str],
        page: Mapping[str, Any],
    ) -> Request:
        missing = [name for name in operation.injected if not injected.get(name)]
        if missing:
            raise NotConfiguredError(
                f"The connection does not say its {missing[0]}.", vendor=operation.connector
            )

        def segment(match: re.Match[str]) -> str:
            name = match[1]
            if name in operation.injected:
                return path_value(name, injected[name])
            shown_name = self.path_schemas[name].get("x-name", name)
            value = schemas.wire_value(self.path_schemas[name], arguments[shown_name], shown_name)
            return path_value(shown_name, value)

        return Request(
            method=operation.method,
            path=PLACEHOLDER.sub(segment, operation.path),
            query="&".join(self._query(arguments, page)),
            content_type=self.content_type if self.body is not None else "",
            body=self._body(arguments, page),
            idempotency_key=str(arguments[KEY]) if operation.reference == KEY and KEY in arguments else "",
        )

    def _query(self, arguments: Mapping[str, Any], page: Mapping[str, Any]) -> Iterator[str]:
        """Pairs in the catalogue's order; templated parameters of one name are one, joined with commas."""
        found: dict[str, list[Any]] = {}
        joined: set[str] = set()
        for parameter in self.query:
            values = _values(parameter, arguments, page)
            if values:
                found.setdefault(parameter["name"], []).extend(values)
            if template_of(parameter):
                joined.add(parameter["name"])
        for name, values in found.items():
            for value in [",".join(values)] if name in joined else values:
                yield f"{name}={query_value(value)}"

    def _body(self, arguments: Mapping[str, Any], page: Mapping[str, Any]) -> str:
        if self.body is None:
            return ""
        if self.content_type == FILE:
            return arguments["fileBody"]
        value = schemas.on_wire(schemas.as_object(self.body), {**arguments, **page})
        if self.body["type"] == "array":
            value = value[self.body["x-name"]]
        return write_form(value) if self.content_type == FORM else write_json(value)


def template_of(parameter: Mapping[str, Any]) -> str:
    """`x-template: 'dueDate:lte:{}'` makes an argument a part of a vendor's filter text."""
    return parameter.get("x-template", "")


def _values(parameter: Mapping[str, Any], arguments: Mapping[str, Any], page: Mapping[str, Any]) -> list[Any]:
    """What one query parameter sends: nothing, one value, or several for a list with `explode`."""
    name, schema, template = parameter["name"], parameter["schema"], template_of(parameter)
    shown_name = schema.get("x-name", name)
    if parameter.get("x-unsent"):
        return []  # only the judge needs it, to read back what the request itself does not say
    if name in page and not template:
        return [page[name]]
    if "const" in schema:
        return [schema["const"]]
    if shown_name not in arguments:
        return []
    value = schemas.wire_value(schema, arguments[shown_name], shown_name)
    if template:
        return [_filled(template, value, shown_name)]
    if not isinstance(value, list):
        return [value]
    return value if parameter.get("explode", True) else [",".join(map(query_text, value))]


def _filled(template: str, value: Any, name: str) -> str:
    """The template with its value, which must not be able to end its place and begin another."""
    texts = [query_text(item) for item in value] if isinstance(value, list) else [query_text(value)]
    unsafe = '"' if '"' in template and not isinstance(value, list) else '",'
    if any(letter in text for letter in unsafe for text in texts):
        raise ArgumentsError([f"{name} cannot contain quotes or commas."])
    return template.replace("{}", ",".join(texts))
