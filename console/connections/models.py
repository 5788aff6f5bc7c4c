from django.conf import settings
from django.db import models

from console.connections import vault


class Connection(models.Model):
    """One account at one vendor. Never configured means "not configured", never a sandbox."""

    slug = models.SlugField(unique=True)
    connector = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    base_url = models.URLField()
    bases = models.JSONField(default=dict, blank=True)
    injected = models.JSONField(default=dict, blank=True)
    sealed_credentials = models.BinaryField(default=b"")
    is_sandbox = models.BooleanField(default=False)
    # At most so many calls a second; empty where the connector's own limit holds.
    calls_per_s = models.PositiveIntegerField(null=True, blank=True)
    # Until when the vendor remembers that a person passed its second factor; empty where it was never passed.
    trusted_until = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        permissions = [("manage", "Can manage connections")]

    def __str__(self) -> str:
        return self.name

    @property
    def credentials(self) -> dict[str, str]:
        sealed = bytes(self.sealed_credentials)
        return vault.unseal(sealed, purpose=self.slug) if sealed else {}

    @credentials.setter
    def credentials(self, values: dict[str, str]) -> None:
        self.sealed_credentials = vault.seal(values, purpose=self.slug)


class CallBudget(models.Model):
    """Until when, in seconds of the database's clock, the calls under a name have used up their pace."""

    name = models.CharField(max_length=120, primary_key=True)
    used_until = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.name} until {self.used_until}"


class CallPlace(models.Model):
    """One of the calls that may be under way at a gate at the same time, and until when somebody has it."""

    gate = models.CharField(max_length=120)
    number = models.PositiveSmallIntegerField()
    held_until = models.FloatField(default=0)
    holder = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gate", "number"], name="call_place_once")]

    def __str__(self) -> str:
        return f"{self.gate}, place {self.number}"


class CallQueue(models.Model):
    """The highest priority that waits at a gate just now: no lower one takes a place meanwhile."""

    gate = models.CharField(max_length=120, primary_key=True)
    priority = models.PositiveSmallIntegerField(default=0)
    until = models.FloatField(default=0)

    def __str__(self) -> str:
        return f"{self.gate}, priority {self.priority}"


class VendorSession(models.Model):
    """A session at the vendor, sealed, or why signing in was refused; all processes share it.

    credentials: a fingerprint of those it was got with. mark: of the session. Times are the database's.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)
    credentials = models.CharField(max_length=64, blank=True)
    sealed = models.BinaryField(default=b"")
    mark = models.CharField(max_length=64, blank=True)
    used_at = models.FloatField(default=0)
    idle_s = models.FloatField(default=0)
    ends_at = models.FloatField(default=0)
    refusal = models.CharField(max_length=500, blank=True)
    is_trust_lost = models.BooleanField(default=False)
    refused_until = models.FloatField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "kind"], name="vendor_session_once")]

    def __str__(self) -> str:
        return f"{self.connection}, {self.kind}"


class Webhook(models.Model):
    """Where a vendor's events come in; the secret that must come with them is sealed with the credentials."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, primary_key=True)
    path = models.CharField(max_length=64, unique=True)  # random: who does not know it costs one look-up
    made_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True, blank=True)
    refused = models.BigIntegerField(default=0)
    refusal_told_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"events for {self.connection}"


class EventSubscription(models.Model):
    """A vendor's subscription that tells us of events, as it was when it was last looked at."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="event_subscriptions")
    vendor_id = models.CharField(max_length=60)
    name = models.CharField(max_length=255, blank=True)
    is_on = models.BooleanField()
    seen_at = models.DateTimeField()
    # From when on events may have been missed; empty where none were.
    missing_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "vendor_id"], name="event_subscription_once")
        ]

    def __str__(self) -> str:
        return self.name or self.vendor_id


class VendorEvent(models.Model):
    """An event as it came, once. Only the name of its record is kept: what is true is read at the vendor."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="vendor_events")
    event_id = models.CharField(max_length=100)
    type = models.CharField(max_length=60)
    kind = models.CharField(max_length=30, blank=True)
    key = models.CharField(max_length=120, blank=True)
    received_at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)  # none: there is nothing to be read
    tries = models.PositiveSmallIntegerField(default=0)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["connection", "event_id"], name="vendor_event_once")]

    def __str__(self) -> str:
        return f"{self.type} {self.key}"
