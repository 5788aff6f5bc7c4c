"""Writes to BILL about who is told of its events."""

from collections.abc import Callable
from typing import Any

from tests.bill_events import EVENT, subscribe, subscribe_to_spending
from tests.writes.world import TEXT, World

ADDRESS = "https://console.halden.example/events?a=b&c=%2B"


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    def subscription() -> dict[str, str]:
        return {"subscriptionId": subscribe(world.sandbox)}

    def of_spending() -> dict[str, str]:
        return {"subscriptionId": subscribe_to_spending(world.sandbox)}

    return {
        "bill_create_spend_subscription": lambda: {
            "name": TEXT,
            "events": [{"type": "spend.transaction.updated"}],
            "notificationUrl": ADDRESS,
        },
        "bill_update_spend_subscription": lambda: of_spending() | {"name": TEXT, "enabled": False},
        "bill_delete_spend_subscription": of_spending,
        "bill_create_spend_security_key": of_spending,
        "bill_create_subscription": lambda: {
            "name": TEXT,
            "events": [{"type": "bill.created"}],
            "notificationUrl": ADDRESS,
        },
        "bill_replace_subscription": lambda: (
            subscription()
            | {
                "name": TEXT,
                "enabled": False,
                "events": [{"type": "vendor.created"}, {"type": "payment.updated"}],
                "notificationUrl": ADDRESS,
            }
        ),
        "bill_update_subscription": lambda: subscription() | {"name": TEXT, "enabled": False},
        "bill_delete_subscription": subscription,
        "bill_create_security_key": subscription,
        "bill_resend_event": lambda: subscription() | {"eventId": EVENT},
        "bill_test_subscription": lambda: subscription() | {"eventType": "bill.created", "amount": 100},
    }
