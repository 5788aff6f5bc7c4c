"""Which access a client's tokens stand for: the newest one that its person gave it."""

from hashlib import sha256

from django.db.models import QuerySet
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application

from agent.mcp.models import Access
from console.accounts.models import Person


def access_of(token: str) -> Access | None:
    """Also a revoked or an expired one, as there are words for those."""
    known = AccessToken.objects.filter(
        token_checksum=sha256(token.encode(errors="replace")).hexdigest(),
        expires__gt=timezone.now(),
        user__isnull=False,
        application__isnull=False,
    )
    found = known.select_related("application").first()
    # Every token of ours is bound to the server's address; one that is not came from elsewhere.
    return given_to(found.user_id, found.application.client_id).first() if found and found.resource else None


def live_access(person: Person | None, client: Application) -> Access | None:
    access = given_to(person.pk, client.client_id).first() if person else None
    return access if access and access.is_live else None


def is_live(person: Person | None, client: Application) -> bool:
    return bool(person and person.is_active and live_access(person, client))


def given_to(person_id: int, client_id: str) -> QuerySet[Access]:
    """Newest first."""
    known = Access.objects.select_related("person", "made_by").prefetch_related("connections")
    return known.filter(person=person_id, application=client_id).exclude(application="").order_by("-pk")
