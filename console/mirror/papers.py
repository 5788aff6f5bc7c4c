"""The files that BILL keeps beside a record: asked for when somebody opens its page, and kept nowhere."""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime

from connectors.bill.mapping import identifier, moment
from connectors.errors import BadReplyError
from console.approvals.files import kind_of
from console.approvals.wording import written_out
from console.connections.clients import download_live, reader, understood
from console.mirror.models import Bill, Customer, Invoice, Record, Vendor

# The operation that lists them, and the argument that is the record's id.
LISTED = {
    Bill: ("bill_list_bill_documents", "billId"),
    Vendor: ("bill_list_vendor_attachments", "vendorId"),
    Invoice: ("bill_list_invoice_attachments", "invoiceId"),
    Customer: ("bill_list_customer_attachments", "customerId"),
}
ENDINGS = {"application/pdf": (".pdf",), "image/png": (".png",), "image/jpeg": (".jpg", ".jpeg")}


@dataclass(frozen=True)
class Paper:
    """A file as BILL lists it; `link` is for us alone."""

    key: str
    name: str
    created_at: datetime | None
    link: str


@dataclass(frozen=True)
class Opened:
    """A file with its bytes; what they are is told by themselves and by nothing else."""

    name: str
    content: bytes
    content_type: str

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")

    @property
    def as_source(self) -> str:
        """A picture as the source of an image."""
        return f"data:{self.content_type};base64,{b64encode(self.content).decode()}"


def has_papers(record: Record) -> bool:
    return record.connection.connector == "bill" and type(record) in LISTED


def papers_of(record: Record) -> list[Paper]:
    """What BILL shows beside this record now. Raises VendorError."""
    operation, argument = LISTED[type(record)]

    def ask() -> list[Paper]:
        rows = reader(record.connection)(operation, {argument: record.vendor_id})
        return [
            Paper(
                key=identifier(row),
                name=written_out(str(row.get("name") or "Document")),
                created_at=moment(row, "createdTime"),
                link=str(row.get("downloadLink") or ""),
            )
            for row in rows
        ]

    return understood(record.connection, ask)


def open_paper(record: Record, key: str) -> Opened | None:
    """One of this record's files, None when BILL does not show it there. Raises VendorError.

    The link comes from BILL's list of this moment, never from who asks.
    """
    paper = next((paper for paper in papers_of(record) if paper.key == key), None)
    if paper is None:
        return None
    content = download_live(record.connection, paper.link)
    kind = kind_of(content)
    if not kind:
        sentence = "The file is no PDF, PNG or JPEG, so it is not shown here. Open it at BILL."
        raise BadReplyError(sentence, vendor="BILL")
    has_ending = paper.name.lower().endswith(ENDINGS[kind])
    return Opened(paper.name if has_ending else paper.name + ENDINGS[kind][0], content, kind)
