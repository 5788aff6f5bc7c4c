"""Changing the plan of a subscription, and ending one."""

from collections.abc import Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.extras import held_extras, wanted_add_ons, wanted_allowances
from connectors.billsby.judgements.wording import (
    amount_text,
    billsby_decides,
    blocked,
    customer_invoices,
    day,
    get_subscription,
    known,
    now_and_after,
    sent,
    snapshot,
)
from connectors.errors import NotFoundError
from connectors.judgements import NOTHING, card, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money

FIELDS = (
    *("status", "customer_vendor_id", "plan_vendor_id", "plan_name", "cycle_vendor_id", "units", "currency"),
    "next_billing_minor",
)
PLAN = ("plan_vendor_id", "cycle_vendor_id")
LABELS = {"units": "units", "add_ons": "add-ons", "allowances": "allowances"}


def _fields(subscription: Any, raw: Mapping[str, Any]) -> dict[str, Any]:
    fields = {name: subscription.fields.get(name) for name in FIELDS}
    fields["next_billing_on"] = day(subscription.fields.get("next_billing_at"))
    fields["next_plan_vendor_id"] = _id_text(raw.get("planIdNext"))
    fields["next_cycle_vendor_id"] = _id_text(raw.get("cycleIdNext"))
    fields["next_units"] = raw.get("unitsNext")
    return fields


def _id_text(value: object) -> str:
    return "" if value is None else str(value)


def _another_customer(before: Snapshot, arguments: Mapping[str, Any]) -> tuple[Flag, ...]:
    if arguments["customerUniqueId"] == before.fields["customer_vendor_id"]:
        return ()
    return (blocked("Another customer's subscription", f"{before.key} belongs to {before.party}."),)


