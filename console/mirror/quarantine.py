"""Rows that cannot be read or do not fit the mirror: kept as they came, until they fit or are looked at."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain
from typing import Any

from django.utils import timezone

from connectors.registry import Row
from console.audit import log
from console.connections.models import Connection
from console.mirror.models import RefusedRecord

LONGEST_ID = 120


class DoesNotFitError(Exception):
    """A vendor record that the mirror's columns cannot hold; `field` is the one at fault, if one is."""

    def __init__(self, problem: str, *, field: str = "") -> None:
        super().__init__(problem)
        self.field = field


@dataclass(frozen=True)
class Refusal:
    """A row that is kept aside. vendor_id: its own where that can be stored, else one made of the digest."""

    kind: str
    operation: str
    vendor_id: str
    field: str
    problem: str
    raw: Any
    digest: str

    @classmethod
    def of(cls, row: Row, error: Exception) -> "Refusal":
        mark = sha256(json.dumps(row.raw, sort_keys=True, default=str).encode()).hexdigest()
        is_usable = 0 < len(row.vendor_id) <= LONGEST_ID and is_storable(row.vendor_id)
        is_object = isinstance(row.raw, Mapping) and is_storable(row.raw)
        is_told = hasattr(error, "field")
        problem = str(error) if is_told else f"It has another form than documented ({error!r})."
        return cls(
            kind=row.kind,
            operation=row.operation,
            vendor_id=row.vendor_id if is_usable else f"#{mark[:16]}",
            field=getattr(error, "field", ""),
            problem=storable_text(problem)[:500],
            raw=row.raw if is_object else {"json": json.dumps(row.raw, default=str)},
            digest=mark,
        )


def refuse(connection: Connection, refusal: Refusal) -> None:
    """Keep a row aside. The log is told once for each form the row takes, not at every sync."""
    known = RefusedRecord.objects.filter(
        connection=connection, kind=refusal.kind, vendor_id=refusal.vendor_id, digest=refusal.digest
    )
    if known.update(seen_at=timezone.now()):
        return
    RefusedRecord.objects.update_or_create(
        connection=connection,
        kind=refusal.kind,
        vendor_id=refusal.vendor_id,
        defaults={
            "operation": refusal.operation,
            "field": refusal.field[:80],
            "problem": refusal.problem,
            "raw": refusal.raw,
            "digest": refusal.digest,
            "seen_at": timezone.now(),
        },
    )
    named = f"{refusal.kind.replace('_', ' ').capitalize()} {refusal.vendor_id}"
    log.record(
        "mirror.record_refused",
        actor=None,
        actor_kind="worker",
        object_kind=refusal.kind,
        object_id=refusal.vendor_id,
        summary=f"{named} does not fit the mirror and was kept aside",
        vendor=connection.connector,
        vendor_object_id=refusal.vendor_id,
        after={"operation": refusal.operation, "field": refusal.field},
        reason=refusal.problem,
    )


def let_go(connection: Connection, kind: str, vendor_ids: Iterable[str]) -> None:
    """Forget what was kept aside of records that fit by now."""
    aside = RefusedRecord.objects.filter(connection=connection, kind=kind)
    if fits := set(aside.values_list("vendor_id", flat=True)).intersection(vendor_ids):
        aside.filter(vendor_id__in=fits).delete()


def is_storable(value: Any) -> bool:
    """Whether PostgreSQL takes all of it, as text and as JSON: no zero byte, no half of a surrogate pair."""
    if isinstance(value, str):
        # What prints holds neither; asking that is cheap, and nearly every text prints.
        return value.isprintable() or storable_text(value) == value
    if isinstance(value, Mapping):
        return all(map(is_storable, chain(value, value.values())))
    return not isinstance(value, list | tuple) or all(map(is_storable, value))


def storable_text(text: str) -> str:
    """The text with what cannot be stored spelled out."""
    return text.encode(errors="backslashreplace").decode().replace("\0", "\\0")
