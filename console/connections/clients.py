"""The way from a connection row to its vendor. Reads only: writes leave through approvals/execution.py."""

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from typing import Any, TypeVar

from django.conf import settings

from connectors import transport
from connectors.catalogue import find_operation
from connectors.downloads import download
from connectors.errors import ArgumentsError, BadReplyError, NotConfiguredError
from connectors.judging import Read
from connectors.rates import Priority
from connectors.registry import Children, Stream, connector
from console.connections.budget import limit_of
from console.connections.models import Connection
from console.connections.sharing import SharedByAll

logger = logging.getLogger(__name__)
_clients: dict[tuple, transport.Client] = {}
_lock = threading.Lock()
Said = TypeVar("Said")

# What reading a value that is missing, or of another kind than documented, raises.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def connection_for(name: str, *, among: Collection[int] | None = None) -> Connection:
    """The account at this vendor. Raises NotConfiguredError when there is none.

    among: the ids of those that may be reached; None is all.
    """
    accounts = Connection.objects.filter(connector=name)
    if among is not None:
        accounts = accounts.filter(pk__in=among)
    found = accounts.order_by("pk").first()
    if found is None:
        raise NotConfiguredError(f"No {name.title()} account is configured.", vendor=name)
    return found


def client_for(connection: Connection) -> transport.Client:
    """One client per account and process, so that connections and vendor sessions are shared."""
    # The sealed bytes are part of the key: replaced credentials make a new client.
    opened_with = bytes(connection.sealed_credentials)
    key = (connection.pk, opened_with, connection.slug, connection.base_url, limit_of(connection))
    key += tuple(tuple(sorted(each.items())) for each in (connection.bases, connection.injected))
    with _lock:
        if key not in _clients:
            _clients[key] = transport.Client(
                account_of(connection),
                timeout_s=settings.VENDOR_TIMEOUT_S,
                limit=limit_of(connection),
                shared=SharedByAll(connection),
            )
        return _clients[key]


def close_clients() -> None:
    """Let go of every connection, as a process does at its end. The next call makes a new one."""
    with _lock:
        while _clients:
            _clients.popitem()[1].close()


def account_of(row: Connection) -> transport.Account:
    """The account with its credentials opened."""
    return transport.Account(
        connector=row.connector,
        name=row.slug,
        base_url=row.base_url,
        bases=row.bases,
        credentials=row.credentials,
        injected=row.injected,
    )


def streams_of(connection: Connection) -> list[Stream | Children]:
    """All that can be read of it: what needs a credential that nobody gave is left out."""
    given = connection.credentials
    streams = connector(connection.connector).streams
    return [stream for stream in streams if not stream.needs or given.get(stream.needs)]


def try_out(row: Connection) -> None:
    """Read once with credentials that are not in use yet. Raises VendorError."""
    with closing(transport.Client(account_of(row), timeout_s=settings.VENDOR_TIMEOUT_S)) as client:
        transport.read(client, find_operation(connector(row.connector).access.trial), {"limit": 1})


def make_ready(connection: Connection, name: str, arguments: Mapping[str, Any]) -> None:
    """Sign in as the write needs it. Raises VendorError, NotTrustedError where a person must help."""
    transport.make_ready(client_for(connection), find_operation(name), arguments)


def read_live(
    connection: Connection,
    name: str,
    arguments: Mapping[str, Any],
    *,
    priority: Priority = Priority.PERSON,
) -> transport.Reply:
    """Read at the vendor now. Refuses any operation whose effects are not `read` alone."""
    return transport.read(client_for(connection), find_operation(name), arguments, priority=priority)


def download_live(connection: Connection, link: str, *, priority: Priority = Priority.PERSON) -> bytes:
    """A file that the vendor keeps, by the link that a read of it told."""
    return download(client_for(connection), link, priority=priority)


def reader(connection: Connection, *, priority: Priority = Priority.PERSON) -> Read:
    """`read_live` with the connection bound, answering parsed data: what judges and streams take."""
    return lambda name, arguments: read_live(connection, name, arguments, priority=priority).data


def understood(connection: Connection, question: Callable[[], Said]) -> Said:
    """What a question finds out by reading the vendor; BadReplyError where it cannot make sense of that.

    VendorError and ArgumentsError go through.
    """
    try:
        return question()
    except ArgumentsError:
        raise
    except UNREADABLE:
        logger.exception("%s was read and could not be understood.", connection.slug)
        title = connector(connection.connector).title
        raise BadReplyError(f"{title} answered in a form we do not know.", vendor=title) from None
