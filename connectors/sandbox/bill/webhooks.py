"""The events that BILL sends: signed, tried again, kept for 180 days; who does not take them is sent none.

A notification is a record of its own, and a letter names one: what goes out is read from it at that moment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from connectors.sandbox.bill import shapes
from connectors.sandbox.bill.errors import v3_time
from connectors.sandbox.bill.sessions import ORGANIZATION
from connectors.sandbox.books import Books
from connectors.sandbox.webhooks import Changes, Letter, Post, Sender

if TYPE_CHECKING:
    from connectors.sandbox.store import Store

Record = dict[str, Any]
VERSION = "1"
KEPT = timedelta(days=180)
RETRIES_AFTER_S = (2, 4, 8, 16)
SIGNATURE = "x-bill-sha-signature"
LIFE = ("created", "updated", "archived", "restored")
# kind → (what its events are called, the entity in the payload, the deeds that are told, the fields shown)
TOLD: Mapping[str, tuple[str, str, tuple[str, ...], str]] = {
    "vendor": ("vendor", "vendor", LIFE, "id name archived email createdTime updatedTime"),
    "bill": (
        "bill",
        "bill",
        LIFE,
        "id vendorId invoice amount archived dueDate paymentStatus createdTime updatedTime",
    ),
    "invoice": (
        "invoice",
        "invoice",
        LIFE,
        "id customerId invoiceNumber archived totalAmount dueAmount dueDate status createdTime updatedTime",
    ),
    "payment": ("payment", "payment", ("updated",), ""),
    "failed payment": ("payment", "payment", ("failed",), ""),
    "bank account": (
        "bank-account",
        "bankAccount",
        ("created", "updated"),
        "id bankName status archived createdTime updatedTime",
    ),
    "card account": ("card-account", "cardAccount", ("created", "updated"), "id status archived updatedTime"),
    "spend transaction": (
        "spend.transaction",
        "transaction",
        ("updated",),
        "id uuid amount merchantName budgetId cardId userId complete occurredTime updatedTime",
    ),
    "reimbursement": (
        "spend.reimbursement",
        "reimbursement",
        ("created", "updated", "deleted"),
        "id uuid amount merchantName budgetId userId status submittedTime",
    ),
    "spend challenge": (
        "spend.three-ds-challenge",
        "threeDsChallenge",
        ("created",),
        "id amount merchantName",
    ),
}
# What is told of a record that was not there before, where that is not "created".
BEGINNINGS = {"payment": "updated", "spend transaction": "updated", "failed payment": "failed"}
CATALOG = tuple(f"{name}.{deed}" for name, _, deeds, _ in TOLD.values() for deed in deeds) + (
    "risk-verification.updated",
)


def events(books: Books, changes: Changes) -> Iterator[Mapping[str, Any]]:
    """A letter for each subscription that wants to know of a record made or changed."""
    told = {place: before for place, before in changes.items() if place[0] in TOLD}
    if not told:
        return
    subscriptions = [row for row in books.find("subscription") if row["status"]["enabled"]]
    for (kind, key), before in told.items() if subscriptions else ():
        after = books.get(kind, key)
        if after is None or after == before:
            continue
        name, _, deeds, _ = TOLD[kind]
        deed = _deed(kind, before, after)
        if deed not in deeds:
            continue
        event_id = str(uuid4())
        for subscription in subscriptions:
            if any(one["type"] == f"{name}.{deed}" for one in subscription["events"]):
                shown = SHAPES.get(kind, _shown)(books, kind, after)
                yield notify(books, subscription, f"{name}.{deed}", shown, key, event_id=event_id)


def _deed(kind: str, before: Record | None, after: Record) -> str:
    if before is None:
        return BEGINNINGS.get(kind, "created")
    was, now = before.get("archived"), after.get("archived")
    if was == now:
        return "updated"
    if kind == "reimbursement":
        return "deleted"
    return "archived" if now else "restored"


def notify(
    books: Books, subscription: Record, kind: str, shown: Record, entity: str, *, event_id: str = ""
) -> dict[str, str]:
    """Keep a notification; the letter that brings it."""
    event_id = event_id or str(uuid4())
    metadata = {
        "eventId": event_id,
        "subscriptionId": subscription["id"],
        "organizationId": ORGANIZATION,
        "eventType": kind,
        "version": VERSION,
    }
    record = {
        "id": event_id,
        "type": kind,
        "version": VERSION,
        "subscriptionId": subscription["id"],
        "payload": json.dumps({"metadata": metadata, **shown}, separators=(",", ":")),
        "createdTime": v3_time(books.now),
        "statusCode": None,
        "entityId": entity,
    }
    books.put(
        "notification", notification_key(subscription["id"], event_id), record, owner=subscription["id"]
    )
    return {"subscriptionId": subscription["id"], "eventId": event_id}


def notification_key(subscription: str, event: str) -> str:
    return f"{subscription}/{event}"


def _shown(_books: Books, kind: str, record: Record) -> Record:
    """What is sent beside the metadata."""
    _, entity, _, names = TOLD[kind]
    fields = {name: record.get(name) for name in names.split()}
    if kind == "bill" and fields["invoice"]:
        # A full moment here, though the API shows a day.
        day = fields["invoice"]["invoiceDate"]
        fields["invoice"] = {**fields["invoice"], "invoiceDate": f"{day}T00:00:00.000Z"}
    return {entity: shapes.published(fields)}


def _payment(books: Books, _kind: str, payment: Record) -> Record:
    vendor = books.get("vendor", payment["vendorId"]) or {}
    shown = {
        "id": payment["id"],
        "billIds": [one["billId"] for one in payment.get("billPayments") or ()],
        "transactionNumber": payment.get("transactionNumber"),
        "status": payment.get("singleStatus"),
        "createdTime": payment["createdTime"],
        "updatedTime": payment["updatedTime"],
        "processDate": payment.get("processDate"),
        "funding": {"amount": payment.get("fundingAmount") or payment["amount"], "currency": "USD"},
        "disbursement": {"amount": payment["amount"], "currency": vendor.get("billCurrency", "USD")},
        "vendor": {"id": payment["vendorId"], "name": vendor.get("name")},
        "billingType": payment.get("billingType", "BDC"),
    }
    return {"payment": shapes.published(shown)}


def _failed_payment(books: Books, _kind: str, failed: Record) -> Record:
    """It has no id: there is no such payment at BILL."""
    vendor = books.get("vendor", failed["vendorId"] or "") or {}
    names = ("bills", "transactionNumber", "createdBy", "createdTime", "updatedTime", "fundingAccount")
    shown = {name: failed[name] for name in names} | {
        "vendor": {name: vendor.get(name) for name in ("id", "name")}
    }
    errors = [
        {name: error.get(name) for name in ("code", "message", "timestamp")} for error in failed["errors"]
    ]
    return {"payment": shapes.published(shown), "errors": errors}


SHAPES: Mapping[str, Callable[[Books, str, Record], Record]] = {
    "payment": _payment,
    "failed payment": _failed_payment,
}


def sign(key: str, body: str) -> str:
    digest = hmac.new(key.encode(), body.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def posts(store: Store, letter: Letter) -> Sequence[Post]:
    named = json.loads(letter.body)
    with store.reading("bill") as books:
        subscription = books.get("subscription", named["subscriptionId"])
        notification = books.get("notification", notification_key(named["subscriptionId"], named["eventId"]))
    if subscription is None or notification is None or not subscription["status"]["enabled"]:
        return ()
    body = notification["payload"]
    if store.setting("bill_events_as_text"):
        body = json.dumps(body)
    headers = {SIGNATURE: sign(subscription["securityKey"], body)}
    return (Post(subscription["notificationUrl"], headers, body),)


def told(store: Store, letter: Letter, status: int, is_last: bool) -> None:
    """What came back stands in the history; after the last try the subscription is switched off."""
    named = json.loads(letter.body)
    key = notification_key(named["subscriptionId"], named["eventId"])
    with store.writing("bill") as books:
        if notification := books.get("notification", key):
            books.put("notification", key, notification | {"statusCode": status})
        subscription = books.get("subscription", named["subscriptionId"])
        if subscription and is_last and status != 200:
            off = subscription | {"status": {"enabled": False}, "updatedTime": v3_time(books.now)}
            books.put("subscription", subscription["id"], off)


def retries_after_s(setting: Callable[[str], Any]) -> Sequence[float]:
    return [wait_s * setting("bill_event_retry_scale") for wait_s in RETRIES_AFTER_S]


WEBHOOKS = Sender(
    events, retries_after_s, posts, arrived=lambda status: status == 200, told=told, always=True
)
