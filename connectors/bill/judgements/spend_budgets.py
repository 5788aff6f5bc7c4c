"""Budgets of Spend & Expense and their members: who may spend how much, in words of money."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.bill.judgements.common import Raw, now_text, number
from connectors.bill.judgements.kinds import in_words
from connectors.bill.judgements.single import CreateRecord
from connectors.bill.judgements.spending import (
    EACH,
    NO_MONEY,
    DeleteRetiring,
    SpendKind,
    UpdateRetiring,
    check_limits,
    dollars,
    every_row,
    high_if_unbounded,
    is_gone,
    limit_words,
    rise,
    told_in_money,
    user_name,
)
from connectors.errors import ArgumentsError, NotFoundError
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

BUDGET = SpendKind(
    "budget",
    places={
        "limit": ("currentPeriod", "limit"),
        "overspendBuffer": ("currentPeriod", "overspendBuffer"),
        **dict.fromkeys(("owners", "members", "observers", "recurMonth"), ()),
    },
    note="",
)


def check_budget(arguments: Raw, now: Raw) -> None:
    """Raises ArgumentsError for what BILL's rules of budgets forbid. now: the budget as it is, or nothing."""
    check_limits(arguments)
    period = now.get("currentPeriod") or {}

    def value(name: str, there: Any) -> Any:
        return arguments.get(name, there)

    interval = value("recurringInterval", now.get("recurringInterval"))
    limitless = value("limitlessOverspend", now.get("limitlessOverspend"))
    problems = []
    if value("limit", period.get("limit")) is None and not limitless:
        problems.append("limit is missing: only a limitless budget has none.")
    if interval != "NONE" and value("recurringLimit", now.get("recurringLimit")) is None:
        problems.append("recurringLimit is missing: a budget that begins anew needs one.")
    if interval in ("DAILY", "WEEKLY") and (
        limitless or value("overspendBuffer", period.get("overspendBuffer"))
    ):
        problems.append("A daily or weekly budget can neither be limitless nor be overspent.")
    if "recurMonth" in arguments and interval not in ("QUARTERLY", "YEARLY"):
        problems.append("recurMonth is for a quarterly or yearly budget only.")
    if problems:
        raise ArgumentsError(problems)


class WithLimits:
    def words(self, before: Snapshot) -> Mapping[str, str]:
        return {**super().words(before), "limits": str(before.fields["limits"])}

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        yield from super().more_flags(before, arguments)
        yield from high_if_unbounded(self.money(before, arguments), before.title)

    def money(self, before: Snapshot, arguments: Raw) -> Money:
        fields = before.fields
        return rise(arguments, fields.get("old_limit"), fields.get("old_recurring_limit"))

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        return told_in_money(super().expect(before, arguments), self.money(before, arguments))


class CreateBudget(WithLimits, CreateRecord):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        check_budget(arguments, {})
        before = super().look(read, arguments)
        owners = ", ".join(user_name(read, owner) for owner in arguments["owners"])
        each = EACH.get(arguments["recurringInterval"], "")
        limits = limit_words(arguments, None, None, each=each)
        return replace(before, fields=before.fields | {"limits": limits, "owners": owners})

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        told = super().expect(before, arguments)
        named = {"Owners": str(before.fields["owners"])}
        changes = (replace(one, after=named.get(one.field, one.after)) for one in told.changes)
        return replace(told, changes=tuple(changes))


class UpdateBudget(WithLimits, UpdateRetiring):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before, budget = super().look(read, arguments), self._record(read, arguments)
        check_budget(arguments, budget)
        limit, recurring = budget.get("currentPeriod", {}).get("limit"), budget.get("recurringLimit")
        each = EACH.get(arguments.get("recurringInterval", budget.get("recurringInterval")), "")
        more = {
            "limits": limit_words(arguments, limit, recurring, each=each),
            "old_limit": None if limit is None else str(limit),
            "old_recurring_limit": None if recurring is None else str(recurring),
        }
        return replace(before, fields=before.fields | more)


MEMBER_LABELS = {
    "limit": "Limit",
    "recurringLimit": "Limit each period",
    "role": "Role",
    "shareBudgetFunds": "All that the budget has",
}
SHOWN_AS = {"role": "budgetRole"}


@dataclass(frozen=True)
class MemberNow:
    """A member as the budget shows it, or nobody yet."""

    raw: Raw

    def value(self, name: str) -> Any:
        return self.raw.get(SHOWN_AS.get(name, name))

    def words(self, name: str) -> str:
        value = self.value(name)
        if name in ("limit", "recurringLimit"):
            return dollars(value) if number(value) is not None else NOTHING
        return in_words(value)

    def shows(self, given: Raw) -> bool:
        return all(self.words(name) == asked(given, name) for name in MEMBER_LABELS if name in given)


def asked(given: Raw, name: str) -> str:
    return dollars(given[name]) if name in ("limit", "recurringLimit") else in_words(given[name])


class SetMember:
    """Adds a member, or changes one: BILL does either by the same call."""

    operation = "bill_set_budget_member"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        check_limits(arguments)
        return look_at_members(read, arguments["budgetId"], [arguments])

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        return expect_members(self.operation, before, [arguments])

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        return probe_members(read, attempt, [attempt.arguments])


class SetMembers:
    operation = "bill_set_budget_members_bulk"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        users = [given["userId"] for given in arguments["members"]]
        if len(set(users)) < len(users):
            raise ArgumentsError(["A member is named twice; name each once."])
        for given in arguments["members"]:
            check_limits(given)
        return look_at_members(read, arguments["budgetId"], arguments["members"])

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        return expect_members(self.operation, before, arguments["members"])

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        return probe_members(read, attempt, attempt.arguments["members"])


