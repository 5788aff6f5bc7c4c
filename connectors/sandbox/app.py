"""The sandbox as one ASGI application: /billsby, /bill and /control, also under /sandbox."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.sandbox import bill, billsby, control
from connectors.sandbox.faults import Faults
from connectors.sandbox.store import Store


class Core:
    """What every vendor half stands on: the store with its clock, and the faults asked for.

    A half is a package with DEFAULTS (its settings and their values), `routes(core)` (paths after its own
    name) and `seed(core, seed, customers)`.
    """

    def __init__(self, state_file: Path, halves: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self.halves = halves
        defaults = {name: value for half in halves.values() for name, value in half.DEFAULTS.items()}
        if unknown := settings.keys() - defaults.keys():
            raise ValueError(f"the sandbox has no setting {', '.join(sorted(unknown))}")
        self.store = Store(state_file, defaults=defaults | dict(settings))
        self.faults = Faults()

    def reset(self, *, seed: int, customers: int) -> None:
        """Forget everything and fill the books anew, the same for the same seed and size."""
        self.faults.clear()
        with self.store.writing("control"):
            self.store.wipe()
            for half in self.halves.values():
                half.seed(self, seed, customers)


def build_app(
    state_file: Path, *, seed: int = 1, customers: int = 40, **settings: bool | int | float
) -> ASGIApp:
    """The sandbox on a state file of its own, seeded when that file is new.

    settings: other values for the vendors' choices, e.g. settle_at_once=True; they also hold after a reset.
    """
    core = Core(Path(state_file), {"billsby": billsby, "bill": bill}, settings)
    if core.store.is_empty():
        core.reset(seed=seed, customers=customers)
    mounts = [Mount(f"/{name}", app=_router(half.routes(core))) for name, half in core.halves.items()]
    mounts.append(Mount("/control", app=control.LoopbackOnly(_router(control.routes(core)))))
    return _router([*mounts, Mount("/sandbox", app=_router(mounts))])


def _router(routes: list[Route | Mount]) -> Router:
    return Router(routes, redirect_slashes=False, default=_not_found)


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await PlainTextResponse("Not Found", 404)(scope, receive, send)
