"""What the resources of Spend & Expense have in common: another token, other paging, and nothing archived.

A record has an id and a uuid, and every call takes either. What is deleted stays readable as retired.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists, shapes
from connectors.sandbox.bill.endpoint import spend_credentials
from connectors.sandbox.bill.errors import invalid, refusal
from connectors.sandbox.bill.resource import Change, Record, Resource
from connectors.sandbox.bill.ways import Way
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome, Work

TOKEN = {"credentials": spend_credentials}
AMOUNTS = {"assigned", "cleared", "pending", "total", "spent", "transactedAmount"}
SORTS = lists.SORTABLE | {"spent", "status", "submittedTime", "occurredTime"}


def spend_way(method: str, path: str, operation: str, work: Work) -> Way:
    return Way(method, path, operation, work, TOKEN)


@dataclass(frozen=True)
class SpendResource(Resource):
    """most_rows: of a page. retires: whether a record says so. named: what filters call the stored fields."""

    sorts: frozenset[str] = SORTS
    most_rows: int = lists.MAX_PAGE
    retires: bool = True
    named: Mapping[str, str] = field(default_factory=dict)

    def ways(self) -> Iterator[Way]:
        return (replace(way, options=TOKEN, work=_made(way)) for way in super().ways())

    def create(self, books: Books, given: Any, parts: Mapping[str, str], place: str = "") -> Record:
        record = super().create(books, given, parts, place)
        return self._with_uuid(books, record)

    def put(self, books: Books, fields: Mapping[str, Any], **more: Any) -> Record:
        return self._with_uuid(books, super().put(books, fields, **more))

    def _with_uuid(self, books: Books, record: Record) -> Record:
        record["uuid"] = str(uuid5(NAMESPACE_OID, record["id"]))
        books.put(self.kind, record["id"], record)
        return record

    def existing(self, books: Books, key: Any, parts: Mapping[str, str]) -> Record:
        return found(books, self.kind, key)

    def delete(self, books: Books, before: Record) -> None:
        if before["archived"]:
            raise refusal(404, "BDC_1205", before["id"])
        self._store(books, self._change(books, "delete", before, {}, {"archived": True}))

    def change(self, books: Books, verb: str, before: Record, given: Any, place: str = "") -> Record:
        if before["archived"]:
            raise refusal(422, "BDC_1119", "retired", "true")
        return super().change(books, verb, before, given, place)

    def shown(self, books: Books, record: Record) -> Record:
        shown = shapes.published(super().shown(books, record), AMOUNTS)
        shown.pop("archived", None)
        return shown | ({"retired": record["archived"]} if self.retires else {})

    def listed(self, books: Books, query: Mapping[str, str], owner: str | None) -> Record:
        """The token of a page goes under the name that it came with: nextPage or prevPage."""
        asked = {name: value for name, value in query.items() if name not in ("page", "nextPage", "prevPage")}
        if token := query.get("nextPage") or query.get("prevPage"):
            asked["page"] = token
        if asked.get("max", "").isdigit() and int(asked["max"]) > self.most_rows:
            raise invalid(f"max: must be between 1 and {self.most_rows}")
        for name, stored in {"retired": "archived", **self.named}.items():
            asked["filters"] = asked.get("filters", "").replace(f"{name}:", f"{stored}:")
        return super().listed(books, asked, owner)


def found(books: Books, kind: str, key: Any) -> Record:
    """By id or uuid; deleted ones too."""
    record = books.get(kind, key) if isinstance(key, str) else None
    if record is None:
        record = next(iter(books.find(kind, where={"uuid": str(key)}, limit=1)), None)
    if record is None:
        raise refusal(404, "BDC_1205", str(key))
    return record


def in_use(books: Books, kind: str, key: Any) -> Record:
    record = found(books, kind, key)
    if record["archived"]:
        raise refusal(422, "BDC_1119", kind, str(key))
    return record


def _made(way: Way) -> Work:
    """What is made is answered with 200 here, not 201."""

    def work(books: Books, call: Call) -> Response | Outcome:
        answer = way.work(books, call)
        if isinstance(answer, Outcome) and answer.response.status_code == 201:
            answer.response.status_code = 200
        return answer

    return work


def plain(shown: Any) -> Response:
    return JSONResponse(shown)


def names_of(change: Change, *fields: tuple[str, str], books: Books) -> None:
    """Let each of these fields hold the id of the record that it names, in use, by id or uuid."""
    for name, kind in fields:
        if change.given.get(name) is not None:
            one = in_use(books, kind, change.given[name])
            change.record[name] = one["id"]
            change.record[name.removesuffix("Id") + "Uuid"] = one["uuid"]
