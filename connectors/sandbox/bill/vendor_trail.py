"""Who changed what about a vendor, field by field, for BILL's report of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.sandbox.bill.errors import v3_time
from connectors.sandbox.bill.sessions import USER_ID
from connectors.sandbox.books import Books

UNTOLD = frozenset({"id", "createdTime", "updatedTime"})


def note_change(books: Books, before: Mapping[str, Any] | None, vendor: Mapping[str, Any]) -> None:
    """A line for each field that is otherwise than before; a new vendor is one line."""
    if before is None:
        _note(books, vendor["id"], "CREATED", "name", None, vendor["name"])
        return
    was, now = dict(_flat(before)), dict(_flat(vendor))
    for name in sorted(was.keys() | now.keys()):
        if was.get(name) != now.get(name):
            _note(books, vendor["id"], "UPDATED", name, was.get(name), now.get(name))


def _note(books: Books, vendor_id: str, kind: str, name: str, previous: Any, current: Any) -> None:
    user = books.get("user", USER_ID)
    shown_user = {"id": USER_ID, "name": f"{user['firstName']} {user['lastName']}" if user else USER_ID}
    values = [_text(value, is_secret=name.endswith("taxId")) for value in (previous, current)]
    change = {"name": name, "value": dict(zip(("previous", "current"), values, strict=True))}
    entry = {"source": "API", "type": kind, "createdTime": v3_time(books.now), "user": shown_user}
    key = f"{vendor_id}/{books.next_number('vendor trail')}"
    books.put("vendor trail", key, entry | {"field": change}, owner=vendor_id)


def _flat(record: Mapping[str, Any], place: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{place}{name}.")
        elif name not in UNTOLD:
            yield place + name, value


def _text(value: Any, *, is_secret: bool) -> str | None:
    if value is None:
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return f"*****{text[-4:]}" if is_secret else text
