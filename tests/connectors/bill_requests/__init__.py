"""What BILL is sent, byte for byte, and that it is taken: a table for each part of BILL.

Every row is sent once to the sandbox, which is seeded once for all rows of a module. `<name>` in a row stands
for an id that the module's `ids` fixture found there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.catalogue import find_operation
from connectors.requests import KEY
from connectors.sandbox.client import SandboxControl
from connectors.transport import Client, read, send_write

V3 = "/connect/v3"


@dataclass(frozen=True)
class Row:
    """path: below the base. body: its text, "" where there is none."""

    name: str
    given: Mapping[str, Any]
    method: str
    path: str
    query: str = ""
    body: str = ""
    base: str = V3
    content_type: str = "application/json"

    def __str__(self) -> str:
        return self.name


def check(client: Client, sandbox: SandboxControl, row: Row, ids: Mapping[str, str]) -> None:
    """It makes just these bytes, and the sandbox takes them: a read answers, a write is in the ledger."""
    operation, given = find_operation(row.name), filled(row.given, ids)
    expected = {
        "method": row.method,
        "path": row.base + filled(row.path, ids),
        "query": filled(row.query, ids),
        "body": filled(row.body, ids),
    }
    request = operation.request(given, client.account.injected)
    key = {"idempotency_key": given[KEY]} if KEY in given else {}
    assert request.as_dict() == expected | key | {"content_type": row.content_type if row.body else ""}
    if operation.is_read:
        read(client, operation, given)
        return
    send_write(client, request, operation=operation, trusted=operation.wants_trust(given))
    effect = sandbox.effects()[-1]
    assert (effect["operation"], effect["took"]) == (row.name.removeprefix("bill_"), True)
    assert effect["request"] == expected


def filled(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        for name, key in ids.items():
            value = value.replace(f"<{name}>", key)
        return value
    if isinstance(value, Mapping):
        return {name: filled(inner, ids) for name, inner in value.items()}
    return [filled(inner, ids) for inner in value] if isinstance(value, list) else value
