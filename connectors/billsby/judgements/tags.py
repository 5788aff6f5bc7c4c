"""Adding tags to a subscription, and removing one."""

from collections.abc import Mapping
from typing import Any

from connectors.billsby.judgements.wording import (
    blocked,
    get_subscription,
    known,
    now_and_after,
    sent,
    snapshot,
)
from connectors.errors import NotFoundError
from connectors.judgements import NOTHING, card, only_reference, undo
from connectors.judging import Attempted, Expectation, Flag, Money, Read, Snapshot, Verdict


def _look(read: Read, unique_id: str, more: Mapping[str, Any]) -> Snapshot:
    subscription, _ = get_subscription(read, unique_id)
    names = ("status", "customer_vendor_id", "plan_name")
    fields = {name: subscription.fields[name] for name in names} | more
    party = subscription.fields["customer_name"]
    title = f"{subscription.fields['plan_name']} of {party}"
    return snapshot("subscription", unique_id, title=title, party=party, fields=fields)


def _tags(read: Read, unique_id: str) -> tuple[list[str], list[str]]:
    """The tags of the subscription's plan, and those it has beside them."""
    split = read("billsby_get_subscription_tags_split", {"subscriptionUniqueId": unique_id})
    return split.get("planFeatureTags") or [], split.get("subscriptionFeatureTags") or []


def _listed(tags: list[str]) -> str:
    return ", ".join(sorted(tags))


class AddTags:
    operation = "billsby_add_subscription_tags"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        unique_id = known(arguments, "subscriptionUniqueId")
        of_plan, own = _tags(read, unique_id)
        wanted = dict.fromkeys(arguments["tagNames"])
        there = [tag for tag in wanted if tag in of_plan or tag in own]
        return _look(
            read, unique_id, {"tags": _listed(own), "there": _listed(there), "new": len(wanted) - len(there)}
        )

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        tags, there = _listed(arguments["tagNames"]), str(before.fields["there"])
        noun = "tag" if len(arguments["tagNames"]) == 1 else "tags"
        flags: tuple[Flag, ...] = ()
        if not before.fields["new"]:
            flags = (blocked("Nothing changes", f"{before.title} has {there} already."),)
        elif there:
            flags = (Flag("info", "Partly there", f"{before.title} has {there} already."),)
        words = {"tags": f"{noun} {tags}", "plan": str(before.fields["plan_name"]), "party": before.party}
        return Expectation(
            sentence=card(self.operation, **words),
            summary=f"{before.title} gets the {noun} {tags}, beside those of its plan.",
            money=Money(None, None, "none"),
            goes_to="No money moves",
            undo=undo(self.operation),
            changes=(sent("Tags to add", tags, str(before.fields["tags"]) or NOTHING),),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        wanted = attempt.arguments["tagNames"]
        try:
            of_plan, own = _tags(read, attempt.before.key)
        except NotFoundError:
            return Verdict("cannot_tell", "Billsby no longer shows this subscription.")
        after = {"tags": _listed(own)}
        missing = [tag for tag in wanted if tag not in of_plan and tag not in own]
        if not missing and (attempt.before.fields["new"] or attempt.answer is not None):
            return Verdict("took", f"{attempt.before.title} has {_listed(wanted)}.", after=after)
        if not missing:
            return Verdict("cannot_tell", "It had these tags before, and the answer was lost.", after=after)
        if len(missing) == attempt.before.fields["new"]:
            return Verdict("absent", f"{attempt.before.title} has no {_listed(missing)}.", after=after)
        return Verdict(
            "cannot_tell", f"Only some of the tags show; {_listed(missing)} is missing.", after=after
        )


class RemoveTag:
    operation = "billsby_remove_subscription_tag"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        unique_id, tag = known(arguments, "subscriptionUniqueId"), known(arguments, "tagName")
        of_plan, own = _tags(read, unique_id)
        fields = {"tags": _listed(own), "is_own": tag in own, "is_of_plan": tag in of_plan}
        return _look(read, unique_id, fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        tag, fields = arguments["tagName"], before.fields
        flags: tuple[Flag, ...] = ()
        if not fields["is_own"]:
            why = "comes with its plan, so it stays" if fields["is_of_plan"] else "is not on it"
            flags = (blocked("No such tag", f"{tag} {why}: {before.title}."),)
        elif fields["is_of_plan"]:
            flags = (Flag("info", "Still there", f"{tag} also comes with its plan, and that one stays."),)
        words = {"tag": tag, "plan": str(fields["plan_name"]), "party": before.party}
        return Expectation(
            sentence=card(self.operation, **words),
            summary=f"{before.title} loses the tag {tag}. Its other tags stay.",
            money=Money(None, None, "none"),
            goes_to="No money moves",
            undo=undo(self.operation),
            changes=(now_and_after(f"Tag {tag}", "On it" if fields["is_own"] else NOTHING, NOTHING),),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        tag = attempt.arguments["tagName"]
        try:
            _, own = _tags(read, attempt.before.key)
        except NotFoundError:
            return Verdict("cannot_tell", "Billsby no longer shows this subscription.")
        after = {"tags": _listed(own)}
        if tag in own:
            return Verdict("absent", f"{attempt.before.title} still has {tag}.", after=after)
        return Verdict("took", f"{attempt.before.title} no longer has {tag}.", after=after)
