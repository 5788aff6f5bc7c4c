"""Cards of Spend & Expense. A card shows its last four digits; how its number is revealed is not played."""

import random
from datetime import timedelta
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists
from connectors.sandbox.bill.errors import invalid, refusal
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Record
from connectors.sandbox.bill.spending import SpendResource, found, names_of, spend_way
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

SEEDS_AFTER = ("spend_users", "spend_budgets")
REASONS = ("CANCELLED", "LOST", "STOLEN", "MISPLACED")
LIMITS = ("limit", "recurringLimit")


def refine_card(books: Books, change: Change) -> None:
    card = change.record
    names_of(change, ("budgetId", "budget"), ("userId", "spend user"), books=books)
    given = [name for name in LIMITS if change.given.get(name) is not None]
    if change.verb == "create":
        if not card["shareBudgetFunds"] and not given:
            raise invalid("limit: must not be null unless shareBudgetFunds")
        card |= {"lastFour": f"{books.next_number('card number', first=1000)}", "validThru": "12/30"}
    if card["shareBudgetFunds"] and given:
        raise invalid("limit, recurringLimit: not with shareBudgetFunds")
    if card["shareBudgetFunds"]:
        card |= dict.fromkeys(LIMITS)
    if change.given.get("recurringLimit") is not None:
        card["recurring"] = True


def shown_card(books: Books, card: Record) -> Record:
    spent = [row["amount"] for row in books.find("spend transaction", where={"cardId": card["id"]})]
    period = {"limit": card["limit"], "spent": f"{sum(map(float, spent)):.2f}"}
    return {name: value for name, value in card.items() if name != "limit"} | {"currentPeriod": period}


CARD = SpendResource(
    kind="spend card",
    prefix="spc",
    path="/spend/cards",
    verbs="list get create update",
    fields=(
        Field("budgetId", required=True),
        Field("limit", "number"),
        Field("name", required=True),
        Field("userId", required=True),
        Field("recurringLimit", "number"),
        Field("expirationDate", "date"),
        Field("shareBudgetFunds", "boolean", default=False),
        Field("recurring", "boolean", default=False),
    ),
    filters={"budgetId": lists.IDS, "status": lists.ONE_OF},
    named={"budgetIds": "budgetId", "cardIds": "id"},
    initial={"status": "ACTIVE", "type": "VIRTUAL", "deletedReason": None},
    retires=False,
    refine=refine_card,
    shape=shown_card,
)
RESOURCES = (CARD,)


def _become(before: str, after: str):
    def become(books: Books, call: Call) -> Outcome:
        card = found(books, "spend card", call.parts["id"])
        if card["status"] == "DELETED":
            raise refusal(422, "BDC_1119", "status", card["status"])
        took = card["status"] == before
        books.put("spend card", card["id"], card | {"status": after})
        shown = CARD.shown(books, card | {"status": after})
        return Outcome(JSONResponse(shown), record=card["id"], took=took)

    return become


def _delete(books: Books, call: Call) -> Outcome:
    """It stays readable, as deleted."""
    card = found(books, "spend card", call.parts["id"])
    reason = dict(parse_qsl(call.query)).get("reason", "CANCELLED")
    if reason not in REASONS:
        raise invalid(f"reason: must be one of {', '.join(REASONS)}")
    if card["status"] == "DELETED":
        raise refusal(404, "BDC_1205", call.parts["id"])
    gone = {"status": "DELETED", "deletedReason": reason, "archived": True}
    books.put("spend card", card["id"], card | gone)
    return Outcome(Response(status_code=200), record=card["id"])


WAYS = (
    spend_way("DELETE", "/spend/cards/{id}", "delete_spend_card", _delete),
    spend_way("POST", "/spend/cards/{id}/freeze", "freeze_spend_card", _become("ACTIVE", "FROZEN")),
    spend_way("POST", "/spend/cards/{id}/unfreeze", "unfreeze_spend_card", _become("FROZEN", "ACTIVE")),
)


def seed(books: Books, chance: random.Random, _customers: int) -> None:
    """Nine cards; the fifth is frozen and the last is deleted."""
    people = books.find("spend user", where={"archived": False}, newest_first=False)
    budgets = books.find("budget", where={"archived": False}, newest_first=False)
    for turn in range(9):
        person, budget = people[turn % len(people)], budgets[turn % len(budgets)]
        shares = turn % 4 == 3
        limit = None if shares else str(chance.randint(1, 20) * 50)
        CARD.put(
            books,
            {
                "name": f"{budget['name']} of {person['firstName']}",
                "userId": person["id"],
                "userUuid": person["uuid"],
                "budgetId": budget["id"],
                "budgetUuid": budget["uuid"],
                "limit": limit,
                "recurringLimit": limit if turn % 2 else None,
                "recurring": bool(turn % 2 and limit),
                "shareBudgetFunds": shares,
                "lastFour": f"{books.next_number('card number', first=1000)}",
                "validThru": "12/30",
                "status": {4: "FROZEN", 8: "DELETED"}.get(turn, "ACTIVE"),
                "deletedReason": "LOST" if turn == 8 else None,
            },
            made=books.now - timedelta(days=150 - turn),
            archived=turn == 8,
        )
