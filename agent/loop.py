"""One turn: ask the model, run its tools, until it answers or a limit is met.

A turn is a task of the web process. It belongs to no socket: who watches is told through `on_piece` and, for
everybody and for later, through the conversation's events. No transaction is open while it waits.
"""

import asyncio
import json
import logging
import secrets
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async as in_db
from channels.layers import get_channel_layer
from django.db import close_old_connections, transaction
from django.db.models import F
from django.utils import timezone

from agent import llm, threads, turns
from agent.cards import browser_length, proposes
from agent.history import found_tools, model_messages
from agent.models import Conversation, Message, ToolCall
from agent.prompt import instructions
from agent.rendering import clean
from agent.tools import registry
from agent.tools.registry import Outcome
from agent.tools.tool import Context, Evidence
from connectors.catalogue import secret_names
from connectors.hiding import without_named
from console.approvals.proposing import Origin

logger = logging.getLogger(__name__)
State = Conversation.TurnState

LOOK_EVERY_S = 1.0  # at the row: is the lease ours, does somebody want it stopped

# Vendor reads block for seconds; they must not hold up the database thread that all sockets share.
_tool_threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="tool")


@dataclass(frozen=True)
class Limits:
    """Bounds of a turn. Each that is met is told in the chat."""

    rounds: int = 12
    calls_per_round: int = 8
    proposals: int = 20  # an inbox that a model can flood is one that nobody reads
    wall_s: float = 180.0
    silence_s: float = 45.0  # the model may say nothing for so long
    turn_tokens: int = 250_000
    conversation_tokens: int = 3_000_000
    merge_s: float = 0.25  # pieces of text are stored together at most this late


class LimitMetError(Exception):
    """A bound ended the turn; str() tells the person."""


