"""Kinds of plain records: what their writes send, and where the records show it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from connectors import schemas
from connectors.bill.judgements.common import SKEW, Raw, all_rows, number, same_words, step_of
from connectors.bill.mapping import moment
from connectors.bill.session import TITLE
from connectors.catalogue import Operation, catalogue, find_operation
from connectors.errors import NotFoundError
from connectors.hiding import dotted
from connectors.judgements import NOTHING, shown_value
from connectors.judging import Attempted, Read

Place = tuple[str, ...]  # the names on the way into a record; () where it does not show the value at all


@dataclass(frozen=True)
class Owner:
    """Whom a record belongs to: "customer", by the argument and field `customerId`."""

    thing: str
    key: str


@dataclass(frozen=True)
class Sent:
    """One value of a request, as it is sent and in a card's words; None where a replacement leaves it out.

    secret: the card and what is read of it show its last four letters, and no more can be compared.
    spelled: the words for what BILL shows, where it shows codes.
    """

    label: str
    place: Place
    value: Any
    words: str
    secret: bool = False
    spelled: Mapping[str, str] = field(default_factory=dict)

    @property
    def field(self) -> str:
        """What a snapshot and an operation's `stale` call it: "Short name" is short_name."""
        return field_name(self.label)

    def shows(self, record: Raw) -> bool | None:
        """Whether the record shows just this; None where it shows nothing in its place."""
        shown = self.shown(record)
        if shown is None:
            return True if self.value in (None, "", [], {}) and self.place else None
        if self.secret and str(shown)[-4:] == str(self.value)[-4:]:
            return None
        return None if self.value is None else is_exactly(self.value, shown)

    def shown(self, record: Raw) -> Any:
        return value_at(record, self.place)

    def now(self, record: Raw) -> str:
        shown = self.shown(record)
        return self.spelled.get(str(shown)) or in_words(shown)


