"""The sandbox's own interface, for tests and the demo: seed, faults, clock, settings, ledger, records."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.sandbox.core import Core
from connectors.sandbox.faults import Fault
from connectors.sandbox.webhooks import Target

Answer = Callable[[dict[str, Any]], Any]
# How far the clock moves at once: on a longer way more becomes due than one waits for.
FURTHEST_S = 10 * 366 * 86_400


class UnusableError(Exception):
    """What was given cannot be used, and why. Any other exception is a fault of ours and shows as one."""


@contextmanager
def reading_what_was_given() -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, LookupError) as error:
        raise UnusableError(str(error)) from error


class LoopbackOnly:
    """Lets nobody in but this machine, and no page of a browser (those cannot send JSON unasked)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := self._refusal(Request(scope))):
            await JSONResponse({"error": refusal}, 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _refusal(self, request: Request) -> str:
        if request.client is None or not _is_loopback(request.client.host):
            return "The sandbox is controlled from its own machine only."
        if "x-forwarded-for" in request.headers or "forwarded" in request.headers:
            return "The sandbox is not controlled through a proxy."
        if request.method == "POST" and request.headers.get("content-type") != "application/json":
            return "Send the body as application/json."
        return ""


def routes(core: Core) -> list[Route]:
    def post(path: str, act: Answer) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                with reading_what_was_given():
                    given = dict(json.loads(await request.body() or b"{}"))
                return JSONResponse(await run_in_threadpool(act, given))
            except UnusableError as error:
                return JSONResponse({"error": str(error)}, 400)

        return Route(path, endpoint, methods=["POST"])

    def get(path: str, act: Answer) -> Route:
        async def endpoint(request: Request) -> Response:
            try:
                return JSONResponse(await run_in_threadpool(act, dict(request.query_params)))
            except UnusableError as error:
                return JSONResponse({"error": str(error)}, 400)

        return Route(path, endpoint, methods=["GET"])

    async def clear_faults(request: Request) -> Response:
        core.faults.clear()
        return JSONResponse({})

    def reset(given: dict[str, Any]) -> dict[str, Any]:
        with reading_what_was_given():
            seed, customers = int(given.get("seed", 1)), int(given.get("customers", 40))
        core.reset(seed=seed, customers=customers)
        return {"now": core.store.now().isoformat()}

    def add_fault(given: dict[str, Any]) -> dict[str, Any]:
        with reading_what_was_given():
            times = int(given.pop("times", 1))
            fault = Fault(**given)
        core.faults.add(fault, times=times)
        return {}

    def advance(given: dict[str, Any]) -> dict[str, Any]:
        with reading_what_was_given():
            seconds = float(given["advance_s"])
        if not abs(seconds) <= FURTHEST_S:
            raise UnusableError("the clock moves by ten years at most")
        return {"now": core.store.advance(seconds).isoformat()}

    def change_settings(given: dict[str, Any]) -> dict[str, Any]:
        if unknown := given.keys() - core.store.defaults.keys():
            raise UnusableError(f"no setting {', '.join(sorted(unknown))}")
        core.store.set_settings(given)
        return core.store.settings()

    def effects(given: dict[str, Any]) -> dict[str, Any]:
        with reading_what_was_given():
            since = int(given.get("since", 0))
        return {"effects": core.store.effects(since=since)}

    def change(given: dict[str, Any]) -> dict[str, Any]:
        """Change a record behind everybody's back: no rule is asked and no effect is noted."""
        with reading_what_was_given():
            connector, kind, key, fields = (given[name] for name in ("connector", "kind", "key", "fields"))
            fields = dict(fields)
        with core.store.writing(connector) as books:
            body = books.get(kind, key)
            if body is None:
                raise UnusableError(f"no {kind} {key}")
            if unknown := fields.keys() - body.keys():
                raise UnusableError(
                    f"no field {', '.join(sorted(unknown))}; there are {', '.join(sorted(body))}"
                )
            body |= core.stamps(connector, body) | fields
            books.put(kind, key, body)
        return body

    def send_events(given: dict[str, Any]) -> dict[str, Any]:
        """Say who gets a connector's events from here on; without an address nobody does."""
        with reading_what_was_given():
            connector = given.pop("connector")
            target = Target(**given) if given.get("url") else None
        told = [name for name, sender in core.senders.items() if not sender.always]
        if connector not in told:
            raise UnusableError(f"{connector} is not told here who gets its events; {', '.join(told)} is")
        core.store.set_target(connector, target)
        return {}

    def add(given: dict[str, Any]) -> dict[str, Any]:
        """Put a record in as if it had always been there; no rule is asked and no effect is noted."""
        with reading_what_was_given():
            connector, kind, key = (given[name] for name in ("connector", "kind", "key"))
            owner, fields = given.get("owner", ""), dict(given["fields"])
        with core.store.writing(connector) as books:
            if books.get(kind, key) is not None:
                raise UnusableError(f"there is a {kind} {key} already")
            books.put(kind, key, fields, owner=owner)
        return fields

    def remove(given: dict[str, Any]) -> dict[str, Any]:
        """Take a record out behind everybody's back: no rule is asked and no effect is noted."""
        with reading_what_was_given():
            connector, kind, key = (given[name] for name in ("connector", "kind", "key"))
        with core.store.writing(connector) as books:
            if books.get(kind, key) is None:
                raise UnusableError(f"no {kind} {key}")
            books.remove(kind, key)
        return {}

    def record(given: dict[str, Any]) -> Any:
        with reading_what_was_given():
            connector, kind, key = (given[name] for name in ("connector", "kind", "key"))
        with core.store.reading(connector) as books:
            return books.get(kind, key)

    def stories(_given: dict[str, Any]) -> dict[str, Any]:
        """What the seed put where, by the part that it plays: see `SandboxControl.stories`."""
        told: dict[str, Any] = {}
        for connector in core.halves:
            with core.store.reading(connector) as books:
                for story in books.find("story"):
                    told[story["name"]] = story["facts"]
        return told

    return [
        post("/reset", reset),
        post("/faults", add_fault),
        Route("/faults", clear_faults, methods=["DELETE"]),
        post("/clock", advance),
        get("/clock", lambda _given: {"now": core.store.now().isoformat()}),
        post("/settings", change_settings),
        get("/settings", lambda _given: core.store.settings()),
        get("/effects", effects),
        get(
            "/counts",
            lambda _given: {"counted": core.store.counted(), "most_at_once": core.most_at_once},
        ),
        post("/change", change),
        post("/add", add),
        post("/remove", remove),
        post("/events", send_events),
        get("/record", record),
        get("/stories", stories),
    ]


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
