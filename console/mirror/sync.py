"""Reading a connection into the mirror, page by page: everything once a day, and in between what changed.

What is gone shows only where everything was read; a run that asks for changes marks nothing as gone.
"""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from connectors.errors import NotSentError, VendorDownError, VendorError
from connectors.registry import Children, Page, Stream
from console.accounts.models import Person
from console.connections.ahead import reading_ahead
from console.connections.clients import streams_of
from console.connections.models import Connection
from console.mirror import walks
from console.mirror.gone import TooManyMissingError, settle_missing
from console.mirror.models import KINDS, NotOursError, RefusedRecord, Sync
from console.mirror.refresh import store_pages
from console.ui.live import hint

log = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=7)
# Kept in one transaction, which holds up other writers for as long. Fewer than are read ahead, so that the
# next ones are under way meanwhile.
PAGES_AT_ONCE = 12
READY_S = 0.01  # a page that takes longer was waited for, and so would be the next
PASSING = (NotSentError, VendorDownError)  # they say nothing about what was asked

Progress = Callable[[Sync], None]


def sync_connection(
    connection: Connection,
    on_progress: Progress | None = None,
    *,
    kind: str = "",
    everything: bool = False,
) -> list[Sync]:
    """Read every kind of record the account lists, or the one that is asked for; returns the runs.

    everything: where changes alone would do, too; a run that stopped goes on as what it was.

    A kind that fails does not stop the next, and one that another worker is reading is left to it. A row that
    cannot be read is kept aside, and its page goes on. Rows and place commit together with each page, and a
    run that stopped before its end goes on from there. What is missing twice is asked for alone. on_progress:
    called after each page, each such question and at each kind's end. When a run is stopped, no other begins.
    """
    runs = []
    for stream in streams_of(connection):
        if kind not in ("", *stream.kinds):
            continue
        since = None if everything else from_when(connection, stream)
        run = begin(connection, stream.kind, since=since)
        if run is None:
            continue
        runs.append(run)
        try:
            read_stream(run, stream, on_progress or (lambda _: None))
        except NotOursError:
            run.refresh_from_db()
            break
    return runs


def stop(connection: Connection, *, actor: Person) -> bool:
    """Let the running syncs end before their next page; False when none runs. The next one goes on there."""
    running = Sync.objects.filter(connection=connection, state=Sync.State.RUNNING)
    words = f"Stopped by {actor}."[:500]
    stopped = running.update(state=Sync.State.STOPPED, finished_at=timezone.now(), error=words)
    hint(f"connection.{connection.pk}")
    return bool(stopped)


def from_when(connection: Connection, stream: Stream | Children) -> datetime | None:
    """From when on changes are enough; None where everything is to be read: once a day, by our clock."""
    if isinstance(stream, Children) or not stream.since:
        return None
    runs = Sync.objects.filter(connection=connection, kind=stream.kind, listed_at__isnull=False)
    listed, whole = runs.order_by("-pk").first(), runs.filter(since=None).order_by("-pk").first()
    if listed is None or whole is None or whole.state != Sync.State.DONE:
        return None
    is_of_today = timezone.localdate(whole.started_at) == timezone.localdate()
    return listed.changes_from if is_of_today else None


def begin(connection: Connection, kind: str, *, since: datetime | None = None) -> Sync | None:
    """Open a run or go on with the one that stopped; None while another worker is at it."""
    now = timezone.now()
    runs = Sync.objects.filter(connection=connection, kind=kind)
    try:
        with transaction.atomic():
            silent = runs.filter(state=Sync.State.RUNNING, reported_at__lt=now - Sync.QUIET_FOR)
            silent.update(state=Sync.State.STOPPED, finished_at=now, error="Interrupted before its end.")
            forget_old(runs, now)
            newest = runs.order_by("-pk").first()
            if newest and newest.goes_on:
                return take_up(newest, now)
            return Sync.objects.create(
                connection=connection,
                kind=kind,
                since=since,
                newest=since and since + Sync.OVERLAP,
                started_at=now,
                reported_at=now,
                turn_at=now,
            )
    except IntegrityError:
        return None
    finally:
        hint(f"connection.{connection.pk}")


def take_up(run: Sync, now: datetime) -> Sync | None:
    """Go on with a run; None when somebody else was faster."""
    taken = Sync.objects.filter(pk=run.pk, state=run.state, turn=run.turn).update(
        state=Sync.State.RUNNING,
        turn=F("turn") + 1,
        turn_at=now,
        turn_done=F("done"),
        reported_at=now,
        finished_at=None,
        error="",
    )
    return Sync.objects.select_related("connection").get(pk=run.pk) if taken else None


def forget_old(runs: QuerySet[Sync], now: datetime) -> None:
    # The last whole reading tells how old the mirror is, however long later ones have failed; the last list
    # tells what is missing from the next.
    whole = runs.filter(state=Sync.State.DONE).order_by("-started_at").values_list("pk", flat=True)[:1]
    listed = runs.filter(listed_at__isnull=False, since=None).order_by("-pk").values_list("pk", flat=True)[:1]
    runs.filter(finished_at__lt=now - KEPT_FOR).exclude(pk__in=[*whole, *listed]).delete()


