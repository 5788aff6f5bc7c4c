"""What is sent, byte for byte, and what is refused before."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from connectors.catalogue import Operation, Request, catalogue, fill, holes, load
from connectors.errors import ArgumentsError, NotConfiguredError

BILLSBY = catalogue("billsby")
HALDEN = {"companyDomain": "halden"}
CORE = "/api/v1/rest/core/halden"
JSON = "application/json"
WHO = {"customerUniqueId": "7KQ2M9XTRB"}
SUBSCRIPTION = {"subscriptionUniqueId": "Q4W8ZJ6N1D"}
INVOICE = {"invoiceNumber": "7KQ2M9XTRB-3"}
COUNTER = {**SUBSCRIPTION, "counterId": "api-calls", "operationType": "Decrement", "value": 100}
CHARGE = {**WHO, "amount": 5000, "currencyCode": "GBP", "description": "Würfel “x”"}
PLAN = {**SUBSCRIPTION, **WHO, "planId": 35, "cycleId": 60, "planChangeType": "on_renewal"}
FIRST = {"$ref": {"step": 1, "result": "id"}}
CARD = {
    "cardFullName": "Noor Falk",
    "paymentCardToken": "tok_demo_2",
    "expiryMonth": 1,
    "expiryYear": 2029,
    "cardType": "master",
    "last4Digits": "4444",
}
PLACE = {
    "addressLine1": "4 Mill Lane",
    "city": "Leeds",
    "state": "West Yorkshire",
    "country": "GBR",
    "postCode": "LS1 4AB",
}
PERSON = {
    "postCode": "LS1 4AB",
    "firstName": "Noor",
    "lastName": "Falk",
    "email": "noor.falk@example.test",
    "addressLine1": "4 Mill Lane",
    "city": "Leeds",
    "state": "West Yorkshire",
    "country": "GBR",
}


def request(name: str, arguments: Mapping[str, Any]) -> Request:
    return BILLSBY[name].request(arguments, HALDEN)


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        (
            "billsby_retry_invoice_payment",
            INVOICE,
            Request("PUT", f"{CORE}/invoices/7KQ2M9XTRB-3/Payment", "", "", ""),
        ),
        (
            "billsby_write_off_invoice",
            INVOICE,
            Request("PUT", f"{CORE}/invoices/7KQ2M9XTRB-3/WrittenOff", "", "", ""),
        ),
        (
            "billsby_mark_invoice_paid_offline",
            INVOICE,
            Request("PUT", f"{CORE}/invoices/7KQ2M9XTRB-3/PaidOffline", "", "", ""),
        ),
        (
            "billsby_refund_invoice",
            {"amount": 1000, **INVOICE, **WHO},
            Request(
                "POST",
                f"{CORE}/customers/7KQ2M9XTRB/refunds",
                "",
                JSON,
                '{"invoiceNumber":"7KQ2M9XTRB-3","amount":1000}',
            ),
        ),
        (
            "billsby_charge_customer",
            CHARGE,
            Request(
                "POST",
                f"{CORE}/customers/7KQ2M9XTRB/invoices",
                "",
                JSON,
                '{"currencyCode":"GBP","amount":5000,"description":"Würfel “x”"}',
            ),
        ),
        (
            "billsby_retry_credit_note_payment",
            {"creditNoteNumber": "7KQ2M9XTRB-4"},
            Request("PUT", f"{CORE}/creditNotes/7KQ2M9XTRB-4/Payment", "", "", ""),
        ),
        (
            "billsby_create_product",
            {
                "typeOfProduct": "tiered",
                "name": "cloud-desk",
                "displayName": "Cloud desk",
                "description": "Hosted help desk",
                "billingCurrency": "GBP",
                "visibility": "hidden",
                "isMarketingConsentRequired": True,
                "orderedCustomFields": [3],
                "productCountryLimitation": {
                    "isAnyCountryAllowed": False,
                    "countrySettings": [{"country": "GBR", "addressPermission": 1}],
                },
            },
            Request(
                "POST",
                f"{CORE}/products",
                "",
                JSON,
                '{"name":"cloud-desk","displayName":"Cloud desk","description":"Hosted help desk",'
                '"visibility":1,"billingCurrency":"GBP","is MarketingConsentRequired":true,'
                '"orderedCustomFields":[3],"typeOfProduct":1,'
                '"productCountryLimitation":{"isAnyCountryAllowed":false,"countrySettings":'
                '[{"countryIso3":"GBR","addressPermission":1}]}}',
            ),
        ),
        (
            "billsby_update_product",
            {
                "productId": 12,
                "description": "New",
                "visibility": "public",
                "isMarketingConsentRequired": False,
                "productCountryLimitation": {"isAnyCountryAllowed": True},
            },
            Request(
                "PUT",
                f"{CORE}/products/12",
                "",
                JSON,
                '{"decription":"New","visibility":0,"is MarketingConsentRequired":false,'
                '"productCountryLimitations":{"isAnyCountryAllowed":true}}',
            ),
        ),
        (
            "billsby_create_plan",
            {
                "productId": 12,
                "name": "team-2024",
                "displayName": "Team",
                "pricingModel": "volume",
                "featureTags": "team-plan,beta",
                "visibility": "off_sale",
                "redirectUrl": "https://acme.example/welcome",
            },
            Request(
                "POST",
                f"{CORE}/products/12/plans",
                "",
                JSON,
                '{"name":"team-2024","displayName":"Team","pricingModel":5,"featureTags":"team-plan,beta",'
                '"visibility":3,"redirectUrl":"https://acme.example/welcome"}',
            ),
        ),
        (
            "billsby_update_plan",
            {
                "productId": 12,
                "planId": 34,
                "displayName": "Team",
                "cycle": {
                    "cycleId": 56,
                    "frequencyType": "yearly",
                    "price": 2999,
                    "billingDateType": "fixed_day_each_month",
                    "proRateOption": "do_not_charge_until_next_cycle",
                    "tier": {"start": 1, "finish": None, "price": 300},
                },
            },
            Request(
                "PUT",
                f"{CORE}/products/12/plans/34",
                "",
                JSON,
                '{"displayName":"Team","cycles":{"cycleId":56,"frequencyType":4,"price":2999,"billingDateType":2,'
                '"proRateOption":2,"tiers":{"start":1,"finish":null,"price":300}}}',
            ),
        ),
        (
            "billsby_reorder_plans",
            {"productId": 12, "orderedPlanIds": [35, 34]},
            Request("PUT", f"{CORE}/products/12/plans/orders", "", JSON, '{"orderedPlanIds":[35,34]}'),
        ),
        (
            "billsby_create_cycles",
            {
                "productId": 12,
                "planId": 34,
                "cycles": [
                    {
                        "frequency": 1,
                        "frequencyType": "monthly",
                        "price": 2999,
                        "billingDateType": "anniversary",
                        "visibility": "public",
                        "proRateOption": "do_not_pro_rate",
                        "tiers": [
                            {"start": 1, "finish": 10, "price": 300},
                            {"start": 11, "finish": None, "price": 200},
                        ],
                    }
                ],
            },
            Request(
                "POST",
                f"{CORE}/products/12/plans/34/cycles",
                "",
                JSON,
                '{"cyclesInputModel":[{"frequency":1,"frequencyType":3,"price":2999,"billingDateType":1,'
                '"visibility":0,"proRateOption":1,"tiers":[{"start":1,"finish":10,"price":300},'
                '{"start":11,"finish":null,"price":200}]}],"addonPlanInputModels":[],"allowancePlanInputModel":[]}',
            ),
        ),
        (
            "billsby_create_custom_field",
            {
                "compulsory": False,
                "label": "Team",
                "type": "dropdown",
                "description": "",
                "options": "Red,Blue",
            },
            Request(
                "POST",
                f"{CORE}/customfields",
                "",
                JSON,
                '{"type":5,"label":"Team","description":"","compulsory":false,"options":"Red,Blue"}',
            ),
        ),
        (
            "billsby_update_custom_field",
            {"compulsory": True, "customFieldId": 3, "label": "Team"},
            Request("PUT", f"{CORE}/customfields/3", "", JSON, '{"label":"Team","compulsory":true}'),
        ),
        (
            "billsby_update_custom_field_response",
            {"value": "Blue", "customFieldResponseId": 88, **WHO},
            Request("PUT", f"{CORE}/customfieldResponses/88", "", JSON, '{"value":"Blue"}'),
        ),
        (
            "billsby_change_plan",
            PLAN | {"addOns": [{"quantity": 2, "addOnId": 5}], "allowances": [8]},
            Request(
                "PUT",
                f"{CORE}/subscriptions/Q4W8ZJ6N1D/plan",
                "",
                JSON,
                '{"planId":35,"cycleId":60,"customerUniqueId":"7KQ2M9XTRB","planChangeType":2,'
                '"addOns":[{"addOnId":5,"quantity":2}],"allowances":[8],"issueRefund":false}',
            ),
        ),
        (
            "billsby_cancel_subscription",
            SUBSCRIPTION | WHO,
            Request("DELETE", f"{CORE}/subscriptions/Q4W8ZJ6N1D", "customerUniqueId=7KQ2M9XTRB", "", ""),
        ),
        (
            "billsby_update_counter",
            COUNTER,
            Request(
                "POST",
                "/api/v1/rest/counters/operations/halden/subscriptions/Q4W8ZJ6N1D/counters/api-calls",
                "",
                JSON,
                '{"operationType":"Decrement","value":100}',
            ),
        ),
        (
            "billsby_create_customer",
            PERSON,
            Request(
                "POST",
                f"{CORE}/customers",
                "",
                JSON,
                '{"firstName":"Noor","lastName":"Falk","email":"noor.falk@example.test",'
                '"addressLine1":"4 Mill Lane","city":"Leeds","state":"West Yorkshire","country":"GBR",'
                '"postCode":"LS1 4AB"}',
            ),
        ),
        (
            "billsby_update_customer",
            PERSON | WHO | {"phoneNumber": "7700900123"},
            Request(
                "PUT",
                f"{CORE}/customers/7KQ2M9XTRB",
                "",
                JSON,
                '{"firstName":"Noor","lastName":"Falk","email":"noor.falk@example.test",'
                '"billingAddress":{"addressLine1":"4 Mill Lane","city":"Leeds","state":"West Yorkshire",'
                '"country":"GBR","postCode":"LS1 4AB"},"phoneNumber":"7700900123"}',
            ),
        ),
        (
            "billsby_update_shipping_address",
            SUBSCRIPTION | PLACE,
            Request(
                "PUT",
                f"{CORE}/subscriptions/Q4W8ZJ6N1D/shippingAddress",
                "",
                JSON,
                '{"addressLine1":"4 Mill Lane","city":"Leeds","state":"West Yorkshire","country":"GBR",'
                '"postCode":"LS1 4AB"}',
            ),
        ),
        (
            "billsby_replace_payment_card",
            WHO | CARD,
            Request(
                "PUT",
                f"{CORE}/customers/7KQ2M9XTRB/paymentCard",
                "",
                JSON,
                '{"fullName":"Noor Falk","paymentCardtoken":"tok_demo_2","expiryMonth":1,"expiryYear":2029,'
                '"cardType":"master","last4Digits":"4444"}',
            ),
        ),
        (
            "billsby_create_subscription",
            PERSON | CARD | {"cycleId": 56, "units": 1, "addOns": [{"addOnId": 5}]},
            Request(
                "POST",
                f"{CORE}/subscriptions",
                "",
                JSON,
                '{"firstName":"Noor","lastName":"Falk","email":"noor.falk@example.test","cycleId":56,'
                '"Units":1,"address":{"addressLine1":"4 Mill Lane","city":"Leeds","state":"West Yorkshire",'
                '"country":"GBR","postCode":"LS1 4AB"},"cardDetails":{"fullName":"Noor Falk",'
                '"paymentCardToken":"tok_demo_2","expiryMonth":1,"expiryYear":2029,"cardType":"master",'
                '"last4Digits":"4444"},"addOns":[{"addOnId":5}]}',
            ),
        ),
        ("billsby_delete_customer", WHO, Request("DELETE", f"{CORE}/customers/7KQ2M9XTRB", "", "", "")),
        (
            "billsby_erase_customer_data",
            WHO,
            Request("PUT", f"{CORE}/customers/7KQ2M9XTRB/gdprcleanup", "", "", ""),
        ),
        (
            "billsby_request_payment_details",
            WHO,
            Request("GET", f"{CORE}/customers/7KQ2M9XTRB/paymentdetailsrequest", "", "", ""),
        ),
        (
            "billsby_add_subscription",
            WHO
            | {"cycleId": 56, "units": 2, "shippingAddress": PLACE, "additionalEmail": "b@c.de"}
            | {"couponCodes": [{"planId": 35, "couponCode": "SPRING"}]},
            Request(
                "POST",
                f"{CORE}/customers/7KQ2M9XTRB/subscriptions",
                "",
                JSON,
                '{"cycleId":56,"units":2,"shippingAddress":{"addressLine1":"4 Mill Lane","city":"Leeds",'
                '"state":"West Yorkshire","country":"GBR","postCode":"LS1 4AB"},"additionalEmail":"b@c.de",'
                '"couponCodes":[{"planId":35,"couponCode":"SPRING"}]}',
            ),
        ),
        (
            "billsby_add_subscription_tags",
            SUBSCRIPTION | {"tagNames": ["water", "red wine"]},
            Request(
                "POST",
                f"{CORE}/subscriptions/tags",
                "",
                JSON,
                '{"subscriptionUniqueIds":["Q4W8ZJ6N1D"],"tagNames":["water","red wine"]}',
            ),
        ),
        (
            "billsby_remove_subscription_tag",
            SUBSCRIPTION | {"tagName": "red wine"},
            Request("DELETE", f"{CORE}/subscriptions/tags/red%20wine", "subsId=Q4W8ZJ6N1D", "", ""),
        ),
        (
            "billsby_change_renewal_date",
            SUBSCRIPTION | {"newRenewalDate": "2027-07-01"},
            Request(
                "PUT",
                f"{CORE}/subscriptions/Q4W8ZJ6N1D/renewaldate",
                "",
                JSON,
                '{"newRenewalDate":"2027-07-01T00:00:00.000Z","pauseSubscription":false}',
            ),
        ),
    ],
    ids=lambda it: it if isinstance(it, str) else "",
)
def test_a_write_is_these_bytes(name: str, arguments: dict, expected: Request) -> None:
    assert request(name, arguments) == expected
    assert request(name, dict(reversed(arguments.items()))) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"paymentCardToken": "4111111111111111"},
        {"paymentCardToken": "4111-1111-1111-1111"},
        {"paymentCardToken": "4111 1111 1111 1111"},
        {"paymentCardToken": "tok_4111111111111111"},
        {"paymentCardToken": "378282246310"},
        {"cardFullName": "4111111111111111"},
        {"last4Digits": "11111"},
        {"cvv": "123"},
        {"cardNumber": "4111111111111111"},
    ],
)
def test_no_card_number_is_ever_taken(changes: dict) -> None:
    for name, rest in (
        ("billsby_replace_payment_card", WHO),
        ("billsby_create_subscription", PERSON | {"units": 1, "cycleId": 1}),
    ):
        assert BILLSBY[name].arguments(rest | CARD)
        with pytest.raises(ArgumentsError) as raised:
            BILLSBY[name].arguments(rest | CARD | changes)
        assert len(raised.value.problems) == 1
        assert "4111" not in str(raised.value)


def test_one_invoice_is_read_without_the_company_in_the_path() -> None:
    assert request("billsby_get_invoice", INVOICE).path == "/api/v1/rest/core/invoices/7KQ2M9XTRB-3"


@pytest.mark.parametrize(
    ("name", "arguments", "path"),
    [
        ("billsby_list_customer_tags", WHO, "customers/7KQ2M9XTRB/subscriptions/featuretags"),
        ("billsby_get_shipping_address", SUBSCRIPTION, "subscriptions/Q4W8ZJ6N1D/shippingAddress"),
        ("billsby_list_subscription_tags", SUBSCRIPTION, "subscriptions/Q4W8ZJ6N1D/tags"),
        ("billsby_get_subscription_tags_split", SUBSCRIPTION, "subscriptions/Q4W8ZJ6N1D/tags/split"),
    ],
)
def test_a_read_asks_for_this_path(name: str, arguments: dict, path: str) -> None:
    assert request(name, arguments) == Request("GET", f"{CORE}/{path}", "", "", "")


def test_add_ons_and_allowances_of_a_cycle_go_under_their_own_spellings() -> None:
    month = {"frequency": 1, "frequencyType": "monthly"}
    cycle = {**month, "price": 0, "billingDateType": "anniversary", "visibility": "public"}
    price = {**month, "currencyCode": "GBP", "pricePerUnit": 3}
    tier = {"start": 1, "finish": None, "price": 2}
    given = {
        "productId": 12,
        "planId": 34,
        "cycles": [cycle],
        "addOns": [{"addOnId": 5, "isForced": True, "prices": [{**price, "tiers": [tier]}]}],
        "allowances": [{"allowanceId": 8, "prices": [{**price, "includedUnits": 10}]}],
    }
    assert json.loads(request("billsby_create_cycles", given).body) | {"cyclesInputModel": []} == {
        "cyclesInputModel": [],
        "addonPlanInputModels": [
            {
                "addonId": 5,
                "isForced": True,
                "addonPriceModels": [
                    {
                        "currencyIso3Code": "GBP",
                        "frequency": 1,
                        "frequencyType": 3,
                        "pricePerUnit": 3,
                        "unitTiers": [tier],
                    }
                ],
            }
        ],
        "allowancePlanInputModel": [
            {
                "allowanceId": 8,
                "isForced": False,
                "allowancePriceModels": [
                    {
                        "currencyIso3Code": "GBP",
                        "frequency": 1,
                        "frequencyType": 3,
                        "includedUnits": 10,
                        "pricePerUnit": 3,
                    }
                ],
            }
        ],
    }


def test_an_end_left_open_must_be_said() -> None:
    tier = {"cycle": {"cycleId": 56, "tier": {"start": 1, "price": 300}}}
    with pytest.raises(ArgumentsError, match="cycle.tier.finish is missing"):
        request("billsby_update_plan", {"productId": 12, "planId": 34} | tier)
    tier["cycle"]["tier"]["finish"] = "never"
    with pytest.raises(ArgumentsError, match="cycle.tier.finish must be a whole number or null"):
        request("billsby_update_plan", {"productId": 12, "planId": 34} | tier)


def test_answers_to_custom_fields_are_asked_for_by_customer_and_product() -> None:
    sent = request("billsby_list_custom_field_responses", WHO | {"productId": 12})
    assert (sent.path, sent.query) == (
        f"{CORE}/customfieldResponses",
        "customerUniqueId=7KQ2M9XTRB&productId=12",
    )


def test_a_list_is_asked_for_one_page() -> None:
    asked = {"isUnpaid": True, "query": "a&b", "limit": 7}
    sent = BILLSBY["billsby_list_invoices"].request(asked, HALDEN, {"page": 1, "pageSize": 7})
    assert sent.query == "page=1&pageSize=7&query=a%26b&isUnpaid=true"


@pytest.mark.parametrize(
    "counter", ["a/b", "../x", "..", ".", "a\\b", " ", "", "a\nb", "a\x00b", "%2e%2e/x", "a/../b"]
)
def test_a_value_never_becomes_another_path(counter: str) -> None:
    with pytest.raises(ArgumentsError):
        request("billsby_update_counter", COUNTER | {"counterId": counter})


@given(st.text(min_size=1, max_size=40))
def test_whatever_the_value_it_is_one_segment_or_refused(counter: str) -> None:
    try:
        path = request("billsby_update_counter", COUNTER | {"counterId": counter}).path
    except ArgumentsError:
        return
    assert path.count("/") == 10
    assert path.isascii()


def test_the_company_is_never_an_argument() -> None:
    with pytest.raises(ArgumentsError, match="companyDomain is not something this takes"):
        request("billsby_get_customer", WHO | {"companyDomain": "other"})


def test_a_connection_without_company_is_not_configured() -> None:
    with pytest.raises(NotConfiguredError):
        BILLSBY["billsby_get_customer"].request(WHO, {})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"amount": 0}, "amount must be at least 1."),
        ({"amount": 12.0}, "amount must be exact: give a whole number, or a decimal as text."),
        ({"amount": "50"}, "amount must be a whole number."),
        ({"amount": True}, "amount must be a whole number."),
        ({"amount": None}, "amount is missing."),
        ({"currencyCode": "QQQ"}, "currencyCode must be a three-letter currency code such as USD."),
        ({"currencyCode": "gbp"}, "currencyCode must be a three-letter currency code such as USD."),
        ({"description": "{{step1.id}}"}, "description cannot contain two opening braces."),
        ({"customerUniqueId": "7KQ2M9XTRB\n"}, "customerUniqueId cannot contain line breaks"),
        ({"colour": "red"}, "colour is not something this takes."),
        ({"amount": {"$ref": {"step": 0, "result": "id"}}}, "amount must name an earlier step"),
    ],
)
def test_a_wrong_argument_is_told_in_a_sentence(changes: dict, problem: str) -> None:
    with pytest.raises(ArgumentsError) as raised:
        BILLSBY["billsby_charge_customer"].arguments(CHARGE | changes)
    assert any(sentence.startswith(problem) for sentence in raised.value.problems)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ArgumentsError) as raised:
        BILLSBY["billsby_change_plan"].arguments({"planId": 0})
    assert len(raised.value.problems) == 5


def test_defaults_are_filled() -> None:
    assert BILLSBY["billsby_change_plan"].arguments(PLAN)["issueRefund"] is False


def test_a_reference_leaves_a_hole_in_the_path() -> None:
    open_request = request("billsby_charge_customer", CHARGE | {"customerUniqueId": FIRST})
    assert open_request.path == f"{CORE}/customers/{{{{step1.id}}}}/invoices"
    assert holes(open_request) == ("step1.id",)
    assert fill(open_request, {"step1.id": "7KQ2M9XTRB"}) == request("billsby_charge_customer", CHARGE)


def test_a_hole_in_the_path_is_filled_with_one_segment_only() -> None:
    open_request = request("billsby_charge_customer", CHARGE | {"customerUniqueId": FIRST})
    with pytest.raises(ArgumentsError):
        fill(open_request, {"step1.id": "../refunds"})


def test_a_hole_in_a_json_string_is_escaped() -> None:
    open_request = request("billsby_charge_customer", CHARGE | {"description": FIRST})
    assert json.loads(fill(open_request, {"step1.id": '","amount":1,"'}).body)["amount"] == 5000


def test_a_hole_for_a_number_takes_only_a_number() -> None:
    open_request = request("billsby_charge_customer", CHARGE | {"amount": FIRST})
    assert '"amount":{{step1.id}},' in open_request.body
    assert json.loads(fill(open_request, {"step1.id": "7"}).body)["amount"] == 7
    with pytest.raises(ArgumentsError):
        fill(open_request, {"step1.id": '7,"x":1'})


BILL_LIKE = {
    "paths": {
        "/List.json": {
            "post": {
                "operationId": "acme_list",
                "summary": "List things.",
                "requestBody": {
                    "content": {
                        "application/x-www-form-urlencoded": {
                            "schema": {
                                "type": "object",
                                "required": ["data"],
                                "properties": {
                                    "devKey": {"const": "{{credential.dev_key}}"},
                                    "data": {
                                        "type": "object",
                                        "x-inline": True,
                                        "required": ["name"],
                                        "properties": {
                                            "entity": {"const": "Thing"},
                                            "name": {"type": "string", "description": "Its name."},
                                            "Price": {
                                                "type": "number",
                                                "minimum": 0,
                                                "x-name": "price",
                                                "description": "Its price.",
                                            },
                                        },
                                    },
                                },
                            }
                        }
                    }
                },
                "x-countersign": {"effects": ["read"]},
            },
            "get": {
                "operationId": "acme_find",
                "summary": "Find things.",
                "parameters": [
                    {
                        "name": "filters",
                        "in": "query",
                        "x-template": 'name:sw:"{}"',
                        "schema": {"type": "string", "x-name": "name", "description": "Start of its name."},
                    },
                    {
                        "name": "filters",
                        "in": "query",
                        "x-template": "due:lte:{}",
                        "schema": {
                            "type": "string",
                            "format": "date",
                            "x-name": "dueBy",
                            "description": "Due by then.",
                        },
                    },
                ],
                "x-countersign": {"effects": ["read"]},
            },
        },
        "/bulk": {
            "post": {
                "operationId": "acme_create_bulk",
                "summary": "Add several things.",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {
                                "type": "array",
                                "x-name": "things",
                                "maxItems": 2,
                                "description": "The things.",
                                "items": {
                                    "type": "object",
                                    "required": ["Name"],
                                    "properties": {
                                        "Name": {
                                            "type": "string",
                                            "x-name": "name",
                                            "description": "Its name.",
                                        },
                                        "code": {"type": "string", "description": "Its code."},
                                    },
                                },
                            }
                        }
                    }
                },
                "x-countersign": {
                    "effects": ["write"],
                    "record": None,
                    "card": "Add things",
                    "undo": "No",
                    "judge": "create_bulk",
                    "secrets": ["code"],
                },
            },
        },
    }
}


@pytest.fixture
def acme(tmp_path: Path) -> Mapping[str, Operation]:
    (tmp_path / "things.yaml").write_text(yaml.safe_dump(BILL_LIKE, sort_keys=False))
    loaded = load("acme", tmp_path)
    assert loaded.problems == ()
    return loaded.operations


def test_a_form_carries_its_object_as_json_and_its_credentials_as_holes(acme) -> None:
    sent = acme["acme_list"].request({"name": "A&B", "price": Decimal("12.50")}, {})
    data = "%7B%22entity%22%3A%22Thing%22%2C%22name%22%3A%22A%26B%22%2C%22Price%22%3A12.50%7D"
    assert sent.body == f"devKey={{{{credential.dev_key}}}}&data={data}"


def test_a_hole_in_a_form_is_escaped_twice(acme) -> None:
    sent = acme["acme_list"].request({"name": FIRST}, {})
    assert holes(sent) == ("step1.id",)
    assert fill(sent, {"step1.id": 'a"&b'}).body.endswith("%22name%22%3A%22a%5C%22%26b%22%7D")


def test_a_list_as_body_is_one_argument(acme) -> None:
    sent = acme["acme_create_bulk"].request(
        {"things": [{"name": "A"}, {"code": "s3cr3t", "name": FIRST}]}, {}
    )
    assert sent.body == '[{"Name":"A"},{"Name":"{{step1.id}}","code":"s3cr3t"}]'
    with pytest.raises(ArgumentsError, match="things must have at most 2 entries"):
        acme["acme_create_bulk"].arguments({"things": [{"name": "A"}] * 3})


def test_each_of_several_records_has_its_secret(acme) -> None:
    things = [{"name": "A", "code": "s3cr3t"}, {"name": "B"}, {"name": "C", "code": "hidden"}]
    assert acme["acme_create_bulk"].secrets_in({"things": things}) == ["s3cr3t", "hidden"]


def test_a_decimal_below_its_limit_is_refused(acme) -> None:
    with pytest.raises(ArgumentsError, match="price must be at least 0"):
        acme["acme_list"].request({"name": "A", "price": "-0.01"}, {})


def test_filters_of_one_name_are_joined(acme) -> None:
    sent = acme["acme_find"].request({"name": "Hap", "dueBy": "2026-11-30"}, {})
    assert sent.query == "filters=name%3Asw%3A%22Hap%22%2Cdue%3Alte%3A2026-11-30"


def test_a_filter_cannot_be_extended_from_inside(acme) -> None:
    with pytest.raises(ArgumentsError):
        acme["acme_find"].request({"name": 'x",archived:eq:"true'}, {})
