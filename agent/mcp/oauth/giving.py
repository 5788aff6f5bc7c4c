"""What a consent makes: an access that a person gave to a client, shown and revoked like any other.

All tokens of a client and a person stand for the newest access that the person gave it. Before a new one is
made, or one is widened, what was issued until then is deleted: nothing revoked comes alive again, and no
token may ever do more than was agreed to when it was given.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from oauth2_provider.models import AccessToken, Application, Grant, RefreshToken

from agent.mcp import tokens
from agent.mcp.models import Access
from agent.mcp.oauth.bearers import live_access
from console.accounts.models import Person
from console.audit import log
from console.connections.models import Connection


@dataclass(frozen=True)
class Choice:
    """What the person left of what the client asked for. Empty tags and connections mean all."""

    effects: Sequence[str]
    tags: Sequence[str]
    connections: Sequence[Connection]
    expires_at: datetime


def give(person: Person, client: Application, choice: Choice) -> Access:
    """Make the person's access for this client, or renew the one that holds."""
    with transaction.atomic():
        access = live_access(person, client)
        action = "access.renewed" if access else "access.given"
        if access is None or is_wider(choice, access):
            forget_tokens(person, client)
        access = access or Access(person=person, made_by=person, application=client.client_id)
        access.name = client.name or client.client_id[:100]
        access.effects, access.tags = list(choice.effects), sorted(choice.tags)
        access.expires_at = choice.expires_at
        access.save(update_fields=["name", "effects", "tags", "expires_at"] if access.pk else None)
        access.connections.set(choice.connections)
        summary = f"{person} let {access.name} in until {access.expires_at:%Y-%m-%d %H:%M} UTC"
        tokens.tell(action, access, person, summary, after=_terms(access, choice))
    return access


def is_wider(choice: Choice, access: Access) -> bool:
    connections = set(access.connections.all())
    return (
        not set(choice.effects) <= set(access.effects)
        or _reaches_further(set(choice.tags), set(access.tags))
        or _reaches_further(set(choice.connections), connections)
    )


def _reaches_further(chosen: set, earlier: set) -> bool:
    """An empty filter lets everything through."""
    return bool(earlier) and (not chosen or not chosen <= earlier)


def forget_tokens(person: Person, client: Application) -> None:
    for model in (Grant, RefreshToken, AccessToken):
        model.objects.filter(user=person, application=client).delete()


def _terms(access: Access, choice: Choice) -> dict[str, object]:
    return {
        "person": log.label(access.person),
        "may": access.effects,
        "records": access.tags,
        "connections": [one.slug for one in choice.connections],
        "client": access.application,
        "expires_at": access.expires_at.isoformat(),
    }
