"""Full listings for the mirror, and the re-reading of one record."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from connectors.ahead import Asked, InTurn, ReadAhead, Window
from connectors.billsby import mapping
from connectors.billsby.children import CHILDREN, PLANS
from connectors.errors import BadReplyError, NotFoundError
from connectors.judging import Read
from connectors.registry import Children, Page, Record, Row, Stream

PAGE = 100  # the most that Billsby gives at once
RETURNS = 3  # how often a list that shrinks while it is read is gone back in before the next page

# Under which names a row of each kind carries its id.
KEYS = {
    "customer": "customerUniqueId",
    "subscription": "subscriptionUniqueId subscriptionUniqueID subscriptionId",
    "invoice": "invoiceNumber",
    "credit_note": "creditNoteUniqueId invoiceNumber",
    "product": "productId",
    "add_on": "addonId",
    "allowance": "allowanceId",
    "custom_field": "customFieldId",
}


@dataclass(frozen=True)
class Part:
    """A page of a list. total: the size of the whole, where Billsby tells. following: the place after it."""

    rows: list[Any]
    total: int | None
    following: str
    asked_at: datetime


def listed(
    read: ReadAhead,
    operation: str,
    place: str = "",
    *,
    size: int = PAGE,
    make: Callable[[Any], Any] = lambda raw: raw,
) -> Iterator[Part]:
    """A list from a place on, page by page, several of them under way at once; make: what each row becomes.

    Newest first and not ours to reorder. What is created meanwhile moves rows to later pages, so a row may
    come twice. What is removed moves rows to earlier ones: when the list has become shorter since the page
    before, what may have slipped there is read again, at least a page. That also holds where the later page
    was answered first; only a row made and another removed between two such answers, as many of each, can
    hide a third, which the next reading of the list then finds.
    """

    def ask(position: int) -> Asked:
        arguments = {"limit": size} | ({"after": str(position)} if position else {})
        return read.ask(operation, arguments, lambda rows: (rows, [make(raw) for raw in rows]))

    window = Window(read, ask, size)
    position, extent_before = _opened(place)
    furthest, returns = position, 0
    while True:
        asked = window.take(position, extent_before)
        rows, made = asked.answer()
        extent = rows.pages * size if rows.total is None and rows.pages is not None else rows.total
        following = None if rows.next is None else int(rows.next)
        if position > furthest:
            furthest, returns = position, 0
        lost = (extent_before or 0) - (extent or 0) if extent is not None else 0
        # A count that flickers must not hold the reading at one page for ever.
        if position and lost > 0 and returns < RETURNS:
            returns += 1
            following = max(0, position - size * -(-lost // size))
        told = "" if following is None else f"{following} {extent or ''}"
        yield Part(made, rows.total, told, asked.at)
        if following is None:
            return
        position, extent_before = following, extent


def _opened(place: str) -> tuple[int, int | None]:
    """Rows before, and how long the list was then; (0, None) at the beginning."""
    position, _, extent = place.partition(" ")
    return int(position or 0), int(extent) if extent else None


def row(kind: str, operation: str, raw: Any, record: Callable[..., Record], **more: Any) -> Row:
    """more: what the record is read with besides, and follows when it changes."""
    reads = partial(record, **more) if more else record
    return Row.of(kind, operation, KEYS[kind], raw, reads, beside=more)


def stream(kind: str, operation: str, record: Callable[[Mapping[str, Any]], Record]) -> Stream:
    def pages(read: ReadAhead, place: str) -> Iterator[Page]:
        for part in listed(read, operation, place, make=lambda raw: row(kind, operation, raw, record)):
            yield Page(tuple(part.rows), part.total, part.following, part.asked_at)

    return Stream(kind, pages)


def whole(kind: str, operation: str, record: Callable[[Mapping[str, Any]], Record]) -> Stream:
    """A list that comes in one piece."""

    def pages(read: ReadAhead, place: str) -> Iterator[Page]:
        rows = tuple(row(kind, operation, raw, record) for raw in read(operation, {}))
        yield Page(rows, len(rows), "")

    return Stream(kind, pages)


@dataclass(frozen=True)
class Extra:
    """Add-ons or allowances: their list leaves out nearly all, so each is read alone. There are few."""

    kind: str
    listed_by: str
    told_by: str
    argument: str
    record: Callable[[Mapping[str, Any]], Record]

    def pages(self, read: ReadAhead, place: str) -> Iterator[Page]:
        asked_at = datetime.now(UTC)
        listed = [row(self.kind, self.listed_by, raw, self.record) for raw in read(self.listed_by, {})]
        rows = tuple(self.one(read, it.vendor_id) if it.vendor_id.isdecimal() else it for it in listed)
        yield Page(rows, len(rows), "", asked_at)

    def one(self, read: Read, key: str) -> Row:
        return row(self.kind, self.told_by, read(self.told_by, {self.argument: int(key)}), self.record)


ADD_ON = Extra("add_on", "billsby_list_addons", "billsby_get_addon", "addonId", mapping.add_on)
ALLOWANCE = Extra(
    "allowance", "billsby_list_allowances", "billsby_get_allowance", "allowanceId", mapping.allowance
)
STREAMS: tuple[Stream | Children, ...] = (
    stream("product", "billsby_list_products", mapping.product),
    PLANS,
    Stream("add_on", ADD_ON.pages),
    Stream("allowance", ALLOWANCE.pages),
    whole("custom_field", "billsby_list_custom_fields", mapping.custom_field),
    stream("customer", "billsby_list_customers", mapping.customer),
    stream("subscription", "billsby_list_subscriptions", mapping.subscription),
    stream("invoice", "billsby_list_invoices", mapping.invoice),
    stream("credit_note", "billsby_list_credit_notes", mapping.credit_note),
    *CHILDREN,
)


def refresh(read: Read, kind: str, key: str) -> list[Row]:
    """The record and what a change of it moves too, but for its children; NotFoundError when it is gone.

    A child is found with its owner; one whose owner nobody names is not found.
    """
    if kind not in REFRESHERS:
        raise NotFoundError(f"Billsby tells of {key} with its owner only.", vendor="Billsby", status=404)
    return REFRESHERS[kind](read, key)


def _customer(read: Read, key: str) -> list[Row]:
    owner = _owner(read, key)
    customer = owner.record()
    name = "billsby_list_customer_subscriptions"
    return [
        owner,
        *(
            row("subscription", name, raw, mapping.customer_subscription, customer=customer)
            for raw in read(name, {"customerUniqueId": key})
        ),
        *_papers(read, customer),
    ]


def _owner(read: Read, key: str) -> Row:
    name = "billsby_get_customer"
    return row("customer", name, read(name, {"customerUniqueId": key}), mapping.customer)


def _papers(read: Read, customer: Record) -> list[Row]:
    """A customer's invoices and credit notes."""
    return [*_of_customer(read, customer, "invoice"), *_of_customer(read, customer, "credit_note")]


