"""Making a vendor. BILL takes the same name twice, and a second one may be paid what the first is owed."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.bill.judgements.bank_details import bank_changes, bank_flags, is_whole
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
from connectors.bill.judgements.network import companies_named
from connectors.bill.mapping import vendor_record
from connectors.hiding import dotted
from connectors.judgements import card, only_reference, sent_changes, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

LABELS = {
    "name": "Name",
    "shortName": "Short name",
    "companyName": "Legal name",
    "email": "E-mail",
    "phone": "Telephone",
    "address": "Address",
    "billCurrency": "Currency",
    "accountType": "Kind",
    "accountNumber": "Our customer number",
    "payeeName": "Payments are made out to",
    "paymentPurpose": "Purpose of payments",
    "taxIdType": "Kind of tax number",
    "track1099": "Counts towards a 1099 form",
    "leadTimeInDays": "Days to pay ahead",
    "combinePayments": "Several bills are paid as one",
    "paymentTermId": "Payment term",
}
GROUPS = ("paymentInformation", "additionalInfo")


class VendorJudge:
    operation = "bill_create_vendor"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        """Vendors of that name, and companies of the BILL network that may be the same one."""
        only_reference(arguments)
        is_whole(arguments)
        name = arguments["name"]
        fields = {
            "name": name,
            "same_name": listed(named_like(read, "bill_list_vendors", name)),
            "in_network": companies_named(read, name),
        }
        return Snapshot("vendor", "", name, name, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        name, has_bank = arguments["name"], "bankAccountNumber" in arguments
        details = "with bank details" if has_bank else "without bank details"
        return Expectation(
            sentence=card(self.operation, name=name),
            summary=f"BILL gets a new vendor, {name}, {details}. Nothing is paid or sent.",
            money=Money(None, None, "none"),
            goes_to="BILL",
            undo=undo(self.operation),
            changes=tuple(_changes(arguments)),
            flags=tuple(_flags(before, arguments)),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        name = attempt.arguments["name"]

        def search() -> list[Raw]:
            known = str(attempt.before.fields.get("same_name") or "")
            return made_since(read, "bill_list_vendors", attempt, known=known)

        def differs(found: Raw) -> str:
            sent = {name: value for name, value in attempt.arguments.items() if name in LABELS}
            other = differing(sent, flat_vendor(found))
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


def flat_vendor(raw: Raw) -> Raw:
    lifted = [raw[name] for name in GROUPS if isinstance(raw.get(name), Mapping)]
    return {key: value for group in (*lifted, raw) for key, value in group.items() if key not in GROUPS}


def _changes(arguments: Mapping[str, Any]) -> Iterator[Change]:
    yield from sent_changes(arguments, LABELS)
    if "taxId" in arguments:
        yield Change("Tax number", "—", dotted(arguments["taxId"]), "sent")
    yield from bank_changes(arguments, {})


def _flags(before: Snapshot, arguments: Mapping[str, Any]) -> Iterator[Flag]:
    if same := before.fields.get("same_name"):
        yield Flag("caution", "BILL has a vendor of that name", str(same))
    in_network = before.fields.get("in_network")
    if in_network:
        detail = f"{in_network}. If it is the same company, it can be asked to connect instead of being paid "
        yield Flag("info", "The BILL network has such a company", f"{detail}by bank details.")
    elif in_network is None:
        detail = "BILL would not look in its network; the company may be there."
        yield Flag("info", "The BILL network was not searched", detail)
    else:
        detail = f"No company of the network has {before.title} in its name."
        yield Flag("info", "Not found in the BILL network", detail)
    if "bankAccountNumber" in arguments:
        yield from bank_flags(before.title, differs=False)


def _told(found: Raw) -> Verdict:
    record = vendor_record(found)
    after = {name: record.fields[name] for name in ("name", "email", "status", "currency")}
    sentence = f"BILL shows vendor {record.fields['name']} ({record.vendor_id})."
    return Verdict("took", sentence, {"id": record.vendor_id}, after)
