"""Proposals and what becomes of them. What must hold is held by the database; its triggers: `guards.py`."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from connectors.requests import KEY


class Proposal(models.Model):
    """One write, or an ordered plan of writes, waiting for a decision. Its content never changes."""

    class Status(models.TextChoices):
        PENDING = "pending"
        APPROVED = "approved"
        EXECUTING = "executing"
        SUCCEEDED = "succeeded"
        FAILED = "failed"
        PARTLY_DONE = "partly_done"
        UNKNOWN = "unknown"
        MANUAL_REVIEW = "manual_review"
        REJECTED = "rejected"
        WITHDRAWN = "withdrawn"
        EXPIRED = "expired"
        SUPERSEDED = "superseded"
        STALE = "stale"

    LIVE = (Status.PENDING, Status.APPROVED, Status.EXECUTING, Status.UNKNOWN, Status.MANUAL_REVIEW)

    class ProposerKind(models.TextChoices):
        HUMAN = "human"
        AGENT = "agent"
        MCP = "mcp"

    status = models.CharField(max_length=16, choices=Status.choices, default=Status.PENDING)
    connection = models.ForeignKey("connections.Connection", on_delete=models.PROTECT)
    digest = models.CharField(max_length=64)
    canonical = models.TextField()
    sentence = models.CharField(max_length=500)
    summary = models.TextField(blank=True)
    card = models.JSONField()
    effects = models.JSONField()
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    direction = models.CharField(max_length=8)
    reason = models.TextField(blank=True)
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="proposals"
    )
    proposer_kind = models.CharField(max_length=8, choices=ProposerKind.choices)
    origin_kind = models.CharField(max_length=20)
    origin_id = models.CharField(max_length=64, blank=True)
    origin_told = models.CharField(max_length=400, blank=True)  # "Claude for Priya Raman, through MCP (…)"
    trace_id = models.UUIDField()
    policy = models.JSONField()
    needed_approvals = models.PositiveSmallIntegerField(default=1)
    supersedes = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    outcome = models.TextField(blank=True)
    # When a worker must next look at this row; the outbox. Null: nothing to do until a person acts.
    due_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(needed_approvals__gte=1), name="proposal_needs_a_person"),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="proposal_by_status"),
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="proposal_due"),
            models.Index(fields=["origin_kind", "origin_id"], name="proposal_by_origin"),
        ]
        permissions = [("propose", "Can propose changes"), ("decide", "Can approve and reject changes")]

    def __str__(self) -> str:
        return f"{self.number} {self.sentence}"

    @property
    def number(self) -> str:
        return f"P-{self.pk}"

    @property
    def is_live(self) -> bool:
        return self.status in self.LIVE

    @property
    def shown_direction(self) -> str:
        """The direction for the eye: no sign while nobody knows whether anything moved."""
        in_doubt = (
            self.status in (self.Status.UNKNOWN, self.Status.MANUAL_REVIEW) and self.direction != "none"
        )
        return "unknown" if in_doubt else self.direction


class StoredFile(models.Model):
    """A file as it was uploaded. Proposals name it by its hash, so its bytes never change."""

    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)  # told by the bytes, not by the name
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    content = models.BinaryField()
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def number(self) -> str:
        return f"F-{self.pk}"


class Step(models.Model):
    """One vendor call inside a proposal, serialised once."""

    class Status(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        CONFIRMED = "confirmed"
        FAILED = "failed"
        UNKNOWN = "unknown"
        NOT_RUN = "not_run"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="steps")
    position = models.PositiveSmallIntegerField()
    operation = models.CharField(max_length=80)
    arguments = models.JSONField()
    method = models.CharField(max_length=8)
    path = models.TextField()
    query = models.TextField(blank=True)
    content_type = models.CharField(max_length=80, blank=True)
    body = models.TextField(blank=True)
    refs = models.JSONField(default=list)  # holes that earlier steps fill, such as "step1.id"
    record_kind = models.CharField(max_length=30, blank=True)
    record_key = models.CharField(max_length=120, blank=True)
    before = models.JSONField()
    card = models.JSONField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    outcome = models.TextField(blank=True)
    results = models.JSONField(default=dict)
    # What became of each of several records that the vendor takes or refuses one by one, in their order.
    rows = models.JSONField(default=list)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "position"], name="step_position_once"),
        ]
        indexes = [models.Index(fields=["record_kind", "record_key"], name="step_by_record")]

    def __str__(self) -> str:
        return f"{self.proposal_id}.{self.position} {self.operation}"

    @property
    def request_fields(self) -> dict[str, str]:
        names = ("method", "path", "query", "content_type", "body")
        key = {"idempotency_key": self.arguments[KEY]} if KEY in self.arguments else {}
        return {name: getattr(self, name) for name in names} | key


class Hold(models.Model):
    """What a live proposal keeps to itself: a record that it changes or pays, or the very request."""

    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="holds")
    thing = models.CharField(max_length=300)
    is_live = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["thing"], condition=Q(is_live=True), name="one_live_proposal_per_thing"
            ),
        ]

    def __str__(self) -> str:
        return self.thing


class Decision(models.Model):
    """One person's approve or reject of one proposal, bound to the digest that was on screen."""

    class Verdict(models.TextChoices):
        APPROVE = "approve"
        REJECT = "reject"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="decisions")
    digest = models.CharField(max_length=64)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.TextField(blank=True)
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["decided_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(approver=F("requester")), name="nobody_decides_his_own"),
            models.UniqueConstraint(fields=["proposal", "approver"], name="one_decision_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.proposal_id} by {self.approver_id}"


class Attempt(models.Model):
    """One try to send a step. Moves forward only; nothing ever moves back from sent."""

    class State(models.TextChoices):
        PREPARED = "prepared"
        SENT = "sent"
        ANSWERED = "answered"
        LOST = "lost"
        NOT_SENT = "not_sent"
        ABANDONED = "abandoned"

    OPEN = (State.PREPARED, State.SENT)

    step = models.ForeignKey(Step, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PREPARED)
    request = models.JSONField()  # the final bytes, as text, holes filled
    request_digest = models.CharField(max_length=64)
    arguments = models.JSONField()
    before = models.JSONField()
    lease_until = models.DateTimeField()
    prepared_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    status_code = models.PositiveSmallIntegerField(null=True)
    answer = models.TextField(blank=True)
    error = models.CharField(max_length=500, blank=True)
    probes = models.PositiveSmallIntegerField(default=0)
    clean_absent = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["step", "number"], name="attempt_number_once"),
            models.UniqueConstraint(
                fields=["step"], condition=Q(state__in=["prepared", "sent"]), name="one_open_attempt_per_step"
            ),
            # At most once: no second attempt while one has, or may have, reached the vendor.
            models.UniqueConstraint(
                fields=["step"],
                condition=Q(state__in=["sent", "answered", "lost"]),
                name="one_attempt_reaches_the_vendor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.step_id}#{self.number} {self.state}"


class Settlement(models.Model):
    """One person's finding on a proposal whose outcome software could not establish, with evidence."""

    class Finding(models.TextChoices):
        HAPPENED = "happened"
        DID_NOT = "did_not"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="settlements")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finding = models.CharField(max_length=10, choices=Finding.choices)
    evidence = models.TextField()
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.finding} {self.proposal_id} by {self.person_id}"


class Move(models.Model):
    """The table of states: which status may become which. Triggers read it; nothing else knows it."""

    subject = models.CharField(max_length=10)  # proposal | attempt
    from_state = models.CharField(max_length=16)
    to_state = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["subject", "from_state", "to_state"], name="move_stands_once")
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.from_state} to {self.to_state}"
