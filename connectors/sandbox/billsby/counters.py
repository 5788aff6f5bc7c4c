"""Counters: usage of an allowance, changed through a queue and so seen a little later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from starlette.responses import JSONResponse, Response

from connectors.sandbox.billsby.answering import Body, existing, refused, success
from connectors.sandbox.billsby.formats import moment_with_offset, parsed
from connectors.sandbox.billsby.subscriptions import subscription_of
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

OPERATIONS = ("Increment", "Decrement", "Set")


def get_counter(books: Books, call: Call) -> Response:
    """Usage in the running period; a window that ends before it has seen none."""
    subscription = subscription_of(books, call)
    counter = existing(books, "counter", _key(call), name="Counter")
    start, end = _window(books, call)
    is_current = (end is None or end > parsed(subscription["periodStart"])) and (
        start is None or start <= books.now
    )
    usage = counter["usage"] if is_current else 0
    return JSONResponse({"usage": usage, "timestamp": moment_with_offset(books.now)})


def update_counter(books: Books, call: Call) -> Outcome:
    """Queue a change of usage; the answer comes before it shows."""
    subscription_of(books, call)
    key = _key(call)
    existing(books, "counter", key, name="Counter")
    body = Body(books, call, record=key)
    operation, value = body.text("operationType"), body.whole("value")
    body.check()
    operation = next((word for word in OPERATIONS if word.lower() == operation.lower()), None)
    if operation is None:
        body.problem("operationType", f"must be one of {', '.join(OPERATIONS)}")
    if value < 0:
        body.problem("value", "must not be negative")
    body.check()
    payload = {"key": key, "operation": operation, "value": value}
    lag = books.setting("counter_lag_s")
    if lag > 0:
        books.later("count", books.now + timedelta(seconds=lag), payload)
    else:
        count(books, payload)
    return Outcome(success(books), key)


def count(books: Books, payload: dict[str, Any]) -> None:
    """Apply a queued change. Usage never falls below 0."""
    counter = books.get("counter", payload["key"])
    if counter is None:
        return
    value = payload["value"]
    usage = {
        "Increment": counter["usage"] + value,
        "Decrement": max(0, counter["usage"] - value),
        "Set": value,
    }[payload["operation"]]
    books.put("counter", payload["key"], counter | {"usage": usage})


def _key(call: Call) -> str:
    return f"{call.parts['subscription_id']}/{call.parts['counter_id']}"


def _window(books: Books, call: Call) -> tuple[datetime | None, datetime | None]:
    moments: list[datetime | None] = []
    for name in ("from", "to"):
        text = call.parameter(name)
        try:
            when = parsed(text) if text else None
        except ValueError:
            raise refused(books, f"{name} must be an ISO 8601 date.", field=name) from None
        moments.append(when if when is None or when.tzinfo else when.replace(tzinfo=books.now.tzinfo))
    return moments[0], moments[1]
