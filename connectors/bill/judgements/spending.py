"""What the judges of Spend & Expense share: records that retire, and limits, which are money to be spent."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from connectors.bill.judgements.common import Raw, number
from connectors.bill.judgements.kinds import RecordKind
from connectors.bill.judgements.single import (
    CreateRecord,
    DeleteRecord,
    RecordJudge,
    UpdateRecord,
)
from connectors.bill.mapping import HOME_CURRENCY
from connectors.errors import ArgumentsError, NotFoundError
from connectors.judging import Attempted, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money, to_minor

NO_MONEY = Money(None, None, "none")
PAGE = 100
EACH = {
    "DAILY": "a day",
    "WEEKLY": "a week",
    "MONTHLY": "a month",
    "QUARTERLY": "a quarter",
    "YEARLY": "a year",
}


class SpendKind(RecordKind):
    """Spend & Expense knows no archive, and filters by no time: its lists are read whole."""

    def rows(self, read: Read, arguments: Raw, **conditions: Any) -> list[Raw]:
        return every_row(read, self.name("list"))


def every_row(read: Read, operation: str, **arguments: Any) -> list[Raw]:
    """To its end: a record that is missed here could be made twice."""
    found: list[Raw] = []
    after: str | None = None
    while True:
        given = {**arguments, "limit": PAGE} | ({"after": after} if after else {})
        rows = read(operation, given)
        found += rows
        after = rows.next
        if not after:
            return found


def is_gone(record: Raw) -> bool:
    return bool(record.get("retired")) or record.get("status") == "DELETED"


class DeleteRetiring(DeleteRecord):
    """What is deleted may stay readable, as retired."""

    def _snapshot(self, read: Read, record: Raw, fields: Mapping[str, Any]) -> Snapshot:
        before = super()._snapshot(read, record, fields)
        gone = {"archived": is_gone(record), "status": record.get("status")}
        return replace(before, fields=before.fields | gone)

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        if before.fields["archived"]:
            yield Flag("blocked", "Nothing changes", f"{before.title} is deleted already.")

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        what = f"{self.kind.words} {attempt.before.title}"
        try:
            record = self._record(read, attempt.arguments)
        except NotFoundError:
            return Verdict("took", f"BILL no longer has {what}.")
        if is_gone(record):
            return Verdict("took", f"BILL shows {what} as deleted.")
        return Verdict("absent", f"BILL still has {what}.")


class UpdateRetiring(UpdateRecord):
    def _snapshot(self, read: Read, record: Raw, fields: Mapping[str, Any]) -> Snapshot:
        before = super()._snapshot(read, record, fields)
        return replace(before, fields=before.fields | {"archived": is_gone(record)})

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        if before.fields["archived"]:
            yield Flag("blocked", "It is deleted", f"{before.title} is deleted in BILL.")


JUDGE_OF: Mapping[str, type[RecordJudge]] = {
    "create": CreateRecord,
    "update": UpdateRetiring,
    "delete": DeleteRetiring,
}


def judges(*kinds: RecordKind) -> dict[str, RecordJudge]:
    return {
        kind.name(verb).removeprefix("bill_"): judge(kind, verb)
        for kind in kinds
        for verb, judge in JUDGE_OF.items()
        if kind.has(verb)
    }


# Limits.


def dollars(amount: Any) -> str:
    return format_money(to_minor(str(amount), HOME_CURRENCY), HOME_CURRENCY)


def check_limits(arguments: Raw) -> None:
    """Raises ArgumentsError for limits that BILL would refuse beside sharing, or finer than a cent."""
    given = [name for name in ("limit", "recurringLimit") if name in arguments]
    if arguments.get("shareBudgetFunds") and given:
        raise ArgumentsError([f"{name} cannot be set where the budget's funds are shared." for name in given])
    for name in given:
        try:
            to_minor(str(arguments[name]), HOME_CURRENCY)
        except (TypeError, ValueError):
            raise ArgumentsError([f"{name} must be dollars and cents such as 200.00."]) from None


def limit_words(arguments: Raw, limit: Any, recurring: Any, *, shares: Any = False, each: str = "") -> str:
    """The old limits and the new ones; `limit`, `recurring` and `shares` are as they are now."""
    parts = [
        _from_to("limit", limit, arguments["limit"]) if "limit" in arguments else "",
        _from_to(f"limit {each or 'each period'}", recurring, arguments["recurringLimit"])
        if "recurringLimit" in arguments
        else "",
    ]
    if arguments.get("shareBudgetFunds") and not shares:
        parts.append("all that the budget has")
    if arguments.get("limitlessOverspend"):
        parts.append("without any bound")
    if "overspendBuffer" in arguments:
        parts.append(f"{dollars(arguments['overspendBuffer'])} beyond the limit")
    return ", ".join(filter(None, parts)) or "no limit changes"


def _from_to(what: str, now: Any, after: Any) -> str:
    if number(now) is None:
        return f"{what} {dollars(after)}"
    return f"{what} from {dollars(now)} to {dollars(after)}"


def rise(arguments: Raw, limit: Any, recurring: Any, *, shares: Any = False) -> Money:
    """By how much more may be spent in a period; unknown where nothing bounds it. Nothing moves yet."""
    if arguments.get("limitlessOverspend") or arguments.get("shareBudgetFunds") and not shares:
        return Money(None, HOME_CURRENCY, "unknown")
    more = Decimal(0)
    for name, now in (("limit", limit), ("recurringLimit", recurring)):
        if name in arguments:
            more = max(more, Decimal(str(arguments[name])) - (number(now) or Decimal(0)))
    more += Decimal(str(arguments.get("overspendBuffer", 0)))
    if more <= 0:
        return NO_MONEY
    return Money(to_minor(str(more), HOME_CURRENCY), HOME_CURRENCY, "stays")


def told_in_money(told: Expectation, money: Money) -> Expectation:
    says = "Nothing is paid by this, but more may be spent from then on." if money.direction != "none" else ""
    return replace(told, money=money, summary=f"{told.summary} {says}".strip())


def user_name(read: Read, key: Any) -> str:
    user = read("bill_get_spend_user", {"userId": key})
    return f"{user['firstName']} {user['lastName']}"


def budget_name(read: Read, key: Any) -> str:
    return str(read("bill_get_budget", {"budgetId": key})["name"])


def high_if_unbounded(money: Money, what: str) -> Iterator[Flag]:
    if money.direction == "unknown":
        yield Flag("high", "No limit of its own", f"{what} may spend without a limit of its own.")
