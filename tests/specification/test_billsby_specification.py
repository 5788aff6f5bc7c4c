"""A stranger's client, made from Billsby's own specification alone, believes the sandbox.

Schemathesis draws requests that fit the specification; names of records, and words that it only tells in
prose, are filled in with what stands in the sandbox. Answers must have a documented status and shape, but for
the differences named here.
"""

import os
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation.modes import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from connectors.sandbox.billsby.choices import API_KEYS, COMPANY_DOMAIN
from connectors.sandbox.client import SandboxControl
from tests import processes

pytestmark = pytest.mark.sqlite  # it asks the sandbox alone; once is enough

EXAMPLES = 12
HEADERS = {"ApiKey": next(iter(API_KEYS))}
ORDER = {"get": 0, "post": 1, "put": 2, "delete": 3}

# Named differences. Each says what the specification has and why the sandbox answers otherwise.
REFUSALS = {
    400,
    404,
}  # it declares no refusal for most calls; a wrong record or a broken rule must be answered
NO_SHAPE = {  # its sample is not JSON, so its generator took the whole answer for a text
    ("get", "/{companyDomain}/customers"),
    ("get", "/{companyDomain}/companies/invoices"),
    ("get", "/{companyDomain}/subscriptions/{subscriptionUniqueId}"),
    ("get", "/{companyDomain}/subscriptions/{subscriptionUniqueId}/addons"),
    ("get", "/{companyDomain}/subscriptions/{subscriptionUniqueId}/allowances"),
    ("get", "/{companyDomain}/allowances"),
    ("put", "/{companyDomain}/customers/{customerUniqueId}/gdprcleanup"),
}
IS_NULL = "null is not of type"  # its samples hold null where its types do not say so

RESPONSE = 88
ADDRESS = {
    "addressLine1": "4 Mill Lane",
    "addressLine2": "",
    "city": "Leeds",
    "state": "West Yorkshire",
    "country": "GBR",
    "postCode": "LS1 4AB",
}
CARD = {
    "fullName": "Noor Falk",
    "expiryMonth": 12,
    "expiryYear": 2031,
    "cardType": "visa",
    "last4Digits": "1111",
}
PERSON = {"firstName": "Noor", "lastName": "Falk", "email": "noor.falk@example.test"}

# What the specification tells in prose, or not at all: words by the field's name; one of a tuple is drawn.
WORDS = {
    **ADDRESS,
    **CARD,
    **PERSON,
    "address": ADDRESS,
    "billingAddress": ADDRESS,
    "shippingAddress": ADDRESS,
    "phoneNumberDialCountry": "GBR",
    "productCountryLimitation": {"isAnyCountryAllowed": True},
    "productCountryLimitations": {"isAnyCountryAllowed": True},
    "page": (1, 2),
    "pageSize": (1, 10, 100),
    "orderBy": "createdOn",
    "orderByDescending": "createdOn",
    "visibilityType": (0, 1, 2, 3),
    "alertEmail": "sales@example.test",
    "additionalEmail": "noor.falk@example.test",
    "name": "Team",
    "displayName": "Team",
    "label": "Team name",
    "currencyCode": "USD",
    "billingCurrency": "USD",
    "amount": 100,
    "units": 1,
    "Units": 1,
    "quantity": 1,
    "price": (0, 2900),
    "operationType": ("Increment", "Decrement", "Set"),
    "planChangeType": (1, 2),
    "frequency": 1,
    "frequencyType": (1, 2, 3, 4),
    "freeTrialFrequencyType": 3,
    "contractTermFrequencyType": 3,
    "billingDateType": 1,
    "fixedBillingDateDay": 1,
    "fixedBillingDateMonth": 1,
    "proRateOption": (1, 2, 3),
    "pricingModel": (1, 2),
    "visibility": (0, 1, 2, 3),
    "typeOfProduct": (1, 2),
    "type": (0, 1),
    "options": "",
    "paymentCardToken": "tok_demo_1",
    "paymentCardtoken": "tok_demo_1",
    "tagNames": ["water"],
    "tagname": "water",
    "newRenewalDate": "2027-01-01T00:00:00.000Z",
}
ON_A_NEW_CUSTOMER = {
    ("post", "/{companyDomain}/customers/{customerUniqueId}/subscriptions"),
    ("delete", "/{companyDomain}/customers/{customerUniqueId}"),
}
# Fields that a body must have though the specification does not say so.
NEEDED = {
    "/{companyDomain}/subscriptions/tags": ("subscriptionUniqueIds", "tagNames"),
    "/{companyDomain}/products": ("name", "displayName", "billingCurrency", "visibility"),
    "/{companyDomain}/products/{productId}/plans": ("name", "displayName", "pricingModel"),
    "/{companyDomain}/customers/{customerUniqueId}/paymentCard": ("paymentCardtoken", *CARD),
}

