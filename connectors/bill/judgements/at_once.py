"""Several records in one request, all of them or none: each is judged as if it were alone."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.bill.judgements.common import Raw, now_text
from connectors.catalogue import find_operation
from connectors.errors import ArgumentsError
from connectors.judgements import card, shown_value, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Judge, Money, Read, Snapshot, Verdict
from connectors.money import format_money

SHOWN_NAMES = 3


def as_they_are(read: Read, items: Iterable[Raw]) -> Read:
    return read


@dataclass(frozen=True)
class AtOnce:
    """one: the judge of one of them, whose operation's stale fields are compared for each.

    items: the argument that lists them; `wrap` makes of an item what `one` takes. answer: under which name
    BILL's answer lists them, "" where the answer is the list. things: their name in the plural.
    learned: a reader that knows beforehand what looking at each would ask for.
    """

    operation: str
    one: Judge
    items: str
    things: str
    answer: str = ""
    wrap: Callable[[Any], Raw] = dict
    learned: Callable[[Read, Iterable[Raw]], Read] = as_they_are

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        """The fields of the one at position n are called `n.field`; `records` is all that may go stale."""
        items = self._items(arguments)
        read = self.learned(remembering(read), items)
        looks = [self.one.look(read, item) for item in items]
        fields: dict[str, Any] = {"count": len(looks), "records": "; ".join(map(self._standing, looks))}
        for at, one in enumerate(looks):
            fields |= {f"{at}.{name}": value for name, value in one.fields.items()}
            fields |= {f"{at}.{name}": getattr(one, name) for name in ("title", "party", "key")}
        party = some_of(one.party for one in looks)
        return Snapshot(looks[0].kind, "", self._counted(len(looks)), party, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        apart = list(self._apart(before))
        cards = [self.one.expect(one, item) for one, item in zip(apart, self._items(arguments), strict=True)]
        money = added([one.money for one in cards])
        total = (
            format_money(money.amount_minor, money.currency) if money.currency else "in several currencies"
        )
        names = some_of(one.title for one in apart)
        return Expectation(
            sentence=card(self.operation, count=self._counted(len(cards)), total=total, names=names),
            summary=f"{self._counted(len(cards)).capitalize()}, all of them or none: {names}.",
            money=money,
            goes_to=some_of(one.goes_to for one in cards),
            undo=undo(self.operation),
            changes=tuple(map(_one_line, apart, cards)),
            flags=tuple(_flags(apart, cards)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        read, verdicts = remembering(read), []
        answers = self._answers(attempt)
        for at, (one, item) in enumerate(
            zip(self._apart(attempt.before), self._items(attempt.arguments), strict=True)
        ):
            part = replace(attempt, arguments=dict(item), before=one, answer=answers[at] if answers else None)
            verdicts.append(self.one.probe(read, part))
        kinds = {one.kind for one in verdicts}
        if kinds == {"took"}:
            return Verdict("took", f"BILL shows all {self._counted(len(verdicts))} as they were asked for.")
        if kinds == {"absent"}:
            return Verdict("absent", f"BILL shows none of the {self._counted(len(verdicts))}.")
        doubt = next(one for one in verdicts if one.kind != "took")
        return Verdict("cannot_tell", f"Not all {self._counted(len(verdicts))} are clear: {doubt.sentence}")

    def _items(self, arguments: Mapping[str, Any]) -> list[Raw]:
        return [self.wrap(item) for item in arguments[self.items]]

    def _answers(self, attempt: Attempted) -> list[Any] | None:
        """One answer for each, where BILL answered with as many; else they are looked for."""
        answer = attempt.answer
        rows = answer.get(self.answer) if self.answer and isinstance(answer, Mapping) else answer
        fits = isinstance(rows, list) and len(rows) == attempt.before.fields["count"]
        return rows if fits else None

    def _apart(self, before: Snapshot) -> Iterator[Snapshot]:
        for at in range(int(before.fields["count"])):
            start = f"{at}."
            own = {
                name.removeprefix(start): it for name, it in before.fields.items() if name.startswith(start)
            }
            title, party, key = (str(own.pop(name)) for name in ("title", "party", "key"))
            yield Snapshot(before.kind, key, title, party, own, before.read_at)

    def _standing(self, one: Snapshot) -> str:
        stale = find_operation(self.one.operation).stale
        return f"{one.title}: {', '.join(f'{name} {shown_value(one.fields[name])}' for name in stale)}"

    def _counted(self, count: int) -> str:
        return f"{count} {self.things}" if count != 1 else f"1 {self.things.removesuffix('s')}"


def remembering(read: Read) -> Read:
    """The same question is asked once; pages of a list are questions of their own."""
    known: dict[str, Any] = {}

    def ask(name: str, arguments: Mapping[str, Any]) -> Any:
        question = json.dumps([name, arguments], sort_keys=True, default=str)
        if question not in known:
            known[question] = read(name, arguments)
        return known[question]

    return ask


def added(moneys: Iterable[Money]) -> Money:
    """As one amount; several currencies have no sum, which counts as large."""
    moving = [one for one in moneys if one.direction != "none"]
    if not moving:
        return Money(None, None, "none")
    directions = {one.direction for one in moving}
    direction = directions.pop() if len(directions) == 1 else "out"
    currencies = {one.currency for one in moving}
    if len(currencies) > 1 or None in (one.amount_minor for one in moving):
        return Money(None, None, direction)
    return Money(sum(one.amount_minor or 0 for one in moving), currencies.pop(), direction)


def some_of(names: Iterable[str]) -> str:
    names = list(dict.fromkeys(names))
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(names[:SHOWN_NAMES]) + more


def refuse_repeated(names: Iterable[str], what: str) -> None:
    names = list(names)
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ArgumentsError([f"{what} {', '.join(repeated)} is named more than once."])


def _one_line(before: Snapshot, one: Expectation) -> Change:
    """All that happens to one of them in one line of the card."""
    parts = [
        f"{it.field}: {it.after}" if it.now == "—" else f"{it.field}: {it.now} → {it.after}"
        for it in one.changes
    ]
    return Change(before.title, "—", "; ".join(parts), "sent")


def _flags(apart: Iterable[Snapshot], cards: Iterable[Expectation]) -> Iterator[Flag]:
    """One for all that have the same: fifty alike would hide the one that is not."""
    alike: dict[tuple[str, str], list[tuple[str, Flag]]] = {}
    for before, one in zip(apart, cards, strict=True):
        for flag in one.flags:
            alike.setdefault((flag.level, flag.title), []).append((before.title, flag))
    for (_, title), found in alike.items():
        names = some_of(name for name, _ in found)
        details = " ".join(dict.fromkeys(flag.detail for _, flag in found))
        yield replace(found[0][1], title=f"{title}: {names}", detail=details)
