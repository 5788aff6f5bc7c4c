"""The log's tables. Nothing here changes or goes, save erased personal data; `guards.py` has the triggers."""

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models

from connectors.money import UnknownCurrencyError, to_minor
from console.audit.canonical import NotRecordableError, json_text


class Entry(models.Model):
    """One line of the log. No foreign keys: labels are copied, so deleting an account changes nothing."""

    class ActorKind(models.TextChoices):
        HUMAN = "human"
        AGENT = "agent"
        WORKER = "worker"
        VENDOR = "vendor"
        SYSTEM = "system"

    seq = models.BigIntegerField(primary_key=True)
    event_id = models.CharField(max_length=36, unique=True)
    schema_version = models.PositiveSmallIntegerField()
    occurred_at_text = models.CharField(max_length=27, db_column="occurred_at", db_index=True)
    recorded_at_text = models.CharField(max_length=27, db_column="recorded_at")
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor_id = models.CharField(max_length=64)
    actor_label = models.TextField()
    on_behalf_of_id = models.CharField(max_length=64)
    on_behalf_of = models.TextField()
    auth_strength = models.CharField(max_length=40)
    session_ref = models.CharField(max_length=64)
    source_ip = models.CharField(max_length=64)
    action = models.CharField(max_length=80)
    summary = models.TextField()
    object_kind = models.CharField(max_length=80)
    object_id = models.CharField(max_length=255)
    vendor = models.CharField(max_length=80)
    vendor_object_id = models.CharField(max_length=255)
    proposal_id = models.CharField(max_length=64)
    digest = models.CharField(max_length=128)
    decision_ids_json = models.TextField(db_column="decision_ids")
    attempt_id = models.CharField(max_length=64)
    outcome = models.TextField()
    reason = models.TextField()
    before_json = models.TextField()
    after_json = models.TextField()
    money_amount = models.CharField(max_length=64)
    money_currency = models.CharField(max_length=40)
    money_direction = models.CharField(max_length=10)
    trace_id = models.CharField(max_length=64)
    personal_json = models.TextField(db_column="personal")
    prev_hash = models.CharField(max_length=64)
    leaf_hash = models.CharField(max_length=64, unique=True)
    chain_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-seq"]
        default_permissions = ()
        permissions = [("read", "Can read the audit log"), ("export", "Can export the audit log")]
        indexes = [
            models.Index(fields=["action", "seq"], name="audit_by_action"),
            models.Index(fields=["object_kind", "object_id", "seq"], name="audit_by_object"),
            models.Index(fields=["proposal_id", "seq"], name="audit_by_proposal"),
            models.Index(fields=["trace_id"], name="audit_by_trace"),
        ]

    def __str__(self) -> str:
        return f"{self.seq}: {self.summary}"

    def event(self) -> dict[str, Any]:
        """What is hashed: everything but the three hashes.

        Raises NotRecordableError when a stored JSON text is not canonical: then somebody changed its bytes.
        """
        return {**self._plain(), **{name: _canonical(getattr(self, column)) for name, column in JSON.items()}}

    def event_as_stored(self) -> dict[str, Any]:
        """The same for an export, which shows a changed row too; its hash then does not fit."""
        said = {
            name: str(value) if isinstance(value, bytes) else value for name, value in self._plain().items()
        }
        return {**said, **{name: _as_stored(getattr(self, column)) for name, column in JSON.items()}}

    def _plain(self) -> dict[str, Any]:
        times = {"occurred_at": self.occurred_at_text, "recorded_at": self.recorded_at_text}
        return {**{name: getattr(self, name) for name in PLAIN}, **times}

    @property
    def occurred_at(self) -> datetime | None:
        """None only where somebody changed the stored text; then the page still shows the row."""
        try:
            return datetime.strptime(self.occurred_at_text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
        except (TypeError, ValueError):
            return None

    @property
    def before(self) -> Any:
        return _read(self.before_json)

    @property
    def after(self) -> Any:
        return _read(self.after_json)

    @property
    def decision_ids(self) -> list[str]:
        found = _read(self.decision_ids_json)
        return found if isinstance(found, list) else []

    @property
    def personal(self) -> dict[str, str]:
        """Hash by name of the personal data that stands, erasable, in PersonalDatum."""
        found = _read(self.personal_json)
        return found if isinstance(found, dict) else {}

    @property
    def amount(self) -> Decimal | None:
        try:
            return Decimal(self.money_amount) if self.money_amount else None
        except InvalidOperation:
            return None

    @property
    def amount_minor(self) -> int | None:
        """The amount for the screen; one in a currency of unknown digits is in minor units already."""
        if self.amount is None:
            return None
        try:
            return to_minor(self.amount, self.money_currency)
        except UnknownCurrencyError:
            return int(self.amount)
        except ValueError:
            return None

    @property
    def who(self) -> str:
        """The actor without e-mail; an agent with the person it acted for."""
        name = without_address(self.actor_label)
        return f"{name} for {without_address(self.on_behalf_of)}" if self.on_behalf_of else name

    @property
    def proposal_pk(self) -> int | None:
        digits = self.proposal_id.removeprefix("P-")
        return int(digits) if digits.isascii() and digits.isdecimal() else None

    @property
    def short_hash(self) -> str:
        return f"{self.chain_hash[:4]}…{self.chain_hash[-4:]}"


PLAIN = (
    *("seq", "event_id", "schema_version", "actor_kind", "actor_id", "actor_label", "on_behalf_of_id"),
    *(
        "on_behalf_of",
        "auth_strength",
        "session_ref",
        "source_ip",
        "action",
        "summary",
        "object_kind",
        "object_id",
    ),
    *("vendor", "vendor_object_id", "proposal_id", "digest", "attempt_id", "outcome", "reason"),
    *("money_amount", "money_currency", "money_direction", "trace_id"),
)
JSON = {
    "before": "before_json",
    "after": "after_json",
    "personal": "personal_json",
    "decision_ids": "decision_ids_json",
}


def _canonical(text: str) -> Any:
    value = json.loads(text)
    if json_text(value) != text:
        raise NotRecordableError("a stored JSON text is not canonical")
    return value


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def _as_stored(text: Any) -> Any:
    try:
        return _canonical(text)
    except (ValueError, TypeError, RecursionError):
        return str(text)


def without_address(label: str) -> str:
    return label.rpartition(" <")[0] or label


class Head(models.Model):
    """One row: the last entry's number and chain hash. Whoever appends holds its lock."""

    seq = models.BigIntegerField()
    chain_hash = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="audit_one_head")]

    def __str__(self) -> str:
        return f"{self.seq} {self.chain_hash}"


class PersonalDatum(models.Model):
    """A personal value that an entry holds as SHA-256(salt | value). Deleting it leaves the chain whole."""

    entry_seq = models.BigIntegerField()
    name = models.CharField(max_length=80)
    salt = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["entry_seq", "name"], name="audit_one_datum_per_name")]

    def __str__(self) -> str:
        return f"{self.name} of entry {self.entry_seq}"


class Checkpoint(models.Model):
    """A signed statement of how long the chain was and what its last hash was."""

    origin = models.CharField(max_length=120)
    size = models.BigIntegerField()
    chain_hash = models.CharField(max_length=64)
    time = models.CharField(max_length=27)
    previous_checkpoint_hash = models.CharField(max_length=64, unique=True)
    key_id = models.CharField(max_length=16)
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)
    checkpoint_hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.size} entries at {self.time}"
