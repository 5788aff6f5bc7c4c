"""Reading ahead: several pages of a list under way at once, each answered in the order it was asked for."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from connectors.judging import Read

Known = Callable[[str, Sequence[str]], Mapping[str, Mapping[str, Any]]]

# How many pages are asked for as one is taken: twice as many soon, but no pile of them before the first.
MOST_AT_A_TIME = 2


@dataclass(frozen=True)
class Asked:
    """A reading under way. at: when it was asked for; what it tells may be as old. answer: waits for it."""

    at: datetime
    answer: Callable[[], Any]


class ReadAhead(Protocol):
    """A `Read` that can also be asked for what will be wanted soon; ahead: how much of that it takes.

    known: the records of a kind that whoever reads holds already, by their ids, as the vendor told them.
    """

    ahead: int
    known: Known

    def __call__(self, name: str, arguments: Mapping[str, Any]) -> Any: ...

    def ask(self, name: str, arguments: Mapping[str, Any], then: Callable[[Any], Any]) -> Asked:
        """then: what is to be made of the answer, by whoever fetches it."""


class InTurn:
    """A plain `Read` as one that reads ahead: each is read when its answer is wanted."""

    ahead = 1

    def __init__(self, read: Read, known: Known = lambda kind, ids: {}) -> None:
        self._read = read
        self.known = known

    def __call__(self, name: str, arguments: Mapping[str, Any]) -> Any:
        return self._read(name, arguments)

    def ask(self, name: str, arguments: Mapping[str, Any], then: Callable[[Any], Any]) -> Asked:
        return Asked(datetime.now(UTC), lambda: then(self._read(name, arguments)))


class Window:
    """Pages of a list by position: those asked for and not taken yet, as far as the list is known to go."""

    def __init__(self, read: ReadAhead, ask: Callable[[int], Asked], size: int) -> None:
        self._most = read.ahead
        self._ask = ask
        self._size = size
        self._waiting: deque[tuple[int, Asked]] = deque()

    def take(self, position: int, extent: int | None) -> Asked:
        """The page at this position, with those behind it asked for; what was asked in between is dropped.

        extent: how many rows the list has, None while nobody knows.
        """
        while self._waiting and self._waiting[0][0] != position:
            self._waiting.popleft()
        for place in self._places(position, extent):
            self._waiting.append((place, self._ask(place)))
        return self._waiting.popleft()[1]

    def _places(self, position: int, extent: int | None) -> Iterator[int]:
        """What is to be asked now, the page to be taken among it."""
        begin = self._waiting[-1][0] + self._size if self._waiting else position
        end = max(position + 1, extent or 0)
        room = min(MOST_AT_A_TIME, self._most - len(self._waiting))
        yield from range(begin, min(end, begin + room * self._size), self._size)
