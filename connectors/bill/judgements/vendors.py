"""Making a vendor. BILL takes the same name twice, and a second one may be paid what the first is owed."""

from collections.abc import Mapping
from typing import Any

from connectors.bill.judgements.common import (
    Raw,
    differing,
    listed,
    made_since,
    named_like,
    now_text,
    same_words,
    verdict,
)
from connectors.bill.mapping import vendor_record
from connectors.judgements import card, only_reference, sent_changes, undo
from connectors.judging import Attempted, Expectation, Flag, Money, Read, Snapshot, Verdict

LABELS = {
    "name": "Name",
    "shortName": "Short name",
    "email": "E-mail",
    "phone": "Telephone",
    "address": "Address",
    "billCurrency": "Currency",
    "accountType": "Kind",
    "accountNumber": "Our customer number",
}


class VendorJudge:
    operation = "bill_create_vendor"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        name = arguments["name"]
        fields = {"name": name, "same_name": listed(named_like(read, "bill_list_vendors", name))}
        return Snapshot("vendor", "", name, name, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        name, flags = arguments["name"], []
        if same := before.fields.get("same_name"):
            flags.append(Flag("caution", "BILL has a vendor of that name", str(same)))
        return Expectation(
            sentence=card(self.operation, name=name),
            summary=f"BILL gets a new vendor, {name}, without bank details. Nothing is paid or sent.",
            money=Money(None, None, "none"),
            goes_to="BILL",
            undo=undo(self.operation),
            changes=tuple(sent_changes(arguments, LABELS)),
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        name = attempt.arguments["name"]

        def search() -> list[Raw]:
            known = str(attempt.before.fields.get("same_name") or "")
            return made_since(read, "bill_list_vendors", attempt, known=known)

        def differs(found: Raw) -> str:
            other = differing(attempt.arguments, found)
            return f"“{LABELS[other]}” is another" if other else ""

        return verdict(
            attempt,
            get=lambda key: read("bill_get_vendor", {"vendorId": key}),
            search=search,
            alike=lambda row: same_words(row.get("name", ""), name),
            thing="vendor",
            differs=differs,
            told=_told,
        )


def _told(found: Raw) -> Verdict:
    record = vendor_record(found)
    after = {name: record.fields[name] for name in ("name", "email", "status", "currency")}
    sentence = f"BILL shows vendor {record.fields['name']} ({record.vendor_id})."
    return Verdict("took", sentence, {"id": record.vendor_id}, after)
