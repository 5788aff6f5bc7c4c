"""The events that BILL sends by itself: signed over their exact bytes, perhaps twice, in no sure order.

Only the name of the record is taken from one; what is true is read over REST. No event tells of a change of
customers, or of a payment received. Source: BILL's pages on webhooks.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors.bill.mapping import moment
from connectors.bill.refreshing import REFRESHED
from connectors.dialect import parse_json
from connectors.judging import Read
from connectors.registry import Event, Subscribing, Subscription, Webhooks

SIGNATURE = "x-bill-sha-signature"
ID = re.compile(r"[!-~]{1,100}")
TYPE = re.compile(r"[ -~]{1,60}")
KEY = re.compile(r"[A-Za-z0-9-]{1,60}")
# What a subscription of ours asks to be told of: whatever there is a page for.
DEEDS = ("created", "updated", "archived", "restored")
SUBSCRIBED = [f"{kind}.{deed}" for kind in ("vendor", "bill", "invoice") for deed in DEEDS]
SUBSCRIBED += ["payment.updated", "payment.failed"]
NAME = "Countersign"
PAGE = 100


def event(body: Any) -> Event:
    """What a parsed body tells: an object, or a JSON text that holds one. Raises ValueError for what is none.

    A type of which there are no records here, or one without its record's id, names none.
    """
    if isinstance(body, str):
        body = parse_json(body)
    metadata = body.get("metadata") if isinstance(body, dict) else None
    if not isinstance(metadata, dict):
        raise ValueError("not an event")
    given_id, given_type = metadata.get("eventId"), metadata.get("eventType")
    if not matches(ID, given_id) or not matches(TYPE, given_type):
        raise ValueError("no eventId or no eventType")
    kind, key = _record(given_type, body)
    known = kind in REFRESHED and matches(KEY, key)
    return Event(given_id, given_type, *((kind, key) if known else ("", "")))


def _record(given_type: str, body: Mapping[str, Any]) -> tuple[str, Any]:
    """The kind and id of what it is about. A payment that failed was never made: its first bill is told."""
    subject = given_type.rpartition(".")[0]
    head, *rest = subject.removeprefix("spend.").split("-")
    kind = re.sub("[.-]", "_", subject)
    entity = body.get(head + "".join(map(str.capitalize, rest)))  # of bank-account it is bankAccount
    if given_type == "payment.failed":
        bills = entity.get("bills") if isinstance(entity, dict) else None
        kind, entity = "bill", bills[0] if isinstance(bills, list) and bills else None
    return kind, entity.get("id") if isinstance(entity, dict) else None


def matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def proves(secret: str, given: str, body: bytes) -> bool:
    """Whether the signature is of these very bytes, made with the subscription's key."""
    wanted = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())
    return hmac.compare_digest(wanted, given.encode(errors="replace"))


def listed(read: Read) -> list[Subscription]:
    return [
        Subscription(
            str(row["id"]),
            str(row.get("name") or ""),
            str(row.get("notificationUrl") or ""),
            bool((row.get("status") or {}).get("enabled")),
        )
        for row in _every_row(read, "bill_list_subscriptions")
    ]


def missed(read: Read, subscription: str, since: datetime) -> Iterator[Event]:
    """What cannot be read is left out: the next whole reading brings its record."""
    for row in _every_row(read, "bill_list_events", subscriptionId=subscription):
        told_at = moment(row, "createdTime")
        if told_at is not None and told_at < since:
            continue
        try:
            yield event(row.get("payload"))
        except ValueError:
            continue


def _every_row(read: Read, operation: str, **arguments: Any) -> Iterator[Mapping[str, Any]]:
    after: str | None = None
    while True:
        rows = read(operation, {**arguments, "limit": PAGE} | ({"after": after} if after else {}))
        yield from rows
        after = rows.next
        if not after:
            return


def to_subscribe(address: str) -> tuple[str, dict[str, Any]]:
    events = [{"type": name} for name in SUBSCRIBED]
    given = {"name": NAME, "enabled": True, "events": events, "notificationUrl": address}
    return "bill_create_subscription", given


def to_switch_on(subscription: str) -> tuple[str, dict[str, Any]]:
    return "bill_update_subscription", {"subscriptionId": subscription, "enabled": True}


def to_renew_key(subscription: str) -> tuple[str, dict[str, Any]]:
    return "bill_create_security_key", {"subscriptionId": subscription}


WEBHOOKS = Webhooks(
    header=SIGNATURE,
    event=event,
    proves=proves,
    refused=401,
    subscribing=Subscribing(listed, missed, to_subscribe, to_switch_on, to_renew_key),
)
