"""Billing cycles of a plan: how they read on a card, and adding some."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.fields import Arguments, in_words
from connectors.billsby.judgements.wording import billsby_decides, blocked, sent, snapshot
from connectors.errors import NotFoundError
from connectors.judgements import card, only_reference, undo
from connectors.judging import Attempted, Change, Expectation, Flag, Money, Read, Snapshot, Verdict
from connectors.money import format_money
from connectors.registry import Record
from connectors.schemas import is_reference

LABELS = {
    "frequency": "Every",
    "frequencyType": "Period",
    "price": "Price",
    "freeTrial": "Free trial",
    "freeTrialFrequencyType": "Free trial in",
    "contractTerm": "Contract term",
    "contractTermFrequencyType": "Contract term in",
    "setupFeePrice": "Set-up fee",
    "freeQuantity": "Free units",
    "billingDateType": "Billing date",
    "fixedBillingDateDay": "Fixed day",
    "fixedBillingDateMonth": "Fixed month",
    "proRateOption": "Proration",
    "visibility": "Visibility of the cycle",
    "tiers": "Tiers",
}
BILLING_DATES = ("", "Anniversary", "Fixed day each month", "Fixed day of the week")
PRO_RATES = (
    "",
    "Do not pro rate",
    "Do not charge until next cycle",
    "Pro rate based on days remaining",
)
NAMES = {
    "frequencyType": mapping.FREQUENCIES,
    "freeTrialFrequencyType": mapping.FREQUENCIES,
    "contractTermFrequencyType": mapping.FREQUENCIES,
    "billingDateType": BILLING_DATES,
    "proRateOption": PRO_RATES,
    "visibility": mapping.VISIBILITIES,
}
MONEY = ("price", "setupFeePrice")


def spoken(word: str) -> str:
    """do_not_pro_rate and DoNotProRate as people say it."""
    return re.sub("_|(?<=[a-z])(?=[A-Z])", " ", word).capitalize()


def get_product(read: Read, number: int) -> Record:
    return mapping.product(read("billsby_get_product", {"productId": number}))


def find_plan(read: Read, product_number: int, key: str) -> Mapping[str, Any]:
    """The plan as its product's list has it: Billsby has no call for one plan."""
    for row in read("billsby_list_plans", {"productId": product_number}):
        if mapping.text(row, "planId") == key:
            return row
    raise NotFoundError(f"Product {product_number} has no plan {key}.", vendor="Billsby", status=404)


def cycle_words(cycle: Mapping[str, Any], currency: str) -> dict[str, str]:
    """Label → words, for a cycle as it is asked for or, numbers for enumerations, as Billsby shows it."""
    words = {}
    for name, label in LABELS.items():
        if name not in cycle:
            continue
        value = cycle[name]
        if name in NAMES:
            words[label] = spoken(mapping.named(value, NAMES[name]))
        elif name in MONEY:
            words[label] = format_money(mapping.minor(value), currency)
        elif name == "tiers":
            words[label] = "; ".join(_tier(tier, currency) for tier in value or [])
        else:
            words[label] = in_words(value)
    return words


def cycle_shown(plan: Mapping[str, Any], key: str, currency: str) -> dict[str, str]:
    """The words of one of a plan's cycles, nothing where the plan has no such cycle."""
    for cycle in plan.get("cycles") or []:
        if mapping.text(cycle, "cycleId") == key:
            known = {**(cycle.get("pricingModel") or {}), "visibility": cycle.get("visibility")}
            return {"Cycle": key, **cycle_words(known, currency)}
    return {}


def _tier(tier: Mapping[str, Any], currency: str) -> str:
    last = "on" if tier.get("finish") is None else f"to {tier['finish']}"
    return f"{tier['start']} {last} {format_money(mapping.minor(tier['price']), currency)}"


