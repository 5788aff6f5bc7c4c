"""Records as BILL's older interface has them: active or not instead of archived, and empty in its own way."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from connectors import schemas
from connectors.bill.judgements.common import SKEW, Raw
from connectors.bill.judgements.kinds import RecordKind, is_since
from connectors.errors import ArgumentsError, NotFoundError, RefusedError
from connectors.judging import Attempted, Read

PAGE = 999  # the most that a list gives at once
NO_REFERENCE = "0" * 20
ARCHIVED = {"1": False, "2": True}  # how isActive is spelled


@dataclass(frozen=True)
class OlderKind(RecordKind):
    """newer: the same kind in v3, whose lists can be asked for one name or one owner.

    Of the older lists nothing but their order, their pages and one comparison is documented: what must not be
    missed is looked for in the whole list.
    """

    newer: RecordKind = RecordKind("customer")

    def name(self, verb: str) -> str:
        return super().name("read" if verb == "get" else verb).replace("bill_", "bill_v2_", 1)

    def body(self, verb: str) -> schemas.Schema:
        data = super().body(verb)["properties"]["data"]
        one = data["properties"]["bulk"]["items"] if "bulk" in data["properties"] else data
        return one["properties"].get("obj", one)

    def members(self, verb: str, arguments: Raw) -> list[Raw]:
        data = super().body(verb)["properties"]["data"]
        return arguments[data["properties"]["bulk"]["x-name"]]

    def get(self, read: Read, key: str, arguments: Raw) -> Raw:
        """Raises NotFoundError, and ArgumentsError where the arguments name another owner."""
        record = spelled_anew(read(self.name("get"), {self.key: key}))
        self.refuse_other_owner(record, arguments)
        return record

    def get_all(self, read: Read, keys: list[str], arguments: Raw) -> list[Raw]:
        found = self.found(read, keys)
        return [found[key] if key in found else self.get(read, key, arguments) for key in keys]

    def found(self, read: Read, keys: Iterable[str]) -> dict[str, Raw]:
        """Those of the keys that BILL has: asked for at once, and then one by one for those it left out."""
        keys = list(keys)
        asked = {
            "filters": [{"field": "id", "op": "in", "value": ",".join(keys)}],
            "limit": max(len(keys), 1),
        }
        try:
            rows = read(self.name("list"), asked) if len(keys) > 1 else []
        except RefusedError:
            rows = []
        found = {row["id"]: spelled_anew(row) for row in rows}
        for key in keys:
            if key not in found:
                try:
                    found[key] = self.get(read, key, {})
                except NotFoundError:
                    continue
        return found

    def rows(self, read: Read, arguments: Raw, **conditions: Any) -> list[Raw]:
        """One owner's as v3 shows them, or all there are."""
        if self.owner and self.owner.key in arguments:
            return self.newer.rows(read, arguments, **conditions)
        found, after = [], ""
        while True:
            rows = read(self.name("list"), {"limit": PAGE} | ({"after": after} if after else {}))
            found += map(spelled_anew, rows)
            if not (after := rows.next or ""):
                return found

    def called(self, read: Read, name: str, arguments: Raw) -> list[Raw]:
        return self.newer.called(read, name, arguments)

    def made_since(self, read: Read, attempt: Attempted, known: str) -> list[Raw]:
        since = attempt.sent_at - SKEW
        return [row for row in self.rows(read, {}) if row["id"] not in known and is_since(row, since)]

    def refuse_other_owner(self, record: Raw, arguments: Raw) -> None:
        key = self.owner.key if self.owner else ""
        if key in arguments and record.get(key) != arguments[key]:
            raise ArgumentsError([f"{record['id']} belongs to another {self.owner.thing}."])


def spelled_anew(row: Raw) -> Raw:
    """With `archived` as in v3, and empty text for what is empty here: it is shown, unlike in v3."""
    told = {name: "" if value in (None, NO_REFERENCE) else value for name, value in row.items()}
    return told | {"archived": ARCHIVED.get(str(row.get("isActive")))}
