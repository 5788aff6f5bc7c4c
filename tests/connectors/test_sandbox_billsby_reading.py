"""What Billsby's reading calls answer: paths, envelopes, keys and spellings as documented."""

import re

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import API_KEY, BillsbyAccount

ALICE, INVOICE = "7KQ2M9XTRB", "7KQ2M9XTRB-3"


def test_a_call_without_a_known_key_is_refused_with_401(billsby: BillsbyAccount) -> None:
    response = billsby.http.get("/core/halden/customers/x", headers={"ApiKey": "halden_wrong"})

    assert response.status_code == 401
    assert response.json()["errors"] == []


def test_the_key_of_another_tenant_is_refused_with_403(billsby: BillsbyAccount) -> None:
    other = API_KEY.replace("halden", "otherco")

    assert billsby.http.get("/core/halden/products/11", headers={"ApiKey": other}).status_code == 403
    assert billsby.get("/otherco/products/11").status_code == 403


def test_the_domain_is_read_whatever_its_case(billsby: BillsbyAccount) -> None:
    assert billsby.get(f"/Halden/customers/{ALICE}").status_code == 200


def test_customers_come_in_the_documented_envelope(billsby: BillsbyAccount) -> None:
    page = billsby.read("/halden/customers", page=1, pageSize=15)

    assert list(page) == ["currentPage", "pageCount", "pageSize", "rowCount", "results"]
    assert [page["currentPage"], page["pageCount"], page["rowCount"], len(page["results"])] == [1, 3, 40, 15]
    assert set(page["results"][0]) == {
        "customerUniqueId",
        "firstName",
        "lastName",
        "email",
        "createdOn",
        "status",
        "phoneNumber",
        "phoneNumberDialCode",
        "phoneNumberDialCodeCountry",
        "billingAddress",
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", page["results"][0]["createdOn"])


def test_pages_together_hold_every_customer_once(billsby: BillsbyAccount) -> None:
    pages = [billsby.read("/halden/customers", page=number, pageSize=15) for number in (1, 2, 3)]
    seen = [row["customerUniqueId"] for page in pages for row in page["results"]]

    assert len(seen) == len(set(seen)) == 40


@pytest.mark.parametrize(
    "query", [{}, {"page": 1}, {"page": 1, "pageSize": 101}, {"page": "x", "pageSize": 5}]
)
def test_a_page_outside_the_documented_limits_is_refused(billsby: BillsbyAccount, query: dict) -> None:
    assert billsby.get("/halden/customers", **query).status_code == 400


def test_a_customer_is_found_by_part_of_the_whole_name(billsby: BillsbyAccount) -> None:
    found = billsby.read("/halden/customers", page=1, pageSize=10, search="ice SMI")["results"]

    assert [row["customerUniqueId"] for row in found] == [ALICE]


def test_customer_details_have_the_documented_fields(billsby: BillsbyAccount) -> None:
    customer = billsby.customer(ALICE)

    assert set(customer) == {
        "companyCurrency",
        "totalAmountPaid",
        "averageAmountPerMonth",
        "cardStatus",
        "customerUniqueId",
        "firstName",
        "lastName",
        "billingAddress",
        "email",
        "additionalEmail",
        "phoneNumberDialCountry",
        "phoneNumberDialCode",
        "phoneNumber",
        "isMarketingConsentGiven",
        "createdOn",
        "status",
    }
    assert customer["totalAmountPaid"] == str(2 * 34800)


def test_an_unknown_record_is_not_found(billsby: BillsbyAccount) -> None:
    for path in (
        "/halden/customers/NOBODY",
        "/invoices/NOBODY-1",
        "/halden/subscriptions/X",
        "/halden/products/1",
    ):
        assert billsby.get(path).status_code == 404


def test_the_single_invoice_is_text_nearly_everywhere(billsby: BillsbyAccount) -> None:
    invoice = billsby.invoice(INVOICE)

    assert len(invoice) == 65
    assert invoice["amount"] == "34800"
    assert invoice["formattedAmount"] == "348.00"
    assert invoice["refundableAmount"] == "0"
    assert invoice["status"] == "Unpaid"
    assert {type(value) for value in invoice["subscriptions"][0]["subscriptionItems"][0].values()} == {str}


def test_company_invoices_have_numbers_and_customer_invoices_what_is_refundable(
    billsby: BillsbyAccount,
) -> None:
    listed = billsby.read("/halden/companies/invoices", page=1, pageSize=10, query=INVOICE)["results"]
    own = billsby.customer_invoices(ALICE)

    assert set(listed[0]) == {
        "invoiceId",
        "invoiceNumber",
        "customerId",
        "customerUniqueId",
        "customerFirstName",
        "customerLastName",
        "customerFullName",
        "createdOn",
        "amount",
        "formattedAmount",
        "status",
        "currency",
    }
    assert (listed[0]["amount"], listed[0]["formattedAmount"]) == (34800, "$348")
    assert [(row["invoiceNumber"], row["refundableAmount"]) for row in own] == [
        (INVOICE, 0),
        (f"{ALICE}-2", 34800),
        (f"{ALICE}-1", 34800),
    ]


def test_filter_flags_widen_each_other(billsby: BillsbyAccount) -> None:
    page = billsby.read(
        "/halden/companies/invoices", page=1, pageSize=100, isUnpaid="true", isWrittenOff="true"
    )

    assert {row["status"] for row in page["results"]} == {"Unpaid", "WrittenOff"}


def test_both_readings_of_order_by_descending_are_understood(billsby: BillsbyAccount) -> None:
    one = billsby.read("/halden/companies/invoices", page=1, pageSize=9, orderByDescending="amount")
    other = billsby.read(
        "/halden/companies/invoices", page=1, pageSize=9, orderBy="Amount", orderByDescending="true"
    )

    assert one == other
    amounts = [row["amount"] for row in one["results"]]
    assert amounts == sorted(amounts, reverse=True)


def test_payment_logs_tell_each_try(billsby: BillsbyAccount) -> None:
    logs = billsby.read(f"/halden/customers/{ALICE}/invoices/{INVOICE}/paymentlogs")

    assert [log["status"] for log in logs] == ["failed", "failed"]
    assert set(logs[0]) == {
        "paymentLogId",
        "createdOn",
        "gatewayId",
        "gatewayName",
        "reference",
        "paymentMethod",
        "status",
    }


def test_company_credit_notes_have_text_amounts(billsby: BillsbyAccount) -> None:
    notes = billsby.read("/halden/companies/creditnotes", page=1, pageSize=100)["results"]

    assert {type(note["amount"]) for note in notes} == {str}
    own = billsby.read(f"/halden/customers/{notes[0]['customerUniqueId']}/creditNotes")
    assert set(own[0]) == {
        "invoiceId",
        "createdOn",
        "invoiceNumber",
        "amount",
        "currency",
        "linkedTransactionsCount",
        "status",
        "paymentGatewayDisplayName",
    }


def test_a_customers_subscription_names_its_unique_id_subscription_id(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["upgrade"]
    (row,) = billsby.read(f"/halden/customers/{story['customerUniqueId']}/subscriptions")

    assert row["subscriptionId"] == story["subscriptionUniqueId"]
    assert set(row) == {
        "subscriptionId",
        "productId",
        "productName",
        "planId",
        "planName",
        "status",
        "currency",
        "revenue",
        "nextBilling",
        "createdOn",
        "units",
    }


def test_the_list_of_subscriptions_has_text_ids_and_filters(billsby: BillsbyAccount) -> None:
    page = billsby.read("/halden/subscriptions", page=1, pageSize=500, isActive="true", planName="business")

    assert page["pageSize"] == 100
    assert {row["planName"] for row in page["results"]} == {"Business"}
    assert {row["status"] for row in page["results"]} <= {"Active", "InTrial"}
    assert isinstance(page["results"][0]["planId"], str)


def test_subscription_details_use_names_and_six_digits(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["upgrade"]
    details = billsby.read(f"/halden/subscriptions/{story['subscriptionUniqueId']}")

    assert len(details) == 33
    assert details["planPricingModel"]["frequencyType"] == "Monthly"
    assert details["nextBillingAmount"] == 34800
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}", details["nextBillingDate"])
    assert details["planIdNext"] is None


def test_plans_tell_cycles_without_prices(billsby: BillsbyAccount) -> None:
    products = billsby.read("/halden/products", page=1, pageSize=50)["results"]
    main = next(product for product in products if product["name"] == "Halden Desk")
    plans = billsby.read(f"/halden/products/{main['productId']}/plans")

    enterprise = next(plan for plan in plans if plan["displayName"] == "Enterprise")
    assert [cycle["pricingModel"]["frequencyType"] for cycle in enterprise["cycles"]] == [3, 4]
    assert "price" not in enterprise["cycles"][0]["pricingModel"]
    assert {"customFields", "orderedCustomFields"} <= set(main)
    assert "productCountryLimitation" in billsby.read(f"/halden/products/{main['productId']}")


def test_allowances_and_counters_stand_under_bases_of_their_own(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["credits"]
    path = f"/halden/subscriptions/{story['subscriptionUniqueId']}"

    (held,) = billsby.read(f"{path}/allowances", base="billing")["allowances"]
    allowance = billsby.read(f"/halden/allowances/{held['id']}", base="billing")
    counter = billsby.read(f"{path}/counters/{story['counterId']}", base="counters/usage")

    assert allowance["counter"] == {"counterId": "api-calls", "counterName": "API calls"}
    assert held["usage"] == counter["usage"] == story["usage"] > 500
    assert counter["timestamp"].endswith("+00:00")
    assert billsby.get(f"{path}/allowances").status_code == 404


def test_the_specifications_wrong_bases_answer_only_when_lenient(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    assert billsby.get("/halden/addons").status_code == 404
    sandbox.settings(lenient_bases=True)

    assert billsby.read("/halden/addons")[0]["name"] == "priority-support"


def test_the_event_log_is_paged_and_tagged_subscriptions_list_their_tags(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["upgrade"]
    path = f"/halden/subscriptions/{story['subscriptionUniqueId']}"

    assert [event["type"] for event in billsby.read(f"{path}/logs", page=1, pageSize=10)["results"]] == [
        "SubscriptionCreated"
    ]
    assert billsby.read(f"{path}/tags") == ["business-plan"]


@pytest.mark.parametrize(("kind", "start"), [("empty", "{}"), ("html", "<html>")])
def test_errors_come_in_other_bodies_when_asked(
    billsby: BillsbyAccount, sandbox: SandboxControl, kind: str, start: str
) -> None:
    sandbox.settings(error_body=kind)

    assert billsby.get("/halden/customers/NOBODY").text.startswith(start)


def test_tags_come_flat_split_by_origin_and_for_a_customer(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    story = sandbox.stories()["upgrade"]
    path = f"/halden/subscriptions/{story['subscriptionUniqueId']}"
    sandbox.change("billsby", "subscription", story["subscriptionUniqueId"], tags=["water"])

    assert billsby.read(f"{path}/tags") == ["business-plan", "water"]
    assert billsby.read(f"{path}/tags/split") == {
        "planFeatureTags": ["business-plan"],
        "subscriptionFeatureTags": ["water"],
    }
    of_customer = f"/halden/customers/{story['customerUniqueId']}/subscriptions/featuretags"
    assert billsby.read(of_customer) == ["business-plan", "water"]

    sandbox.change("billsby", "subscription", story["subscriptionUniqueId"], status="Cancelled")
    assert billsby.read(of_customer) == []


def test_a_subscription_without_a_shipping_address_has_an_empty_one(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    unique = sandbox.stories()["upgrade"]["subscriptionUniqueId"]

    address = billsby.read(f"/halden/subscriptions/{unique}/shippingAddress")

    assert list(address) == ["addressLine1", "addressLine2", "city", "country", "state", "postCode"]
    assert set(address.values()) == {""}
