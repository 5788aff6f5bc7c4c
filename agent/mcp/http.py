"""MCP over HTTP: one POST a message, nothing kept between two of them.

The protocol itself is the SDK's (`server`); here stands who may ask, how much, and what the log is told.
"""

import asyncio
import json
import time
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp_types import CLIENT_INFO_META_KEY, INVALID_REQUEST

from agent.mcp import calls
from agent.mcp.access import Refused, admit
from agent.mcp.described import written_list
from agent.mcp.models import Call
from agent.mcp.oauth.addresses import challenge
from agent.mcp.oauth.stepping_up import refuse_beyond
from agent.mcp.server import Asked, asked, server
from agent.mcp.threads import in_thread
from console.ui.live import hint_soon

PATH = "/mcp"
LARGEST_BODY = 1_000_000  # bytes; no tool takes more
PATIENCE_S = 30.0  # for a body to arrive


class Door:
    """The ASGI application at `/mcp`, and at `/mcp/<secret>` for clients that can send no header."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        began, heard = time.monotonic(), Heard(scope)
        if heard.is_by_url:
            scope["path"] = f"{PATH}/***"  # the server that serves us writes it into its access log
        try:
            heard.refuse_strangers()
            heard.read(await body_of(scope, receive))
            request = await in_thread(let_in)(heard)
        except Refused as refused:
            size = await send_refusal(send, refused, heard)
            await in_thread(calls.note_refusal)(refused, **heard.noted(began), answer_bytes=size)
            if refused.access:
                hint_soon(f"access.{refused.access.pk}")
            return
        await self._serve(heard, request, began, send)

    async def _serve(self, heard: "Heard", request: Asked, began: float, send: Any) -> None:
        access = request.granted.access
        token, given = asked.set(request), Answer()
        try:
            await answer(heard, given.take)
        finally:
            asked.reset(token)
        if given.is_error and request.outcome == Call.Outcome.DONE:
            request.outcome, request.sentence = Call.Outcome.FAILED, "The message does not fit the protocol."
        given.fill_in(request.tools)
        # Before it is sent: what a client was told stands in the log, whatever happens next.
        await in_thread(calls.note)(
            access,
            outcome=request.outcome,
            sentence=request.sentence,
            proposal_id=request.proposal_id,
            answer_bytes=len(given.body),
            **heard.noted(began) | {"client": request.client},
        )
        hint_soon(f"access.{access.pk}")
        await given.send_to(send)


class Heard:
    """A request as far as it was read. What it says of itself is not to be trusted, only noted."""

    def __init__(self, scope: dict[str, Any]) -> None:
        headers = [(name, text.strip()) for name, text in scope["headers"]]  # spaces around are no part of it
        self.scope = scope | {"headers": headers}
        self.headers = {
            name.decode("latin-1").lower(): text.decode("latin-1") for name, text in scope["headers"]
        }
        self.protocol = self.headers.get("mcp-protocol-version", "")
        self.body = b""
        self.message: Any = None

    @property
    def host(self) -> str:
        return self.headers.get("host", "")

    @property
    def site(self) -> str:
        scheme = "https" if settings.SESSION_COOKIE_SECURE else self.scope.get("scheme", "http")
        return f"{scheme}://{self.host}"

    @property
    def is_by_url(self) -> bool:
        return self.scope["path"] != PATH

    @property
    def secret(self) -> str:
        if self.is_by_url:
            return unquote(self.scope["path"].removeprefix(f"{PATH}/"))
        scheme, _, secret = self.headers.get("authorization", "").partition(" ")
        return secret.strip() if scheme.lower() == "bearer" else ""

    @property
    def second(self) -> str:
        return self.headers.get("x-access-code", "")

    def refuse_strangers(self) -> None:
        """Pages of other sites, and names that are not ours. Raises Refused."""
        if self.scope["method"] != "POST":
            raise Refused(405, "Messages are sent here by POST alone.", "method")
        if not validate_host(split_domain_port(self.host)[0], settings.ALLOWED_HOSTS):
            raise Refused(403, "This is not the address of this console.", "host")
        origin = self.headers.get("origin", "")
        if origin and origin != self.site and origin not in settings.CSRF_TRUSTED_ORIGINS:
            raise Refused(403, "Pages of another site may not ask here.", "origin")

    def read(self, body: bytes) -> None:
        """Numbers exact. What cannot be read here the SDK is not given: the log would not know of it."""
        try:
            self.body, self.message = body, json.loads(body, parse_float=Decimal)
        except (ValueError, ArithmeticError, RecursionError):
            self.body, self.message = b"", None

    @property
    def method(self) -> str:
        return _text(_in(self.message, "method"))

    @property
    def params(self) -> Any:
        return _in(self.message, "params")

    @property
    def tool(self) -> str:
        return _text(_in(self.params, "name"))

    @property
    def arguments(self) -> dict[str, Any]:
        given = _in(self.params, "arguments")
        return given if isinstance(given, dict) else {}

    @property
    def client(self) -> str:
        """Its name and version, as it says: with each request, or with its first one."""
        told = _in(_in(self.params, "_meta"), CLIENT_INFO_META_KEY) or _in(self.params, "clientInfo")
        return " ".join(_text(_in(told, part)) for part in ("name", "version")).strip()

    def noted(self, began: float) -> dict[str, Any]:
        return {
            "client": self.client,
            "protocol": self.protocol,
            "method": self.method or self.scope["method"],
            "tool": self.tool,
            "arguments": self.arguments,
            "took_ms": round(1000 * (time.monotonic() - began)),
        }


class Answer:
    """What the SDK answered, whole."""

    def __init__(self) -> None:
        self._start: dict[str, Any] = {}
        self.body = b""

    @property
    def status(self) -> int:
        return self._start["status"]

    @property
    def is_error(self) -> bool:
        """In the handshake era an error comes with the status 200."""
        return self.status >= 400 or bool(self.body) and "error" in json.loads(self.body)

    async def take(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        self.body += message.get("body", b"")

    def fill_in(self, tools: bytes) -> None:
        if tools:
            self.body = self.body.replace(b'"tools":[]', b'"tools":' + tools, 1)

    async def send_to(self, send: Any) -> None:
        others = [pair for pair in self._start["headers"] if pair[0].lower() != b"content-length"]
        headers = [*others, (b"content-length", str(len(self.body)).encode())]
        await send(self._start | {"headers": headers})
        await send({"type": "http.response.body", "body": self.body})


def let_in(heard: Heard) -> Asked:
    """What is asked, by whom, as far as the database tells. Raises Refused."""
    granted = admit(heard.secret, second=heard.second, by_url=heard.is_by_url)
    if granted.access.application and heard.method == "tools/call":
        refuse_beyond(granted, heard.tool)
    return Asked(
        granted,
        site=heard.site,
        client=heard.client or granted.access.last_client,
        arguments=heard.arguments,
        tools=written_list(granted) if heard.method == "tools/list" else b"",
    )


async def body_of(scope: dict[str, Any], receive: Any) -> bytes:
    """The body whole. Raises Refused when it is too large, or does not come."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(400, "The body was not sent to its end.", "body_cut")
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > LARGEST_BODY:
                    raise Refused(413, "A message may have 1 MB at most.", "body_too_large")
                if not message.get("more_body", False):
                    return b"".join(parts)
    except TimeoutError:
        raise Refused(408, "That took too long to arrive.", "body_late") from None


