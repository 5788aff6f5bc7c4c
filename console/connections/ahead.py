"""Several readings of one account under way at once, for whoever reads long lists: the sync."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Barrier, BrokenBarrierError
from typing import Any

from django.db import connection as database
from django.db import connections

from connectors import transport
from connectors.ahead import Asked, InTurn, Known, ReadAhead
from connectors.catalogue import find_operation
from connectors.errors import NotSentError, OutcomeUnknownError
from connectors.rates import Priority
from connectors.registry import connector
from console.connections.clients import client_for, reader
from console.connections.models import Connection

# At 50 calls a second and 150 ms each, eight are under way.
AT_ONCE = 10
# Pages that wait to be kept are the work of the threads while others are being kept.
AHEAD = 24
END_S = 5.0  # for the threads to let go of the database, all at once


class Reading:
    """See `connectors.ahead.ReadAhead`. Room in the account's budget is asked for by whoever asks."""

    def __init__(self, connection: Connection, pool: ThreadPoolExecutor, known: Known, ahead: int) -> None:
        self._client = client_for(connection)
        self._read = reader(connection, priority=Priority.SYNC)
        self._pool = pool
        self.known = known
        self.ahead = ahead

    def __call__(self, name: str, arguments: Mapping[str, Any]) -> Any:
        return self._read(name, arguments)

    def ask(self, name: str, arguments: Mapping[str, Any], then: Callable[[Any], Any]) -> Asked:
        operation = find_operation(name)
        transport.await_room(self._client, operation, Priority.SYNC)

        def fetch() -> Any:
            return then(transport.read_once(self._client, operation, arguments).data)

        def answer() -> Any:
            try:
                return call.result()
            except (NotSentError, OutcomeUnknownError):  # asked again, with patience
                return then(self._read(name, arguments))

        at, call = datetime.now(UTC), self._pool.submit(fetch)
        return Asked(at, answer)


def knows_none(kind: str, ids: object) -> dict[str, Any]:
    return {}


@contextmanager
def reading_ahead(connection: Connection, known: Known = knows_none) -> Iterator[ReadAhead]:
    """known: see `ReadAhead`.

    Where the vendor takes only so many calls at a time, the threads ask the database for a place and for the
    session, each by a connection of its own. Inside a transaction, which those would not see, all is read in
    turn. Elsewhere they ask no database: whoever keeps the rows may hold it for its own.
    """
    places = places_of(connection)
    if places is None:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="reading-ahead") as pool:
            try:
                yield Reading(connection, pool, known, AHEAD)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
    elif database.in_atomic_block:
        yield InTurn(reader(connection, priority=Priority.SYNC), known)
    else:
        with ThreadPoolExecutor(places, thread_name_prefix="reading-ahead") as pool:
            try:
                yield Reading(connection, pool, known, places)
            finally:
                together = Barrier(places)
                for _ in range(places):
                    pool.submit(let_go_of_database, together)


def places_of(connection: Connection) -> int | None:
    """How many calls at a time the account's vendor takes of its lists; None where it counts none."""
    trial = find_operation(connector(connection.connector).access.trial)
    return transport.places(client_for(connection), trial)


def let_go_of_database(together: Barrier) -> None:
    """By each thread once: none takes a second turn before the last has taken its first."""
    with suppress(BrokenBarrierError):
        together.wait(END_S)
    connections.close_all()
