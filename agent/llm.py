"""One streamed request to the language model; typed pieces back.

Any OpenAI-compatible endpoint. The client library is imported at first use: it takes over a second.
"""

import asyncio
import importlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings

logger = logging.getLogger(__name__)

CONNECT_S = 5.0
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

    async def ask(self, messages: list[dict], tools: list[dict], *, silence_s: float) -> AsyncIterator[Piece]:
        """The answer as it comes: text, then the complete calls, usage, and always Finished last.

        silence_s: how long the endpoint may say nothing. Raises ModelError's tree.
        """
        try:
            async with asyncio.timeout(silence_s):
                stream = await self._client.chat.completions.create(
                    model=self._name,
                    messages=messages,
                    tools=tools or _omitted(),
                    stream=True,
                    stream_options={"include_usage": True},
                )
            async with stream:
                chunks = aiter(stream)
                answer = _Answer()
                while True:
                    async with asyncio.timeout(silence_s):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        break
                    for piece in answer.take(chunk):
                        yield piece
                for piece in answer.rest():
                    yield piece
        except (TimeoutError, *_library_errors()) as error:
            raise _translated(error) from error


@asynccontextmanager
async def connect() -> AsyncIterator[Model]:
    """Raises ModelNotConfiguredError when the settings name no endpoint."""
    if not settings.MODEL_BASE_URL or not settings.MODEL_NAME:
        raise ModelNotConfiguredError
    openai = await asyncio.to_thread(load_library)
    client = openai.AsyncOpenAI(
        base_url=settings.MODEL_BASE_URL,
        api_key=settings.MODEL_API_KEY or "none",  # local endpoints take any; the library insists on one
        max_retries=0,
        timeout=openai.Timeout(600.0, connect=CONNECT_S),
    )
    async with client:
        yield Model(client, settings.MODEL_NAME)


def load_library() -> Any:
    return importlib.import_module("openai")


class _Answer:
    """Puts the streamed parts of one answer together."""

    def __init__(self) -> None:
        self.calls: dict[int, dict[str, str]] = {}
        self.reason = ""
        self.length = 0

    def take(self, chunk: Any) -> list[Piece]:
        pieces: list[Piece] = []
        tokens = chunk.usage.total_tokens if chunk.usage is not None else None
        if isinstance(tokens, int) and 0 <= tokens <= MOST_TOKENS:
            pieces.append(Usage(tokens))
        for choice in chunk.choices or ():
            self.reason = choice.finish_reason or self.reason
            delta = choice.delta
            if delta is None:
                continue
            if delta.content:
                if not isinstance(delta.content, str):
                    raise ModelAnswerError
                self._measure(delta.content)
                pieces.append(TextPiece(delta.content))
            for part in delta.tool_calls or ():
                self._add(part)
        return pieces

    def _add(self, part: Any) -> None:
        index = part.index if part.index is not None else self._next_index(part.id)
        call = self.calls.setdefault(index, {"id": "", "name": "", "arguments": ""})
        call["id"] = part.id or call["id"]
        if part.function is not None:
            name, arguments = part.function.name or "", part.function.arguments or ""
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
        self.length += len(text)
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


def _omitted() -> Any:
    return load_library().omit


def _library_errors() -> tuple[type[Exception], ...]:
    openai = load_library()
    httpx2 = importlib.import_module("httpx2")
    # A line that is no text or no JSON, or a chunk of another shape, comes out of the library as it is.
    return (openai.OpenAIError, httpx2.HTTPError, ValueError, RecursionError, AttributeError, TypeError)


def _translated(error: Exception) -> ModelError:
    """Logged without what the endpoint wrote: it may quote our key or the conversation."""
    openai = load_library()
    is_ours = isinstance(error, AttributeError | TypeError)  # perhaps our own mistake: where it happened
    status = getattr(error, "status_code", None)
    logger.warning(
        "The language model failed: %s, status %s", type(error).__name__, status, exc_info=is_ours and error
    )
    match error:
        case TimeoutError() | openai.APITimeoutError():
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
        case openai.APIConnectionError():
            return ModelAnswerError() if _was_answering(error) else ModelDownError()
    return ModelAnswerError()


def _was_answering(error: Exception) -> bool:
    """The connection broke after the answer had begun."""
    httpx2 = importlib.import_module("httpx2")
    return isinstance(error.__cause__, httpx2.RemoteProtocolError | httpx2.ReadError)


def estimate_tokens(text: str) -> int:
    return len(text) // CHARACTERS_PER_TOKEN + 1
