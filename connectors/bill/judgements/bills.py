"""Entering a vendor's bill: money that we come to owe. Paying it is another matter."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.bill.judgements.common import (
    Raw,
    all_rows,
    made_since,
    money_text,
    now_text,
    only_reference,
    price_text,
    step_of,
    total_minor,
    verdict,
)
from connectors.bill.mapping import amount_minor, bill_record, known_currency
from connectors.judgements import card, sent_changes, shown_value, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money

LABELS = {
    "invoiceNumber": "Vendor's number",
    "vendorId": "Vendor",
    "invoiceDate": "Bill date",
    "dueDate": "Due",
    "description": "Note",
}


class BillJudge:
    operation = "bill_create_bill"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        """The vendor, and whether the vendor's number was entered before."""
        only_reference(arguments, "vendorId")
        step, number = step_of(arguments["vendorId"]), arguments["invoiceNumber"]
        fields = {"same_number": "", "currency": None, "is_archived": False}
        if step is not None:
            party = f"the vendor that step {step} creates"
        else:
            vendor = read("bill_get_vendor", {"vendorId": arguments["vendorId"]})
            party = vendor["name"]
            taken = _of_number(read, arguments["vendorId"], number)
            fields = {
                "same_number": ", ".join(row["id"] for row in taken),
                "currency": known_currency(vendor, "billCurrency"),
                "is_archived": bool(vendor.get("archived")),
            }
        return Snapshot("bill", "", f"Bill {number}", party, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        currency = before.fields.get("currency") or None
        amounts = line_amounts(arguments)
        total = money_text(amounts, currency)
        return Expectation(
            sentence=card(
                self.operation, number=arguments["invoiceNumber"], vendor=before.party, total=total
            ),
            summary=f"BILL lists {total} as owed to {before.party}. Nothing is paid by this.",
            money=Money(total_minor(amounts, currency) if currency else None, currency, "stays"),
            goes_to=before.party,
            undo=undo(self.operation),
            changes=tuple(_changes(before, arguments, currency, total)),
            flags=tuple(_flags(before, arguments, amounts)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """A vendor's number is there once: the bill is found by it, or was not made."""
        arguments, vendor_id = attempt.arguments, attempt.arguments["vendorId"]
        currency = attempt.before.fields.get("currency") or None
        known = str(attempt.before.fields.get("same_number") or "")

        def search() -> list[Raw]:
            return made_since(read, "bill_list_bills", attempt, known=known, vendorId=vendor_id)

        def differs(found: Raw) -> str:
            if found["invoice"]["invoiceNumber"] != arguments["invoiceNumber"]:
                return f"its number is {found['invoice']['invoiceNumber']}"
            if found.get("vendorId") != vendor_id:
                return "it is from another vendor"
            wanted = total_minor(line_amounts(arguments), str(currency)) if currency else None
            if wanted is not None and amount_minor(found, "amount", str(currency)) != wanted:
                return "its amount is another"
            return ""

        def told(found: Raw) -> Verdict:
            return _told(found, read("bill_get_vendor", {"vendorId": found["vendorId"]}))

        return verdict(
            attempt,
            get=lambda key: read("bill_get_bill", {"billId": key}),
            search=search,
            alike=lambda row: row["invoice"]["invoiceNumber"] == arguments["invoiceNumber"],
            thing="bill",
            differs=differs,
            told=told,
        )


def line_amounts(arguments: Mapping[str, Any]) -> list[Decimal]:
    return [Decimal(line["amount"]) for line in arguments["billLineItems"]]


def _of_number(read: Read, vendor_id: str, number: Any) -> list[Raw]:
    rows = all_rows(read, "bill_list_bills", vendorId=vendor_id)
    return [row for row in rows if row["invoice"]["invoiceNumber"] == number]


def _changes(
    before: Snapshot, arguments: Mapping[str, Any], currency: str | None, total: str
) -> Iterator[Change]:
    for change in sent_changes(arguments, LABELS):
        yield Change("Vendor", "—", before.party, "sent") if change.field == "Vendor" else change
    for position, line in enumerate(arguments["billLineItems"], start=1):
        words = price_text(line["amount"], currency)
        if line.get("description"):
            words = f"{shown_value(line['description'])}: {words}"
        yield Change(f"Line {position}", "—", words, "sent")
    yield Change("Amount owed", "—", total, "expected")


def _flags(before: Snapshot, arguments: Mapping[str, Any], amounts: list[Decimal]) -> Iterator[Flag]:
    if same := before.fields.get("same_number"):
        detail = f"BILL would refuse it: {before.party} already has a bill of that number ({same})."
        yield Flag("blocked", "This bill is in BILL already", detail)
    if before.fields.get("is_archived"):
        yield Flag("high", "The vendor is archived", f"{before.party} is archived in BILL.")
    if sum(amounts, Decimal(0)) <= 0:
        yield Flag("caution", "The amount is not above zero", "Check the amounts of the lines.")
    due, issued = arguments["dueDate"], arguments["invoiceDate"]
    if (
        isinstance(due, str)
        and isinstance(issued, str)
        and date.fromisoformat(due) < date.fromisoformat(issued)
    ):
        yield Flag("caution", "Due before it is dated", f"Dated {issued}, due {due}.")


def _told(found: Raw, owner: Raw) -> Verdict:
    record = bill_record(found, owner)
    fields = record.fields
    amount = format_money(fields["amount_minor"], fields["currency"])
    after = {
        name: fields[name] for name in ("number", "status", "approval_status", "amount_minor", "currency")
    }
    sentence = f"BILL shows bill {fields['number']} from {fields['vendor_name']}, {amount}."
    return Verdict("took", sentence, {"id": record.vendor_id}, after)
