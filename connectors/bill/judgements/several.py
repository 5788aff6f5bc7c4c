"""Judges of several plain records in one call, which BILL carries out whole or not at all."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from connectors.bill.judgements.common import Raw, answered_ids, now_text, same_words
from connectors.bill.judgements.kinds import Sent
from connectors.bill.judgements.single import STATUS, RecordJudge, changed, difference, shelved
from connectors.errors import ArgumentsError, NotFoundError
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Read, Snapshot, Verdict

SHOWN_NAMES = 5


class SeveralJudge(RecordJudge):
    together = "All of them or none."

    def _members(self, arguments: Raw) -> list[Raw]:
        return self.kind.members(self.verb, arguments)

    def _of_all(self, titles: list[str], fields: Mapping[str, Any]) -> Snapshot:
        title = f"{len(titles)} {self.kind.several}" if len(titles) != 1 else f"{self.kind.words} {titles[0]}"
        known = {"names": shortened(titles), "count": len(titles), **fields}
        return Snapshot(self.kind.thing, "", title, shortened(titles), known, now_text())

    def words(self, before: Snapshot) -> Mapping[str, str]:
        return {"title": before.title, "names": str(before.fields["names"])}

    def _expect_all(
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
            summary=f"{summary} {self.together} {self.kind.note}",
            money=self.money(before, arguments),
            goes_to="BILL",
            undo=undo(self.operation),
            changes=tuple(changes),
            flags=(*flags, *self.more_flags(before, arguments)),
        )


class CreateSeveral(SeveralJudge):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        titles = [self.kind.title(member) for member in self._members(arguments)]
        there = self.kind.rows(read, {}) if self.kind.looks_up and self.kind.has("list") else []
        same = [row for row in there if any(same_words(self.kind.title(row), name) for name in titles)]
        return self._of_all(titles, {"same_name": ", ".join(map(self.kind.named, same))})

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        members, flags = self._members(arguments), []
        if same := before.fields["same_name"]:
            flags.append(Flag("caution", f"Other {self.kind.several} have such names", str(same)))
        counted = Counter(" ".join(self.kind.title(member).casefold().split()) for member in members)
        if twice := [name for name, times in counted.items() if times > 1]:
            flags.append(Flag("caution", "The same name more than once", ", ".join(twice)))
        changes = [
            Change(self.kind.title(member) or f"No. {at}", NOTHING, listed(self._sent(member)), "sent")
            for at, member in enumerate(members, start=1)
        ]
        summary = f"BILL gets {before.title}: {before.fields['names']}."
        return self._expect_all(before, arguments, summary=summary, changes=changes, flags=flags)

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        wanted = [self._sent(member) for member in self._members(attempt.arguments)]
        keys = answered_ids(attempt)
        if keys is not None:
            return self._answered(read, wanted, keys)
        if not self.kind.has("list"):
            return Verdict("cannot_tell", f"BILL does not list its {self.kind.several}.")
        rows = self.kind.made_since(read, attempt, str(attempt.before.fields["same_name"]))
        names = [self.kind.title(member) for member in self._members(attempt.arguments)]
        alike = [row for row in rows if any(same_words(self.kind.title(row), name) for name in names)]
        if not alike:
            return Verdict(
                "absent", f"BILL shows no such {self.kind.several} made since the request was sent."
            )
        found = paired(wanted, alike)
        if found is None or len(alike) != len(wanted):
            shown = shortened(list(map(self.kind.named, alike)))
            return Verdict("cannot_tell", f"BILL shows {shown} made since then, which is not what was sent.")
        return self._told(found)

    def _answered(self, read: Read, wanted: list[list[Sent]], keys: list[str]) -> Verdict:
        try:
            found = self.kind.get_all(read, keys, {})
        except NotFoundError:
            return Verdict(
                "absent", f"BILL answered with {shortened(keys)} and does not show all of them yet."
            )
        others = [difference(sent, row) for sent, row in zip(wanted, found, strict=False)]
        if len(found) != len(wanted) or any(others):
            told = next(filter(None, others), f"they are {len(found)}")
            return Verdict("cannot_tell", f"BILL answered with other {self.kind.several} than sent: {told}.")
        return self._told(found)

    def _told(self, found: list[Raw]) -> Verdict:
        names = shortened(list(map(self.kind.named, found)))
        return Verdict("took", f"BILL shows {self.kind.several} {names}.", after={"count": len(found)})


class UpdateSeveral(SeveralJudge):
    """verb: update_bulk or replace_bulk. `records` tells all that the call touches, as it stood."""

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        members, records = self._members(arguments), self._records(read, arguments)
        fields: dict[str, Any] = {}
        same = []
        for member, record in zip(members, records, strict=True):
            sent = self._sent(member)
            fields |= {f"{record['id']} {one.field}": one.now(record) for one in sent}
            if all(one.shows(record) for one in sent):
                same.append(self.kind.named(record))
        fields["records"] = "; ".join(
            f"{self.kind.named(record)}: {shown_now(self._sent(member), record)}"
            for member, record in zip(members, records, strict=True)
        )
        fields |= {"unchanged": ", ".join(same), "all_unchanged": len(same) == len(members)}
        return self._of_all([self.kind.title(record) for record in records], fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags = []
        if before.fields["all_unchanged"]:
            flags.append(Flag("blocked", "Nothing changes", f"{before.title} are like that already."))
        elif before.fields["unchanged"]:
            flags.append(Flag("info", "Some are like that already", str(before.fields["unchanged"])))
        changes = [
            Change(f"{member[self.kind.key]}: {one.label}", now, one.words, "sent")
            for member in self._members(arguments)
            for one in self._sent(member)
            if (now := str(before.fields[f"{member[self.kind.key]} {one.field}"])) != NOTHING
            or one.value is not None
        ]
        rest = "stays as it is" if self.verb == "update_bulk" else "becomes empty"
        summary = f"BILL changes {before.title} as listed; the rest of each {rest}."
        return self._expect_all(before, arguments, summary=summary, changes=changes, flags=flags)

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        members = self._members(attempt.arguments)
        verdicts = []
        for member, record in zip(members, self._records(read, attempt.arguments), strict=True):
            sent = self._sent(member)
            before = {one.field: attempt.before.fields[f"{record['id']} {one.field}"] for one in sent}
            if all(one.shows(record) and one.now(record) == before[one.field] for one in sent):
                continue  # it was like that before, and tells nothing
            verdicts.append(changed(self.kind, sent, record, before, attempt))
        kinds = {verdict.kind for verdict in verdicts}
        if len(kinds) == 1:
            names = attempt.before.fields["names"]
            told = {
                "took": f"BILL has changed {self.kind.several} {names}.",
                "absent": f"BILL shows {self.kind.several} {names} as they were.",
            }
            return Verdict(verdicts[0].kind, told.get(verdicts[0].kind, verdicts[0].sentence))
        other = next((one.sentence for one in verdicts if one.kind != "took"), "BILL shows no difference.")
        return Verdict("cannot_tell", f"BILL shows {len(verdicts)} of them not alike: {other}")

    def _records(self, read: Read, arguments: Raw) -> list[Raw]:
        keys = [member[self.kind.key] for member in self._members(arguments)]
        refuse_twice(keys)
        return self.kind.get_all(read, keys, {})


class ShelveSeveral(SeveralJudge):
    """verb: archive_bulk or restore_bulk, or what the older interface calls them."""

    @property
    def archives(self) -> bool:
        return self.verb in ("archive_bulk", "delete_bulk")

    def more_fields(self, records: list[Raw]) -> Mapping[str, Any]:
        return {}

    def _keys(self, arguments: Raw) -> list[str]:
        return arguments["ids"]

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        keys = self._keys(arguments)
        refuse_twice(keys)
        records = self.kind.get_all(read, keys, {})
        fields = {row["id"]: row.get("archived") for row in records}
        already = [self.kind.named(row) for row in records if row.get("archived") is self.archives]
        status = (f"{self.kind.named(row)}: {STATUS.get(row.get('archived'), NOTHING)}" for row in records)
        fields |= {"records": "; ".join(status), "already": ", ".join(already)}
        fields["all_already"] = len(already) == len(records)
        fields |= self.more_fields(records)
        return self._of_all([self.kind.title(row) for row in records], fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags, is_so = [], "archived" if self.archives else "in use"
        if before.fields["all_already"]:
            flags.append(Flag("blocked", "Nothing changes", f"All of them are {is_so} already."))
        elif before.fields["already"]:
            flags.append(Flag("info", f"Some are {is_so} already", str(before.fields["already"])))
        lines = (line.rpartition(": ") for line in str(before.fields["records"]).split("; "))
        changes = [Change(name, now, STATUS[self.archives], "sent") for name, _, now in lines]
        done = "go out of use" if self.archives else "are in use again"
        summary = f"{before.title.capitalize()} {done} in BILL: {before.fields['names']}."
        return self._expect_all(before, arguments, summary=summary, changes=changes, flags=flags)

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        keys = self._keys(attempt.arguments)
        records = self.kind.get_all(read, keys, {})
        return shelved(records, [attempt.before.fields[key] for key in keys], self.archives, self.kind)


def refuse_twice(keys: list[str]) -> None:
    if twice := [key for key, times in Counter(keys).items() if times > 1]:
        raise ArgumentsError([f"{key} is named more than once." for key in twice])


def paired(wanted: list[list[Sent]], rows: list[Raw]) -> list[Raw] | None:
    """For each of what was sent the record that shows it; None where one is missing or may be two."""
    found: list[Raw] = []
    for sent in wanted:
        fitting = [row for row in rows if not difference(sent, row)]
        if len(fitting) != 1 or fitting[0] in found:
            return None
        found.append(fitting[0])
    return found


def listed(sent: list[Sent]) -> str:
    return ", ".join(f"{one.label}: {one.words}" for one in sent)


def shown_now(sent: list[Sent], record: Raw) -> str:
    return ", ".join(f"{one.label}: {one.now(record)}" for one in sent)


def shortened(names: list[str]) -> str:
    if len(names) <= SHOWN_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:SHOWN_NAMES])} and {len(names) - SHOWN_NAMES} more"
