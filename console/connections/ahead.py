"""Several readings of one account under way at once, for whoever reads long lists: the sync."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from connectors import transport
from connectors.ahead import Asked
from connectors.catalogue import find_operation
from connectors.errors import NotSentError, OutcomeUnknownError
from connectors.rates import Priority
from console.connections.clients import client_for, reader
from console.connections.models import Connection

# At 50 calls a second and 150 ms each, eight are under way.
AT_ONCE = 10
# Pages that wait to be kept are the work of the threads while others are being kept.
AHEAD = 24


class Reading:
    """See `connectors.ahead.ReadAhead`. Room in the account's budget is asked for by whoever asks.

    Threads make the calls and ask no database: the one that keeps the rows may hold it for its own.
    """

    def __init__(self, connection: Connection, pool: ThreadPoolExecutor) -> None:
        self._client = client_for(connection)
        self._read = reader(connection, priority=Priority.SYNC)
        self._pool = pool
        self.ahead = AHEAD

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


@contextmanager
def reading_ahead(connection: Connection) -> Iterator[Reading]:
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="reading-ahead") as pool:
        try:
            yield Reading(connection, pool)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
