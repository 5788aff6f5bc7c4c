"""Making tokens and taking them back; the log tells of both."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from agent.mcp.access import digest_of, new_secret
from agent.mcp.filters import READ
from agent.mcp.models import Access
from console.accounts.models import Person
from console.audit import log
from console.connections.models import Connection
from console.ui.live import hint


class NotYoursError(Exception):
    """Somebody asks for what only others may do; `str(error)` is fit for the screen."""


@dataclass(frozen=True)
class Choice:
    """What a token is to be. Empty tags and connections mean all of them; ceilings are minor units."""

    name: str
    lasts: timedelta
    effects: Sequence[str] = (READ,)
    tags: Sequence[str] = ()
    connections: Sequence[Connection] = ()
    shows: str = Access.Shows.WHOLE
    calls_a_minute: int = 120
    ceilings: Mapping[str, int] = field(default_factory=dict)
    has_second_code: bool = False
    in_url: bool = False


@dataclass(frozen=True)
class Made:
    """A new token with its secrets, which nobody can be told a second time. second: "" where it has none."""

    access: Access
    secret: str
    second: str


def may_manage(person: Person) -> bool:
    """Whether he makes and revokes tokens of others besides his own."""
    return person.has_perm("connections.manage")


def make_token(person: Person, choice: Choice, *, actor: Person) -> Made:
    """A token that acts for the person. Raises NotYoursError."""
    if person != actor and not may_manage(actor):
        raise NotYoursError(f"Only {person}, or who manages connections, makes a token for {person}.")
    secret, second = new_secret(), secrets.token_urlsafe(9) if choice.has_second_code else ""
    now = timezone.now()
    with transaction.atomic():
        access = Access.objects.create(
            name=choice.name,
            person=person,
            made_by=actor,
            made_at=now,
            effects=list(choice.effects),
            tags=sorted(choice.tags),
            shows=choice.shows,
            expires_at=now + choice.lasts,
            calls_a_minute=choice.calls_a_minute,
            ceilings=dict(choice.ceilings),
            digest=digest_of(secret),
            ending=secret[-4:],
            second_digest=digest_of(second) if second else "",
            in_url=choice.in_url,
        )
        access.connections.set(choice.connections)
        summary = (
            f"Made access token {access.name} for {person}, until {access.expires_at:%Y-%m-%d %H:%M} UTC"
        )
        tell("access.made", access, actor, summary, after=_terms(access, choice))
    return Made(access, secret, second)


def revoke(access: Access, *, actor: Person) -> None:
    """Take an access back: its next request is turned away. Twice is once. Raises NotYoursError."""
    _own(access, actor)
    with transaction.atomic():
        live = Access.objects.filter(pk=access.pk, revoked_at=None)
        if live.update(revoked_at=timezone.now(), revoked_by=actor):
            tell("access.revoked", access, actor, f"Revoked access token {access.name} of {access.person}")


def remove(access: Access, *, actor: Person) -> bool:
    """Take an access that no longer holds off the list; what it did stays. False where it still holds."""
    _own(access, actor)
    with transaction.atomic():
        ended = Access.objects.filter(pk=access.pk, removed_at=None)
        if access.is_live or not ended.update(removed_at=timezone.now()):
            return False
        tell("access.removed", access, actor, f"Took access token {access.name} off the list")
    return True


def tell(
    action: str, access: Access, actor: Person, summary: str, *, after: Mapping[str, object] | None = None
) -> None:
    log.record(
        action,
        actor=actor,
        actor_kind="human",
        object_kind="access",
        object_id=str(access.pk),
        summary=summary,
        after=after,
    )
    hint(f"access.{access.pk}")


def _own(access: Access, actor: Person) -> None:
    if access.person_id != actor.pk and not may_manage(actor):
        raise NotYoursError(f"Only {access.person}, or who manages connections, does this.")


def _terms(access: Access, choice: Choice) -> dict[str, object]:
    return {
        "person": log.label(access.person),
        "may": access.effects,
        "records": access.tags,
        "connections": [one.slug for one in choice.connections],
        "expires_at": access.expires_at.isoformat(),
        "ends_in": access.ending,
        "calls_a_minute": access.calls_a_minute,
        "ceilings": {currency: str(most) for currency, most in access.ceilings.items()},
        "second_code": bool(access.second_digest),
        "in_url": access.in_url,
    }
