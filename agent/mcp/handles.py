"""What a client carries for us from one call to the next: sealed, and of use to its own access alone."""

import json
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from django.utils import timezone
from django.utils.crypto import salted_hmac
from mcp.server.request_state import (
    AESGCMRequestStateCodec,
    InvalidRequestState,
    RequestStateSecurity,
)

from agent.mcp.access import Granted
from agent.mcp.models import SpentState
from agent.tools.tool import ToolError

STATE_LASTS = timedelta(minutes=10)


def cursor(granted: Granted, tool: str, following: str) -> str:
    """Where a vendor's list goes on, for that tool of that access."""
    return _codec().seal(json.dumps([granted.access.pk, tool, following]).encode())


def opened(granted: Granted, tool: str, given: str) -> str:
    """What `cursor` sealed. Raises ToolError where it was made for another access or tool, or not here."""
    try:
        access, of_tool, following = json.loads(_codec().unseal(given))
    except InvalidRequestState:
        access, of_tool, following = None, "", ""
    if access != granted.access.pk or of_tool != tool:
        raise ToolError("after must be what an earlier answer to this same tool gave as next, unchanged.")
    return following


def new_state(proposal: str) -> str:
    """What is to come back when a person was sent to the proposal's page; the SDK's boundary seals it."""
    return f"{proposal} {secrets.token_urlsafe(16)}"


def spend(state: str) -> str | None:
    """The proposal it was made for, the first time; None ever after."""
    proposal, _, nonce = state.partition(" ")
    SpentState.objects.filter(at__lt=timezone.now() - 2 * STATE_LASTS).delete()
    _, is_new = SpentState.objects.get_or_create(nonce=nonce)
    return proposal if is_new else None


def security(who: Callable[[], Granted]) -> RequestStateSecurity:
    """The same key in every process, so that any of them takes what another gave. who: makes the request."""
    return RequestStateSecurity(
        keys=[_key("state")],
        ttl=STATE_LASTS.total_seconds(),
        bind_principal=lambda _: str(who().access.pk),
    )


@cache
def _codec() -> AESGCMRequestStateCodec:
    return AESGCMRequestStateCodec([_key("cursor")])


def _key(purpose: str) -> bytes:
    return salted_hmac(f"agent.mcp.handles.{purpose}", "key", algorithm="sha256").digest()
