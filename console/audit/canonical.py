"""The bytes of an entry and the hashes over them, as docs/audit-format.md fixes them for good."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import rfc8785

SCHEMA_VERSION = 1
GENESIS = "0" * 64
LARGEST_INTEGER = 2**53 - 1
BEYOND_SURROGATES = re.compile("[\ue000-\U0010ffff]")
NUL_IN_COLUMNS = "\u2400"  # PostgreSQL's text holds no NUL; its visible picture stands for it


class NotRecordableError(ValueError):
    """A value that has no exact canonical form, so that its entry, and the change with it, is refused."""


def normal(value: Any) -> Any:
    """The value as a canonical entry may hold it: text, whole numbers, booleans, null, lists, objects."""
    match value:
        case Enum():
            return normal(value.value)
        case None | bool():
            return value
        case str():
            return _text(value)
        case int():
            if abs(value) > LARGEST_INTEGER:
                raise NotRecordableError(f"{value} is too large for an exact JSON number; record it as text")
            return int(value)
        case float():
            raise NotRecordableError("an audit entry holds no floats; record a Decimal or text")
        case Decimal():
            return decimal_text(value)
        case datetime():
            return time_text(value)
        case date() | UUID():
            return value.isoformat() if isinstance(value, date) else str(value)
        case Mapping():
            return {_key(key): normal(item) for key, item in value.items()}
        case list() | tuple():
            return [normal(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return normal(asdict(value))
    raise NotRecordableError(f"{type(value).__name__} has no canonical form")


def column_text(value: Any) -> str:
    """What a text column of an entry holds for this value; empty for None."""
    return "" if value is None else _text(str(normal(value))).replace("\x00", NUL_IN_COLUMNS)


def decimal_text(value: Decimal) -> str:
    if not value.is_finite():
        raise NotRecordableError(f"{value} is not an amount")
    return f"{value:f}"


def time_text(moment: datetime) -> str:
    """UTC with microseconds, always 27 characters, so that text order is time order."""
    if moment.tzinfo is None:
        raise NotRecordableError("a time without a zone cannot be recorded")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").zfill(27)


def json_text(value: Any) -> str:
    """The RFC 8785 form of a value that `normal` made, or that was read from such a form.

    The standard library writes the same bytes many times faster, with one difference: it sorts names by code
    points and not by UTF-16 units. The two orders part only from U+E000 on.
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return rfc8785.dumps(value).decode() if BEYOND_SURROGATES.search(text) else text


def canonical_bytes(value: Any) -> bytes:
    return json_text(value).encode()


def leaf_hash(canonical: bytes) -> str:
    return hashlib.sha256(b"\x00" + canonical).hexdigest()


def chain_hash(previous: str, leaf: str) -> str:
    return hashlib.sha256(b"\x02" + bytes.fromhex(previous) + bytes.fromhex(leaf)).hexdigest()


def personal_hash(salt: str, value: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + value.encode()).hexdigest()


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotRecordableError("text with half a surrogate pair cannot be recorded") from None
    return str.__str__(value)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise NotRecordableError(f"the name {key!r} in an object is not text")
    return normal(key)
