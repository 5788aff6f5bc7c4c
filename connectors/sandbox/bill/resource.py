"""A resource of v3 as data: its fields, its lists, and which of the regular operations it has.

What is particular to one is a rule in plain Python, put in as `refine`, `follow` or `shape`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists, shapes
from connectors.sandbox.bill.errors import invalid, refusal, v3_time
from connectors.sandbox.bill.fields import Field, kept, problems
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.bill.ways import Way, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome, Work

Record = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """A record about to be stored; a rule may still change `record`.

    verb: create, update, replace, archive, restore or delete. before: None for a new record. given: what the
    call said about it. owner: the record it belongs to.
    """

    verb: str
    before: Record | None
    given: Mapping[str, Any]
    record: Record
    owner: Record | None


Rule = Callable[[Books, Change], None]


def no_rule(_books: Books, _change: Change) -> None:
    return


def as_stored(_books: Books, record: Record) -> Record:
    return record


@dataclass(frozen=True)
class Resource:
    """verbs: some of list get create update replace archive restore delete, and those ending in _bulk.

    path: below /v3; a name in braces is the owner's id. owner: the owner's kind, where there is one;
    owner_field: the field that holds its id, named as in the path. plural: for the operations' names.
    filters: beyond those that all records have. initial: what a new record has and no call gives.
    hidden: fields that are never shown, thin: those that a list's rows lack. bulk_key: where an answer about
    several records keeps them; most: how many a call may name.
    refine: before it is stored, may refuse. follow: once it is stored. shape: what is computed when shown.
    deleted: status and body of the answer to a delete.
    """

    kind: str
    prefix: str
    path: str
    verbs: str
    fields: tuple[Field, ...]
    plural: str = ""
    owner: str = ""
    owner_field: str = ""
    filters: lists.Filters = field(default_factory=dict)
    sorts: frozenset[str] = lists.SORTABLE
    initial: Mapping[str, Any] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    thin: frozenset[str] = frozenset()
    bulk_key: str = ""
    most: int = 100
    refine: Rule = no_rule
    follow: Rule = no_rule
    shape: Callable[[Books, Record], Record] = as_stored
    deleted: tuple[int, Any] = (200, None)

    def ways(self) -> Iterator[Way]:
        """Where its operations are; "bulk" comes first, else it would be taken for an id."""
        one, several = self.kind.replace(" ", "_"), self.plural or f"{self.kind}s".replace(" ", "_")
        for verb in sorted(self.verbs.split(), key=lambda verb: not verb.endswith("_bulk")):
            method, ending, work = _PLACES[verb]
            single = verb.removesuffix("_bulk")
            name = several if verb.endswith("_bulk") or verb == "list" else one
            operation = f"{single}_{name}" + ("_bulk" if verb.endswith("_bulk") else "")
            yield Way(method, self.path + ending, operation, _bound(work, self))

    # What calls do. Each takes and answers stored records.

    def create(self, books: Books, given: Any, parts: Mapping[str, str], place: str = "") -> Record:
        self._check(given, place, partial=False)
        owner = self._owner_of(books, parts, given)
        now = v3_time(books.now)
        values = kept(books, self.fields, given, None, whole=True)
        record = {"id": new_id(books, self.kind, self.prefix), "archived": False, **self.initial, **values}
        record |= {"createdTime": now, "updatedTime": now}
        if self.owner_field in parts:
            record[self.owner_field] = parts[self.owner_field]
        return self._store(books, Change("create", None, given, record, owner))

    def put(
        self,
        books: Books,
        fields: Mapping[str, Any],
        *,
        made: datetime,
        owner: str | None = None,
        archived: bool = False,
    ) -> Record:
        """Put one into the books as it is, with no rule asked; for filling them."""
        empty = {one.name: one.default for one in self.fields}
        record = {"id": new_id(books, self.kind, self.prefix), "archived": archived, **self.initial, **empty}
        record |= {**fields, "createdTime": v3_time(made), "updatedTime": v3_time(made)}
        books.put(self.kind, record["id"], record, owner=owner, at=made)
        return record

    def change(self, books: Books, verb: str, before: Record, given: Any, place: str = "") -> Record:
        """verb: update or replace."""
        whole = verb == "replace"
        self._check(given, place, partial=not whole)
        values = kept(books, self.fields, given, before, whole=whole)
        return self._store(books, self._change(books, verb, before, given, values))

    def shelve(self, books: Books, verb: str, before: Record) -> Record:
        """Archive or restore; doing it again changes nothing and is no error."""
        archived = verb == "archive"
        if before["archived"] == archived:
            return before
        return self._store(books, self._change(books, verb, before, {}, {"archived": archived}))

    def delete(self, books: Books, before: Record) -> None:
        change = self._change(books, "delete", before, {}, {})
        self.refine(books, change)
        books.remove(self.kind, before["id"])
        self.follow(books, change)

    def existing(self, books: Books, key: Any, parts: Mapping[str, str]) -> Record:
        record = books.get(self.kind, key) if isinstance(key, str) else None
        if record is None or any(record.get(name) != parts[name] for name in parts if name != "id"):
            raise refusal(404, "BDC_1205", str(key))
        return record

    def shown(self, books: Books, record: Record) -> Record:
        stored = {name: value for name, value in self.shape(books, record).items() if name not in self.hidden}
        return shapes.published(stored, shapes.NUMBERS | set(_numbers(self.fields)))

    def row(self, books: Books, record: Record) -> Record:
        return {name: value for name, value in self.shown(books, record).items() if name not in self.thin}

    def listed(self, books: Books, query: Mapping[str, str], owner: str | None) -> Record:
        records, tokens = lists.page(
            books, self.kind, query, owner=owner, known=lists.ALWAYS | dict(self.filters), sorts=self.sorts
        )
        return {**tokens, "results": [self.row(books, record) for record in records]}

    def _check(self, given: Any, place: str, *, partial: bool) -> None:
        if not isinstance(given, Mapping):
            raise invalid("Required request body is not a JSON object")
        if wrong := list(problems(self.fields, given, place, partial=partial)):
            raise invalid(*wrong)

    def _owner_of(self, books: Books, parts: Mapping[str, str], given: Mapping[str, Any]) -> Record | None:
        if not self.owner:
            return None
        key = parts.get(self.owner_field) or given.get(self.owner_field)
        owner = books.get(self.owner, key) if isinstance(key, str) else None
        if owner is None:
            raise refusal(404, "BDC_1205", str(key))
        return owner

    def _change(
        self, books: Books, verb: str, before: Record, given: Mapping[str, Any], values: Record
    ) -> Change:
        record = before | values | {"updatedTime": v3_time(books.now)}
        owner = books.get(self.owner, str(record[self.owner_field])) if self.owner else None
        return Change(verb, before, given, record, owner)

    def _store(self, books: Books, change: Change) -> Record:
        self.refine(books, change)
        owner = change.owner["id"] if change.owner else None
        books.put(self.kind, change.record["id"], change.record, owner=owner)
        self.follow(books, change)
        return change.record


def _numbers(fields: tuple[Field, ...]) -> Iterator[str]:
    for one in fields:
        if one.type == "number":
            yield one.name
        yield from _numbers(one.parts)


def _bound(work: Callable[[Resource, Books, Call], Any], resource: Resource) -> Work:
    return lambda books, call: work(resource, books, call)


def _list(resource: Resource, books: Books, call: Call) -> Response:
    owner = None
    if resource.owner_field in call.parts:
        owner = resource._owner_of(books, call.parts, {})["id"]
    return JSONResponse(resource.listed(books, dict(parse_qsl(call.query)), owner))


def _get(resource: Resource, books: Books, call: Call) -> Response:
    return JSONResponse(resource.shown(books, resource.existing(books, call.parts["id"], call.parts)))


def _create(resource: Resource, books: Books, call: Call) -> Outcome:
    return _about(resource, books, resource.create(books, parsed(call.body), call.parts), status=201)


def _update(resource: Resource, books: Books, call: Call, verb: str = "update") -> Outcome:
    before = resource.existing(books, call.parts["id"], call.parts)
    return _about(resource, books, resource.change(books, verb, before, parsed(call.body)))


def _replace(resource: Resource, books: Books, call: Call) -> Outcome:
    return _update(resource, books, call, "replace")


def _archive(resource: Resource, books: Books, call: Call, verb: str = "archive") -> Outcome:
    before = resource.existing(books, call.parts["id"], call.parts)
    record = resource.shelve(books, verb, before)
    return _about(resource, books, record, took=record is not before)


def _restore(resource: Resource, books: Books, call: Call) -> Outcome:
    return _archive(resource, books, call, "restore")


def _delete(resource: Resource, books: Books, call: Call) -> Outcome:
    before = resource.existing(books, call.parts["id"], call.parts)
    resource.delete(books, before)
    status, body = resource.deleted
    answer = Response(status_code=status) if body is None else JSONResponse(body, status)
    return Outcome(answer, record=before["id"])


def _create_bulk(resource: Resource, books: Books, call: Call) -> Outcome:
    members = enumerate(_members(resource, call))
    records = [resource.create(books, given, call.parts, f"[{index}].") for index, given in members]
    return _about_all(resource, books, records, status=201)


def _update_bulk(resource: Resource, books: Books, call: Call, verb: str = "update") -> Outcome:
    records = []
    for index, given in enumerate(_members(resource, call)):
        key = given.get("id") if isinstance(given, Mapping) else None
        if not key:
            raise invalid(f"[{index}].id: must not be null")
        before = resource.existing(books, key, call.parts)
        records.append(resource.change(books, verb, before, given, f"[{index}]."))
    return _about_all(resource, books, records)


def _replace_bulk(resource: Resource, books: Books, call: Call) -> Outcome:
    return _update_bulk(resource, books, call, "replace")


def _archive_bulk(resource: Resource, books: Books, call: Call, verb: str = "archive") -> Outcome:
    """ids: parted by commas, or given again and again."""
    given = [value for name, value in parse_qsl(call.query) if name == "ids"]
    keys = [key for value in given for key in value.split(",") if key]
    _check_count(resource, keys, "ids")
    before = [resource.existing(books, key, call.parts) for key in keys]
    records = [resource.shelve(books, verb, record) for record in before]
    took = any(new is not old for new, old in zip(records, before, strict=True))
    return _about_all(resource, books, records, took=took)


def _restore_bulk(resource: Resource, books: Books, call: Call) -> Outcome:
    return _archive_bulk(resource, books, call, "restore")


def _members(resource: Resource, call: Call) -> list[Any]:
    given = parsed(call.body)
    if not isinstance(given, list):
        raise invalid("Required request body is not a JSON array")
    _check_count(resource, given, "Request body")
    return given


def _check_count(resource: Resource, members: list[Any], what: str) -> None:
    if not 1 <= len(members) <= resource.most:
        raise invalid(f"{what}: size must be between 1 and {resource.most}")


def _about(
    resource: Resource, books: Books, record: Record, *, status: int = 200, took: bool = True
) -> Outcome:
    return Outcome(JSONResponse(resource.shown(books, record), status), record=record["id"], took=took)


def _about_all(
    resource: Resource, books: Books, records: list[Record], *, status: int = 200, took: bool = True
) -> Outcome:
    shown = {resource.bulk_key: [resource.shown(books, record) for record in records]}
    keys = ",".join(record["id"] for record in records)
    return Outcome(JSONResponse(shown, status), record=keys, took=took)


_PLACES: Mapping[str, tuple[str, str, Callable[[Resource, Books, Call], Any]]] = {
    "list": ("GET", "", _list),
    "get": ("GET", "/{id}", _get),
    "create": ("POST", "", _create),
    "update": ("PATCH", "/{id}", _update),
    "replace": ("PUT", "/{id}", _replace),
    "archive": ("POST", "/{id}/archive", _archive),
    "restore": ("POST", "/{id}/restore", _restore),
    "delete": ("DELETE", "/{id}", _delete),
    "create_bulk": ("POST", "/bulk", _create_bulk),
    "update_bulk": ("PATCH", "/bulk", _update_bulk),
    "replace_bulk": ("PUT", "/bulk", _replace_bulk),
    "archive_bulk": ("POST", "/bulk/archive", _archive_bulk),
    "restore_bulk": ("POST", "/bulk/restore", _restore_bulk),
}
