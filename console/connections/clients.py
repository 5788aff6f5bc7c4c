"""The way from a connection row to its vendor. Reads only: writes leave through approvals/execution.py."""

import logging
from collections.abc import Callable, Mapping
from contextlib import closing
from functools import cache
from typing import Any, TypeVar

from django.conf import settings

from connectors import transport
from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError, BadReplyError, NotConfiguredError
from connectors.judging import Read
from connectors.rates import Limit, Priority
from connectors.registry import connector
from console.connections.budget import limit_of
from console.connections.models import Connection
from console.connections.sharing import SharedByAll

logger = logging.getLogger(__name__)
Said = TypeVar("Said")

# What reading a value that is missing, or of another kind than documented, raises.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def connection_for(name: str) -> Connection:
    """The account at this vendor. Raises NotConfiguredError when there is none."""
    found = Connection.objects.filter(connector=name).order_by("pk").first()
    if found is None:
        raise NotConfiguredError(f"No {name.title()} account is configured.", vendor=name)
    return found


def client_for(connection: Connection) -> transport.Client:
    """One client per account and process, so that connections and vendor sessions are shared."""
    return _client(
        connection.pk,
        limit_of(connection),
        connection.connector,
        connection.slug,
        connection.base_url,
        tuple(sorted(connection.bases.items())),
        tuple(sorted(connection.injected.items())),
        bytes(connection.sealed_credentials),
    )


@cache
def _client(pk: int, limit: Limit, connector, slug, base_url, bases, injected, sealed) -> transport.Client:
    # The sealed bytes are part of the key: replaced credentials make a new client.
    row = Connection(pk=pk, slug=slug, connector=connector, sealed_credentials=sealed)
    account = transport.Account(
        connector=connector,
        name=slug,
        base_url=base_url,
        bases=dict(bases),
        credentials=row.credentials,
        injected=dict(injected),
    )
    return transport.Client(
        account, timeout_s=settings.VENDOR_TIMEOUT_S, limit=limit, shared=SharedByAll(row)
    )


def try_out(row: Connection) -> None:
    """Read once with credentials that are not in use yet. Raises VendorError."""
    account = transport.Account(
        connector=row.connector,
        name=row.slug,
        base_url=row.base_url,
        bases=row.bases,
        credentials=row.credentials,
        injected=row.injected,
    )
    with closing(transport.Client(account, timeout_s=settings.VENDOR_TIMEOUT_S)) as client:
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
