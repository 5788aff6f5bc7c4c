"""What the judgements share: looking for what is there already, and finding what was just made."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors import judgements
from connectors.bill.session import TITLE
from connectors.bill.streams import pages
from connectors.judging import Attempted, Read, Verdict
from connectors.schemas import is_reference

# Our clock and BILL's may differ by this much when a record's time is compared with the time of sending.
SKEW = timedelta(minutes=5)
LIMIT = 500
Raw = Mapping[str, Any]


def now_text() -> str:
    return datetime.now(UTC).isoformat()


def same_words(left: str, right: str) -> bool:
    return folded(left) == folded(right)


def folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def all_rows(read: Read, operation: str, **arguments: Any) -> list[Raw]:
    """Each row once, archived ones included."""
    return list({row["id"]: row for rows in pages(read, operation, **arguments) for row in rows}.values())


def named_like(read: Read, operation: str, name: str) -> list[Raw]:
    """Records of the same name, whatever the capitals and spaces; archived ones included.

    BILL is asked by the first word alone, up to a quote: its filter cannot hold one, and compares spaces.
    """
    start = name.split()[0].partition('"')[0]
    rows = all_rows(read, operation, **({"nameStartsWith": start} if start else {}))
    return [row for row in rows if same_words(row.get("name", ""), name)]


def listed(rows: Iterable[Raw]) -> str:
    """The records as one text that also tells them apart: "Acme Corp (0cu02…)"."""
    return ", ".join(map(named, rows))


def named(row: Raw) -> str:
    return f"{row.get('name') or row.get('invoiceNumber') or '?'} ({row['id']})"


def made_since(read: Read, operation: str, attempt: Attempted, *, known: str, **arguments: Any) -> list[Raw]:
    """What can come from the attempt: made since it was sent, and not among the `known` from before.

    Asks by time, and by nothing that a vendor may compare in its own way: to miss a record here would let
    it be made twice.
    """
    since = (attempt.sent_at - SKEW).astimezone(UTC).isoformat(timespec="seconds")
    rows = all_rows(read, operation, createdSince=since, **arguments)
    return [row for row in rows if row["id"] not in known]


def answered_ids(attempt: Attempted) -> list[str] | None:
    """Of the records in an answer about several; None where no answer tells them."""
    lists = (
        [part for part in attempt.answer.values() if isinstance(part, list)]
        if isinstance(attempt.answer, Mapping)
        else []
    )
    if len(lists) != 1 or not all(isinstance(row, Mapping) and row.get("id") for row in lists[0]):
        return None
    return [row["id"] for row in lists[0]]


def answered_id(attempt: Attempted) -> str | None:
    found = attempt.answer.get("id") if isinstance(attempt.answer, Mapping) else None
    return found if isinstance(found, str) and found else None


def verdict(
    attempt: Attempted,
    *,
    thing: str,
    get: Callable[[str], Raw],
    search: Callable[[], list[Raw]],
    alike: Callable[[Raw], bool],
    differs: Callable[[Raw], str],
    told: Callable[[Raw], Verdict],
) -> Verdict:
    """The record that an attempt made; see connectors/judgements.py for what the functions tell."""
    return judgements.verdict(
        answered_id(attempt),
        vendor=TITLE,
        thing=thing,
        get=get,
        search=search,
        alike=alike,
        differs=differs,
        named=named,
        told=told,
    )


def differing(sent: Raw, found: Raw) -> str:
    """The first sent field that the record shows otherwise, "" when there is none.

    What the record does not show says nothing: BILL leaves out what is empty, and a list's rows are thinner.
    """
    return next((name for name, value in sent.items() if not is_same(value, found.get(name))), "")


def is_same(sent: Any, shown: Any) -> bool:
    """Whether what BILL shows may be what was sent; it may add to it, and spell it in its own way."""
    if shown is None:
        return True
    if isinstance(sent, Mapping) and isinstance(shown, Mapping):
        return not differing(sent, shown)
    if isinstance(sent, list) and isinstance(shown, list):
        return len(sent) == len(shown) and all(map(is_same, sent, shown))
    if isinstance(shown, int | Decimal) and not isinstance(shown, bool):
        return number(sent) == shown
    return same_words(str(shown), str(sent))


def number(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def step_of(value: Any) -> int | None:
    return value["$ref"]["step"] if is_reference(value) else None
