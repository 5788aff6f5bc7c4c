"""Recurring invoices: BILL makes an invoice from each of them before it is due."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from connectors.sandbox.bill.errors import Refusal, refusal
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Resource
from connectors.sandbox.bill.resources.invoices import INVOICE
from connectors.sandbox.bill.resources.recurring_bills import SCHEDULE, following
from connectors.sandbox.books import Books

_LINES = "recurringInvoiceLineItems"
# Whether the amount of a line is for one piece or for all is not documented: here for all.
LINE = (
    Field("amount", "number", required=True),
    Field("quantity", "number", default="1"),
    Field("description", longest=4000),
)


def _refine(_books: Books, change: Change) -> None:
    if change.owner is None or change.owner["archived"] and change.verb != "archive":
        raise refusal(422, "BDC_1119", "customerId", change.record["customerId"])
    for line in change.record[_LINES]:
        line["price"] = str(Decimal(line["amount"]) / Decimal(line["quantity"]))


def _follow(books: Books, change: Change) -> None:
    _plan(books, change.record)


def _plan(books: Books, recurring: Mapping[str, Any]) -> None:
    """A day planned twice makes one invoice, and one that the schedule has left meanwhile none."""
    schedule = recurring["schedule"]
    due, ends = date.fromisoformat(schedule["nextDueDate"]), schedule.get("endDate")
    if recurring["archived"] or ends and due > date.fromisoformat(ends):
        return
    day = due - timedelta(days=schedule.get("daysInAdvance") or 0)
    payload = {"id": recurring["id"], "due": due.isoformat()}
    books.later("make_recurring_invoice", datetime.combine(day, time(), UTC), payload)


def make(books: Books, planned: Mapping[str, Any]) -> None:
    recurring = books.get("recurring invoice", planned["id"])
    if recurring is None or recurring["archived"] or recurring["schedule"]["nextDueDate"] != planned["due"]:
        return
    lines = [
        {name: line[name] for name in ("description", "quantity", "price")} for line in recurring[_LINES]
    ]
    given = {
        "customerId": recurring["customerId"],
        "dueDate": planned["due"],
        "invoiceLineItems": lines,
        "processingOptions": {"sendEmail": recurring["sendEmail"]},
    }
    with suppress(Refusal):  # a customer that is archived by now gets no invoice
        INVOICE.create(books, given, {"customerId": recurring["customerId"]})
    recurring["schedule"]["nextDueDate"] = following(recurring["schedule"]).isoformat()
    books.put("recurring invoice", recurring["id"], recurring)
    _plan(books, recurring)


RECURRING_INVOICE = Resource(
    kind="recurring invoice",
    prefix="rci",
    path="/recurring-invoices",
    verbs="list get create update replace archive restore",
    owner="customer",
    owner_field="customerId",
    fields=(
        Field("customerId", required=True, to="customer"),
        Field("schedule", "object", required=True, parts=SCHEDULE),
        Field(_LINES, "lines", required=True, parts=LINE, prefix="ril"),
        Field("description", longest=4000),
    ),
    filters={"customerId": frozenset({"eq", "in"})},
    initial={"sendEmail": False},
    refine=_refine,
    follow=_follow,
)
RESOURCES = (RECURRING_INVOICE,)
