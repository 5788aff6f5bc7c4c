"""BILL's lists of invoices and customers for the vendor to be measured against, made when they are asked for.

Each invoice was made `APART_S` after the one before it and has not changed since, but for those that `change`
names: they changed an hour after the newest was made, one a second.
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

APART_S = 17
FIRST = datetime(2026, 1, 5, tzinfo=UTC)
PER_CUSTOMER = 5
SINCE = re.compile(r'(createdTime|updatedTime):gte:"([^"]+)"')
IDS = re.compile(r'id:in:"([^"]+)"')
SESSION = json.dumps({"sessionId": "bench", "organizationId": "bench", "userId": "bench", "trusted": False})
INVOICE = (
    '{"id":"00e%017d","archived":false,"invoiceNumber":"INV-%d","invoiceDate":"2026-01-05","dueDate":"2026-02-05",'
    '"customerId":"0cu%017d","totalAmount":%d.25,"dueAmount":%d.25,"status":"OPEN","exchangeRate":1,'
    '"createdTime":"%s","updatedTime":"%s"}'
)
CUSTOMER = '{"id":"%s","archived":false,"name":"Customer %s","invoiceCurrency":"USD","balance":{"amount":0}}'


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
            if path.endswith("/customers"):
                found = IDS.search(filters)
                rows = [CUSTOMER % (key, key) for key in found[1].split(",")] if found else []
            else:
                begin = int(query.get("page", ["0"])[0])
                rows, following = self._invoices(filters, begin, int(query["max"][0]))
        more = f'"nextPage":"{following}",' if following else ""
        return f'{{{more}"results":[{",".join(rows)}]}}'

    def _invoices(self, filters: str, begin: int, size: int) -> tuple[list[str], int]:
        """A page, and where the next begins, 0 for none. begin: how many of those asked for come before."""
        found = SINCE.search(filters)
        field, since = (found[1], datetime.fromisoformat(found[2])) if found else ("createdTime", FIRST)
        first = max(0, -int((FIRST - since).total_seconds() // APART_S))
        if field == "createdTime":
            places: list[int] | range = range(first, self.invoices)
        else:
            changed = set(self.changed)
            kept = [place for place in range(first, self.invoices) if place not in changed]
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


def made_at(place: int) -> datetime:
    return FIRST + timedelta(seconds=APART_S * place)


def written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
