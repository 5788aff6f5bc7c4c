"""MCP over standard input and output: each line is carried to the same door that HTTP has."""

import asyncio
import json
from collections.abc import Callable
from typing import Any, BinaryIO

import httpx2
from mcp.shared.inbound import encode_header_value
from mcp_types import PROTOCOL_VERSION_META_KEY

from agent.mcp.http import PATH, Door

AT_ONCE = 8
PATIENCE_S = 300.0  # what hosts wait for a call


class Bridge:
    """One local client. site: our address, under which its person opens the pages that answers name."""

    def __init__(self, http: httpx2.AsyncClient, *, site: str, secret: str, second: str = "") -> None:
        self._http = http
        self._address = f"{site}{PATH}"
        self._headers = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "authorization": f"Bearer {secret}",
            "x-access-code": second,
        }

    async def answer(self, line: bytes) -> str:
        """What is to be written for one line; "" where nothing is."""
        message = _read(line)
        headers = self._headers | _routing(message)
        answer = await self._http.post(self._address, content=line, headers=headers)
        told = _read(answer.content)
        if not isinstance(told, dict):
            return ""
        if "error" in told and told.get("id") is None and isinstance(message, dict):
            told["id"] = message.get("id")
        self._remember(told)
        return json.dumps(told, ensure_ascii=False, separators=(",", ":"))

    def _remember(self, told: dict[str, Any]) -> None:
        """Over HTTP a client repeats what protocol was agreed on at first."""
        result = told.get("result")
        agreed = result.get("protocolVersion") if isinstance(result, dict) else None
        if isinstance(agreed, str):
            self._headers["mcp-protocol-version"] = agreed


async def serve(
    stdin: BinaryIO, write: Callable[[str], None], *, site: str, secret: str, second: str
) -> None:
    """Answer lines until there are no more, several at a time."""
    free = asyncio.Semaphore(AT_ONCE)
    transport = httpx2.ASGITransport(app=Door())
    async with (
        httpx2.AsyncClient(transport=transport, timeout=PATIENCE_S) as http,
        asyncio.TaskGroup() as group,
    ):
        bridge = Bridge(http, site=site, secret=secret, second=second)

        async def attend(line: bytes) -> None:
            async with free:
                if told := await bridge.answer(line):
                    write(told)

        while line := await asyncio.to_thread(stdin.readline):
            if line.strip():
                group.create_task(attend(line))


def _read(text: bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _routing(message: Any) -> dict[str, str]:
    """The headers that repeat parts of a message, where its protocol wants them."""
    params = message.get("params") if isinstance(message, dict) else None
    meta = params.get("_meta") if isinstance(params, dict) else None
    version = meta.get(PROTOCOL_VERSION_META_KEY) if isinstance(meta, dict) else None
    if not isinstance(version, str):
        return {}
    told = {
        "mcp-protocol-version": version,
        "mcp-method": message.get("method"),
        "mcp-name": params.get("name"),
    }
    return {name: encode_header_value(text) for name, text in told.items() if isinstance(text, str)}
