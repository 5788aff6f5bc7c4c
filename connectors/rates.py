"""How long a vendor asks us to wait, and how long we wait when it does not say."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EPOCH_FROM = 1_000_000_000  # larger numbers in a reset header are moments, smaller ones are seconds to wait
LONGEST_WAIT_S = 366 * 24 * 3600.0


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
