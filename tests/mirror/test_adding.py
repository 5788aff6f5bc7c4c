"""What is new at BILL: a vendor looked up first, a bill or an invoice whose party is chosen first."""

import pytest
from django.urls import reverse

from console.approvals.models import Proposal
from console.mirror.models import Customer, Vendor
from console.mirror.refresh import refresh_record
from tests import payables as books
from tests import spending
from tests.mirror.factories import make_vendor

NEW = reverse("mirror:vendor-new")
NORTHSIDE = f"{NEW}?name=Northside+Produce"
ADDRESS = {f"address.{name}": value for name, value in books.ADDRESS.items()}
GIVEN = ADDRESS | {"billCurrency": "EUR", "accountType": "BUSINESS", "reason": "A new supplier."}
BUDGET = {
    "owner": spending.HOLDER,
    "name": "Trade fairs 2027",
    "recurringInterval": "MONTHLY",
    "limit": "1,000",
    "recurringLimit": "900.50",
    "reason": "The fairs of next year.",
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya(client, people, connected, sandbox):
    books.fill(sandbox)
    client.force_login(people["priya"])
    return client


@pytest.mark.parametrize("route", ["vendor-new", "bill-new", "invoice-new", "budget-new"])
def test_who_may_not_propose_begins_nothing(client, people, connected, route):
    client.force_login(people["omar"])
    page = reverse(f"mirror:{route}")
    assert client.get(page).status_code == 403
    assert page not in client.get(reverse(f"mirror:{route.removesuffix('-new')}-list")).text


@pytest.mark.parametrize("kind", ["vendor", "bill", "invoice", "budget"])
def test_each_list_leads_to_what_is_new(priya, kind):
    page = reverse(f"mirror:{kind}-new")
    assert f'href="{page}"' in priya.get(reverse(f"mirror:{kind}-list")).text
    assert priya.get(page).status_code == 200


def test_without_an_account_at_bill_nothing_new_is_offered(client, people, billsby):
    client.force_login(people["priya"])
    assert NEW not in client.get(reverse("mirror:vendor-list")).text
    assert "No Bill account is configured" in client.get(NORTHSIDE, follow=True).text


def test_a_budget_is_proposed_with_its_owner_and_its_limits(priya, sandbox):
    spending.fill(sandbox)
    answer = priya.post(reverse("mirror:budget-new"), BUDGET)
    step = Proposal.objects.get().steps.get()
    assert answer.url == reverse("approvals:detail", args=[step.proposal_id])
    assert step.operation == "bill_create_budget"
    assert step.arguments == {
        "name": "Trade fairs 2027",
        "owners": [spending.HOLDER],
        "recurringInterval": "MONTHLY",
        "limit": "1000.00",
        "recurringLimit": "900.50",
    }
    card = priya.get(answer.url).text
    assert "Rosa Ibarra" in card
    assert "$1,000.00" in card


def test_a_budget_that_begins_anew_without_its_later_limit_is_told_what_is_missing(priya, sandbox):
    spending.fill(sandbox)
    answer = priya.post(reverse("mirror:budget-new"), BUDGET | {"recurringLimit": ""})
    assert answer.status_code == 422
    assert "“Limit of each later period” is missing: a budget that begins anew needs one." in answer.text
    assert not Proposal.objects.exists()


def test_a_vendors_name_is_looked_up_before_anything_else_is_asked(priya, connected):
    make_vendor(connected["bill"], name="northside produce", vendor_id="00907TWIN")
    page = priya.get(NORTHSIDE).text
    assert "BILL knows 3 companies of this name." in page
    assert "Northside Produce (4001, BILL, Oakland)" in page
    assert "northside produce (00907TWIN)" in page


def test_a_vendor_is_proposed_without_a_company_of_the_network(priya, sandbox):
    answer = priya.post(NORTHSIDE, GIVEN)
    step = Proposal.objects.get().steps.get()
    assert answer.url == reverse("approvals:detail", args=[step.proposal_id])
    assert step.operation == "bill_create_vendor"
    assert step.arguments == {
        "name": "Northside Produce",
        "accountType": "BUSINESS",
        "address": books.ADDRESS,
        "billCurrency": "EUR",
    }
    assert sandbox.effects() == []


def test_a_chosen_company_is_asked_to_connect_by_the_same_proposal(priya):
    priya.post(NORTHSIDE, GIVEN | {"company": f"{books.COMPANY} BILL"})
    first, second = Proposal.objects.get().steps.all()
    assert (first.operation, second.operation) == ("bill_create_vendor", "bill_invite_vendor")
    assert second.arguments == {
        "vendorId": {"$ref": {"step": 1, "result": "id"}},
        "networkId": books.COMPANY,
        "networkType": "BILL",
    }


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"address.line1": ""}, "Fill this in."),
        ({"address.country": "Germany"}, "Country does not look right"),
        ({"billCurrency": "XXX"}, "Bills us in must be"),
        ({"company": "9999 BILL"}, "No longer offered."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(priya, changes, sentence):
    answer = priya.post(NORTHSIDE, GIVEN | changes)
    assert answer.status_code == 422
    assert sentence in answer.text.split('class="err"', 1)[1]
    assert "A new supplier." in answer.text
    assert not Proposal.objects.exists()


def test_a_double_click_files_one_proposal(priya):
    first, second = priya.post(NORTHSIDE, GIVEN), priya.post(NORTHSIDE, GIVEN)
    assert second.url == first.url
    assert Proposal.objects.count() == 1


def test_a_name_that_is_too_long_is_said_so(priya):
    assert "At most 100 characters." in priya.get(NEW, {"name": "x" * 101}).text


def test_a_new_bill_begins_with_its_vendor(priya, connected):
    refresh_record(connected["bill"], "vendor", books.VENDOR)
    vendor = Vendor.objects.get(vendor_id=books.VENDOR)
    form = reverse("mirror:vendor-enter-bill", args=[vendor.pk])
    assert form in priya.get(reverse("mirror:bill-new"), {"q": "norths"}).text
    nobody = priya.get(reverse("mirror:bill-new"), {"q": "nobody"}).text
    assert form not in nobody
    assert f"{NEW}?name=nobody" in nobody


def test_a_new_invoice_begins_with_its_customer_at_bill(priya, connected):
    refresh_record(connected["bill"], "customer", books.CUSTOMER)
    customer = Customer.objects.get(vendor_id=books.CUSTOMER)
    form = reverse("mirror:customer-make-invoice", args=[customer.pk])
    assert form in priya.get(reverse("mirror:invoice-new")).text
