"""Sending fields and reading them back: the judges of plain creates and updates.

What is asked for and what Billsby shows are compared in the words of the card, label by label.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.billsby.judgements.wording import blocked, known, sent, snapshot
from connectors.catalogue import find_operation
from connectors.judgements import NOTHING, card, shown_value, undo, verdict
from connectors.judging import Attempted, Expectation, Flag, Money, Read, Snapshot, Verdict

Arguments = Mapping[str, Any]
Values = Mapping[str, str]  # label on the card → value in its words
Asked = Callable[[Arguments, str], Values]  # (arguments, currency) → what the request asks for


@dataclass(frozen=True)
class Shown:
    """A record as Billsby shows it; `values` has no label for what Billsby does not show.

    more: what the flags need beside the fields that are asked for, by snapshot field.
    """

    key: str
    title: str
    party: str
    values: Values
    currency: str = ""
    more: Mapping[str, str] = field(default_factory=dict)


Show = Callable[[Read, Arguments, str], Shown]  # (…, key); raises NotFoundError


def no_flags(before: Snapshot, arguments: Arguments) -> tuple[Flag, ...]:
    return ()


def no_money(before: Snapshot, arguments: Arguments) -> Money:
    return Money(None, None, "none")


def labelled(raw: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, str]:
    """The values of the keys that are there, in the words of a card."""
    return {label: in_words(raw[name]) for name, label in labels.items() if name in raw}


def in_words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(in_words, value))
    return "" if value is None else " ".join(shown_value(value).split())


@dataclass(frozen=True)
class UpdateFields:
    """Changes a record that is there; what is left out of the request stays as it is.

    summary: what happens, with {title} and {party}.
    """

    operation: str
    kind: str
    show: Show
    asked: Asked
    summary: str
    flags: Callable[[Snapshot, Arguments], tuple[Flag, ...]] = no_flags
    money: Callable[[Snapshot, Arguments], Money] = no_money

    def look(self, read: Read, arguments: Arguments) -> Snapshot:
        shown = self._shown(read, arguments)
        labels = self.asked(arguments, shown.currency)
        fields = {_field(label): shown.values[label] for label in labels if label in shown.values}
        fields |= shown.more
        if shown.currency:
            fields["currency"] = shown.currency
        return snapshot(self.kind, shown.key, title=shown.title, party=shown.party, fields=fields)

    def expect(self, before: Snapshot, arguments: Arguments) -> Expectation:
        wanted = self.asked(arguments, str(before.fields.get("currency", "")))
        words = {"title": before.title, "party": before.party}
        flags = self.flags(before, arguments)
        if all(before.fields.get(_field(label)) == value for label, value in wanted.items()):
            flags = (blocked("Nothing changes", f"{before.title} is like that already."), *flags)
        money = self.money(before, arguments)
        return Expectation(
            sentence=card(self.operation, **words),
            summary=self.summary.format(**words),
            money=money,
            goes_to="No money moves" if money.direction == "none" else "The subscribers' next bills",
            undo=undo(self.operation),
            changes=tuple(
                sent(label, value or NOTHING, str(before.fields.get(_field(label)) or NOTHING))
                for label, value in wanted.items()
            ),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        shown, before = self._shown(read, attempt.arguments), attempt.before
        wanted = self.asked(attempt.arguments, shown.currency)
        now = {label: shown.values[label] for label in wanted if label in shown.values}
        after = {_field(label): value for label, value in now.items()}
        others = [label for label, value in now.items() if value != wanted[label]]
        if others and all(value == before.fields.get(_field(label)) for label, value in now.items()):
            return Verdict("absent", f"Billsby shows {shown.title} as it was.", after=after)
        if others:
            label = others[0]
            sentence = f"{label} of {shown.title} is {now[label] or 'empty'}, not {wanted[label] or 'empty'}."
            return Verdict("cannot_tell", sentence, after=after)
        hidden = ", ".join(label for label in wanted if label not in now).lower()
        moved = [label for label, value in now.items() if value != before.fields.get(_field(label))]
        if attempt.answer is None and (hidden or not moved):
            sentence = f"Billsby does not show {hidden or 'a difference'}, and its answer was lost."
            return Verdict("cannot_tell", sentence, after=after)
        if hidden:
            sentence = f"Billsby accepted the change of {shown.title}; it does not show {hidden}."
            return Verdict("took", sentence, after=after)
        return Verdict("took", f"{shown.title} is changed.", after=after)

    def _shown(self, read: Read, arguments: Arguments) -> Shown:
        record = find_operation(self.operation).record
        return self.show(read, arguments, str(known(arguments, record.key)))


@dataclass(frozen=True)
class CreateFields:
    """Makes a record. What was there before is kept, so that what is new can be told from it.

    names: (read, arguments) → key → name of all there are; asked_name: the argument that records are told by.
    answered: the key within Billsby's answer, "" where it answers none. party: whose record it will be.
    """

    operation: str
    kind: str
    thing: str
    names: Callable[[Read, Arguments], Mapping[str, str]]
    show: Show
    asked: Asked
    asked_name: str
    summary: str
    answered: str = ""
    party: Callable[[Read, Arguments], str] = lambda read, arguments: ""

    def look(self, read: Read, arguments: Arguments) -> Snapshot:
        name, there = in_words(known(arguments, self.asked_name)), self.names(read, arguments)
        same = [key for key, its_name in there.items() if in_words(its_name) == name]
        fields = {"there": " ".join(there), "same_name": " ".join(same)}
        party = self.party(read, arguments) or name
        return snapshot(self.kind, "", title=name, party=party, fields=fields)

    def expect(self, before: Snapshot, arguments: Arguments) -> Expectation:
        words = {"title": before.title, "party": before.party}
        flags: tuple[Flag, ...] = ()
        if same := before.fields["same_name"]:
            detail = f"Billsby already has {self.thing} {same} of that name and would keep both."
            flags = (Flag("caution", "Same name", detail),)
        return Expectation(
            sentence=card(self.operation, **words),
            summary=self.summary.format(**words),
            money=Money(None, None, "none"),
            goes_to="No money moves",
            undo=undo(self.operation),
            changes=tuple(sent(label, value) for label, value in self.asked(arguments, "").items() if value),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        arguments, seen = attempt.arguments, str(attempt.before.fields["there"]).split()
        wanted = self.asked(arguments, "")

        def search() -> list[Shown]:
            found = self.names(read, arguments).items()
            mine = [key for key, name in found if in_words(name) == in_words(arguments[self.asked_name])]
            return [self.show(read, arguments, key) for key in mine if key not in seen]

        def differs(shown: Shown) -> str:
            for label, value in wanted.items():
                if shown.values.get(label, value) != value:
                    return f"its {label.lower()} is {shown.values[label] or 'empty'}"
            return ""

        return verdict(
            self._answered(attempt.answer),
            vendor="Billsby",
            thing=self.thing,
            get=lambda key: self.show(read, arguments, key),
            search=search,
            alike=lambda shown: True,
            differs=differs,
            named=lambda shown: f"{self.thing} {shown.key}",
            told=self._told,
        )

    def _answered(self, answer: Any) -> str | None:
        key = answer.get(self.answered) if self.answered and isinstance(answer, Mapping) else None
        return str(key) if key else None

    def _told(self, shown: Shown) -> Verdict:
        sentence = f"{self.thing.capitalize()} {shown.title} was created ({shown.key})."
        return Verdict("took", sentence, {"id": shown.key}, {"name": shown.title})


def _field(label: str) -> str:
    """What a snapshot and the operation's `stale` call it: "Display name" is display_name."""
    return label.lower().replace(" ", "_")
