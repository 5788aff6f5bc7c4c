"""The mirror's way through BILL: full listings page by page, and one record with what hangs on it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

from connectors.bill.mapping import bill_record, customer_record, identifier, invoice_record, vendor_record
from connectors.judging import Read
from connectors.registry import Page, Record, Row, Stream

PAGE = 100  # BILL's largest
OWNERS_KEPT = 5_000  # about; however many there are, a listing takes no more memory for them
Raw = Mapping[str, Any]

PARTIES: Mapping[str, Callable[[Raw], Record]] = {"customer": customer_record, "vendor": vendor_record}
DOCUMENTS: Mapping[str, Callable[[Raw, Raw | None], Record]] = {
    "invoice": invoice_record,
    "bill": bill_record,
}
OWNER_OF = {"invoice": "customer", "bill": "vendor"}


def listed(
    read: Read, operation: str, place: str = "", **arguments: Any
) -> Iterator[tuple[list[dict[str, Any]], str]]:
    """All rows of a list operation from a place on, a page at a time, each with the place of what follows.

    Those in use come first, then the archived ones: whether BILL lists archived records unasked is not
    documented, so both are asked for. A row archived meanwhile may come twice. BILL does not tell how long a
    list is, so one that shrinks while it is read may hide a row until it is read again.
    """
    phase, _, after = place.partition(":")
    for archived in (False, True) if phase != "archived" else (True,):
        while True:
            given = {**arguments, "archived": archived, "limit": PAGE} | ({"after": after} if after else {})
            rows = read(operation, given)
            after = rows.next or ""
            here = "archived" if archived else "in_use"
            yield list(rows), f"{here}:{after}" if after else "" if archived else "archived:"
            if not after:
                break


def pages(read: Read, operation: str, **arguments: Any) -> Iterator[list[dict[str, Any]]]:
    return (rows for rows, _ in listed(read, operation, **arguments))


def party_pages(kind: str, read: Read, place: str) -> Iterator[Page]:
    """Customers or vendors."""
    for rows, following in listed(read, f"bill_list_{kind}s", place):
        yield Page(tuple(party(kind, row, "list") for row in rows), None, following)


def document_pages(kind: str, read: Read, place: str) -> Iterator[Page]:
    """Invoices or bills, each with its owner."""
    owners = Owners(read, f"bill_list_{OWNER_OF[kind]}s")
    for rows, following in listed(read, f"bill_list_{kind}s", place):
        ids = [owner_id(kind, row) for row in rows]
        owners.learn(ids)
        found = zip(rows, ids, strict=True)
        yield Page(tuple(document(kind, row, owners.get(key), "list") for row, key in found), None, following)


def party(kind: str, raw: Any, verb: str) -> Row:
    return Row.of(kind, operation(kind, verb), "id", raw, PARTIES[kind])


def document(kind: str, raw: Any, owner: Raw | None, verb: str) -> Row:
    """The owner counts by its name and currency: its balance moves with every other document."""
    told = owner and [owner.get(name) for name in ("name", "invoiceCurrency", "billCurrency")]
    return Row.of(
        kind, operation(kind, verb), "id", raw, lambda raw: DOCUMENTS[kind](raw, owner), beside=told
    )


def operation(kind: str, verb: str) -> str:
    return f"bill_list_{kind}s" if verb == "list" else f"bill_get_{kind}"


def owner_id(kind: str, raw: Any) -> str | None:
    key = raw.get(f"{OWNER_OF[kind]}Id") if isinstance(raw, Mapping) else None
    return key if isinstance(key, str) else None


class Owners:
    """The customers or vendors that a listing names by id, read a page's at a time, few of them twice."""

    def __init__(self, read: Read, operation: str, *, kept: int = OWNERS_KEPT) -> None:
        self._read = read
        self._operation = operation
        self._kept = kept
        self._known: dict[str, Raw | None] = {}

    def learn(self, ids: Iterable[str | None]) -> None:
        if len(self._known) > self._kept:
            self._known.clear()
        missing = sorted({one for one in ids if one and one not in self._known})
        if not missing:
            return
        self._known.update(dict.fromkeys(missing))
        for rows in pages(self._read, self._operation, ids=missing):
            self._known.update((identifier(row), row) for row in rows)

    def get(self, key: str | None) -> Raw | None:
        return self._known.get(key) if key else None


def refresh(read: Read, kind: str, key: str) -> list[Row]:
    """The record as it stands now; a customer or vendor with its documents, a document with its owner.

    Raises NotFoundError when BILL has no such record, LookupError for a kind that BILL does not have.
    """
    return _REFRESH[kind](read, key)


def _refresh_party(kind: str, documents: str, read: Read, key: str) -> list[Row]:
    owner = read(f"bill_get_{kind}", {f"{kind}Id": key})
    found = [row for rows in pages(read, f"bill_list_{documents}s", **{f"{kind}Id": key}) for row in rows]
    return [party(kind, owner, "get"), *(document(documents, row, owner, "list") for row in found)]


def _refresh_document(kind: str, read: Read, key: str) -> list[Row]:
    owner_kind = OWNER_OF[kind]
    raw = read(f"bill_get_{kind}", {f"{kind}Id": key})
    owner = read(f"bill_get_{owner_kind}", {f"{owner_kind}Id": raw[f"{owner_kind}Id"]})
    return [document(kind, raw, owner, "get"), party(owner_kind, owner, "get")]


_REFRESH: Mapping[str, Callable[[Read, str], list[Row]]] = {
    "customer": partial(_refresh_party, "customer", "invoice"),
    "vendor": partial(_refresh_party, "vendor", "bill"),
    "invoice": partial(_refresh_document, "invoice"),
    "bill": partial(_refresh_document, "bill"),
}
REFRESHED = frozenset(_REFRESH)

STREAMS = (
    Stream("customer", partial(party_pages, "customer")),
    Stream("invoice", partial(document_pages, "invoice")),
    Stream("vendor", partial(party_pages, "vendor")),
    Stream("bill", partial(document_pages, "bill")),
)
