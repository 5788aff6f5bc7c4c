"""Making what changes who owes what: invoices, bills, credits and their like, judged by the same evidence."""

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.bill.judgements.common import (
    Raw,
    all_rows,
    differing,
    made_since,
    now_text,
    step_of,
    verdict,
)
from connectors.bill.mapping import amount_minor, known_currency, lines_minor
from connectors.errors import ArgumentsError, RefusedError
from connectors.judgements import NOTHING, only_reference, sent_changes, shown_value, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money, to_minor
from connectors.registry import Record

# Where in the books something belongs: of a whole document, and (in small letters) of one of its lines.
PLACES_IN_THE_BOOKS = {
    "chartOfAccountId": "Ledger account",
    "accountingClassId": "Accounting class",
    "departmentId": "Department",
    "employeeId": "Employee",
    "jobId": "Job",
    "locationId": "Location",
    "itemId": "Item",
    "customerId": "Customer",
}
NOT_ABOVE_ZERO = Flag("caution", "The total is not above zero", "Check the amounts of the lines.")
AFTER = ("number", "status", "approval_status", "amount_minor", "open_minor", "currency")


class DocumentJudge:
    """What invoices, bills and their like share; each says its names, its lines, and the words of its card.

    thing, owner: "invoice" and "customer"; BILL's operations and keys are named after them.
    number: the argument that a document is known by, "" where it has none. numbers_are_filtered: BILL can
    look for one; else all documents of the owner are read. numbers_are_unique: BILL refuses a second one,
    of the owner where numbers_are_per_owner.
    labels: the arguments that a card lists, in order. left_out: what BILL does without one of them.
    options: arguments that tell BILL what else to do, and that no document shows.
    figures: what of a line is multiplied for its amount.
    total: the label of the sum, and BILL's name for it, "" where it shows none.
    """

    operation: str
    thing: str
    owner: str
    owner_currency: str
    number: str = "invoiceNumber"
    numbers_are_filtered: bool = True
    numbers_are_unique: bool = True
    labels: Mapping[str, str]
    left_out: Mapping[str, str] = {}
    options: Mapping[str, str] = {}
    lines: str
    figures: tuple[str, ...] = ("amount",)
    total: tuple[str, str]
    between: str  # an invoice is for, a bill is from
    numbers_are_per_owner: bool
    record: Callable[[Raw, Raw | None], Record]

    def amount(self, line: Raw) -> Decimal | None:
        """None where a figure is missing: absent is not zero."""
        if any(line.get(name) is None for name in self.figures):
            return None
        return math.prod((Decimal(line[name]) for name in self.figures), start=Decimal(1))

    def price(self, line: Raw, currency: str | None) -> str:
        """How the amount of a line comes about, in words."""
        return price_text(str(line["amount"]), currency)

    def card(self, before: Snapshot, arguments: Raw, total: str) -> tuple[str, str]:
        """Sentence and summary."""
        raise NotImplementedError

    def money(self, arguments: Raw, total_minor: int | None, currency: str | None) -> Money:
        return Money(total_minor, currency, "stays")

    def more_changes(self, before: Snapshot, arguments: Raw) -> Iterator[Change]:
        yield from ()

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        yield from ()

    def option_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        yield from ()

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        """Who owes or is owed, and whether the number is free; `same_number` is None where BILL will not say.

        Raises ArgumentsError for a line finer than the currency: what BILL makes of one is not documented.
        """
        only_reference(arguments, self.owner_key)
        owner_id, number = arguments[self.owner_key], arguments.get(self.number)
        step = step_of(owner_id)
        fields = {"same_number": "", "currency": None, "is_archived": False, "email": ""}
        party = f"the {self.owner} that step {step} creates"
        if step is None:
            owner = read(f"bill_get_{self.owner}", {self.owner_key: owner_id})
            party, currency = owner["name"], known_currency(owner, self.owner_currency)
            refuse_finer(self._amounts(arguments), currency)
            fields |= {
                "currency": currency,
                "is_archived": bool(owner.get("archived")),
                "email": owner.get("email", ""),
            }
        if number and (step is None or not self.numbers_are_per_owner):
            fields["same_number"] = self.of_number(read, number, owner_id)
        title = f"{self.thing.capitalize()} {number}" if number else f"New {self.thing}"
        return Snapshot(self.noun, "", title, party, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        currency, amounts = before.fields["currency"], self._amounts(arguments)
        total = money_text(amounts, currency)
        sentence, summary = self.card(before, arguments, total)
        return Expectation(
            sentence=sentence,
            summary=summary,
            money=self.money(arguments, total_minor(amounts, currency) if currency else None, currency),
            goes_to=before.party,
            undo=undo(self.operation),
            changes=(
                *self._changes(before, arguments, total),
                *self.more_changes(before, arguments),
            ),
            flags=(
                *self._flags(before, arguments),
                *self.option_flags(before, arguments),
                *self.more_flags(before, arguments),
            ),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """Among what was made for the owner since: by the number, or without one by dates and total."""
        arguments, currency = attempt.arguments, attempt.before.fields["currency"]
        known = str(attempt.before.fields.get("same_number") or "")
        number, owner_id = arguments.get(self.number), arguments[self.owner_key]

        def search() -> list[Raw]:
            return made_since(read, self._listing, attempt, known=known, **{self.owner_key: owner_id})

        def differs(found: Raw) -> str:
            asked = flat(arguments)
            sent = {name: asked[name] for name in (*self.labels, self.owner_key) if name in asked}
            if name := differing(sent, flat(found)):
                return f"“{self.labels[name]}” is another"
            is_same = self._total_minor(found, currency) == total_minor(self._amounts(arguments), currency)
            return "" if is_same else "its total is another"

        return verdict(
            attempt,
            thing=self.thing,
            get=lambda key: read(f"bill_get_{self.noun}", {id_argument(self.noun): key}),
            search=search,
            alike=lambda row: not number or flat(row).get(self.number) == number,
            differs=differs,
            told=lambda found: self._told(read, found),
        )

    @property
    def owner_key(self) -> str:
        return f"{self.owner}Id"

    @property
    def noun(self) -> str:
        return self.thing.replace(" ", "_")

    @property
    def _listing(self) -> str:
        return f"bill_list_{self.noun}s"

    def _total_minor(self, found: Raw, currency: str) -> int | None:
        if self.total[1]:
            return amount_minor(found, self.total[1], currency)
        return lines_minor(found, self.lines, currency)

    def _amounts(self, arguments: Raw) -> list[Decimal]:
        return [amount for line in arguments[self.lines] if (amount := self.amount(line)) is not None]

    def of_number(self, read: Read, number: str, owner_id: str) -> str | None:
        narrowed = {self.owner_key: owner_id} if self.numbers_are_per_owner else {}
        wanted = {self.number: number} if self.numbers_are_filtered else {}
        try:
            rows = all_rows(read, self._listing, **wanted, **narrowed)
        except RefusedError:  # BILL's documents do not say that it can look for a number
            return None
        return ", ".join(row["id"] for row in rows if flat(row).get(self.number) == number)

    def _changes(self, before: Snapshot, arguments: Raw, total: str) -> Iterator[Change]:
        for change in sent_changes(flat(arguments), {**self.labels, **self.options}):
            is_owner = change.field == self.labels[self.owner_key]
            yield Change(change.field, NOTHING, before.party, "sent") if is_owner else change
        for name, word in self.left_out.items():
            if name not in arguments:
                yield Change(self.labels[name], NOTHING, word, "vendor_decides")
        for position, line in enumerate(arguments[self.lines], start=1):
            places = (
                f"{label.lower()} {line[name]}" for name, label in PLACES_IN_THE_BOOKS.items() if name in line
            )
            words = ", ".join([self.price(line, before.fields["currency"]), *places])
            if line.get("description"):
                words = f"{shown_value(line['description'])}: {words}"
            yield Change(f"Line {position}", NOTHING, words, "sent")
        yield Change(self.total[0], NOTHING, total, "expected")

    def taken(self, number: str, same: str) -> Flag:
        if self.numbers_are_unique:
            detail = f"BILL would refuse a second {self.thing} {number}: it has {same}."
            return Flag("blocked", "BILL has that number already", detail)
        return Flag("caution", "BILL has that number already", f"{same} has it; BILL would keep both.")

    def _flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        same = before.fields["same_number"]
        if same:
            yield self.taken(arguments[self.number], str(same))
        elif same is None:
            yield Flag("info", "Number not compared", "BILL would not look for the number; it may be there.")
        if before.fields["is_archived"]:
            yield Flag("high", f"The {self.owner} is archived", f"{before.party} is archived in BILL.")
        if sum(self._amounts(arguments)) <= 0:
            yield NOT_ABOVE_ZERO
        due, issued = arguments.get("dueDate"), arguments.get("invoiceDate")
        if due and issued and date.fromisoformat(due) < date.fromisoformat(issued):
            yield Flag("caution", "Due before it is dated", f"Dated {issued}, due {due}.")

    def _told(self, read: Read, found: Raw) -> Verdict:
        owner = read(f"bill_get_{self.owner}", {self.owner_key: found[self.owner_key]})
        record = type(self).record(found, owner)
        fields, amount = record.fields, format_money(record.fields["amount_minor"], record.fields["currency"])
        who = f"{self.between} {fields[f'{self.owner}_name']}"
        named = f"{self.thing} {fields['number']}" if self.number else f"{self.thing} {record.vendor_id}"
        results = {"id": record.vendor_id} | ({self.number: fields["number"]} if self.number else {})
        after = {name: fields[name] for name in AFTER if name in fields}
        return Verdict("took", f"BILL shows {named} {who}, {amount}.", results, after)


# What BILL keeps in a group of its own, and people see beside the rest.
GROUPS = ("invoice", "classifications", "schedule", "processingOptions", "paymentInformation")


def flat(row: Raw) -> Raw:
    """The row with what stands in groups lifted out: a bill's number and date, a schedule's parts."""
    lifted = [row[name] for name in GROUPS if isinstance(row.get(name), Mapping)]
    return {key: value for group in (row, *lifted) for key, value in group.items() if key not in GROUPS}


def id_argument(noun: str) -> str:
    """What BILL's operations call the id of a record: vendor_credit is asked for by vendorCreditId."""
    first, *rest = noun.split("_")
    return "".join([first, *(word.capitalize() for word in rest), "Id"])


def refuse_finer(amounts: Iterable[Decimal], currency: str) -> None:
    problems = []
    for position, amount in enumerate(amounts, start=1):
        try:
            to_minor(amount, currency)
        except ValueError:
            problems.append(f"Line {position} comes to {amount:f}, which is finer than {currency} goes.")
    if problems:
        raise ArgumentsError(problems)


def total_minor(amounts: Iterable[Decimal], currency: str) -> int:
    return sum(to_minor(amount, currency) for amount in amounts)


def money_text(amounts: list[Decimal], currency: str | None) -> str:
    if currency is None:
        return f"{sum(amounts, Decimal(0)):,f} in the currency it will have"
    return format_money(total_minor(amounts, currency), currency)


def price_text(price: str, currency: str | None) -> str:
    """A price as it is sent: one finer than the currency's digits is not rounded for the eye."""
    if currency is None:
        return price
    try:
        return format_money(to_minor(price, currency), currency)
    except ValueError:
        return f"{price} {currency}"
