"""One HTTP client per vendor account, and the only two ways through it: `read` and `send_write`.

A read is tried again with patience. A write is tried once, and its failure says which of three things is
known: it was not processed, it was refused, or nothing.
"""

import logging
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, TypeVar

import httpx

from connectors.catalogue import Operation, Request, holes
from connectors.dialect import Account, Answer, Dialect, Signed
from connectors.errors import (
    BadReplyError,
    NotConfiguredError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    SessionExpiredError,
    VendorDownError,
    VendorError,
)
from connectors.hiding import mask, without_figures
from connectors.paging import Rows, rows_of
from connectors.rates import QUEUE_S, Limit, Patience, Priority, moment_after
from connectors.registry import connector
from connectors.requests import write_json
from connectors.sharing import Alone, Shared

__all__ = ["Account", "Client", "Patience", "Priority", "Reply", "Rows", "make_ready", "read", "send_write"]

log = logging.getLogger(__name__)
SENTENCE_LIMIT = 400
NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


Call = Callable[[Request], tuple[Answer, Any]]
Said = TypeVar("Said")


@dataclass(frozen=True)
class Reply:
    """A usable answer; `data` is its JSON with decimals kept exact, a `Rows` where a list was paged.

    None where a write was accepted in a form that cannot be read; `text` has it.
    """

    status: int
    data: Any
    text: str
    request_id: str
    fetched_at: datetime
    sealed: str = field(default="", repr=False)  # what the vendor tells once; nothing else here has it


@cache
def certificates() -> ssl.SSLContext:
    """Whom every client trusts; read once, for it takes longer than a call."""
    return httpx.create_ssl_context(trust_env=False)


