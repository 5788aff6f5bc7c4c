"""Conversations with the agent. What is stored here is the state of a run: nothing else remembers it."""

import json
import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone


class Conversation(models.Model):
    """One thread of a person and the agent, and the turn that may be running in it.

    A turn holds a lease (`lease_holder` until `lease_until`). A running turn whose lease ran out was lost
    with its process, and reads "interrupted".
    """

    class TurnState(models.TextChoices):
        IDLE = "idle"
        RUNNING = "running"
        INTERRUPTED = "interrupted"
        STOPPED = "stopped"
        FAILED = "failed"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="conversations"
    )
    title = models.CharField(max_length=80, blank=True)
    draft = models.TextField(blank=True)  # typed on the list page, said when the conversation opens
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    turn_state = models.CharField(max_length=12, choices=TurnState.choices, default=TurnState.IDLE)
    stop_requested = models.BooleanField(default=False)
    lease_holder = models.CharField(max_length=32, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    tokens_used = models.PositiveBigIntegerField(default=0)
    last_seq = models.PositiveBigIntegerField(default=0)
    last_position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-updated_at"]
        indexes = [models.Index(fields=["owner", "-updated_at"], name="conversation_by_owner")]

    def __str__(self) -> str:
        return self.title or "New conversation"

    def get_absolute_url(self) -> str:
        return reverse("agent:chat", args=[self.pk])

    @property
    def is_running(self) -> bool:
        return self.turn_state == self.TurnState.RUNNING

    def is_lost(self, now: datetime) -> bool:
        return self.is_running and (self.lease_until is None or self.lease_until < now)


class Message(models.Model):
    """One entry of the thread. A notice is for people alone; everything else the model sees again."""

    class Role(models.TextChoices):
        USER = "user"
        ASSISTANT = "assistant"
        SYSTEM = "system"
        NOTICE = "notice"

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    position = models.PositiveIntegerField()
    role = models.CharField(max_length=10, choices=Role.choices)
    text = models.TextField(blank=True)
    is_open = models.BooleanField(default=False)  # still being written
    is_cut = models.BooleanField(default=False)  # the turn ended while it was
    proposal_id = models.CharField(max_length=20, blank=True)  # what a system message tells of
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["conversation", "position"], name="message_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.position}"

    @property
    def key(self) -> str:
        return f"m{self.pk}"


class ToolCall(models.Model):
    """One call the model asked for in an assistant message, and exactly what it was answered."""

    class State(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        STOPPED = "stopped"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="tool_calls")
    position = models.PositiveSmallIntegerField()
    call_id = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    arguments = models.TextField()  # as the model wrote it, perhaps not JSON
    answer = models.TextField(blank=True)  # as the model was told it
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    proposal_id = models.CharField(max_length=20, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["message", "position"], name="tool_call_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.state}"

    @property
    def key(self) -> str:
        return f"t{self.pk}"

    @property
    def given(self) -> dict[str, Any]:
        """The arguments where they are a JSON object, else nothing."""
        try:
            read = json.loads(self.arguments or "{}")
        except (ValueError, RecursionError):
            return {}
        return read if isinstance(read, dict) else {}

    @property
    def result(self) -> dict[str, Any]:
        return json.loads(self.answer) if self.answer else {}

    @property
    def seconds(self) -> float | None:
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None


class Event(models.Model):
    """One thing a page of the conversation must learn, in order; a page asks for those after its last."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10)  # text | block | turn | title
    payload = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["seq"]
        constraints = [models.UniqueConstraint(fields=["conversation", "seq"], name="event_seq_once")]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind}"


class Told(models.Model):
    """The agent was told that a proposal came to this status; the constraint makes that once."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="told")
    proposal_id = models.CharField(max_length=20)
    status = models.CharField(max_length=16)
    told_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["conversation", "proposal_id", "status"], name="told_once")
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.status}"


class CommonTools(models.Model):
    """The operations that every model is shown on one day; see `tools/usage.py`."""

    day = models.DateField(primary_key=True)
    names = models.JSONField()

    class Meta:
        verbose_name_plural = "common tools"

    def __str__(self) -> str:
        return f"{self.day}"
