"""Full listings for the mirror, and the re-reading of one record."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.errors import NotFoundError
from connectors.judging import Read
from connectors.registry import Page, Record, Stream

PAGE = 100  # the most that Billsby gives at once


def listed(
    read: Read, operation: str, arguments: Mapping[str, Any] | None = None
) -> Iterator[tuple[list[Mapping[str, Any]], int | None]]:
    """Every page of a list, with the size of the whole where Billsby tells.

    Newest first and not ours to reorder: what is created meanwhile moves rows to later pages, so a row may
    come twice, but none is skipped.
    """
    after: dict[str, str] = {}
    while True:
        rows = read(operation, {**(arguments or {}), "limit": PAGE, **after})
        yield rows, rows.total
        if rows.next is None:
            return
        after = {"after": rows.next}


def stream(kind: str, operation: str, record: Callable[[Mapping[str, Any]], Record]) -> Stream:
    def pages(read: Read) -> Iterator[Page]:
        for rows, total in listed(read, operation):
            yield Page(tuple(map(record, rows)), total)

    return Stream(kind, pages)


def _plan_pages(read: Read) -> Iterator[Page]:
    for rows, _ in listed(read, "billsby_list_products"):
        for row in rows:
            yield Page(tuple(_plans(read, mapping.product(row))), None)


def _plans(read: Read, product: Record) -> list[Record]:
    rows = read("billsby_list_plans", {"productId": int(product.vendor_id)})
    return [mapping.plan(row, product=product) for row in rows]


STREAMS = (
    stream("product", "billsby_list_products", mapping.product),
    Stream("plan", _plan_pages),
    stream("customer", "billsby_list_customers", mapping.customer),
    stream("subscription", "billsby_list_subscriptions", mapping.subscription),
    stream("invoice", "billsby_list_invoices", mapping.invoice),
    stream("credit_note", "billsby_list_credit_notes", mapping.credit_note),
)


def refresh(read: Read, kind: str, key: str) -> list[Record]:
    """The record and what a change of it moves too; NotFoundError when Billsby no longer has it."""
    return [] if kind in UNMIRRORED else REFRESHERS[kind](read, key)


def _customer(read: Read, key: str) -> list[Record]:
    customer = mapping.customer(read("billsby_get_customer", {"customerUniqueId": key}))
    subscriptions = read("billsby_list_customer_subscriptions", {"customerUniqueId": key})
    return [
        customer,
        *(mapping.customer_subscription(row, customer=customer) for row in subscriptions),
        *_papers(read, customer),
    ]


def _papers(read: Read, customer: Record) -> list[Record]:
    """A customer's invoices and credit notes."""
    who = {"customerUniqueId": customer.vendor_id}
    name = customer.fields["name"]
    invoices = read("billsby_list_customer_invoices", who)
    notes = read("billsby_list_customer_credit_notes", who)
    return [
        *(mapping.invoice(row, customer_name=name) for row in invoices),
        *(mapping.credit_note(row, customer_name=name) for row in notes),
    ]


def _subscription(read: Read, key: str) -> list[Record]:
    subscription = mapping.subscription(read("billsby_get_subscription", {"subscriptionUniqueId": key}))
    owner = {"customerUniqueId": subscription.fields["customer_vendor_id"]}
    customer = mapping.customer(read("billsby_get_customer", owner))
    return [subscription, customer, *_papers(read, customer)]


def _invoice(read: Read, key: str) -> list[Record]:
    invoice = mapping.invoice(read("billsby_get_invoice", {"invoiceNumber": key}))
    owner = {"customerUniqueId": invoice.fields["customer_vendor_id"]}
    customer = mapping.customer(read("billsby_get_customer", owner))
    notes = read("billsby_list_customer_credit_notes", owner)
    name = customer.fields["name"]
    return [invoice, customer, *(mapping.credit_note(row, customer_name=name) for row in notes)]


def _credit_note(read: Read, key: str) -> list[Record]:
    owner = {"customerUniqueId": mapping.customer_of(key)}
    customer = mapping.customer(read("billsby_get_customer", owner))
    notes = read("billsby_list_customer_credit_notes", owner)
    found = [mapping.credit_note(row, customer_name=customer.fields["name"]) for row in notes]
    return _only(found, key)


def _product(read: Read, key: str) -> list[Record]:
    product = mapping.product(read("billsby_get_product", {"productId": int(key)}))
    return [product, *_plans(read, product)]


def _plan(read: Read, key: str) -> list[Record]:
    """Billsby has no call for one plan, so every product is asked for its own."""
    found = [record for page in _plan_pages(read) for record in page.records]
    return _only(found, key)


def _only(records: list[Record], key: str) -> list[Record]:
    wanted = [record for record in records if record.vendor_id == key]
    if not wanted:
        raise NotFoundError(f"Billsby has no {key} any more.", vendor="Billsby", status=404)
    return wanted


# What writes change and the mirror does not keep.
UNMIRRORED = ("custom_field", "custom_field_response")
REFRESHERS: Mapping[str, Callable[[Read, str], list[Record]]] = {
    "customer": _customer,
    "subscription": _subscription,
    "invoice": _invoice,
    "credit_note": _credit_note,
    "product": _product,
    "plan": _plan,
}
