"""Paying vendors. BILL knows no key against paying twice, so a reference of ours stands in for one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.bill.judgements import payment_facts as facts
from connectors.bill.judgements.at_once import AtOnce, refuse_repeated, remembering
from connectors.bill.judgements.changes import Document
from connectors.bill.judgements.common import SKEW, Raw, answered_id, now_text, verdict
from connectors.bill.judgements.payables import BillJudge
from connectors.bill.mapping import amount_minor, known_currency
from connectors.errors import ArgumentsError
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Judge, Money, Read, Snapshot, Verdict
from connectors.money import format_money, to_minor

BILL = BillJudge()
NOT_APPROVED = {"ASSIGNED": "waits for approval", "APPROVING": "waits for approval", "DENIED": "was denied"}
ALIKE_WITHIN = timedelta(days=7)
NOTES = {
    "description": "Note",
    "cardFundingPurpose": "Purpose of the card payment",
    "requestCheckDeliveryType": "Check carried by",
}


@dataclass(frozen=True)
class CreatePayment:
    """For a bill, or with `createBill` for one that BILL makes."""

    operation: str = "bill_create_payment"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        _refuse_contradictions(arguments)
        read = remembering(read)
        bill = None if arguments["createBill"] else Document.read(read, BILL, arguments["billId"])
        vendor_id = bill.raw["vendorId"] if bill else arguments["vendorId"]
        vendor = read("bill_get_vendor", {"vendorId": vendor_id})
        if arguments.get("vendorId", vendor_id) != vendor_id:
            raise ArgumentsError([f"That bill is from {vendor['name']}, not from the vendor that is named."])
        currency = known_currency(vendor, "billCurrency")
        amount = _amount(arguments, currency)
        fields = {
            "currency": currency,
            "vendor_id": vendor_id,
            "payee": facts.payee(read, vendor),
            "changed_lately": facts.changed_lately(read, vendor),
            "vendor_archived": bool(vendor.get("archived")),
            "pays_itself": bool((vendor.get("autoPay") or {}).get("enabled")),
            "rate": facts.rate(read, vendor_id, arguments, currency),
            **facts.funding(read, arguments),
            **facts.option(read, vendor_id, arguments),
            **_bill_fields(bill),
            **_paid_before(read, arguments, bill, vendor_id, amount, currency),
        }
        kind, key = ("bill", arguments["billId"]) if bill else ("vendor", vendor_id)
        title = bill.title(BILL) if bill else f"A payment to {vendor['name']}"
        return Snapshot(kind, key, title, vendor["name"], fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        currency = str(before.fields["currency"])
        amount = _amount(arguments, currency)
        total = format_money(amount, currency)
        what = f"for bill {before.fields['bill']}" if before.fields["bill"] else "with a bill that BILL makes"
        account = before.fields["funding"]
        return Expectation(
            sentence=card(self.operation, vendor=before.party, total=total, what=what),
            summary=f"BILL takes {total} from {account} and pays {before.fields['payee']}. "
            "It is paid once: should no answer come, nothing is sent again before BILL was looked through.",
            money=Money(amount, currency, "out"),
            goes_to=str(before.fields["payee"]),
            undo=undo(self.operation),
            changes=tuple(self._changes(before, arguments, amount)),
            flags=tuple(self._flags(before, arguments, amount)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """By the answered id, else by our reference, which no other request has.

        A payment of the same bill that lacks our reference may be ours if BILL put a number of its own
        there: then nobody can tell, and it is not called absent.
        """
        arguments, before = attempt.arguments, attempt.before
        currency, known = str(before.fields["currency"]), str(before.fields["payments"] or "")
        wanted = _amount(arguments, currency)
        answered = answered_id(attempt)

        def search() -> list[Raw]:
            rows = facts.payments_since(read, attempt.sent_at - SKEW)
            return [row for row in rows if row["id"] not in known or _is_ours(row, arguments)]

        def alike(row: Raw) -> bool:
            if _is_ours(row, arguments):
                return not arguments.get("billId") or facts.touches(row, arguments["billId"])
            if arguments.get("billId"):
                return facts.touches(row, arguments["billId"])
            is_same = amount_minor(row, "amount", currency) in (wanted, None)
            return row.get("vendorId") == before.fields["vendor_id"] and is_same

        def differs(row: Raw) -> str:
            if arguments.get("billId") and not facts.touches(row, arguments["billId"]):
                return "it pays another bill"
            if amount_minor(row, "amount", currency) != wanted:
                return "its amount is another"
            return "" if answered or _is_ours(row, arguments) else "it does not carry our reference"

        return verdict(
            attempt,
            thing="payment",
            get=lambda key: read("bill_get_payment", {"paymentId": key}),
            search=search,
            alike=alike,
            differs=differs,
            told=lambda row: _told(row, before.party, currency),
        )

    def _changes(self, before: Snapshot, arguments: Raw, amount: int) -> Iterator[Change]:
        fields, currency = before.fields, str(before.fields["currency"])
        yield Change("Amount", NOTHING, format_money(amount, currency), "sent")
        yield Change("From", NOTHING, str(fields["funding"]), "sent")
        if not arguments.get("processDate"):
            soon = (
                f"the next possible day, now {fields['process_on']}"
                if fields["process_on"]
                else "BILL decides"
            )
            yield Change("Leaves on", NOTHING, soon, "vendor_decides")
        else:
            yield Change("Leaves on", NOTHING, arguments["processDate"], "sent")
        yield Change("Arrives on", NOTHING, str(fields["arrives_on"] or "BILL decides"), "vendor_decides")
        yield Change("Fee", NOTHING, str(fields["fee"] or "BILL decides"), "vendor_decides")
        if fields["rate"]:
            yield Change("Rate of exchange", NOTHING, str(fields["rate"]), "vendor_decides")
        yield Change("Paid faster", NOTHING, "Yes" if arguments["requestPayFaster"] else "No", "sent")
        yield Change("BILL makes a bill", NOTHING, "Yes" if arguments["createBill"] else "No", "sent")
        for name, label in NOTES.items():
            if name in arguments:
                yield Change(label, NOTHING, arguments[name], "sent")
        if arguments.get("paymentPurpose"):
            yield Change("Purpose abroad", NOTHING, _purpose(arguments["paymentPurpose"]), "sent")
        if ours := arguments.get("transactionNumber"):
            yield Change("Our reference", NOTHING, ours, "sent")
        if fields["bill"]:
            is_open = fields["open_minor"]
            left = format_money(is_open - amount, currency) if isinstance(is_open, int) else "BILL decides"
            now = f"{format_money(is_open, currency)}, {fields['standing']}, {fields['approval']}"
            yield Change(f"Open of bill {fields['bill']}", now, left, "expected")

    def _flags(self, before: Snapshot, arguments: Raw, amount: int) -> Iterator[Flag]:
        fields, currency = before.fields, str(before.fields["currency"])
        if fields["bill"]:
            yield from _bill_flags(before, amount, currency)
        elif fields["payments"]:
            detail = f"{before.party} was paid as much in the last days: {fields['payments']}."
            yield Flag("high", "The same amount lately", detail)
        if fields["payments"] is None:
            yield Flag(
                "caution", "Payments not compared", "BILL would not list what it pays the vendor already."
            )
        if fields["pays_itself"]:
            detail = (
                f"BILL pays the bills of {before.party} by itself before they are due; see that it does not."
            )
            yield Flag("high", "BILL pays this vendor by itself", detail)
        if fields["vendor_archived"]:
            yield Flag("high", "The vendor is archived", f"{before.party} is archived in BILL.")
        if fields["changed_lately"]:
            detail = (
                f"Call {before.party} on a number known from before. Changed: {fields['changed_lately']}."
            )
            yield Flag("high", "Payment details changed lately", detail)
        elif fields["changed_lately"] is None:
            yield Flag("info", "Changes not known", "BILL would not say what of the vendor changed lately.")
        if fields["no_funding"]:
            yield Flag("blocked", "Nothing can be paid from there", f"{fields['no_funding']}.")
        if fields["unavailable"]:
            yield Flag("blocked", "BILL would not pay from there", str(fields["unavailable"]))
        if arguments["requestPayFaster"]:
            yield Flag("caution", "Paid faster", "BILL takes a further fee for paying faster.")
        if _is_over(arguments.get("processDate")):
            detail = f"{arguments['processDate']} is over; BILL would refuse."
            yield Flag("blocked", "The process date is over", detail)
        elif _is_before(arguments.get("processDate"), str(fields["process_on"])):
            detail = (
                f"BILL pays {before.party} on {fields['process_on']} at the earliest. New bank details take"
                " it two business days."
            )
            yield Flag("blocked", "Too early", detail)


class CreatePayments(AtOnce):
    """Every bill is judged as if it were paid alone, from the account that all share."""

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        refuse_repeated((one["billId"] for one in arguments["payments"]), "Bill")
        return super().look(read, arguments)

    def _items(self, arguments: Mapping[str, Any]) -> list[Raw]:
        shared = {name: value for name, value in arguments.items() if name != "payments"}
        return [{**shared, "createBill": False, **one} for one in arguments["payments"]]


def _refuse_contradictions(arguments: Raw) -> None:
    has_bill, has_vendor = "billId" in arguments, "vendorId" in arguments
    if arguments["createBill"] and has_bill:
        raise ArgumentsError(["With createBill BILL makes the bill, so billId is left out."])
    if arguments["createBill"] and not has_vendor:
        raise ArgumentsError(["With createBill the vendor must be given: vendorId is missing."])
    if not arguments["createBill"] and not has_bill:
        raise ArgumentsError(
            ["billId is missing: name the bill to pay, or let BILL make one with createBill."]
        )


def _amount(arguments: Raw, currency: str) -> int:
    try:
        return to_minor(arguments["amount"], currency)
    except ValueError:
        raise ArgumentsError([f"{arguments['amount']} is finer than {currency} goes."]) from None


def _bill_fields(bill: Document | None) -> dict[str, Any]:
    if bill is None:
        return dict.fromkeys(("bill", "approval", "standing", "open_minor", "scheduled_minor"), "") | {
            "is_archived": False
        }
    return {
        "bill": bill.fields["number"],
        "approval": bill.fields["approval_status"],
        "standing": bill.fields["status"],
        "open_minor": bill.fields["open_minor"],
        "scheduled_minor": amount_minor(bill.raw, "scheduledAmount", bill.currency),
        "is_archived": bill.fields["is_archived"],
    }


def _paid_before(
    read: Read, arguments: Raw, bill: Document | None, vendor_id: str, amount: int, currency: str
) -> dict[str, Any]:
    """`payments`: those that stand for this bill; without a bill, the vendor's lately of the same amount.

    `under_way`: those of them whose money is still to leave, so that the bill looks open.
    """
    since = datetime.now(UTC) - ALIKE_WITHIN
    if bill:
        since = datetime.fromisoformat(str(bill.raw.get("createdTime") or "2000-01-01T00:00:00+00:00")) - SKEW
    rows = facts.if_told(lambda: facts.payments_since(read, since, vendorId=vendor_id))
    if rows is None:
        return {"payments": None, "under_way": ""}
    same = [
        row
        for row in rows
        if facts.is_standing(row)
        and (
            facts.touches(row, arguments["billId"])
            if bill
            else amount_minor(row, "amount", currency) == amount
        )
    ]
    waiting = [row for row in same if bill and not facts.has_left(row)]
    named = {"payments": same, "under_way": waiting}
    return {name: ", ".join(_named(row, currency) for row in those) for name, those in named.items()}


def _bill_flags(before: Snapshot, amount: int, currency: str) -> Iterator[Flag]:
    fields = before.fields
    number, is_open, scheduled = fields["bill"], fields["open_minor"], fields["scheduled_minor"] or 0
    if fields["is_archived"]:
        yield Flag("blocked", "The bill is archived", f"Bill {number} is archived in BILL.")
    if waits := NOT_APPROVED.get(str(fields["approval"])):
        yield Flag("blocked", "Not approved", f"Bill {number} {waits} in BILL; it cannot be paid before.")
    elif fields["approval"] == "UNASSIGNED":
        detail = f"In BILL nobody was asked to approve bill {number}; compare it with what was ordered."
        yield Flag("caution", "Nobody approved it in BILL", detail)
    if not isinstance(is_open, int):
        yield Flag("high", "What is open is not known", f"BILL does not say what of bill {number} is open.")
    elif amount > is_open:
        detail = f"{format_money(amount, currency)} is more than the {format_money(is_open, currency)} open."
        yield Flag("blocked", "More than is open", detail)
    elif amount > is_open - scheduled:
        detail = f"Of bill {number} {format_money(scheduled, currency)} is scheduled to be paid already."
        yield Flag("blocked", "It would be paid twice", detail)
    if waiting := fields["under_way"]:
        yield Flag("blocked", "A payment is scheduled", f"BILL shows for this bill: {waiting}.")
    elif scheduled or fields["standing"] == "SCHEDULED":
        yield Flag("blocked", "A payment is scheduled", f"BILL shows bill {number} as scheduled to be paid.")
    elif fields["payments"]:
        yield Flag("high", "Paid already", f"BILL shows for this bill: {fields['payments']}.")


def _is_ours(row: Raw, arguments: Raw) -> bool:
    ours = arguments.get("transactionNumber")
    return bool(ours) and row.get("transactionNumber") == ours


def _is_over(day: str | None) -> bool:
    return day is not None and date.fromisoformat(day) < datetime.now(UTC).date() - timedelta(days=1)


def _is_before(day: str | None, earliest: str) -> bool:
    return bool(day and earliest) and date.fromisoformat(day) < date.fromisoformat(earliest)


def _purpose(given: Raw) -> str:
    code = given.get("code") or {}
    return ", ".join(filter(None, (given.get("text"), code.get("name"), code.get("value"))))


def _named(row: Raw, currency: str) -> str:
    amount = format_money(amount_minor(row, "amount", currency), currency)
    return f"{amount} {str(row.get('singleStatus', '')).lower().replace('_', ' ')} ({row['id']})"


def _told(row: Raw, party: str, currency: str) -> Verdict:
    amount = format_money(amount_minor(row, "amount", currency), currency)
    after = {"status": row.get("status"), "stands_at": row.get("singleStatus")}
    if not facts.is_standing(row):
        sentence = f"BILL shows payment {row['id']} to {party}, but as {row.get('singleStatus')}."
        return Verdict("cannot_tell", sentence, after=after)
    leaves = f", to leave on {row['processDate']}" if row.get("processDate") else ""
    sentence = f"BILL shows payment {row['id']} of {amount} to {party}{leaves}."
    return Verdict("took", sentence, {"id": row["id"]}, after)


ONE = CreatePayment()
JUDGES: Mapping[str, Judge] = {
    "create_payment": ONE,
    "create_payments_bulk": CreatePayments(
        "bill_create_payments_bulk", ONE, "payments", "payments", "payments"
    ),
}
