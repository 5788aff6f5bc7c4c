"""Signing in and out, each with its line in the log."""

from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest

from console.accounts import throttle
from console.accounts.models import Person
from console.audit import log


def begin(request: HttpRequest, person: Person) -> None:
    """Open a session for a person whose password was right; the session key is a new one."""
    throttle.forget(person.username)
    with transaction.atomic():
        login(request, person)
        record(request, "person.signed_in", person, f"{person} signed in")


def end(request: HttpRequest) -> None:
    with transaction.atomic():
        record(request, "person.signed_out", request.user, f"{request.user} signed out")
        logout(request)


def refuse(request: HttpRequest, username: str) -> None:
    """Count a wrong password, and log it where the name is somebody's.

    Other names are left out of the log: people type their password into that field.
    """
    throttle.count_failure(username)
    person = Person.objects.filter(username=username).first()
    if person:
        with transaction.atomic():
            record(request, "person.sign_in_refused", person, f"A sign-in as {person} was refused")


def record(request: HttpRequest, action: str, person: Person, summary: str) -> None:
    """Append the entry. A refused sign-in names the person as its object only: who tried is not known."""
    is_known = action != "person.sign_in_refused"
    log.record(
        action,
        actor=person if is_known else None,
        actor_kind="human" if is_known else "system",
        object_kind="person",
        object_id=str(person.pk),
        summary=summary,
        **log.whence(request),
    )
