"""Who may sign in to the organization, and the roles there are."""

import random
from datetime import timedelta
from typing import Any

from connectors.sandbox.bill import names
from connectors.sandbox.bill.errors import invalid, refusal
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Record, Resource
from connectors.sandbox.bill.sessions import APPROVER_ID, USER_ID
from connectors.sandbox.books import Books

BEGUN = timedelta(days=1_250)
# Samples show some of the types; the others are named in words only.
ROLES = (
    ("ADMINISTRATOR", "Administrator"),
    ("ACCOUNTANT", "Accountant"),
    ("PAYER", "Payer"),
    ("APPROVER", "Approver"),
    ("CLERK", "Clerk"),
    ("MEMBER", "Member"),
)
ROLE_OF = (5, 4, 2)  # of the users that nothing else names


def refine_user(books: Books, change: Change) -> None:
    """An e-mail address signs in once, and nobody locks himself out."""
    if change.verb == "create":
        if change.given["acceptTermsOfService"] is not True:
            raise invalid("acceptTermsOfService: must be true")
        email = change.given["email"].casefold()
        if any(row["email"].casefold() == email for row in books.find("user")):
            raise refusal(422, "BDC_1119", "email", change.given["email"])
    if change.verb == "archive" and change.record["id"] == USER_ID:
        raise refusal(422, "BDC_1119", "userId", USER_ID)


def shown_user(books: Books, record: Record) -> Record:
    role = books.get("role", record["roleId"])
    assert role is not None, "it was looked for when it was given"
    shown = {name: value for name, value in record.items() if name != "roleId"}
    return shown | {"role": {name: role[name] for name in ("id", "type", "description")}}


USER = Resource(
    kind="user",
    prefix="006",
    path="/users",
    verbs="list get create update archive restore",
    fields=(
        Field("firstName", required=True, longest=100),
        Field("lastName", required=True, longest=100),
        Field("email", "email", required=True),
        Field("roleId", required=True, to="role"),
        Field("acceptTermsOfService", "boolean", required=True),
    ),
    hidden=frozenset({"acceptTermsOfService"}),
    refine=refine_user,
    shape=shown_user,
)
ROLE = Resource(
    kind="role", prefix="0po", path="/roles", verbs="list get", fields=(), hidden=frozenset({"archived"})
)
RESOURCES = (USER, ROLE)

SEEDS_AFTER = ()


def seed(books: Books, chance: random.Random, _customers: int) -> None:
    """We, who administrate; whoever approves bills beside us; three more, the last of whom has left."""
    begun = books.now - BEGUN
    roles = [
        ROLE.put(books, {"type": kind, "description": words}, made=begun + timedelta(minutes=at))
        for at, (kind, words) in enumerate(ROLES)
    ]

    def put(turn: int, role: int, person: dict[str, Any], key: str = "") -> None:
        email = f"{person['firstName']}.{person['lastName']}@halden.example".lower()
        fields = {"email": email, **person, "roleId": roles[role]["id"], "acceptTermsOfService": True}
        fields |= {"id": key} if key else {}
        USER.put(books, fields, made=begun + timedelta(days=turn), archived=turn == 4)

    put(0, 0, {"firstName": "Countersign", "lastName": "Console", "email": "console@halden.example"}, USER_ID)
    put(1, 3, {"firstName": "Luis", "lastName": "Ortega", "email": "luis@halden.example"}, APPROVER_ID)
    for turn, role in enumerate(ROLE_OF, start=2):
        put(turn, role, names.person(chance))
