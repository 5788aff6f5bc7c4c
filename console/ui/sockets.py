"""Who may open a socket, and keep it: pages of this very site, for somebody who is still signed in."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from channels.auth import get_user
from channels.db import database_sync_to_async as in_db
from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

from console.accounts.models import Person

SIGNED_OUT, TOO_MUCH = 4401, 4429


class OwnPagesOnly:
    """Refuses a socket that no page of the same scheme, host and port opened.

    Cookies do not know ports: without this, a page of any other server on the same machine could listen.
    """

    def __init__(self, app: Callable[..., Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        app = self.app if is_own_page(scope) else WebsocketDenier.as_asgi()
        await app(scope, receive, send)


def is_own_page(scope: dict[str, Any]) -> bool:
    headers = [(name.lower(), value) for name, value in scope["headers"]]
    origins = [value.decode("latin-1").lower() for name, value in headers if name == b"origin"]
    hosts = [value.decode("latin-1").lower() for name, value in headers if name == b"host"]
    if len(origins) != 1 or len(hosts) != 1:
        return False
    domain, _ = split_domain_port(hosts[0])
    if not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    scheme = "https" if settings.BEHIND_TLS or scope.get("scheme") == "wss" else "http"
    return origins[0] in (f"{scheme}://{hosts[0]}", *settings.CSRF_TRUSTED_ORIGINS)


async def person_now(session: Any) -> Person | None:
    """Who this session belongs to, read anew; the socket's own copy would outlive a sign-out."""
    person = await get_user({"session": await in_db(_as_stored)(session)})
    return person if person.is_authenticated and person.is_active else None


async def watch(is_welcome: Callable[[], Awaitable[object]]) -> None:
    """Ask now and then, until the answer is no; whoever is asked closes the socket."""
    await asyncio.sleep(settings.SOCKET_LOOK_EVERY_S)
    while await is_welcome():
        await asyncio.sleep(settings.SOCKET_LOOK_EVERY_S)


class Allowance:
    """So many messages in so many seconds."""

    def __init__(self, count: int, *, window_s: float) -> None:
        self.count, self.window_s = count, window_s
        self.taken: deque[float] = deque()

    def take(self) -> bool:
        now = time.monotonic()
        while self.taken and now - self.taken[0] > self.window_s:
            self.taken.popleft()
        if len(self.taken) >= self.count:
            return False
        self.taken.append(now)
        return True


def _as_stored(session: Any) -> Any:
    return session.__class__(session.session_key)  # type() would name the lazy wrapper
