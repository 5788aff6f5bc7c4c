"""One streamed request to the language model; typed pieces back.

Any OpenAI-compatible endpoint. Its client connects, signs and tells errors apart; what is sent and what comes
are read here as JSON, for to make objects of each chunk and of each tool costs several times everything else.
The client is imported at first use: that takes over a second.
"""

import asyncio
import importlib
import json
import logging
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)

CONNECT_S = 5.0
READ_S = 600.0  # whoever asks says how long it may be silent
LONGEST_EVENT = 2_000_000  # bytes
LONGEST_ANSWER = 100_000  # characters of text and arguments; no honest answer comes near
MOST_CALLS = 64
MOST_TOKENS = 100_000_000  # a larger count is no count
CHARACTERS_PER_TOKEN = 4  # where the endpoint sends no usage


@dataclass(frozen=True)
class TextPiece:
    text: str


@dataclass(frozen=True)
class ToolCallPiece:
    """One complete call; `arguments` is the text the model wrote, perhaps not JSON."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class Usage:
    tokens: int


@dataclass(frozen=True)
class Finished:
    reason: str


Piece = TextPiece | ToolCallPiece | Usage | Finished


class ModelError(Exception):
    """The model gave no usable answer; str() is a sentence for staff, and nothing was changed."""

    sentence = "The language model did not answer."

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)


class ModelNotConfiguredError(ModelError):
    sentence = "No language model is configured. An administrator can set one."


class ModelDownError(ModelError):
    sentence = "The language model cannot be reached. Nothing was changed."


class ModelSlowError(ModelError):
    sentence = "The language model took too long to answer. Nothing was changed."


class ModelKeyRefusedError(ModelError):
    sentence = "The language model refused our key. An administrator must replace it."


class ModelUnknownError(ModelError):
    sentence = (
        "The language model's endpoint does not know the model. An administrator must correct its name."
    )


class ModelBusyError(ModelError):
    sentence = "The language model is taking no more requests for now. Wait a minute, then try again."


class ModelRefusedError(ModelError):
    sentence = "The language model refused the request. A new conversation may help."


class ModelAnswerError(ModelError):
    sentence = "The language model's answer broke off or could not be read."


class Model:
    """A connection to the endpoint for the length of one turn."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    async def ask(
        self, messages: list[dict], tools: Sequence[str], *, silence_s: float
    ) -> AsyncIterator[Piece]:
        """The answer as it comes: text, then the complete calls, usage, and always Finished last.

        tools: each as the JSON text that the endpoint gets. silence_s: how long the endpoint may say nothing.
        Raises ModelError's tree.
        """
        answer = _Answer()
        try:
            async with asyncio.timeout(silence_s):
                response = await self._send(messages, tools)
            try:
                reading = _events(response.aiter_bytes())
                while True:
                    async with asyncio.timeout(silence_s):
                        events = await anext(reading, None)
                    if events is None:
                        break
                    for event in events:
                        for piece in answer.take(json.loads(event)):
                            yield piece
                for piece in answer.rest():
                    yield piece
            finally:
                await response.aclose()
        except _failures() as error:
            raise _translated(error) from error

    async def _send(self, messages: list[dict], tools: Sequence[str]) -> Any:
        """The response, its body still to be read."""
        told = {"model": self._name, "stream": True, "stream_options": {"include_usage": True}}
        parts = [json.dumps(told)[1:-1], f'"messages": {json.dumps(messages)}']
        if tools:
            parts.append(f'"tools": [{",".join(tools)}]')
        return await self._client.post(
            "/chat/completions",
            content=("{" + ", ".join(parts) + "}").encode(),
            cast_to=importlib.import_module("httpx2").Response,
            stream=True,
            options={"headers": {"content-type": "application/json", "accept": "text/event-stream"}},
        )


