"""A vendor that costs next to nothing: lists of Billsby's or BILL's invoices, each answer after a given time.

`python -m console.bench.vendor --port 9101 --invoices 100000 --latency-ms 20 --calls-per-s 0`

Above `--calls-per-s` (0: no limit) it answers 429 with Retry-After; a tenth of a second's calls may come at
once. The other lists are empty. `/tally` tells how many calls there were since it was last asked; `/change`
lets a share of BILL's invoices change.
"""

import argparse
import asyncio
import json
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import uvicorn
from starlette.types import Receive, Scope, Send

from console.bench.bill_lists import BillLists

NEWEST = datetime(2026, 3, 1)  # noqa: DTZ001 - written out with a Z
PER_CUSTOMER = 5
STATUSES = ("Paid", "Paid", "Paid", "Unpaid", "PaidOffline")
# Built from text: a page is made when it is asked for, so that any number of invoices takes no memory.
ROW = (
    '{"invoiceId":%d,"invoiceNumber":"%s-%d","customerId":%d,"customerUniqueId":"%s",'
    '"customerFirstName":"Ingrid","customerLastName":"Number %d","customerFullName":"Ingrid Number %d",'
    '"createdOn":"%s","amount":%d,"formattedAmount":"$%d","status":"%s","currency":"USD"}'
)
PAGE = '{"currentPage":%d,"pageCount":%d,"pageSize":%d,"rowCount":%d,"results":[%s]}'


class Vendor:
    """An ASGI application. calls_per_s: 0 for no limit."""

    def __init__(self, *, invoices: int, latency_s: float, calls_per_s: float) -> None:
        self.invoices = invoices
        self.latency_s = latency_s
        self.calls_per_s = calls_per_s
        self._room, self._looked_at = calls_per_s / 10, time.monotonic()
        self._calls = self._refused = 0
        self._bill = BillLists(invoices)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/tally":
            tally = {"calls": self._calls, "refused": self._refused}
            self._calls = self._refused = 0
            await answer(send, 200, json.dumps(tally))
            return
        query = parse_qs(scope["query_string"].decode())
        if scope["path"] == "/change":
            self._bill.change(float(query["share"][0]))
            await answer(send, 200, "{}")
            return
        self._calls += 1
        if self.calls_per_s and not self._takes_one():
            self._refused += 1
            await answer(send, 429, "{}", (b"retry-after", b"1"))
            return
        await asyncio.sleep(self.latency_s)
        if scope["path"].startswith("/connect/"):
            await answer(send, 200, self._bill.answer(scope["path"], query))
            return
        page, size = (int(query[name][0]) if name in query else 1 for name in ("page", "pageSize"))
        rows = self.invoices if scope["path"].endswith("/invoices") else 0
        await answer(send, 200, self._page(page, size, rows))

    def _takes_one(self) -> bool:
        now = time.monotonic()
        since_s, self._looked_at = now - self._looked_at, now
        self._room = min(self.calls_per_s / 10, self._room + since_s * self.calls_per_s)
        if self._room < 1:
            return False
        self._room -= 1
        return True

    def _page(self, page: int, size: int, rows: int) -> str:
        places = range((page - 1) * size, min(page * size, rows))
        return PAGE % (page, -(-rows // size), size, rows, ",".join(map(row, places)))


def row(place: int) -> str:
    customer, count = divmod(place, PER_CUSTOMER)
    unique, amount = f"BENCH{customer:07d}", 100 * (1 + place * 7919 % 50_000)
    created_on = (NEWEST - timedelta(seconds=place * 17)).isoformat(timespec="milliseconds") + "Z"
    status = STATUSES[place % len(STATUSES)]
    who = (unique, PER_CUSTOMER - count, customer, unique, customer, customer)
    return ROW % (place, *who, created_on, amount, amount // 100, status)


async def answer(send: Send, status: int, body: str, *headers: tuple[bytes, bytes]) -> None:
    content = body.encode()
    told = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(content)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": content})


def main() -> None:
    parser = argparse.ArgumentParser(prog="console.bench.vendor")
    for name in ("--port", "--invoices"):
        parser.add_argument(name, type=int, required=True)
    for name in ("--latency-ms", "--calls-per-s"):
        parser.add_argument(name, type=float, default=0)
    given: Any = parser.parse_args()
    vendor = Vendor(invoices=given.invoices, latency_s=given.latency_ms / 1000, calls_per_s=given.calls_per_s)
    uvicorn.run(
        vendor, host="127.0.0.1", port=given.port, log_level="warning", access_log=False, lifespan="off"
    )


if __name__ == "__main__":
    main()
