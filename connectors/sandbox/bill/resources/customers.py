"""Customers and the people at them."""

from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists, rules, shapes
from connectors.sandbox.bill.endpoint import answered
from connectors.sandbox.bill.ways import Way, creating, existing, listing, parsed, reading
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome


def _contacts(books: Books, call: Call) -> Response:
    customer = existing(books, "customer", call.parts["id"])
    records, tokens = lists.page(books, "contact", dict(parse_qsl(call.query)), owner=customer["id"])
    return JSONResponse({**tokens, "results": [shapes.published(record) for record in records]})


def _create_contact(books: Books, call: Call) -> Outcome:
    record = rules.create_contact(books, call.parts["id"], parsed(call.body))
    return answered(record, shapes.published(record))


WAYS = (
    Way("GET", "/customers", "list_customers", listing("customer", shapes.customer)),
    Way("POST", "/customers", "create_customer", creating(rules.create_customer, shapes.customer)),
    Way("GET", "/customers/{id}", "get_customer", reading("customer", shapes.customer)),
    Way("GET", "/customers/{id}/contacts", "list_customer_contacts", _contacts),
    Way("POST", "/customers/{id}/contacts", "create_customer_contact", _create_contact),
)
