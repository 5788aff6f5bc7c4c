"""Products and their plans: making them, changing them, ordering them."""

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.billsby import mapping
from connectors.billsby.judgements.cycles import cycle_shown, cycle_words, find_plan, get_product, spoken
from connectors.billsby.judgements.fields import (
    Arguments,
    CreateFields,
    Shown,
    UpdateFields,
    Values,
    in_words,
    labelled,
)
from connectors.billsby.judgements.wording import blocked
from connectors.judgements import only_reference
from connectors.judging import Flag, Money, Read, Snapshot
from connectors.schemas import is_reference

PRODUCT_LABELS = {
    "name": "Name",
    "displayName": "Display name",
    "description": "Description",
    "visibility": "Visibility",
    "billingCurrency": "Billing currency",
    "isShippingAddressRequired": "Shipping address",
    "isShippingAddressValidationRequired": "Checked shipping address",
    "isBillingAddressValidationRequired": "Checked billing address",
    "isAdditionalEmailRequired": "Additional e-mail",
    "isPhoneNumberRequired": "Telephone number",
    "isMarketingConsentRequired": "Marketing consent",
    "alertEmail": "Alerts go to",
    "orderedCustomFields": "Custom fields",
    "typeOfProduct": "Type",
    "productCountryLimitation": "Countries",
}
PLAN_LABELS = {
    "name": "Name",
    "displayName": "Display name",
    "description": "Description",
    "pricingModel": "Pricing model",
    "featureTags": "Feature tags",
    "visibility": "Visibility",
    "redirectUrl": "Redirect to",
    "alertEmail": "Alerts go to",
}
PAGE = 500
SEARCHED = 200  # letters that a search takes
PRODUCT_TYPES = ("", "Tiered", "Multi sku")
PRICING_MODELS = ("", "Flat fee", "Per unit", "Reserved", "Tiered", "Volume", "Ranged")


def _product_names(read: Read, arguments: Arguments) -> Mapping[str, str]:
    return {mapping.text(row, "productId"): row.get("name") or "" for row in _products(read)}


def _products(read: Read, **filters: Any) -> Iterator[Mapping[str, Any]]:
    """Every row of the list, however many pages it takes."""
    after: dict[str, str] = {}
    while True:
        rows = read("billsby_list_products", {**filters, "limit": PAGE, **after})
        yield from rows
        if rows.next is None:
            return
        after = {"after": rows.next}


def _show_product(read: Read, arguments: Arguments, key: str) -> Shown:
    """Only the list tells custom fields, and only the details tell countries."""
    raw = {**read("billsby_get_product", {"productId": int(key)})}
    if "orderedCustomFields" in arguments:
        rows = _products(read, search=str(raw.get("name") or "")[:SEARCHED])
        for row in (row for row in rows if mapping.text(row, "productId") == key):
            raw["orderedCustomFields"] = row.get("orderedCustomFields") or []
    raw["visibility"] = spoken(mapping.named(raw.get("visibility"), mapping.VISIBILITIES))
    raw["typeOfProduct"] = mapping.named(raw.get("typeOfProduct"), PRODUCT_TYPES)
    raw["productCountryLimitation"] = _countries(raw.get("productCountryLimitation") or {}, "countryIso3")
    title = mapping.product(raw).fields["name"]
    currency = mapping.product(raw).fields["currency"]
    return Shown(key, title, title, labelled(raw, PRODUCT_LABELS), currency)


def _asked_of_product(arguments: Arguments, currency: str) -> Values:
    only_reference(arguments)
    given = {**arguments}
    for name in ("visibility", "typeOfProduct"):
        if name in given:
            given[name] = spoken(given[name])
    if "productCountryLimitation" in given:
        given["productCountryLimitation"] = _countries(given["productCountryLimitation"], "country")
    return labelled(given, PRODUCT_LABELS)


def _countries(limitation: Mapping[str, Any], country: str) -> list[str]:
    chosen = limitation.get("countrySettings") or []
    scope = "All countries" if limitation.get("isAnyCountryAllowed") else "Only those named"
    return [scope, *sorted(f"{row[country]} ({row['addressPermission']})" for row in chosen)]


def _plan_names(read: Read, arguments: Arguments) -> Mapping[str, str]:
    if is_reference(arguments["productId"]):
        return {}
    rows = read("billsby_list_plans", {"productId": arguments["productId"]})
    return {mapping.text(row, "planId"): row.get("name") or "" for row in rows}


def _product_of(read: Read, arguments: Arguments) -> str:
    number = arguments["productId"]
    if is_reference(number):
        return f"the product that step {number['$ref']['step']} creates"
    return get_product(read, number).fields["name"]


