"""Reading everything a connection has into the mirror, page by page."""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from connectors.errors import VendorError
from connectors.rates import Priority
from connectors.registry import Stream, connector
from console.connections.clients import reader
from console.connections.models import Connection
from console.mirror.models import RefusedRecord, Sync
from console.mirror.refresh import store
from console.ui.live import hint

log = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=7)

Progress = Callable[[Sync], None]


def sync_connection(connection: Connection, on_progress: Progress | None = None) -> list[Sync]:
    """Read every kind of record the connector lists; returns the finished runs.

    A kind that fails does not stop the next, and one that another worker is reading is left to it. A row that
    cannot be read is kept aside, and its page goes on. Rows and progress commit together with each page.
    on_progress: called after each page and at each kind's end.
    """
    runs = []
    for stream in connector(connection.connector).streams:
        run = begin(connection, stream.kind)
        if run is not None:
            read_stream(run, stream, on_progress or (lambda _: None))
            runs.append(run)
    return runs


def begin(connection: Connection, kind: str) -> Sync | None:
    """Open a run, or None while another one is at it; one that fell silent is closed as failed."""
    now = timezone.now()
    runs = Sync.objects.filter(connection=connection, kind=kind)
    try:
        with transaction.atomic():
            silent = runs.filter(state=Sync.State.RUNNING, reported_at__lt=now - Sync.QUIET_FOR)
            silent.update(state=Sync.State.FAILED, finished_at=now, error="Interrupted before its end.")
            # The last whole reading tells how old the mirror is, however long later ones have failed.
            last_whole = runs.filter(state=Sync.State.DONE).order_by("-started_at").values("pk")[:1]
            runs.filter(finished_at__lt=now - KEPT_FOR).exclude(pk__in=last_whole).delete()
            return Sync.objects.create(connection=connection, kind=kind, started_at=now, reported_at=now)
    except IntegrityError:
        return None
    finally:
        hint(f"connection.{connection.pk}")


def read_stream(run: Sync, stream: Stream, on_progress: Progress) -> None:
    try:
        pages = stream.pages(reader(run.connection, priority=Priority.SYNC), "")
        while True:
            read_at = timezone.now()
            page = next(pages, None)
            if page is None:
                break
            with transaction.atomic():
                store(run.connection, page.rows, read_at=read_at)
                go_on = report(run, len(page.rows), page.total)
            hint(f"connection.{run.connection_id}")
            on_progress(run)
            if not go_on:
                return
    except VendorError as error:
        end(run, Sync.State.FAILED, error=error.sentence)
    except Exception:  # the rim of one kind: a fault in reading plans must not keep invoices from being read
        log.exception("sync %s of %s failed", run.pk, run)
        end(
            run,
            Sync.State.FAILED,
            error=f"Reading stopped at a fault of ours; the log has it as sync {run.pk}.",
        )
    else:
        end(run, Sync.State.DONE)
    on_progress(run)


def report(run: Sync, rows: int, total: int | None) -> bool:
    """Note progress; False when the run was closed meanwhile because it seemed dead."""
    now = timezone.now()
    running = Sync.objects.filter(pk=run.pk, state=Sync.State.RUNNING)
    if not running.update(done=F("done") + rows, total=total, reported_at=now):
        return False
    run.done, run.total, run.reported_at = run.done + rows, total, now
    return True


def end(run: Sync, state: Sync.State, *, error: str = "") -> None:
    now = timezone.now()
    run.state, run.finished_at, run.error = state, now, error[:500]
    run.refused = RefusedRecord.objects.filter(connection=run.connection, kind=run.kind).count()
    running = Sync.objects.filter(pk=run.pk, state=Sync.State.RUNNING)
    running.update(state=state, finished_at=now, reported_at=now, error=run.error, refused=run.refused)
    hint(f"connection.{run.connection_id}")
