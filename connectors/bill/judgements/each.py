"""Several records in one call of BILL's older interface, each of them taken or refused by itself."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connectors.bill.judgements.common import Raw, same_words
from connectors.bill.judgements.kinds import RecordKind, Sent
from connectors.bill.judgements.older_kinds import OlderKind
from connectors.bill.judgements.row_outcomes import answers_of, key_in, refusal, row_of, verdict_of
from connectors.bill.judgements.several import (
    SeveralJudge,
    ShelveSeveral,
    UpdateSeveral,
    listed,
    shortened,
)
from connectors.bill.judgements.single import changed, difference
from connectors.judgements import NOTHING, card, only_reference
from connectors.judging import Attempted, Change, Expectation, Flag, Read, RowOutcome, Snapshot, Verdict


class EachJudge(SeveralJudge):
    kind: OlderKind
    together = "Each is taken or refused by itself."

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        return verdict_of(self.rows(read, attempt))

    def rows(self, read: Read, attempt: Attempted) -> tuple[RowOutcome, ...]:
        raise NotImplementedError


class CreateEach(EachJudge):
    """`same_name`, `same_email`: what BILL has already of that; see `marks`."""

    def marks(self, record: Raw) -> Mapping[str, str]:
        """By which a record is like another; "" marks none."""
        raise NotImplementedError

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        members = self._members(arguments)
        there = [(row, self.marks(row)) for row in self.kind.rows(read, {})]
        wanted = [self.marks(member) for member in members]
        fields: dict[str, Any] = {}
        for name in ("same_name", "same_email"):
            marks = {marks[name] for marks in wanted} - {""}
            fields[name] = ", ".join(self.kind.named(row) for row, own in there if own[name] in marks)
            twice = [
                mark for mark, times in Counter(one[name] for one in wanted).items() if times > 1 and mark
            ]
            fields[f"{name}_twice"] = ", ".join(twice)
        fields |= self._owners(read, members)
        return self._of_all([self.kind.title(member) for member in members], fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags, several = [], self.kind.several
        for name, words in (("same_name", "name"), ("same_email", "e-mail address")):
            if same := before.fields[name]:
                flags.append(Flag("caution", f"BILL has {several} of the same {words}", str(same)))
            if twice := before.fields[f"{name}_twice"]:
                flags.append(Flag("caution", f"The same {words} more than once", str(twice)))
        changes = [
            Change(
                self.kind.title(member) or f"No. {at}", NOTHING, listed(self._told(before, member)), "sent"
            )
            for at, member in enumerate(self._members(arguments), start=1)
        ]
        return self._expect_all(
            before, arguments, summary=self._summary(before), changes=changes, flags=flags
        )

    def whole(self, steps: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
        members = [member for arguments in steps for member in self._members(arguments)]
        told = self._of_all([self.kind.title(member) for member in members], {})
        summary = f"{self._summary(told)} {self.together} {self.kind.note}"
        return card(self.operation, **self.words(told)), summary

    def _summary(self, before: Snapshot) -> str:
        return f"BILL gets {before.title}: {before.fields['names']}."

    def rows(self, read: Read, attempt: Attempted) -> tuple[RowOutcome, ...]:
        members = self._members(attempt.arguments)
        outcomes: dict[int, RowOutcome] = {}
        answered: dict[int, str] = {}
        for at, answer in enumerate(answers_of(attempt, len(members))):
            if refused := refusal(self.kind.title(members[at]), answer):
                outcomes[at] = refused
            elif key := key_in(answer):
                answered[at] = key
        outcomes |= self._answered(read, members, answered)
        lost = [at for at in range(len(members)) if at not in outcomes]
        if lost:
            known = " ".join(
                [str(attempt.before.fields["same_name"]), str(attempt.before.fields["same_email"])]
            )
            made = self.kind.made_since(read, attempt, known)
            left = [row for row in made if row["id"] not in answered.values()]
            outcomes |= self._matched({at: members[at] for at in lost}, left)
        return tuple(outcomes[at] for at in range(len(members)))

    def _owners(self, read: Read, members: list[Raw]) -> Mapping[str, str]:
        """The names of those whom the records are to belong to."""
        if not self.kind.owner:
            return {}
        keys = list(dict.fromkeys(member[self.kind.owner.key] for member in members))
        owners = RecordKind(self.kind.owner.thing).get_all(read, keys, {})
        return {f"owner {row['id']}": row["name"] for row in owners}

    def _told(self, before: Snapshot, member: Raw) -> list[Sent]:
        owner = self.kind.owner.key if self.kind.owner else ""
        return [
            replace(one, words=str(before.fields[f"owner {one.value}"])) if one.place == (owner,) else one
            for one in self._sent(member)
        ]

    def _answered(
        self, read: Read, members: list[Raw], answered: Mapping[int, str]
    ) -> Iterator[tuple[int, RowOutcome]]:
        """Those that BILL answered with an id of, read back."""
        found = self.kind.found(read, answered.values())
        for at, key in answered.items():
            title = self.kind.title(members[at])
            if key not in found:
                sentence = f"BILL answered with {key} and does not show it yet."
                yield at, RowOutcome("absent", title, key, sentence)
            elif other := difference(self._sent(members[at]), found[key]):
                yield at, RowOutcome("unknown", title, key, f"BILL shows {key}, but {other}.")
            else:
                yield at, RowOutcome("took", title, key)

    def _matched(self, lost: Mapping[int, Raw], left: list[Raw]) -> dict[int, RowOutcome]:
        """For each that no answer tells of the record that shows it: those that say most choose first."""
        sent = {at: self._sent(member) for at, member in lost.items()}
        outcomes: dict[int, RowOutcome] = {}
        for at in sorted(lost, key=lambda at: -len(sent[at])):
            fitting = [row for row in left if not difference(sent[at], row)]
            alike = [other for other in lost if other not in outcomes and lost[other] == lost[at]]
            if fitting and len(fitting) <= len(alike):
                left.remove(fitting[0])
                outcomes[at] = RowOutcome("took", self.kind.title(lost[at]), fitting[0]["id"])
        for at in lost:
            if at in outcomes:
                continue
            title = self.kind.title(lost[at])
            near = [row for row in left if same_words(self.kind.title(row), title)]
            if near:
                shown = f"BILL shows {shortened(list(map(self.kind.named, near)))} made since then."
                outcomes[at] = RowOutcome("unknown", title, sentence=f"It may be this one or not: {shown}")
            else:
                outcomes[at] = RowOutcome("absent", title, sentence="BILL shows none made since it was sent.")
        return outcomes


class UpdateEach(EachJudge, UpdateSeveral):
    def _sent(self, arguments: Raw) -> list[Sent]:
        """Without the owner, who stays the same."""
        owner = self.kind.owner.key if self.kind.owner else ""
        return [one for one in super()._sent(arguments) if one.place != (owner,)]

    def _records(self, read: Read, arguments: Raw) -> list[Raw]:
        records = super()._records(read, arguments)
        for record, member in zip(records, self._members(arguments), strict=True):
            self.kind.refuse_other_owner(record, member)
        return records

    def rows(self, read: Read, attempt: Attempted) -> tuple[RowOutcome, ...]:
        members = self._members(attempt.arguments)
        answers = answers_of(attempt, len(members))
        found = self.kind.found(read, [member[self.kind.key] for member in members])
        return tuple(
            self._row(attempt, member, answer, found.get(member[self.kind.key]))
            for member, answer in zip(members, answers, strict=True)
        )

    def _row(self, attempt: Attempted, member: Raw, answer: Any, record: Raw | None) -> RowOutcome:
        key = member[self.kind.key]
        title = self.kind.title(record) if record else key
        if refused := refusal(title, answer):
            return replace(refused, key=key)
        if record is None:
            return RowOutcome("unknown", title, key, f"BILL no longer shows {key}.")
        sent = self._sent(member)
        before = {one.field: attempt.before.fields[f"{key} {one.field}"] for one in sent}
        if all(one.shows(record) and one.now(record) == before[one.field] for one in sent):
            return RowOutcome("took", title, key, "It was like that before.")
        return row_of(changed(self.kind, sent, record, before, replace(attempt, answer=answer)), title, key)


class ShelveEach(EachJudge, ShelveSeveral):
    """verb: delete_bulk or undelete_bulk."""

    def _keys(self, arguments: Raw) -> list[str]:
        return [member[self.kind.key] for member in self._members(arguments)]

    def rows(self, read: Read, attempt: Attempted) -> tuple[RowOutcome, ...]:
        keys = self._keys(attempt.arguments)
        found = self.kind.found(read, keys)
        answers = answers_of(attempt, len(keys))
        return tuple(
            self._row(attempt, key, answer, found.get(key)) for key, answer in zip(keys, answers, strict=True)
        )

    def _row(self, attempt: Attempted, key: str, answer: Any, record: Raw | None) -> RowOutcome:
        title = self.kind.title(record) if record else key
        if refused := refusal(title, answer):
            return replace(refused, key=key)
        now = record.get("archived") if record else None
        if now is self.archives:
            return RowOutcome("took", title, key)
        if now == attempt.before.fields[key]:
            return RowOutcome("absent", title, key, f"BILL shows {title} as it was.")
        return RowOutcome("unknown", title, key, f"BILL does not say whether {title} is archived.")
