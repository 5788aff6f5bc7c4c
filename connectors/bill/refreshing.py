"""One record of BILL read again, with what hangs on it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from connectors.bill import plain
from connectors.bill.mapping import Raw, identifier, text
from connectors.bill.payments import bill_parts
from connectors.bill.reading import PAGE
from connectors.bill.session import TITLE
from connectors.bill.streams import DOCUMENTS, OWNER_OF, PARTIES, People, document, pages, party
from connectors.errors import NotFoundError
from connectors.judging import Read
from connectors.registry import Row

Moved = list[tuple[str, dict[str, Any]]]


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
    **plain.REFRESHERS,
}
REFRESHED = frozenset(_REFRESH)
