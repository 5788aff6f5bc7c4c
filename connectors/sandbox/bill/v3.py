"""BILL v3 under /connect/v3: every resource's ways, and a refusal for all other paths."""

from __future__ import annotations

from starlette.responses import Response
from starlette.routing import Route

from connectors.sandbox.bill import sessions
from connectors.sandbox.bill.endpoint import BillEndpoint, v3_credentials, v3_denial
from connectors.sandbox.bill.errors import refusal
from connectors.sandbox.bill.resources import all_ways
from connectors.sandbox.bill.ways import Way
from connectors.sandbox.books import Books
from connectors.sandbox.core import Core
from connectors.sandbox.endpoint import Call

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def routes(core: Core, gate: sessions.Gate) -> list[Route]:
    def route(way: Way) -> Route:
        settings = {"credentials": v3_credentials, "writes": way.method != "GET"} | way.options
        endpoint = BillEndpoint(core, way.operation, way.work, gate=gate, denial=v3_denial, **settings)
        return Route(way.base + way.path, endpoint, methods=[way.method])

    unknown = BillEndpoint(
        core, "unknown", _unknown_path, gate=gate, denial=v3_denial, credentials=None, writes=False
    )
    return [*map(route, all_ways()), Route("/connect/v3/{rest:path}", unknown, methods=METHODS)]


def _unknown_path(_books: Books, _call: Call) -> Response:
    raise refusal(404, "BDC_1121")
