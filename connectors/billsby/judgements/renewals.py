"""Moving the next billing of a subscription, and pausing it until then."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from connectors.billsby.judgements.wording import (
    amount_text,
    billsby_decides,
    blocked,
    day,
    get_subscription,
    known,
    now_and_after,
    sent,
    snapshot,
)
from connectors.errors import NotFoundError
from connectors.judgements import card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict

FIELDS = ("status", "customer_vendor_id", "plan_vendor_id", "plan_name", "currency", "next_billing_minor")
PAUSED = "Paused"


class ChangeRenewalDate:
    """Billsby does not tell its word for a pause; a status of another word is not called done."""

    operation = "billsby_change_renewal_date"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        unique_id = known(arguments, "subscriptionUniqueId")
        subscription, _ = get_subscription(read, unique_id)
        fields = {name: subscription.fields.get(name) for name in FIELDS}
        fields["next_billing_at"] = _text(subscription.fields.get("next_billing_at"))
        party = subscription.fields["customer_name"]
        title = f"{subscription.fields['plan_name']} of {party}"
        return snapshot("subscription", unique_id, title=title, party=party, fields=fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        is_pause, fields = arguments["pauseSubscription"], before.fields
        wanted = day(_wanted(arguments))
        verb, until = (
            ("Pause", f"until {wanted}") if is_pause else ("Move the next billing of", f"to {wanted}")
        )
        words = {"plan": str(fields["plan_name"]), "party": before.party}
        meanwhile = " It is paused until then." if is_pause else ""
        return Expectation(
            sentence=card(self.operation, verb=verb, until=until, **words),
            summary=f"Billsby bills {before.title} next on {wanted} and charges the stored card.{meanwhile}",
            money=Money(None, fields["currency"], "unknown"),
            goes_to=f"Your payment gateway, from {before.party}'s stored card",
            undo=undo(self.operation),
            changes=self._changes(before, wanted, is_pause=is_pause),
            flags=self._obstacles(before, arguments) or self._doubts(before, arguments),
        )

    def _changes(self, before: Snapshot, wanted: str, *, is_pause: bool) -> tuple[Change, ...]:
        status = str(before.fields["status"])
        changes = [sent("Next billing", wanted, day(_moment(before)))]
        if is_pause:
            changes.append(now_and_after("Status", status, PAUSED))
        elif status == PAUSED:
            changes.append(billsby_decides("Status", status))
        return (*changes, billsby_decides("Next bill", amount_text(before, "next_billing_minor")))

    def _obstacles(self, before: Snapshot, arguments: Mapping[str, Any]) -> tuple[Flag, ...]:
        wanted, status = _wanted(arguments), before.fields["status"]
        if status == "Cancelled":
            return (blocked("Cancelled", f"{before.title} is cancelled; nothing is billed any more."),)
        if wanted <= datetime.fromisoformat(before.read_at):
            return (
                blocked("Not ahead", f"{day(wanted)} has begun already; the next billing must lie ahead."),
            )
        if wanted == _moment(before) and arguments["pauseSubscription"] == (status == PAUSED):
            return (blocked("Nothing changes", f"{before.title} is billed on {day(wanted)} already."),)
        return ()

    def _doubts(self, before: Snapshot, arguments: Mapping[str, Any]) -> tuple[Flag, ...]:
        wanted, status, now = _wanted(arguments), str(before.fields["status"]), _moment(before)
        flags: tuple[Flag, ...] = ()
        if now and wanted < now:
            flags += (Flag("caution", "Charged earlier", f"It would be billed on {day(now)} otherwise."),)
        if status == PAUSED and not arguments["pauseSubscription"]:
            detail = f"{before.title} is paused. Billsby decides if it runs again at once."
            flags += (Flag("caution", "Paused now", detail),)
        if status not in ("Active", "InTrial", PAUSED):
            flags += (
                Flag("high", "Not running", f"{before.title} is {status.lower()}. Billsby may refuse."),
            )
        return flags

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        before, wanted = attempt.before, _wanted(attempt.arguments)
        try:
            subscription, _ = get_subscription(read, before.key)
        except NotFoundError:
            return Verdict("cannot_tell", "Billsby no longer shows this subscription.")
        status, now = subscription.fields["status"], subscription.fields.get("next_billing_at")
        after = {"status": status, "next_billing_at": _text(now)}
        if status == "Cancelled":
            return Verdict("refused", "Did not take effect: it was cancelled meanwhile.", after=after)
        is_same = (status, now) == (before.fields["status"], _moment(before))
        # Without an answer only the very moment that was sent is ours; with one the day is enough.
        is_moved = now == wanted or (attempt.answer is not None and now and now.date() == wanted.date())
        is_paused = status == PAUSED or not attempt.arguments["pauseSubscription"]
        if is_moved and is_paused and (not is_same or attempt.answer is not None):
            words = (
                f"is paused until {day(wanted)}" if status == PAUSED else f"is billed next on {day(wanted)}"
            )
            return Verdict("took", f"{before.title} {words}.", after=after)
        if is_same and not is_moved:
            return Verdict("absent", f"{before.title} is still billed next on {day(now)}.", after=after)
        sentence = f"{before.title} is {status}, next billed on {day(now)}: not quite what was asked for."
        return Verdict("cannot_tell", sentence, after=after)


def _wanted(arguments: Mapping[str, Any]) -> datetime:
    """The beginning of the day, which is what the request says."""
    return datetime.combine(date.fromisoformat(arguments["newRenewalDate"]), time(), UTC)


def _moment(before: Snapshot) -> datetime | None:
    text = before.fields["next_billing_at"]
    return datetime.fromisoformat(str(text)) if text else None


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""
