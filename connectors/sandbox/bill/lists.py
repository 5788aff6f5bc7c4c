"""v3 lists: filters, sorting and page tokens over plain records."""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.sandbox.bill.errors import invalid
from connectors.sandbox.books import Books

MAX_PAGE = 100
DEFAULT_PAGE = 20
TOKEN_LIFE = timedelta(minutes=15)

Filters = Mapping[str, frozenset[str]]  # field → the operators that it can be filtered with

SAME = frozenset({"eq", "ne"})
ONE_OF = SAME | {"in", "nin"}
ORDER = frozenset({"gt", "gte", "lt", "lte"})
IDS = frozenset({"eq", "ne", "in"})
TEXT = frozenset({"eq", "sw", "in"})

ALWAYS = {"id": IDS, "archived": SAME, "createdTime": ORDER, "updatedTime": ORDER}
_PARTY = {**ALWAYS, "name": frozenset({"eq", "sw"}), "accountType": ONE_OF, "paymentStatus": ONE_OF}
FILTERS: Mapping[str, Filters] = {
    "customer": {**_PARTY, "billingAddress.country": SAME, "invoiceCurrency": ONE_OF},
    "vendor": {**_PARTY, "address.country": SAME, "billCurrency": ONE_OF},
    "invoice": {
        **ALWAYS,
        "customerId": frozenset({"eq", "in"}),
        "invoiceNumber": TEXT,
        "status": ONE_OF,
    },
    "bill": {
        **ALWAYS,
        "vendorId": frozenset({"eq", "in"}),
        "dueDate": ORDER,
        "paymentStatus": IDS,
        "approvalStatus": ONE_OF,
        "invoice.invoiceNumber": TEXT,
        "invoiceNumber": TEXT,
        "amount": ORDER | SAME,
    },
}
SORTABLE = frozenset(
    {"createdTime", "updatedTime", "name", "dueDate", "invoiceDate", "invoiceNumber", "amount", "totalAmount"}
)
_PLAIN = frozenset({"id", "archived", "customerId", "vendorId", "invoiceCurrency", "billCurrency", "status"})
_INSIDE = {"invoiceNumber": "invoice.invoiceNumber"}  # a bill nests what its filter names flat


@dataclass(frozen=True)
class Filter:
    field: str
    op: str
    value: str


def parse_filters(text: str) -> list[Filter]:
    filters = []
    for clause in filter(None, _split(text)):
        field, _, rest = clause.partition(":")
        op, colon, value = rest.partition(":")
        if not colon:
            raise invalid(f"filters: '{clause}' is not field:operator:value")
        filters.append(Filter(field.strip(), op.strip(), value.strip().strip('"')))
    return filters


def _split(text: str) -> list[str]:
    """Cut at commas that stand outside double quotes."""
    parts, quoted = [""], False
    for char in text:
        if char == '"':
            quoted = not quoted
        if char == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def check_filters(known: Filters, filters: list[Filter]) -> None:
    for item in filters:
        if item.field not in known:
            raise invalid(f"filters: field '{item.field}' is not supported")
        if item.op not in known[item.field]:
            raise invalid(f"filters: operator '{item.op}' is not supported for '{item.field}'")


def _holds(record: dict[str, Any], item: Filter) -> bool:
    actual = value_at(record, item.field)
    if actual is None:
        actual = value_at(record, _INSIDE.get(item.field, item.field))
    if item.op in ORDER:
        return actual is not None and _ordered(item.op, *_comparable(item, actual))
    text = str(actual).lower() if isinstance(actual, bool) else str(actual or "")
    match item.op:
        case "eq":
            return text == item.value
        case "ne":
            return text != item.value
        case "sw":
            return text.lower().startswith(item.value.lower())
        case "in":
            return text in item.value.split(",")
        case _:
            return text not in item.value.split(",")


def value_at(record: Mapping[str, Any], path: str) -> Any:
    value: Any = record
    for part in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _ordered(op: str, left: Any, right: Any) -> bool:
    return {"gt": left > right, "gte": left >= right, "lt": left < right, "lte": left <= right}[op]


