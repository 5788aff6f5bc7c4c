"""What the agent asks of BILL's money: payments out and in, who must approve bills, and budgets."""

from datetime import date
from typing import Any

from django.db.models import F

from console.mirror.answers import Ids, answer, with_money, within
from console.mirror.models import Bill, Budget, Payment, ReceivedPayment
from console.mirror.querysets import sums_by_currency

STATES_NOTE = "status says whether a payment stands; single_status says where on its way the money is."
APPROVALS_NOTE = (
    "Bills that wait for somebody's approval at BILL. Ours are under Approvals and not among them."
)
BUDGETS_NOTE = "Limit, assigned and spent are of the running period. A budget without a limit shows none."


def find_payments(
    text: str = "",
    *,
    status: str = "",
    process_from: date | None = None,
    process_to: date | None = None,
    connection_ids: Ids = None,
    limit: int = 20,
    offset: int = 0,
) -> dict[str, Any]:
    """Payments to vendors, the newest process date first; `totals` cover all that were found.

    text: number, vendor, or the id of a bill. status: the vendor's word for either status, in any spelling.
    """
    found = within(Payment.objects.matching(text), connection_ids=connection_ids).with_owner()
    if status:
        found = found.with_status(status)
    if process_from:
        found = found.filter(process_on__gte=process_from)
    if process_to:
        found = found.filter(process_on__lte=process_to)
    totals = sums_by_currency(found, "amount_minor")
    newest = (F("process_on").desc(nulls_last=True), "-pk")
    return answer(found, order=newest, limit=limit, offset=offset, connection_ids=connection_ids) | {
        "totals": with_money(totals),
        "note": STATES_NOTE,
    }


def find_received_payments(
    text: str = "",
    *,
    customer: str = "",
    status: str = "",
    received_from: date | None = None,
    received_to: date | None = None,
    connection_ids: Ids = None,
    limit: int = 20,
    offset: int = 0,
) -> dict[str, Any]:
    """Payments from customers through BILL or noted there, newest first; `totals` cover all that were found.

    text: number, customer, or the id of an invoice. customer: an id, or words of name or e-mail.
    """
    found = within(ReceivedPayment.objects.matching(text), connection_ids=connection_ids).with_owner()
    if customer:
        found = found.of_customer(customer)
    if status:
        found = found.with_status(status)
    if received_from:
        found = found.filter(received_on__gte=received_from)
    if received_to:
        found = found.filter(received_on__lte=received_to)
    totals = sums_by_currency(found, "amount_minor", "unapplied_minor")
    newest = (F("received_on").desc(nulls_last=True), "-pk")
    return answer(found, order=newest, limit=limit, offset=offset, connection_ids=connection_ids) | {
        "totals": with_money(totals)
    }


def find_bill_approvals(
    text: str = "", *, person: str = "", connection_ids: Ids = None, limit: int = 20, offset: int = 0
) -> dict[str, Any]:
    """Bills that somebody at BILL has still to approve, the earliest due first.

    text: number or vendor. person: words of the name of whom they wait for.
    """
    found = (
        within(Bill.objects.matching(text), connection_ids=connection_ids)
        .filter(is_archived=False)
        .exclude(waiting_for="")
    )
    for word in person.split():
        found = found.filter(waiting_for__icontains=word)
    totals = sums_by_currency(found, "amount_minor", "open_minor")
    return answer(
        found,
        order=(F("due_on").asc(nulls_last=True), "pk"),
        limit=limit,
        offset=offset,
        connection_ids=connection_ids,
    ) | {
        "totals": with_money(totals),
        "note": APPROVALS_NOTE,
    }


def find_budgets(
    text: str = "", *, status: str = "", connection_ids: Ids = None, limit: int = 20, offset: int = 0
) -> dict[str, Any]:
    """Budgets of Spend & Expense by name, each with its limit and what of it is assigned and spent."""
    found = within(Budget.objects.matching(text), connection_ids=connection_ids)
    if status:
        found = found.with_status(status)
    return answer(found, order=("name", "pk"), limit=limit, offset=offset, connection_ids=connection_ids) | {
        "note": BUDGETS_NOTE
    }
