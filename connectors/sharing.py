"""What all who use an account share: room for calls, places at the same time, and sessions."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from connectors.errors import NotConfiguredError, RateLimitedError
from connectors.rates import Gate, Pace, Priority


@dataclass(frozen=True)
class Session:
    """What a sign-in gave. It ends when unused for idle_s, and after lasts_s in any case."""

    id: str = field(repr=False)
    idle_s: float
    lasts_s: float = 10 * 365 * 24 * 3600.0


class Shared(Protocol):
    def take(self, pace: Pace, priority: Priority) -> float:
        """Take one call and answer 0, or take none and answer after how many seconds to ask again."""

    def place(
        self, gate: Gate, priority: Priority, *, wait_s: float, lease_s: float
    ) -> AbstractContextManager[None]:
        """A place at the gate for as long as the context lasts, lease_s at most.

        One of higher priority goes first. Raises RateLimitedError when none came free in wait_s.
        """

    def held(self, kind: str) -> Session | None:
        """The session of that kind, used as of now. Raises the NotConfiguredError given to `refuse`."""

    def keep(self, kind: str, session: Session) -> None:
        """Let everybody use it."""

    def forget(self, kind: str, session: Session) -> None:
        """The vendor has ended it; one that was kept since is another."""

    def refuse(self, kind: str, error: NotConfiguredError) -> None:
        """Signing in was refused; for a while nobody need try again."""


def no_place() -> RateLimitedError:
    return RateLimitedError("Too many calls are under way at once; nothing was sent.", code="busy")


def session(
    shared: Shared, kind: str, *, gate: Gate, wait_s: float, lease_s: float, sign_in: Callable[[], Session]
) -> Session:
    """The session of that kind; if there is none, one of those who ask for it signs in and all use that."""
    if found := shared.held(kind):
        return found
    with shared.place(gate, Priority.EXECUTING, wait_s=wait_s, lease_s=lease_s):
        if found := shared.held(kind):
            return found
        try:
            made = sign_in()
        except NotConfiguredError as error:
            shared.refuse(kind, error)
            raise
        shared.keep(kind, made)
        return made


class Alone:
    """Shared by the threads of one client and nobody else, who need not count their calls."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: dict[str, int] = {}
        self._waiting: dict[str, list[Priority]] = {}
        self._sessions: dict[str, tuple[Session, float]] = {}

    def take(self, pace: Pace, priority: Priority) -> float:
        return 0.0

    @contextmanager
    def place(self, gate: Gate, priority: Priority, *, wait_s: float, lease_s: float) -> Iterator[None]:
        waiting = self._waiting.setdefault(gate.name, [])

        def is_next() -> bool:
            return self._inside.get(gate.name, 0) < gate.places and priority >= max(waiting)

        with self._changed:
            waiting.append(priority)
            found = self._changed.wait_for(is_next, wait_s)
            waiting.remove(priority)
            self._changed.notify_all()
            if not found:
                raise no_place()
            self._inside[gate.name] = self._inside.get(gate.name, 0) + 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[gate.name] -= 1
                self._changed.notify_all()

    def held(self, kind: str) -> Session | None:
        session, used = self._sessions.get(kind, (None, 0.0))
        if session is None or time.monotonic() - used > session.idle_s:
            return None
        self._sessions[kind] = session, time.monotonic()
        return session

    def keep(self, kind: str, session: Session) -> None:
        self._sessions[kind] = session, time.monotonic()

    def forget(self, kind: str, session: Session) -> None:
        with self._changed:
            if self._sessions.get(kind, (None, 0.0))[0] == session:
                del self._sessions[kind]

    def refuse(self, kind: str, error: NotConfiguredError) -> None:
        pass