class Client:
    """The connection to one account; safe to share between threads.

    limit: how often the account is asked, where not as its connector says. shared: with all who use it.
    """

    def __init__(
        self,
        account: Account,
        *,
        timeout_s: float = 20.0,
        patience: Patience | None = None,
        limit: Limit | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.account = account
        self.patience = patience or Patience()
        self.shared = shared or Alone()
        self.timeout_s = timeout_s
        self.dialect: Dialect = connector(account.connector).dialect
        self._limit = limit or connector(account.connector).limit
        soon = min(timeout_s, 5.0)
        self._timeout = httpx.Timeout(timeout_s, connect=soon, pool=soon)
        self._kept = self._http(keepalive=None)
        # A kept connection may be closed by the vendor just as a write goes out, and the write would count as
        # unknown though nobody read it. A connection of its own fails before anything is sent.
        self._fresh = self._http(keepalive=0)

    def _http(self, *, keepalive: int | None) -> httpx.Client:
        return httpx.Client(
            timeout=self._timeout,
            limits=httpx.Limits(max_keepalive_connections=keepalive),
            verify=certificates(),
            follow_redirects=False,
            trust_env=False,  # a proxy or .netrc of the machine must not see vendor credentials
            headers={"accept": "application/json", "user-agent": "countersign"},
        )

    def __repr__(self) -> str:
        return f"<Client {self.account.connector} {self.account.name}>"

    def close(self) -> None:
        self._kept.close()
        self._fresh.close()

    def await_room(self, request: Request, priority: Priority) -> float:
        """Wait for room for one call; the seconds it took. Raises RateLimitedError when it takes too long."""
        started = time.monotonic()
        for pace in self.dialect.paces(self.account, request, self._limit):
            while (wait_s := self.shared.take(pace, priority)) > 0:
                if time.monotonic() - started + wait_s > QUEUE_S[priority]:
                    until = moment_after(wait_s)
                    raise RateLimitedError(
                        f"{pace.used_up}; nothing was sent. There is room again at {until:%H:%M} UTC.",
                        retry_after_s=wait_s,
                        until=until,
                        vendor=self.dialect.title,
                        code="budget",
                    )
                time.sleep(wait_s)
        return time.monotonic() - started

    def exchange(
        self,
        request: Request,
        headers: Mapping[str, str],
        *,
        priority: Priority = Priority.EXECUTING,
        keep: bool = True,
        not_after: datetime | None = None,
        base: str = "",
    ) -> Answer:
        """One call, no retry, nothing judged; raises NotSentError or OutcomeUnknownError.

        keep: whether an open connection may serve, and this one stay open. not_after: see `send_write`.
        base: where the path begins, where not at the account's own address.
        """
        gate = self.dialect.gate(self.account, request)
        wait_s, lease_s = max(QUEUE_S[priority], self.timeout_s), 1.5 * self.timeout_s + 5
        place = self.shared.place(gate, priority, wait_s=wait_s, lease_s=lease_s) if gate else nullcontext()
        with place:
            if not_after and datetime.now(UTC) >= not_after:
                sentence = "It took too long to get ready; nothing was sent."
                raise NotSentError(sentence, vendor=self.dialect.title, code="too_late")
            return self._exchange(self._kept if keep else self._fresh, request, headers, base)

    def _exchange(
        self, http: httpx.Client, request: Request, headers: Mapping[str, str], base: str
    ) -> Answer:
        base = (base or self.dialect.base_url(self.account, request.path)).rstrip("/")
        target = request.path + (f"?{request.query}" if request.query else "")
        sent_headers = dict(headers)
        if request.content_type:
            sent_headers["content-type"] = request.content_type
        words: dict[str, Any] = {"vendor": self.dialect.title}
        try:
            built = http.build_request(
                request.method,
                base + target,
                content=request.sent_bytes() if request.body else None,
                headers=sent_headers,
                # httpx would normalise the URL; these are the very bytes that were approved
                extensions={"target": (httpx.URL(base).raw_path.rstrip(b"/") + target.encode("ascii"))},
            )
            answer = http.send(built)
        except NEVER_CONNECTED as error:
            self._note(request, error)
            sentence = f"{self.dialect.title} could not be reached; nothing was sent."
            raise NotSentError(sentence, code=type(error).__name__, **words) from None
        except httpx.InvalidURL as error:
            self._note(request, error)
            raise NotConfiguredError("The connection's address is not a valid URL.", **words) from None
        except httpx.HTTPError as error:
            self._note(request, error)
            sentence = f"{self.dialect.title} gave no usable answer: the connection broke or took too long."
            raise OutcomeUnknownError(sentence, code=type(error).__name__, **words) from None
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status_code, told, answer.text, answer.content)

    def signed(self, request: Request, *, trusted: bool = False) -> Signed:
        """The request as it is sent, after signing in where that is due.

        Raises NotConfiguredError or NotSentError: whatever went wrong, the request itself was not sent.
        """
        try:
            return self.dialect.sign(self, request, trusted=trusted)
        except (NotSentError, NotConfiguredError) as error:
            raise self.redacted(error) from None
        except RefusedError as error:
            # Asking again would be refused again, and vendors count sign-ins.
            sentence = f"{self.dialect.title} did not let us sign in; nothing was sent. {error.sentence}"
            refusal = NotConfiguredError(
                sentence, vendor=self.dialect.title, status=error.status, code=error.code
            )
            raise self.redacted(refusal) from None
        except VendorError as error:
            sentence = f"{self.dialect.title} did not answer our sign-in; nothing was sent."
            raise NotSentError(
                sentence, vendor=self.dialect.title, status=error.status, code=error.code
            ) from None

    def signed_exchange(
        self,
        request: Request,
        *,
        priority: Priority,
        masked: Sequence[str] = (),
        keep_sealed: Callable[[Any], None] | None = None,
        trusted: bool = False,
        is_write: bool = False,
        not_after: datetime | None = None,
    ) -> tuple[Answer, Any]:
        """Sign, send, and judge one call; the answer and its parsed data, or the error it means.

        masked: the paths of which nothing but the last four leaves here, in data or in text. keep_sealed: is
        shown the data before.
        A write that its status says was accepted has no data where the answer cannot be read.
        """
        signed = self.signed(request, trusted=trusted)
        headers = dict(signed.headers)
        if request.idempotency_key:
            headers[self.dialect.key_header] = request.idempotency_key
        answer = self.exchange(
            signed.request, headers, priority=priority, keep=not is_write, not_after=not_after
        )
        try:
            self.dialect.check(answer, signed)
            data = self.dialect.parse(answer.text)
            if keep_sealed:
                keep_sealed(data)
            mask(masked, data)
            shown = replace(answer, text=write_json(data)) if masked else answer
        except SessionExpiredError:
            if signed.session:
                self.shared.forget(signed.kind, signed.session)
            raise
        except VendorError as error:
            raise self.redacted(error, signed) from None
        except (ValueError, RecursionError):
            if is_write and self.dialect.accepts_by_status(request):
                text = self._storable(answer.text, signed)
                return replace(answer, text=without_figures(text) if masked else text), None
            raise OutcomeUnknownError(
                f"{self.dialect.title} answered in a form we cannot read.",
                vendor=self.dialect.title,
                status=answer.status,
                request_id=answer.request_id,
                code="unreadable",
            ) from None
        return shown, self.dialect.payload(data)

    def fetched(self, request: Request, base: str, *, priority: Priority) -> bytes:
        """The bytes of a file that lies at a path under this base, or the error that the answer means."""
        signed = self.signed(request)
        headers = {**signed.headers, "accept": "*/*"}
        answer = self.exchange(signed.request, headers, priority=priority, base=base)
        try:
            self.dialect.check(answer, signed)
        except SessionExpiredError:
            if signed.session:
                self.shared.forget(signed.kind, signed.session)
            raise
        except VendorError as error:
            raise self.redacted(error, signed) from None
        return answer.content

    def _note(self, request: Request, error: Exception) -> None:
        log.warning(
            "%s %s %s: %s", self.account.connector, request.method, request.path, type(error).__name__
        )

    def redacted(self, error: VendorError, signed: Signed | None = None) -> VendorError:
        """The error without credentials, and then no longer than fits: a cut one would not be found."""
        sentence = self._without_secrets(error.sentence, signed)
        if len(sentence) > SENTENCE_LIMIT:
            sentence = f"{sentence[:SENTENCE_LIMIT]}…" + ("”" if "“" in sentence[:SENTENCE_LIMIT] else "")
        error.sentence, error.args = sentence, (sentence,)
        return error

    def _without_secrets(self, text: str, signed: Signed | None) -> str:
        """Vendors echo what they were sent; a credential among it stays here."""
        known = dict(self.account.credentials)
        if signed and signed.session:
            known["session_id"] = signed.session.id
        secrets = {name: value for name, value in known.items() if len(value) >= 4}
        for name, value in sorted(secrets.items(), key=lambda item: -len(item[1])):
            text = text.replace(value, f"[{name}]")
        return text

    def _storable(self, text: str, signed: Signed) -> str:
        """What was not JSON may be anything, also a character that PostgreSQL does not take."""
        return self._without_secrets(text, signed).replace("\0", "\N{REPLACEMENT CHARACTER}")


