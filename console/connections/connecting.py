"""Connecting an account, and replacing its credentials: tried out at the vendor before anything is kept."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.text import slugify

from connectors.registry import connector
from console.accounts.models import Person
from console.connections.clients import try_out
from console.connections.models import Connection
from console.connections.pausing import tell


def connect(
    vendor: str,
    *,
    name: str,
    base_url: str,
    bases: Mapping[str, str],
    given: Mapping[str, str],
    actor: Person,
) -> Connection:
    """A new connection with what a person gave. Raises VendorError where the vendor does not take it."""
    fresh = Connection(
        connector=vendor, slug=_free_slug(name), name=name, base_url=base_url, bases=dict(bases)
    )
    secret = {one.name for one in connector(vendor).access.given if one.is_secret}
    fresh.injected = {key: value for key, value in given.items() if value and key not in secret}
    fresh.credentials = {key: value for key, value in given.items() if value and key in secret}
    try_out(fresh)
    with transaction.atomic():
        fresh.save()
        tell("connection.made", fresh, actor, f"Connected {fresh.name}")
    return fresh


def replace_credentials(connection: Connection, given: Mapping[str, str], *, actor: Person) -> None:
    """Keep what was given in place of what was there; an empty value changes nothing. Raises VendorError."""
    changed = {name: value for name, value in given.items() if value}
    candidate = Connection.objects.get(pk=connection.pk)
    candidate.credentials = {**candidate.credentials, **changed}
    try_out(candidate)
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        row.credentials = {**row.credentials, **changed}
        row.save(update_fields=["sealed_credentials"])
        words = ", ".join(one.label for one in connector(row.connector).access.given if one.name in changed)
        tell("connection.credentials_replaced", row, actor, f"Replaced {words} of {row.name}")


def _free_slug(name: str) -> str:
    slug = slugify(name)[:40] or "connection"
    taken = set(Connection.objects.filter(slug__startswith=slug).values_list("slug", flat=True))
    return next(one for one in [slug, *(f"{slug}-{number}" for number in range(2, 1000))] if one not in taken)
