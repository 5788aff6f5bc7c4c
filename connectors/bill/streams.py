"""The mirror's way through BILL: full listings page by page, and one record with what hangs on it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from connectors.bill.children import CHILDREN
from connectors.bill.mapping import (
    bill_record,
    credit_memo_record,
    customer_record,
    identifier,
    invoice_record,
    text,
    vendor_credit_record,
    vendor_record,
)
from connectors.bill.payments import bill_parts, payment_record, received_payment_record
from connectors.bill.reading import PAGE, UPDATED, listed
from connectors.bill.session import TITLE
from connectors.errors import NotFoundError, RefusedError
from connectors.judging import Read
from connectors.registry import Page, Record, Row, Stream

OWNERS_KEPT = 5_000  # about; however many there are, a listing takes no more memory for them
Raw = Mapping[str, Any]

PARTIES: Mapping[str, Callable[[Raw], Record]] = {"customer": customer_record, "vendor": vendor_record}
DOCUMENTS: Mapping[str, Callable[..., Record]] = {
    "invoice": invoice_record,
    "received_payment": received_payment_record,
    "credit_memo": credit_memo_record,
    "bill": bill_record,
    "payment": payment_record,
    "vendor_credit": vendor_credit_record,
}
OWNER_OF = {
    **dict.fromkeys(("invoice", "received_payment", "credit_memo"), "customer"),
    **dict.fromkeys(("bill", "payment", "vendor_credit"), "vendor"),
}
Moved = list[tuple[str, dict[str, Any]]]


def pages(read: Read, operation: str, **arguments: Any) -> Iterator[list[dict[str, Any]]]:
    return (part.rows for part in listed(read, operation, **arguments))


def party_pages(kind: str, read: Read, place: str, since: datetime | None = None) -> Iterator[Page]:
    """Customers or vendors."""
    for part in listed(read, f"bill_list_{kind}s", place, since=since):
        yield Page(tuple(party(kind, row, "list") for row in part.rows), None, part.following, part.asked_at)


def document_pages(
    kind: str, read: Read, place: str, since: datetime | None = None, *, size: int = PAGE
) -> Iterator[Page]:
    """Invoices, payments or the like, each with its owner; with changed ones come the owners themselves."""
    owner_kind = OWNER_OF[kind]
    owners, people = Owners(read, f"bill_list_{owner_kind}s"), People(read)
    for part in listed(read, f"bill_list_{kind}s", place, since=since, size=size):
        ids = [owner_id(kind, row) for row in part.rows]
        read_now = owners.learn(ids)
        found = zip(part.rows, ids, strict=True)
        rows = [document(kind, row, owners.get(key), "list", people) for row, key in found]
        if since:
            rows += [party(owner_kind, owner, "list") for owner in read_now]
        yield Page(tuple(rows), None, part.following, part.asked_at)


def party(kind: str, raw: Any, verb: str) -> Row:
    return Row.of(kind, operation(kind, verb), "id", raw, PARTIES[kind])


def document(kind: str, raw: Any, owner: Raw | None, verb: str, people: "People") -> Row:
    """The owner counts by its name and currency: its balance moves with every other document."""
    beside: Any = owner and [owner.get(name) for name in ("name", "invoiceCurrency", "billCurrency")]
    more: dict[str, Any] = {}
    if asked := isinstance(raw, Mapping) and raw.get("approvers"):
        more = {"people": people.among(asked)}
        beside = [beside, more]
    return Row.of(
        kind,
        operation(kind, verb),
        "id",
        raw,
        lambda raw: DOCUMENTS[kind](raw, owner, **more),
        beside=beside,
    )


def operation(kind: str, verb: str) -> str:
    return f"bill_list_{kind}s" if verb == "list" else f"bill_get_{kind}"


def owner_id(kind: str, raw: Any) -> str | None:
    key = raw.get(f"{OWNER_OF[kind]}Id") if isinstance(raw, Mapping) else None
    return key if isinstance(key, str) else None


class People:
    """The users of the organization, read once, when the first of them is asked for."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._names: dict[str, str] | None = None

    def among(self, approvers: Any) -> dict[str, str]:
        """Names by id of those who are asked to approve; whom nobody names is left out."""
        if self._names is None:
            self._names = self._named()
        ids = [text(one, "userId") for one in approvers if isinstance(one, Mapping)]
        return {key: self._names[key] for key in ids if key in self._names}

    def _named(self) -> dict[str, str]:
        try:
            rows = [row for found in pages(self._read, "bill_list_users") for row in found]
        except RefusedError:  # not every user may see the others
            return {}
        return {identifier(row): f"{text(row, 'firstName')} {text(row, 'lastName')}".strip() for row in rows}


