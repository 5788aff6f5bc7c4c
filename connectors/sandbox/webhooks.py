"""Events that a vendor sends by itself: written with the change they tell of, sent once that is committed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from connectors.sandbox.books import Books

if TYPE_CHECKING:
    from connectors.sandbox.store import Store

# (kind, key) → the record before the transaction, None when there was none.
Changes = Mapping[tuple[str, str], dict[str, Any] | None]
PATIENCE_S = 10.0


@dataclass(frozen=True)
class Post:
    """What goes over the wire for one letter."""

    url: str
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Sender:
    """How a half of the sandbox sends events.

    events: the letters that a transaction's changes make it send, in order. posts: what goes out for one of
    them now, nothing where nobody wants it any more. retries_after_s: the waits after each try that did not
    arrive. arrived: which HTTP status says so. told: what becomes of a letter, after each try.
    always: whether changes are followed also where nobody was named by `SandboxControl.send_events`.
    """

    events: Callable[[Books, Changes], Iterable[Mapping[str, Any]]]
    retries_after_s: Callable[[Callable[[str], Any]], Sequence[float]]
    posts: Callable[[Store, Letter], Sequence[Post]]
    arrived: Callable[[int], bool] = lambda status: 200 <= status < 300
    told: Callable[[Store, Letter, int, bool], None] = lambda _store, _letter, _status, _is_last: None
    always: bool = False


@dataclass(frozen=True)
class Target:
    """Who gets a vendor's events, and what goes wrong on the way.

    copies: how often each is sent. delay_s: each waits so long. newest_first: they wait for the last one of
    them, and are sent in reverse.
    """

    url: str
    secret: str = ""
    copies: int = 1
    newest_first: bool = False
    delay_s: float = 0.0

    def __post_init__(self) -> None:
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise ValueError("url must be an http or https address")
        if not (0 < self.copies <= 100 and 0 <= self.delay_s <= 3600):
            raise ValueError("copies are 1 to 100, delay_s is 0 to 3600")


@dataclass(frozen=True)
class Letter:
    """An event on its way. due_at: in seconds of the wall clock, for no vendor's clock moves the network."""

    id: int
    connector: str
    due_at: float
    tries: int
    body: str


def to_target(header: str) -> Callable[[Store, Letter], Sequence[Post]]:
    """To whom `SandboxControl.send_events` named, with the secret in that header."""

    def posts(store: Store, letter: Letter) -> Sequence[Post]:
        target = store.target(letter.connector)
        if target is None:
            return ()
        secret = {header: target.secret} if target.secret else {}
        return (Post(target.url, secret, letter.body),) * target.copies

    return posts


class Deliveries:
    """Sends what waits in the outbox, in a thread that lives only while something does."""

    def __init__(self, store: Store, senders: Mapping[str, Sender]) -> None:
        self._store = store
        self._senders = senders
        self._lock = threading.Lock()
        self._woken = threading.Event()
        self._is_running = False

    def wake(self) -> None:
        """Something may be waiting: at the start, and after each commit that left events."""
        self._woken.set()
        with self._lock:
            if self._is_running or self._store.next_letter_due_at() is None:
                return
            self._is_running = True
        threading.Thread(target=self._run, name="sandbox-webhooks", daemon=True).start()

    def _run(self) -> None:
        with httpx.Client(timeout=PATIENCE_S, trust_env=False) as http:
            while True:
                self._woken.clear()
                for letter in self._store.letters(due_by=time.time()):
                    self._deliver(http, letter)
                with self._lock:
                    due_at = self._store.next_letter_due_at()
                    if due_at is None:
                        self._is_running = False
                        return
                self._woken.wait(max(0.0, due_at - time.time()))

    def _deliver(self, http: httpx.Client, letter: Letter) -> None:
        sender = self._senders[letter.connector]
        statuses = [self._status(http, post) for post in sender.posts(self._store, letter)]
        waits = sender.retries_after_s(self._store.setting)
        missed = [status for status in statuses if not sender.arrived(status)]
        is_last = letter.tries >= len(waits)
        if statuses:
            sender.told(self._store, letter, (missed or statuses)[0], is_last)
        if missed and not is_last:
            self._store.postpone_letter(letter.id, due_at=time.time() + waits[letter.tries])
        else:
            self._store.drop_letter(letter.id)

    def _status(self, http: httpx.Client, post: Post) -> int:
        """The HTTP status of the answer, 0 where none came."""
        headers = {"content-type": "application/json", **post.headers}
        try:
            return http.post(post.url, content=post.body.encode(), headers=headers).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            return 0