def read_stream(run: Sync, stream: Stream | Children, on_progress: Progress) -> None:
    """Read one kind to its end, or as far as it goes. Raises NotOursError."""
    try:
        if run.listed_at is None:
            ways = walks.walk if isinstance(stream, Children) else read_pages
            ways(run, stream, on_progress)
        if run.since is None:
            settle_missing(run, on_progress)
    except TooManyMissingError:
        end(run, Sync.State.HELD)
    except NotOursError:
        raise
    except VendorError as error:
        fail(run, error.sentence, is_passing=isinstance(error, PASSING))
    except KeyboardInterrupt:
        end(run, Sync.State.STOPPED, error="Stopped at the keyboard.")
        raise
    except Exception:  # the rim of one kind: a fault in reading plans must not keep invoices from being read
        log.exception("sync %s of %s failed", run.pk, run)
        fail(run, f"Reading stopped at a fault of ours; the log has it as sync {run.pk}.")
    else:
        end(run, Sync.State.DONE)
        if run.since is None:
            (walks.forget_refusals if isinstance(stream, Children) else forget_refusals)(run, stream)
    on_progress(run)


def read_pages(run: Sync, stream: Stream, on_progress: Progress) -> None:
    """From the run's place to the end of the list. Raises VendorError, NotOursError."""
    generation = run.pk if run.since is None else None
    with reading_ahead(run.connection, partial(known, run.connection)) as read:
        asked = (read, run.place, run.since) if run.since else (read, run.place)
        for pages in together(stream.pages(*asked)):
            rows = [(page.rows, page.asked_at) for page in pages]
            with transaction.atomic():
                report(run, pages, stream)
                store_pages(run.connection, rows, generation=generation)
            hint(f"connection.{run.connection_id}")
            on_progress(run)


def known(connection: Connection, kind: str, ids: Sequence[str]) -> dict[str, Any]:
    """What the mirror holds of these, as the vendor told it."""
    held = KINDS[kind].objects.filter(connection=connection, vendor_id__in=ids)
    return dict(held.values_list("vendor_id", "raw"))


def together(pages: Iterator[Page]) -> Iterator[list[Page]]:
    """The pages that are kept in one transaction: what has come meanwhile, and no more than that.

    The first stands alone, so that something shows at once. What has been read is given before an error that
    ends the list is raised.
    """
    most = 1
    while True:
        found, failure, is_ready = [], None, True
        while is_ready and len(found) < most:
            asked_at, began = timezone.now(), time.monotonic()
            try:
                page = next(pages, None)
            except VendorError as error:
                failure = error
                break
            if page is None:
                break
            found.append(page if page.asked_at else replace(page, asked_at=asked_at))
            is_ready = time.monotonic() - began < READY_S
        if found:
            yield found
        if failure:
            raise failure
        if not found or not found[-1].following:
            return
        most = PAGES_AT_ONCE


def report(run: Sync, pages: list[Page], stream: Stream) -> None:
    """Note how far the list is read, and the newest change among it. Raises NotOursError."""
    now, last = timezone.now(), pages[-1]
    changes = [run.newest, *(stream.newest_change(page.rows) for page in pages)]
    run.update_while_ours(
        newest=max((change for change in changes if change), default=None),
        done=F("done") + sum(row.kind == stream.kind for page in pages for row in page.rows),
        total=last.total,
        place=last.following,
        listed_at=None if last.following else now,
        reported_at=now,
    )


def fail(run: Sync, sentence: str, *, is_passing: bool = False) -> None:
    """End a run that could not go on. One that got nowhere forgets its place, which may be what is wrong."""
    run.refresh_from_db(fields=["done"])  # a page that was rolled back is not done
    got_on = run.done > run.turn_done
    end(run, Sync.State.FAILED, error=sentence, forgets=not (got_on or is_passing))


def end(run: Sync, state: Sync.State, *, error: str = "", forgets: bool = False) -> None:
    now = timezone.now()
    run.state, run.finished_at, run.error = state, now, error[:500]
    run.refused = RefusedRecord.objects.filter(connection=run.connection, kind=run.kind).count()
    values = {"state": state, "finished_at": now, "error": run.error, "refused": run.refused}
    if forgets:
        values |= {"place": "", "listed_at": None}
    Sync.objects.filter(pk=run.pk, state=Sync.State.RUNNING, turn=run.turn).update(reported_at=now, **values)
    hint(f"connection.{run.connection_id}")


def forget_refusals(run: Sync, stream: Stream) -> None:
    """What was kept aside and is not listed any more."""
    aside = RefusedRecord.objects.filter(connection=run.connection, kind=stream.kind)
    aside.filter(seen_at__lt=run.started_at).delete()
