"""Recurring bills: what BILL would enter as a bill, again and again. The sandbox enters none by itself."""

from collections.abc import Mapping
from dataclasses import replace

from starlette.responses import Response

from connectors.sandbox.bill.errors import refusal
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Resource
from connectors.sandbox.bill.resources.vendor_credits import LINE
from connectors.sandbox.bill.sessions import require_trust
from connectors.sandbox.bill.ways import parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome, Work

SCHEDULE = (
    Field("period", required=True, one_of=("WEEKLY", "MONTHLY", "YEARLY")),
    Field("frequency", "whole", required=True),
    Field("nextDueDate", "date", required=True),
    Field("endDate", "date"),
    Field("daysInAdvance", "whole"),
)


def _refine(_books: Books, change: Change) -> None:
    if change.owner is None or change.owner["archived"] and change.verb != "archive":
        raise refusal(422, "BDC_1119", "vendorId", change.record["vendorId"])


RECURRING_BILL = Resource(
    kind="recurring bill",
    prefix="rcb",
    path="/recurringbills",
    verbs="list get create update replace archive restore",
    owner="vendor",
    owner_field="vendorId",
    fields=(
        Field("vendorId", required=True, to="vendor"),
        Field("schedule", "object", required=True, parts=SCHEDULE),
        Field("recurringBillLineItems", "lines", required=True, parts=LINE, prefix="rbl"),
        Field("processingOptions", "object", parts=(Field("autoPayment", "boolean", default=False),)),
        Field("paymentInformation", "object", parts=(Field("bankAccountId"),)),
        Field("description", longest=4000),
    ),
    filters={"vendorId": frozenset({"eq", "in"})},
    refine=_refine,
)


def _trusting(work: Work) -> Work:
    """Paying by itself is switched on only in a session that passed a second factor."""

    def do(books: Books, call: Call) -> Response | Outcome:
        given = parsed(call.body) if call.body else {}
        options = given.get("processingOptions") if isinstance(given, Mapping) else None
        if isinstance(options, Mapping) and options.get("autoPayment") is True:
            require_trust(books, call)
        return work(books, call)

    return do


WAYS = tuple(replace(way, work=_trusting(way.work)) for way in RECURRING_BILL.ways())
