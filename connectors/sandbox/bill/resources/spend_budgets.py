"""Budgets of Spend & Expense, and who may spend how much from each."""

import random
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import JSONResponse, Response

from connectors.sandbox.bill import lists, shapes
from connectors.sandbox.bill.errors import invalid, refusal
from connectors.sandbox.bill.fields import Field
from connectors.sandbox.bill.resource import Change, Record
from connectors.sandbox.bill.spending import SpendResource, found, in_use, spend_way
from connectors.sandbox.bill.ways import parsed
from connectors.sandbox.books import Books
from connectors.sandbox.endpoint import Call, Outcome

SEEDS_AFTER = ("spend_users",)
INTERVALS = ("NONE", "DAILY", "WEEKLY", "MONTHLY", "QUARTERLY", "YEARLY")
SHARES = ("SHARE_MANUALLY", "SHARE_WITH_ALL_MEMBERS", "SHARE_ALL_OWNERS_BUT_MEMBERS_MANUALLY")
ROLES = ("OWNER", "MEMBER", "OBSERVER")
AT_ONCE = 5  # members in one call; more of them are done a while later
LATER = timedelta(seconds=5)
MEMBER = (
    Field("limit", "number"),
    Field("recurringLimit", "number"),
    Field("role", one_of=ROLES),
    Field("shareBudgetFunds", "boolean"),
)
NUMBERS = shapes.NUMBERS | {"limit", "recurringLimit", "spent", "overspendBuffer", "assigned", "total"}


def refine_budget(books: Books, change: Change) -> None:
    if change.verb == "delete":
        return
    budget, wrong = change.record, []
    interval = budget["recurringInterval"]
    if budget["limit"] is None and not budget["limitlessOverspend"]:
        wrong.append("limit: must not be null unless limitlessOverspend")
    if interval != "NONE" and budget["recurringLimit"] is None:
        wrong.append("recurringLimit: must not be null unless recurringInterval is NONE")
    if not budget["owners"]:
        wrong.append("owners: must not be empty")
    if interval in ("DAILY", "WEEKLY") and (budget["overspendBuffer"] or budget["limitlessOverspend"]):
        wrong.append("overspendBuffer, limitlessOverspend: not for a DAILY or WEEKLY budget")
    if budget["recurMonth"] and interval not in ("QUARTERLY", "YEARLY"):
        wrong.append("recurMonth: only for a QUARTERLY or YEARLY budget")
    if wrong:
        raise invalid(*wrong)
    budget["owners"] = [in_use(books, "spend user", owner)["id"] for owner in budget["owners"]]
    if budget["parentBudgetId"]:
        budget["parentBudgetId"] = in_use(books, "budget", budget["parentBudgetId"])["id"]


def follow_budget(books: Books, change: Change) -> None:
    if change.verb != "create":
        return
    budget = change.record
    for owner in budget["owners"]:
        put_member(books, budget, owner, {"role": "OWNER"})
    for given in change.given.get("members") or ():
        put_member(books, budget, given["userId"], {"role": "MEMBER", **given})
    for observer in change.given.get("observers") or ():
        put_member(books, budget, observer, {"role": "OBSERVER"})


def shown_budget(books: Books, budget: Record) -> Record:
    spent = sum(
        (Decimal(row["amount"]) for row in books.find("spend transaction", owner=budget["id"])), Decimal(0)
    )
    members = books.find("budget member", owner=budget["id"])
    period = {
        "startDate": budget["createdTime"][:10],
        "limit": budget["limit"],
        "overspendBuffer": budget["overspendBuffer"],
        "assigned": str(sum((Decimal(row["limit"] or 0) for row in members), Decimal(0))),
        "spent": {"cleared": str(spent), "pending": "0", "total": str(spent)},
    }
    hidden = ("owners", "members", "observers", "limit", "overspendBuffer", "recurMonth", "createdTime")
    shown = {name: value for name, value in budget.items() if name not in (*hidden, "updatedTime")}
    return shown | {"currentPeriod": period, "default": False}


BUDGET = SpendResource(
    kind="budget",
    prefix="bud",
    path="/spend/budgets",
    verbs="list get create update delete",
    fields=(
        Field("name", required=True),
        Field("owners", "texts", required=True),
        Field("recurringInterval", required=True, one_of=INTERVALS),
        Field("limit", "number"),
        Field("recurringLimit", "number"),
        Field("description", longest=4000),
        Field("members", "lines", prefix="bum"),
        Field("observers", "texts"),
        Field("expirationDate", "date"),
        Field("recurMonth", "whole"),
        Field("timezone"),
        Field("autoAddUsers", "boolean", default=False),
        Field("receiptRequired", "boolean", default=False),
        Field("maxTxSize", "number"),
        Field("carryOver", "boolean", default=False),
        Field("parentBudgetId"),
        Field("budgetGroup", "boolean", default=False),
        Field("limitlessOverspend", "boolean", default=False),
        Field("limitlessGoal", "number"),
        Field("overspendBuffer", "number"),
        Field("shareFunds", one_of=SHARES, default="SHARE_MANUALLY"),
    ),
    named={"budgetIds": "id"},
    refine=refine_budget,
    follow=follow_budget,
    shape=shown_budget,
)
RESOURCES = (BUDGET,)