async def _events(chunks: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """The data of server-sent events, as many as came together; nothing more after [DONE]."""
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > LONGEST_EVENT:
            raise ModelAnswerError
        data = [line[5:].strip() for line in lines if line.startswith(b"data:")]
        if b"[DONE]" in data:
            yield data[: data.index(b"[DONE]")]
            return
        yield data


@asynccontextmanager
async def connect() -> AsyncIterator[Model]:
    """Raises ModelNotConfiguredError when the settings name no endpoint."""
    if not settings.MODEL_BASE_URL or not settings.MODEL_NAME:
        raise ModelNotConfiguredError
    openai = await asyncio.to_thread(load_library)
    timeout = openai.Timeout(READ_S, connect=CONNECT_S)
    client = openai.AsyncOpenAI(
        base_url=settings.MODEL_BASE_URL,
        api_key=settings.MODEL_API_KEY or "none",  # local endpoints take any; the library insists on one
        max_retries=0,
        timeout=timeout,
        http_client=openai.DefaultAsyncHttpxClient(verify=_trusted(), timeout=timeout),
    )
    async with client:
        yield Model(client, settings.MODEL_NAME)


def load_library() -> Any:
    return importlib.import_module("openai")


@cache
def _trusted() -> ssl.SSLContext:
    """Whose certificates are believed; to read them takes longer than most requests."""
    return importlib.import_module("httpx2").create_ssl_context()


class _Answer:
    """Puts the streamed parts of one answer together."""

    def __init__(self) -> None:
        self.calls: dict[int, dict[str, str]] = {}
        self.reason = ""
        self.length = 0

    def take(self, chunk: dict[str, Any]) -> list[Piece]:
        if "error" in chunk:
            raise ModelAnswerError
        pieces: list[Piece] = []
        tokens = (chunk.get("usage") or {}).get("total_tokens")
        if isinstance(tokens, int) and 0 <= tokens <= MOST_TOKENS:
            pieces.append(Usage(tokens))
        for choice in chunk.get("choices") or ():
            self.reason = choice.get("finish_reason") or self.reason
            delta = choice.get("delta") or {}
            if text := delta.get("content"):
                self._measure(text)
                pieces.append(TextPiece(text))
            for part in delta.get("tool_calls") or ():
                self._add(part)
        return pieces

    def _add(self, part: dict[str, Any]) -> None:
        index, call_id = part.get("index"), part.get("id")
        index = index if index is not None else self._next_index(call_id)
        call = self.calls.setdefault(index, {"id": "", "name": "", "arguments": ""})
        call["id"] = _text(call_id) or call["id"]
        function = part.get("function") or {}
        name, arguments = _text(function.get("name")), _text(function.get("arguments"))
        self._measure(name + arguments)
        call["name"] += name
        call["arguments"] += arguments
        if len(self.calls) > MOST_CALLS:
            raise ModelAnswerError(f"The language model asked for more than {MOST_CALLS} things at once.")

    def _next_index(self, call_id: str | None) -> int:
        """Some servers leave the index out: a new id begins a call, anything else goes on with the last."""
        last = max(self.calls, default=0)
        begun = self.calls.get(last, {"id": ""})["id"]
        return last + 1 if call_id and begun and call_id != begun else last

    def _measure(self, text: str) -> None:
        self.length += len(_text(text))
        if self.length > LONGEST_ANSWER:
            raise ModelAnswerError(
                f"The language model's answer was longer than {LONGEST_ANSWER:,} characters."
            )

    def rest(self) -> list[Piece]:
        if not self.reason:
            raise ModelAnswerError
        if any(not call["name"] for call in self.calls.values()):
            raise ModelAnswerError
        calls = [
            ToolCallPiece(call["id"] or f"call_{index}", call["name"], call["arguments"])
            for index, call in sorted(self.calls.items())
        ]
        return [*calls, Finished(self.reason)]


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    raise ModelAnswerError


@cache
def _failures() -> tuple[type[Exception], ...]:
    """What the client raises, what a broken connection does, and what comes of a chunk of another shape."""
    openai, httpx2 = load_library(), importlib.import_module("httpx2")
    unreadable = (ValueError, RecursionError, AttributeError, TypeError, KeyError)
    return (TimeoutError, openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL, *unreadable)


def _translated(error: Exception) -> ModelError:
    """Logged without what the endpoint wrote: it may quote our key or the conversation."""
    openai, httpx2 = load_library(), importlib.import_module("httpx2")
    is_ours = isinstance(
        error, AttributeError | TypeError | KeyError
    )  # perhaps our own mistake: where it was
    status = getattr(error, "status_code", None)
    logger.warning(
        "The language model failed: %s, status %s", type(error).__name__, status, exc_info=is_ours and error
    )
    match error:
        case TimeoutError() | openai.APITimeoutError() | httpx2.TimeoutException():
            return ModelSlowError()
        case openai.AuthenticationError() | openai.PermissionDeniedError():
            return ModelKeyRefusedError()
        case openai.NotFoundError():
            return ModelUnknownError()
        case openai.RateLimitError():
            return ModelBusyError()
        case openai.InternalServerError():
            return ModelDownError()
        case openai.APIStatusError():
            return ModelRefusedError()
        case openai.APIConnectionError() | httpx2.ConnectError() | httpx2.InvalidURL():
            return ModelDownError()
    return ModelAnswerError()


def estimate_tokens(text: str) -> int:
    return len(text) // CHARACTERS_PER_TOKEN + 1