specification = Path(os.environ["BILLSBY_OPENAPI"]).read_text()
# One path is printed with blanks, by a slip.
schema = schemathesis.openapi.from_file(
    specification.replace(" /creditNotes /{", "/creditNotes/{").replace("} /Payment", "}/Payment")
)
OPERATIONS = sorted(
    (found.ok() for found in schema.get_all_operations()), key=lambda operation: ORDER[operation.method]
)


@pytest.fixture(scope="module")
def vendor():
    with processes.sandbox() as url, SandboxControl(url) as control:
        vendor = Vendor(f"{url}/billsby/api/v1/rest/core", control)
        yield vendor
        vendor.http.close()


class Vendor:
    """The sandbox under the specification's only base, and what a client can read there."""

    def __init__(self, base: str, control: SandboxControl) -> None:
        self.base = base
        self.control = control
        self.http = httpx.Client(base_url=base, headers=HEADERS)
        self.counted: dict[str, Any] = {}  # a subscription with a counter

    def begin(self) -> None:
        self.control.reset()
        self.control.settings(lenient_bases=True, settle_at_once=True)
        field = {"label": "Team", "description": "A team", "type": 0, "options": "", "compulsory": False}
        self.control.add("billsby", "custom_field", "3", customFieldId=3, **field)
        self.counted = next(story for story in self.control.stories().values() if "counterId" in story)
        number = self.listed("/companies/creditnotes")[0]["creditNoteUniqueId"]
        self.control.change("billsby", "credit_note", number, status="Failed")
        given = {"customFieldResponseId": RESPONSE, "customFieldId": 3, "productId": 11, "value": "Red"}
        owner = self.counted["customerUniqueId"]
        self.control.add("billsby", "custom_field_response", str(RESPONSE), owner=owner, **given)

    def read(self, path: str, **query: Any) -> Any:
        return self.http.get(f"/{COMPANY_DOMAIN}{path}", params=query).raise_for_status().json()

    def listed(self, path: str, **query: Any) -> list[dict[str, Any]]:
        return self.read(path, page=1, pageSize=100, **query)["results"]

    def scene(self, operation: Any, chance: Random) -> dict[str, Any]:
        """Values by field name that belong together, fit for the operation."""
        path, method = operation.path, operation.method
        flags = {}
        if path.endswith(("/Payment", "/PaidOffline", "/WrittenOff")):
            flags = {"isUnpaid": "true"}
        elif path.endswith("/refunds"):
            flags = {"isPaid": "true"}
        invoices = self.listed("/companies/invoices", **flags) or self.listed("/companies/invoices")
        invoice = chance.choice(invoices)
        customer = invoice["customerUniqueId"]
        if (method, path) in ON_A_NEW_CUSTOMER:
            customer = self.new_customer()
        subscription = chance.choice(self.listed("/subscriptions", isActive="true"))
        if "/counters/" in path:
            subscription = self.read(f"/subscriptions/{self.counted['subscriptionUniqueId']}")
        if "/subscriptions/{subscriptionUniqueId}" in path:
            customer = subscription["customerUniqueId"]
        product = self.read(f"/products/{int(subscription['productId'])}")
        plans = self.read(f"/products/{product['productId']}/plans")
        plan = chance.choice([each for each in plans if each["cycles"]])
        notes = self.listed("/companies/creditnotes", isFailed="true") or self.listed(
            "/companies/creditnotes"
        )
        return {
            "companyDomain": COMPANY_DOMAIN,
            "customerUniqueId": customer,
            "invoiceNumber": invoice["invoiceNumber"],
            "creditNoteNumber": notes[0]["creditNoteUniqueId"],
            "subscriptionUniqueId": subscription["subscriptionUniqueId"],
            "subscriptionUniqueIds": [subscription["subscriptionUniqueId"]],
            "subsId": subscription["subscriptionUniqueId"],
            "productId": product["productId"],
            "productID": product["productId"],
            "planId": plan["planId"],
            "cycleId": plan["cycles"][0]["cycleId"],
            "orderedPlanIds": [each["planId"] for each in reversed(plans)],
            "addonId": self.read("/addons")[0]["addonId"],
            "addOnId": self.read("/addons")[0]["addonId"],
            "allowanceId": self.read("/allowances")[0]["allowanceId"],
            "allowancePlanInputModel": [],
            "allowances": [],
            "couponCodes": [],
            "counterId": self.counted["counterId"],
            "customFieldId": 3,
            "orderedCustomFields": [3],
            "customFieldResponseId": RESPONSE,
            "value": 5 if "/counters/" in path else "Blue",
        }

    def new_customer(self) -> str:
        """One with a card and without a subscription."""
        people = f"/{COMPANY_DOMAIN}/customers"
        made = self.http.post(people, json=PERSON | ADDRESS).raise_for_status().json()["customerUniqueId"]
        card = CARD | {"paymentCardtoken": "tok_demo_1"}
        self.http.put(f"{people}/{made}/paymentCard", json=card).raise_for_status()
        return made


