"""Asking a connector's judge. Answers in a form that he cannot read are errors of the vendor, never ours."""

from collections.abc import Mapping
from typing import Any

from connectors.catalogue import find_operation
from connectors.judging import Attempted, Judge, Snapshot, Verdict
from connectors.rates import Priority
from connectors.registry import connector
from console.connections.clients import reader, understood
from console.connections.models import Connection


def look(
    connection: Connection,
    operation: str,
    arguments: Mapping[str, Any],
    *,
    priority: Priority = Priority.PERSON,
) -> Snapshot:
    """The target as it is now. Raises VendorError, or ArgumentsError for arguments that cannot be judged."""
    read = reader(connection, priority=priority)
    return understood(connection, lambda: _judge(operation).look(read, arguments))


def probe(connection: Connection, operation: str, attempted: Attempted) -> Verdict:
    """Whether it happened, as far as reading shows. Raises VendorError."""
    read = reader(connection, priority=Priority.PROBING)
    return understood(connection, lambda: _judge(operation).probe(read, attempted))


def _judge(name: str) -> Judge:
    operation = find_operation(name)
    return connector(operation.connector).judges[operation.judge]
