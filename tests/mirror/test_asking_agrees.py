"""Whatever is asked of invoices, the database finds and adds up what plain Python does over the same rows."""

from collections import Counter
from datetime import date

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.mirror.asking import Question, ask
from console.mirror.conditions import Condition
from console.mirror.models import Invoice

pytestmark = pytest.mark.django_db
DAYS = [None, date(2025, 12, 31), date(2026, 1, 1), date(2026, 3, 31), date(2026, 4, 1)]
NAMES = ["", "ada", "Ada", "Zoë", "zoË", "Öl & Co", "50%_off", "B\\ack"]
rows = st.fixed_dictionaries(
    {
        "customer_name": st.sampled_from(NAMES),
        "status": st.sampled_from(["Paid", "PaidOffline", "PAID_IN_FULL", "Unpaid", ""]),
        "currency": st.sampled_from(["USD", "JPY"]),
        "open_minor": st.sampled_from([None, 0, 1, 500, 501]),
        "amount_minor": st.sampled_from([None, 500, 900]),
        "due_on": st.sampled_from(DAYS),
    }
)
LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
ORDER = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
}
SPANS = {"2025": (date(2025, 1, 1), date(2025, 12, 31)), "2026-03": (date(2026, 3, 1), date(2026, 3, 31))}


def text_holds(op: str, told: str, value: str) -> bool:
    told, value = told.translate(LOWER), value.translate(LOWER)
    if not value:
        return (told == "") == (op == "=")
    return {"=": told == value, "!=": told != value, "contains": value in told}[op]


def day_holds(op: str, told: date | None, words: str) -> bool:
    first, last = SPANS[words]
    if told is None:
        return False
    inside = first <= told <= last
    return {"<": told < first, "<=": told <= last, ">": told > last, ">=": told >= first,
            "=": inside, "in": inside, "!=": not inside}[op]  # fmt: skip


def number_holds(op: str, told: int | None, value: int) -> bool:
    return told is not None and ORDER[op](told, value)


conditions = st.one_of(
    st.tuples(st.just("customer_name"), st.sampled_from(["=", "!=", "contains"]), st.sampled_from(NAMES)),
    st.tuples(st.just("open_minor"), st.sampled_from(sorted(ORDER)), st.sampled_from([0, 500])),
    st.tuples(st.just("due_on"), st.sampled_from([*ORDER, "in"]), st.sampled_from(sorted(SPANS))),
).filter(lambda one: not (one[1] == "contains" and one[2] == ""))
HOLDS = {"customer_name": text_holds, "open_minor": number_holds, "due_on": day_holds}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(rows, max_size=8), st.lists(conditions, max_size=3), st.sampled_from(["USD", "JPY"]))
def test_rows_counts_groups_and_sums_are_those_of_plain_python(billsby, told, where, currency):
    Invoice.with_gone.all().delete()
    Invoice.objects.bulk_create(
        Invoice(connection=billsby, vendor_id=str(at), raw={}, fetched_at=timezone.now(), **row)
        for at, row in enumerate(told)
    )
    meant = [*where, ("currency", "=", currency)]
    expected = {
        str(at): row
        for at, row in enumerate(told)
        if row["currency"] == currency
        and all(HOLDS[field](op, row[field], value) for field, op, value in where)
    }
    asked = {"kind": "invoice", "where": [Condition(*one) for one in meant]}

    answer = ask(Question(**asked, order_by="customer_name", limit=50))
    by_name = sorted(
        expected, key=lambda at: (expected[at]["customer_name"].translate(LOWER).encode(), int(at))
    )
    assert [row["vendor_id"] for row in answer["rows"]] == by_name
    assert answer["count"] == len(expected)

    grouped = ask(Question(**asked, group_by=["status"], sum=["open_minor"], order_by="status", limit=50))
    found = [(row["status"], row["count"], row["open_minor"]) for row in grouped["rows"]]
    counts = Counter(row["status"] for row in expected.values())
    sums = Counter()
    for row in expected.values():
        sums[row["status"]] += row["open_minor"] or 0
    assert found == [(status, counts[status], sums[status]) for status in sorted(counts)]
    assert [line["open_minor"] for line in grouped["totals"]] == [sum(sums.values())] * bool(expected)
