"""Starting a subscription, for a customer who is there or with a new one."""

from collections.abc import Mapping
from typing import Any

from connectors.ahead import InTurn
from connectors.billsby import mapping
from connectors.billsby.judgements.customers import ADDRESS, full_name, with_email
from connectors.billsby.judgements.extras import wanted_add_ons, wanted_allowances
from connectors.billsby.judgements.wording import (
    billsby_decides,
    blocked,
    card_flags,
    card_words,
    get_customer,
    get_subscription,
    known,
    sent,
    snapshot,
)
from connectors.billsby.streams import listed
from connectors.judgements import card, only_reference, undo, verdict
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money
from connectors.registry import Record


class AddSubscription:
    operation = "billsby_add_subscription"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        unique_id = known(arguments, "customerUniqueId")
        customer = get_customer(read, unique_id)
        held = read("billsby_list_customer_subscriptions", {"customerUniqueId": unique_id})
        fields = {
            "status": customer.fields["status"],
            "card_status": customer.fields.get("card_status"),
            "subscriptions": " ".join(sorted(mapping.text(row, "subscriptionId") for row in held)),
            "running": ", ".join(
                str(row.get("planName")) for row in held if mapping.status(row) != "Cancelled"
            ),
            **wanted_cycle(read, arguments["cycleId"]),
        }
        name = customer.fields["name"]
        return snapshot("customer", unique_id, title=name, party=name, fields=fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields = before.fields
        plan = str(fields["plan"] or f"cycle {arguments['cycleId']}")
        return Expectation(
            sentence=card(self.operation, party=before.party, plan=plan),
            summary=f"{before.party} is subscribed to {plan}. Billsby charges the stored card at once.",
            money=Money(None, str(fields["currency"]) or None, "unknown"),
            goes_to=f"Your payment gateway, from {before.party}'s stored card",
            undo=undo(self.operation),
            changes=start_changes(before, arguments),
            flags=(
                *start_obstacles(before, arguments),
                *self._doubts(before),
                *card_flags(fields["card_status"], before.party),
            ),
        )

    def _doubts(self, before: Snapshot) -> tuple[Flag, ...]:
        flags: tuple[Flag, ...] = ()
        if running := before.fields["running"]:
            detail = f"Billsby takes one plan per customer, and {before.party} has {running}."
            flags += (Flag("high", "Has a subscription", detail),)
        if before.fields["status"] == "Inactive":
            detail = f"{before.party} is inactive, which Billsby says is for good. Expect this to fail."
            flags += (Flag("high", "Inactive customer", detail),)
        return flags

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        answer = attempt.answer if isinstance(attempt.answer, dict) else {}
        seen = str(attempt.before.fields["subscriptions"]).split()

        def search() -> list[Record]:
            rows = read("billsby_list_customer_subscriptions", {"customerUniqueId": attempt.before.key})
            found = [mapping.text(row, "subscriptionId") for row in rows]
            return [get_subscription(read, key)[0] for key in found if key not in seen]

        return started(read, answer, search, attempt)


class CreateSubscription:
    """Billsby shows no card: without an answer, what is found may have been started with another one."""

    operation = "billsby_create_subscription"

    def look(self, read: Read, arguments: Mapping[str, Any]) -> Snapshot:
        only_reference(arguments)
        there = with_email(read, arguments)
        same_email = " ".join(sorted(record.vendor_id for record in there))
        fields = {"same_email": same_email, **wanted_cycle(read, arguments["cycleId"])}
        name = full_name(arguments)
        return snapshot("subscription", "", title=f"new customer {name}", party=name, fields=fields)

    def expect(self, before: Snapshot, arguments: Mapping[str, Any]) -> Expectation:
        fields = before.fields
        plan = str(fields["plan"] or f"cycle {arguments['cycleId']}")
        flags = start_obstacles(before, arguments)
        if there := fields["same_email"]:
            detail = f"Billsby already has {there} with {arguments['email']} and would keep both."
            flags += (Flag("high", "Same e-mail address", detail),)
        address = _line({name: arguments[name] for name in ADDRESS if name in arguments})
        return Expectation(
            sentence=card(self.operation, name=before.party, plan=plan),
            summary=f"Billsby gets a new customer, {before.party}, subscribed to {plan}, "
            "and charges their card at once.",
            money=Money(None, str(fields["currency"]) or None, "unknown"),
            goes_to=f"Your payment gateway, from {before.party}'s card",
            undo=undo(self.operation),
            changes=(
                sent("Name", before.party),
                sent("E-mail", arguments["email"]),
                sent("Address", address),
                sent("Card", card_words(arguments)),
                *start_changes(before, arguments),
            ),
            flags=flags,
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        answer = attempt.answer if isinstance(attempt.answer, dict) else {}
        if answer.get("subscriptionUniqueId"):
            return started(read, answer, list, attempt)
        seen = str(attempt.before.fields["same_email"]).split()
        made = [it.vendor_id for it in with_email(read, attempt.arguments) if it.vendor_id not in seen]
        if made:
            found = f"Billsby shows {', '.join(made)} with that e-mail, made since then"
            return Verdict("cannot_tell", f"{found}; it does not show with which card.")
        return Verdict("absent", "Billsby shows no such customer made since the request was sent.")


def started(read: Read, answer: Mapping[str, Any], search: Any, attempt: Attempted) -> Verdict:
    """Find the subscription that was started: by the answer's id, else among those that `search` gives."""
    return verdict(
        answer.get("subscriptionUniqueId") or None,
        vendor="Billsby",
        thing="subscription",
        get=lambda key: get_subscription(read, key)[0],
        search=search,
        alike=lambda record: True,
        differs=lambda record: _difference(record, attempt.arguments),
        named=lambda record: f"subscription {record.vendor_id}",
        told=_told,
    )


def _difference(record: Record, arguments: Mapping[str, Any]) -> str:
    if record.fields["cycle_vendor_id"] != str(arguments["cycleId"]):
        return f"its billing cycle is {record.fields['cycle_vendor_id']}"
    if "units" in arguments and record.fields["units"] != arguments["units"]:
        return f"its units are {record.fields['units']}"
    return ""


def _told(record: Record) -> Verdict:
    status = record.fields["status"]
    sentence = f"Subscription {record.vendor_id} to {record.fields['plan_name']} was started; it is {status}."
    customer_id = record.fields["customer_vendor_id"]
    results = {"id": record.vendor_id, "customerUniqueId": customer_id}
    return Verdict("took", sentence, results, {"status": status, "units": record.fields["units"]})


def wanted_cycle(read: Read, cycle_id: int) -> dict[str, Any]:
    """The plan that the cycle belongs to, in words; "" where no product has it."""
    for part in listed(InTurn(read), "billsby_list_products"):
        for product in map(mapping.product, part.rows):
            for raw in read("billsby_list_plans", {"productId": int(product.vendor_id)}):
                plan = mapping.plan(raw, product=product)
                for cycle in raw.get("cycles") or []:
                    if cycle["cycleId"] == cycle_id:
                        model = cycle.get("pricingModel") or {}
                        return {
                            "plan": plan.fields["name"],
                            "plan_id": int(plan.vendor_id),
                            "product": product.fields["name"],
                            "cycle": mapping.period(model),
                            "price_minor": mapping.minor(model.get("price")),
                            "currency": product.fields["currency"],
                        }
    return {"plan": "", "plan_id": None, "product": "", "cycle": "", "price_minor": None, "currency": ""}


def start_changes(before: Snapshot, arguments: Mapping[str, Any]) -> tuple[Change, ...]:
    fields = before.fields
    cycle = str(fields["cycle"] or f"cycle {arguments['cycleId']}")
    if fields["price_minor"] is not None:
        cycle += f", {format_money(fields['price_minor'], fields['currency'])}"
    changes = [sent("Plan", f"{fields['plan']} of {fields['product']}"), sent("Billing cycle", cycle)]
    for label, wanted in (
        ("Units", f"{arguments['units']:,}" if "units" in arguments else None),
        ("Add-ons", wanted_add_ons(arguments)),
        ("Allowances", wanted_allowances(arguments)),
        ("Coupons", ", ".join(one["couponCode"] for one in arguments.get("couponCodes", ()))),
        ("Ships to", _line(arguments.get("shippingAddress"))),
        ("Second e-mail", arguments.get("additionalEmail")),
        ("Telephone", _phone(arguments)),
    ):
        if wanted:
            changes.append(sent(label, wanted))
    return (*changes, billsby_decides("Charged at once"), billsby_decides("Subscription id"))


def start_obstacles(before: Snapshot, arguments: Mapping[str, Any]) -> tuple[Flag, ...]:
    if not before.fields["plan"]:
        return (blocked("No such cycle", f"No plan has a billing cycle {arguments['cycleId']}."),)
    plans = {one["planId"] for one in arguments.get("couponCodes", ())}
    if plans - {before.fields["plan_id"]}:
        return (
            blocked("A coupon for another plan", f"The cycle belongs to plan {before.fields['plan_id']}."),
        )
    dial = ("phoneNumberDialCountry", "phoneNumberDialCode")
    if "phoneNumber" in arguments and not all(name in arguments for name in dial):
        return (blocked("Half a telephone number", "A telephone number needs its country and dial code."),)
    return ()


def _line(address: Mapping[str, Any] | None) -> str:
    return ", ".join(str(part) for part in (address or {}).values() if part)


def _phone(arguments: Mapping[str, Any]) -> str:
    number = arguments.get("phoneNumber")
    return f"+{arguments.get('phoneNumberDialCode', '')} {number}" if number else ""
