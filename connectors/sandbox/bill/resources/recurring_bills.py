"""Recurring bills: what BILL would enter as a bill, again and again. The sandbox enters none by itself."""

from collections.abc import Mapping
from typing import Any

from connectors.sandbox.bill.errors import refusal
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Resource
from connectors.sandbox.bill.resources.vendor_credits import LINE
from connectors.sandbox.bill.trust import trusting
from connectors.sandbox.books import Books

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


def _pays_itself(given: Mapping[str, Any]) -> bool:
    return (given.get("processingOptions") or {}).get("autoPayment") is True


WAYS = tuple(trusting(RECURRING_BILL.ways(), _pays_itself))
