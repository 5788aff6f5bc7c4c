"""How often a vendor may be asked, how long it asks us to wait, and how long we wait when it does not say."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import IntEnum

EPOCH_FROM = 1_000_000_000  # larger numbers in a reset header are moments, smaller ones are seconds to wait
LONGEST_WAIT_S = 366 * 24 * 3600.0


class Priority(IntEnum):
    """What a call is for. A higher one finds room where a lower one has to wait."""

    SYNC = 1
    PERSON = 2
    PROBING = 3
    CHECKING = 4  # the look before a write
    EXECUTING = 5


# How much of `Limit.at_once` each may use up; the rest is left to those above it.
SHARES = {
    Priority.SYNC: 0.5,
    Priority.PERSON: 0.7,
    Priority.PROBING: 0.8,
    Priority.CHECKING: 0.9,
    Priority.EXECUTING: 1.0,
}
# How long a call waits for room before it is given up. Nobody watches a sync.
QUEUE_S = {priority: 120.0 if priority == Priority.SYNC else 5.0 for priority in Priority}


@dataclass(frozen=True)
class Limit:
    """How often one account may be asked: in the long run, and together after a rest (2 or more)."""

    calls_per_s: float
    at_once: float

    def room_s(self, priority: Priority) -> float:
        """How many seconds' worth of calls may be ahead of their time, this one included."""
        return SHARES[priority] * self.at_once / self.calls_per_s


@dataclass(frozen=True)
class Pace:
    """A limit, and the name its calls are counted under: accounts that share the name share the limit.

    used_up: what staff are told when no room is left.
    """

    name: str
    limit: Limit
    used_up: str


@dataclass(frozen=True)
class Gate:
    """So many calls at the same time, whoever makes them."""

    name: str
    places: int


@dataclass(frozen=True)
class Patience:
    """How often, and for how many seconds altogether, a read is tried."""

    tries: int = 4
    first_s: float = 0.3
    cap_s: float = 8.0
    total_s: float = 20.0

    def wait_s(self, tried: int) -> float:
        """Exponential with full jitter: many readers woken by one fault must not come back together."""
        return random.uniform(0.5, 1.0) * min(self.cap_s, self.first_s * 2 ** (tried - 1))


def wait_asked_for(headers: Mapping[str, str]) -> float | None:
    """Seconds from Retry-After, else from a rate-limit reset header; None when neither can be read."""
    for name in ("retry-after", "ratelimit-reset", "x-ratelimit-reset"):
        seconds = _seconds(headers.get(name, "").strip())
        if seconds is not None:
            return seconds
    return None


def moment_after(wait_s: float | None) -> datetime | None:
    return None if wait_s is None else datetime.now(UTC) + timedelta(seconds=wait_s)


def _seconds(text: str) -> float | None:
    if not text:
        return None
    now = datetime.now(UTC)
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    else:
        if seconds > EPOCH_FROM:
            seconds -= now.timestamp()
    return min(max(seconds, 0.0), LONGEST_WAIT_S) if seconds == seconds else None
