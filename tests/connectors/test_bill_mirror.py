"""BILL's records in the console's mirror: all of them fit, and one that cannot be read is kept aside."""

import pytest

from connectors.registry import connector
from connectors.sandbox.client import SandboxControl
from console.mirror.models import Bill, Customer, Invoice, RefusedRecord, Vendor
from console.mirror.refresh import refresh_record
from console.mirror.sync import sync_connection

pytestmark = pytest.mark.django_db


def test_everything_bill_lists_fits_the_mirror(connected: dict) -> None:
    runs = sync_connection(connected["bill"])

    counts = [
        model.objects.filter(connection=connected["bill"]).count()
        for model in (Customer, Invoice, Vendor, Bill)
    ]
    assert counts == [25, 60, 15, 40]
    assert {run.kind: run.error for run in runs} == dict.fromkeys(
        (stream.kind for stream in connector("bill").streams), ""
    )
    assert not RefusedRecord.objects.exists()


def test_an_amount_that_cannot_be_read_keeps_its_invoice_aside_and_the_others_come(
    connected: dict, sandbox: SandboxControl
) -> None:
    sync_connection(connected["bill"])
    number = Invoice.objects.filter(connection=connected["bill"]).first().vendor_id
    sandbox.change("bill", "invoice", number, totalAmount="10.005")

    refresh_record(connected["bill"], "invoice", number)

    assert [(row.kind, row.vendor_id) for row in RefusedRecord.objects.all()] == [("invoice", number)]
