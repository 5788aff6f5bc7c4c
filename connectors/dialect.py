"""How one vendor speaks HTTP. The defaults suit a plain JSON API; a connector overrides what differs."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn, Protocol
from urllib.parse import urlsplit

import msgspec

from connectors.errors import (
    NotFoundError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    VendorError,
)
from connectors.rates import Gate, Limit, Pace, Priority, moment_after, wait_asked_for
from connectors.requests import Request
from connectors.sharing import Session, Shared

ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?")
DECODER = msgspec.json.Decoder(float_hook=Decimal)


@dataclass(frozen=True)
class Account:
    """One account at one vendor, with its opened credentials; repr and logs never show them."""

    connector: str
    name: str
    base_url: str
    credentials: Mapping[str, str] = field(repr=False)
    injected: Mapping[str, str] = field(default_factory=dict)
    bases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer that arrived whole; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    text: str
    content: bytes = field(default=b"", repr=False)  # the same as it came

    @property
    def request_id(self) -> str:
        for name in ("x-request-id", "x-correlation-id", "request-id", "cf-ray"):
            if name in self.headers:
                return self.headers[name]
        return ""


class Line(Protocol):
    """What a dialect may use of a Client, for a sign-in call of its own."""

    account: Account
    shared: Shared
    timeout_s: float

    def await_room(self, request: Request, priority: Priority) -> float:
        """Wait for room for one call; the seconds it took. Raises RateLimitedError when it takes too long."""

    def exchange(self, request: Request, headers: Mapping[str, str]) -> Answer:
        """One call, no retry, nothing judged; raises NotSentError or OutcomeUnknownError."""

    def redacted(self, error: VendorError) -> VendorError:
        """The error without credentials in its words."""


@dataclass(frozen=True)
class Signed:
    """A request with its credential holes filled, the headers that authenticate it, and the session it uses.

    kind: of the session, where there is one.
    """

    request: Request
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    kind: str = ""
    session: Session | None = None


def origin_of(url: str) -> str:
    """Scheme, host and port, such as `https://app.bill.com`; "" for what is no plain web address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    return origin if ORIGIN.fullmatch(origin) else ""


def parse_json(text: str) -> Any:
    """JSON with decimals kept exact; raises ValueError on anything else, NaN and endless nesting included."""
    try:
        return DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError):
        pass  # it may be half a letter, which is one row's fault and not its page's
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


class Dialect:
    title = "The vendor"
    key_header = "Idempotency-Key"  # where the key of a request travels that has one

    def base_url(self, account: Account, path: str) -> str:
        return account.base_url

    def is_own(self, account: Account, origin: str) -> bool:
        """Whether an origin is the vendor's, so that a link there may see our session."""
        return origin in {origin_of(base) for base in (account.base_url, *account.bases.values())}

    def sign(self, line: Line, request: Request, *, trusted: bool = False) -> Signed:
        """The request as it is sent; trusted: with a session that passed a second factor.

        May sign in first; what goes wrong there proves that `request` itself was not sent.
        """
        return Signed(request)

    def paces(self, account: Account, request: Request, limit: Limit) -> tuple[Pace, ...]:
        """What a call is counted under; limit: the account's own."""
        return (Pace(f"{account.connector} {account.name}", limit, self.asked_enough),)

    def gate(self, account: Account, request: Request) -> Gate | None:
        """Which calls at the same time the vendor counts this one among, None where it counts none."""
        return None

    @property
    def asked_enough(self) -> str:
        return f"{self.title} is being asked as often as we allow ourselves"

    def accepts_by_status(self, request: Request) -> bool:
        """Whether a checked HTTP 2xx says that a write was accepted, whatever its body looks like."""
        return True

    def parse(self, text: str) -> Any:
        """The answer's data; ValueError when it cannot be read."""
        return parse_json(text)

    def message(self, answer: Answer) -> str:
        """The vendor's own words about a refusal, or nothing."""
        return ""

    def code(self, answer: Answer) -> str:
        return ""

    def payload(self, data: Any) -> Any:
        """The part of a 2xx answer's data that callers want (v2 of BILL wraps it)."""
        return data

    def check(self, answer: Answer, signed: Signed | None = None) -> None:
        """Raise what an answer means when it is not a success; None for a usable 2xx."""
        status = answer.status
        if 200 <= status < 300:
            return
        words = {"vendor": self.title, "status": status, "request_id": answer.request_id}
        if status == 429:
            raise self.rate_limited(answer)
        if status == 408 or status >= 500 or status < 400:
            raise OutcomeUnknownError(f"{self.title} gave no usable answer (HTTP {status}).", **words)
        message = self.message(answer)
        words["code"] = self.code(answer)
        if status == 404:
            raise NotFoundError(f"{self.title} has no such record" + _quoted(message), **words)
        if status in (401, 403):
            raise RefusedError(f"{self.title} did not accept our credentials" + _quoted(message), **words)
        raise RefusedError(f"{self.title} refused" + _quoted(message), **words)

    def rate_limited(self, answer: Answer) -> RateLimitedError:
        wait_s = wait_asked_for(answer.headers)
        return RateLimitedError(
            f"{self.title} takes no more calls for now.",
            retry_after_s=wait_s,
            until=moment_after(wait_s),
            vendor=self.title,
            status=answer.status,
            request_id=answer.request_id,
            code=self.code(answer),
        )


def _quoted(message: str) -> str:
    return f": “{message}”" if message else "."
