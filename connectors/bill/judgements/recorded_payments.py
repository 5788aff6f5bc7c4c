"""Noting that bills were paid outside of BILL: its books change, no money moves."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from connectors.bill.judgements.at_once import refuse_repeated
from connectors.bill.judgements.changes import Document
from connectors.bill.judgements.common import now_text
from connectors.bill.judgements.documents import refuse_finer
from connectors.bill.judgements.payables import BillJudge
from connectors.bill.mapping import amount_minor
from connectors.errors import ArgumentsError
from connectors.judgements import card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money, to_minor

BILL = BillJudge()


class RecordBillPayment:
    """Each bill stands in the snapshot under its id; `bills` is all of them as one text."""

    operation = "bill_record_bill_payment"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        payments, vendor_id = arguments["payments"], arguments["vendorId"]
        refuse_repeated((one["billId"] for one in payments), "Bill")
        vendor = read("bill_get_vendor", {"vendorId": vendor_id})
        fields: dict[str, Any] = {}
        texts = []
        for one in payments:
            bill, key = Document.read(read, BILL, one["billId"]), one["billId"]
            if bill.raw["vendorId"] != vendor_id:
                raise ArgumentsError([f"{bill.title(BILL)} is not from {vendor['name']}."])
            refuse_finer([Decimal(one["amount"])], bill.currency)
            fields |= {
                f"{key} title": bill.title(BILL),
                f"{key} status": bill.fields["status"],
                f"{key} open_minor": bill.fields["open_minor"],
                f"{key} paid_minor": amount_minor(bill.raw, "paidAmount", bill.currency),
            }
            fields["currency"] = bill.currency
            open_text = format_money(bill.fields["open_minor"], bill.currency)
            texts.append(f"{bill.title(BILL)}, {open_text} open, {bill.fields['status']}")
        fields["bills"] = "; ".join(texts)
        return Snapshot("vendor", vendor_id, vendor["name"], vendor["name"], fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        currency = str(before.fields["currency"])
        total = sum(to_minor(one["amount"], currency) for one in arguments["payments"])
        text = format_money(total, currency)
        return Expectation(
            sentence=card(self.operation, total=text, vendor=before.party),
            summary=f"BILL lists {text} as paid to {before.party} on {arguments['processDate']}. "
            "BILL sends no money; it was paid elsewhere.",
            money=Money(total, currency, "stays"),
            goes_to=before.party,
            undo=undo(self.operation),
            changes=tuple(self._changes(before, arguments)),
            flags=tuple(self._flags(before, arguments)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """By what each bill shows as paid: the payment itself is in no list before it is looked for there."""
        now, before = self.look(read, attempt.arguments).fields, attempt.before.fields
        currency, rises = str(before["currency"]), []
        for one in attempt.arguments["payments"]:
            paid, earlier = (fields[f"{one['billId']} paid_minor"] for fields in (now, before))
            known = isinstance(paid, int) and isinstance(earlier, int)
            rises.append((paid - earlier if known else None, to_minor(one["amount"], currency)))
        after = {"bills": now["bills"]}
        if all(rise == asked for rise, asked in rises):
            answer = attempt.answer if isinstance(attempt.answer, Mapping) else {}
            results = {"id": answer["id"]} if isinstance(answer.get("id"), str) else {}
            return Verdict("took", f"BILL shows {now['bills']}.", results, after)
        if all(rise == 0 for rise, _ in rises):
            return Verdict("absent", f"BILL shows nothing more as paid: {now['bills']}.", after=after)
        return Verdict(
            "cannot_tell", f"BILL shows other payments than asked for: {now['bills']}.", after=after
        )

    def _changes(self, before: Snapshot, arguments: Mapping[str, Any]) -> Iterator[Change]:
        currency = str(before.fields["currency"])
        yield Change("Paid on", "—", arguments["processDate"], "sent")
        if arguments["toPrintCheck"]:
            yield Change("A check is to be printed", "—", "Yes", "sent")
        for one in arguments["payments"]:
            title = str(before.fields[f"{one['billId']} title"])
            is_open, paid = before.fields[f"{one['billId']} open_minor"], to_minor(one["amount"], currency)
            rest = format_money(is_open - paid, currency) if isinstance(is_open, int) else "BILL decides"
            yield Change(f"Paid of {title}", "—", format_money(paid, currency), "sent")
            yield Change(f"Open of {title}", format_money(is_open, currency), rest, "expected")

    def _flags(self, before: Snapshot, arguments: Mapping[str, Any]) -> Iterator[Flag]:
        currency = str(before.fields["currency"])
        for one in arguments["payments"]:
            key, paid = one["billId"], to_minor(one["amount"], currency)
            title, status = (str(before.fields[f"{key} {name}"]) for name in ("title", "status"))
            is_open = before.fields[f"{key} open_minor"]
            if isinstance(is_open, int) and paid > is_open:
                detail = f"Only {format_money(is_open, currency)} of {title} is open; BILL may refuse."
                yield Flag("high", "More than is open", detail)
            if status == "SCHEDULED":
                detail = f"A payment of {title} is scheduled in BILL; with this one it is paid twice."
                yield Flag("high", "A payment is under way", detail)
            if status == "ARCHIVED":
                yield Flag("high", "The bill is archived", f"{title} is archived in BILL.")
