"""Watching over the subscriptions that tell us of events: a vendor may switch one off, and then is silent."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from connectors.errors import ArgumentsError, VendorError
from connectors.rates import Priority
from connectors.registry import Subscribing, connector
from console.audit import log
from console.connections import webhooks
from console.connections.clients import reader, understood
from console.connections.models import Connection, EventSubscription, Webhook
from console.connections.sealing import has_secret
from console.ui.live import hint

OVERLAP = timedelta(hours=1)  # of the vendor's clock and ours, and of what was under way


@dataclass(frozen=True)
class Need:
    """What must be done for events to come in: the words of a button, and the write to propose."""

    words: str
    operation: str
    arguments: dict[str, Any]


def subscribing(connection: Connection) -> Subscribing | None:
    ways = connector(connection.connector).webhooks
    return ways.subscribing if ways else None


def watched() -> list[Connection]:
    found = Connection.objects.filter(webhook__isnull=False).select_related("webhook")
    return [connection for connection in found if subscribing(connection) and connection.sealed_credentials]


def look(connection: Connection) -> list[EventSubscription]:
    """Read how our subscriptions stand, keep it, and read what they told while we may not have heard it.

    Raises VendorError or ArgumentsError.
    """
    ways, read = subscribing(connection), reader(connection, priority=Priority.SYNC)
    path = Webhook.objects.get(connection=connection).path
    listed = understood(connection, lambda: ways.listed(read))
    now = timezone.now()
    kept = [_keep(connection, one, now) for one in listed if one.address.endswith(f"/{path}")]
    connection.event_subscriptions.exclude(pk__in=[row.pk for row in kept]).delete()
    for row in kept:
        if row.is_on and row.missing_since:
            _repair(connection, row, ways, read)
    hint(f"connection.{connection.pk}")
    return kept


def _keep(connection: Connection, told: Any, now: Any) -> EventSubscription:
    with transaction.atomic():
        before = connection.event_subscriptions.select_for_update().filter(vendor_id=told.id).first()
        late = before and now - before.seen_at > timedelta(seconds=3 * settings.EVENTS_CHECK_EVERY_S)
        missing = before.missing_since if before else None
        if before and (not told.is_on or late):
            missing = missing or before.seen_at
        row, _ = EventSubscription.objects.update_or_create(
            connection=connection,
            vendor_id=told.id,
            defaults={"name": told.name, "is_on": told.is_on, "seen_at": now, "missing_since": missing},
        )
        if not told.is_on and (before is None or before.is_on):
            _tell(
                connection, f"{connector(connection.connector).title} has switched off {row}; no events come"
            )
    return row


def _repair(connection: Connection, row: EventSubscription, ways: Subscribing, read: Any) -> None:
    """Each event once, by its id: those that did come change nothing."""
    since = row.missing_since - OVERLAP
    told = understood(connection, lambda: list(ways.missed(read, row.vendor_id, since)))
    for event in told:
        webhooks.keep(connection, event)
    EventSubscription.objects.filter(pk=row.pk, missing_since=row.missing_since).update(missing_since=None)
    row.missing_since = None


def _tell(connection: Connection, summary: str) -> None:
    log.record(
        "connection.events_switched_off",
        actor=None,
        actor_kind="system",
        object_kind="connection",
        object_id=connection.slug,
        summary=summary,
        vendor=connection.connector,
    )


def need(connection: Connection, address: str) -> Need | None:
    """None where all is well, or where events are no matter of subscriptions or have no address yet."""
    ways = subscribing(connection)
    if ways is None or not address:
        return None
    rows = list(connection.event_subscriptions.all())
    if not rows:
        return Need("Subscribe to events", *ways.to_subscribe(address))
    for row in rows:
        if not has_secret(connection, row.vendor_id):
            return Need(f"Renew the key of {row}", *ways.to_renew_key(row.vendor_id))
        if not row.is_on:
            return Need(f"Switch {row} on again", *ways.to_switch_on(row.vendor_id))
    return None


def watch() -> int:
    """Look at all of them; how many could be looked at."""
    seen = 0
    for connection in watched():
        try:
            look(connection)
        except (VendorError, ArgumentsError):
            continue  # the page tells when it was last looked at
        seen += 1
    return seen
