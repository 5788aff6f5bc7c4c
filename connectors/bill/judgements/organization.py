"""Our own organization at BILL: what is kept about it, and its verification."""

from collections.abc import Mapping
from typing import Any

from connectors.bill.judgements.common import Raw, now_text
from connectors.bill.judgements.kinds import RecordKind
from connectors.bill.judgements.single import UpdateRecord
from connectors.judgements import NOTHING, card, sent_changes, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

OURS = "our organization"


class UpdateOrganization(UpdateRecord):
    def _record(self, read: Read, arguments: Raw) -> Raw:
        return read("bill_get_organization", {})


def snapshot(fields: Mapping[str, Any]) -> Snapshot:
    return Snapshot("organization", "", OURS, OURS, dict(fields), now_text())


def expectation(
    operation: str, arguments: Raw, summary: str, changes: tuple[Change, ...], flags: tuple[Flag, ...]
) -> Expectation:
    return Expectation(
        sentence=card(operation, **arguments),
        summary=f"{summary} No money moves.",
        money=Money(None, None, "none"),
        goes_to="BILL",
        undo=undo(operation),
        changes=changes,
        flags=flags,
    )


class StartRiskVerification:
    """A verification is told by its reference. One that goes on by itself proves nothing about a request."""

    operation = "bill_start_risk_verification"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        found = read("bill_get_risk_verification", {})
        names = {"status": "processingStatus", "decision": "decision", "reference": "referenceId"}
        return snapshot({name: found.get(key) or "" for name, key in names.items()})

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags: tuple[Flag, ...] = ()
        if before.fields["reference"]:
            detail = f"Verification {before.fields['reference']} is there: {before.fields['status']}."
            flags = (Flag("caution", "BILL has been asked before", detail),)
        now = str(before.fields["status"] or NOTHING)
        changes = (Change("Verification", now, "Asked for", "vendor_decides"),)
        return expectation(self.operation, {}, "BILL begins to verify our organization.", changes, flags)

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        reference = str(read("bill_get_risk_verification", {}).get("referenceId") or "")
        answer = attempt.answer if isinstance(attempt.answer, Mapping) else {}
        is_new = reference != attempt.before.fields["reference"]
        if reference and (is_new or reference == answer.get("referenceId")):
            return Verdict("took", f"BILL verifies our organization under {reference}.")
        return Verdict("absent", "BILL shows no new verification of our organization.")


class AddVerificationPhone:
    """BILL tells whether it has a number, and never which."""

    operation = "bill_add_risk_verification_phone"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        has_phone = bool(read("bill_get_risk_verification_phone", {}).get("hasPhone"))
        return snapshot({"has_phone": has_phone})

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags: tuple[Flag, ...] = ()
        if before.fields["has_phone"]:
            detail = "BILL does not show which, and so not whether this one takes its place either."
            flags = (Flag("caution", "BILL has a telephone number already", detail),)
        changes = tuple(sent_changes(arguments, {"phoneNumber": "Telephone", "phoneType": "Kind"}))
        return expectation(self.operation, arguments, "BILL may call or text this number.", changes, flags)

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        if not read("bill_get_risk_verification_phone", {}).get("hasPhone"):
            return Verdict("absent", "BILL shows no telephone number for verifying.")
        if attempt.before.fields["has_phone"]:
            return Verdict(
                "cannot_tell", "BILL had a telephone number before, and does not show which it has."
            )
        return Verdict("took", "BILL has a telephone number for verifying.", after={"has_phone": True})


JUDGES = {
    "update_organization": UpdateOrganization(RecordKind("organization"), "update"),
    "start_risk_verification": StartRiskVerification(),
    "add_risk_verification_phone": AddVerificationPhone(),
}
