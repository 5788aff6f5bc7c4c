"""Where a person's act came from: the request that is being answered, seen by every entry made meanwhile."""

from collections.abc import Callable
from contextvars import ContextVar
from hashlib import sha256

from django.http import HttpRequest, HttpResponse

_answered: ContextVar[HttpRequest | None] = ContextVar("answered", default=None)


class RequestSource:
    """Middleware, after the session's: entries of the log name their request's address and session."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _answered.set(request)
        try:
            return self.get_response(request)
        finally:
            _answered.reset(token)


def address() -> str:
    """The address that asked; empty outside a request."""
    request = _answered.get()
    return request.META.get("REMOTE_ADDR", "") if request else ""


def session_ref() -> str:
    """A hash that names the session without giving its key away; empty outside a session."""
    request = _answered.get()
    key = request.session.session_key if request and hasattr(request, "session") else ""
    return sha256(f"countersign session {key}".encode()).hexdigest() if key else ""
