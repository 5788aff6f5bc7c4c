"""What the judgements share: looking for what is there already, and finding what was just made."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from connectors.bill.streams import pages
from connectors.errors import ArgumentsError, NotFoundError
from connectors.judging import Attempted, Change, Read, Verdict
from connectors.money import exponent, format_money, to_minor
from connectors.schemas import is_reference

# Our clock and BILL's may differ by this much when a record's time is compared with the time of sending.
SKEW = timedelta(minutes=5)
LIMIT = 500
Raw = Mapping[str, Any]


def now_text() -> str:
    return datetime.now(UTC).isoformat()


def same_words(left: str, right: str) -> bool:
    return _folded(left) == _folded(right)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def all_rows(read: Read, operation: str, **arguments: Any) -> list[Raw]:
    return [row for rows in pages(read, operation, **arguments) for row in rows]


def named_like(read: Read, operation: str, name: str) -> list[Raw]:
    """Records of the same name, whatever the capitals and spaces; archived ones included.

    BILL is asked by the first word alone, up to a quote: its filter cannot hold one, and compares spaces.
    """
    start = name.split()[0].partition('"')[0]
    rows = all_rows(read, operation, **({"nameStartsWith": start} if start else {}))
    return [row for row in rows if same_words(row.get("name", ""), name)]


def listed(rows: Iterable[Raw]) -> str:
    """The records as one text that also tells them apart: "Acme Corp (0cu02…)"."""
    return ", ".join(f"{row.get('name') or row.get('invoiceNumber') or '?'} ({row['id']})" for row in rows)


def made_since(read: Read, operation: str, attempt: Attempted, *, known: str, **arguments: Any) -> list[Raw]:
    """What can come from the attempt: made since it was sent, and not among the `known` from before.

    Asks by time, and by nothing that a vendor may compare in its own way: to miss a record here would let
    it be made twice.
    """
    since = (attempt.sent_at - SKEW).astimezone(UTC).isoformat(timespec="seconds")
    rows = all_rows(read, operation, createdSince=since, **arguments)
    return [row for row in rows if row["id"] not in known]


def answered_id(attempt: Attempted) -> str | None:
    found = attempt.answer.get("id") if isinstance(attempt.answer, Mapping) else None
    return found if isinstance(found, str) and found else None


def verdict(
    attempt: Attempted,
    *,
    get: Callable[[str], Raw],
    search: Callable[[], list[Raw]],
    alike: Callable[[Raw], bool],
    thing: str,
    differs: Callable[[Raw], str],
    told: Callable[[Raw], Verdict],
) -> Verdict:
    """Find the record that an attempt made: by the id BILL answered with, else by looking for its like.

    alike: whether a record found by looking may be the one; while one may be, it is not called absent.
    differs: in what a found record is not the one asked for, "" when it is.
    """
    key = answered_id(attempt)
    if key is not None:
        try:
            found = get(key)
        except NotFoundError:
            return Verdict("absent", f"BILL answered with {thing} {key} and does not show it yet.")
        difference = differs(found)
        if difference:
            return Verdict("cannot_tell", f"BILL answered with another {thing} than asked for: {difference}.")
        return told(found)
    rows = [row for row in search() if alike(row)]
    if not rows:
        return Verdict("absent", f"BILL shows no such {thing} made since the request was sent.")
    exact = [row for row in rows if not differs(row)]
    if len(exact) == 1:
        return told(exact[0])
    found = listed(exact or rows)
    if exact:
        return Verdict("cannot_tell", f"BILL shows more than one such {thing} made since then: {found}.")
    return Verdict("cannot_tell", f"BILL shows {found} made since then, but {differs(rows[0])}.")


def sent_changes(arguments: Raw, labels: Mapping[str, str]) -> Iterator[Change]:
    """One line for each argument that has a label and a value, in the order of the labels."""
    for name, label in labels.items():
        if name in arguments:
            yield Change(label, "—", shown_value(arguments[name]), "sent")


def shown_value(value: Any) -> str:
    if is_reference(value):
        return f"the {value['$ref']['result']} that step {value['$ref']['step']} returns"
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values())
    return str(value)


def only_reference(arguments: Raw, *allowed: str) -> None:
    """Nothing but the ids named here can sensibly come from an earlier step; ArgumentsError for the rest."""
    problems = [
        f"{name} must be given here: it cannot come from an earlier step."
        for name, value in arguments.items()
        if name not in allowed and _holds_reference(value)
    ]
    if problems:
        raise ArgumentsError(problems)


def _holds_reference(value: Any) -> bool:
    if is_reference(value):
        return True
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return any(map(_holds_reference, parts))


def step_of(value: Any) -> int | None:
    return value["$ref"]["step"] if is_reference(value) else None


def total_minor(amounts: Iterable[Decimal], currency: str) -> int:
    """The sum as BILL would round it: to the currency's digits, halves away from zero."""
    digits = Decimal(1).scaleb(-exponent(currency))
    return to_minor(sum(amounts, Decimal(0)).quantize(digits, ROUND_HALF_UP), currency)


def price_text(price: str, currency: str | None) -> str:
    """A price as it is sent: one finer than the currency's digits is not rounded for the eye."""
    if currency is None:
        return price
    try:
        return format_money(to_minor(price, currency), currency)
    except ValueError:
        return f"{price} {currency}"


def money_text(amounts: list[Decimal], currency: str | None) -> str:
    if currency is None:
        return f"{sum(amounts, Decimal(0)):,f} in the currency it will have"
    return format_money(total_minor(amounts, currency), currency)
