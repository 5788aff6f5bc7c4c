"""The connectors there are: every folder beside this file that keeps a catalogue."""

import hashlib
import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from connectors.catalogue import Catalogue, connector_names
from connectors.dialect import Dialect
from connectors.judging import Judge, Read
from connectors.rates import Limit


@dataclass(frozen=True)
class Record:
    """A vendor record in mirror words; `digest` changes exactly when `raw` does."""

    kind: str
    vendor_id: str
    fields: dict[str, Any]
    raw: dict[str, Any]
    digest: str

    @classmethod
    def of(cls, kind: str, vendor_id: str, fields: dict[str, Any], raw: dict[str, Any]) -> "Record":
        return cls(kind, vendor_id, fields, raw, digest(raw))


@dataclass(frozen=True)
class Page:
    """Some records of a stream; `total` is the size of the whole stream where the vendor tells."""

    records: tuple[Record, ...]
    total: int | None


@dataclass(frozen=True)
class Stream:
    """A full listing of one kind, page by page."""

    kind: str
    pages: Callable[[Read], Iterator[Page]]


@dataclass(frozen=True)
class Connector:
    """One vendor. `refresh(read, kind, key)` gives the mirror a record and what hangs on it.

    limit: how often one of its accounts is asked, unless the connection says otherwise.
    """

    name: str
    title: str
    catalogue: Catalogue
    dialect: Dialect
    judges: Mapping[str, Judge]
    streams: tuple[Stream, ...]
    refresh: Callable[[Read, str, str], list[Record]]
    limit: Limit


def digest(raw: Any) -> str:
    """SHA-256 of the record with its keys sorted; decimals count by their digits."""
    text = json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def connector(name: str) -> Connector:
    """The connector of that name; KeyError when there is none."""
    if name not in connector_names():
        raise KeyError(name)
    return importlib.import_module(f"connectors.{name}").CONNECTOR


def connectors() -> tuple[Connector, ...]:
    return tuple(connector(name) for name in connector_names())
