"""A subscription at BILL's sandbox as if it had always been there, with one event in its history."""

import json
from collections.abc import Sequence
from typing import Any

from connectors.sandbox.client import SandboxControl

SUBSCRIPTION = "0b6a0c52-6f1e-4e2f-8a4e-5d5f1f6f9b22"
EVENT = "6f0f3c1a-0c0e-4d0a-9a52-2f6d6d1a7c11"
OF_SPENDING = "0b6a0c52-6f1e-4e2f-8a4e-5d5f1f6f9b24"
SECURITY_KEY = "a key that BILL told once"
NOWHERE = "http://127.0.0.1:9/"
DEEDS = ("created", "updated", "archived", "restored")
ALL = [f"{kind}.{deed}" for kind in ("vendor", "bill", "invoice") for deed in DEEDS]


def subscribe_to_spending(sandbox: SandboxControl, **changes: Any) -> str:
    told = ["spend.transaction.updated", "spend.reimbursement.created"]
    return subscribe(sandbox, **{"key": OF_SPENDING, "side": "spend", "events": told} | changes)


def subscribe(
    sandbox: SandboxControl,
    *,
    url: str = NOWHERE,
    key: str = SUBSCRIPTION,
    enabled: bool = True,
    events: Sequence[str] = ALL,
    side: str = "",
) -> str:
    """Its id; `url` is told of vendors, bills and invoices, or of these events; side: "spend" for its own."""
    now = sandbox.now().isoformat(timespec="milliseconds")
    sandbox.add(
        "bill",
        "subscription",
        key,
        owner=side,
        side=side,
        id=key,
        name="Countersign",
        organizationId="00801HALDEN000000000",
        status={"enabled": enabled},
        events=[{"type": name, "version": "1"} for name in events],
        notificationUrl=url,
        createdTime=now,
        updatedTime=now,
        securityKey=SECURITY_KEY,
    )
    metadata = {"eventId": EVENT, "subscriptionId": key, "eventType": "bill.updated", "version": "1"}
    sandbox.add(
        "bill",
        "notification",
        f"{key}/{EVENT}",
        owner=key,
        id=EVENT,
        type="bill.updated",
        version="1",
        subscriptionId=key,
        payload=json.dumps({"metadata": metadata, "bill": {"id": "00n1"}}),
        createdTime=now,
        statusCode=200,
        entityId="00n1",
    )
    return key