class ChangePlan:
    """Prices are not in Billsby's answers, so what the change costs is Billsby's to say."""

    operation = "billsby_change_plan"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        unique_id = known(arguments, "subscriptionUniqueId")
        subscription, raw = get_subscription(read, unique_id)
        fields = _fields(subscription, raw) | {
            "cycle": mapping.period(raw.get("planPricingModel") or {}),
            **held_extras(read, unique_id, arguments),
            "product_name": subscription.fields["product_name"],
            **self._target(read, int(mapping.text(raw, "productId")), arguments),
        }
        party = subscription.fields["customer_name"]
        title = f"{subscription.fields['plan_name']} of {party}"
        return snapshot("subscription", unique_id, title=title, party=party, fields=fields)

    def _target(self, read: Read, product_id: int, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The wanted plan and cycle in words; "" where the subscription's product has none such."""
        plans = read("billsby_list_plans", {"productId": product_id})
        plan = next((row for row in plans if row["planId"] == known(arguments, "planId")), None)
        cycles = plan.get("cycles") or [] if plan else []
        cycle = next((row for row in cycles if row["cycleId"] == known(arguments, "cycleId")), None)
        model = (cycle or {}).get("pricingModel") or {}
        return {
            "target_plan": (plan.get("displayName") or plan.get("name")) if plan else "",
            "target_cycle": mapping.period(model) if cycle else "",
            "target_price_minor": mapping.minor(model.get("price")),
        }

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        is_now = known(arguments, "planChangeType") == "now"
        fields = before.fields
        plan = str(fields["target_plan"] or f"plan {arguments['planId']}")
        when = "now" if is_now else "on renewal"
        moment = "at once" if is_now else f"when it renews on {fields['next_billing_on']}"
        return Expectation(
            sentence=card(self.operation, party=before.party, plan=plan, when=when),
            summary=f"{before.party} moves from {fields['plan_name']} to {plan} {moment}. "
            + ("Billsby bills the new cycle at once." if is_now else "Nothing is billed until then."),
            money=Money(None, fields["currency"], "unknown"),
            goes_to=f"Your payment gateway, from {before.party}'s stored card",
            undo=undo(self.operation),
            changes=self._changes(before, arguments, plan=plan, is_now=is_now),
            flags=(*self._obstacles(before, arguments), *self._doubts(before, arguments, is_now=is_now)),
        )

    def _changes(
        self, before: Snapshot, arguments: Mapping[str, Any], *, plan: str, is_now: bool
    ) -> tuple[Change, ...]:
        fields = before.fields
        takes_effect = "At once" if is_now else f"On renewal, {fields['next_billing_on']}"
        cycle = str(fields["target_cycle"] or f"cycle {arguments['cycleId']}")
        if fields["target_price_minor"] is not None:
            cycle += f", {format_money(fields['target_price_minor'], fields['currency'])}"
        changes = [
            sent("Plan", plan, str(fields["plan_name"])),
            sent("Billing cycle", cycle, str(fields["cycle"])),
            sent("Takes effect", takes_effect),
        ]
        if "units" in arguments:
            changes.append(sent("Units", f"{known(arguments, 'units'):,}", str(fields["units"])))
        for label, name, wanted in (
            ("Add-ons", "add_ons", wanted_add_ons(arguments)),
            ("Allowances", "allowances", wanted_allowances(arguments)),
        ):
            if wanted is not None:
                changes.append(sent(label, wanted or "None", str(fields[name] or NOTHING)))
        if is_now:
            credit = "Credited on the first new invoice" if arguments["issueRefund"] else "Not credited"
            changes.append(sent("Unused part of the old plan", credit))
            changes.append(billsby_decides("Charged at once"))
            changes.append(billsby_decides("Next billing date", str(fields["next_billing_on"])))
        changes.append(billsby_decides("Next bill", amount_text(before, "next_billing_minor")))
        return tuple(changes)

    def _obstacles(self, before: Snapshot, arguments: Mapping[str, Any]) -> tuple[Flag, ...]:
        fields = before.fields
        if flags := _another_customer(before, arguments):
            return flags
        if fields["status"] == "Cancelled":
            return (blocked("Cancelled", f"{before.title} is cancelled; its plan cannot change."),)
        if not fields["target_plan"]:
            detail = f"{fields['product_name']} has no plan {arguments['planId']}."
            return (blocked("No such plan", detail),)
        if not fields["target_cycle"]:
            detail = f"{fields['target_plan']} has no billing cycle {arguments['cycleId']}."
            return (blocked("No such cycle", detail),)
        same = (str(arguments["planId"]), str(arguments["cycleId"])) == (
            fields["plan_vendor_id"],
            fields["cycle_vendor_id"],
        )
        rest = {
            "units": arguments.get("units"),
            "add_ons": wanted_add_ons(arguments),
            "allowances": wanted_allowances(arguments),
        }
        if same and all(wanted in (None, fields[name]) for name, wanted in rest.items()):
            return (blocked("Nothing changes", f"{before.party} already has all of this."),)
        return ()

    def _doubts(self, before: Snapshot, arguments: Mapping[str, Any], *, is_now: bool) -> tuple[Flag, ...]:
        flags: list[Flag] = []
        for name, field, argument in (
            ("add-ons", "add_ons", "addOns"),
            ("allowances", "allowances", "allowances"),
        ):
            if before.fields[field] and argument not in arguments:
                detail = f"The change names none of its {name}. Billsby decides if they stay."
                flags.append(Flag("caution", f"May lose its {name}", detail))
        if before.fields["next_plan_vendor_id"]:
            detail = "Another plan change already waits for renewal; this one may replace it."
            flags.append(Flag("caution", "A change is waiting", detail))
        if is_now:
            detail = "Billsby starts a new billing period and charges the stored card."
            flags.append(Flag("caution", "Billed at once", detail))
        elif arguments["issueRefund"]:
            detail = "A credit is only made when the plan changes now."
            flags.append(Flag("caution", "No credit on renewal", detail))
        return tuple(flags)

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        arguments, before = attempt.arguments, attempt.before.fields
        subscription, raw = get_subscription(read, attempt.before.key)
        fields = _fields(subscription, raw)
        is_later = arguments["planChangeType"] == "on_renewal"
        wanted = _wanted(arguments, is_later=is_later)
        if {"add_ons", "allowances"} & wanted.keys():
            fields |= held_extras(read, attempt.before.key, arguments)
        prefix = "next_" if is_later else ""
        is_now = {name: fields[prefix + name] for name in wanted}
        was = {name: before.get(prefix + name) for name in wanted}
        names = ("status", "plan_vendor_id", "next_plan_vendor_id", *(prefix + name for name in wanted))
        after = {name: fields[name] for name in names}
        plan = fields["plan_name"]
        if is_now == wanted:
            if is_later and "allowances" in arguments and was == wanted and attempt.answer is None:
                sentence = "The same change waited before, and Billsby does not show the allowances of one."
                return Verdict("cannot_tell", sentence, after=after)
            sentence = "The new plan waits for renewal." if is_later else f"The subscription is on {plan}."
            return Verdict("took", sentence, after=after)
        if fields["status"] == "Cancelled":
            return Verdict("refused", "Did not take effect: it was cancelled meanwhile.", after=after)
        if is_now == was or any(is_now[name] != wanted[name] for name in PLAN):
            return Verdict("absent", f"The change does not show: the subscription is on {plan}.", after=after)
        differs = ", ".join(LABELS[name] for name in wanted if is_now[name] != wanted[name])
        sentence = f"Plan and cycle are as asked for, but not the {differs}."
        return Verdict("cannot_tell", sentence, after=after)


def _wanted(arguments: Mapping[str, Any], *, is_later: bool) -> dict[str, Any]:
    """The fields that show whether a change took effect. Allowances do not tell what comes on renewal."""
    wanted = {
        "plan_vendor_id": str(arguments["planId"]),
        "cycle_vendor_id": str(arguments["cycleId"]),
        "units": arguments.get("units"),
        "add_ons": wanted_add_ons(arguments),
        "allowances": None if is_later else wanted_allowances(arguments),
    }
    return {name: value for name, value in wanted.items() if value is not None}


class CancelSubscription:
    operation = "billsby_cancel_subscription"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        unique_id = known(arguments, "subscriptionUniqueId")
        subscription, raw = get_subscription(read, unique_id)
        invoices = customer_invoices(read, subscription.fields["customer_vendor_id"])
        waiting = [invoice for invoice in invoices if invoice.fields["status"] in mapping.OPEN_STATUSES]
        numbers = sorted(invoice.vendor_id for invoice in waiting)
        fields = _fields(subscription, raw) | {"open_invoices": " ".join(numbers)}
        party = subscription.fields["customer_name"]
        title = f"{subscription.fields['plan_name']} of {party}"
        return snapshot("subscription", unique_id, title=title, party=party, fields=fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields = before.fields
        plan = str(fields["plan_name"])
        return Expectation(
            sentence=card(self.operation, plan=plan, party=before.party),
            summary=f"{plan} of {before.party} ends at once and for good. Nothing is refunded; without "
            "another subscription the customer becomes inactive.",
            money=Money(None, None, "none"),
            goes_to="No money moves",
            undo=undo(self.operation),
            changes=(
                now_and_after("Status", str(fields["status"]), "Cancelled"),
                now_and_after("Next billing", str(fields["next_billing_on"]), "None"),
                now_and_after("Next bill", amount_text(before, "next_billing_minor"), NOTHING),
            ),
            flags=(*self._obstacles(before, arguments), *self._open_invoices(before)),
        )

    def _obstacles(self, before: Snapshot, arguments: Mapping[str, Any]) -> tuple[Flag, ...]:
        if flags := _another_customer(before, arguments):
            return flags
        if before.fields["status"] == "Cancelled":
            return (blocked("Cancelled", f"{before.title} is cancelled already."),)
        return ()

    def _open_invoices(self, before: Snapshot) -> tuple[Flag, ...]:
        numbers = str(before.fields["open_invoices"]).split()
        if not numbers:
            return ()
        more = f" and {len(numbers) - 3} more" if len(numbers) > 3 else ""
        detail = f"Billsby refuses to cancel while invoices are open: {', '.join(numbers[:3])}{more}."
        return (Flag("high", "Open invoices", detail),)

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        try:
            subscription, raw = get_subscription(read, attempt.before.key)
        except NotFoundError:
            return Verdict("cannot_tell", "Billsby no longer shows this subscription.")
        status = subscription.fields["status"]
        after = {"status": status, "next_billing_on": _fields(subscription, raw)["next_billing_on"]}
        if status == "Cancelled":
            return Verdict("took", "The subscription is cancelled.", after=after)
        return Verdict("absent", f"The subscription is still {status}.", after=after)
