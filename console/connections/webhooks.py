"""Events that a vendor sends by itself: taken in once, and then the record each names is read."""

import logging
import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from kombu.exceptions import OperationalError

from connectors.errors import ArgumentsError, NotConfiguredError, NotFoundError, VendorError
from connectors.rates import Priority
from connectors.registry import Event, connector
from console.accounts.models import Person
from console.audit import log
from console.celery import app
from console.connections.models import Connection, VendorEvent, Webhook
from console.connections.pausing import tell
from console.connections.sealing import SECRET, secrets_of
from console.mirror.refresh import refresh_record
from console.ui.live import hint

logger = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=30)
REFUSALS_TOLD_EVERY = timedelta(hours=1)
SHOWN_EVERY = timedelta(seconds=10)
# Seconds until an event is looked at again, after it came and after each try but the last. Then the next sync
# has to do.
TRY_AGAIN_S = (60, 60, 300, 1800)
SWEEP_LIMIT = 200


def make_address(connection: Connection, *, actor: Person) -> None:
    """Give the connection a new address for events, and a new secret; the old ones are worth nothing.

    Raises NotConfiguredError for a connection whose records could not be read.
    """
    with transaction.atomic():
        renew(connection)
        tell("connection.events_address_made", connection, actor, f"Made an address for {connection.name}")


def renew(connection: Connection) -> tuple[str, str]:
    """The new path, and the new secret where we make it: some vendors make one for each subscription."""
    path, secret = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    with transaction.atomic():
        row = Connection.objects.select_for_update().get(pk=connection.pk)
        if not row.credentials:
            raise NotConfiguredError(
                f"{row.name} has no credentials yet; without them an event is of no use."
            )
        if connector(row.connector).webhooks.subscribing is None:
            row.credentials = {**row.credentials, SECRET: secret}
            row.save(update_fields=["sealed_credentials"])
        fresh = {"path": path, "made_at": timezone.now(), "refused": 0, "refusal_told_at": None}
        Webhook.objects.update_or_create(connection=connection, defaults=fresh)
    return path, secret


def secret_of(connection: Connection) -> str:
    """The secret made here; nothing where there is none or the vault does not open it."""
    return secrets_of(connection).get(SECRET, "")


def is_proven(connection: Connection, given: str, body: bytes) -> bool:
    """Whether who sent this has one of the connection's secrets; a connection without one knows none."""
    proves = connector(connection.connector).webhooks.proves
    return any([proves(secret, given, body) for secret in secrets_of(connection).values()])


def count_refusal(webhook: Webhook) -> None:
    """Count one that came with a wrong secret. The log is told once an hour: strangers must not fill it."""
    now = timezone.now()
    row = Webhook.objects.filter(pk=webhook.pk)
    row.update(refused=F("refused") + 1)
    untold = Q(refusal_told_at__isnull=True) | Q(refusal_told_at__lte=now - REFUSALS_TOLD_EVERY)
    with transaction.atomic():
        if row.filter(untold).update(refusal_told_at=now):
            connection = webhook.connection
            log.record(
                "connection.event_refused",
                actor=None,
                actor_kind="system",
                object_kind="connection",
                object_id=connection.slug,
                summary=f"An event for {connection.name} came with a wrong secret; more are counted, and not "
                "listed for an hour",
                vendor=connection.connector,
                outcome="refused",
            )
            hint(f"connection.{connection.pk}")


def note_heard(webhook: Webhook) -> None:
    """The vendor was heard. Noted every ten seconds, so that a flood writes and shows no more than that."""
    now = timezone.now()
    due = Q(heard_at__isnull=True) | Q(heard_at__lte=now - SHOWN_EVERY)
    if Webhook.objects.filter(due, pk=webhook.pk).update(heard_at=now):
        hint(f"connection.{webhook.connection_id}")


def keep(connection: Connection, event: Event) -> None:
    """Keep an event, and let its record be read after the commit. One that is here changes nothing."""
    now = timezone.now()
    due_at = now + timedelta(seconds=TRY_AGAIN_S[0]) if event.kind else None
    fields = {"type": event.type, "kind": event.kind, "key": event.key, "received_at": now, "due_at": due_at}
    with transaction.atomic():
        row, is_new = VendorEvent.objects.get_or_create(
            connection=connection, event_id=event.id, defaults=fields
        )
        if is_new and event.kind:
            transaction.on_commit(lambda: ring(row.pk), robust=True)


def ring(event_pk: int) -> None:
    """Ask a worker to read what an event names. A lost ring costs time only: the sweeper rings again.

    One that waits longer than that behind a sync is dropped, or they would pile up.
    """
    try:
        app.send_task("console.connections.tasks.read_event", [event_pk], expires=TRY_AGAIN_S[0])
    except OperationalError:
        logger.warning("No broker to ring for event %s; the sweeper will.", event_pk)


def read(event_pk: int) -> None:
    """Read the record that an event names, unless that was done since it came."""
    event = VendorEvent.objects.select_related("connection").filter(pk=event_pk).first()
    if event is None or event.due_at is None or not claim(event):
        return
    started = timezone.now()
    try:
        refresh_record(event.connection, event.kind, event.key, priority=Priority.SYNC)
    except NotFoundError:
        pass  # whether it is gone for good is for a whole reading to say
    except (VendorError, ArgumentsError) as error:
        logger.warning("%s could not be read after its event: %s", event.key, error)
        return
    # Whatever was told of the record before this reading began is answered by it.
    alike = event.connection.vendor_events.filter(kind=event.kind, key=event.key)
    waiting = Q(due_at__isnull=False, received_at__lte=started)
    alike.filter(waiting | Q(pk=event.pk)).update(due_at=None, read_at=started)


def claim(event: VendorEvent) -> bool:
    """Take the event for this worker; if it dies, the sweeper rings again, unless this was the last try."""
    tries = event.tries + 1
    waits = TRY_AGAIN_S[tries:]
    again_at = timezone.now() + timedelta(seconds=waits[0]) if waits else None
    unclaimed = VendorEvent.objects.filter(pk=event.pk, due_at=event.due_at)
    return bool(unclaimed.update(due_at=again_at, tries=tries))


def sweep() -> int:
    """Ring for events that nobody has read yet, and forget old ones; returns how many rang."""
    now = timezone.now()
    VendorEvent.objects.filter(received_at__lt=now - KEPT_FOR).delete()
    due = VendorEvent.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", flat=True)
    pks = list(due[:SWEEP_LIMIT])
    for event_pk in pks:
        ring(event_pk)
    return len(pks)
