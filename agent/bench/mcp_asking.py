"""Clients that cost little themselves: they send prepared bytes and read only how long an answer is."""

import asyncio
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.bench.work import NAMES

ERAS = {"handshake": "2025-06-18", "2026-07-28": "2026-07-28"}
ASKED: Mapping[str, Mapping[str, Any]] = {
    "tools/list": {},
    "tools/call": {"name": NAMES[7], "arguments": {"customer_id": "C1", "page": 1}},
}
ABOUT_ITSELF = {
    "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    port: int
    pid: int


@dataclass(frozen=True)
class Took:
    """requests_per_s: as the clients saw it. cpu_ms: of the server, for each request; None where none tells.

    size: of the last answer's body, in bytes.
    """

    requests_per_s: float
    cpu_ms: float | None
    size: int


async def ask(server: Server, request: bytes, *, clients: int, requests: int) -> Took:
    """So many clients at once, each on a connection of its own, until all have asked `requests` times."""
    each = max(1, requests // clients)
    links = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(clients)]
    await asyncio.gather(*(converse(*link, request, 1) for link in links))
    before_ms, began = cpu_ms_of(server.pid), time.perf_counter()
    sizes = await asyncio.gather(*(converse(*link, request, each) for link in links))
    took_s, after_ms = time.perf_counter() - began, cpu_ms_of(server.pid)
    for _, writer in links:
        writer.close()
        await writer.wait_closed()
    spent = None if before_ms is None or after_ms is None else (after_ms - before_ms) / (each * clients)
    return Took(each * clients / took_s, spent, sizes[-1])


async def converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes, times: int
) -> int:
    """Ask the same so often, one after the other; how many bytes the last answer had."""
    size = 0
    for _ in range(times):
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        size = int(LENGTH.search(head)[1])
        body = await reader.readexactly(size)
        if not head.startswith(b"HTTP/1.1 200") or b'"error":' in body[:200]:
            raise SystemExit(f"A server answered {(head + body)[:500]!r}")
    return size


def prepared(era: str, method: str, secret: str) -> bytes:
    """A whole request as it goes over the wire."""
    version, params = ERAS[era], dict(ASKED[method])
    headers = {
        "host": "127.0.0.1:80",  # the SDK wants a port, and takes any
        "content-type": "application/json",
        "accept": "application/json, text/event-stream",
        "authorization": f"Bearer {secret}",
        "mcp-protocol-version": version,
    }
    if version == "2026-07-28":
        headers |= {"mcp-method": method} | ({"mcp-name": params["name"]} if params else {})
        params["_meta"] = {"io.modelcontextprotocol/protocolVersion": version, **ABOUT_ITSELF}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    lines = ["POST /mcp HTTP/1.1", *(f"{name}: {text}" for name, text in headers.items())]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", body]).encode()


def cpu_ms_of(pid: int) -> float | None:
    """The processor time a process has used, all its threads together."""
    told = Path(f"/proc/{pid}/stat")
    if not told.exists():
        return None
    user, system = told.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) * 1000 / TICKS_PER_S