async def answer(heard: Heard, send: Any) -> None:
    """Let the SDK answer, with a manager of its own: they live as long as one request."""
    given = iter([{"type": "http.request", "body": heard.body, "more_body": False}])

    async def receive() -> dict[str, Any]:
        return next(given, None) or await asyncio.Future()

    manager = StreamableHTTPSessionManager(app=server, json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(heard.scope | {"path": PATH}, receive, send)


def bearer_error(refused: Refused, heard: Heard) -> str | None:
    """What RFC 6750 calls it: "" where no token came, None where signing in would not help."""
    if refused.scopes:
        return "insufficient_scope"
    if refused.status != 401:
        return None
    return "invalid_token" if heard.secret else ""


async def send_refusal(send: Any, refused: Refused, heard: Heard) -> int:
    """A JSON-RPC error in words and fields; returns its length in bytes."""
    data: dict[str, Any] = {"reason": refused.code}
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    if refused.retry_after_s is not None:
        data["retry_after_s"] = refused.retry_after_s
        headers.append((b"retry-after", str(refused.retry_after_s).encode()))
    if (error := bearer_error(refused, heard)) is not None:
        told = challenge(heard.site, error=error, scopes=refused.scopes)
        headers.append((b"www-authenticate", told.encode("latin-1", "replace")))
    if refused.status == 405:
        headers.append((b"allow", b"POST"))
    problem = {"code": INVALID_REQUEST, "message": refused.sentence, "data": data}
    body = json.dumps({"jsonrpc": "2.0", "id": None, "error": problem}).encode()
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    return len(body)


def _in(data: Any, key: str) -> Any:
    return data.get(key) if isinstance(data, dict) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
