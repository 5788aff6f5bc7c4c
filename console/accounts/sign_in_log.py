"""Signing in, signing out and failing to sign in are entries of the log.

Django's own signals are the one place that every way of signing in passes, so this hangs on them.
"""

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.http import HttpRequest

from console.accounts import throttle
from console.accounts.models import Person
from console.audit import log

LISTED = (
    20  # failures of one address within the throttle's window: strangers must not fill a log that is kept
)


def connect() -> None:
    user_logged_in.connect(signed_in, dispatch_uid="accounts.signed_in")
    user_logged_out.connect(signed_out, dispatch_uid="accounts.signed_out")
    user_login_failed.connect(failed, dispatch_uid="accounts.sign_in_failed")


def signed_in(sender: type, request: HttpRequest, user: Person, **kwargs: object) -> None:
    _record("person.signed_in", user, f"{user} signed in", outcome="signed in")


def signed_out(sender: type, request: HttpRequest, user: Person | None, **kwargs: object) -> None:
    if user is not None:
        _record("person.signed_out", user, f"{user} signed out", outcome="signed out")


def failed(
    sender: object, credentials: dict[str, str], request: HttpRequest | None = None, **kwargs: object
) -> None:
    """What was typed as user name may be a password, so it is kept erasable and out of the sentence."""
    before = throttle.failures_from(request.META.get("REMOTE_ADDR", "")) if request else 0
    if before >= LISTED:
        return
    typed = str(credentials.get("username", ""))
    person = Person.objects.filter(username=_printable(typed).replace("\x00", "")).first()
    summary = f"Failed sign-in as {person}" if person else "Failed sign-in, no such account"
    if before == LISTED - 1:
        summary += "; more from this address are not listed for some minutes"
    _record("person.sign_in_failed", None, summary, about=person, outcome="refused", typed=typed)


def _record(
    action: str,
    actor: Person | None,
    summary: str,
    *,
    outcome: str,
    about: Person | None = None,
    typed: str = "",
) -> None:
    subject = about or actor
    with transaction.atomic():
        log.record(
            action,
            actor=actor,
            actor_kind="human",
            object_kind="person",
            object_id=str(subject.pk) if subject else "",
            summary=summary,
            outcome=outcome,
            auth_strength="password" if action == "person.signed_in" else "",
            personal={"user name": _printable(typed)} if typed else None,
        )


def _printable(typed: str) -> str:
    """Strangers type anything: half surrogate pairs become question marks, length is bounded."""
    return typed[:200].encode(errors="replace").decode()
