"""The connectors there are: every folder beside this file that keeps a catalogue."""

import hashlib
import importlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hmac import compare_digest
from pathlib import Path
from typing import Any

import msgspec

from connectors.ahead import Asked, ReadAhead
from connectors.catalogue import Catalogue, Problem, connector_names
from connectors.dialect import Dialect
from connectors.errors import NotFoundError
from connectors.judging import Judge, Read
from connectors.rates import Limit

ENCODER = msgspec.json.Encoder(decimal_format="string", enc_hook=str)


def write(value: Any) -> str:
    """JSON of what a vendor told or is asked, decimals digit for digit as text."""
    try:
        return ENCODER.encode(value).decode()
    except UnicodeEncodeError:  # half a letter
        return json.dumps(value, default=str)


@dataclass(frozen=True, slots=True)
class Record:
    """A vendor record in mirror words."""

    kind: str
    vendor_id: str
    fields: dict[str, Any]
    raw: dict[str, Any]


@dataclass(
    slots=True
)  # not frozen: a sync makes hundreds of thousands, and that costs each one a microsecond
class Row:
    """A record as the vendor gave it, not yet read.

    operation: what gave it. vendor_id: its id, "" where it tells none. reads: makes the record of `raw`;
    BadReplyError, or whatever reading a value of another kind than documented raises, when it cannot be
    read. beside: what else the record is made of. text: `raw` as JSON, decimals digit for digit as text.
    """

    kind: str
    operation: str
    raw: Any
    vendor_id: str
    reads: Callable[[Any], Record]
    beside: Any
    text: str

    @classmethod
    def of(
        cls,
        kind: str,
        operation: str,
        keys: str,
        raw: Any,
        reads: Callable[[Any], Record],
        *,
        beside: Any = None,
    ) -> "Row":
        """keys: the names, parted by blanks, under one of which such a row has its id."""
        told: Any = ""
        if isinstance(raw, dict):
            for key in keys.split():
                told = raw.get(key)
                if type(told) in (str, int):
                    break
            else:
                told = ""
        return cls(kind, operation, raw, str(told), reads, beside, write(raw))

    def record(self) -> Record:
        return self.reads(self.raw)


@dataclass(frozen=True)
class Page:
    """Some rows of a stream.

    total: the size of the whole stream, where the vendor tells. following: where the stream goes on, "" at
    its end; `Stream.pages` takes it. asked_at: when it was asked for; None for just before it was given.
    """

    rows: tuple[Row, ...]
    total: int | None
    following: str
    asked_at: datetime | None = None


