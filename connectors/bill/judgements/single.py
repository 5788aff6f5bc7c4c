"""Judges of one plain record: making, changing, archiving, restoring and deleting it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.bill.judgements.common import (
    Raw,
    answered_id,
    is_same,
    now_text,
    same_words,
    step_of,
    verdict,
)
from connectors.bill.judgements.kinds import RecordKind, Sent
from connectors.errors import NotFoundError
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

STATUS = {True: "Archived", False: "In use"}


@dataclass(frozen=True)
class RecordJudge:
    """What the judges of one kind share. More flags, money or words of the card are a subclass's."""

    kind: RecordKind
    verb: str

    @property
    def operation(self) -> str:
        return self.kind.name(self.verb)

    def money(self, before: Snapshot, arguments: Raw) -> Money:
        return Money(None, None, "none")

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        return ()

    def words(self, before: Snapshot) -> Mapping[str, str]:
        """What the operation's `card` may name."""
        return {"name": before.title, "party": before.party}

    def _sent(self, arguments: Raw) -> list[Sent]:
        secrets, whole = self.kind.operation(self.verb).secrets, self.verb.startswith("replace")
        return list(self.kind.sent(self.kind.body(self.verb), arguments, whole=whole, secrets=secrets))

    def _record(self, read: Read, arguments: Raw) -> Raw:
        return self.kind.get(read, arguments[self.kind.key], arguments)

    def _snapshot(self, read: Read, record: Raw, fields: Mapping[str, Any]) -> Snapshot:
        name = self.kind.title(record)
        known = {"name": name, "archived": record.get("archived"), **fields}
        party = self.kind.party(read, record) or name
        return Snapshot(self.kind.thing, record["id"], name, party, known, now_text())

    def _expectation(
        self,
        before: Snapshot,
        arguments: Raw,
        *,
        summary: str,
        changes: Iterable[Change],
        flags: Iterable[Flag],
    ) -> Expectation:
        return Expectation(
            sentence=card(self.operation, **self.words(before)),
            summary=f"{summary} {self.kind.note}",
            money=self.money(before, arguments),
            goes_to="BILL",
            undo=undo(self.operation),
            changes=tuple(changes),
            flags=(*flags, *self.more_flags(before, arguments)),
        )


