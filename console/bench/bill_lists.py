"""BILL's lists of invoices and customers for the vendor to be measured against, made when they are asked for.

Each record was made `APART_S` after the one before it and has not changed since, but for those invoices that
`change` names: they changed an hour after the newest was made, one a second.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

APART_S = 17
FIRST = datetime(2026, 1, 5, tzinfo=UTC)
PER_CUSTOMER = 5
SINCE = re.compile(r'(createdTime|updatedTime):gte:"([^"]+)"')
BEFORE = re.compile(r'createdTime:lt:"([^"]+)"')
IDS = re.compile(r'id:in:"([^"]+)"')
SESSION = json.dumps({"sessionId": "bench", "organizationId": "bench", "userId": "bench", "trusted": False})
INVOICE = (
    '{"id":"00e%017d","archived":false,"invoiceNumber":"INV-%d","invoiceDate":"2026-01-05","dueDate":"2026-02-05",'
    '"customerId":"0cu%017d","totalAmount":%d.25,"dueAmount":%d.25,"status":"OPEN","exchangeRate":1,'
    '"createdTime":"%s","updatedTime":"%s"}'
)
CUSTOMER = (
    '{"id":"%s","archived":false,"name":"Customer %s","invoiceCurrency":"USD","balance":{"amount":0},'
    '"createdTime":"%s","updatedTime":"%s"}'
)


class BillLists:
    """changed: which invoices changed, in the order in which they did."""

    def __init__(self, invoices: int) -> None:
        self.invoices = invoices
        self.changed: list[int] = []

    def change(self, share: float) -> None:
        """Let so many of them change, spread evenly."""
        count = round(self.invoices * share)
        self.changed = [at * self.invoices // count for at in range(count)] if count else []

    def answer(self, path: str, query: Mapping[str, list[str]]) -> str:
        if path.endswith("/login"):
            return SESSION
        filters = query.get("filters", [""])[0]
        rows: list[str] = []
        following = 0
        if "archived:eq:true" not in filters:
            begin, size = int(query.get("page", ["0"])[0]), int(query["max"][0])
            if not path.endswith("/customers"):
                rows, following = self._invoices(filters, begin, size)
            elif found := IDS.search(filters):
                rows = [customer(int(key[3:])) for key in found[1].split(",")]
            else:
                places = between(filters, self.invoices // PER_CUSTOMER)
                rows = [customer(place) for place in places[begin : begin + size]]
                following = begin + size if begin + size < len(places) else 0
        more = f'"nextPage":"{following}",' if following else ""
        return f'{{{more}"results":[{",".join(rows)}]}}'

    def _invoices(self, filters: str, begin: int, size: int) -> tuple[list[str], int]:
        """A page, and where the next begins, 0 for none. begin: how many of those asked for come before."""
        found = SINCE.search(filters)
        places: list[int] | range = between(filters, self.invoices)
        if found and found[1] == "updatedTime":
            changed, since = set(self.changed), datetime.fromisoformat(found[2])
            kept = [place for place in places if place not in changed]
            places = kept + [place for place in self.changed if self._changed_at(place) >= since]
        rows = [self._row(place) for place in places[begin : begin + size]]
        return rows, begin + size if begin + size < len(places) else 0

    def _row(self, place: int) -> str:
        amount = 1 + place * 7919 % 50_000
        made, changed = written(made_at(place)), written(self._changed_at(place))
        return INVOICE % (place, place, place // PER_CUSTOMER, amount, amount, made, changed)

    def _changed_at(self, place: int) -> datetime:
        if place not in self.changed:
            return made_at(place)
        return made_at(self.invoices) + timedelta(hours=1, seconds=self.changed.index(place))


def between(filters: str, count: int) -> range:
    """The places of the records that were made at the time asked for or later, and before the other."""
    since, before = SINCE.search(filters), BEFORE.search(filters)
    first = first_from(since[2]) if since else 0
    return range(min(first, count), min(first_from(before[1]), count) if before else count)


def first_from(moment: str) -> int:
    return max(0, -int((FIRST - datetime.fromisoformat(moment)).total_seconds() // APART_S))


def customer(place: int) -> str:
    key, made = f"0cu{place:017}", written(made_at(place))
    return CUSTOMER % (key, key, made, made)


def made_at(place: int) -> datetime:
    return FIRST + timedelta(seconds=APART_S * place)


def written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
