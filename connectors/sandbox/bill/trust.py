"""What BILL does only in a session that passed a second factor, for some values of a call."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from connectors.sandbox.bill.sessions import require_trust
from connectors.sandbox.bill.ways import Way, parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome, Work


def trusting(ways: Iterable[Way], wants: Callable[[Mapping[str, Any]], bool]) -> Iterator[Way]:
    """wants: whether a body asks for what needs trust."""
    for way in ways:
        yield replace(way, work=_trusting(way.work, wants))


def _trusting(work: Work, wants: Callable[[Mapping[str, Any]], bool]) -> Work:
    def do(books: Books, call: Call) -> Response | Outcome:
        given = parsed(call.body) if call.body else {}
        if isinstance(given, Mapping) and wants(given):
            require_trust(books, call)
        return work(books, call)

    return do