class CreateRecord(RecordJudge):
    """BILL takes most names twice without a word: like records are looked for before, and told from after."""

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments, *(name for name in arguments if name.endswith("Id")))
        name = self.kind.title(arguments)
        party = self.kind.party(read, arguments) or name
        fields = {"same_name": self._like(read, arguments, name)}
        return Snapshot(self.kind.thing, "", name, party, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags = []
        if same := before.fields["same_name"]:
            flags.append(Flag("caution", f"Another {self.kind.words} has that name", str(same)))
        return self._expectation(
            before,
            arguments,
            summary=f"BILL gets a new {self.kind.words}, {before.title}.",
            changes=[Change(one.label, NOTHING, one.words, "sent") for one in self._sent(arguments)],
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        arguments = attempt.arguments
        if answered_id(attempt) is None and not self.kind.has("list"):
            return Verdict("cannot_tell", f"BILL does not list its {self.kind.several}.")
        name, known = self.kind.title(arguments), str(attempt.before.fields["same_name"])
        sent = self._sent(arguments)
        return verdict(
            attempt,
            thing=self.kind.words,
            get=lambda key: self.kind.get(read, key, arguments),
            search=lambda: self.kind.made_since(read, attempt, known),
            alike=lambda row: same_words(self.kind.title(row), name),
            differs=lambda row: difference(sent, row),
            told=self._told,
        )

    def _like(self, read: Read, arguments: Raw, name: str) -> str:
        """Those of the same name, archived ones included; nobody has any yet whom an earlier step creates."""
        owner = self.kind.owner
        if not name or not self.kind.looks_up or owner and step_of(arguments.get(owner.key)) is not None:
            return ""
        rows = self.kind.called(read, name, arguments)
        return ", ".join(map(self.kind.named, rows))

    def _told(self, found: Raw) -> Verdict:
        sentence = f"BILL shows {self.kind.words} {self.kind.named(found)}."
        return Verdict("took", sentence, {"id": found["id"]}, {"name": self.kind.title(found)})


class UpdateRecord(RecordJudge):
    """verb: update, which leaves alone what it does not name, or replace, which empties it.

    `asked`: what is to change, as it stood.
    """

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments, *(name for name in arguments if name.endswith("Id")))
        record, sent = self._record(read, arguments), self._sent(arguments)
        fields = {one.field: one.now(record) for one in sent}
        fields["asked"] = "; ".join(f"{one.label}: {fields[one.field]}" for one in sent)
        fields["changes_nothing"] = all(one.shows(record) for one in sent)
        return self._snapshot(read, record, fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags = []
        if before.fields["changes_nothing"]:
            flags.append(Flag("blocked", "Nothing changes", f"{before.title} is like that already."))
        if before.fields["archived"]:
            flags.append(Flag("caution", "Archived", f"{before.title} is archived in BILL."))
        what = f"{self.kind.words} {before.title}"
        summary = (
            f"BILL replaces {what} whole: what is not given becomes empty."
            if self.verb == "replace"
            else f"BILL changes {what} as listed; the rest stays as it is."
        )
        changes = [
            Change(one.label, str(before.fields[one.field]), one.words, "sent")
            for one in self._sent(arguments)
            if one.value is not None or before.fields[one.field] != NOTHING
        ]
        return self._expectation(before, arguments, summary=summary, changes=changes, flags=flags)

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        sent = self._sent(attempt.arguments)
        before = {one.field: attempt.before.fields[one.field] for one in sent}
        return changed(self.kind, sent, self._record(read, attempt.arguments), before, attempt)


class ShelveRecord(RecordJudge):
    """verb: archive or restore, which the older interface calls delete and undelete."""

    @property
    def archives(self) -> bool:
        return self.verb in ("archive", "delete")

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        return self._snapshot(read, self._record(read, arguments), {})

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        what, flags = f"{self.kind.words.capitalize()} {before.title}", []
        if before.fields["archived"] is self.archives:
            is_so = "archived already" if self.archives else "in use already"
            flags.append(Flag("blocked", "Nothing changes", f"{what} is {is_so}."))
        now = STATUS.get(before.fields["archived"], NOTHING)
        return self._expectation(
            before,
            arguments,
            summary=f"{what} goes out of use in BILL."
            if self.archives
            else f"{what} is in use again in BILL.",
            changes=[Change("Status", now, STATUS[self.archives], "sent")],
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        record = self._record(read, attempt.arguments)
        return shelved([record], [attempt.before.fields["archived"]], self.archives, self.kind)


class DeleteRecord(RecordJudge):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        return self._snapshot(read, self._record(read, arguments), {})

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        summary = f"{self.kind.words.capitalize()} {before.title} is deleted in BILL."
        return self._expectation(before, arguments, summary=summary, changes=[], flags=[])

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        what = f"{self.kind.words} {attempt.before.title}"
        try:
            self._record(read, attempt.arguments)
        except NotFoundError:
            return Verdict("took", f"BILL no longer has {what}.")
        return Verdict("absent", f"BILL still has {what}.")


def difference(sent: list[Sent], found: Raw) -> str:
    """In what a record found is not the one that was asked for, as half a sentence; "" when it is."""
    for one in sent:
        is_other = one.shows(found) is False if one.secret else not is_same(one.value, one.shown(found))
        if one.place and is_other:
            return f"“{one.label}” is another"
    return ""


def changed(
    kind: RecordKind, sent: list[Sent], record: Raw, before: Mapping[str, Any], attempt: Attempted
) -> Verdict:
    """What a record that was to be changed shows. before: field → its value then, in words."""
    title, now = kind.named(record), {one.field: one.now(record) for one in sent}
    moved = any(now[name] != before[name] for name in now)
    wrong = [one for one in sent if one.shows(record) is False]
    if wrong and not moved:
        return Verdict("absent", f"BILL shows {kind.words} {title} as it was.", after=now)
    if wrong:
        told = f"“{wrong[0].label}” of {title} is {wrong[0].now(record)}, not {wrong[0].words}."
        return Verdict("cannot_tell", told, after=now)
    # The last four of a secret tell nothing where they were the same before.
    shown = {one.field for one in sent if one.secret and now[one.field] != before[one.field]}
    hidden = [
        one.label
        for one in sent
        if one.value is not None and one.shows(record) is None and one.field not in shown
    ]
    if attempt.answer is None and (hidden or not moved):
        what = f"“{hidden[0]}”" if hidden else "a difference"
        return Verdict("cannot_tell", f"BILL does not show {what}, and its answer was lost.", after=now)
    more = f"; it does not show {', '.join(hidden)}" if hidden else ""
    return Verdict("took", f"BILL has changed {kind.words} {title}{more}.", after=now)


def shelved(records: list[Raw], before: list[bool | None], archives: bool, kind: RecordKind) -> Verdict:
    """What records show that were to be archived or restored, all of them or none."""
    names = ", ".join(map(kind.named, records))
    now = [row.get("archived") for row in records]
    what = kind.words if len(records) == 1 else kind.several
    status = "archived" if archives else "in use"
    if all(one is archives for one in now):
        return Verdict("took", f"BILL shows {what} {names} as {status}.", after={"archived": archives})
    if now == before:
        return Verdict("absent", f"BILL does not show {what} {names} as {status}.")
    return Verdict("cannot_tell", f"BILL shows only some of {names} as {status}, or does not say.")
