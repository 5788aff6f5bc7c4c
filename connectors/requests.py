"""A vendor request as text: built the same way every time, digested, stored and sent as it stands."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from connectors.errors import ArgumentsError

FORM = "application/x-www-form-urlencoded"
FILE = "application/octet-stream"  # such a body is a file, which the text names by its hash
HOLE = re.compile(r"\{\{(step[1-9][0-9]*\.[A-Za-z0-9_]+)\}\}")
KEY = "idempotencyKey"  # the argument that becomes `idempotency_key`, for every vendor that wants one
BARE = re.compile(r"-?[0-9]+(\.[0-9]+)?|true|false")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Request:
    """What the approver's digest covers and the vendor receives; `path` starts after the base URL.

    `query` has no "?"; `body` is "" when there is none. `{{step1.id}}` stands where an earlier step's result
    goes. A file stands in `body` by its hash and size, which the digest covers; `content` has its bytes, once
    they are to be sent. `idempotency_key` travels in a header of the vendor's, where the vendor wants one.
    """

    method: str
    path: str
    query: str
    content_type: str
    body: str
    idempotency_key: str = ""
    content: bytes = field(default=b"", repr=False, compare=False)

    def as_dict(self) -> dict[str, str]:
        texts = {name: getattr(self, name) for name in ("method", "path", "query", "content_type", "body")}
        return texts | ({"idempotency_key": self.idempotency_key} if self.idempotency_key else {})

    def sent_bytes(self) -> bytes:
        """What goes to the vendor. Raises ValueError where the content is not the file that was named."""
        if self.content_type != FILE:
            return self.body.encode()
        if file_body(self.content) != self.body:
            raise ValueError("the bytes at hand are not the file that was approved")
        return self.content


def file_body(content: bytes) -> str:
    """A file as the text that stands for it: what a request holds, a digest covers and a page shows."""
    return f"sha256:{hashlib.sha256(content).hexdigest()} {len(content)} bytes"


@dataclass(frozen=True)
class Hole:
    """The place of an earlier step's result; a quoted one stands inside a JSON string."""

    text: str
    quoted: bool

    def __str__(self) -> str:
        return f"{{{{{self.text}}}}}"


def holes(request: Request) -> tuple[str, ...]:
    """Names such as "step1.id", each once, in order of appearance."""
    found = HOLE.findall("\n".join((request.path, request.query, request.body)))
    return tuple(dict.fromkeys(found))


def fill(request: Request, results: Mapping[str, str]) -> Request:
    """The request with every hole filled, each value escaped for where it stands.

    Raises KeyError when a result is missing, ArgumentsError when a value cannot stand in its place.
    """

    def in_path(match: re.Match[str]) -> str:
        return path_value(match[1], results[match[1]])

    def in_query(match: re.Match[str]) -> str:
        return quote(results[match[1]], safe="")

    def in_body(match: re.Match[str]) -> str:
        value = results[match[1]]
        if request.body[: match.start()].endswith('"') or request.body[: match.start()].endswith("%22"):
            text = json.dumps(value, ensure_ascii=False)[1:-1]
        elif BARE.fullmatch(value):
            text = value
        else:
            raise ArgumentsError([f"{match[1]} gave {value!r}, and a number is needed there."])
        return quote(text, safe="") if request.content_type == FORM else text

    return replace(
        request,
        path=HOLE.sub(in_path, request.path),
        query=HOLE.sub(in_query, request.query),
        body=HOLE.sub(in_body, request.body),
    )


def path_value(name: str, value: object) -> str:
    """The value percent-encoded as exactly one path segment."""
    if isinstance(value, Hole):
        return str(value)
    text = query_text(value)
    if not text.strip() or ".." in text or text == "." or CONTROL.search(text) or "/" in text or "\\" in text:
        raise ArgumentsError([f"{name} cannot be {text!r}: it must be one plain identifier."])
    return quote(text, safe="")


def query_value(value: object) -> str:
    return str(value) if isinstance(value, Hole) else quote(query_text(value), safe="")


def query_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def write_json(value: Any) -> str:
    """Compact JSON in the given key order; decimals keep their digits, floats do not exist."""
    match value:
        case Hole():
            return f'"{value}"' if value.quoted else str(value)
        case Decimal():
            return f"{value:f}"
        case dict():
            return "{" + ",".join(f"{write_json(k)}:{write_json(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(write_json, value)) + "]"
        case None | bool() | int() | str():
            return json.dumps(value, ensure_ascii=False)
    raise TypeError(f"{type(value).__name__} cannot be sent")


def write_form(fields: Mapping[str, Any]) -> str:
    """A form body; structured fields travel as JSON text, and holes keep their braces."""
    return "&".join(f"{quote(name, safe='')}={_form_value(value)}" for name, value in fields.items())


def _form_value(value: Any) -> str:
    if isinstance(value, dict | list):
        parts = HOLE.split(write_json(value))
        # split() alternates text and hole names
        return "".join(f"{{{{{part}}}}}" if at % 2 else quote(part, safe="") for at, part in enumerate(parts))
    # braces stay: a form's credentials are named holes such as {devKey}, filled when it is sent
    return str(value) if isinstance(value, Hole) else quote(query_text(value), safe="{}")
