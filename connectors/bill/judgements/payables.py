"""Making what we owe: a vendor's bill, its credit, and the bill that BILL enters by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.bill.judgements.common import Raw
from connectors.bill.judgements.documents import PLACES_IN_THE_BOOKS, DocumentJudge
from connectors.bill.mapping import bill_record, recurring_bill_record, vendor_credit_record
from connectors.errors import ArgumentsError
from connectors.judgements import card
from connectors.judging import Change, Flag, Money, Read, Snapshot
from connectors.money import format_money, to_minor

SCHEDULE = {
    "period": "Counted in",
    "frequency": "Every so many",
    "nextDueDate": "Next bill due",
    "endDate": "Ends",
    "daysInAdvance": "Days it is entered before",
}
PERIODS = {"WEEKLY": "week", "MONTHLY": "month", "YEARLY": "year"}


class PayableJudge(DocumentJudge):
    owner = "vendor"
    owner_currency = "billCurrency"
    between = "from"
    numbers_are_per_owner = True


class BillJudge(PayableJudge):
    operation = "bill_create_bill"
    thing = "bill"
    labels = {
        "invoiceNumber": "Vendor's number",
        "vendorId": "Vendor",
        "invoiceDate": "Bill date",
        "dueDate": "Due",
        "description": "Note",
        "purchaseOrderNumber": "Our order",
        "payFromChartOfAccountId": "Paid from ledger account",
        **PLACES_IN_THE_BOOKS,
    }
    lines = "billLineItems"
    total = ("Amount owed", "amount")
    record = bill_record

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        """Also what is left of the credits that are to be set off against the bill."""
        before = super().look(read, arguments)
        credits = arguments.get("vendorCredits", ())
        if credits and not before.fields["currency"]:
            raise ArgumentsError(["vendorCredits cannot be set off before the vendor is there."])
        for part in credits:
            before.fields.update(self._credit(read, part, arguments["vendorId"], before))
        return before

    def _credit(self, read: Read, part: Raw, vendor_id: str, before: Snapshot) -> dict[str, Any]:
        """Raises ArgumentsError for a credit of another vendor, or a part finer than the currency."""
        credit = read("bill_get_vendor_credit", {"vendorCreditId": part["id"]})
        number, currency = credit.get("referenceNumber", part["id"]), str(before.fields["currency"])
        if credit["vendorId"] != vendor_id:
            raise ArgumentsError([f"Credit {number} is not from {before.party}."])
        try:
            to_minor(part["amount"], currency)
        except ValueError:
            sentence = f"{part['amount']} of credit {number} is finer than {currency} goes."
            raise ArgumentsError([sentence]) from None
        left = vendor_credit_record(credit, {"billCurrency": currency}).fields["open_minor"]
        return {f"{part['id']} number": number, f"{part['id']} left_minor": left}

    def more_changes(self, before: Snapshot, arguments: Raw) -> Iterator[Change]:
        for part, left, used in self._set_off(before, arguments):
            currency = str(before.fields["currency"])
            now = f"{format_money(left, currency)} left"
            number = before.fields[f"{part['id']} number"]
            yield Change(f"Credit {number} set off", now, format_money(used, currency), "sent")

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        for part, left, used in self._set_off(before, arguments):
            if left is None or used > left:
                number = before.fields[f"{part['id']} number"]
                detail = f"Credit {number} has too little left; BILL may refuse."
                yield Flag("high", "More than the credit has left", detail)

    def _set_off(self, before: Snapshot, arguments: Raw) -> Iterator[tuple[Raw, int | None, int]]:
        """Each part of a credit, what is left of the credit, and how much is to be used."""
        for part in arguments.get("vendorCredits", ()):
            left = before.fields[f"{part['id']} left_minor"]
            used = to_minor(part["amount"], str(before.fields["currency"]))
            yield part, left if isinstance(left, int) else None, used

    def card(self, before: Snapshot, arguments: Raw, total: str) -> tuple[str, str]:
        return (
            card(self.operation, number=arguments["invoiceNumber"], vendor=before.party, total=total),
            f"BILL lists {total} as owed to {before.party}. Nothing is paid by this.",
        )


class VendorCreditJudge(PayableJudge):
    operation = "bill_create_vendor_credit"
    thing = "vendor credit"
    number = "referenceNumber"
    numbers_are_filtered = False
    numbers_are_unique = False
    labels = {
        "referenceNumber": "Vendor's number",
        "vendorId": "Vendor",
        "creditDate": "Credit date",
        "description": "Note",
        "applyToChartOfAccountId": "Booked to ledger account",
        "applyToBankAccountId": "Booked to bank account",
    }
    lines = "vendorCreditLineItems"
    total = ("Credited", "amount")
    record = vendor_credit_record

    def card(self, before: Snapshot, arguments: Raw, total: str) -> tuple[str, str]:
        return (
            card(self.operation, number=arguments["referenceNumber"], vendor=before.party, total=total),
            f"BILL lists {total} that {before.party} owes us, to be set off against its bills. "
            "No money moves by this.",
        )


class RecurringBillJudge(PayableJudge):
    """It has no number: a second one like it is told from the first by nothing but its id."""

    operation = "bill_create_recurring_bill"
    thing = "recurring bill"
    number = ""
    labels = {
        "vendorId": "Vendor",
        **SCHEDULE,
        "autoPayment": "BILL pays by itself",
        "bankAccountId": "Paid from bank account",
        "description": "Note",
    }
    lines = "recurringBillLineItems"
    total = ("Each bill", "")
    record = recurring_bill_record

    def card(self, before: Snapshot, arguments: Raw, total: str) -> tuple[str, str]:
        period = period_words(arguments["schedule"])
        pays = (
            "and pays each of them by itself" if arguments.get("autoPayment") else "to be paid as any other"
        )
        return (
            card(self.operation, vendor=before.party, period=period, total=total),
            f"BILL enters a bill over {total} from {before.party} {period}, {pays}.",
        )

    def money(self, arguments: Raw, total_minor: int | None, currency: str | None) -> Money:
        return recurring_money(bool(arguments.get("autoPayment")), total_minor, currency)

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        if arguments.get("autoPayment"):
            yield pays_by_itself(before.party)


def period_words(schedule: Raw) -> str:
    """ "every month", "every 3 months"; "" where the schedule does not say."""
    unit, frequency = PERIODS.get(schedule.get("period", "")), schedule.get("frequency")
    if not unit or not frequency:
        return ""
    return f"every {unit}" if int(frequency) == 1 else f"every {frequency} {unit}s"


def recurring_money(pays: bool, total_minor: int | None, currency: str | None) -> Money:
    return Money(total_minor, currency, "out" if pays else "stays")


def pays_by_itself(vendor: str) -> Flag:
    detail = (
        f"Nobody is asked before {vendor} is paid, here or at BILL. BILL wants a sign-in with MFA for it."
    )
    return Flag("high", "BILL pays by itself", detail)
