"""Products, plans and cycles: the local Billsby's rules for changing them, and what the judges make of it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.catalogue import catalogue
from connectors.errors import NotFoundError, RefusedError
from connectors.judging import Attempted, Verdict
from connectors.registry import connector
from connectors.sandbox.billsby.catalogue import price_of
from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import BillsbyAccount
from tests.connectors.billsby_desk import levels
from tests.writes.billsby import CYCLE, PRICE

DESK, STARTER, MONTHLY = 11, 31, 51  # a product of the seed, its first plan, that plan's first cycle
PRODUCTS = "/halden/products"
PRODUCT = {"name": "cloud-desk", "displayName": "Cloud desk", "billingCurrency": "GBP"}
PLAN = {"productId": DESK, "name": "huge", "displayName": "Huge", "pricingModel": "tiered"}
OF_STARTER = {"productId": DESK, "planId": STARTER}


def plans(billsby: BillsbyAccount) -> list[dict[str, Any]]:
    return billsby.read(f"{PRODUCTS}/{DESK}/plans")


def test_a_created_product_is_listed_with_its_custom_fields(billsby: BillsbyAccount, sandbox) -> None:
    field = {"customFieldId": 3, "type": 0, "label": "Team", "description": "", "options": ""}
    sandbox.add("billsby", "custom_field", "3", compulsory=False, **field)
    limits = {
        "isAnyCountryAllowed": False,
        "countrySettings": [{"countryIso3": "GBR", "addressPermission": 1}],
    }
    body = PRODUCT | {
        "is MarketingConsentRequired": True,
        "orderedCustomFields": [3],
        "productCountryLimitation": limits,
    }
    made = billsby.send("POST", PRODUCTS, body).json()

    assert made == billsby.read(f"{PRODUCTS}/{made['productId']}")
    assert set(made) == set(billsby.read(f"{PRODUCTS}/{DESK}"))
    assert (made["isMarketingConsentRequired"], made["billingCurrencyTemplate"]) == (True, "£X.XX")
    assert made["productCountryLimitation"] == limits
    listed = billsby.read(PRODUCTS, page=1, pageSize=50, search="cloud-desk")["results"]
    assert [(row["orderedCustomFields"], row["customFields"][0]["label"]) for row in listed] == [
        ([3], "Team")
    ]


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"billingCurrency": "CHF"}, {"visibility": 4}, {"orderedCustomFields": [9]}]
)
def test_a_product_that_cannot_be_is_refused(billsby: BillsbyAccount, wrong: dict) -> None:
    assert billsby.send("POST", PRODUCTS, PRODUCT | wrong).status_code == 400


def test_an_update_of_a_product_leaves_what_it_does_not_name(billsby: BillsbyAccount, story) -> None:
    before = billsby.read(f"{PRODUCTS}/{DESK}")
    body = {"decription": "Support desk", "displayName": "Help desk"}
    after = billsby.send("PUT", f"{PRODUCTS}/{DESK}", body).json()

    assert after == before | {"description": "Support desk", "displayName": "Help desk"}
    shown = billsby.read(f"/halden/subscriptions/{story('upgrade')['subscriptionUniqueId']}")
    assert shown["productName"] == "Help desk"
    assert billsby.send("PUT", f"{PRODUCTS}/{DESK}", {"billingCurrency": "EUR"}).status_code == 400
    assert billsby.send("PUT", f"{PRODUCTS}/999", body).status_code == 404


def test_plans_come_in_the_order_given_and_new_ones_last(billsby: BillsbyAccount) -> None:
    numbers = [plan["planId"] for plan in plans(billsby)]
    order = {"orderedPlanIds": numbers[::-1]}
    assert billsby.send("PUT", f"{PRODUCTS}/{DESK}/plans/orders", order).json() == "success"
    made = billsby.send("POST", f"{PRODUCTS}/{DESK}/plans", {"name": "huge", "pricingModel": 4}).json()

    assert [plan["planId"] for plan in plans(billsby)] == [*numbers[::-1], made["planId"]]
    assert billsby.send("PUT", f"{PRODUCTS}/{DESK}/plans/orders", order).status_code == 400


def test_a_created_plan_is_answered_as_it_is_listed(billsby: BillsbyAccount) -> None:
    body = {"name": "huge", "displayName": "Huge", "pricingModel": 4, "featureTags": "a, b", "visibility": 3}
    made = billsby.send("POST", f"{PRODUCTS}/{DESK}/plans", body).json()

    assert plans(billsby)[-1] == made
    assert (made["featureTags"], made["visibility"], made["cycles"]) == (["a", "b"], "OffSale", [])
    assert set(made) == set(plans(billsby)[0])


@pytest.mark.parametrize("as_list", [False, True])
def test_a_new_price_counts_from_the_next_bill(
    billsby: BillsbyAccount, sandbox: SandboxControl, story, as_list: bool
) -> None:
    unique = story("upgrade")["subscriptionUniqueId"]
    shown = billsby.read(f"/halden/subscriptions/{unique}")
    cycle = {"cycleId": shown["cycleId"], "price": 100, "freeTrial": 2, "freeTrialFrequencyType": 2}
    path = f"{PRODUCTS}/{DESK}/plans/{shown['planId']}"
    body = {"displayName": "Firm", "cycles": [cycle] if as_list else cycle}
    assert billsby.send("PUT", path, body).json() == "success"

    after = billsby.read(f"/halden/subscriptions/{unique}")
    assert (after["planName"], after["nextBillingAmount"]) == ("Firm", 100)
    assert after["planPricingModel"]["freeTrialFrequencyType"] == "Weekly"
    sandbox.advance(40 * 86_400)
    assert billsby.customer_invoices(story("upgrade")["customerUniqueId"])[0]["amount"] == 100


def test_cycles_are_added_with_their_add_ons(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    cycle = {"frequency": 2, "frequencyType": 2, "price": 900, "billingDateType": 1, "visibility": 1}
    price = {"currencyIso3Code": "USD", "frequency": 2, "frequencyType": 2, "pricePerUnit": 70}
    body = {
        "cyclesInputModel": [cycle, cycle | {"price": 1700, "frequency": 4}],
        "addonPlanInputModels": [{"addonId": 5, "isForced": True, "addonPriceModels": [price]}],
    }
    made = billsby.send("POST", f"{PRODUCTS}/{DESK}/plans/{STARTER}/cycles", body).json()

    sandbox.settings(prices_in_plans=True)
    listed = plans(billsby)[0]["cycles"][-2:]
    assert [one["cycleId"] for one in made] == [one["cycleId"] for one in listed]
    assert "visibility" not in made[0]
    assert [(one["pricingModel"]["price"], one["visibility"]) for one in listed] == [
        (900, "Hidden"),
        (1700, "Hidden"),
    ]
    addon = billsby.read("/halden/addons/5", base="billing")
    assert next(plan["forceAddon"] for plan in addon["plans"] if plan["planId"] == STARTER) is True
    assert [model["perUnitPrice"] for model in addon["priceModels"]] == [4000, 70]


@pytest.mark.parametrize(
    "wrong",
    [
        {"cyclesInputModel": []},
        {"cyclesInputModel": [{"frequency": 1}]},
        {"cyclesInputModel": [1]},
        {"addonPlanInputModels": [{"addonId": 99}]},
    ],
)
def test_cycles_that_cannot_be_are_refused(billsby: BillsbyAccount, wrong: dict) -> None:
    cycle = {"frequency": 1, "frequencyType": 3, "price": 900, "billingDateType": 1, "visibility": 0}
    body = {"cyclesInputModel": [cycle], "addonPlanInputModels": []} | wrong
    assert billsby.send("POST", f"{PRODUCTS}/{DESK}/plans/{STARTER}/cycles", body).status_code == 400
    assert billsby.send("POST", f"{PRODUCTS}/12/plans/{STARTER}/cycles", body).status_code == 404


@pytest.mark.parametrize(
    ("model", "units", "price"), [(1, 12, 500), (2, 12, 6000), (4, 12, 3400), (5, 12, 2400), (6, 12, 200)]
)
def test_a_price_follows_from_the_pricing_model(model: int, units: int, price: int) -> None:
    tiers = [{"start": 1, "finish": 10, "price": 300}, {"start": 11, "finish": None, "price": 200}]
    assert price_of({"pricingModelType": model}, {"price": 500, "tiers": tiers}, units) == price


def test_a_new_product_is_found_by_the_answer(desk) -> None:
    _, expectation = desk.look("billsby_create_product", **PRODUCT, visibility="off_sale")
    verdict = desk.carry_out("billsby_create_product", **PRODUCT, visibility="off_sale")
    assert expectation.sentence == "Create product cloud-desk"
    assert {change.field: change.after for change in expectation.changes}["Visibility"] == "Off sale"
    assert verdict.kind == "took"
    assert desk.read("billsby_get_product", {"productId": int(verdict.results["id"])})["visibility"] == 3


@pytest.mark.parametrize(
    ("name", "given"), [("billsby_create_product", PRODUCT), ("billsby_create_plan", PLAN)]
)
def test_what_is_made_is_told_from_its_like(desk, sandbox, name: str, given: dict) -> None:
    first = desk.carry_out(name, **given)
    assert desk.probe_unsent(name, **given).kind == "absent"
    sandbox.drop_reply(operation=name)
    second = desk.carry_out(name, loses_answer=True, **given)
    assert (second.kind, second.results != first.results) == ("took", True)
    other = given | {"displayName": "Another"}
    verdict = desk.probe_unsent(name, meanwhile=lambda: desk.carry_out(name, **other), **given)
    assert (verdict.kind, verdict.results) == ("cannot_tell", {})


def test_a_changed_product_took_effect(desk, sandbox) -> None:
    sandbox.add("billsby", "custom_field", "3", customFieldId=3, label="Team", type=0)
    given = {
        "productId": DESK,
        "description": "New",
        "isMarketingConsentRequired": True,
        "orderedCustomFields": [3],
        "productCountryLimitation": {
            "isAnyCountryAllowed": False,
            "countrySettings": [{"country": "GBR", "addressPermission": 1}],
        },
    }
    _, expectation = desk.look("billsby_update_product", **given)
    changes = {change.field: (change.now, change.after) for change in expectation.changes}
    assert changes["Countries"] == ("All countries", "Only those named, GBR (1)")
    assert changes["Marketing consent"] == ("No", "Yes")
    assert desk.probe_unsent("billsby_update_product", **given).kind == "absent"
    assert desk.carry_out("billsby_update_product", **given).kind == "took"


def test_a_plan_may_be_made_for_a_product_of_an_earlier_step(desk) -> None:
    given = PLAN | {"productId": {"$ref": {"step": 1, "result": "id"}}}
    _, expectation = desk.look("billsby_create_plan", **given)
    assert expectation.sentence == "Create plan huge of the product that step 1 creates"


def test_a_changed_plan_took_effect(desk) -> None:
    given = OF_STARTER | {"displayName": "First", "featureTags": "a,b", "visibility": "internal"}
    _, expectation = desk.look("billsby_update_plan", **given)
    assert (expectation.sentence, expectation.money.direction) == (
        "Change plan Starter of Halden Desk",
        "none",
    )
    assert desk.probe_unsent("billsby_update_plan", **given).kind == "absent"
    assert desk.carry_out("billsby_update_plan", **given).kind == "took"


PRICED = OF_STARTER | {"cycle": {"cycleId": MONTHLY, "price": 3100}}


def test_a_new_price_is_announced_and_trusted_to_its_own_answer_alone(desk, sandbox) -> None:
    _, expectation = desk.look("billsby_update_plan", **PRICED)
    assert (expectation.money.direction, levels(expectation)) == ("unknown", {"high"})
    assert desk.probe_unsent("billsby_update_plan", **PRICED).kind == "cannot_tell"
    verdict = desk.carry_out("billsby_update_plan", **PRICED)
    assert (verdict.kind, verdict.sentence) == (
        "took",
        "Billsby accepted the change of Starter; it does not show price.",
    )


def test_a_price_that_is_shown_is_read_back(desk, sandbox) -> None:
    sandbox.settings(prices_in_plans=True)
    _, expectation = desk.look("billsby_update_plan", **PRICED)
    assert [(change.now, change.after) for change in expectation.changes][1] == ("$29.00", "$31.00")
    assert desk.probe_unsent("billsby_update_plan", **PRICED).kind == "absent"
    sandbox.drop_reply(operation="billsby_update_plan")
    assert desk.carry_out("billsby_update_plan", loses_answer=True, **PRICED).kind == "took"


def test_a_cycle_of_another_plan_is_blocked(desk) -> None:
    _, expectation = desk.look("billsby_update_plan", **OF_STARTER, cycle={"cycleId": 999, "price": 1})
    assert "No such cycle" in {flag.title for flag in expectation.flags}


def test_an_order_of_plans_took_effect(desk, billsby: BillsbyAccount) -> None:
    numbers = [plan["planId"] for plan in plans(billsby)]
    given = {"productId": DESK, "orderedPlanIds": numbers[::-1]}
    _, expectation = desk.look("billsby_reorder_plans", **given)
    assert expectation.flags[0].detail == "31 is Starter, 32 is Team, 33 is Business, 34 is Enterprise."
    assert desk.probe_unsent("billsby_reorder_plans", **given).kind == "absent"
    other = {"orderedPlanIds": [*numbers[1:], numbers[0]]}
    path = f"{PRODUCTS}/{DESK}/plans/orders"
    meanwhile: Callable[[], Any] = lambda: billsby.send("PUT", path, other)  # noqa: E731
    assert desk.probe_unsent("billsby_reorder_plans", meanwhile=meanwhile, **given).kind == "cannot_tell"
    assert desk.carry_out("billsby_reorder_plans", **given).kind == "took"


@pytest.mark.parametrize("order", [[31, 32], [31, 32, 33, 34, 35], [31, 31, 32, 33]])
def test_an_order_that_is_not_of_all_plans_is_blocked(desk, order: list[int]) -> None:
    _, expectation = desk.look("billsby_reorder_plans", productId=DESK, orderedPlanIds=order)
    assert "Not all plans" in {flag.title for flag in expectation.flags}
    with pytest.raises(RefusedError):
        desk.carry_out("billsby_reorder_plans", productId=DESK, orderedPlanIds=order)


CYCLES = OF_STARTER | {"cycles": [CYCLE, CYCLE | {"frequencyType": "yearly", "price": 29900}]}


def test_added_cycles_are_found_by_the_answer(desk) -> None:
    _, expectation = desk.look("billsby_create_cycles", **CYCLES)
    assert expectation.sentence == "Add 2 billing cycles to Starter"
    assert expectation.changes[0].after == (
        "every 1, period Monthly, price $29.00, billing date Anniversary, visibility of the cycle Public, "
        "tiers 1 to 10 $3.00; 11 on $2.00"
    )
    verdict = desk.carry_out("billsby_create_cycles", **CYCLES)
    (starter, *_) = desk.read("billsby_list_plans", {"productId": DESK})
    ids = [cycle["cycleId"] for cycle in starter["cycles"]]
    assert (verdict.kind, verdict.results) == ("took", {"id": str(ids[-2])})


def test_added_cycles_without_an_answer_are_not_taken_for_ours(desk, sandbox) -> None:
    assert desk.probe_unsent("billsby_create_cycles", **CYCLES).kind == "absent"
    sandbox.drop_reply(operation="billsby_create_cycles")
    assert desk.carry_out("billsby_create_cycles", loses_answer=True, **CYCLES).kind == "cannot_tell"
    sandbox.settings(prices_in_plans=True)
    sandbox.drop_reply(operation="billsby_create_cycles")
    assert desk.carry_out("billsby_create_cycles", loses_answer=True, **CYCLES).kind == "took"


def test_other_cycles_added_meanwhile_are_told_apart(desk, sandbox) -> None:
    sandbox.settings(prices_in_plans=True)
    other = CYCLES | {"cycles": [CYCLE | {"price": 1}, CYCLES["cycles"][1]]}
    verdict = desk.probe_unsent(
        "billsby_create_cycles", meanwhile=lambda: desk.carry_out("billsby_create_cycles", **other), **CYCLES
    )
    assert verdict.kind == "cannot_tell"


def test_what_goes_with_new_cycles_stands_on_the_card_by_name(desk) -> None:
    extras = {
        "addOns": [{"addOnId": 5, "prices": [PRICE | {"flatFeePrice": 900}]}],
        "allowances": [{"allowanceId": 8, "isForced": True}],
    }
    _, expectation = desk.look("billsby_create_cycles", **CYCLES, **extras)
    changes = {change.field: change.after for change in expectation.changes}
    assert changes["Add-on priority-support"] == "to be chosen, every 1 monthly, $9.00 flat, $0.05 a unit"
    assert changes["Allowance API credits"] == "on every subscription"
    _, expectation = desk.look("billsby_create_cycles", **CYCLES, addOns=[{"addOnId": 99}])
    assert "No such add-on" in {flag.title for flag in expectation.flags}


def test_a_plan_that_is_not_there_has_no_cycles(desk) -> None:
    with pytest.raises(NotFoundError):
        desk.look("billsby_create_cycles", **CYCLES | {"planId": 99})


def test_the_answers_of_another_request_do_not_prove_this_one(desk) -> None:
    """Cycles that the answer names must be the ones that were asked for."""
    operation = catalogue("billsby")["billsby_create_cycles"]
    before, _ = desk.look("billsby_create_cycles", **CYCLES)
    other = desk.carry_out("billsby_create_cycles", **OF_STARTER, cycles=[CYCLE])
    answer = [{"cycleId": int(other.results["id"])}]
    attempt = Attempted(operation.arguments(CYCLES), before, datetime.now(UTC), answer)
    verdict: Verdict = connector("billsby").judges[operation.judge].probe(desk.read, attempt)
    assert verdict.kind == "cannot_tell"
