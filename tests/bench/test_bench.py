"""The measuring works; how fast anything is, no test says."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from console.bench.comparing import Measure
from console.bench.reporting import Ratio, lines_of, ratios_of, table


def measure(name: str, seconds: float, **changes: object) -> Measure:
    given = {"database": "SQLite", "rows": 1000, "peak_mib": 80, "latency_ms": 20, "limit": 0, "refused": 0}
    return Measure(name=name, seconds=seconds, calls=10, **(given | changes))


MEASURES = [
    measure("fetch only, 1 at once", 0.2),
    measure("fetch only, 8 at once", 0.05),
    measure("insert only", 0.01),
    measure("sync", 0.1),
    measure("second sync", 0.05, peak_mib=130),
    measure("peer", 0.5),
    measure("sync", 0.25, limit=50, refused=3),
]


def ratio(name: str, measures: list[Measure]) -> Ratio:
    return next(each for each in ratios_of(lines_of(measures)) if each.name == name)


def test_tiny_sizes_are_measured_in_every_way():
    out, err = StringIO(), StringIO()

    quick = {"latency_ms": 0, "bill_latency_ms": 0}
    call_command("bench", "sync", invoices=300, json=True, stdout=out, stderr=err, **quick)

    told = json.loads(out.getvalue())
    on_sqlite = [each for each in told["measures"] if each["database"] == "SQLite"]
    assert [(each["name"], each["limit"], each["rows"]) for each in on_sqlite] == [
        ("fetch only, 1 at once", 0, 300),
        ("fetch only, 8 at once", 0, 300),
        ("insert only", 0, 300),
        ("sync", 0, 300),
        ("second sync", 0, 300),
        ("BILL, fetch only, 3 at once", 0, 300),
        ("BILL, everything", 0, 300),
        ("BILL, changes", 0, 36),
        ("sync", 50, 300),
        ("sync", 50, 300),
    ]
    assert told["machine"]["databases"][0].startswith("SQLite")


@pytest.mark.parametrize("invoices", [0, 150])
def test_a_size_that_is_no_number_of_pages_is_refused(invoices):
    with pytest.raises(CommandError, match="multiple of 100"):
        call_command("bench", "sync", invoices=invoices)


def test_the_sync_is_held_against_the_lower_limit_and_the_peer():
    assert ratio("sync, share of the lower limit", MEASURES).value == pytest.approx(0.5)
    assert ratio("sync, times the peer", MEASURES).value == pytest.approx(5)


def test_rounds_count_by_their_median_and_memory_by_its_peak():
    rounds = [*MEASURES, measure("sync", 10), measure("sync", 0.05, peak_mib=90)]
    [line] = [line for line in lines_of(rounds) if line.name == "sync" and not line.limit]

    assert line.rows_per_s == pytest.approx(10_000)
    assert line.peak_mib == 90


def test_the_table_names_what_missed_its_mark():
    lines = lines_of(MEASURES)
    missed = [row.strip() for row in table(lines, ratios_of(lines)).splitlines() if row.endswith("missed")]

    assert [" ".join(row.split()) for row in missed] == [
        "SQLite sync, times the peer 5.00 >= 8 missed",
        "SQLite peak memory, MiB 130.00 <= 120 missed",
        "SQLite at 50 calls a second, 20 ms: share of the limit 0.80 >= 0.94 missed",
        "SQLite at 50 calls a second, 20 ms: answers 429 3.00 <= 0 missed",
    ]
