"""An operation of BILL: the core's endpoint behind a session, a gate and BILL's two ways to say no."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from connectors.sandbox.bill import sessions
from connectors.sandbox.bill.errors import Refusal, refusal, v2_body, v3_body
from connectors.sandbox.books import Books
from connectors.sandbox.core import Core
from connectors.sandbox.endpoint import Call, Endpoint, Outcome, Refused, Work

Credentials = Callable[[Call], Mapping[str, str]]
Denial = Callable[[Refusal, Books], Response]

_FORM_CREDENTIAL = re.compile(r"\b(devKey|sessionId)=[^&]*")


def v3_credentials(call: Call) -> Mapping[str, str]:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme == "Bearer":
        return {"token": token}
    return {
        "dev_key": call.headers.get("devKey", ""),
        "session_id": call.headers.get("sessionId", ""),
    }


def v2_credentials(call: Call) -> Mapping[str, str]:
    form = parse_form(call)
    return {"dev_key": form.get("devKey", ""), "session_id": form.get("sessionId", "")}


def spend_credentials(call: Call) -> Mapping[str, str]:
    return {"spend_token": call.headers.get("apiToken", "")}


def parse_form(call: Call) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(call.body, keep_blank_values=True).items()}


def v3_denial(no: Refusal, books: Books) -> Response:
    return JSONResponse(v3_body(no, books.now), no.status)


def v2_denial(no: Refusal, _books: Books) -> Response:
    """HTTP 200 whatever happened: the body decides."""
    return JSONResponse(v2_body(no))


class BillEndpoint(Endpoint):
    """credentials: where a call carries its session; None for the calls that need none (signing in)."""

    def __init__(
        self,
        core: Core,
        operation: str,
        work: Work,
        *,
        gate: sessions.Gate,
        denial: Denial,
        credentials: Credentials | None,
        writes: bool,
        ledgered: bool | None = None,
    ) -> None:
        super().__init__(
            core, "bill", operation, self._work, guard=_no_guard, writes=writes, ledgered=ledgered
        )
        self._do = work
        self._gate = gate
        self._denial = denial
        self._credentials = credentials

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._credentials is spend_credentials:  # which BILL does not count among the calls at once
            await super().__call__(scope, receive, send)
            return
        if not self._gate.enter():
            await self._too_many()(scope, receive, send)
            return
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._gate.leave()

    def answer(self, call: Call) -> Response:
        """Counted and admitted up front and apart: refused calls count too, and start the idle time anew."""
        with self.core.store.writing("bill") as books:
            no = self._refusal(books, call)
        return self._refused(no, call) if no else super().answer(call)

    def _refusal(self, books: Books, call: Call) -> Refusal | None:
        given = self._credentials(call) if self._credentials else {}
        try:
            sessions.count_call(books, self.operation, given)
            sessions.admit(books, given)
        except Refusal as no:
            return no
        return None

    def _refused(self, no: Refusal, call: Call) -> Response:
        with self.core.store.writing("bill") as books:
            if self.ledgered:
                self._note(books, call, record="", took=False)
            return self._denial(no, books)

    def _note(self, books: Books, call: Call, *, record: str, took: bool) -> None:
        """The ledger shows where v2's credentials stood in the form, not what they were."""
        body = (
            _FORM_CREDENTIAL.sub(r"\1={\1}", call.body) if self._credentials is v2_credentials else call.body
        )
        super()._note(books, replace(call, body=body), record=record, took=took)

    def _work(self, books: Books, call: Call) -> Response | Outcome:
        try:
            return self._do(books, call)
        except Refusal as no:
            raise Refused(self._denial(no, books), then=no.then) from no

    def _too_many(self) -> Response:
        with self.core.store.reading("bill") as books:
            return self._denial(refusal(books.setting("bill_limit_status"), "BDC_1322"), books)


def answered(record: dict[str, Any], shown: dict[str, Any], *, status: int = 201) -> Outcome:
    return Outcome(JSONResponse(shown, status), record=record["id"])


def _no_guard(_books: Books, _call: Call) -> None:
    return
