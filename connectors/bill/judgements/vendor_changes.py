"""Changing a vendor, and putting it away and back. With autoPay, BILL pays its bills by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.bill.judgements.changes import compared, same_text
from connectors.bill.judgements.common import Raw, now_text
from connectors.bill.judgements.payables import pays_by_itself
from connectors.bill.judgements.single import ShelveRecord
from connectors.bill.judgements.vendors import LABELS, flat_vendor
from connectors.bill.mapping import known_currency, vendor_record
from connectors.errors import ArgumentsError
from connectors.hiding import dotted
from connectors.judgements import NOTHING, card, only_reference, shown_value, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money, to_minor

NO_MONEY = Money(None, None, "none")
AUTO_PAY = {
    "autoPay": ("enabled", "BILL pays by itself"),
    "autoPayBankAccountId": ("bankAccountId", "Paid by itself from bank account"),
    "autoPayMaxAmount": ("maxAmount", "Paid by itself up to"),
    "autoPayDaysBeforeDueDate": ("daysBeforeDueDate", "Paid by itself before due, days"),
}
ALL_LABELS = {**LABELS, "taxId": "Tax number", **{name: label for name, (_, label) in AUTO_PAY.items()}}
# A change of these is how a thief begins: they say who is paid, and whom BILL writes to.
TELLING = {"name": "Another name", "payeeName": "Payments go out to another name", "email": "Another address"}


class UpdateVendor:
    operation = "bill_update_vendor"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        vendor = read("bill_get_vendor", {"vendorId": arguments["vendorId"]})
        currency = known_currency(vendor, "billCurrency")
        try:
            to_minor(arguments.get("autoPayMaxAmount", 0), currency)
        except ValueError:
            sentence = f"autoPayMaxAmount is finer than {currency} goes."
            raise ArgumentsError([sentence]) from None
        shown = in_words(as_arguments(vendor), currency)
        now = {label: shown.get(label, "") for label in in_words(arguments, currency)}
        fields = {
            "asked": "; ".join(f"{label} {text or NOTHING}" for label, text in now.items()),
            "is_archived": bool(vendor.get("archived")),
            "currency": currency,
            "pays_itself": bool((vendor.get("autoPay") or {}).get("enabled")),
            **{_field(label): text for label, text in now.items()},
        }
        return Snapshot("vendor", vendor["id"], vendor["name"], vendor["name"], fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        wanted = in_words(arguments, str(before.fields["currency"]))
        moved = [label for label, text in wanted.items() if not same_text(text, self._now(before, label))]
        return Expectation(
            sentence=card(self.operation, title=before.title, what=", ".join(moved).lower() or "nothing"),
            summary=f"Vendor {before.title} is changed in BILL. Nothing is paid by the change itself.",
            money=self._money(before, arguments),
            goes_to=before.title,
            undo=undo(self.operation),
            changes=tuple(
                Change(label, self._now(before, label) or NOTHING, text, "sent")
                for label, text in wanted.items()
            ),
            flags=tuple(self._flags(before, arguments, moved)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        vendor = read("bill_get_vendor", {"vendorId": attempt.before.key})
        currency = known_currency(vendor, "billCurrency")
        wanted, shown = in_words(attempt.arguments, currency), in_words(as_arguments(vendor), currency)
        after = {name: vendor_record(vendor).fields[name] for name in ("name", "email", "status", "currency")}
        then = {label: self._now(attempt.before, label) for label in wanted}
        answered = attempt.answer is not None
        return compared(f"vendor {attempt.before.title}", wanted, then, shown, answered=answered, after=after)

    def _money(self, before: Snapshot, arguments: Mapping[str, Any]) -> Money:
        """What each bill may cost at most that BILL then pays by itself."""
        if (
            not arguments.get("autoPay", before.fields["pays_itself"])
            or not arguments.keys() & AUTO_PAY.keys()
        ):
            return NO_MONEY
        most, currency = arguments.get("autoPayMaxAmount"), str(before.fields["currency"])
        return Money(to_minor(most, currency) if most else None, currency, "out")

    def _flags(self, before: Snapshot, arguments: Mapping[str, Any], moved: list[str]) -> Iterator[Flag]:
        if not moved:
            yield Flag("blocked", "Nothing changes", f"{before.title} is like that already.")
        for name, title in TELLING.items():
            if ALL_LABELS[name] in moved:
                detail = f"Call {before.title} on a number known from before, not one from the request."
                yield Flag("high", title, detail)
        if arguments.get("autoPay", before.fields["pays_itself"]) and arguments.keys() & AUTO_PAY.keys():
            yield pays_by_itself(before.title)
            if not arguments.get("autoPayMaxAmount"):
                yield Flag("high", "No limit", "BILL pays bills of any amount by itself.")
        if before.fields["is_archived"]:
            yield Flag("caution", "The vendor is archived", f"{before.title} is archived in BILL.")

    def _now(self, before: Snapshot, label: str) -> str:
        return str(before.fields.get(_field(label), ""))


class ShelveVendor(ShelveRecord):
    """Putting a vendor away, or back: what is still owed to it is told."""

    def _snapshot(self, read: Read, record: Raw, fields: Mapping[str, Any]) -> Snapshot:
        shown = vendor_record(record).fields
        owed = {name: shown[name] for name in ("balance_minor", "currency")}
        return super()._snapshot(read, record, {**fields, **owed})

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        if self.archives and (balance := before.fields["balance_minor"]):
            owed = format_money(balance, before.fields["currency"])
            yield Flag("caution", "Still owed", f"BILL lists {owed} as owed to {before.title}.")


def as_arguments(vendor: Raw) -> dict[str, Any]:
    """A vendor as BILL shows it, under the names by which it is changed."""
    auto_pay = vendor.get("autoPay") or {}
    shown = {**flat_vendor(vendor), "autoPay": auto_pay.get("enabled")}
    for name, (part, _) in AUTO_PAY.items():
        shown[name] = auto_pay.get(part)
    return shown


def in_words(given: Mapping[str, Any], currency: str) -> dict[str, str]:
    """label → value in the words of the card; nothing for what is not there."""
    values = {}
    for name, label in ALL_LABELS.items():
        value = given.get(name)
        if value in (None, "", {}):
            continue
        if name == "taxId":
            value = dotted(str(value))
        elif name == "autoPayMaxAmount":
            value = format_money(to_minor(value, currency), currency)
        elif name == "address":
            value = {part: value[part] for part in ADDRESS if value.get(part)}
        values[label] = shown_value(value)
    return values


ADDRESS = ("line1", "line2", "city", "stateOrProvince", "zipOrPostalCode", "country")


def _field(label: str) -> str:
    return "shown_" + label.lower().replace(",", "").replace(" ", "_")