class Owners:
    """The customers or vendors that a listing names by id, read a page's at a time, few of them twice."""

    def __init__(self, read: Read, operation: str, *, kept: int = OWNERS_KEPT) -> None:
        self._read = read
        self._operation = operation
        self._kept = kept
        self._known: dict[str, Raw | None] = {}

    def learn(self, ids: Iterable[str | None]) -> list[Raw]:
        """Those among them that had to be read."""
        if len(self._known) > self._kept:
            self._known.clear()
        missing = sorted({one for one in ids if one and one not in self._known})
        if not missing:
            return []
        self._known.update(dict.fromkeys(missing))
        found = [row for rows in pages(self._read, self._operation, ids=missing) for row in rows]
        self._known.update((identifier(row), row) for row in found)
        return found

    def get(self, key: str | None) -> Raw | None:
        return self._known.get(key) if key else None


def refresh(read: Read, kind: str, key: str) -> list[Row]:
    """The record as it stands now, and what a change of it moves: an owner's documents, a document's owner
    and what it settles or is settled by.

    Raises NotFoundError when BILL has no such record, or tells of it with its owner only.
    """
    if kind not in _REFRESH:
        raise NotFoundError(f"{TITLE} tells of {key} with its owner only.", vendor=TITLE, status=404)
    return _REFRESH[kind](read, key)


def refresh_several(read: Read, kind: str, keys: Sequence[str]) -> list[Row]:
    """Customers or vendors by their ids, in use or archived, without their documents."""
    if kind not in PARTIES:
        return [row for key in keys for row in refresh(read, kind, key)]
    found = pages(read, f"bill_list_{kind}s", ids=list(keys))
    return [party(kind, row, "list") for rows in found for row in rows]


def _refresh_party(kind: str, read: Read, key: str) -> list[Row]:
    owner, people = read(f"bill_get_{kind}", {f"{kind}Id": key}), People(read)
    rows = [party(kind, owner, "get")]
    for documents in (name for name, whose in OWNER_OF.items() if whose == kind):
        found = (row for page in pages(read, f"bill_list_{documents}s", **{f"{kind}Id": key}) for row in page)
        rows += [document(documents, row, owner, "list", people) for row in found]
    return rows


def _refresh_document(kind: str, read: Read, key: str) -> list[Row]:
    owner_kind, people = OWNER_OF[kind], People(read)
    raw = read(f"bill_get_{kind}", {ARGUMENT[kind]: key})
    owner = read(f"bill_get_{owner_kind}", {f"{owner_kind}Id": raw[f"{owner_kind}Id"]})
    rows = [document(kind, raw, owner, "get", people), party(owner_kind, owner, "get")]
    for other, narrowed in MOVES[kind](raw):
        found = (row for page in pages(read, f"bill_list_{other}s", **narrowed) for row in page)
        rows += [document(other, row, owner, "list", people) for row in found]
    return rows


def _named(kind: str, lists: str, key: str) -> Callable[[Raw], Moved]:
    """Those whose ids stand in one of the record's lists."""

    def moved(raw: Raw) -> Moved:
        ids = list(dict.fromkeys(text(one, key) for one in raw.get(lists) or () if text(one, key)))
        return [(kind, {"ids": ids[at : at + PAGE]}) for at in range(0, len(ids), PAGE)]

    return moved


ARGUMENT = {
    "invoice": "invoiceId",
    "received_payment": "receivedPaymentId",
    "credit_memo": "creditMemoId",
    "bill": "billId",
    "payment": "paymentId",
    "vendor_credit": "vendorCreditId",
}
# What moves with a document besides its owner: documents of which kind, and what narrows their list to them.
MOVES: Mapping[str, Callable[[Raw], Moved]] = {
    "invoice": _named("received_payment", "payments", "id"),
    "received_payment": _named("invoice", "invoicePayments", "invoiceId"),
    "credit_memo": _named("invoice", "usage", "invoiceId"),
    "bill": lambda bill: [("payment", {"billId": identifier(bill)})],
    "payment": lambda payment: _named("bill", "parts", "billId")({"parts": bill_parts(payment)}),
    "vendor_credit": _named("bill", "usage", "billId"),
}
_REFRESH: Mapping[str, Callable[[Read, str], list[Row]]] = {
    **{kind: partial(_refresh_party, kind) for kind in PARTIES},
    **{kind: partial(_refresh_document, kind) for kind in DOCUMENTS},
}
REFRESHED = frozenset(_REFRESH)


def documents(kind: str) -> Stream:
    return Stream(kind, partial(document_pages, kind), since=UPDATED)


STREAMS = (
    Stream("customer", partial(party_pages, "customer"), since=UPDATED),
    *(documents(kind) for kind in ("invoice", "received_payment", "credit_memo")),
    Stream("vendor", partial(party_pages, "vendor"), since=UPDATED),
    *(documents(kind) for kind in ("bill", "payment", "vendor_credit")),
    *CHILDREN,
)
