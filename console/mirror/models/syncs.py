"""How the mirror was filled: its runs, and what did not fit."""

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from console.connections.models import Connection


class NotOursError(Exception):
    """The run was stopped, or somebody else has taken it up."""


class Sync(models.Model):
    """One run over one kind of one connection's records: its progress, and then how fresh the mirror is.

    It reads everything, or with `since` what changed since then. One of everything is a generation: the rows
    that its list has are stamped with its id. `place` is where the list goes on; it commits with the rows
    before it, so that a run which stopped goes on at its page.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        STOPPED = "stopped"
        HELD = "held"  # too much is missing: a person is asked
        DONE = "done"
        FAILED = "failed"

    QUIET_FOR = timedelta(minutes=5)  # a running one that reported nothing for so long has died
    GOES_ON_FOR = timedelta(days=1)  # an older one tells too little of today: a new one begins
    # A vendor may list a change a while after the time it gives it, and clocks differ.
    OVERLAP = timedelta(minutes=10)

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="syncs")
    kind = models.CharField(max_length=30)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    missing = models.PositiveIntegerField(default=0)  # not in this list nor in the one before
    agreed = models.PositiveIntegerField(default=0)  # how many missing ones a person called gone
    gone = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    place = models.TextField(blank=True)
    since = models.DateTimeField(null=True, blank=True)  # None for everything
    newest = models.DateTimeField(null=True, blank=True)  # the newest change seen, by the vendor's clock
    listed_at = models.DateTimeField(null=True, blank=True)  # when the list came to its end
    # A run may be worked at several times; only who took it last may write to it.
    turn = models.PositiveIntegerField(default=1)
    turn_at = models.DateTimeField(null=True, blank=True)
    turn_done = models.PositiveIntegerField(default=0)  # of `done`, what earlier turns did
    started_at = models.DateTimeField()
    reported_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "kind"], condition=Q(state="running"), name="one_running_sync_per_kind"
            )
        ]
        indexes = [models.Index(fields=["connection", "kind", "-started_at"], name="sync_by_kind")]

    def __str__(self) -> str:
        return f"{self.connection} {self.kind} {self.state}"

    @property
    def words(self) -> str:
        return words_for(self.kind)

    @property
    def goes_on(self) -> bool:
        """Stopped before its end at a known place, not long ago; or held, and a person has agreed."""
        if self.state == self.State.HELD:
            return self.agreed >= self.missing
        if self.state not in (self.State.STOPPED, self.State.FAILED):
            return False
        return bool(self.place or self.listed_at) and timezone.now() - self.started_at < self.GOES_ON_FOR

    @property
    def extent(self) -> str:
        """What it reads, in words: "everything", or "changes since 10:04"."""
        if self.since is None:
            return "everything"
        since, now = timezone.localtime(self.since), timezone.localtime()
        return f"changes since {since:%H:%M}" + (
            "" if since.date() == now.date() else f" on {since.day} {since:%b}"
        )

    @property
    def changes_from(self) -> datetime | None:
        """From when on the next run may ask for changes: what happened while this one read may be behind it.

        None where it saw no change at all, which is little to read again.
        """
        return self.newest and min(self.newest, self.started_at) - self.OVERLAP

    @property
    def pace(self) -> float | None:
        """Rows a second in this turn; None while that cannot be told."""
        spent_s = (self.reported_at - self.turn_at).total_seconds() if self.turn_at else 0
        read = self.done - self.turn_done
        return read / spent_s if spent_s > 0 and read else None

    @property
    def progress(self) -> str:
        """How far it is, in words: "100 of 293, 250 a second, 1 s left"."""
        if self.listed_at and self.missing:
            return f"asking for {self.missing} missing one{'' if self.missing == 1 else 's'}"
        # A row that comes twice counts twice.
        parts = [
            f"{min(self.done, self.total):,} of {self.total:,}" if self.total else f"{self.done:,} so far"
        ]
        if self.pace:
            parts.append(f"{self.pace:,.0f} a second")
        if self.pace and self.total and self.total > self.done:
            parts.append(f"{span_words((self.total - self.done) / self.pace)} left")
        return ", ".join(parts)

    def update_while_ours(self, **values: Any) -> None:
        """Write to it, and hold its row until the transaction ends. Raises NotOursError."""
        ours = Sync.objects.filter(pk=self.pk, state=self.State.RUNNING, turn=self.turn)
        if not ours.update(**values):
            raise NotOursError
        self.refresh_from_db(fields=values)


def words_for(kind: str) -> str:
    """Several records of a kind, in words."""
    return str(apps.get_model("mirror", kind.replace("_", ""))._meta.verbose_name_plural)


def span_words(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:,.0f} min" if seconds < 5400 else f"{seconds / 3600:,.0f} h"


class Visit(models.Model):
    """When a record was last asked what it has of a kind, and in which state it was. See `visits`."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=30)
    owner_vendor_id = models.CharField(max_length=120)
    state = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "owner_vendor_id"], name="visit_once")
        ]
        indexes = [models.Index(fields=["connection", "kind", "at"], name="visit_by_age")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.owner_vendor_id}"


class RefusedRecord(models.Model):
    """A record that does not fit the mirror, kept aside as it came until it fits or is looked at.

    operation: what gave it. field: the value at fault, where one is. What JSON columns cannot hold stands in
    `raw` as {"json": its text}.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="refused_records")
    kind = models.CharField(max_length=30)
    vendor_id = models.CharField(max_length=120)
    operation = models.CharField(max_length=80, blank=True)
    field = models.CharField(max_length=80, blank=True)
    problem = models.CharField(max_length=500)
    raw = models.JSONField(encoder=DjangoJSONEncoder)
    digest = models.CharField(max_length=64)
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "kind", "vendor_id"], name="refused_record_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.vendor_id}: {self.problem}"
