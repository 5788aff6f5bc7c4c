"""What the page of connections shows. Nothing here opens a sealed credential."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone

from connectors.registry import Stream, connector
from console.accounts.models import Person
from console.connections.budget import limit_of
from console.connections.models import Connection, EventSubscription, Webhook
from console.mirror.answers import last_read, oldest
from console.mirror.models import KINDS, RefusedRecord, Sync
from console.mirror.models.syncs import words_for


@dataclass(frozen=True)
class Reading:
    """How one kind of a connection's records stands in the mirror."""

    kind: str
    count: int
    read_at: datetime | None
    run: Sync | None  # the newest one
    is_read_by_change: bool = False  # most runs ask for nothing but what changed

    @property
    def extent(self) -> str:
        """What the newest run read or reads, where that is not always the same."""
        return self.run.extent if self.run and self.is_read_by_change else ""

    @property
    def words(self) -> str:
        return words_for(self.kind).capitalize()

    @property
    def is_running(self) -> bool:
        return self.run is not None and self.run.state == Sync.State.RUNNING

    @property
    def is_held(self) -> bool:
        """Too much is missing, and nobody has called it gone yet."""
        return self.run is not None and self.run.state == Sync.State.HELD and not self.run.goes_on

    @property
    def stopped(self) -> str:
        """Why the newest run stopped before its end, and that it goes on."""
        if self.run is None or self.run.state != Sync.State.STOPPED:
            return ""
        return f"{self.run.error} {self.run.progress.capitalize()}; the next reading goes on from there."

    @property
    def error(self) -> str:
        return self.run.error if self.run and self.run.state == Sync.State.FAILED else ""


@dataclass(frozen=True)
class Card:
    connection: Connection
    title: str
    readings: tuple[Reading, ...]
    refused: int

    @property
    def status(self) -> str:
        if not self.connection.sealed_credentials:
            return "not_configured"
        return "changes_paused" if self.connection.paused_at else "connected"

    @property
    def sends_events(self) -> bool:
        return connector(self.connection.connector).webhooks is not None

    @property
    def has_second_factor(self) -> bool:
        return connector(self.connection.connector).second_factor is not None

    @property
    def is_trusted(self) -> bool:
        return is_trusted(self.connection)

    @property
    def webhook(self) -> Webhook | None:
        """Where its events come in; None while it has no address for them."""
        return getattr(self.connection, "webhook", None)

    @property
    def subscribes(self) -> bool:
        """Whether its events come by a subscription at the vendor, made and changed by approved proposals."""
        ways = connector(self.connection.connector).webhooks
        return ways is not None and ways.subscribing is not None

    @property
    def subscriptions(self) -> list[EventSubscription]:
        return list(self.connection.event_subscriptions.all())

    @property
    def events_to_propose(self) -> str:
        """The words of a button for what events need; nothing where all seems well."""
        if not self.subscribes or self.webhook is None:
            return ""
        if not self.subscriptions:
            return "Subscribe to events"
        if not all(one.is_on for one in self.subscriptions):
            return "Switch events on again"
        return "Look why events are refused" if self.webhook.refused else ""

    @property
    def calls_per_s(self) -> float:
        return limit_of(self.connection).calls_per_s

    @property
    def is_syncing(self) -> bool:
        return any(reading.is_running for reading in self.readings)

    @property
    def read_at(self) -> datetime | None:
        """When the oldest kind was last read whole; None while one never was."""
        return oldest(reading.read_at for reading in self.readings)


def is_trusted(connection: Connection) -> bool:
    """Whether the vendor still remembers that a person passed its second factor."""
    until = connection.trusted_until
    return until is not None and until > timezone.now()


def cards(pk: int | None = None) -> list[Card]:
    """Every connection, or the one asked for."""
    connections = Connection.objects.select_related("paused_by", "webhook").prefetch_related(
        "event_subscriptions"
    )
    if pk:
        connections = connections.filter(pk=pk)
    runs = {(run.connection_id, run.kind): run for run in newest_runs()}
    read_at = last_read()
    counts = {
        (kind, connection_id): count
        for kind, model in KINDS.items()
        for connection_id, count in model.objects.order_by()
        .values_list("connection_id")
        .annotate(Count("pk"))
    }
    refused = dict(RefusedRecord.objects.order_by().values_list("connection_id").annotate(Count("pk")))
    return [
        Card(
            connection=connection,
            title=connector(connection.connector).title,
            readings=tuple(
                Reading(
                    kind=kind,
                    count=counts.get((kind, connection.pk), 0),
                    read_at=read_at.get((connection.pk, stream.kind)),
                    run=runs.get((connection.pk, stream.kind)) if kind == stream.kind else None,
                    is_read_by_change=isinstance(stream, Stream) and bool(stream.since),
                )
                for stream in connector(connection.connector).streams
                for kind in stream.kinds
                # What needs a credential of its own is shown once it was read: nobody need have given it.
                if not stream.needs or (connection.pk, stream.kind) in runs
            ),
            refused=refused.get(connection.pk, 0),
        )
        for connection in connections
    ]


def newest_runs() -> QuerySet[Sync]:
    """The newest run of each kind of each connection, however it ended."""
    alike = Sync.objects.filter(connection=OuterRef("connection"), kind=OuterRef("kind"))
    return Sync.objects.filter(pk=Subquery(alike.order_by("-started_at", "-pk").values("pk")[:1]))


def may_sync(person: Person) -> bool:
    return person.has_perm("connections.manage") or person.has_perm("approvals.propose")
