"""Identifiers as BILL makes them: twenty characters, the first three of which tell the type."""

import hashlib
from base64 import b32encode

from connectors.sandbox.bill.sessions import ORGANIZATION
from connectors.sandbox.books import Books

PREFIXES = {
    "customer": "0cu",
    "customer contact": "0cc",
    "invoice": "00e",
    "invoice line": "00f",
    "received payment": "0rp",
    "vendor": "009",
    "bill": "00n",
    "bill line": "bli",
    "bill payment": "blp",
    "payment": "stp",
    "vendor bank account": "vba",
    "approval policy": "apo",
    "connection": "con",
    "void": "voi",
    "upload": "0du",
    "document": "00h",
}


def new_id(books: Books, kind: str, prefix: str = "") -> str:
    organization = books.get("organization", ORGANIZATION)
    assert organization is not None, "the books were never filled"
    digest = hashlib.sha256(f"{organization['seed']}/{kind}/{books.next_number('id')}".encode()).digest()
    return f"{prefix or PREFIXES[kind]}02{b32encode(digest).decode()[:15]}"