def read(
    client: Client,
    operation: Operation,
    arguments: Mapping[str, Any],
    *,
    priority: Priority = Priority.PERSON,
) -> Reply:
    """The answer of a read operation, pages put together; tried again with patience.

    Raises ValueError for an operation with any other effect, VendorDownError or RateLimitedError when
    patience ran out, RefusedError, NotFoundError, BadReplyError.
    """

    def call(request: Request) -> tuple[Answer, Any]:
        exchange = partial(
            client.signed_exchange,
            request,
            priority=priority,
            masked=operation.masked,
            trusted=operation.trusted,
        )
        return patiently(client, request, exchange, priority=priority)

    return _reading(client, operation, arguments, call)


def read_once(client: Client, operation: Operation, arguments: Mapping[str, Any]) -> Reply:
    """As `read`, but nothing is tried again, and no room is asked for: whoever calls has seen to it.

    Raises NotSentError and OutcomeUnknownError too: what `read` would try again.
    """

    def call(request: Request) -> tuple[Answer, Any]:
        try:
            return client.signed_exchange(request, priority=Priority.SYNC, masked=operation.masked)
        except OutcomeUnknownError as error:
            raise _final(error) from None

    return _reading(client, operation, arguments, call)


def await_room(client: Client, operation: Operation, priority: Priority) -> None:
    """Wait for room for one call of it. Raises RateLimitedError when that takes too long."""
    client.await_room(_unwritten(operation), priority)


def places(client: Client, operation: Operation) -> int | None:
    """How many calls like this one the vendor takes at a time; None where it counts none."""
    gate = client.dialect.gate(client.account, _unwritten(operation))
    return gate.places if gate else None


def _reading(client: Client, operation: Operation, arguments: Mapping[str, Any], call: Call) -> Reply:
    if not operation.is_read:
        raise ValueError(f"{operation.name} is not a read")
    checked = operation.arguments(arguments)
    if operation.paging is None:
        answer, data = _from_either_path(client, operation, checked, {}, call)
        return _reply(answer, data)
    answers: list[Answer] = []

    def fetch(page: Mapping[str, Any]) -> Any:
        answer, data = _from_either_path(client, operation, checked, page, call)
        answers.append(answer)
        return data

    rows = rows_of(operation.paging, checked, fetch)
    return _reply(answers[-1], rows)