def fill(case: Any, vendor: Vendor, chance: Random) -> None:
    """Put what stands in the sandbox, and words told in prose, in the places that schemathesis drew."""
    known = vendor.scene(case.operation, chance)
    words = WORDS | known

    def value(name: str, drawn: Any) -> Any:
        if name in words:
            chosen = words[name]
            return chance.choice(chosen) if isinstance(chosen, tuple) else chosen
        return filled(drawn)

    def filled(drawn: Any) -> Any:
        if isinstance(drawn, dict):
            return {name: value(name, item) for name, item in drawn.items()}
        return [filled(item) for item in drawn][:2] if isinstance(drawn, list) else drawn

    for part in ("path_parameters", "query"):
        drawn = getattr(case, part)
        for name in list(drawn or ()):
            drawn[name] = value(name, drawn[name])
    if isinstance(case.body, dict):
        case.body = filled(case.body) | {
            name: value(name, None) for name in NEEDED.get(case.operation.path, ())
        }


def unexplained(case: Any, answer: Any, checks: list[Any]) -> list[str]:
    """What an answer has that the specification has not, and that no named difference explains."""
    try:
        case.validate_response(answer, checks=checks, headers=HEADERS)
    except FailureGroup as group:
        found = [str(failure) for failure in group.exceptions]
    except Failure as failure:
        found = [str(failure)]
    else:
        found = []
    return [text for text in found if IS_NULL not in text]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda it: f"{it.method} {it.path}")
def test_answers_are_as_documented(vendor, operation):
    vendor.begin()
    accepted, refused = [], []

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE), chance=st.integers(0, 2**32))
    def drive(case, chance):
        fill(case, vendor, Random(chance))
        answer = case.call(base_url=vendor.base, headers=HEADERS)
        if (
            answer.status_code in REFUSALS
            and str(answer.status_code) not in operation.definition.raw["responses"]
        ):
            refused.append(answer.json()["message"])
            return
        accepted.append(answer.status_code == 200)
        checks = [not_a_server_error, content_type_conformance]
        if (operation.method, operation.path) not in NO_SHAPE:
            checks.append(response_schema_conformance)
        assert unexplained(case, answer, checks) == []

    drive()
    assert any(accepted), f"no request was accepted, so nothing was compared: {refused}"
