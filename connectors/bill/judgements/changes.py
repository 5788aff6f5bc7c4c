"""Changing a document that is there: what is given of it, or all of it anew; putting it away and back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.bill.judgements.common import Raw, now_text
from connectors.bill.judgements.documents import (
    NOT_ABOVE_ZERO,
    PLACES_IN_THE_BOOKS,
    DocumentJudge,
    flat,
    id_argument,
    refuse_finer,
    total_minor,
)
from connectors.bill.judgements.payables import pays_by_itself, recurring_money
from connectors.bill.mapping import known_currency
from connectors.errors import ArgumentsError
from connectors.judgements import NOTHING, card, only_reference, sent_changes, shown_value, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money

# Where money has moved, or is about to, because of the document as it stands.
MOVED = {"PAID", "PARTIAL", "SCHEDULED", "FULLY_APPLIED", "PARTIALLY_APPLIED", "IN_PROCESS"}
MOVED |= {"PAID_IN_FULL", "PARTIAL_PAYMENT"}  # of an invoice of ours
APPROVED = {"APPROVED", "APPROVING"}
UNKNOWN = "?"
DOCUMENT_FIELDS = ("number", "status", "approval_status", "is_archived", "amount_minor", "open_minor")


@dataclass(frozen=True)
class Document:
    """A document as BILL shows it, and who it is from."""

    raw: Raw
    currency: str
    party: str
    email: str
    fields: Mapping[str, Any]

    @classmethod
    def read(cls, read: Read, of: DocumentJudge, key: str) -> "Document":
        raw = read(f"bill_get_{of.noun}", {id_argument(of.noun): key})
        owner = read(f"bill_get_{of.owner}", {of.owner_key: raw[of.owner_key]})
        currency = known_currency(owner, of.owner_currency)
        fields = {**type(of).record(raw, owner).fields, "is_archived": bool(raw.get("archived"))}
        return cls(raw, currency, owner["name"], str(owner.get("email") or ""), fields)

    def title(self, of: DocumentJudge) -> str:
        named = f"{of.thing} {self.fields['number']}" if of.number else of.thing
        return f"{named} {of.between} {self.party}"

    def values(self, of: DocumentJudge, line_ids: Sequence[str]) -> dict[str, str]:
        """All it shows in the words of a card; a line that is not among `line_ids` comes after those."""
        values = in_words(of, self.raw, self.currency, line_ids)
        amount = self.fields["amount_minor"]
        return values if amount is None else values | {of.total[0]: format_money(amount, self.currency)}

    def figures(self, of: DocumentJudge) -> dict[str, Raw]:
        """By line id; what BILL does not show is missing."""
        lines = self.raw.get(of.lines) or ()
        return {line["id"]: {name: line[name] for name in of.figures if name in line} for line in lines}

    def snapshot(self, of: DocumentJudge, key: str, **more: Any) -> Snapshot:
        lines = self.raw.get(of.lines) or ()
        ids = [line["id"] for line in lines]
        values = self.values(of, ids)
        fields = {name: self.fields[name] for name in DOCUMENT_FIELDS if name in self.fields}
        fields |= {
            "document": "; ".join(f"{label} {text}" for label, text in values.items()),
            "currency": self.currency,
            "line_ids": " ".join(ids),
            "line_figures": " ".join(
                "×".join(str(line.get(name, UNKNOWN)) for name in of.figures) for line in lines
            ),
            "email": self.email,
            "pays_itself": bool(self.fields.get("pays_itself")),
            **{_field(label): text for label, text in values.items()},
        }
        return Snapshot(of.noun, key, self.title(of), self.party, fields | more, now_text())


def in_words(
    of: DocumentJudge, given: Raw, currency: str, line_ids: Sequence[str], figures: Mapping[str, Raw] = {}
) -> dict[str, str]:
    """The fields that are given, label by label, and so for each line, of which any part may be missing.

    figures: line id → the figures it has, for those that are not given.
    """
    shown = flat(given)
    values = {label: shown_value(shown[name]) for name, label in of.labels.items() if _is_there(shown, name)}
    for place, line in _placed(given.get(of.lines) or (), line_ids):
        parts = flat(line)
        if parts.keys() & set(of.figures):
            values[place] = of.price({**figures.get(str(line.get("id")), {}), **parts}, currency)
        if _is_there(parts, "description"):
            values[f"{place} is for"] = parts["description"]
        for name, label in PLACES_IN_THE_BOOKS.items():
            if _is_there(parts, name):
                values[f"{place}, {label.lower()}"] = parts[name]
    return values


def _placed(lines: Iterable[Raw], line_ids: Sequence[str]) -> Iterator[tuple[str, Raw]]:
    following = len(line_ids)
    for line in lines:
        known = line.get("id") in line_ids
        following += not known
        yield f"Line {line_ids.index(line['id']) + 1 if known else following}", line


@dataclass(frozen=True)
class ChangeDocument:
    """of: the judge that makes such a document, which knows its names. key: the argument that names it.

    replaces: all is given anew, and what is left out is gone; else it stays.
    """

    operation: str
    of: DocumentJudge
    key: str
    replaces: bool = False

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        document = Document.read(read, self.of, arguments[self.key])
        given = arguments.get(self.of.lines) or ()
        known = document.figures(self.of)
        amounts = [self.of.amount({**known.get(line.get("id", ""), {}), **line}) for line in given]
        refuse_finer((amount for amount in amounts if amount is not None), document.currency)
        ids = {line["id"] for line in document.raw.get(self.of.lines) or ()}
        if strange := [line["id"] for line in given if "id" in line and line["id"] not in ids]:
            raise ArgumentsError([f"{', '.join(strange)} is no line of {document.title(self.of)}."])
        number = arguments.get(self.of.number)
        same = ""
        if number and number != document.fields["number"]:
            same = self.of.of_number(read, number, document.raw[self.of.owner_key])
        return document.snapshot(self.of, arguments[self.key], same_number=same)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        currency = str(before.fields["currency"])
        wanted, total = self._wanted(before, arguments), self._total_minor(before, arguments)
        total_text = format_money(total, currency)
        moved = [
            label
            for label, text in wanted.items()
            if not same_text(text, str(before.fields.get(_field(label), "")))
        ]
        changes = [
            *(self._change(before, label, text) for label, text in wanted.items()),
            *sent_changes(arguments, self.of.options),
        ]
        return Expectation(
            sentence=card(
                self.operation,
                title=before.title,
                total=total_text,
                what=", ".join(moved).lower() or "nothing",
            ),
            summary=f"BILL changes {before.title}. Nothing is paid by the change itself.",
            money=self._money(before, arguments, total),
            goes_to=before.party,
            undo=undo(self.operation),
            changes=(*changes, *self._left_out(before, wanted)),
            flags=tuple(self._flags(before, arguments, moved)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        before, ids = attempt.before, str(attempt.before.fields["line_ids"]).split()
        document = Document.read(read, self.of, attempt.arguments[self.key])
        wanted, now = self._wanted(before, attempt.arguments), document.values(self.of, ids)
        after = {name: document.fields[name] for name in DOCUMENT_FIELDS if name in document.fields}
        then = {label: str(before.fields.get(_field(label), "")) for label in wanted}
        return compared(before.title, wanted, then, now, answered=attempt.answer is not None, after=after)

    def _wanted(self, before: Snapshot, arguments: Raw) -> dict[str, str]:
        """What BILL should show of what is asked for; "" for a line that goes."""
        currency, ids = str(before.fields["currency"]), str(before.fields["line_ids"]).split()
        wanted = in_words(self.of, arguments, currency, ids, self._figures(before))
        if self.of.lines in arguments:
            if self.replaces:
                kept = {line.get("id") for line in arguments[self.of.lines]}
                wanted |= {f"Line {at}": "" for at, one in enumerate(ids, start=1) if one not in kept}
            if (total := self._total_minor(before, arguments)) is not None:
                wanted[self.of.total[0]] = format_money(total, currency)
        return wanted

    def _figures(self, before: Snapshot) -> dict[str, Raw]:
        """Those the lines had: id → figure → its value."""
        texts = (text.split("×") for text in str(before.fields["line_figures"]).split())
        lines = zip(str(before.fields["line_ids"]).split(), texts, strict=True)
        return {
            key: {
                name: value for name, value in zip(self.of.figures, values, strict=True) if value != UNKNOWN
            }
            for key, values in lines
        }

    def _total_minor(self, before: Snapshot, arguments: Raw) -> int | None:
        """None where BILL does not show what a line comes to."""
        lines = arguments.get(self.of.lines) or ()
        if lines and self.replaces:
            amounts = [self.of.amount(line) for line in lines]
        else:
            known = self._figures(before)
            known |= {line["id"]: {**known[line["id"]], **line} for line in lines}
            amounts = [self.of.amount(line) for line in known.values()]
        told = [amount for amount in amounts if amount is not None]
        return total_minor(told, str(before.fields["currency"])) if len(told) == len(amounts) else None

    def _change(self, before: Snapshot, label: str, text: str) -> Change:
        is_ours = text and label != self.of.total[0]
        now = str(before.fields.get(_field(label)) or NOTHING)
        return Change(label, now, text or NOTHING, "sent" if is_ours else "expected")

    def _left_out(self, before: Snapshot, wanted: Mapping[str, str]) -> Iterator[Change]:
        if not self.replaces:
            return
        for label in self.of.labels.values():
            now = before.fields.get(_field(label))
            if now and label not in wanted:
                yield Change(label, str(now), "left out: BILL decides", "vendor_decides")

    def _pays(self, before: Snapshot, arguments: Raw) -> bool:
        return bool(arguments.get("autoPayment", before.fields["pays_itself"]))

    def _money(self, before: Snapshot, arguments: Raw, total: int | None) -> Money:
        currency = str(before.fields["currency"])
        if self._pays(before, arguments):
            return recurring_money(True, total, currency)
        if self.of.lines not in arguments:
            return Money(None, None, "none")
        return Money(total, currency, "stays")

    def _flags(self, before: Snapshot, arguments: Raw, moved: Sequence[str]) -> Iterator[Flag]:
        fields, title = before.fields, before.title
        if not moved and not any(arguments.get(name) for name in self.of.options):
            yield Flag("blocked", "Nothing changes", f"{title} is like that already.")
        yield from self.of.option_flags(before, arguments)
        if same := fields["same_number"]:
            yield self.of.taken(arguments[self.of.number], str(same))
        yield from doubts(before)
        total = self._total_minor(before, arguments)
        if self.of.lines in arguments and total is not None and total <= 0:
            yield NOT_ABOVE_ZERO
        if fields.get("approval_status") in APPROVED:
            detail = f"{title} is {fields['approval_status']}; whether BILL asks again is for BILL to decide."
            yield Flag("caution", "Approved as it was before", detail)
        owner = self.of.labels.get(self.of.owner_key, "")
        if owner in moved:
            between = self.of.between
            detail = (
                f"It is {between} {before.party} now, and would be {between} {arguments[self.of.owner_key]}."
            )
            yield Flag("high", f"Another {self.of.owner}", detail)
        if self._pays(before, arguments):
            yield pays_by_itself(before.party)


@dataclass(frozen=True)
class ArchiveDocument:
    """archives: puts it away; else it comes back. summary: what that means, with {total} and {party}."""

    operation: str
    of: DocumentJudge
    key: str
    summary: str
    archives: bool = True

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        key = arguments[self.key]
        return Document.read(read, self.of, key).snapshot(self.of, key)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields = before.fields
        minor, currency = fields.get("open_minor") or fields.get("amount_minor"), str(fields["currency"])
        total = format_money(minor, currency)
        pays = bool(fields["pays_itself"]) and not self.archives
        flags = list(doubts(before) if self.archives else ())
        if fields["is_archived"] == self.archives:
            state = "archived" if self.archives else "in use"
            flags = [Flag("blocked", "Nothing changes", f"{before.title} is {state} already.")]
        if pays:
            flags.append(pays_by_itself(before.party))
        now, after = ("In use", "Archived") if self.archives else ("Archived", "In use")
        return Expectation(
            sentence=card(self.operation, title=before.title, total=total),
            summary=self.summary.format(total=total, party=before.party),
            money=recurring_money(pays, minor, currency),
            goes_to=before.party,
            undo=undo(self.operation),
            changes=(Change("State", now, after, "expected"),),
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        document = Document.read(read, self.of, attempt.arguments[self.key])
        after = {name: document.fields[name] for name in DOCUMENT_FIELDS if name in document.fields}
        state = "archived" if document.fields["is_archived"] else "in use"
        took = document.fields["is_archived"] == self.archives
        return Verdict(
            "took" if took else "absent", f"BILL shows {document.title(self.of)} {state}.", after=after
        )


def compared(
    title: str,
    wanted: Mapping[str, str],
    then: Mapping[str, str],
    now: Mapping[str, str],
    *,
    answered: bool,
    after: dict[str, Any],
) -> Verdict:
    """What a record shows of what was asked for, label by label. BILL leaves out what is empty.

    Where BILL accepted, what it does not show says nothing; where no answer came, it is empty.
    """
    shown = {
        label: now.get(label, "")
        for label, text in wanted.items()
        if label in now or not text or not answered
    }
    others = [label for label, text in shown.items() if not same_text(text, wanted[label])]
    moved = [label for label, text in shown.items() if not same_text(text, then[label])]
    if others and not moved:
        return Verdict("absent", f"BILL shows {title} as it was.", after=after)
    if others:
        label = others[0]
        sentence = f"{label} of {title} is {shown[label] or 'empty'}, not {wanted[label] or 'empty'}."
        return Verdict("cannot_tell", sentence, after=after)
    if not answered and not moved:
        return Verdict("cannot_tell", f"{title} was like that before, and no answer came.", after=after)
    return Verdict("took", f"BILL shows {title} as it was asked for.", after=after)


def same_text(left: str, right: str) -> bool:
    """Apart from blanks: a name in other capitals is another text."""
    return left.split() == right.split()


def doubts(before: Snapshot) -> Iterator[Flag]:
    """What speaks against touching a document at all."""
    fields = before.fields
    if fields["is_archived"]:
        yield Flag("high", "It is archived", f"{before.title} is archived in BILL.")
    elif fields.get("status") in MOVED:
        detail = (
            f"{before.title} is {fields['status']} in BILL; what was paid or set off is not undone by this."
        )
        yield Flag("high", "Money has moved by it", detail)


def _is_there(given: Raw, name: str) -> bool:
    return given.get(name) not in (None, "")


def _field(label: str) -> str:
    """What a snapshot calls it: "Bill date" is shown_bill_date, beside the document's own fields."""
    return "shown_" + label.lower().replace(",", "").replace(" ", "_")
