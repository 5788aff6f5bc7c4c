"""The vendor's identifiers: ten capitals and digits, the same ones again for the same seed."""

from __future__ import annotations

import hashlib

from connectors.sandbox.books import Books

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"


def unique_id(books: Books) -> str:
    """The next identifier of a customer or a subscription."""
    company = books.find("company")[0]
    number = books.next_number("unique")
    digest = hashlib.sha256(f"{company['seed']}/{number}".encode()).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:10])
