"""What a run measured: the facts of its machine, a table, and the ratios that are its point."""

import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import django

from console.bench.comparing import Measure

FETCHES = ("fetch only, 1 at once", "fetch only, 8 at once")
BILL = ("fetch only, 3 at once", "everything", "changes")
BILL_SHARE = 0.95
BILL_CHANGES = 0.01
MOST_MIB = 120
LIMIT_SHARE = 0.94
SECOND_SHARE = 0.8
PEER_RATIO = 8
SHARES = {"PostgreSQL": 0.65, "SQLite": 0.5}  # of the lower of both limits


@dataclass(frozen=True)
class Line:
    """All rounds of one measure: medians, and the worst of what must not happen."""

    database: str
    name: str
    latency_ms: float
    limit: int
    rows: int
    rows_per_s: float
    peak_mib: int | None
    refused: int
    calls: int


@dataclass(frozen=True)
class Ratio:
    """of: what was measured, such as a database. wanted: at least so much, or with `at_most` at most."""

    of: str
    name: str
    value: float
    wanted: float
    at_most: bool = False

    @property
    def holds(self) -> bool:
        return self.value <= self.wanted if self.at_most else self.value >= self.wanted


def lines_of(measures: Iterable[Measure]) -> list[Line]:
    by_key: dict[tuple, list[Measure]] = {}
    for measure in measures:
        key = (measure.database, measure.limit, measure.latency_ms, measure.name)
        by_key.setdefault(key, []).append(measure)
    return [
        Line(
            database,
            name,
            latency_ms,
            limit,
            rounds[0].rows,
            median(each.rows_per_s for each in rounds),
            max((each.peak_mib for each in rounds if each.peak_mib is not None), default=None),
            max(each.refused for each in rounds),
            max(each.calls for each in rounds),
        )
        for (database, limit, latency_ms, name), rounds in by_key.items()
    ]


def ratios_of(lines: list[Line]) -> list[Ratio]:
    """The figures that are held against what is wanted; those of what was not measured are left out."""
    ratios = []
    for database in dict.fromkeys(line.database for line in lines):
        ours = [line for line in lines if line.database == database]
        free = {line.name: line for line in ours if not line.limit}
        fetch = max(free[name].rows_per_s for name in FETCHES)
        lowest = min(fetch, free["insert only"].rows_per_s)
        sync, second = free["sync"], free["second sync"]
        if "peer" in free:
            times = sync.rows_per_s / free["peer"].rows_per_s
            ratios.append(Ratio(database, "sync, times the peer", times, PEER_RATIO))
        ratios += [
            Ratio(database, "sync, share of the lower limit", sync.rows_per_s / lowest, SHARES[database]),
            Ratio(database, "second sync, share of fetch only", second.rows_per_s / fetch, SECOND_SHARE),
        ]
        ratios += bill_ratios(database, free)
        if second.peak_mib is not None:
            ratios.append(Ratio(database, "peak memory, MiB", second.peak_mib, MOST_MIB, at_most=True))
        for line in ours:
            if line.limit:
                where = f"at {line.limit} calls a second, {line.latency_ms:g} ms"
                share = line.rows_per_s / (line.limit * 100)
                ratios.append(Ratio(database, f"{where}: share of the limit", share, LIMIT_SHARE))
                ratios.append(Ratio(database, f"{where}: answers 429", line.refused, 0, at_most=True))
    return ratios


def bill_ratios(database: str, by_name: dict[str, Line]) -> list[Ratio]:
    fetch, everything, changes = (by_name.get(f"BILL, {name}") for name in BILL)
    if not (fetch and everything and changes):
        return []
    share = everything.rows_per_s / fetch.rows_per_s
    calls = changes.calls / everything.calls
    return [
        Ratio(database, "BILL, everything, share of fetch only", share, BILL_SHARE),
        Ratio(database, "BILL, calls for 0.1 % changed, share of all", calls, BILL_CHANGES, at_most=True),
    ]


def table(lines: list[Line], ratios: list[Ratio]) -> str:
    rows = [f"{'':11}{'':42}{'rows':>10}{'rows/s':>10}{'peak MiB':>10}{'429':>6}"]
    for line in lines:
        where = f" ({line.limit}/s, {line.latency_ms:g} ms)" if line.limit else f" ({line.latency_ms:g} ms)"
        peak = "" if line.peak_mib is None else line.peak_mib
        numbers = f"{line.rows:>10,}{line.rows_per_s:>10,.0f}{peak:>10}{line.refused:>6}"
        rows.append(f"{line.database:11}{line.name + where:42}{numbers}")
    return "\n".join(rows) + "\n\n" + held(ratios)


def held(ratios: Iterable[Ratio]) -> str:
    """The ratios beside what is wanted of them."""
    rows = [f"{'':11}{'':64}{'measured':>10}{'wanted':>10}"]
    for ratio in ratios:
        wanted = f"{'<=' if ratio.at_most else '>='} {ratio.wanted:g}"
        missed = "" if ratio.holds else "  missed"
        value = f"{ratio.value:.2f}" if ratio.value >= 0.1 or not ratio.value else f"{ratio.value:.3f}"
        rows.append(f"{ratio.of:11}{ratio.name:64}{value:>10}{wanted:>10}{missed}")
    return "\n".join(rows)


def machine(databases: list[str], load_before: tuple[float, ...]) -> dict[str, Any]:
    return {
        "cores": os.cpu_count(),
        "processor": processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "django": django.get_version(),
        "databases": databases,
        "load_before": [round(load, 2) for load in load_before],
        "load_after": [round(load, 2) for load in os.getloadavg()],
    }


def processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())