class CreateCycles:
    """Billsby shows a new cycle without its price: only its own answer proves which cycles are ours."""

    operation = "billsby_create_cycles"

    def look(self, read: Read, arguments: Arguments) -> Snapshot:
        only_reference(arguments, "productId", "planId")
        fields: dict[str, Any] = {"add_ons": _names(read, arguments, "addOns")}
        fields["allowances"] = _names(read, arguments, "allowances")
        number = arguments["planId"]
        if is_reference(number) or is_reference(arguments["productId"]):
            step = (number if is_reference(number) else arguments["productId"])["$ref"]["step"]
            title = f"the plan that step {step} creates"
            return snapshot("plan", "", title=title, party=title, fields=fields | {"there": ""})
        product = get_product(read, arguments["productId"])
        raw = find_plan(read, arguments["productId"], str(number))
        plan = mapping.plan(raw, product=product)
        fields["there"] = " ".join(mapping.text(cycle, "cycleId") for cycle in raw.get("cycles") or [])
        fields |= {"plan": plan.fields["name"], "currency": product.fields["currency"]}
        party = product.fields["name"]
        return snapshot("plan", plan.vendor_id, title=plan.fields["name"], party=party, fields=fields)

    def expect(self, before: Snapshot, arguments: Arguments) -> Expectation:
        count = len(arguments["cycles"])
        cycles = "a billing cycle" if count == 1 else f"{count} billing cycles"
        return Expectation(
            sentence=card(self.operation, title=before.title, count=cycles),
            summary=f"Billsby adds {cycles} to {before.title}. Nobody is charged until they subscribe.",
            money=Money(None, None, "none"),
            goes_to="No money moves",
            undo=undo(self.operation),
            changes=(*_changes(before, arguments), billsby_decides("Numbers of the cycles")),
            flags=(
                *_unknown(before, arguments),
                Flag("info", "Prices in minor units", "Billsby's documentation does not state the unit."),
            ),
        )

    def probe(self, read: Read, attempt: Attempted) -> Verdict:
        arguments, before = attempt.arguments, attempt.before
        currency = get_product(read, arguments["productId"]).fields["currency"]
        plan = find_plan(read, arguments["productId"], str(arguments["planId"]))
        there = str(before.fields["there"]).split()
        keys = [mapping.text(cycle, "cycleId") for cycle in plan.get("cycles") or []]
        answered = _answered(attempt.answer)
        new = [key for key in keys if key not in there and (not answered or key in answered)]
        asked = [cycle_words(cycle, currency) for cycle in arguments["cycles"]]
        if not new or (answered and len(new) < len(answered)):
            return Verdict("absent", "Billsby shows no such cycle made since the request was sent.")
        shown = [cycle_shown(plan, key, currency) for key in new]
        listed = ", ".join(new)
        if len(asked) != len(new) or any(map(_differ, asked, shown)):
            sentence = f"Billsby shows cycles {listed} made since then, but they are not what was asked for."
            return Verdict("cannot_tell", sentence)
        is_whole = all(set(one) <= set(other) for one, other in zip(asked, shown, strict=True))
        if not answered and (not is_whole or arguments["addOns"] or arguments["allowances"]):
            sentence = f"Billsby shows cycles {listed} made since then, but not everything about them."
            return Verdict("cannot_tell", sentence)
        return Verdict("took", f"Cycles were added: {listed}.", {"id": new[0]})


def _answered(answer: Any) -> list[str]:
    rows = answer if isinstance(answer, list) else []
    return [str(row["cycleId"]) for row in rows if isinstance(row, Mapping) and row.get("cycleId")]


def _differ(asked: Mapping[str, str], shown: Mapping[str, str]) -> bool:
    return any(shown.get(label, value) != value for label, value in asked.items())


def _changes(before: Snapshot, arguments: Arguments) -> Iterator[Change]:
    currency = str(before.fields.get("currency") or "")
    for at, cycle in enumerate(arguments["cycles"], start=1):
        words = cycle_words(cycle, currency).items()
        yield sent(f"Cycle {at}", ", ".join(f"{label.lower()} {value}" for label, value in words if value))
    for kind, thing, key in (("addOns", "Add-on", "addOnId"), ("allowances", "Allowance", "allowanceId")):
        names = _by_number(before, kind)
        for extra in arguments[kind]:
            forced = "on every subscription" if extra.get("isForced") else "to be chosen"
            prices = "; ".join(_extra_price(price) for price in extra.get("prices", []))
            number = str(extra[key])
            yield sent(f"{thing} {names.get(number, number)}", ", ".join(filter(None, (forced, prices))))


def _extra_price(price: Mapping[str, Any]) -> str:
    currency = price["currencyCode"]
    parts = [f"every {price['frequency']} {price['frequencyType']}"]
    if "includedUnits" in price:
        parts.append(f"{price['includedUnits']} included")
    for name, words in (("flatFeePrice", "flat"), ("pricePerUnit", "a unit")):
        if name in price:
            parts.append(f"{format_money(price[name], currency)} {words}")
    return ", ".join([*parts, *(_tier(tier, currency) for tier in price.get("tiers", []))])


def _names(read: Read, arguments: Arguments, kind: str) -> str:
    """What there is, as "5 Seats" lines, where the request names some; nothing otherwise."""
    if not arguments[kind]:
        return ""
    list_operation, record = {
        "addOns": ("billsby_list_addons", mapping.add_on),
        "allowances": ("billsby_list_allowances", mapping.allowance),
    }[kind]
    there = map(record, read(list_operation, {}))
    return "\n".join(f"{one.vendor_id} {one.fields['name']}" for one in there)


def _by_number(before: Snapshot, kind: str) -> dict[str, str]:
    lines = str(before.fields[{"addOns": "add_ons"}.get(kind, kind)]).splitlines()
    return dict(line.split(" ", 1) for line in lines)


def _unknown(before: Snapshot, arguments: Arguments) -> tuple[Flag, ...]:
    for kind, key, thing in (("addOns", "addOnId", "add-on"), ("allowances", "allowanceId", "allowance")):
        known = _by_number(before, kind)
        for extra in arguments[kind]:
            if str(extra[key]) not in known:
                return (blocked(f"No such {thing}", f"Billsby has no {thing} {extra[key]}."),)
    return ()
