"""The words in which a connector tells what a write would do and whether it did.

Everything here is plain data that `dataclasses.asdict` turns into JSON.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

# (operation name or alias, arguments) -> parsed data; raises the error tree of errors.py.
Read = Callable[[str, Mapping[str, Any]], Any]

Value = str | int | bool | None


@dataclass(frozen=True)
class Snapshot:
    """A vendor record as it stood at `read_at` (ISO 8601, UTC), in mirror words."""

    kind: str
    key: str
    title: str
    party: str
    fields: dict[str, Value]
    read_at: str


@dataclass(frozen=True)
class Money:
    """What moves, seen from us; `unknown` when only the vendor can say."""

    amount_minor: int | None
    currency: str | None
    direction: Literal["in", "out", "stays", "none", "unknown"]


@dataclass(frozen=True)
class Change:
    """One field now and after; `vendor_decides` when the vendor computes the value."""

    field: str
    now: str
    after: str
    kind: Literal["sent", "expected", "vendor_decides"]


@dataclass(frozen=True)
class Flag:
    level: Literal["info", "caution", "high", "blocked"]
    title: str
    detail: str


@dataclass(frozen=True)
class Expectation:
    """What the approver is told before deciding."""

    sentence: str
    summary: str
    money: Money
    goes_to: str
    undo: str
    changes: tuple[Change, ...] = ()
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True)
class Attempted:
    """A write that was sent; `answer` is its parsed answer, None when none came or it was empty.

    accepted: the vendor said that it took the request.
    """

    arguments: dict[str, Any]
    before: Snapshot
    sent_at: datetime
    answer: Any | None = None
    accepted: bool = False


@dataclass(frozen=True)
class RowOutcome:
    """What became of one of several records that a vendor takes or refuses each by itself.

    took: the vendor shows it under `key`. refused: not done, for what `sentence` says. there: refused, as
    the vendor has it already. absent: not visible (yet). unknown: nothing shows either.
    """

    kind: Literal["took", "refused", "there", "absent", "unknown"]
    title: str
    key: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Verdict:
    """What reading the vendor shows about an attempt.

    took: the effect is visible. partly: of several records some took and the vendor refused the others.
    refused: it provably had none. absent: not visible (yet), of several records at least one of them not.
    cannot_tell: the record does not show either. `results` feed later steps of a plan. `rows`: each of
    several records, in the order in which they were sent, where they are taken or refused one by one.
    """

    kind: Literal["took", "partly", "refused", "absent", "cannot_tell"]
    sentence: str
    results: dict[str, str] = field(default_factory=dict)
    after: dict[str, Value] = field(default_factory=dict)
    rows: tuple[RowOutcome, ...] = ()


class Judge(Protocol):
    """What needs thought about one write operation."""

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        """The target, read live: before proposing, on opening the card, before the claim."""

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        """What would happen; reads nothing."""

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """Whether it happened; reads only."""


@runtime_checkable
class ListJudge(Judge, Protocol):
    """Of a write that takes only so many records at once, so that a longer list is cut into several steps."""

    def whole(self, steps: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
        """Sentence and summary of the list, by the arguments of all its steps."""
