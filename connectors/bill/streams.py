"""The mirror's way through BILL: full listings page by page, and one record with what hangs on it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from connectors.bill.mapping import bill_record, customer_record, identifier, invoice_record, vendor_record
from connectors.judging import Read
from connectors.registry import Page, Record, Stream

PAGE = 100  # BILL's largest
Raw = Mapping[str, Any]


def pages(read: Read, operation: str, **arguments: Any) -> Iterator[list[dict[str, Any]]]:
    """All rows of a list operation, a page at a time: those in use, then the archived ones.

    Whether BILL lists archived records unasked is not documented, so both are asked for. A row archived
    meanwhile may come twice.
    """
    for archived in (False, True):
        after = None
        while True:
            given = {**arguments, "archived": archived, "limit": PAGE} | ({"after": after} if after else {})
            rows = read(operation, given)
            yield list(rows)
            after = rows.next
            if after is None:
                break


def customer_pages(read: Read) -> Iterator[Page]:
    for rows in pages(read, "bill_list_customers"):
        yield Page(tuple(customer_record(row) for row in rows), None)


def vendor_pages(read: Read) -> Iterator[Page]:
    for rows in pages(read, "bill_list_vendors"):
        yield Page(tuple(vendor_record(row) for row in rows), None)


def invoice_pages(read: Read) -> Iterator[Page]:
    owners = Owners(read, "bill_list_customers")
    for rows in pages(read, "bill_list_invoices"):
        owners.learn(row.get("customerId") for row in rows)
        yield Page(tuple(invoice_record(row, owners.get(row.get("customerId"))) for row in rows), None)


def bill_pages(read: Read) -> Iterator[Page]:
    owners = Owners(read, "bill_list_vendors")
    for rows in pages(read, "bill_list_bills"):
        owners.learn(row.get("vendorId") for row in rows)
        yield Page(tuple(bill_record(row, owners.get(row.get("vendorId"))) for row in rows), None)


class Owners:
    """The customers or vendors that a listing names only by id, read once each, a page's at a time."""

    def __init__(self, read: Read, operation: str) -> None:
        self._read = read
        self._operation = operation
        self._known: dict[str, Raw | None] = {}

    def learn(self, ids: Iterable[str | None]) -> None:
        missing = sorted({one for one in ids if one and one not in self._known})
        if not missing:
            return
        self._known.update(dict.fromkeys(missing))
        for rows in pages(self._read, self._operation, ids=missing):
            self._known.update((identifier(row), row) for row in rows)

    def get(self, key: str | None) -> Raw | None:
        return self._known.get(key) if key else None


def refresh(read: Read, kind: str, key: str) -> list[Record]:
    """The record as it stands now; a customer or vendor with its documents, a document with its owner.

    Raises NotFoundError when BILL has no such record, LookupError for a kind that BILL does not have.
    """
    return _REFRESH[kind](read, key)


def _refresh_customer(read: Read, key: str) -> list[Record]:
    owner = read("bill_get_customer", {"customerId": key})
    listed = pages(read, "bill_list_invoices", customerId=key)
    return [customer_record(owner), *(invoice_record(row, owner) for rows in listed for row in rows)]


def _refresh_vendor(read: Read, key: str) -> list[Record]:
    owner = read("bill_get_vendor", {"vendorId": key})
    listed = pages(read, "bill_list_bills", vendorId=key)
    return [vendor_record(owner), *(bill_record(row, owner) for rows in listed for row in rows)]


def _refresh_invoice(read: Read, key: str) -> list[Record]:
    document = read("bill_get_invoice", {"invoiceId": key})
    owner = read("bill_get_customer", {"customerId": document["customerId"]})
    return [invoice_record(document, owner), customer_record(owner)]


def _refresh_bill(read: Read, key: str) -> list[Record]:
    document = read("bill_get_bill", {"billId": key})
    owner = read("bill_get_vendor", {"vendorId": document["vendorId"]})
    return [bill_record(document, owner), vendor_record(owner)]


_REFRESH: Mapping[str, Callable[[Read, str], list[Record]]] = {
    "customer": _refresh_customer,
    "vendor": _refresh_vendor,
    "invoice": _refresh_invoice,
    "bill": _refresh_bill,
}

STREAMS = (
    Stream("customer", customer_pages),
    Stream("invoice", invoice_pages),
    Stream("vendor", vendor_pages),
    Stream("bill", bill_pages),
)