def _comparable(item: Filter, actual: Any) -> tuple[Any, Any]:
    try:
        if item.field.endswith("Time"):
            return _moment(str(actual)), _moment(item.value)
        if item.field.endswith("Date"):
            return date.fromisoformat(str(actual)), date.fromisoformat(item.value[:10])
        return Decimal(str(actual)), Decimal(item.value)
    except (ValueError, InvalidOperation):
        raise invalid(f"filters: '{item.value}' is not a valid value for '{item.field}'") from None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def arrange(
    records: list[dict[str, Any]], sort: str, sorts: frozenset[str] = SORTABLE
) -> list[dict[str, Any]]:
    """Sort by the fields named, the first one first; records come in by time of creation."""
    arranged = list(records)
    for clause in reversed([part for part in sort.split(",") if part]):
        field, _, direction = clause.partition(":")
        if field not in sorts or direction not in {"asc", "desc"}:
            raise invalid(f"sort: '{clause}' is not supported")
        keyed = [(_sort_key(value_at(record, field)), record) for record in arranged]
        keyed.sort(key=lambda pair: pair[0], reverse=direction == "desc")
        arranged = [record for _key, record in keyed]
    return arranged


def _sort_key(value: Any) -> tuple[int, Decimal, str]:
    try:
        return (1, Decimal(str(value)), "")
    except InvalidOperation:
        return (0 if value is None else 2, Decimal(0), str(value))


def page(
    books: Books,
    kind: str,
    query: Mapping[str, str],
    *,
    owner: str | None = None,
    known: Filters | None = None,
    sorts: frozenset[str] = SORTABLE,
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """One page of the records a query asks for, and the tokens of its neighbours (absent at the ends)."""
    size, sort = _size(query.get("max", str(DEFAULT_PAGE))), query.get("sort", "")
    asked = hashlib.sha256(f"{kind}|{owner}|{query.get('filters')}|{sort}".encode()).hexdigest()[:8]
    start = _open(query["page"], asked, books.now) if query.get("page") else 0
    filters = parse_filters(query.get("filters", ""))
    check_filters(FILTERS[kind] if known is None else known, filters)
    if not books.setting("bill_lists_archived") and "archived" not in {item.field for item in filters}:
        filters.append(Filter("archived", "eq", "false"))
    where, rest = _for_the_database(filters)
    if not rest and sort in {"", "createdTime:asc", "createdTime:desc"}:
        newest_first = sort == "createdTime:desc"
        rows = books.find(
            kind, owner=owner, where=where, newest_first=newest_first, limit=size + 1, offset=start
        )
    else:
        found = books.find(kind, owner=owner, where=where, newest_first=False)
        rows = arrange([row for row in found if all(_holds(row, item) for item in rest)], sort, sorts)
        rows = rows[start : start + size + 1]
    tokens = {}
    if len(rows) > size:
        tokens["nextPage"] = _token(start + size, asked, books.now)
    if start > 0:
        tokens["prevPage"] = _token(max(0, start - size), asked, books.now)
    return rows[:size], tokens


def _for_the_database(filters: list[Filter]) -> tuple[dict[str, Any], list[Filter]]:
    """Plain equalities go into the query; a list of many thousand records is then not read for a page."""
    where: dict[str, Any] = {}
    rest = []
    for item in filters:
        if item.op in {"eq", "in"} and item.field in _PLAIN and item.field not in where:
            texts = item.value.split(",") if item.op == "in" else [item.value]
            where[item.field] = [text == "true" if item.field == "archived" else text for text in texts]
        else:
            rest.append(item)
    return where, rest


def _size(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= MAX_PAGE:
        raise invalid(f"max: must be between 1 and {MAX_PAGE}")
    return int(text)


def _token(start: int, asked: str, now: datetime) -> str:
    raw = json.dumps({"v": start, "q": asked, "t": int(now.timestamp())}, separators=(",", ":"))
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def _open(token: str, asked: str, now: datetime) -> int:
    try:
        inside = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        start, issued = int(inside["v"]), int(inside["t"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise invalid("page: token is not valid") from None
    if inside.get("q") != asked or now.timestamp() - issued > TOKEN_LIFE.total_seconds():
        raise invalid("page: token is not valid any more")
    return start
