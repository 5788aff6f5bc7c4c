"""The sandbox as one ASGI application: /billsby, /bill and /control, also under /sandbox."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.sandbox import bill, billsby, control
from connectors.sandbox.core import USUAL_CUSTOMERS, Core


def build_app(
    state_file: Path,
    *,
    seed: int = 1,
    customers: int = USUAL_CUSTOMERS,
    invoices: int | None = None,
    **settings: bool | int | float,
) -> ASGIApp:
    """The sandbox on a state file of its own, seeded when that file is new.

    invoices: how many of Billsby's, for very large books.
    settings: other values for the vendors' choices, e.g. settle_at_once=True; they also hold after a reset.
    """
    core = Core(Path(state_file), {"billsby": billsby, "bill": bill}, settings)
    if core.store.is_empty():
        core.reset(seed=seed, customers=customers, invoices=invoices)
    mounts = [Mount(f"/{name}", app=_router(half.routes(core))) for name, half in core.halves.items()]
    mounts.append(Mount("/control", app=control.LoopbackOnly(_router(control.routes(core)))))
    return _router([*mounts, Mount("/sandbox", app=_router(mounts))])


def _router(routes: list[Route | Mount]) -> Router:
    return Router(routes, redirect_slashes=False, default=_not_found)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await PlainTextResponse("Not Found", 404)(scope, receive, send)
