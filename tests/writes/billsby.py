"""Billsby's writes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from console.connections.clients import read_live
from tests.writes.world import TEXT, World

MONTH = {"frequency": 1, "frequencyType": "monthly"}
TIERS = [{"start": 1, "finish": 10, "price": 300}, {"start": 11, "finish": None, "price": 200}]
CYCLE = {**MONTH, "price": 2900, "billingDateType": "anniversary", "visibility": "public", "tiers": TIERS}
PRICE = {**MONTH, "currencyCode": "USD", "pricePerUnit": 5}

PLACE = {"addressLine1": TEXT, "city": "Oakland", "state": "CA", "country": "USA", "postCode": "94607"}
PERSON = {"firstName": TEXT, "lastName": "Silva", "email": "ana+x@example.com", **PLACE}

CARD = {
    "cardFullName": "Ana Silva",
    "paymentCardToken": "tok_9fQ2mZ7x_ok",
    "expiryMonth": 3,
    "expiryYear": 2031,
    "cardType": "visa",
    "last4Digits": "4242",
}


def cases(world: World) -> dict[str, Callable[[], dict[str, Any]]]:
    sandbox, stories, story = world.sandbox, world.stories, world.story
    connected = world.connected

    def custom_field() -> int:
        field = {"type": 0, "label": "Team", "description": "", "options": "", "compulsory": False}
        return sandbox.add("billsby", "custom_field", "3", customFieldId=3, **field)["customFieldId"]

    def custom_field_response(owner: str) -> int:
        given = {
            "customFieldResponseId": 88,
            "customFieldId": custom_field(),
            "productId": 11,
            "value": "Red",
        }
        sandbox.add("billsby", "custom_field_response", "88", owner=owner, **given)
        return 88

    ids = ("customerUniqueId", "subscriptionUniqueId")

    def with_nothing_running(**more: Any) -> dict[str, Any]:
        subscription = stories["upgrade"]["subscriptionUniqueId"]
        sandbox.change("billsby", "subscription", subscription, status="Cancelled")
        return story("upgrade", "customerUniqueId") | more

    def tagged() -> dict[str, Any]:
        subscription = stories["spend"]["subscriptionUniqueId"]
        sandbox.change("billsby", "subscription", subscription, tags=["red & white", "water"])
        return {"subscriptionUniqueId": subscription, "tagName": "red & white"}

    return {
        "billsby_retry_invoice_payment": lambda: story("retry_pays", "invoiceNumber"),
        "billsby_write_off_invoice": lambda: story("retry_declines", "invoiceNumber"),
        "billsby_mark_invoice_paid_offline": lambda: story("retry_declines", "invoiceNumber"),
        "billsby_refund_invoice": lambda: story(
            "cancel_refund", "customerUniqueId", "invoiceNumber", amount=100
        ),
        "billsby_retry_credit_note_payment": lambda: {
            "creditNoteNumber": read_live(
                connected["billsby"], "billsby_list_credit_notes", {"isFailed": True}
            ).data[0]["creditNoteUniqueId"]
        },
        "billsby_create_product": lambda: {
            "name": TEXT,
            "displayName": TEXT,
            "description": TEXT,
            "billingCurrency": "GBP",
            "isMarketingConsentRequired": True,
            "orderedCustomFields": [custom_field()],
            "productCountryLimitation": {
                "isAnyCountryAllowed": False,
                "countrySettings": [{"country": "GBR", "addressPermission": 1}],
            },
        },
        "billsby_update_product": lambda: {
            "productId": 11,
            "description": TEXT,
            "visibility": "hidden",
            "orderedCustomFields": [custom_field()],
        },
        "billsby_create_plan": lambda: {
            "productId": 11,
            "name": TEXT,
            "displayName": TEXT,
            "pricingModel": "tiered",
            "featureTags": "beta, water",
            "visibility": "off_sale",
        },
        "billsby_update_plan": lambda: {
            "productId": 11,
            "planId": 31,
            "displayName": TEXT,
            "cycle": {"cycleId": 51, "price": 3100, "tier": {"start": 1, "finish": None, "price": 300}},
        },
        "billsby_reorder_plans": lambda: {"productId": 11, "orderedPlanIds": [34, 33, 32, 31]},
        "billsby_create_cycles": lambda: {
            "productId": 11,
            "planId": 31,
            "cycles": [CYCLE, CYCLE | {"frequencyType": "yearly", "price": 29900}],
            "addOns": [{"addOnId": 5, "prices": [PRICE | {"flatFeePrice": 900}]}],
            "allowances": [{"allowanceId": 8, "isForced": True, "prices": [PRICE | {"includedUnits": 10}]}],
        },
        "billsby_create_custom_field": lambda: {
            "type": "dropdown",
            "label": TEXT,
            "description": "",
            "compulsory": True,
            "options": "Red, Blue",
        },
        "billsby_update_custom_field": lambda: {"customFieldId": custom_field(), "label": TEXT},
        "billsby_update_custom_field_response": lambda: {
            "customFieldResponseId": custom_field_response(stories["spend"]["customerUniqueId"]),
            "customerUniqueId": stories["spend"]["customerUniqueId"],
            "value": TEXT,
        },
        "billsby_cancel_subscription": lambda: story("cancel_refund", *ids),
        "billsby_charge_customer": lambda: story(
            "spend", "customerUniqueId", currencyCode="USD", amount=100, description=TEXT
        ),
        "billsby_change_plan": lambda: story(
            "upgrade",
            *ids,
            "planId",
            cycleId=stories["upgrade"]["cycleIds"]["monthly"],
            planChangeType="on_renewal",
        ),
        "billsby_update_counter": lambda: story(
            "credits", "subscriptionUniqueId", "counterId", operationType="Decrement", value=10
        ),
        "billsby_update_customer": lambda: story("spend", "customerUniqueId") | PERSON,
        "billsby_update_shipping_address": lambda: story("spend", "subscriptionUniqueId") | PLACE,
        "billsby_replace_payment_card": lambda: story("retry_declines", "customerUniqueId") | CARD,
        "billsby_create_subscription": lambda: (
            PERSON | CARD | {"cycleId": stories["upgrade"]["cycleIds"]["yearly"], "units": 1}
        ),
        "billsby_delete_customer": with_nothing_running,
        "billsby_erase_customer_data": lambda: story("spend", "customerUniqueId"),
        "billsby_request_payment_details": lambda: story("retry_pays", "customerUniqueId"),
        "billsby_add_subscription": lambda: with_nothing_running(
            cycleId=stories["upgrade"]["cycleIds"]["monthly"], units=2
        ),
        "billsby_add_subscription_tags": lambda: story(
            "upgrade", "subscriptionUniqueId", tagNames=["red & white", "日本"]
        ),
        "billsby_remove_subscription_tag": tagged,
        "billsby_change_renewal_date": lambda: story(
            "upgrade",
            "subscriptionUniqueId",
            newRenewalDate=f"{sandbox.now() + timedelta(days=40):%Y-%m-%d}",
            pauseSubscription=True,
        ),
        "billsby_create_customer": lambda: PERSON,
    }
