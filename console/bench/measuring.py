"""One measurement in a process of its own, so that its peak memory is its own.

`python -m console.bench.measuring NAME '{"vendor_url": …, "rows": …}'`, with DATABASE_URL naming a fresh,
migrated database; prints a JSON list of {"name", "rows", "seconds", "peak_mib"}.
"""

import json
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import django
import httpx

django.setup()

from django.db import connection as database  # noqa: E402
from django.db import transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from connectors.bill.dialect import CONCURRENT_CALLS  # noqa: E402
from connectors.billsby import mapping  # noqa: E402
from connectors.rates import Priority  # noqa: E402
from console.connections.clients import reader  # noqa: E402
from console.connections.models import Connection  # noqa: E402
from console.mirror.models import Invoice, Sync  # noqa: E402
from console.mirror.sync import sync_connection  # noqa: E402

PAGE = 100  # the most that Billsby gives at once
AT_ONCE = 8  # connections; with more of them the client becomes slower
CHANGED_SHARE = 0.001
PAGES_A_BATCH = 10  # in one transaction, where nothing else says how many
UNHINDERED_CALLS_PER_S = 100_000

Measures = list[dict[str, Any]]


def limits(connection: Connection, *, rows: int) -> Measures:
    """What no sync can be faster than, whatever it does."""
    return [
        fetch_only(connection, rows, at_once=1),
        fetch_only(connection, rows, at_once=AT_ONCE),
        insert_only(connection, rows),
    ]


def fetch_only(connection: Connection, rows: int, *, at_once: int) -> dict[str, Any]:
    """Every page asked for and parsed by the client that the sync has."""
    started = time.perf_counter()
    fetched = sum(len(page) for page in fetched_pages(connection, range(0, rows, PAGE), at_once))
    return measure(f"fetch only, {at_once} at once", fetched, started)


def insert_only(connection: Connection, rows: int) -> dict[str, Any]:
    """Finished rows into the mirror's own table, with nothing read and nothing compared."""
    columns = [field for field in Invoice._meta.concrete_fields if not field.primary_key]
    pages = fetched_pages(connection, range(0, rows, PAGE), AT_ONCE)
    took_s = 0.0
    while batch := list(islice(pages, PAGES_A_BATCH)):
        values = [values_of(raw, connection, columns) for page in batch for raw in page]
        started = time.perf_counter()
        insert([field.column for field in columns], values)
        took_s += time.perf_counter() - started
    return {"name": "insert only", "rows": Invoice.objects.count(), "seconds": took_s, "peak_mib": None}


def syncs(connection: Connection, *, rows: int, names: tuple[str, ...]) -> Measures:
    """Our sync, once for each name; from the second on nothing has changed."""
    measures = []
    for name in names:
        started = time.perf_counter()
        runs = sync_connection(connection, kind="invoice")
        measures.append(measure(name, rows, started))
        check(runs, rows)
    return measures


def bill(connection: Connection, *, rows: int) -> Measures:
    """BILL's invoices: what all the connections that it allows can fetch, everything, then a few changes.

    Their customers are read before, as in every sync.
    """
    vendor = connection.base_url
    sync_connection(connection, kind="customer")
    started = time.perf_counter()
    pages = fetched_pages(connection, range(0, rows, PAGE), CONCURRENT_CALLS, "bill_list_invoices")
    measures = [measure(f"BILL, fetch only, {CONCURRENT_CALLS} at once", sum(map(len, pages)), started)]
    for name in ("BILL, everything", "BILL, changes"):
        tally(vendor)
        started = time.perf_counter()
        runs = sync_connection(connection, kind="invoice")
        measures.append(measure(name, runs[0].done, started) | tally(vendor))
        check(runs, rows)
        httpx.get(f"{vendor}/change", params={"share": CHANGED_SHARE}, trust_env=False)
    return measures


