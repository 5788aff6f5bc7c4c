"""How one vendor speaks HTTP. The defaults suit a plain JSON API; a connector overrides what differs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn, Protocol

from connectors.errors import NotFoundError, OutcomeUnknownError, RateLimitedError, RefusedError
from connectors.rates import moment_after, wait_asked_for
from connectors.requests import Request


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

    @property
    def request_id(self) -> str:
        for name in ("x-request-id", "x-correlation-id", "request-id", "cf-ray"):
            if name in self.headers:
                return self.headers[name]
        return ""


class Line(Protocol):
    """What a dialect may use of a Client, for a sign-in call of its own."""

    account: Account

    def exchange(self, request: Request, headers: Mapping[str, str]) -> Answer:
        """One call, no retry, nothing judged; raises NotSentError or OutcomeUnknownError."""


def parse_json(text: str) -> Any:
    """JSON with decimals kept exact; raises ValueError on anything else, NaN and endless nesting included."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not JSON")


class Dialect:
    title = "The vendor"
    max_connections: int | None = None  # calls at once per process, where the vendor counts them

    def base_url(self, account: Account, path: str) -> str:
        return account.base_url

    def sign(self, line: Line, request: Request) -> tuple[Request, dict[str, str]]:
        """The request with its credential holes filled, and the headers that authenticate it.

        May sign in first; what goes wrong there proves that `request` itself was not sent.
        """
        return request, {}

    def forget_session(self) -> None:
        """Called after SessionExpiredError, so that the next `sign` signs in again."""

    def secrets(self, line: Line) -> Mapping[str, str]:
        """Name → what must not come back in an answer's words."""
        return line.account.credentials

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

    def check(self, answer: Answer) -> None:
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
