"""Files put beside bills, invoices, customers and vendors. BILL takes them at once and shows them later.

What a file belongs to may be made by an earlier step of the same plan.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.bill.judgements.common import Raw, answered_id, now_text, step_of
from connectors.bill.judgements.kinds import RecordKind
from connectors.bill.judgements.single import DeleteRecord
from connectors.errors import RefusedError
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Judge, Money, Read, Snapshot, Verdict

SLOWEST = timedelta(hours=1)  # until then a file that does not show may still be on its way
KINDS = {"application/pdf": "PDF", "image/png": "PNG picture", "image/jpeg": "JPEG picture"}


@dataclass(frozen=True)
class Upload:
    """owner: whose file it becomes; BILL's operations and keys are named after it."""

    owner: str
    operation: str
    listing: str

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        key = arguments[f"{self.owner}Id"]
        only_reference(arguments, f"{self.owner}Id")
        if (step := step_of(key)) is not None:
            title = f"the {self.owner} that step {step} makes"
            fields = {"is_archived": False, "files": "", "same_name": ""}
            return Snapshot(self.owner, "", title, title, fields, now_text())
        record = read(f"bill_get_{self.owner}", {f"{self.owner}Id": key})
        rows = self._files(read, key)
        same = [row["id"] for row in rows if row.get("name") == arguments["fileName"]]
        fields = {
            "is_archived": bool(record.get("archived")),
            "files": " ".join(sorted(row["id"] for row in rows)),
            "same_name": ", ".join(same),
        }
        party = str(record.get("name") or record.get("vendorName") or "")
        return Snapshot(self.owner, key, self._title(record, party), party, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        name, flags = arguments["fileName"], []
        if before.fields["same_name"]:
            detail = f"BILL has {before.fields['same_name']} of that name there and would keep both."
            flags.append(Flag("caution", "A file of that name is there", detail))
        if before.fields["is_archived"]:
            detail = f"{before.title[:1].upper()}{before.title[1:]} is archived in BILL."
            flags.append(Flag("caution", f"The {self.owner} is archived", detail))
        if arguments.get("replaceInvoicePdf"):
            detail = "The customer gets this file instead of the invoice as BILL draws it."
            flags.append(Flag("high", "In place of the invoice", detail))
        return Expectation(
            sentence=card(self.operation, file=name, title=before.title),
            summary=f"BILL gets the file {arguments['file']} ({name}) and shows it with {before.title} "
            "some minutes later. Open it before you decide. No money moves.",
            money=Money(None, None, "none"),
            goes_to="BILL",
            undo=undo(self.operation),
            changes=(
                Change("File", NOTHING, f"{name} ({arguments['file']})", "sent"),
                Change("Kind", NOTHING, KINDS[arguments["fileType"]], "sent"),
                Change("Size", NOTHING, f"{arguments['fileSize']:,} bytes", "sent"),
                Change("SHA-256", NOTHING, _hash(arguments["fileBody"]), "sent"),
            ),
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """By the state of the upload that was answered, else by a file of that name that was not there."""
        arguments, before = attempt.arguments, attempt.before
        if upload := answered_id(attempt):
            rows = read("bill_list_document_upload_statuses", {"ids": [upload]})
            state = next((row for row in rows if row.get("uploadId") == upload), None)
            if state is None:
                return Verdict("absent", f"BILL does not show upload {upload} yet.")
            return _told(state, arguments["fileName"], before.title)
        known = str(before.fields["files"]).split()
        new = [row for row in self._files(read, before.key) if row["id"] not in known]
        mine = [row for row in new if row.get("name") == arguments["fileName"]]
        if len(mine) == 1:
            sentence = f"BILL shows {arguments['fileName']} with {before.title}."
            return Verdict("took", sentence, {"id": mine[0]["id"]})
        if mine or any("name" not in row for row in new):
            return Verdict("cannot_tell", f"BILL shows other new files with {before.title}.")
        if datetime.now(UTC) - attempt.sent_at < SLOWEST:
            return Verdict("cannot_tell", "BILL may still be at it: files show some minutes after they came.")
        return Verdict("absent", f"BILL shows no new file of that name with {before.title}.")

    def _title(self, record: Raw, party: str) -> str:
        number = record.get("invoiceNumber") or (record.get("invoice") or {}).get("invoiceNumber")
        if self.owner == "bill":
            return f"bill {number} from {party}" if party else f"bill {number}"
        return f"{self.owner} {number or party}"

    def _files(self, read: Read, key: str) -> list[Raw]:
        found, after = [], None
        while True:
            given = {f"{self.owner}Id": key, "limit": 500} | ({"after": after} if after else {})
            rows = read(self.listing, given)
            found += rows
            if not (after := rows.next):
                return found


class DeleteAttachment(DeleteRecord):
    """Where BILL says "no such record" in other words, that it is gone is still its answer's to tell."""

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        try:
            return super().probe(read, attempt)
        except RefusedError as refused:
            return Verdict("cannot_tell", f"BILL would not show the attachment: {refused}")


def _told(state: Raw, name: str, title: str) -> Verdict:
    """That BILL has taken the file is the effect; a final id comes minutes later."""
    status, final = str(state.get("status")), state.get("documentId")
    results = {"id": str(final or state["uploadId"])}
    if status == "UPLOADED":
        return Verdict("took", f"BILL shows {name} with {title}.", results, {"upload": status})
    sentence = f"BILL has taken {name} and is still processing it ({status})."
    return Verdict("took", sentence, results, {"upload": status})


def _hash(body: str) -> str:
    return body.removeprefix("sha256:").partition(" ")[0]


JUDGES: Mapping[str, Judge] = {
    "upload_bill_document": Upload("bill", "bill_upload_bill_document", "bill_list_bill_documents"),
    **{
        f"upload_{owner}_attachment": Upload(
            owner, f"bill_upload_{owner}_attachment", f"bill_list_{owner}_attachments"
        )
        for owner in ("customer", "invoice", "vendor")
    },
    "delete_attachment": DeleteAttachment(RecordKind("attachment"), "delete"),
}