def tally(vendor_url: str) -> dict[str, int]:
    return httpx.get(f"{vendor_url}/tally", trust_env=False).json()


def check(runs: list[Sync], rows: int) -> None:
    """Nothing is worth measuring that did not do its work."""
    failed = [f"{run.words}: {run.error or run.state}" for run in runs if run.state != Sync.State.DONE]
    kept = Invoice.objects.count()
    if failed or kept != rows:
        raise SystemExit(f"The sync kept {kept:,} of {rows:,} invoices. {'; '.join(failed)}")


def fetched_pages(
    connection: Connection, places: range, at_once: int, operation: str = "billsby_list_invoices"
) -> Iterator[list[Any]]:
    """The pages that begin at these places, in order; few are fetched ahead of whoever takes them."""
    read = reader(connection, priority=Priority.SYNC)

    def page(place: int) -> list[Any]:
        after = {"after": str(place)} if place else {}
        return read(operation, {"limit": PAGE} | after)

    if at_once == 1:
        yield from map(page, places)
        return
    with ThreadPoolExecutor(at_once) as pool:
        waiting: deque[Future[list[Any]]] = deque()
        for place in places:
            waiting.append(pool.submit(page, place))
            if len(waiting) > 2 * at_once:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def values_of(raw: Mapping[str, Any], connection: Connection, columns: list[Any]) -> list[Any]:
    record = mapping.invoice(raw)
    row = Invoice(
        connection=connection,
        vendor_id=record.vendor_id,
        raw=record.raw,
        digest="0" * 64,
        fetched_at=timezone.now(),
        **record.fields,
    )
    row.derive()
    return [field.get_db_prep_save(getattr(row, field.attname), database) for field in columns]


def insert(names: list[str], rows: list[list[Any]]) -> None:
    table, listed = Invoice._meta.db_table, ", ".join(names)
    with transaction.atomic(), database.cursor() as cursor:
        if database.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({listed}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            holes = ", ".join(["%s"] * len(names))
            cursor.executemany(f"INSERT INTO {table} ({listed}) VALUES ({holes})", rows)


def measure(name: str, rows: int, started: float) -> dict[str, Any]:
    seconds = time.perf_counter() - started
    return {"name": name, "rows": rows, "seconds": seconds, "peak_mib": peak_mib()}


def peak_mib() -> int | None:
    """The most memory this process ever had, where the system tells; getrusage counts its parent's too."""
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024


def account(connector: str, vendor_url: str, calls_per_s: int | None) -> Connection:
    injected, credentials = ACCOUNTS[connector]
    connection = Connection(
        slug="bench",
        connector=connector,
        name="Bench",
        base_url=vendor_url,
        injected=injected,
        calls_per_s=calls_per_s or UNHINDERED_CALLS_PER_S,
    )
    connection.credentials = credentials
    connection.save()
    return connection


MEASURED: dict[str, Callable[..., Measures]] = {
    "limits": limits,
    "sync": partial(syncs, names=("sync",)),
    "sync-twice": partial(syncs, names=("sync", "second sync")),
    "bill": bill,
}
WARM_UP = {"billsby": "billsby_list_products", "bill": "bill_list_invoices"}
ACCOUNTS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "billsby": ({"companyDomain": "bench"}, {"api_key": "bench"}),
    "bill": ({"organization_id": "bench"}, dict.fromkeys(("username", "password", "dev_key"), "bench")),
}


def main(name: str, given: str) -> None:
    asked = json.loads(given)
    vendor = "bill" if name == "bill" else "billsby"
    connection = account(vendor, asked["vendor_url"], asked.get("calls_per_s"))
    # Catalogues, the client and the database are there before the clock starts, as in a worker that runs.
    reader(connection)(WARM_UP[vendor], {"limit": 1})
    print(json.dumps(MEASURED[name](connection, rows=asked["rows"])))


if __name__ == "__main__":
    main(*sys.argv[1:])
