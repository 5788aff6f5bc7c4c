"""So many calls at a time, counted for all processes together, in the database they share.

A place is a row with a lease: whoever dies gives it back by that. Whoever waits says so, and no lower
priority takes a place meanwhile: an approved change waits for one call to end, however many syncs want
the next.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.db import DatabaseError, transaction
from django.db import connection as database

from connectors.rates import Gate, Priority
from connectors.sharing import no_place
from console.connections.budget import CLOCK
from console.connections.models import CallPlace, CallQueue

logger = logging.getLogger(__name__)
LOOK_AGAIN_S = 0.02
WAITING_S = 0.15  # how long it holds that somebody waits; said again at each look
PLACE, QUEUE = CallPlace._meta.db_table, CallQueue._meta.db_table
ROW_LOCK = {"sqlite": "", "postgresql": "FOR UPDATE SKIP LOCKED"}


@contextmanager
def place(gate: Gate, priority: Priority, *, wait_s: float, lease_s: float) -> Iterator[None]:
    """A place at the gate for as long as the context lasts, lease_s at most.

    Raises RateLimitedError when none came free in wait_s, and RuntimeError inside a transaction: it would
    stay open for as long as the vendor takes to answer.
    """
    holder, started = uuid4().hex, time.monotonic()
    while not _take(gate, priority, holder, lease_s):
        if time.monotonic() - started > wait_s:
            raise no_place()
        _wait_in_line(gate, priority)
        time.sleep(LOOK_AGAIN_S)
    try:
        yield
    finally:
        _give_back(holder)


def _take(gate: Gate, priority: Priority, holder: str, lease_s: float) -> bool:
    clock = CLOCK[database.vendor]
    free = (
        f"SELECT id FROM {PLACE} WHERE gate = %s AND held_until <= {clock} AND NOT EXISTS"
        f" (SELECT 1 FROM {QUEUE} WHERE gate = %s AND until > {clock} AND priority > %s)"
        f" ORDER BY number LIMIT 1 {ROW_LOCK[database.vendor]}"
    )
    with transaction.atomic(durable=True), database.cursor() as cursor:
        cursor.execute(
            f"UPDATE {PLACE} SET held_until = {clock} + %s, holder = %s WHERE id = ({free})",
            [lease_s, holder, gate.name, gate.name, priority],
        )
        return bool(cursor.rowcount)


def _wait_in_line(gate: Gate, priority: Priority) -> None:
    clock = CLOCK[database.vendor]
    with database.cursor() as cursor:
        cursor.execute(
            f"UPDATE {QUEUE} SET priority = %s, until = {clock} + %s"
            f" WHERE gate = %s AND (until <= {clock} OR priority <= %s)",
            [priority, WAITING_S, gate.name, priority],
        )
        if cursor.rowcount:
            return
    if not CallQueue.objects.filter(pk=gate.name).exists():  # the first call ever
        numbers = range(1, gate.places + 1)
        places = [CallPlace(gate=gate.name, number=number) for number in numbers]
        CallPlace.objects.bulk_create(places, ignore_conflicts=True)
        CallQueue.objects.bulk_create([CallQueue(gate=gate.name)], ignore_conflicts=True)


def _give_back(holder: str) -> None:
    """What the vendor answered must not be lost to a failure here: the lease runs out by itself."""
    try:
        CallPlace.objects.filter(holder=holder).update(held_until=0, holder="")
    except DatabaseError:
        logger.exception("A place was not given back; it comes free with its lease.")