def _show_plan(read: Read, arguments: Arguments, key: str) -> Shown:
    product = get_product(read, arguments["productId"])
    raw = {**find_plan(read, arguments["productId"], key)}
    currency = product.fields["currency"]
    title = mapping.plan(raw, product=product).fields["name"]
    raw["pricingModel"] = mapping.named(raw.get("pricingModelType"), PRICING_MODELS)
    raw["visibility"] = spoken(mapping.named(raw.get("visibility"), mapping.VISIBILITIES))
    values = labelled(raw, PLAN_LABELS)
    if "cycle" in arguments:
        values |= cycle_shown(raw, str(arguments["cycle"]["cycleId"]), currency)
    return Shown(key, title, product.fields["name"], values, currency)


def _asked_of_plan(arguments: Arguments, currency: str) -> Values:
    only_reference(arguments, "productId")
    given = {**arguments}
    for name in ("visibility", "pricingModel"):
        if name in given:
            given[name] = spoken(given[name])
    if "featureTags" in given:
        given["featureTags"] = [tag.strip() for tag in given["featureTags"].split(",") if tag.strip()]
    values = labelled(given, PLAN_LABELS)
    if "cycle" in given:
        cycle = {**given["cycle"]}
        if "tier" in cycle:
            cycle["tiers"] = [cycle.pop("tier")]
        values |= {"Cycle": str(cycle["cycleId"]), **cycle_words(cycle, currency)}
    return values


def _plan_flags(before: Snapshot, arguments: Arguments) -> tuple[Flag, ...]:
    if "cycle" not in arguments:
        return ()
    if "cycle" not in before.fields:
        detail = f"Plan {before.title} has no cycle {arguments['cycle']['cycleId']}."
        return (blocked("No such cycle", detail),)
    if not _changes_money(arguments):
        return ()
    detail = (
        "Who has this cycle pays the new price from the next bill on. Billsby does not show prices of plans."
    )
    return (Flag("high", "Changes what subscribers pay", detail),)


def _plan_money(before: Snapshot, arguments: Arguments) -> Money:
    if not _changes_money(arguments):
        return Money(None, None, "none")
    return Money(None, str(before.fields.get("currency") or "") or None, "unknown")


def _changes_money(arguments: Arguments) -> bool:
    harmless = {"cycleId", "visibility"}
    return not set(arguments.get("cycle", {})) <= harmless


def _show_order(read: Read, arguments: Arguments, key: str) -> Shown:
    product, rows = get_product(read, int(key)), read("billsby_list_plans", {"productId": int(key)})
    title = product.fields["name"]
    plans = [mapping.plan(row, product=product) for row in rows]
    names = {"plans": ", ".join(f"{plan.vendor_id} is {plan.fields['name']}" for plan in plans)}
    return Shown(key, title, title, {"Order": ", ".join(plan.vendor_id for plan in plans)}, more=names)


def _asked_order(arguments: Arguments, currency: str) -> Values:
    only_reference(arguments)
    return {"Order": in_words(arguments["orderedPlanIds"])}


def _order_flags(before: Snapshot, arguments: Arguments) -> tuple[Flag, ...]:
    there, wanted = str(before.fields["order"]).split(", "), [*map(str, arguments["orderedPlanIds"])]
    if sorted(there) != sorted(wanted):
        detail = f"The order must name every plan of {before.title} once: {before.fields['plans']}."
        return (blocked("Not all plans", detail),)
    return (Flag("info", "The plans by number", f"{before.fields['plans']}."),)


CREATE_PRODUCT = CreateFields(
    operation="billsby_create_product",
    kind="product",
    thing="product",
    names=_product_names,
    show=_show_product,
    asked=_asked_of_product,
    asked_name="name",
    summary="Billsby gets a new product, {title}, without plans. Nothing is charged.",
    answered="productId",
)
UPDATE_PRODUCT = UpdateFields(
    operation="billsby_update_product",
    kind="product",
    show=_show_product,
    asked=_asked_of_product,
    summary="Billsby changes the product {title} for everybody who looks at it from now on.",
)
CREATE_PLAN = CreateFields(
    operation="billsby_create_plan",
    kind="plan",
    thing="plan",
    names=_plan_names,
    show=_show_plan,
    asked=_asked_of_plan,
    asked_name="name",
    summary="Billsby gets a new plan, {title}, of {party}, without billing cycles. Nothing is charged.",
    answered="planId",
    party=_product_of,
)
UPDATE_PLAN = UpdateFields(
    operation="billsby_update_plan",
    kind="plan",
    show=_show_plan,
    asked=_asked_of_plan,
    summary="Billsby changes the plan {title} of {party} for those who have it and those who will.",
    flags=_plan_flags,
    money=_plan_money,
)
REORDER_PLANS = UpdateFields(
    operation="billsby_reorder_plans",
    kind="product",
    show=_show_order,
    asked=_asked_order,
    summary="Billsby shows the plans of {title} in another order. Nothing is charged.",
    flags=_order_flags,
)
