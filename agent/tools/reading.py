"""Live reads: every operation of the catalogues that only reads."""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from agent.tools.cutting import cut, plain
from agent.tools.tool import Context, Tool
from connectors.catalogue import Operation
from connectors.registry import connector, connectors
from console.connections.clients import connection_for, read_live
from console.connections.models import Connection
from console.mirror.models import KINDS

ROWS_AT_ONCE = 25


def tools() -> list[Tool]:
    return [
        _tool(operation)
        for vendor in connectors()
        for operation in vendor.catalogue.operations.values()
        if operation.is_read
    ]


def _tool(operation: Operation) -> Tool:
    def run(context: Context, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return read_record(operation, arguments, among=context.connection_ids)

    return Tool(
        name=operation.name,
        description=f"{operation.description} Reads the live record.",
        schema=operation.input_schema,
        run=run,
        connector=operation.connector,
        aliases=operation.aliases,
        tags=operation.tags,
        effects=operation.effects,
        sentence=operation.description,
    )


def read_record(
    operation: Operation, arguments: Mapping[str, Any], *, among: Collection[int] | None = None
) -> dict[str, Any]:
    """The vendor's answer now, with its source and time, cut to the bound. among: as of `connection_for`."""
    if "limit" in operation.input_schema["properties"]:
        arguments = {**arguments, "limit": min(_wanted_rows(arguments), ROWS_AT_ONCE)}
    connection = connection_for(operation.connector, among=among)
    reply = read_live(connection, operation.name, arguments)
    data, was_cut = cut(plain(reply.data))
    answer: dict[str, Any] = {
        "data": data,
        "source": f"{connector(operation.connector).title}, read now",
        "as_of": reply.fetched_at.isoformat(timespec="seconds"),
    }
    if record := _mirrored(connection, operation, arguments):
        answer["record"] = record
    total, following = getattr(reply.data, "total", None), getattr(reply.data, "next", None)
    if total is not None:
        answer["total"] = total
    if was_cut:
        answer |= {"more": True, "how": "The answer was cut. Ask for fewer rows (limit), or for one record."}
    elif following:
        answer |= {"more": True, "how": "Call again with after set to next.", "next": following}
    return answer


def _mirrored(
    connection: Connection, operation: Operation, arguments: Mapping[str, Any]
) -> dict[str, str] | None:
    """Where our page of the record is that was read, so that it stands one click away."""
    keys = record_keys(operation.connector)
    named = [name for name in operation.input_schema["properties"] if name in keys and name in arguments]
    if not named:
        return None
    key = named[-1]  # the last of a path is what it is about: /customers/{…}/invoices/{…}
    kind = KINDS[keys[key]]
    row = kind.objects.filter(connection=connection, vendor_id=str(arguments[key])).first()
    if row is None or not row.get_absolute_url():
        return None
    return {"kind": kind.KIND, "title": row.title, "vendor_id": row.vendor_id, "link": row.get_absolute_url()}


@cache
def record_keys(connector_name: str) -> dict[str, str]:
    """Which argument names a record of which mirrored kind, as the connector's operations say."""
    records = [operation.record for operation in connector(connector_name).catalogue.operations.values()]
    return {record.key: record.kind for record in records if record and record.kind in KINDS}


def _wanted_rows(arguments: Mapping[str, Any]) -> int:
    wanted = arguments.get("limit", ROWS_AT_ONCE)
    return wanted if isinstance(wanted, int) and wanted > 0 else ROWS_AT_ONCE