def put_member(books: Books, budget: Record, user: Any, given: Mapping[str, Any]) -> Record:
    """Add a member, or change what is given of one."""
    who = in_use(books, "spend user", user)
    key = f"{budget['id']}/{who['id']}"
    member = books.get("budget member", key) or dict.fromkeys(("limit", "recurringLimit")) | {
        "id": key,
        "userId": who["id"],
        "userUuid": who["uuid"],
        "role": "MEMBER",
        "shareBudgetFunds": False,
        "archived": False,
    }
    if given.get("shareBudgetFunds") and (given.get("limit") or given.get("recurringLimit")):
        raise invalid("limit, recurringLimit: not with shareBudgetFunds")
    for name in ("role", "shareBudgetFunds"):
        member[name] = member[name] if given.get(name) is None else given[name]
    for name in ("limit", "recurringLimit"):
        if given.get(name) is not None:
            member[name] = format(Decimal(str(given[name])), "f")
    if member["shareBudgetFunds"]:
        member |= {"limit": None, "recurringLimit": None}
    member |= {"archived": False, "name": f"{who['firstName']} {who['lastName']}"}
    books.put("budget member", key, member, owner=budget["id"])
    return member


def shown_member(member: Record) -> Record:
    shown = {name: value for name, value in member.items() if name not in ("id", "role", "archived")}
    shown |= {
        "budgetRole": member["role"],
        "retired": member["archived"],
        "recurring": member["recurringLimit"] is not None,
    }
    return shapes.published(shown, NUMBERS)


def _list_members(books: Books, call: Call) -> Response:
    budget = found(books, "budget", call.parts["id"])
    query = dict(parse_qsl(call.query))
    if token := query.get("nextPage") or query.get("prevPage"):
        query["page"] = token
    query["filters"] = query.get("filters", "").replace("retired:", "archived:")
    rows, tokens = lists.page(books, "budget member", query, owner=budget["id"], known=lists.ALWAYS)
    return JSONResponse({**tokens, "results": [shown_member(row) for row in rows]})


def _member(books: Books, call: Call) -> Record:
    budget = found(books, "budget", call.parts["id"])
    who = found(books, "spend user", call.parts["user"])
    member = books.get("budget member", f"{budget['id']}/{who['id']}")
    if member is None or member["archived"]:
        raise refusal(404, "BDC_1205", call.parts["user"])
    return member


def _get_member(books: Books, call: Call) -> Response:
    return JSONResponse(shown_member(_member(books, call)))


def _set_member(books: Books, call: Call) -> Outcome:
    budget = in_use(books, "budget", call.parts["id"])
    given = parsed(call.body)
    BUDGET_MEMBER_CHECK._check(given, "", partial=True)
    member = put_member(books, budget, call.parts["user"], given)
    return Outcome(JSONResponse(shown_member(member)), record=member["id"])


def _set_members(books: Books, call: Call) -> Outcome:
    budget = in_use(books, "budget", call.parts["id"])
    members = parsed(call.body).get("members")
    if not isinstance(members, list) or not members:
        raise invalid("members: must not be empty")
    for at, given in enumerate(members):
        BUDGET_MEMBER_CHECK._check(given, f"members[{at}].", partial=True)
        in_use(books, "spend user", given.get("userId"))
    if len(members) > AT_ONCE:
        for given in members:
            given |= {name: str(given[name]) for name in ("limit", "recurringLimit") if name in given}
        books.later("set_budget_members", books.now + LATER, {"budgetId": budget["id"], "members": members})
    else:
        set_members(books, {"budgetId": budget["id"], "members": members})
    return Outcome(JSONResponse({"status": "SUCCESS"}), record=budget["id"])


def set_members(books: Books, due: Mapping[str, Any]) -> None:
    budget = found(books, "budget", due["budgetId"])
    for given in due["members"]:
        put_member(books, budget, given["userId"], given)


def _delete_member(books: Books, call: Call) -> Outcome:
    member = _member(books, call) | {"archived": True}
    books.put("budget member", member["id"], member)
    return Outcome(Response(status_code=200), record=member["id"])


BUDGET_MEMBER_CHECK = SpendResource(kind="budget member", prefix="bum", path="", verbs="", fields=MEMBER)
MEMBERS = "/spend/budgets/{id}/members"
WAYS = (
    spend_way("GET", MEMBERS, "list_budget_members", _list_members),
    spend_way("PUT", f"{MEMBERS}/bulk", "set_budget_members_bulk", _set_members),
    spend_way("GET", MEMBERS + "/{user}", "get_budget_member", _get_member),
    spend_way("PUT", MEMBERS + "/{user}", "set_budget_member", _set_member),
    spend_way("DELETE", MEMBERS + "/{user}", "delete_budget_member", _delete_member),
)


def seed(books: Books, chance: random.Random, _customers: int) -> None:
    """Five budgets in use and one that was deleted; everybody spends from the first."""
    people = books.find("spend user", where={"archived": False}, newest_first=False)
    begun = books.now - timedelta(days=200)
    for turn, name in enumerate(("Travel", "Software", "Marketing", "Office", "Events", "Old offsite")):
        once = turn == 4
        limit = str(chance.randint(4, 60) * 100)
        budget = BUDGET.put(
            books,
            {
                "name": name,
                "owners": [people[0]["id"]],
                "recurringInterval": "NONE" if once else ("MONTHLY", "QUARTERLY")[turn % 2],
                "limit": limit,
                "recurringLimit": None if once else limit,
                "startDate": begun.date().isoformat(),
                "timezone": "America/Denver",
            },
            made=begun + timedelta(days=turn),
            archived=turn == 5,
        )
        put_member(books, budget, people[0]["id"], {"role": "OWNER"})
        for person in people[1:] if turn == 0 else people[turn : turn + 1]:
            put_member(books, budget, person["id"], {"limit": "250", "recurringLimit": "250"})