def _of_customer(read: Read, customer: Record, kind: str) -> list[Row]:
    name = f"billsby_list_customer_{kind}s"
    record = {"invoice": mapping.invoice, "credit_note": mapping.credit_note}[kind]
    rows = read(name, {"customerUniqueId": customer.vendor_id})
    return [row(kind, name, raw, record, customer_name=customer.fields["name"]) for raw in rows]


def _subscription(read: Read, key: str) -> list[Row]:
    name = "billsby_get_subscription"
    found = row("subscription", name, read(name, {"subscriptionUniqueId": key}), mapping.subscription)
    owner = _owner(read, found.record().fields["customer_vendor_id"])
    return [found, owner, *_papers(read, owner.record())]


def _invoice(read: Read, key: str) -> list[Row]:
    name = "billsby_get_invoice"
    found = row("invoice", name, read(name, {"invoiceNumber": key}), mapping.invoice)
    owner = _owner(read, found.record().fields["customer_vendor_id"])
    return [found, owner, *_of_customer(read, owner.record(), "credit_note")]


def _credit_note(read: Read, key: str) -> list[Row]:
    customer = _owner(read, mapping.customer_of(key)).record()
    return _only(_of_customer(read, customer, "credit_note"), key)


def _product(read: Read, key: str) -> list[Row]:
    name = "billsby_get_product"
    return [row("product", name, read(name, {"productId": int(key)}), mapping.product)]


def _plan(read: Read, key: str) -> list[Row]:
    """A plan that we do not know yet: Billsby has no call for one, so every product is asked for its own."""
    found = [
        each
        for part in listed(InTurn(read), "billsby_list_products")
        for product in part.rows
        for each in PLANS.ask(read, mapping.text(product, "productId"), product)
    ]
    return [*_only([each for each in found if each.kind == "plan"], key)]


def _custom_field(read: Read, key: str) -> list[Row]:
    name = "billsby_list_custom_fields"
    return _only([row("custom_field", name, raw, mapping.custom_field) for raw in read(name, {})], key)


def _only(rows: list[Row], key: str) -> list[Row]:
    wanted = [found for found in rows if found.vendor_id == key]
    if not wanted and not all(found.vendor_id for found in rows):
        raise BadReplyError("Billsby gave a record without its id, which may be this one.", vendor="Billsby")
    if not wanted:
        raise NotFoundError(f"Billsby has no {key} any more.", vendor="Billsby", status=404)
    return wanted


REFRESHERS: Mapping[str, Callable[[Read, str], list[Row]]] = {
    "customer": _customer,
    "subscription": _subscription,
    "invoice": _invoice,
    "credit_note": _credit_note,
    "product": _product,
    "plan": _plan,
    "add_on": lambda read, key: [ADD_ON.one(read, key)],
    "allowance": lambda read, key: [ALLOWANCE.one(read, key)],
    "custom_field": _custom_field,
}
