"""Every write operation, and what a person might really ask of it: lawful values, and awkward ones."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from connectors.registry import connectors
from connectors.sandbox.client import SandboxControl
from console.connections.clients import read_live
from console.connections.models import Connection
from tests.writes.bill_payables import payable_cases

WRITES = [
    operation.name
    for vendor in connectors()
    for operation in vendor.catalogue.operations.values()
    if not operation.is_read
]
TEXT = 'Zoë "Zed" O\u2019Neil & Söhne <b> %7B+?#\\ 日本 \u202e'
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


def arguments_of(
    connected: Mapping[str, Connection], sandbox: SandboxControl
) -> Callable[[str], dict[str, Any]]:
    """By operation; KeyError for a new one says that it has no case yet."""
    stories = sandbox.stories()

    def story(name: str, *fields: str, **more: Any) -> dict[str, Any]:
        return {field: stories[name][field] for field in fields} | more

    def first(kind: str) -> str:
        return read_live(connected["bill"], f"bill_list_{kind}", {}).data[0]["id"]

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

    cases = {
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
        "bill_create_customer": lambda: {"name": TEXT, "email": "ap+1@acme.example"},
        "bill_v2_create_customer": lambda: {"name": TEXT, "description": "{devKey}={sessionId}"},
        "bill_create_customer_contact": lambda: {
            "customerId": first("customers"),
            "email": "new+1@acme.example",
            "firstName": TEXT,
        },
        "bill_create_invoice": lambda: {
            "customerId": first("customers"),
            "invoiceLineItems": [{"quantity": 3, "price": "12.5000", "description": TEXT}],
        },
        **payable_cases(sandbox),
    }
    return lambda name: cases[name]()
