"""Asking record by record what belongs to each, for the sync: whoever is due, some at once, page by page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from connectors.ahead import Asked, ReadAhead
from connectors.errors import BadReplyError, NotFoundError, RefusedError
from connectors.registry import Children, Row
from console.connections.ahead import reading_ahead
from console.connections.clients import understood
from console.mirror import visits
from console.mirror.models import Record, RefusedRecord, Sync
from console.mirror.quarantine import Refusal, let_go, refuse
from console.mirror.refresh import store_pages
from console.ui.live import hint

SOME = 5  # so many answers that are bad, and none that is good, are the vendor's fault and no record's
CREDENTIALS_REFUSED = (401, 403)


@dataclass
class Found:
    """What some owners answered. told: with when they were asked. refusals: of those whose answer is bad."""

    told: list[tuple[Record, datetime, list[Row]]] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    failure: Exception | None = None  # the last bad answer


def walk(run: Sync, children: Children, on_progress: Callable[[Sync], None]) -> None:
    """Ask everybody who is due, from the run's place on. Raises VendorError, NotOursError."""
    waiting = visits.due(run.connection, children).order_by("pk")
    total = run.done + waiting.filter(pk__gt=int(run.place or 0)).count()
    with reading_ahead(run.connection) as read:
        for owners in in_turn(waiting, int(run.place or 0), children.together):
            found = ask_all(run, children, read, owners)
            if found.failure and not found.told and len(found.refusals) >= SOME:
                raise found.failure
            with transaction.atomic():
                report(run, owners, total, is_end=len(owners) < children.together)
                keep(run, children, found)
            hint(f"connection.{run.connection_id}")
            on_progress(run)


def in_turn(waiting: QuerySet[Record], place: int, most: int) -> Iterator[list[Record]]:
    """Those who wait, in the order in which we know them; at last a part that may be empty."""
    while True:
        owners = list(waiting.filter(pk__gt=place)[:most])
        yield owners
        if len(owners) < most:
            return
        place = owners[-1].pk


def ask_all(run: Sync, children: Children, read: ReadAhead, owners: list[Record]) -> Found:
    """One that is not there any more is passed over: its own list says when it is gone."""
    found = Found()
    for owner, asked in under_way(children, read, owners):
        try:
            rows = understood(run.connection, asked.answer)
        except NotFoundError:
            continue
        except (RefusedError, BadReplyError) as error:
            if getattr(error, "status", None) in CREDENTIALS_REFUSED:
                raise
            found.refusals.append(unreadable(children, owner, error))
            found.failure = error
            continue
        found.told.append((owner, asked.at, rows))
    return found


def under_way(children: Children, read: ReadAhead, owners: list[Record]) -> Iterator[tuple[Record, Asked]]:
    """Each owner with its asking, as many asked for ahead as may be."""
    asked = []
    for at in range(len(owners)):
        for owner in owners[len(asked) : at + read.ahead]:
            asked.append(children.ask_ahead(read, owner.vendor_id, owner.raw))
        yield owners[at], asked[at]


def unreadable(children: Children, owner: Record, error: Exception) -> Refusal:
    """An answer that cannot be read stands aside under its owner's id."""
    row = Row(children.kind, children.operation, {}, owner.vendor_id, lambda raw: raw, None, "{}")
    return Refusal.of(row, error)


def keep(run: Sync, children: Children, found: Found) -> None:
    """What was told. An owner with a row that tells no id is asked again: nobody knows which that is."""
    connection = run.connection
    pages = [(rows, at) for _, at, rows in found.told]
    changed = store_pages(connection, pages, generation=run.pk)
    let_go(connection, children.kind, {owner.vendor_id for owner, _, _ in found.told})
    clear = [(owner, at) for owner, at, rows in found.told if all(row.vendor_id for row in rows)]
    visits.note(connection, children, clear)
    for refusal in found.refusals:
        refuse(connection, refusal)
    if changed:
        for owner, _, _ in found.told:
            hint(owner.live_target)


def report(run: Sync, owners: list[Record], total: int, *, is_end: bool) -> None:
    """Note how far it is. Raises NotOursError."""
    now = timezone.now()
    run.update_while_ours(
        done=F("done") + len(owners),
        total=total,
        place="" if is_end else str(owners[-1].pk),
        listed_at=now if is_end else None,
        reported_at=now,
    )


def forget_refusals(run: Sync, children: Children) -> None:
    """What nobody told of for as long as everybody is asked at least once."""
    aside = RefusedRecord.objects.filter(connection=run.connection, kind__in=children.kinds)
    aside.filter(seen_at__lt=run.started_at - 2 * visits.AGAIN_AFTER).delete()
