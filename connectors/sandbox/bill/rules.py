"""What the subjects share: the values BILL takes, a new record, and amounts to the cent."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from connectors.sandbox.bill.errors import invalid, v3_time
from connectors.sandbox.bill.identifiers import new_id
from connectors.sandbox.books import Books

CURRENCIES = frozenset({"USD", "EUR", "GBP", "CAD", "AUD", "JPY"})
ACCOUNT_TYPES = frozenset({"BUSINESS", "PERSON", "NONE"})
CENT = Decimal("0.01")


def new_record(books: Books, kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    now = v3_time(books.now)
    return {"id": new_id(books, kind), "archived": False, **fields, "createdTime": now, "updatedTime": now}


def stamps(record: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    return {"updatedTime": v3_time(now)} if "updatedTime" in record else {}


def decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise invalid(f"'{value}' is not a number") from None


def cents(amount: Decimal) -> str:
    return str(amount.quantize(CENT, ROUND_HALF_UP))
