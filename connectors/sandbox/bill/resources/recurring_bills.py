"""Recurring bills: BILL enters a bill from each of them before it is due, and may pay it too."""

from calendar import monthrange
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from connectors.sandbox.bill.errors import Refusal, refusal
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Resource
from connectors.sandbox.bill.resources.bills import BILL
from connectors.sandbox.bill.resources.payments import pay_by_itself
from connectors.sandbox.bill.resources.vendor_credits import LINE
from connectors.sandbox.bill.trust import trusting
from connectors.sandbox.books import Books

_LINES = "recurringBillLineItems"
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


def _follow(books: Books, change: Change) -> None:
    _plan(books, change.record)


def _plan(books: Books, recurring: Mapping[str, Any]) -> None:
    """A day planned twice is entered once, and one that the schedule has left meanwhile never."""
    schedule = recurring["schedule"]
    due, ends = date.fromisoformat(schedule["nextDueDate"]), schedule.get("endDate")
    if recurring["archived"] or ends and due > date.fromisoformat(ends):
        return
    day = due - timedelta(days=schedule.get("daysInAdvance") or 0)
    payload = {"id": recurring["id"], "due": due.isoformat()}
    books.later("enter_recurring_bill", datetime.combine(day, time(), UTC), payload)


def enter(books: Books, planned: Mapping[str, Any]) -> None:
    recurring = books.get("recurring bill", planned["id"])
    if recurring is None or recurring["archived"] or recurring["schedule"]["nextDueDate"] != planned["due"]:
        return
    lines = [{name: it for name, it in line.items() if name != "id"} for line in recurring[_LINES]]
    paper = {"invoiceNumber": f"{recurring['id'][-6:]}-{planned['due']}", "invoiceDate": planned["due"]}
    given = {"vendorId": recurring["vendorId"], "dueDate": planned["due"], "invoice": paper}
    given |= {"billLineItems": lines, "description": recurring.get("description")}
    with suppress(Refusal):  # a vendor that is archived by now gets no bill
        bill = BILL.create(books, given, {})
        if _pays_itself(recurring) and books.setting("bill_pays_recurring_bills"):
            pay_by_itself(books, bill, (recurring.get("paymentInformation") or {}).get("bankAccountId"))
    recurring["schedule"]["nextDueDate"] = following(recurring["schedule"]).isoformat()
    books.put("recurring bill", recurring["id"], recurring)
    _plan(books, recurring)


def following(schedule: Mapping[str, Any]) -> date:
    """The day of the month stays, as far as the month has it."""
    day, many = date.fromisoformat(schedule["nextDueDate"]), schedule["frequency"]
    if schedule["period"] == "WEEKLY":
        return day + timedelta(weeks=many)
    months = day.month - 1 + many * (12 if schedule["period"] == "YEARLY" else 1)
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


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
        Field(_LINES, "lines", required=True, parts=LINE, prefix="rbl"),
        Field("processingOptions", "object", parts=(Field("autoPayment", "boolean", default=False),)),
        Field("paymentInformation", "object", parts=(Field("bankAccountId"),)),
        Field("description", longest=4000),
    ),
    filters={"vendorId": frozenset({"eq", "in"})},
    refine=_refine,
    follow=_follow,
)


def _pays_itself(given: Mapping[str, Any]) -> bool:
    return (given.get("processingOptions") or {}).get("autoPayment") is True


WAYS = tuple(trusting(RECURRING_BILL.ways(), _pays_itself))
