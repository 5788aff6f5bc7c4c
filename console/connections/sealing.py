"""The secrets that come with a vendor's events, sealed with the connection's credentials.

One made here stands under its own name; one that the vendor made for a subscription, with that one's id.
"""

from django.db import transaction

from connectors.errors import NotConfiguredError
from console.connections.models import Connection

SECRET = "webhook_secret"


def keep_sealed(connection: Connection, subscription: str, secret: str) -> None:
    """Keep what the vendor told once: the secret of this subscription, in place of an earlier one."""
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        row.credentials = {**row.credentials, f"{SECRET} {subscription}": secret}
        row.save(update_fields=["sealed_credentials"])


def secrets_of(connection: Connection) -> dict[str, str]:
    """By the name they stand under; nothing where there is none or the vault does not open them."""
    try:
        credentials = connection.credentials
    except NotConfiguredError:
        return {}
    return {name: value for name, value in credentials.items() if name.partition(" ")[0] == SECRET and value}


def has_secret(connection: Connection, subscription: str) -> bool:
    return f"{SECRET} {subscription}" in secrets_of(connection)
