"""Both interfaces behind one gate: the limit on concurrent requests counts them together."""

from __future__ import annotations

from starlette.routing import Route

from connectors.sandbox.bill import v2, v3
from connectors.sandbox.bill.sessions import Gate
from connectors.sandbox.core import Core


def routes(core: Core) -> list[Route]:
    gate = Gate(core.most_at_once)
    return [*v3.routes(core, gate), *v2.routes(core, gate)]
