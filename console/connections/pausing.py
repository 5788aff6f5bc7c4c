"""The kill switch of a connection. Stopping takes one person; starting again takes another."""

from django.db import transaction
from django.utils import timezone

from console.accounts.models import Person
from console.audit import log
from console.connections.models import Connection
from console.ui.live import hint


class OwnPauseError(Exception):
    """Whoever paused asks to resume; `str(error)` is fit for the screen."""


def may_pause(person: Person) -> bool:
    return person.has_perm("connections.manage") or person.has_perm("approvals.decide")


def pause(connection: Connection, *, actor: Person) -> None:
    """Stop all changes at this vendor; reading goes on. Pausing twice is pausing once.

    What is already at the vendor cannot be called back; approved proposals wait.
    """
    with transaction.atomic():
        running = Connection.objects.filter(pk=connection.pk, paused_at__isnull=True)
        if running.update(paused_at=timezone.now(), paused_by=actor):
            tell("connection.paused", connection, actor, f"Paused changes to {connection.name}")


def resume(connection: Connection, *, actor: Person) -> None:
    """Let changes run again. Raises OwnPauseError for whoever paused: a second person must agree."""
    with transaction.atomic():
        paused = Connection.objects.filter(pk=connection.pk, paused_at__isnull=False)
        if paused.exclude(paused_by=actor).update(paused_at=None, paused_by=None):
            tell("connection.resumed", connection, actor, f"Resumed changes to {connection.name}")
        elif paused.exists():
            raise OwnPauseError(f"You paused changes to {connection.name}; somebody else resumes them.")


def tell(action: str, connection: Connection, actor: Person, summary: str) -> None:
    log.record(
        action,
        actor=actor,
        actor_kind="human",
        object_kind="connection",
        object_id=connection.slug,
        summary=summary,
        vendor=connection.connector,
    )
    hint(f"connection.{connection.pk}")
