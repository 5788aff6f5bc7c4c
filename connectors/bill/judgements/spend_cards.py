"""Cards of Spend & Expense and whoever has them: what may be spent with a card, in words of money."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.bill.judgements.common import Raw
from connectors.bill.judgements.single import CreateRecord, RecordJudge
from connectors.bill.judgements.spend_budgets import WithLimits
from connectors.bill.judgements.spending import (
    DeleteRetiring,
    SpendKind,
    UpdateRetiring,
    budget_name,
    check_limits,
    dollars,
    judges,
    limit_words,
    rise,
    told_in_money,
    user_name,
)
from connectors.bill.mapping import HOME_CURRENCY
from connectors.errors import ArgumentsError
from connectors.judgements import only_reference
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import to_minor

CARD = SpendKind(
    "spend_card", words="card", key="cardId", places={"limit": ("currentPeriod", "limit")}, note=""
)
USER = SpendKind(
    "spend_user",
    words="user",
    key="userId",
    names=("firstName", "lastName"),
    places={"dateOfBirth": ()},
)


def in_named_budget(told: Expectation, before: Snapshot) -> Expectation:
    """The card names budget and user, whose ids tell nobody anything."""
    asked = {"Budget": before.fields.get("budget"), "User": before.fields.get("user")}
    changes = (replace(one, after=str(asked.get(one.field) or one.after)) for one in told.changes)
    return replace(told, changes=tuple(changes))


class CreateCard(WithLimits, CreateRecord):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        check_limits(arguments)
        if not arguments.get("shareBudgetFunds") and not {"limit", "recurringLimit"} & arguments.keys():
            raise ArgumentsError(["limit is missing: only a card that shares its budget's funds has none."])
        before = super().look(read, arguments)
        user, budget = user_name(read, arguments["userId"]), budget_name(read, arguments["budgetId"])
        more = {"limits": limit_words(arguments, None, None), "user": user, "budget": budget}
        return replace(before, party=user, fields=before.fields | more)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        return in_named_budget(super().expect(before, arguments), before)


class UpdateCard(WithLimits, UpdateRetiring):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        check_limits(arguments)
        before, now = super().look(read, arguments), self._record(read, arguments)
        more: dict[str, Any] = {"status": now.get("status"), **limits_of(now)}
        shares = bool(now.get("shareBudgetFunds"))
        old = (more["old_limit"], more["old_recurring_limit"])
        more |= {"limits": limit_words(arguments, *old, shares=shares), "shares": shares}
        if "budgetId" in arguments:
            more["budget_to"] = budget_name(read, arguments["budgetId"])
        return replace(before, fields=before.fields | more)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        told = super().expect(before, arguments)
        to = {"Budget": before.fields.get("budget_to")}
        changes = (replace(one, after=str(to.get(one.field) or one.after)) for one in told.changes)
        return replace(told, changes=tuple(changes))

    def money(self, before: Snapshot, arguments: Raw) -> Money:
        fields = before.fields
        old = (fields["old_limit"], fields["old_recurring_limit"])
        return rise(arguments, *old, shares=fields["shares"])


def limits_of(card: Raw) -> dict[str, str | None]:
    limit, recurring = (card.get("currentPeriod") or {}).get("limit"), card.get("recurringLimit")
    return {
        "old_limit": None if limit is None else str(limit),
        "old_recurring_limit": None if recurring is None else str(recurring),
    }


@dataclass(frozen=True)
class Freeze(RecordJudge):
    """verb: freeze or unfreeze, after which the card may be spent with again."""

    @property
    def after(self) -> str:
        return "FROZEN" if self.verb == "freeze" else "ACTIVE"

    def words(self, before: Snapshot) -> Mapping[str, str]:
        return {**super().words(before), "limits": str(before.fields["limits"])}

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        card = self._record(read, arguments)
        limits = limits_of(card)
        limit = limits["old_limit"] or limits["old_recurring_limit"]
        can = f"limit {dollars(limit)}" if limit else "all that the budget has"
        more = {"status": card.get("status"), "limits": can, "limit": limit}
        return self._snapshot(read, card, more)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags, now = [], before.fields["status"]
        if now == self.after:
            flags.append(Flag("blocked", "Nothing changes", f"{before.title} is {now} already."))
        if now == "DELETED":
            flags.append(Flag("blocked", "It is deleted", f"{before.title} is deleted in BILL."))
        freezes = self.verb == "freeze"
        summary = f"{before.title} pays nothing until it is unfrozen." if freezes else f"{before.title} pays."
        changes = [Change("Status", str(now or "—"), self.after, "expected")]
        told = self._expectation(before, arguments, summary=summary, changes=changes, flags=flags)
        return told_in_money(told, self.money(before, arguments))

    def money(self, before: Snapshot, arguments: Raw) -> Money:
        if self.verb == "freeze":
            return super().money(before, arguments)
        if not before.fields["limit"]:
            return Money(None, HOME_CURRENCY, "unknown")
        return Money(to_minor(str(before.fields["limit"]), HOME_CURRENCY), HOME_CURRENCY, "stays")

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        status = self._record(read, attempt.arguments).get("status")
        after = {"status": status}
        is_frozen = status == "FROZEN"
        # Only FROZEN is documented; whatever else a card that is not deleted shows, it pays.
        if status and status != "DELETED" and is_frozen == (self.verb == "freeze"):
            return Verdict("took", f"BILL shows card {attempt.before.title} as {status}.", after=after)
        if status == attempt.before.fields["status"]:
            return Verdict(
                "absent", f"BILL still shows card {attempt.before.title} as {status}.", after=after
            )
        return Verdict("cannot_tell", f"BILL shows card {attempt.before.title} as {status}.", after=after)


class WithSpendRole:
    """An administrator of Spend & Expense may raise every limit, also the own."""

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterator[Flag]:
        yield from super().more_flags(before, arguments)
        if arguments.get("role") in ("ADMIN", "FINANCE_ADMIN"):
            yield Flag("high", "Administrator", f"{before.title} could then change budgets and cards.")


class CreateUser(WithSpendRole, CreateRecord):
    pass


class UpdateUser(WithSpendRole, UpdateRetiring):
    pass


class DeleteUser(DeleteRetiring):
    """Never the one whose token we use: every later call would fail."""

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before = super().look(read, arguments)
        ours = read("bill_get_current_spend_user", {})["id"] == before.key
        return replace(before, fields=before.fields | {"is_own": ours})

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        yield from super().more_flags(before, arguments)
        if before.fields["is_own"]:
            detail = f"This console uses the token of {before.title}."
            yield Flag("blocked", "It would lock us out", detail)


JUDGES = judges(CARD, USER) | {
    "create_spend_card": CreateCard(CARD, "create"),
    "update_spend_card": UpdateCard(CARD, "update"),
    "freeze_spend_card": Freeze(CARD, "freeze"),
    "unfreeze_spend_card": Freeze(CARD, "unfreeze"),
    "create_spend_user": CreateUser(USER, "create"),
    "update_spend_user": UpdateUser(USER, "update"),
    "delete_spend_user": DeleteUser(USER, "delete"),
}