@dataclass(frozen=True)
class Stream:
    """A full listing of one kind, page by page, from its beginning ("") or from where a page goes on.

    pages: given a `ReadAhead` and a place. since: where it can also list what changed alone, the field that
    tells when a record last did; `pages` then takes a moment besides and gives the oldest change first.
    needs: the credential without which there is nothing to read; "" where nothing special is needed.
    """

    kind: str
    pages: Callable[..., Iterator[Page]]
    since: str = ""
    needs: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.kind,)

    def newest_change(self, rows: Iterable[Row]) -> datetime | None:
        """When the last of these records changed, as far as they tell."""
        if not self.since:
            return None
        found = []
        for row in rows:
            told = row.raw.get(self.since) if row.kind == self.kind and isinstance(row.raw, Mapping) else None
            with suppress(TypeError, ValueError):
                moment = datetime.fromisoformat(told)
                found.append(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        return max(found, default=None)


@dataclass(frozen=True)
class Children:
    """What records of one kind have of others, which the vendor tells of each of them alone.

    owner: the kind of whoever is asked about. operation, arguments: what is asked about the one with an id.
    rows: all that the answer has, by that id and the owner's raw record as last read. beside: further kinds
    that it has. is_cheap: there are few owners, and all are asked at every sync. together: how many are asked
    before what they told is kept. has_none: whether the owner's record tells by itself that there is none, so
    that nobody need ask. is_missing_none: "not found" means that there is none, too. is_in_turn: no two
    owners are asked at once. needs: as of a Stream.
    """

    kind: str
    owner: str
    operation: str
    arguments: Callable[[str], dict[str, Any]]
    rows: Callable[[Any, str, Mapping[str, Any]], list[Row]]
    beside: tuple[str, ...] = ()
    is_cheap: bool = False
    together: int = 50
    has_none: Callable[[Mapping[str, Any]], bool] = lambda raw: False
    is_missing_none: bool = False
    is_in_turn: bool = False
    needs: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        return (self.kind, *self.beside)

    def ask(self, read: Read, key: str, raw: Mapping[str, Any]) -> list[Row]:
        """All that one owner has; raises what reading does."""
        if self.has_none(raw):
            return []
        return self.told(read, key, raw, lambda: read(self.operation, self.arguments(key)))

    def ask_ahead(self, read: ReadAhead, key: str, raw: Mapping[str, Any]) -> Asked:
        """The same, under way: its answer is all that the owner has."""
        if self.is_in_turn or self.has_none(raw):
            return Asked(datetime.now(UTC), lambda: self.ask(read, key, raw))
        asked = read.ask(self.operation, self.arguments(key), lambda answer: answer)
        return Asked(asked.at, lambda: self.told(read, key, raw, asked.answer))

    def told(self, read: Read, key: str, raw: Mapping[str, Any], answer: Callable[[], Any]) -> list[Row]:
        try:
            first = answer()
        except NotFoundError:
            if self.is_missing_none:
                return []
            raise
        return self.rows(self.rest(read, key, first), key, raw)

    def rest(self, read: Read, key: str, answer: Any) -> Any:
        """The answer with what stands on further pages of it."""
        whole, following = answer, getattr(answer, "next", None)
        while following:
            more = read(self.operation, self.arguments(key) | {"after": following})
            whole, following = [*whole, *more], getattr(more, "next", None)
        return whole


@dataclass(frozen=True)
class Event:
    """What a vendor told by itself: a record to read, "" where it names none. Nothing else is believed."""

    id: str
    type: str
    kind: str
    key: str


@dataclass(frozen=True)
class Subscription:
    """Whom a vendor tells of events, and whether it does: some switch off what is not taken."""

    id: str
    name: str
    address: str
    is_on: bool


@dataclass(frozen=True)
class Subscribing:
    """How events are subscribed to, where a vendor's own calls do that.

    listed: all there are. missed: what one was told since then, oldest or newest first. to_subscribe,
    to_switch_on, to_renew_key: the write for it and its arguments, by address or by the subscription's id.
    """

    listed: Callable[[Read], list[Subscription]]
    missed: Callable[[Read, str, datetime], Iterator[Event]]
    to_subscribe: Callable[[str], tuple[str, dict[str, Any]]]
    to_switch_on: Callable[[str], tuple[str, dict[str, Any]]]
    to_renew_key: Callable[[str], tuple[str, dict[str, Any]]]


def is_the_secret(secret: str, given: str, _body: bytes) -> bool:
    return compare_digest(secret.encode(), given.encode(errors="replace"))


@dataclass(frozen=True)
class Webhooks:
    """How a vendor sends events.

    header: the header that carries the secret, or what was made with it. event: reads a parsed body;
    ValueError for what is none. place: where at the vendor a person enters the address. proves: whether what
    the header says shows that who sent the body has the secret. refused: the answer where it does not.
    subscribing: None where a person enters address and secret at the vendor.
    """

    header: str
    event: Callable[[Any], Event]
    place: str = ""
    proves: Callable[[str, str, bytes], bool] = is_the_secret
    refused: int = 403
    subscribing: Subscribing | None = None


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
    """One vendor. `refresh(read, kind, key)` gives the mirror a record, first, and what a change of it moves.
    `refresh_several(read, kind, keys)` gives several that are new, and so have nothing; None: no list does.

    streams: in the order of reading: lists, and then what is asked of each record alone. limit: how often one
    of its accounts is asked, unless the connection says otherwise. access: how a person connects one.
    webhooks: None where it sends no events, or we know of none. second_factor: None where sessions need none.
    kinds_of: mirrored kinds by what its operations call such a record, where that is another name.
    """

    name: str
    title: str
    catalogue: Catalogue
    dialect: Dialect
    judges: Mapping[str, Judge]
    streams: tuple[Stream | Children, ...]
    refresh: Callable[[Read, str, str], list[Row]]
    limit: Limit
    access: Access
    webhooks: Webhooks | None = None
    second_factor: SecondFactor | None = None
    refresh_several: Callable[[Read, str, Sequence[str]], list[Row]] | None = None
    kinds_of: Mapping[str, str] = field(default_factory=dict)


@cache
def reading_mark(name: str) -> str:
    """Changes with the code that reads this vendor's records: what they say may be another thing then."""
    folder = Path(__file__).parent / name
    code = b"".join(path.read_bytes() for path in sorted(folder.glob("*.py")))
    return hashlib.sha256(code).hexdigest()


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
