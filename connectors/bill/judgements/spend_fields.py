"""Custom fields of Spend & Expense, and the values that people choose from."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.bill.judgements.common import Raw, now_text
from connectors.bill.judgements.spending import NO_MONEY, SpendKind, every_row, is_gone, judges
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Read, Snapshot, Verdict

FIELD = SpendKind("spend_custom_field", words="custom field", key="customFieldId", places={"values": ()})


def values_of(read: Read, field_id: str) -> list[Raw]:
    """Those that can be chosen now."""
    rows = every_row(read, "bill_list_spend_custom_field_values", customFieldId=field_id)
    return [row for row in rows if not row.get("deleted")]


@dataclass(frozen=True)
class ValuesJudge:
    """adds: whether they are added, else deleted. wanted: the argument; by: what of a value it names."""

    operation: str
    wanted: str
    by: tuple[str, ...]
    adds: bool

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        one = read("bill_get_spend_custom_field", {"customFieldId": arguments["customFieldId"]})
        there = self._there(values_of(read, one["id"]), arguments)
        words = arguments[self.wanted] if self.adds else [str(row["value"]) for row in there.values()]
        fields = {
            "archived": is_gone(one),
            "there": ", ".join(sorted(str(row["value"]) for row in there.values())),
            "missing": len(set(arguments[self.wanted])) - len(there),
            "values": ", ".join(words) or ", ".join(arguments[self.wanted]),
        }
        return Snapshot("spend_custom_field", one["id"], one["name"], one["name"], fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields, values = before.fields, str(before.fields["values"])
        verb = "can be chosen" if self.adds else "can be chosen no more"
        now, after = (NOTHING, values) if self.adds else (values, NOTHING)
        return Expectation(
            sentence=card(self.operation, values=values, name=before.title),
            summary=f"For {before.title}, {values} {verb}. No money moves.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=(Change("Values", now, after, "sent"),),
            flags=tuple(self._flags(before, fields)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        before, wanted = attempt.before, len(set(attempt.arguments[self.wanted]))
        there = self._there(values_of(read, before.key), attempt.arguments)
        after = {"there": ", ".join(sorted(str(row["value"]) for row in there.values()))}
        if len(there) == (wanted if self.adds else 0):
            shows = "shows" if self.adds else "no longer shows"
            sentence = f"BILL {shows} {before.fields['values']} for {before.title}."
            return Verdict("took", sentence, after=after)
        if after["there"] == before.fields["there"]:
            return Verdict("absent", f"BILL shows the values of {before.title} as before.", after=after)
        return Verdict("cannot_tell", f"BILL shows only some of them: {after['there']}.", after=after)

    def _there(self, rows: Iterable[Raw], arguments: Raw) -> dict[str, Raw]:
        wanted = set(arguments[self.wanted])
        return {row["id"]: row for row in rows if any(row.get(name) in wanted for name in self.by)}

    def _flags(self, before: Snapshot, fields: Mapping[str, Any]) -> Iterable[Flag]:
        if fields["archived"]:
            yield Flag("blocked", "It is deleted", f"{before.title} is deleted in BILL.")
        if self.adds and not fields["missing"]:
            yield Flag("blocked", "Nothing changes", f"{before.title} has {fields['there']} already.")
        elif self.adds and fields["there"]:
            yield Flag("info", "Partly there", f"{before.title} has {fields['there']} already.")
        if not self.adds and fields["missing"]:
            detail = f"{before.title} has only {fields['there'] or 'none'} of them."
            yield Flag("blocked", "No such value", detail)


@dataclass(frozen=True)
class UploadAddress:
    """Nothing shows whether BILL gave an address but its answer; that one is all there is to it."""

    operation: str

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        return Snapshot("upload", "", "an upload address", "BILL", {}, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        return Expectation(
            sentence=card(self.operation),
            summary="BILL gives an address to which a picture can be put. Nothing else changes.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        url = attempt.answer.get("url") if isinstance(attempt.answer, Mapping) else None
        if isinstance(url, str) and url:
            return Verdict("took", "BILL gave an upload address.", {"url": url})
        return Verdict("cannot_tell", "BILL does not show which addresses it gave.")


@dataclass(frozen=True)
class ReceiptJudge:
    """adds: a receipt is added, else deleted. thing: whose. read_whole: reads it with its receipts."""

    operation: str
    key: str
    read_whole: Callable[[Read, str], Raw]
    words: Callable[[Raw], Mapping[str, str]]
    kind: str
    adds: bool

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments, "url")
        record = self.read_whole(read, arguments[self.key])
        words = self.words(record)
        fields: dict[str, Any] = {"status": record.get("status"), "receipts": listed(record), **words}
        if not self.adds:
            fields["is_there"] = arguments["receiptId"] in uuids(record)
        title = f"{words['amount']} at {words['name']}"
        return Snapshot(self.kind, record["id"], title, words["name"], fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields, flags = before.fields, []
        if not self.adds and not fields["is_there"]:
            flags.append(Flag("blocked", "No such receipt", f"{before.title} has no such receipt."))
        what = arguments.get("filename") or arguments.get("url") or arguments.get("receiptId")
        now, after = (NOTHING, str(what)) if self.adds else (str(what), NOTHING)
        if isinstance(what, Mapping):
            after = "the address that an earlier step returns"
        return Expectation(
            sentence=card(self.operation, amount=str(fields["amount"]), name=str(fields["name"])),
            summary=f"{before.title} {'gets' if self.adds else 'loses'} a receipt. No money moves.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=(Change("Receipt", now, after, "sent"),),
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        before = attempt.before
        record = self.read_whole(read, before.key)
        now, after = uuids(record), {"receipts": listed(record)}
        then = set(filter(None, str(before.fields["receipts"]).split(", ")))
        if not self.adds:
            if attempt.arguments["receiptId"] in now:
                return Verdict("absent", f"BILL still shows the receipt of {before.title}.", after=after)
            return Verdict("took", f"BILL no longer shows the receipt of {before.title}.", after=after)
        answered = attempt.answer.get("uuid") if isinstance(attempt.answer, Mapping) else None
        new = now - then
        if answered in now or len(new) == 1 and answered is None:
            return Verdict("took", f"BILL shows a new receipt of {before.title}.", after=after)
        if not new:
            return Verdict("absent", f"BILL shows no new receipt of {before.title}.", after=after)
        return Verdict("cannot_tell", f"BILL shows {len(new)} new receipts of {before.title}.", after=after)


def uuids(record: Raw) -> set[str]:
    return {str(receipt.get("uuid")) for receipt in record.get("receipts") or ()}


def listed(record: Raw) -> str:
    return ", ".join(sorted(uuids(record)))


JUDGES = judges(FIELD) | {
    "create_spend_custom_field_values": ValuesJudge(
        "bill_create_spend_custom_field_values", "values", ("value",), adds=True
    ),
    "delete_spend_custom_field_values": ValuesJudge(
        "bill_delete_spend_custom_field_values", "customFieldValueIds", ("id", "uuid"), adds=False
    ),
}
