"""The dozen operations that this workspace uses most, which every model is shown without looking for them.

Chosen once a day and kept, so that every process shows the same and what endpoints remember stays true.
"""

from collections import Counter
from datetime import date, datetime, time, timedelta

from django.db.models import Count
from django.utils import timezone

from agent.models import CommonTools, ToolCall
from connectors.catalogue import find_operation
from console.approvals.models import Step

DOZEN = 12
LOOK_BACK = timedelta(days=90)
AT_FIRST = (
    "billsby_get_customer",
    "billsby_get_invoice",
    "billsby_list_customer_subscriptions",
    "billsby_get_subscription",
    "billsby_retry_invoice_payment",
    "billsby_refund_invoice",
    "billsby_charge_customer",
    "billsby_change_plan",
    "billsby_cancel_subscription",
    "bill_get_bill",
    "bill_create_bill",
    "bill_create_payment",
)  # of a workspace in which little was done yet


def common_tools() -> frozenset[str]:
    """Today's, which were chosen by whoever asked first."""
    today = timezone.localdate()
    chosen, _ = CommonTools.objects.get_or_create(day=today, defaults={"names": lambda: most_used(today)})
    return frozenset(chosen.names)


def most_used(today: date) -> list[str]:
    """By steps carried out and tools called in the days before, filled up with those of a new workspace."""
    until = timezone.make_aware(datetime.combine(today, time.min))
    window = (until - LOOK_BACK, until)
    called = ToolCall.objects.filter(state=ToolCall.State.DONE, started_at__range=window).values("name")
    done = Step.objects.filter(status=Step.Status.CONFIRMED, proposal__finished_at__range=window).values(
        "operation"
    )
    counts: Counter[str] = Counter()
    for name, count in (
        *called.annotate(count=Count("pk")).values_list("name", "count"),
        *done.annotate(count=Count("pk")).values_list("operation", "count"),
    ):
        if own := _own_name(name):
            counts[own] += count
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    return list(dict.fromkeys([*ranked, *AT_FIRST]))[:DOZEN]


def _own_name(name: str) -> str:
    """The operation's, also where an alias was called; "" for what reaches no vendor."""
    try:
        return find_operation(name).name
    except KeyError:
        return ""
