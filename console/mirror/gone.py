"""Records that a vendor has no more: missing from two whole lists, and not found when asked for alone."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from connectors.errors import (
    ArgumentsError,
    BadReplyError,
    NotConfiguredError,
    NotFoundError,
    NotSentError,
    RefusedError,
    VendorDownError,
)
from connectors.rates import Priority
from connectors.registry import connector
from console.accounts.models import Person
from console.audit import log
from console.mirror.models import KINDS, Record, Sync
from console.mirror.refresh import refresh_record
from console.mirror.visits import children_with, go_with_owner, unmentioned
from console.ui.live import hint

# More than both would be a list that came back short by mistake more often than the truth.
FUSE_ROWS = 20
FUSE_PERCENT = 2
CREDENTIALS_REFUSED = (401, 403)


class TooManyMissingError(Exception):
    """More records are missing than may go without a person's word."""


class NothingToAgreeError(Exception):
    """The question has been answered, or asked anew; `str(error)` is fit for the screen."""


def missing_rows(run: Sync) -> list[QuerySet[Record]]:
    """By kind, rows that the vendor no longer tells of.

    Of a list: what neither this run's has nor the whole one before it; nothing while there is none before. Of
    what is asked owner by owner: what the owner's latest answer does not have. A row that was read alone
    since then is not missing.
    """
    children = children_with(run.connection, run.kind)
    if children:
        return [unmentioned(run.connection, children, kind) for kind in children.kinds]
    rows = KINDS[run.kind].objects.filter(connection=run.connection)
    whole = Sync.objects.filter(connection=run.connection, kind=run.kind, since=None, listed_at__isnull=False)
    before = whole.filter(pk__lt=run.pk).order_by("-pk").first()
    if before is None:
        return []
    return [rows.filter(Q(seen_in=None) | Q(seen_in__lt=before.pk), fetched_at__lt=before.started_at)]


def settle_missing(run: Sync, on_progress: Callable[[Sync], None]) -> None:
    """Ask for each missing record alone, and mark those that are gone. A run that stops here goes on here.

    Raises TooManyMissingError, VendorError where no answer is to be had, NotOursError.
    """
    missing = [row for rows in missing_rows(run) for row in rows.only("pk", "vendor_id").order_by("pk")]
    run.update_while_ours(missing=len(missing), reported_at=timezone.now())
    if len(missing) > max(most_at_once(run), run.agreed):
        raise TooManyMissingError
    for row in missing:
        asked_at = timezone.now()
        is_gone = is_gone_at_vendor(run, row)
        with transaction.atomic():
            run.update_while_ours(gone=F("gone") + int(is_gone), reported_at=timezone.now())
            # Somebody may have read it meanwhile and found it.
            still_missing = type(row).objects.filter(pk=row.pk, fetched_at__lte=asked_at)
            if is_gone and still_missing.update(gone_at=asked_at, fetched_at=asked_at):
                go_with_owner(run.connection, row.KIND, row.vendor_id, asked_at)
        hint(row.live_target)
        on_progress(run)


def most_at_once(run: Sync) -> int:
    rows = KINDS[run.kind].objects.filter(connection=run.connection).count()
    return max(FUSE_ROWS, rows * FUSE_PERCENT // 100)


def is_gone_at_vendor(run: Sync, row: Record) -> bool:
    """Read one record alone. What the vendor cannot tell of is not gone."""
    try:
        refresh_record(run.connection, row.KIND, row.vendor_id, priority=Priority.SYNC)
    except NotFoundError:
        return True
    except (NotConfiguredError, NotSentError, VendorDownError):
        raise
    except RefusedError as error:
        if error.status in CREDENTIALS_REFUSED:
            raise
        return False
    except (ArgumentsError, BadReplyError):
        return False
    return False


def agree(run: Sync, *, actor: Person) -> None:
    """A person's word that what is missing is gone; the run then goes on. Raises NothingToAgreeError."""
    name = connector(run.connection.connector).title
    with transaction.atomic():
        newest = Sync.objects.filter(connection=run.connection_id, kind=run.kind).order_by("-pk").first()
        held = Sync.objects.filter(pk=run.pk, state=Sync.State.HELD, agreed__lt=F("missing"))
        if newest != run or not held.update(agreed=F("missing")):
            raise NothingToAgreeError(
                f"{run.words.capitalize()} are being read again; look at what it finds."
            )
        log.record(
            "mirror.gone_agreed",
            actor=actor,
            actor_kind="human",
            object_kind="connection",
            object_id=run.connection.slug,
            summary=f"Agreed that {run.missing} {run.words} are gone at {name}",
            vendor=run.connection.connector,
            after={"kind": run.kind, "missing": run.missing, "sync": run.pk},
        )
        hint(f"connection.{run.connection_id}")
