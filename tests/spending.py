"""What the tests of Spend & Expense find in its books: a budget, what spends from it, and who holds that."""

from typing import Any

from connectors.sandbox.client import SandboxControl

HOLDER = "spu01ROSA"
BUDGET = "bud01TRAVEL"
CARD, FROZEN, SHARING = "spc01ACTIVE", "spc02FROZEN", "spc03SHARING"
THEN = "2026-01-05T09:00:00.000+00:00"


def fill(sandbox: SandboxControl) -> None:
    """Travel may spend 500.00 dollars a month; Rosa holds its cards, two of them with 200.00 a month."""
    if sandbox.record("bill", "budget", BUDGET):
        return

    def add(kind: str, key: str, **fields: Any) -> None:
        times = {"createdTime": THEN, "updatedTime": THEN}
        sandbox.add("bill", kind, key, id=key, uuid=f"uuid-{key}", **{"archived": False} | times | fields)

    person = {"firstName": "Rosa", "lastName": "Ibarra", "email": "rosa@halden.example", "role": "MEMBER"}
    add("spend user", HOLDER, dateOfBirth=None, **person)
    unset = ("description", "expirationDate", "recurMonth", "maxTxSize", "parentBudgetId", "limitlessGoal")
    limits = {"limit": "500", "recurringLimit": "500", "overspendBuffer": None, "limitlessOverspend": False}
    whose = {"owners": [HOLDER], "members": [], "observers": []}
    budget = dict.fromkeys(unset) | limits | whose | {"name": "Trade fairs", "timezone": "America/Denver"}
    add("budget", BUDGET, recurringInterval="MONTHLY", startDate="2026-01-05", **budget)
    for key, status, shares in (
        (CARD, "ACTIVE", False),
        (FROZEN, "FROZEN", False),
        (SHARING, "ACTIVE", True),
    ):
        add("spend card", key, **card(status, shares))


def card(status: str, shares: bool) -> dict[str, Any]:
    limit = None if shares else "200"
    return {
        "name": "Booth",
        "userId": HOLDER,
        "budgetId": BUDGET,
        "limit": limit,
        "recurringLimit": limit,
        "recurring": not shares,
        "shareBudgetFunds": shares,
        "lastFour": "4417",
        "validThru": "12/30",
        "status": status,
        "type": "VIRTUAL",
        "expirationDate": None,
        "deletedReason": None,
    }
