"""A vendor's second factor: a person asks for a code and enters it, and is trusted for some days."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from connectors.registry import connector
from console.accounts.models import Person
from console.connections.clients import client_for
from console.connections.models import Connection
from console.connections.pausing import tell


def send_code(connection: Connection, *, actor: Person) -> str:
    """Let the vendor send a code to its user's phone; what `enter_code` needs. Raises VendorError."""
    challenge = connector(connection.connector).second_factor.send_code(client_for(connection))
    with transaction.atomic():
        tell("connection.code_asked_for", connection, actor, f"Asked for a code for {connection.name}")
    return challenge


def enter_code(connection: Connection, challenge: str, code: str, *, actor: Person) -> None:
    """Give the code to the vendor and keep what it answers; the code is kept nowhere. Raises VendorError."""
    factor = connector(connection.connector).second_factor
    remembered = factor.enter_code(client_for(connection), challenge, code)
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        row.credentials = {**row.credentials, **remembered}
        row.trusted_until = timezone.now() + timedelta(days=factor.remembered_days)
        row.save(update_fields=["sealed_credentials", "trusted_until"])
        until = f"{row.trusted_until:%Y-%m-%d}"
        tell("connection.trust_renewed", row, actor, f"{row.name} is trusted until {until}")
