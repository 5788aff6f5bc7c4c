"""Asking a connector's judge. Answers in a form that he cannot read are errors of the vendor, never ours."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError, BadReplyError
from connectors.judging import Attempted, Judge, Snapshot, Verdict
from connectors.registry import connector
from console.connections.clients import reader
from console.connections.models import Connection

logger = logging.getLogger(__name__)
Said = TypeVar("Said", Snapshot, Verdict)

# What reading a value that is missing, or of another kind than documented, raises.
UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def look(connection: Connection, operation: str, arguments: Mapping[str, Any]) -> Snapshot:
    """The target as it is now. Raises VendorError, or ArgumentsError for arguments that cannot be judged."""
    return _ask(connection, lambda: _judge(operation).look(reader(connection), arguments))


def probe(connection: Connection, operation: str, attempted: Attempted) -> Verdict:
    """Whether it happened, as far as reading shows. Raises VendorError."""
    return _ask(connection, lambda: _judge(operation).probe(reader(connection), attempted))


def _judge(name: str) -> Judge:
    operation = find_operation(name)
    return connector(operation.connector).judges[operation.judge]


def _ask(connection: Connection, question: Callable[[], Said]) -> Said:
    try:
        return question()
    except ArgumentsError:
        raise
    except UNREADABLE:
        logger.exception("%s was read and could not be understood.", connection.slug)
        title = connector(connection.connector).title
        raise BadReplyError(f"{title} answered in a form we do not know.", vendor=title) from None
