"""Both interfaces behind one gate: the limit on concurrent requests counts them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import Route

from connectors.sandbox.bill import v2, v3
from connectors.sandbox.bill.sessions import Gate

if TYPE_CHECKING:
    from connectors.sandbox.app import Core


def routes(core: Core) -> list[Route]:
    gate = Gate()
    return [*v3.routes(core, gate), *v2.routes(core, gate)]
