"""Subscriptions to BILL's events, and the keys that sign them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from connectors.bill.judgements.common import Raw, now_text
from connectors.bill.judgements.kinds import RecordKind
from connectors.bill.judgements.records import judges
from connectors.bill.judgements.single import CreateRecord
from connectors.bill.judgements.spending import NO_MONEY, every_row
from connectors.judgements import card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Read, Snapshot, Verdict


class SubscriptionKind(RecordKind):
    """Their list knows no filters: it is read whole."""

    def rows(self, read: Read, arguments: Raw, **conditions: Any) -> list[Raw]:
        return every_row(read, self.name("list"))


SUBSCRIPTION = SubscriptionKind("subscription", note="No money moves.")
OF_SPENDING = SubscriptionKind("spend_subscription", key="subscriptionId", note="No money moves.")


class Create(CreateRecord):
    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        before, types = super().look(read, arguments), types_of(arguments["events"])
        same = [
            self.kind.named(row)
            for row in self.kind.rows(read, {})
            if types_of(row["events"]) == types and row["notificationUrl"] == arguments["notificationUrl"]
        ]
        return replace(before, fields=before.fields | {"same": ", ".join(same)})

    def more_flags(self, before: Snapshot, arguments: Raw) -> Iterable[Flag]:
        if same := before.fields["same"]:
            detail = f"BILL takes no second one for the same events and address: {same}."
            yield Flag("blocked", "There is one already", detail)
        strange = [
            kind
            for kind in sorted(types_of(arguments["events"]))
            if kind.startswith("spend.") != (self.kind is OF_SPENDING)
        ]
        if strange:
            detail = (
                f"BILL tells of {', '.join(strange)} by another kind of subscription: those to Spend &"
                " Expense are apart from all others."
            )
            yield Flag("blocked", "Not told by this one", detail)
        address = arguments["notificationUrl"]
        yield Flag("caution", "Where events go", f"Whoever is at {address} learns of every such change.")

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        """The key is told in the answer alone: without it, its events would all be refused."""
        found = super().probe(read, attempt)
        if found.kind != "took" or attempt.answer is not None:
            return found
        return replace(found, sentence=f"{found.sentence} Its key was lost with the answer: make a new one.")


def types_of(events: Iterable[Raw]) -> set[str]:
    return {str(one["type"]) for one in events}


@dataclass(frozen=True)
class AboutSubscription:
    """What is asked of a subscription and changes nothing that it shows."""

    operation: str
    summary: str
    changes: tuple[Change, ...] = ()
    kind: SubscriptionKind = SUBSCRIPTION

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        one = self.kind.get(read, arguments["subscriptionId"], arguments)
        enabled = (one.get("status") or {}).get("enabled")
        fields = {"name": one["name"], "enabled": enabled}
        return Snapshot("event_subscription", one["id"], one["name"], one["name"], fields, now_text())

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        flags = []
        if not before.fields["enabled"]:
            flags.append(Flag("caution", "It is switched off", f"BILL sends nothing to {before.title} now."))
        return Expectation(
            sentence=card(self.operation, name=before.title),
            summary=f"{self.summary} No money moves.",
            money=NO_MONEY,
            goes_to="BILL",
            undo=undo(self.operation),
            changes=self.changes,
            flags=tuple(flags),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        if isinstance(attempt.answer, Mapping):
            return Verdict("took", f"BILL did so for subscription {attempt.before.title}.")
        return Verdict("cannot_tell", "BILL does not show whether it did so.")


NEW_KEY = (
    "BILL makes a new key, which is kept sealed; what is signed with the one before is refused then.",
    (Change("Key", "the one it has", "another, told once", "vendor_decides"),),
)
JUDGES = judges(SUBSCRIPTION, OF_SPENDING) | {
    "create_subscription": Create(SUBSCRIPTION, "create"),
    "create_spend_subscription": Create(OF_SPENDING, "create"),
    "create_security_key": AboutSubscription("bill_create_security_key", *NEW_KEY),
    "create_spend_security_key": AboutSubscription(
        "bill_create_spend_security_key", *NEW_KEY, kind=OF_SPENDING
    ),
    "resend_event": AboutSubscription("bill_resend_event", "BILL sends the event once more."),
    "test_subscription": AboutSubscription("bill_test_subscription", "BILL sends a made-up event."),
}