class Turn:
    """A turn whose lease is held. `run` is awaited once; `stop` may be called at any time."""

    def __init__(
        self,
        conversation_id: UUID,
        holder: str,
        *,
        limits: Limits = Limits(),
        on_piece: Callable[[dict[str, Any]], None] = lambda piece: None,
    ) -> None:
        self.conversation_id = conversation_id
        self.holder = holder
        self.limits = limits
        self.on_piece = on_piece
        self._work: asyncio.Task | None = None
        self._is_stopped = False
        self._is_lost = False
        self._writing = asyncio.Lock()
        self._open: Message | None = None  # the answer being streamed
        self._text = ""
        self._stored = ""
        self._stored_at = 0.0
        self._tokens = 0
        self._proposed = 0
        self._offered: frozenset[str] = frozenset()
        self._failures: Counter[tuple[str, str]] = Counter()

    def stop(self) -> None:
        self._is_stopped = True
        if self._work is not None:
            self._work.cancel()

    async def run(self) -> None:
        """Answer, keep the lease meanwhile, and end the turn whatever happened."""
        self._work = asyncio.create_task(self._answer())
        if self._is_stopped:
            self._work.cancel()
        watch = asyncio.create_task(self._watch())
        try:
            state, notice = await self._outcome(self._work)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        if self._is_lost:
            return
        try:
            await self._write(self._store_open_text)
            await in_db(turns.end_turn)(self.conversation_id, self.holder, state=state, notice=notice)
        except turns.LeaseLostError:
            return
        await tell_pages(self.conversation_id)

    async def _outcome(self, work: asyncio.Task) -> tuple[str, str]:
        """How the turn ended: its state, and what the chat says about it."""
        try:
            async with asyncio.timeout(self.limits.wall_s):
                await work
        except asyncio.CancelledError:
            if not (self._is_stopped or self._is_lost):
                raise  # the server is going down; the lease will run out
            return State.STOPPED, "You stopped the answer. What was proposed before stays proposed."
        except TimeoutError:
            return State.STOPPED, f"The answer was stopped after {self.limits.wall_s:g} seconds."
        except LimitMetError as error:
            return State.STOPPED, str(error)
        except turns.LeaseLostError:
            self._is_lost = True
            return State.INTERRUPTED, ""
        except llm.ModelError as error:
            return State.FAILED, str(error)
        except Exception:
            reference = secrets.token_hex(4)
            logger.exception("A chat turn failed (reference %s)", reference)
            return State.FAILED, f"Something went wrong here. Nothing was sent. Reference {reference}."
        return State.IDLE, ""

    async def _answer(self) -> None:
        async with llm.connect() as model:
            for _ in range(self.limits.rounds):
                calls = await self._ask(model)
                if not calls:
                    return
                await self._run_calls(calls)
        raise LimitMetError(f"The answer was stopped after {self.limits.rounds} rounds of reading.")

    async def _ask(self, model: llm.Model) -> list[ToolCall]:
        """One answer of the model, stored; its tool calls, still to be run."""
        messages, tools = await in_db(self._prepare)()
        asked: list[llm.ToolCallPiece] = []
        counted, reason = 0, ""
        async with aclosing(model.ask(messages, tools, silence_s=self.limits.silence_s)) as pieces:
            async for piece in pieces:
                match piece:
                    case llm.TextPiece(text):
                        await self._take_text(text)
                    case llm.ToolCallPiece():
                        asked.append(piece)
                    case llm.Usage(tokens):
                        counted = tokens
                    case llm.Finished(reason):
                        pass
        counted = counted or llm.estimate_tokens(json.dumps(messages) + self._text)
        self._tokens += counted
        calls = await self._write(lambda: self._store_answer(asked, counted))
        if reason == "length":
            raise LimitMetError("The model's answer was cut off at its own length limit.")
        if reason == "content_filter":
            raise LimitMetError("The model's provider withheld the rest of the answer.")
        return calls

    def _prepare(self) -> tuple[list[dict], list[str]]:
        conversation = Conversation.objects.select_related("owner").get(pk=self.conversation_id)
        if conversation.tokens_used >= self.limits.conversation_tokens:
            raise LimitMetError("This conversation has reached its limit. Start a new one.")
        if self._tokens >= self.limits.turn_tokens:
            raise LimitMetError("The answer was stopped: it read too much. Ask something narrower.")
        person = conversation.owner
        leading = {"role": "system", "content": instructions(person, today=timezone.localdate())}
        tools = registry.tools_for(person, found_tools(self.conversation_id))
        self._offered = frozenset(tool.name for tool in tools)
        return [leading, *model_messages(self.conversation_id)], [tool.function_text for tool in tools]

    async def _take_text(self, text: str) -> None:
        text = clean(text)
        if self._open is None:
            self._open = await self._write(self._open_answer)
        self.on_piece({"key": self._open.key, "at": browser_length(self._text), "text": text})
        self._text += text
        if time.monotonic() - self._stored_at >= self.limits.merge_s:
            await self._write(self._store_open_text)

    async def _write(self, unit: Callable[[], Any]) -> Any:
        """One short transaction under the lease, then a hint to whoever shows the conversation."""

        def under_lease() -> Any:
            with transaction.atomic():
                turns.keep_lease(self.conversation_id, self.holder)
                return unit()

        async with self._writing:
            try:
                done = await in_db(under_lease)()
            except turns.LeaseLostError:
                self._is_lost = True
                raise
        await tell_pages(self.conversation_id)
        return done

    def _open_answer(self) -> Message:
        return threads.append_message(self.conversation_id, Message.Role.ASSISTANT, is_open=True)

    def _store_open_text(self) -> None:
        text = self._text
        if self._open is not None and text != self._stored:
            threads.append_text(self._open, text)
            self._stored = text
        self._stored_at = time.monotonic()

    def _store_answer(self, asked: list[llm.ToolCallPiece], tokens: int) -> list[ToolCall]:
        Conversation.objects.filter(pk=self.conversation_id).update(tokens_used=F("tokens_used") + tokens)
        if self._open is None and not asked:
            raise llm.ModelAnswerError("The language model answered nothing.")
        message = self._open or self._open_answer()
        calls = [
            ToolCall(
                message=message,
                position=position,
                call_id=clean(one.call_id)[:120],
                name=clean(one.name)[:120],
                arguments=without_named(secret_names(), clean(one.arguments)),
            )
            for position, one in enumerate(asked)
        ]
        for call, one in zip(calls, asked, strict=True):
            call.as_asked = clean(one.arguments)  # run with its secrets, which no row of a chat keeps
        ToolCall.objects.bulk_create(calls)
        threads.close_message(message, self._text)
        self._open, self._text, self._stored = None, "", ""
        return calls

    async def _run_calls(self, calls: list[ToolCall]) -> None:
        """Reads side by side, then what proposes, one after the other."""
        allowed, beyond = calls[: self.limits.calls_per_round], calls[self.limits.calls_per_round :]
        for call in beyond:
            sentence = f"Only {self.limits.calls_per_round} calls are run at once. Ask again for the rest."
            await self._finish(call, Outcome(registry.as_json({"error": sentence}), failed=True))
        await asyncio.gather(*(self._run_call(call) for call in allowed if not proposes(call)))
        for call in allowed:
            if proposes(call):
                await self._propose(call)
        self._refuse_repeated_failures(calls)

    async def _propose(self, call: ToolCall) -> None:
        if self._proposed >= self.limits.proposals:
            sentence = (
                f"Only {self.limits.proposals} changes are proposed in one answer. Stop and tell the person."
            )
            await self._finish(call, Outcome(registry.as_json({"error": sentence}), failed=True))
            return
        self._proposed += 1
        await _see_through(self._run_call(call))

    async def _run_call(self, call: ToolCall) -> None:
        context = await in_db(self._context)()
        loop = asyncio.get_running_loop()
        outcome = await loop.run_in_executor(_tool_threads, _call_tool, context, call.name, call.as_asked)
        await self._finish(call, outcome)

    async def _finish(self, call: ToolCall, outcome: Outcome) -> None:
        state = ToolCall.State.FAILED if outcome.failed else ToolCall.State.DONE
        if outcome.failed:
            self._failures[call.name, _normal(call.arguments)] += 1
        await self._write(
            lambda: turns.finish_call(
                call, state=state, answer=outcome.answer, proposal_id=outcome.proposal_id
            )
        )

    def _refuse_repeated_failures(self, calls: list[ToolCall]) -> None:
        for call in calls:
            if self._failures[call.name, _normal(call.arguments)] > 1:
                raise LimitMetError("The answer was stopped: the same call failed twice.")

    def _context(self) -> Context:
        owner = Conversation.objects.select_related("owner").get(pk=self.conversation_id).owner
        return Context(
            person=owner,
            origin=Origin("conversation", str(self.conversation_id)),
            evidence=lambda: evidence_of(self.conversation_id),
            offered=self._offered,
        )

    async def _watch(self) -> None:
        """Store text that waits, renew the lease, and see a stop that another process asked for."""
        looked_at = time.monotonic()
        while True:
            await asyncio.sleep(self.limits.merge_s)
            try:
                if self._open is not None and self._text != self._stored:
                    await self._write(self._store_open_text)
                if time.monotonic() - looked_at < LOOK_EVERY_S:
                    continue
                looked_at = time.monotonic()
                if await in_db(turns.keep_lease)(self.conversation_id, self.holder):
                    self.stop()
                    return
            except turns.LeaseLostError:
                self._is_lost = True
                self._work.cancel()
                return
            except Exception:  # a database that is away for a moment must not end the watch
                logger.exception("A look at a running turn failed")


