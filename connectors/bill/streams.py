"""The mirror's way through BILL's parties and documents: full listings, page by page."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from connectors.ahead import Known, ReadAhead
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
from connectors.bill.payments import payment_record, received_payment_record
from connectors.bill.reading import PAGE, UPDATED, listed
from connectors.errors import RefusedError
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
    # A changed document moves its owner's balance, so that the owner is read with it, whatever is known.
    owners, people = Owners(read, owner_kind, knows=not since), People(read)
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
    """Users of the organization, read once, when the first of them is asked for."""

    def __init__(self, read: Read, operation: str = "bill_list_users") -> None:
        self._read = read
        self._operation = operation
        self._names: dict[str, str] | None = None

    def among(self, rows: Any) -> dict[str, str]:
        """Names by id of the users that these rows name; whom nobody can name is left out."""
        if self._names is None:
            self._names = self._named()
        ids = [text(one, "userId") for one in rows if isinstance(one, Mapping)]
        return {key: self._names[key] for key in ids if key in self._names}

    def _named(self) -> dict[str, str]:
        try:
            rows = [row for found in pages(self._read, self._operation) for row in found]
        except RefusedError:  # not every user may see the others
            return {}
        return {identifier(row): f"{text(row, 'firstName')} {text(row, 'lastName')}".strip() for row in rows}


class Owners:
    """The customers or vendors that a listing names by id, read a page's at a time, few of them twice.

    knows: those that the reader knows already are not read.
    """

    def __init__(
        self, read: Read | ReadAhead, kind: str, *, knows: bool = False, kept: int = OWNERS_KEPT
    ) -> None:
        self._read = read
        self._kind = kind
        self._operation = f"bill_list_{kind}s"
        self._known_before: Known | None = getattr(read, "known", None) if knows else None
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
        if self._known_before:
            self._known.update(self._known_before(self._kind, missing))
        found: list[Raw] = []
        for archived in (False, True):  # few are
            if left := [key for key in missing if self._known[key] is None]:
                rows = self._read(self._operation, {"ids": left, "archived": archived, "limit": PAGE})
                self._known.update((identifier(row), row) for row in rows)
                found += rows
        return found

    def get(self, key: str | None) -> Raw | None:
        return self._known.get(key) if key else None


def documents(kind: str) -> Stream:
    return Stream(kind, partial(document_pages, kind), since=UPDATED)


STREAMS = (
    Stream("customer", partial(party_pages, "customer"), since=UPDATED),
    *(documents(kind) for kind in ("invoice", "received_payment", "credit_memo")),
    Stream("vendor", partial(party_pages, "vendor"), since=UPDATED),
    *(documents(kind) for kind in ("bill", "payment", "vendor_credit")),
    *CHILDREN,
)
