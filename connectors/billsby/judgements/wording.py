"""The words and looks that several judges share."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.billsby import mapping
from connectors.errors import ArgumentsError
from connectors.hiding import DOTS
from connectors.judgements import NOTHING
from connectors.judging import Change, Flag, Read, Snapshot
from connectors.money import format_money
from connectors.registry import Record
from connectors.schemas import is_reference

DECIDES = "Billsby decides"


def snapshot(
    kind: str, key: str, *, title: str, party: str, fields: Mapping[str, str | int | bool | None]
) -> Snapshot:
    return Snapshot(kind, key, title, party, dict(fields), datetime.now(UTC).isoformat())


def known(arguments: Mapping[str, Any], name: str) -> Any:
    """An argument that must stand in the proposal itself: nobody can judge what is not there yet."""
    if is_reference(arguments[name]):
        raise ArgumentsError([f"{name} must be given; it cannot come from an earlier step."])
    return arguments[name]


def amount_text(before: Snapshot, field: str) -> str:
    return format_money(before.fields.get(field), before.fields.get("currency"))


def day(moment: datetime | None) -> str:
    return f"{moment.day} {moment:%b %Y}" if moment else NOTHING


def now_and_after(field: str, now: str, after: str) -> Change:
    """A field that should change as a result of the call."""
    return Change(field, now, after, "expected")


def sent(field: str, after: str, now: str = NOTHING) -> Change:
    """A value that stands in the request."""
    return Change(field, now, after, "sent")


def billsby_decides(field: str, now: str = NOTHING) -> Change:
    return Change(field, now, DECIDES, "vendor_decides")


def blocked(title: str, detail: str) -> Flag:
    return Flag("blocked", title, detail)


def get_invoice(read: Read, number: str) -> Record:
    return mapping.invoice(read("billsby_get_invoice", {"invoiceNumber": number}))


def get_customer(read: Read, unique_id: str) -> Record:
    return mapping.customer(read("billsby_get_customer", {"customerUniqueId": unique_id}))


def get_subscription(read: Read, unique_id: str) -> tuple[Record, Mapping[str, Any]]:
    raw = read("billsby_get_subscription", {"subscriptionUniqueId": unique_id})
    return mapping.subscription(raw), raw


def credit_notes(read: Read, customer_id: str) -> list[Record]:
    rows = read("billsby_list_customer_credit_notes", {"customerUniqueId": customer_id})
    return [mapping.credit_note(row) for row in rows]


def customer_invoices(read: Read, customer_id: str) -> list[Record]:
    rows = read("billsby_list_customer_invoices", {"customerUniqueId": customer_id})
    return [mapping.invoice(row) for row in rows]


def highest_count(records: list[Record]) -> int:
    """The count of the newest number; every later invoice or credit note of the customer has a higher one."""
    return max((mapping.count_of(record.vendor_id) for record in records), default=0)


def newer_than(records: list[Record], count: int) -> list[Record]:
    return [record for record in records if mapping.count_of(record.vendor_id) > count]


def card_flags(card_status: object, party: str) -> tuple[Flag, ...]:
    if card_status == "Valid":
        return ()
    detail = f"Billsby says that {party}'s stored card is {str(card_status or 'unknown').lower()}."
    return (Flag("high", "No valid card", f"{detail} Expect this to fail."),)


def card_words(arguments: Mapping[str, Any]) -> str:
    """The card in a request, by what may be shown of it."""
    ends = f"{arguments['expiryMonth']:02}/{arguments['expiryYear']}"
    kind = arguments["cardType"].replace("_", " ").capitalize()
    return f"{kind} {DOTS}{arguments['last4Digits']}, {ends}, {arguments['cardFullName']}"