def warm_up() -> None:
    """Load what the first answer would otherwise wait for: the client library and the catalogues."""
    llm.load_library()
    registry.all_tools()


_running: dict[UUID, tuple[Turn, asyncio.Task]] = {}


def start(turn: Turn) -> asyncio.Task:
    """Run the turn as a task of this process, whoever comes and goes meanwhile."""
    task = asyncio.create_task(turn.run())
    _running[turn.conversation_id] = turn, task

    def forget(done: asyncio.Task) -> None:
        if _running.get(turn.conversation_id, (None, None))[1] is done:
            del _running[turn.conversation_id]
        if not done.cancelled() and (error := done.exception()):
            logger.error("A chat turn could not be ended", exc_info=error)

    task.add_done_callback(forget)
    return task


def stop_here(conversation_id: UUID) -> None:
    """Stop at once a turn that runs in this process; others see the flag on the row."""
    if conversation_id in _running:
        _running[conversation_id][0].stop()


def group_of(conversation_id: UUID) -> str:
    return f"chat.{conversation_id.hex}"


async def tell_pages(conversation_id: UUID) -> None:
    """Hint that something was written. A lost hint costs seconds, because pages ask again by themselves."""
    try:
        await get_channel_layer().group_send(group_of(conversation_id), {"type": "chat.news"})
    except Exception as error:
        logger.warning("Open chat pages could not be told (%s)", error)


def evidence_of(conversation_id: UUID) -> Evidence:
    """What people typed and what tools read in this conversation: where proposed values may come from."""
    conversation = Conversation.objects.select_related("owner").get(pk=conversation_id)
    said = conversation.messages.filter(role=Message.Role.USER).values_list("text", flat=True)
    read = ToolCall.objects.filter(
        message__conversation_id=conversation_id, state=ToolCall.State.DONE, proposal_id=""
    ).order_by("message__position", "position")
    who = conversation.owner.get_short_name()
    return Evidence(
        said=tuple((who, text) for text in said),
        results=tuple(call.result for call in read),
    )


async def _see_through(filing: Coroutine[Any, Any, None]) -> None:
    """A proposal under way is finished and recorded, however often the turn is told to stop."""
    task = asyncio.ensure_future(filing)
    is_cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            is_cancelled = True
    task.result()
    if is_cancelled:
        raise asyncio.CancelledError


def _call_tool(context: Context, name: str, arguments: str) -> Outcome:
    close_old_connections()
    try:
        return registry.call_tool(context, name, arguments)
    finally:
        close_old_connections()


def _normal(arguments: str) -> str:
    try:
        return json.dumps(json.loads(arguments or "{}"), sort_keys=True)
    except (ValueError, RecursionError):
        return arguments