@dataclass(frozen=True)
class RecordKind:
    """A kind of record whose writes are judged alike; the operations are named after it.

    thing, plural: as in bill_get_accounting_class, bill_list_accounting_classes. words, several: as on a
    card. names: the fields that name one. key: the argument that is its id. owner: whom it belongs to.
    places: argument → where the record shows it, where that is not where it is sent. note: what else a
    person should know of every write. looks_up: whether all there are can be read to find its like.
    """

    thing: str
    plural: str = ""
    words: str = ""
    several: str = ""
    names: tuple[str, ...] = ("name",)
    key: str = ""
    owner: Owner | None = None
    places: Mapping[str, Place] = field(default_factory=dict)
    note: str = "No money moves."
    looks_up: bool = True

    def __post_init__(self) -> None:
        head, *rest = self.thing.split("_")
        spaced = self.thing.replace("_", " ")
        usual = {
            "plural": f"{self.thing}s",
            "words": spaced,
            "several": (self.plural or f"{self.thing}s").replace("_", " "),
            "key": head + "".join(map(str.capitalize, rest)) + "Id",
        }
        for name, value in usual.items():
            if not getattr(self, name):
                object.__setattr__(self, name, value)

    def operation(self, verb: str) -> Operation:
        return find_operation(self.name(verb))

    def name(self, verb: str) -> str:
        if verb == "list":
            return f"bill_list_{self.plural}"
        single, bulk = verb.removesuffix("_bulk"), verb.endswith("_bulk")
        return f"bill_{single}_{self.plural}_bulk" if bulk else f"bill_{verb}_{self.thing}"

    def has(self, verb: str) -> bool:
        return self.name(verb) in catalogue("bill").operations

    def body(self, verb: str) -> schemas.Schema:
        """Of one record, as the operation sends it."""
        body = self.operation(verb).wire.body or {}
        return body["items"] if body.get("type") == "array" else body

    def members(self, verb: str, arguments: Raw) -> list[Raw]:
        """The records that an operation on several is given."""
        return arguments[self.operation(verb).wire.body["x-name"]]

    def title(self, record: Raw) -> str:
        return " ".join(str(record[name]) for name in self.names if record.get(name))

    def named(self, record: Raw) -> str:
        return f"{self.title(record) or '?'} ({record['id']})"

    def get(self, read: Read, key: str, arguments: Raw) -> Raw:
        """Raises NotFoundError."""
        if self.has("get"):
            wanted = self.operation("get").input_schema["required"]
            given = {name: arguments[name] for name in wanted if name in arguments}
            return read(self.name("get"), given | {self.key: key})
        return self.get_all(read, [key], arguments)[0]

    def get_all(self, read: Read, keys: list[str], arguments: Raw) -> list[Raw]:
        """In the order of the keys; raises NotFoundError for the first that is not there."""
        if not self._lists_by("ids"):
            if self.has("get"):
                return [self.get(read, key, arguments) for key in keys]
            found = {row["id"]: row for row in self.rows(read, arguments)}
        else:
            found = {row["id"]: row for row in self.rows(read, arguments, ids=keys)}
        for key in keys:
            if key not in found:
                raise NotFoundError(f"BILL has no {self.words} {key}.", vendor=TITLE, status=404)
        return [found[key] for key in keys]

    def rows(self, read: Read, arguments: Raw, **conditions: Any) -> list[Raw]:
        """All, or one owner's where the list can tell; conditions that it does not take are left out."""
        if self.owner and self.owner.key in arguments:
            conditions[self.owner.key] = arguments[self.owner.key]
        taken = {name: value for name, value in conditions.items() if self._lists_by(name)}
        if self._lists_by("archived"):
            return all_rows(read, self.name("list"), **taken)
        return list(read(self.name("list"), taken | {"limit": 500} if self._lists_by("limit") else taken))

    def called(self, read: Read, name: str, arguments: Raw) -> list[Raw]:
        """Those of that name, whatever the capitals and spaces; none where BILL does not list them."""
        if not self.has("list"):
            return []
        # BILL is asked by the first word alone, up to a quote: its filter cannot hold one.
        start = name.split()[0].partition('"')[0] if self.names == ("name",) else ""
        rows = self.rows(read, arguments, **({"nameStartsWith": start} if start else {}))
        return [row for row in rows if same_words(self.title(row), name)]

    def made_since(self, read: Read, attempt: Attempted, known: str) -> list[Raw]:
        """What can come from the attempt: made since it was sent, and not among the `known` from before."""
        since = attempt.sent_at - SKEW
        asked = since.astimezone(UTC).isoformat(timespec="seconds")
        rows = self.rows(read, attempt.arguments, createdSince=asked)
        return [row for row in rows if row["id"] not in known and is_since(row, since)]

    def _lists_by(self, argument: str) -> bool:
        return self.has("list") and argument in self.operation("list").input_schema["properties"]

    def sent(
        self,
        schema: schemas.Schema,
        arguments: Raw,
        place: Place = (),
        *,
        whole: bool = False,
        secrets: Collection[str] = (),
    ) -> Iterator[Sent]:
        """What a body of this schema sends, in the catalogue's order, but for the record's own id.

        whole: with what it leaves out, and a replacement therefore empties.
        """
        for name, inner in schema.get("properties", {}).items():
            shown_name = inner.get("x-name", name)
            where = self.places.get(shown_name, (*place, name))
            if inner.get("x-inline"):
                yield from self.sent(inner, arguments, (*place, name), whole=whole, secrets=secrets)
            elif "const" in inner or shown_name == self.key:
                continue
            elif shown_name in arguments:
                value = arguments[shown_name]
                on_wire = schemas.wire_value(inner, value, shown_name)
                is_secret = shown_name in secrets
                words = dotted(value) if is_secret else in_words(value)
                spelled = {str(code): word for word, code in inner.get("x-words", {}).items()}
                yield Sent(schemas.label_of(shown_name, inner), where, on_wire, words, is_secret, spelled)
            elif whole:
                yield Sent(schemas.label_of(shown_name, inner), where, None, NOTHING)

    def party(self, read: Read, arguments: Raw) -> str:
        """The owner's name, "" where there is no owner."""
        if self.owner is None or self.owner.key not in arguments:
            return ""
        key = arguments[self.owner.key]
        if (step := step_of(key)) is not None:
            return f"the {self.owner.thing} that step {step} creates"
        return read(f"bill_get_{self.owner.thing}", {f"{self.owner.thing}Id": key})["name"]


def is_since(row: Raw, since: datetime) -> bool:
    """Also where BILL does not say: to miss a record would let it be made twice."""
    created = moment(row, "createdTime")
    return created is None or created >= since


def value_at(record: Raw, place: Place) -> Any:
    value: Any = record if place else None
    for name in place:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def is_exactly(sent: Any, shown: Any) -> bool:
    """Whether BILL shows what was sent, apart from blanks, how it spells figures, and what it adds."""
    if isinstance(sent, Mapping):
        return isinstance(shown, Mapping) and all(
            is_exactly(value, shown.get(name)) for name, value in sent.items()
        )
    if isinstance(sent, list):
        return isinstance(shown, list) and len(sent) == len(shown) and all(map(is_exactly, sent, shown))
    if isinstance(shown, bool) or isinstance(sent, bool):
        return sent is shown
    if isinstance(shown, int) or number(shown) is not None and not isinstance(shown, str):
        return number(sent) == number(shown)
    return " ".join(str(sent).split()) == " ".join(str(shown or "").split())


def field_name(label: str) -> str:
    return label.lower().replace(" ", "_")


def in_words(value: Any) -> str:
    """A value on one line; NOTHING for an empty one."""
    return " ".join(shown_value(value).split()) if value not in (None, "", [], {}) else NOTHING