def look_at_members(read: Read, budget_id: str, members: Iterable[Raw]) -> Snapshot:
    budget = read("bill_get_budget", {"budgetId": budget_id})
    each = EACH.get(budget.get("recurringInterval", ""), "")
    fields: dict[str, Any] = {"name": budget["name"], "archived": is_gone(budget)}
    people, limits = [], []
    for given in members:
        user = read("bill_get_spend_user", {"userId": given["userId"]})
        member, key = member_now(read, budget_id, user["id"]), given["userId"]
        name = f"{user['firstName']} {user['lastName']}"
        shares = member.value("shareBudgetFunds")
        words = limit_words(
            given, member.value("limit"), member.value("recurringLimit"), shares=shares, each=each
        )
        people.append(name)
        limits.append(words)
        fields |= {f"{key} name": name, f"{key} shares": bool(shares)}
        fields |= {f"{key} {part}": member.words(part) for part in MEMBER_LABELS}
        for part in ("limit", "recurringLimit"):
            fields[f"{key} old {part}"] = None if member.value(part) is None else str(member.value(part))
    party = ", ".join(people)
    fields["limits"] = (
        limits[0]
        if len(limits) == 1
        else "; ".join(f"{who}: {words}" for who, words in zip(people, limits, strict=True))
    )
    return Snapshot("budget", budget["id"], budget["name"], party, fields, now_text())


def member_now(read: Read, budget_id: str, user_id: str) -> MemberNow:
    try:
        return MemberNow(read("bill_get_budget_member", {"budgetId": budget_id, "userId": user_id}))
    except NotFoundError:
        return MemberNow({})


def expect_members(operation: str, before: Snapshot, members: list[Raw]) -> Expectation:
    fields, changes, moneys = before.fields, [], []
    for given in members:
        key = given["userId"]
        who = f"{fields[f'{key} name']}: " if len(members) > 1 else ""
        for name, label in MEMBER_LABELS.items():
            if name in given:
                changes.append(Change(who + label, str(fields[f"{key} {name}"]), asked(given, name), "sent"))
        old = (fields[f"{key} old limit"], fields[f"{key} old recurringLimit"])
        moneys.append(rise(given, *old, shares=fields[f"{key} shares"]))
    money = all_of(moneys)
    flags = list(high_if_unbounded(money, before.party))
    if fields["archived"]:
        flags.append(Flag("blocked", "The budget is deleted", f"{before.title} is deleted in BILL."))
    told = Expectation(
        sentence=card(
            operation,
            name=before.title,
            party=before.party,
            title=f"{len(members)} people",
            limits=str(fields["limits"]),
        ),
        summary=f"BILL lets {before.party} spend from budget {before.title} as listed.",
        money=money,
        goes_to=before.party,
        undo=undo(operation),
        changes=tuple(changes),
        flags=tuple(flags),
    )
    return told_in_money(told, money)


def all_of(moneys: list[Money]) -> Money:
    if any(money.direction == "unknown" for money in moneys):
        return next(money for money in moneys if money.direction == "unknown")
    rises = [money for money in moneys if money.direction != "none"]
    if not rises:
        return NO_MONEY
    return replace(rises[0], amount_minor=sum(money.amount_minor or 0 for money in rises))


def probe_members(read: Read, attempt: Attempted, members: list[Raw]) -> Verdict:
    """More than five are done by BILL a while later: until all show, some are still to come."""
    before, budget = attempt.before.fields, attempt.before
    now = {given["userId"]: member_now(read, budget.key, given["userId"]) for given in members}
    done = [given for given in members if now[given["userId"]].raw and now[given["userId"]].shows(given)]
    moved = [
        given
        for given in members
        if any(
            now[given["userId"]].words(name) != before[f"{given['userId']} {name}"] for name in MEMBER_LABELS
        )
    ]
    if len(done) == len(members) and (moved or attempt.answer is not None):
        return Verdict("took", f"BILL shows {budget.party} in budget {budget.title} as asked for.")
    if not moved and len(done) < len(members):
        return Verdict("absent", f"BILL shows {budget.party} in budget {budget.title} as before.")
    return Verdict("cannot_tell", f"BILL shows {len(done)} of {len(members)} as asked for.")


class DeleteMember:
    operation = "bill_delete_budget_member"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        budget_id, user_id = arguments["budgetId"], arguments["userId"]
        budget = read("bill_get_budget", {"budgetId": budget_id})
        member = read("bill_get_budget_member", {"budgetId": budget_id, "userId": user_id})
        party = str(member.get("name") or user_name(read, user_id))
        now = MemberNow(member)
        fields = {"name": budget["name"], "limits": f"{now.words('limit')}, {now.words('recurringLimit')}"}
        return Snapshot("budget", budget["id"], budget["name"], party, fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        return Expectation(
            sentence=card(self.operation, name=before.title, party=before.party),
            summary=f"{before.party} can spend from budget {before.title} no more. No money moves.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=(Change("Member", before.party, NOTHING, "sent"),),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        arguments, what = attempt.arguments, f"{attempt.before.party} in budget {attempt.before.title}"
        rows = every_row(read, "bill_list_budget_members", budgetId=arguments["budgetId"], retired=False)
        if any(arguments["userId"] in (row.get("userId"), row.get("userUuid")) for row in rows):
            return Verdict("absent", f"BILL still lists {what}.")
        return Verdict("took", f"BILL no longer lists {what}.")


JUDGES = {
    "create_budget": CreateBudget(BUDGET, "create"),
    "update_budget": UpdateBudget(BUDGET, "update"),
    "delete_budget": DeleteRetiring(BUDGET, "delete"),
    "set_budget_member": SetMember(),
    "set_budget_members_bulk": SetMembers(),
    "delete_budget_member": DeleteMember(),
}
