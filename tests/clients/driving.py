"""Other people's clients, in two languages and both eras of the protocol, behind one face.

with python_client(url, token, protocol="2026-07-28") as client:
    client.list()                                   # the result as JSON
    client.call("query_records", {"kind": "customer", "text": "Ada"})
"""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anyio.from_thread import start_blocking_portal
from django.conf import settings
from mcp import Client as PythonSDK
from mcp.client.streamable_http import streamable_http_client
from mcp_types import Implementation

HERE = Path(__file__).resolve().parent
MISSING = HERE / "conformance.yaml"
MODERN, HANDSHAKE = "2026-07-28", "2025-11-25"
PACKAGES = ("package.json", "package-lock.json", ".npmrc")
SCRIPTS = ("drive.mjs", "older_node.mjs")
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ENETUNREACH")


@dataclass(frozen=True)
class Client:
    """list() and call(tool, arguments) answer the protocol's result as JSON; server: as it named itself."""

    server: Mapping[str, Any]
    list: Callable[[], dict[str, Any]]
    call: Callable[[str, Mapping[str, Any]], dict[str, Any]]


Opening = Callable[..., AbstractContextManager[Client]]


@contextmanager
def python_client(url: str, token: str, *, protocol: str) -> Iterator[Client]:
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(_python_sdk(url, token, protocol)) as sdk,
    ):
        yield Client(
            _as_json(sdk.server_info),
            lambda: _as_json(portal.call(sdk.list_tools)),
            lambda tool, arguments: _as_json(portal.call(sdk.call_tool, tool, dict(arguments))),
        )


@asynccontextmanager
async def _python_sdk(url: str, token: str, protocol: str) -> AsyncIterator[PythonSDK]:
    headers = {"authorization": f"Bearer {token}"}
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False, timeout=30) as http,
        PythonSDK(
            streamable_http_client(url, http_client=http),
            mode="auto" if protocol >= MODERN else "legacy",
            client_info=Implementation(name="python-client", version="1.0"),
        ) as sdk,
    ):
        yield sdk


def _as_json(model: Any) -> dict[str, Any]:
    return model.model_dump(mode="json", by_alias=True, exclude_none=True)


@contextmanager
def typescript_client(url: str, token: str, *, protocol: str) -> Iterator[Client]:
    with subprocess.Popen(
        ["node", "drive.mjs", url, protocol],
        cwd=installed(),
        env=os.environ | {"TOKEN": token},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:

        def ask(**asked: Any) -> dict[str, Any]:
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        begun = json.loads(process.stdout.readline())
        assert "error" not in begun, begun
        try:
            yield Client(begun["server"], ask, lambda tool, given: ask(call=tool, arguments=dict(given)))
        finally:
            process.stdin.close()
            process.wait(10)


def conformance(url: str, *suite: str, expected: Path) -> subprocess.CompletedProcess[str]:
    """The MCP project's own check of a server; it fails where more is missing than expected, or less."""
    tool = ["node", "--import", "./older_node.mjs", "node_modules/.bin/conformance", "server", "--url", url]
    asked = [*tool, *suite, "--expected-failures", str(expected)]
    return subprocess.run(asked, cwd=installed(), capture_output=True, text=True)


def installed() -> Path:
    """The folder where the packages of package-lock.json stand, made once for each lock.

    Skips the test where there is no Node.js, or no registry to ask.
    """
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"no {program}: clients in TypeScript cannot be tried")
    content = b"".join((HERE / name).read_bytes() for name in (*PACKAGES, *SCRIPTS))
    folder = settings.VAR / "clients" / hashlib.sha256(content).hexdigest()[:16]
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent) as unfinished:
            _install(Path(unfinished) / "clients").rename(folder)
    return folder


def _install(folder: Path) -> Path:
    folder.mkdir()
    for name in (*PACKAGES, *SCRIPTS):
        shutil.copyfile(HERE / name, folder / name)
    done = subprocess.run(["npm", "ci", "--loglevel=error"], cwd=folder, capture_output=True, text=True)
    if done.returncode and any(why in done.stderr for why in UNREACHABLE):
        pytest.skip("no registry of packages can be reached: clients in TypeScript cannot be tried")
    assert done.returncode == 0, done.stderr
    return folder
