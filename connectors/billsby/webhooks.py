"""The events that Billsby sends by itself, and which record each asks us to read again.

They are signed with nothing but a static secret in a header, carry no time, and may come twice or out of
order. So only the name of the record is taken from one; what is true is read over REST.
Source: Billsby's pages on webhooks; its WordPress plugin for the header's name.
"""

import re
from typing import Any

from connectors.registry import Event, Webhooks

# type → (kind of the record, where its key stands); credit notes come under the name of invoices.
RECORDS = {
    **dict.fromkeys(
        ("CustomerCreated", "CustomerUpdated", "CustomerDeleted"), ("customer", "CustomerUniqueId")
    ),
    **dict.fromkeys(("SubscriptionCreated", "SubscriptionUpdated"), ("subscription", "SubscriptionUniqueId")),
    **dict.fromkeys(("InvoiceCreated", "InvoiceUpdated"), ("invoice", "InvoiceNumber")),
    **dict.fromkeys(("CreditNoteCreated", "CreditNoteUpdated"), ("credit_note", "InvoiceNumber")),
}
ID = re.compile(r"[!-~]{1,100}")
TYPE = re.compile(r"[ -~]{1,60}")
KEY = re.compile(r"[A-Za-z0-9-]{1,60}")


def event(body: Any) -> Event:
    """What a parsed body tells. An event of a type we do not know, or without its key, names no record.

    Raises ValueError for what is no event at all.
    """
    if not isinstance(body, dict):
        raise ValueError("not an object")
    given_id, given_type = body.get("Id"), body.get("Type")
    if not matches(ID, given_id) or not matches(TYPE, given_type):
        raise ValueError("no Id or no Type")
    kind, name = RECORDS.get(given_type, ("", ""))
    key = body.get(name)
    return Event(given_id, given_type, *((kind, key) if matches(KEY, key) else ("", "")))


def matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


WEBHOOKS = Webhooks(header="secret", event=event, place="Settings, Configuration, API keys and webhooks")
