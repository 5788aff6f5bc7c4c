"""What a person might ask of BILL about files: one that was uploaded here, put beside a record."""

from collections.abc import Callable
from typing import Any

from console.accounts.models import Person
from console.approvals import files
from console.demo import create_people
from tests import payables as books
from tests.files import PDF
from tests.writes.world import World

ATTACHMENT = "00h01ATTACHED"


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    def to(key: str, **more: Any) -> Callable[[], dict[str, Any]]:
        def ask() -> dict[str, Any]:
            books.fill(world.sandbox)
            owner = {key: more.get(key) or world.ids("bill_list_invoices")[0]}
            return owner | {"file": uploaded()} | {name: it for name, it in more.items() if name != key}

        return ask

    def attached() -> dict[str, Any]:
        books.fill(world.sandbox)
        attach(world.sandbox)
        return {"attachmentId": ATTACHMENT}

    return {
        "bill_upload_bill_document": to("billId", billId=books.BILL),
        "bill_upload_customer_attachment": to("customerId", customerId=books.CUSTOMER),
        "bill_upload_vendor_attachment": to("vendorId", vendorId=books.VENDOR),
        "bill_upload_invoice_attachment": to("invoiceId", replaceInvoicePdf=True),
        "bill_delete_attachment": attached,
    }


def uploaded() -> str:
    person = Person.objects.filter(username="priya").first() or create_people("test-password")[0]
    return files.store(actor=person, name="Rechnung für & “Zoë”.pdf", content=PDF).number


def attach(sandbox: Any) -> None:
    fields = {"name": "terms.pdf", "ownerKind": "vendor", "content": "", "archived": False}
    fields |= {
        "createdTime": books.THEN,
        "updatedTime": books.THEN,
        "downloadLink": "/connect/v3/documents/1",
    }
    sandbox.add("bill", "document", ATTACHMENT, owner=books.VENDOR, id=ATTACHMENT, **fields)
