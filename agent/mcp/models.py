"""What outside clients may do here, and what each of them did."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timeuntil

from console.connections.models import Connection


class Access(models.Model):
    """What one outside client may do, for whom, until when. Never more than that person may at that time.

    tags: the kinds of records it is about; [] is all. connections: none is all. ceilings: the most that one
    proposal may move, in minor units by currency; {} where the person's own limits are enough.
    digest, second_digest: SHA-256 of its secrets, which are kept nowhere; digest is empty for a client whose
    person signed in. application: that client's id.
    """

    class Shows(models.TextChoices):
        WHOLE = "whole", "Every matching tool"
        DISCOVERY = "discovery", "The common ones, and a search for the rest"

    name = models.CharField(max_length=100)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="accesses")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    effects = models.JSONField(default=list)
    tags = models.JSONField(default=list)
    connections = models.ManyToManyField(Connection, through="Reach", related_name="+")
    shows = models.CharField(max_length=10, choices=Shows.choices, default=Shows.WHOLE)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    removed_at = models.DateTimeField(null=True, blank=True)  # from the list; what it did stays
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_client = models.CharField(max_length=200, blank=True)
    calls_a_minute = models.PositiveIntegerField(default=120)
    minute = models.DateTimeField(null=True, blank=True)  # the one in which it called last
    calls_in_minute = models.PositiveIntegerField(default=0)
    ceilings = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, null=True, blank=True, unique=True)  # noqa: DJ001 (many have none)
    ending = models.CharField(max_length=4, blank=True)
    second_digest = models.CharField(max_length=64, blank=True)
    in_url = models.BooleanField(default=False)
    application = models.CharField(max_length=255, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name_plural = "accesses"
        constraints = [
            models.CheckConstraint(
                condition=Q(digest__isnull=False) | ~Q(application=""), name="access_by_token_or_sign_in"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("mcp:detail", args=[self.pk])

    @property
    def is_revoked(self) -> bool:
        return self.revoked_at is not None

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def left(self) -> str:
        """How long it still lasts, in one unit: "12 days"."""
        return timeuntil(self.expires_at, depth=1)

    @property
    def ends_soon(self) -> bool:
        return self.expires_at - timezone.now() < timedelta(days=1)

    @property
    def is_live(self) -> bool:
        return not self.is_revoked and not self.is_expired


class Reach(models.Model):
    """A connection that an access is kept to. It cannot be deleted meanwhile: none at all would mean all."""

    access = models.ForeignKey(Access, on_delete=models.CASCADE)
    connection = models.ForeignKey(Connection, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["access", "connection"], name="reach_once")]

    def __str__(self) -> str:
        return f"{self.access} reaches {self.connection}"


class Call(models.Model):
    """One call by an outside client, or one that was turned away at the door."""

    class Outcome(models.TextChoices):
        DONE = "done", "Answered"
        PROPOSED = "proposed", "Proposed"
        REFUSED = "refused", "Turned away"
        FAILED = "failed", "Failed"

    access = models.ForeignKey(Access, null=True, blank=True, on_delete=models.CASCADE, related_name="calls")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now, db_index=True)
    client = models.CharField(max_length=200, blank=True)  # name and version, as it says
    protocol = models.CharField(max_length=20, blank=True)
    method = models.CharField(max_length=60, blank=True)
    tool = models.CharField(max_length=120, blank=True)
    arguments = models.TextField(blank=True)  # JSON, secrets masked, cut where it is very long
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    sentence = models.CharField(max_length=500, blank=True)  # why it was turned away or failed
    answer_bytes = models.PositiveIntegerField(default=0)
    took_ms = models.PositiveIntegerField(default=0)
    proposal_id = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["access", "-at", "-id"], name="call_by_access")]

    def __str__(self) -> str:
        return f"{self.tool or self.method} {self.outcome}"


class SpentState(models.Model):
    """A state that a client brought back; each is taken once. Rows outlive what they guard, and then go."""

    nonce = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.nonce
