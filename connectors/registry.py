"""The connectors there are: every folder beside this file that keeps a catalogue."""

import hashlib
import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from connectors.catalogue import Catalogue, Problem, connector_names
from connectors.dialect import Dialect
from connectors.judging import Judge, Read
from connectors.rates import Limit


@dataclass(frozen=True)
class Record:
    """A vendor record in mirror words; `digest` changes exactly when `raw` or `fields` do."""

    kind: str
    vendor_id: str
    fields: dict[str, Any]
    raw: dict[str, Any]
    digest: str

    @classmethod
    def of(cls, kind: str, vendor_id: str, fields: dict[str, Any], raw: dict[str, Any]) -> "Record":
        return cls(kind, vendor_id, fields, raw, digest({"raw": raw, "fields": fields}))


@dataclass(frozen=True)
class Row:
    """A record as the vendor gave it, not yet read.

    operation: what gave it. vendor_id: its id, "" where it tells none. record: reads it; BadReplyError,
    or whatever reading a value of another kind than documented raises, when it cannot be read.
    """

    kind: str
    operation: str
    raw: Any
    vendor_id: str
    record: Callable[[], Record]

    @classmethod
    def of(cls, kind: str, operation: str, keys: str, raw: Any, record: Callable[[Any], Record]) -> "Row":
        """keys: the names, parted by blanks, under one of which such a row has its id."""
        named = (raw.get(key) for key in keys.split()) if isinstance(raw, Mapping) else ()
        told = next((value for value in named if type(value) in (str, int)), "")
        return cls(kind, operation, raw, str(told), lambda: record(raw))


@dataclass(frozen=True)
class Page:
    """Some rows of a stream.

    total: the size of the whole stream, where the vendor tells. following: where the stream goes on, "" at
    its end; `Stream.pages` takes it.
    """

    rows: tuple[Row, ...]
    total: int | None
    following: str


@dataclass(frozen=True)
class Stream:
    """A full listing of one kind, page by page, from its beginning ("") or from where a page goes on."""

    kind: str
    pages: Callable[[Read, str], Iterator[Page]]


@dataclass(frozen=True)
class Event:
    """What a vendor told by itself: a record to read, "" where it names none. Nothing else is believed."""

    id: str
    type: str
    kind: str
    key: str


@dataclass(frozen=True)
class Webhooks:
    """How a vendor sends events.

    header: the header that carries the secret. event: reads a parsed body; ValueError for what is none.
    place: where at the vendor a person enters the address.
    """

    header: str
    event: Callable[[Any], Event]
    place: str


@dataclass(frozen=True)
class Given:
    """One thing a person gives to connect an account. Secrets are sealed; the rest is shown."""

    name: str
    label: str
    help: str = ""
    is_secret: bool = True


@dataclass(frozen=True)
class Access:
    """How an account is connected: where the vendor is, what to give, and a read that tries it out.

    bases: other hosts by name, as in `Account.bases`.
    """

    base_url: str
    given: tuple[Given, ...]
    trial: str
    bases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SecondFactor:
    """How a person makes a vendor trust our sessions for some days; both are given the account's Client.

    send_code: sends a code to the person, and answers what is to be given with it. enter_code: takes that and
    the code, and answers the credentials to keep.
    """

    send_code: Callable[[Any], str]
    enter_code: Callable[[Any, str, str], dict[str, str]]
    remembered_days: int


@dataclass(frozen=True)
class Connector:
    """One vendor. `refresh(read, kind, key)` gives the mirror a record, first, and what hangs on it.

    limit: how often one of its accounts is asked, unless the connection says otherwise. access: how a person
    connects one. webhooks: None where
    it sends no events, or we know of none. second_factor: None where sessions need none.
    """

    name: str
    title: str
    catalogue: Catalogue
    dialect: Dialect
    judges: Mapping[str, Judge]
    streams: tuple[Stream, ...]
    refresh: Callable[[Read, str, str], list[Row]]
    limit: Limit
    access: Access
    webhooks: Webhooks | None = None
    second_factor: SecondFactor | None = None


def digest(raw: Any) -> str:
    """SHA-256 of the record with its keys sorted; decimals count by their digits."""
    text = json.dumps(raw, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def connector(name: str) -> Connector:
    """The connector of that name; KeyError when there is none."""
    if name not in connector_names():
        raise KeyError(name)
    return importlib.import_module(f"connectors.{name}").CONNECTOR


def connectors() -> tuple[Connector, ...]:
    return tuple(connector(name) for name in connector_names())


def problems_of(vendor: Connector) -> Iterator[Problem]:
    """What is wrong with its catalogue, and with its judges, which no catalogue can know."""
    yield from vendor.catalogue.problems
    wanted = {one.judge: one.name for one in vendor.catalogue.operations.values() if not one.is_read}
    for judge in wanted.keys() - vendor.judges.keys():
        yield Problem("", wanted[judge], f"there is no judge {judge}")
    for judge in vendor.judges.keys() - wanted.keys():
        yield Problem("", judge, "no operation asks for this judge")