def send_write(
    client: Client,
    request: Request,
    *,
    operation: Operation | None = None,
    trusted: bool = False,
    not_after: datetime | None = None,
) -> Reply:
    """Send one approved request, exactly once. Only the execution of an approved proposal may call this.

    operation: whose request it is; says what of the answer is masked. trusted: whether the session must be.
    not_after: from then on somebody else may take this for lost, so nothing is sent any more, however long
    signing in took or this process slept.
    Raises NotSentError, RateLimitedError, SessionExpiredError (all: not processed), RefusedError,
    OutcomeUnknownError (look before anything is repeated).
    """
    if holes(request):
        raise ValueError("a request with open holes cannot be sent")
    client.await_room(request, Priority.EXECUTING)
    name, sealed = operation.sealed if operation else "", []

    def keep_sealed(data: Any) -> None:
        if isinstance(data, Mapping) and isinstance(data.get(name), str):
            sealed.append(data[name])

    try:
        answer, data = client.signed_exchange(
            request,
            priority=Priority.EXECUTING,
            masked=(*operation.masked, *([name] if name else ())) if operation else (),
            keep_sealed=keep_sealed if name else None,
            trusted=trusted or (operation is not None and operation.trusted),
            is_write=True,
            not_after=not_after,
        )
        return replace(_reply(answer, data), sealed="".join(sealed))
    except NotConfiguredError as error:
        raise NotSentError(
            error.sentence, vendor=error.vendor, status=error.status, code=error.code
        ) from None


def make_ready(client: Client, operation: Operation, arguments: Mapping[str, Any]) -> None:
    """Sign in as the write needs it, so that what a person must do first is known before it is sent.

    Raises NotConfiguredError (NotTrustedError where a second factor is missing) or NotSentError.
    """
    if operation.wants_trust(arguments):
        client.signed(_unwritten(operation), trusted=True)


def _unwritten(operation: Operation) -> Request:
    """A request of this operation as far as its path tells whose limits and sessions it needs."""
    return Request(operation.method, operation.path, "", "", "")


def _from_either_path(
    client: Client, operation: Operation, arguments: Mapping[str, Any], page: Mapping[str, Any], call: Call
) -> tuple[Answer, Any]:
    """The answer under the operation's path; where that has nothing, under its fallback, asked once."""
    injected = client.account.injected
    try:
        return call(operation.request(arguments, injected, page))
    except NotFoundError as missing:
        if not operation.fallback:
            raise
        elsewhere = replace(operation, path=operation.fallback)
        try:
            return call(elsewhere.request(arguments, injected, page))
        except NotFoundError:
            raise missing from None


def patiently(client: Client, request: Request, exchange: Callable[[], Said], *, priority: Priority) -> Said:
    """What the exchange of this request says, which reads; tried again with patience, as `read` tells."""
    patience, started, renewed, tried = client.patience, time.monotonic(), False, 0
    while True:
        tried += 1
        try:
            started += client.await_room(
                request, priority
            )  # waiting in our own queue tries nobody's patience
            return exchange()
        except SessionExpiredError as error:
            if renewed:
                raise VendorDownError(
                    f"{client.dialect.title} keeps ending our session.", vendor=error.vendor, code=error.code
                ) from None
            renewed = True
            continue
        except RateLimitedError as error:
            failure: VendorError = error
            wait_s = patience.wait_s(tried) if error.retry_after_s is None else error.retry_after_s
        except (NotSentError, OutcomeUnknownError) as error:
            failure = _final(error)
            if isinstance(failure, BadReplyError):
                raise failure from None
            wait_s = patience.wait_s(tried)
        over = time.monotonic() - started + wait_s > patience.total_s
        if tried >= patience.tries or over:
            if isinstance(failure, RateLimitedError):
                raise failure
            raise VendorDownError(
                f"{client.dialect.title} does not answer just now. Nothing was changed.",
                vendor=failure.vendor,
                status=failure.status,
                request_id=failure.request_id,
                code=failure.code,
            ) from None
        time.sleep(wait_s)


def _final(error: VendorError) -> VendorError:
    """A BadReplyError for an answer that cannot be read: asking again does not change it. Else the error."""
    if error.code != "unreadable":
        return error
    return BadReplyError(
        error.sentence, vendor=error.vendor, status=error.status, request_id=error.request_id
    )


def _reply(answer: Answer, data: Any) -> Reply:
    return Reply(answer.status, data, answer.text, answer.request_id, datetime.now(UTC))
