"""Correcting a usage counter."""

from collections.abc import Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.wording import (
    DECIDES,
    billsby_decides,
    get_subscription,
    known,
    now_and_after,
    sent,
    snapshot,
)
from connectors.judgements import card, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

VERBS = {"Increment": "Raise", "Decrement": "Lower", "Set": "Set"}


class UpdateCounter:
    """Updates are queued: a read right after may still show the old usage."""

    operation = "billsby_update_counter"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        unique_id = known(arguments, "subscriptionUniqueId")
        subscription, _ = get_subscription(read, unique_id)
        fields = {
            "usage": _usage(read, arguments),
            "counter_id": known(arguments, "counterId"),
            **{
                name: subscription.fields.get(name)
                for name in ("status", "customer_vendor_id", "plan_name", "currency")
            },
        }
        party = subscription.fields["customer_name"]
        title = f"{subscription.fields['plan_name']} of {party}"
        return snapshot("subscription", unique_id, title=title, party=party, fields=fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        kind, value = known(arguments, "operationType"), known(arguments, "value")
        usage, counter = before.fields["usage"], str(before.fields["counter_id"])
        after = expected_usage(usage, kind, value)
        by = f"{'to' if kind == 'Set' else 'by'} {value:,}"
        return Expectation(
            sentence=card(self.operation, verb=VERBS[kind], counterId=counter, party=before.party, by=by),
            summary=f"Billsby puts the change of {counter} in a queue; the count follows shortly. "
            f"Billsby decides what {before.party} pays for usage at the end of the period.",
            money=Money(None, before.fields.get("currency"), "unknown"),
            goes_to=f"{before.party}'s next bill",
            undo=undo(self.operation),
            changes=(
                sent("Change", f"{VERBS[kind].lower()} {by}"),
                _usage_change(usage, after),
                billsby_decides("Charge for usage"),
            ),
            flags=(
                *self._doubts(before, after),
                Flag("info", "Queued", "Billsby may show the old count for a while after accepting."),
            ),
        )

    def _doubts(self, before: Snapshot, after: int) -> tuple[Flag, ...]:
        flags: tuple[Flag, ...] = ()
        if after < 0:
            detail = f"The count is only {before.fields['usage']:,}. {DECIDES} what happens below zero."
            flags += (Flag("caution", "Would go below zero", detail),)
        if before.fields["status"] == "Cancelled":
            flags += (Flag("high", "Subscription is cancelled", "Its usage may never be billed."),)
        return flags

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        kind, value = attempt.arguments["operationType"], attempt.arguments["value"]
        was, usage = attempt.before.fields["usage"], _usage(read, attempt.arguments)
        wanted = expected_usage(was, kind, value)
        after = {"usage": usage}
        if usage == wanted and (usage != was or kind == "Set"):
            return Verdict("took", f"The counter stands at {usage:,}.", after=after)
        if wanted < 0 and usage <= 0 and usage != was:
            return Verdict("took", f"Billsby stopped the counter at {usage:,}.", after=after)
        if usage != was:
            sentence = f"The counter moved from {was:,} to {usage:,}, not to {wanted:,}."
            return Verdict("cannot_tell", sentence, after=after)
        if attempt.answer is not None and (value == 0 or was == 0 > wanted):
            return Verdict("took", f"Accepted; the counter stays at {usage:,}.", after=after)
        return Verdict("absent", f"The counter still stands at {usage:,}.", after=after)


def expected_usage(usage: int, kind: str, value: int) -> int:
    return {"Increment": usage + value, "Decrement": usage - value, "Set": value}[kind]


def _usage_change(usage: int, after: int) -> Change:
    if after < 0:
        return billsby_decides("Usage this period", f"{usage:,}")
    return now_and_after("Usage this period", f"{usage:,}", f"{after:,}")


def _usage(read: Read, arguments: Mapping[str, Any]) -> int:
    which = {name: known(arguments, name) for name in ("subscriptionUniqueId", "counterId")}
    return int(mapping.text(read("billsby_get_counter", which), "usage"))
