"""One operation of a sandbox vendor: its work inside a transaction, with its line in the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from connectors.requests import FILE, file_body
from connectors.sandbox.books import Books
from connectors.sandbox.core import Core


@dataclass(frozen=True)
class Call:
    """One request as an operation sees it.

    path: as sent (still percent-encoded), relative to the account's base URL.
    parts: the named pieces of the path, decoded.
    content: the body as it came; of a file, `body` has hash and size alone.
    base: the account's base URL as the caller sees it.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str
    parts: Mapping[str, str]
    content: bytes = b""
    base: str = ""

    @classmethod
    async def received(cls, connector: str, scope: Scope, receive: Receive) -> Call:
        request = Request(scope, receive)
        body = await request.body()
        is_file = request.headers.get("content-type", "") == FILE
        raw_path = scope.get("raw_path") or scope["path"].encode()
        mount, _, path = raw_path.decode("latin-1").partition(f"/{connector}")
        return cls(
            method=scope["method"],
            path=path,
            query=scope["query_string"].decode("latin-1"),
            headers=request.headers,
            body=file_body(body) if is_file else body.decode("utf-8", errors="replace"),
            parts=scope.get("path_params", {}),
            content=body,
            base=f"{request.url.scheme}://{request.headers.get('host', 'localhost')}{mount}/{connector}",
        )

    def parameter(self, name: str) -> str | None:
        """A query parameter's last value, None when absent; an empty value is a value."""
        values = parse_qs(self.query, keep_blank_values=True).get(name)
        return values[-1] if values else None

    def json(self) -> Any:
        """The body parsed, numbers with a fraction as Decimal; ValueError when it is not JSON."""
        return json.loads(self.body, parse_float=Decimal)

    def as_request(self) -> dict[str, str]:
        return {"method": self.method, "path": self.path, "query": self.query, "body": self.body}


@dataclass(frozen=True)
class Outcome:
    """A write's answer. record: what it was about; took: whether it did what the operation is for.

    A payment that was tried again and declined is answered with success and did not take.
    """

    response: Response
    record: str
    took: bool = True


class Refused(Exception):
    """A definite no: nothing of the work is kept, and the given response is the answer.

    then: what the no itself leaves in the books.
    """

    def __init__(
        self, response: Response, record: str = "", then: Callable[[Books], None] | None = None
    ) -> None:
        super().__init__(response.status_code)
        self.response = response
        self.record = record
        self.then = then


Work = Callable[[Books, Call], Response | Outcome]
Guard = Callable[[Books, Call], None]


class Endpoint:
    """An operation as an ASGI application, to be put under a Starlette `Route`.

    writes: the work may change records. ledgered: what it does, or a refusal of it, is written to the
    ledger of effects; by default every write is. guard: raises `Refused` for callers without access.
    """

    def __init__(
        self,
        core: Core,
        connector: str,
        operation: str,
        work: Work,
        *,
        guard: Guard,
        writes: bool,
        ledgered: bool | None = None,
    ) -> None:
        self.core = core
        self.connector = connector
        self.operation = operation
        self.work = work
        self.guard = guard
        self.writes = writes
        self.ledgered = writes if ledgered is None else ledgered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await Call.received(self.connector, scope, receive)

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            response = await run_in_threadpool(self.answer, call)
            await response(scope, receive, send)

        target = f"{call.path}?{call.query}"
        fault = self.core.faults.take(connector=self.connector, operation=self.operation, path=target)
        await (fault.strike if fault else _plainly)(answer, scope, receive, send)

    def answer(self, call: Call) -> Response:
        """Do what is due, then the operation itself; its effect is committed when this returns."""
        store = self.core.store
        store.do_what_is_due()
        if not self.writes:
            with store.reading(self.connector) as books:
                return self._handled(books, call)
        try:
            with store.writing(self.connector) as books:
                self.guard(books, call)
                outcome = self.work(books, call)
                if isinstance(outcome, Response):
                    return outcome
                if self.ledgered:
                    self._note(books, call, record=outcome.record, took=outcome.took)
                return outcome.response
        except Refused as refusal:
            if self.ledgered:
                with store.writing(self.connector) as books:
                    self._note(books, call, record=refusal.record, took=False)
                    if refusal.then:
                        refusal.then(books)
            return refusal.response

    def _handled(self, books: Books, call: Call) -> Response:
        try:
            self.guard(books, call)
            response = self.work(books, call)
        except Refused as refusal:
            return refusal.response
        assert isinstance(response, Response), "a read has no effect to report"
        return response

    def _note(self, books: Books, call: Call, *, record: str, took: bool) -> None:
        books.note_effect(operation=self.operation, record=record, took=took, request=call.as_request())


async def _plainly(answer: Any, scope: Scope, receive: Receive, send: Send) -> None:
    await answer(scope, receive, send)
