"""Users of Spend & Expense, who are others than those that may sign in to BILL."""

import random
from datetime import timedelta

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import names
from connectors.sandbox.bill.errors import refusal
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Record
from connectors.sandbox.bill.spending import SpendResource, spend_way
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call

ROLES = ("ADMIN", "FINANCE_ADMIN", "AUDITOR", "BOOKKEEPER", "MEMBER")


def refine_user(books: Books, change: Change) -> None:
    """An e-mail address is there once; whose token we use is not deleted by it."""
    email = change.record["email"].casefold()
    others = (row for row in books.find("spend user") if row["id"] != change.record["id"])
    if change.verb != "delete" and any(row["email"].casefold() == email for row in others):
        raise refusal(422, "BDC_1119", "email", change.record["email"])
    if change.verb == "delete" and change.record["id"] == whose_token(books)["id"]:
        raise refusal(422, "BDC_1119", "userId", change.record["id"])


def shown_user(_books: Books, user: Record) -> Record:
    shown = {name: value for name, value in user.items() if name not in ("dateOfBirth", "updatedTime")}
    return shown | {"hasDateOfBirth": user["dateOfBirth"] is not None, "smsOptIn": False}


USER = SpendResource(
    kind="spend user",
    prefix="spu",
    path="/spend/users",
    verbs="list get create update delete",
    fields=(
        Field("email", "email", required=True),
        Field("firstName", required=True),
        Field("lastName", required=True),
        Field("role", required=True, one_of=ROLES),
        Field("dateOfBirth", "date"),
    ),
    refine=refine_user,
    shape=shown_user,
)


def whose_token(books: Books) -> Record:
    return books.find("spend user", newest_first=False, limit=1)[0]


def _current(books: Books, _call: Call) -> Response:
    return JSONResponse(USER.shown(books, whose_token(books)))


WAYS = (spend_way("GET", "/spend/users/current", "get_current_spend_user", _current), *USER.ways())


def seed(books: Books, chance: random.Random, _customers: int) -> None:
    """The administrator whose token we use, five who spend, and one who has left."""
    begun = books.now - timedelta(days=400)
    for turn, role in enumerate(("ADMIN", *("MEMBER",) * 4, "BOOKKEEPER", "MEMBER")):
        person = names.person(chance)
        email = f"{person['firstName']}.{person['lastName']}.{turn}@halden.example".lower()
        made = begun + timedelta(days=turn)
        USER.put(books, {**person, "email": email, "role": role}, made=made, archived=turn == 6)
