"""Every form of every page: it files one proposal of its operation, and nothing is done at the vendor."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from console.approvals.models import Proposal
from console.connections.clients import read_live
from console.mirror.models import KINDS, Record
from console.mirror.offers import ACTIONS, billsby
from console.mirror.refresh import refresh_record
from tests.books import sell_more
from tests.mirror.factories import (
    make_bill,
    make_budget,
    make_credit_note,
    make_customer,
    make_invoice,
    make_payment,
    make_spend_card,
    make_subscription,
    make_vendor,
)

MAKERS = {
    "invoice": make_invoice,
    "credit_note": make_credit_note,
    "customer": make_customer,
    "subscription": make_subscription,
    "vendor": make_vendor,
    "bill": make_bill,
    "payment": make_payment,
    "budget": make_budget,
    "spend_card": make_spend_card,
}
OTHER = {"billsby": "bill", "bill": "billsby"}
ID = {"invoice": "invoiceNumber", "customer": "customerUniqueId", "subscription": "subscriptionUniqueId"}
NEXT_MONTH = (datetime.now(UTC) + timedelta(days=40)).date().isoformat()
PLACE = {
    "addressLine1": "4 Mill Lane",
    "city": "Leeds",
    "state": "West Yorkshire",
    "country": "GBR",
    "postCode": "LS1 4AB",
}
PERSON = {"firstName": "Noor", "lastName": "Falk", "email": "noor@brightwater.example"}
CARD = {
    "paymentCardToken": "tok_of_a_form_1",
    "cardFullName": "Noor Falk",
    "cardType": "visa",
    "last4Digits": "1111",
    "expiryMonth": "1",
    "expiryYear": "2031",
}
# By form: whose record of the sandbox's stories, what is filled in, and what of it is asked of the operation.
CASES: Mapping[str, tuple[str, dict, dict]] = {
    "invoice-refund": ("cancel_refund", {"amount": "$1.25"}, {"amount": 125}),
    "invoice-retry": ("retry_pays", {}, {}),
    "invoice-mark-paid": ("retry_pays", {}, {}),
    "invoice-write-off": ("retry_pays", {}, {}),
    "customer-charge": (
        "upgrade",
        {"currency": "USD", "amount": "1,250.50", "description": "Training day"},
        {"currencyCode": "USD", "amount": 125_050, "description": "Training day"},
    ),
    "customer-edit": ("upgrade", PLACE | PERSON, PLACE | PERSON),
    "customer-replace-card": ("upgrade", CARD, {**CARD, "expiryMonth": 1, "expiryYear": 2031}),
    "customer-ask-for-card": ("upgrade", {}, {}),
    "customer-erase": ("cancel_refund", {}, {}),
    "subscription-change-plan": (
        "upgrade",
        {"plan": "34 57", "planChangeType": "now", "units": "", "issueRefund": "on"},
        {"planId": 34, "cycleId": 57, "planChangeType": "now", "issueRefund": True},
    ),
    "subscription-move-renewal": (
        "upgrade",
        {"newRenewalDate": NEXT_MONTH, "pauseSubscription": "on"},
        {"newRenewalDate": NEXT_MONTH, "pauseSubscription": True},
    ),
    "subscription-change-usage": (
        "credits",
        {"counter": "api-calls", "operationType": "Increment", "value": "50"},
        {"counterId": "api-calls", "operationType": "Increment", "value": 50},
    ),
    "subscription-add-tags": (
        "upgrade",
        {"tagNames": "water, early bird"},
        {"tagNames": ["water", "early bird"]},
    ),
    "subscription-ship-to": ("upgrade", PLACE, PLACE),
    "subscription-cancel": ("cancel_refund", {}, {}),
}
APART = {"credit_note-retry", "customer-delete", "subscription-remove-tag"}  # need a record made for them

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(connected, sandbox) -> Callable[[str, str], Record]:
    """The record of a kind in one of the sandbox's stories, read into the mirror with what is sold."""

    def read(kind: str, name: str) -> Record:
        key = sandbox.stories()[name][ID[kind]]
        for sold, number in (("product", "11"), ("allowance", "8"), ("add_on", "5")):
            refresh_record(connected["billsby"], sold, number)
        refresh_record(connected["billsby"], kind, key)
        return KINDS[kind].objects.get(vendor_id=key)

    return read


@pytest.fixture
def priya(client, people):
    client.force_login(people["priya"])
    return client


def url(route: str, record: Record) -> str:
    return reverse(f"mirror:{route}", args=[record.pk])


def make_record(route: str, connection, **changes) -> Record:
    return MAKERS[ACTIONS[route].model.KIND](connection, **changes)


@pytest.fixture
def accounts(billsby, bill) -> dict:
    return {"billsby": billsby, "bill": bill}


def test_every_form_of_billsby_has_a_case():
    assert set(CASES) | APART == {action.route for action in billsby.OFFERS}


@pytest.mark.parametrize("route", ACTIONS)
def test_who_may_not_propose_sees_no_form(client, people, accounts, route):
    record = make_record(route, accounts[ACTIONS[route].connector])
    client.force_login(people["omar"])
    assert client.get(url(route, record)).status_code == 403
    assert client.post(url(route, record), {"reason": "Why not."}).status_code == 403
    assert ACTIONS[route].label not in client.get(record.get_absolute_url()).text


@pytest.mark.parametrize("route", ACTIONS)
def test_a_record_of_the_other_system_has_no_such_form(priya, accounts, route):
    other = accounts[OTHER[ACTIONS[route].connector]]
    assert priya.get(url(route, make_record(route, other))).status_code == 404


@pytest.mark.parametrize("route", CASES)
def test_a_form_files_one_proposal_of_its_operation_and_does_nothing(priya, story, sandbox, route):
    name, answers, wanted = CASES[route]
    record = story(ACTIONS[route].model.KIND, name)
    assert priya.get(url(route, record)).status_code == 200
    response = priya.post(url(route, record), answers | {"reason": "Asked by phone."})
    proposal = Proposal.objects.get()
    step = proposal.steps.get()
    assert response.url == reverse("approvals:detail", args=[proposal.pk])
    assert step.operation == ACTIONS[route].operation
    assert step.record_key == record.vendor_id
    assert wanted.items() <= step.arguments.items()
    assert (proposal.status, proposal.reason, proposal.origin_kind) == ("pending", "Asked by phone.", "form")
    assert sandbox.effects() == []


def test_a_failed_payout_can_be_tried_again(priya, connected, sandbox):
    listed = read_live(connected["billsby"], "billsby_list_credit_notes", {"isFailed": True}).data
    number = listed[0]["creditNoteUniqueId"]
    refresh_record(connected["billsby"], "credit_note", number)
    note = KINDS["credit_note"].objects.get(vendor_id=number)
    priya.post(url("credit_note-retry", note), {"reason": "The card was renewed."})
    assert Proposal.objects.get().steps.get().arguments == {"creditNoteNumber": number}
    assert sandbox.effects() == []


def test_a_customer_with_nothing_running_can_be_deleted(priya, story, sandbox):
    customer = story("customer", "upgrade")
    subscription = sandbox.stories()["upgrade"]["subscriptionUniqueId"]
    sandbox.change("billsby", "subscription", subscription, status="Cancelled")
    priya.get(url("customer-delete", customer))  # which reads it
    priya.post(url("customer-delete", customer), {"reason": "A double."})
    assert Proposal.objects.get().steps.get().operation == "billsby_delete_customer"
    assert sandbox.effects() == []


def test_a_tag_of_its_own_can_be_removed(priya, story, sandbox):
    subscription = story("subscription", "upgrade")
    sandbox.change("billsby", "subscription", subscription.vendor_id, tags=["red & white"])
    page = url("subscription-remove-tag", subscription)
    priya.get(page)  # reads it again
    priya.post(page, {"tag": "red & white", "reason": "No longer sold."})
    assert Proposal.objects.get().steps.get().arguments["tagName"] == "red & white"
    assert sandbox.effects() == []


@pytest.mark.parametrize(
    ("route", "name", "given", "sentence"),
    [
        ("customer-charge", "upgrade", {"amount": "1.001"}, "finer than USD"),
        ("customer-charge", "upgrade", {"amount": "0"}, "An amount above zero"),
        ("customer-charge", "upgrade", {"amount": "1e3"}, "Write the amount like 1,250.00."),
        ("customer-charge", "upgrade", {"amount": "99999999999"}, "at most"),
        ("customer-charge", "upgrade", {"currency": "XXX"}, "No longer offered."),
        ("customer-charge", "upgrade", {"description": " "}, "Fill this in."),
        ("subscription-change-plan", "upgrade", {"plan": ""}, "Choose a plan and billing cycle."),
        ("subscription-change-plan", "upgrade", {"plan": "34 57", "units": "0"}, "Units must be at least 1."),
        ("subscription-change-plan", "upgrade", {"plan": "34 57", "units": "x"}, "Write a whole number."),
        ("subscription-move-renewal", "upgrade", {"newRenewalDate": "soon"}, "must be a date such as"),
        ("subscription-add-tags", "upgrade", {"tagNames": "a/b"}, "does not look right"),
        ("subscription-add-tags", "upgrade", {"tagNames": " , "}, "Fill this in."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    priya, story, route, name, given, sentence
):
    record = story(ACTIONS[route].model.KIND, name)
    _, answers, _ = CASES[route]
    response = priya.post(url(route, record), answers | {"reason": "Asked by phone."} | given)
    assert response.status_code == 422
    assert sentence in response.text.split('class="err"', 1)[1]
    assert "Asked by phone." in response.text
    assert not Proposal.objects.exists()


def test_the_page_says_what_would_be_sent_without_asking_the_vendor(priya, story, sandbox):
    customer = story("customer", "upgrade")
    sandbox.fail_next(status=503, times=100)
    given = {"amount": "12.5", "currency": "USD"}
    page = priya.get(url("customer-charge", customer), given, headers={"HX-Request": "true"}).text
    assert "$12.50, sent as 1250" in page
    assert "Propose charge of $12.50" in page
    assert 'class="err"' not in page
    assert 'role="alert"' not in page


def test_a_change_of_plan_is_shown_before_it_is_proposed(priya, story):
    given = {"plan": "34 57", "planChangeType": "on_renewal", "issueRefund": "on"}
    page = priya.get(url("subscription-change-plan", story("subscription", "upgrade")), given).text
    preview = page.split('id="preview"')[1].split("</dl>")[0]
    assert all(word in preview for word in ("Enterprise", "every month", "On renewal", "Yes"))


def test_only_plans_of_the_same_product_are_offered(priya, story, connected):
    refresh_record(connected["billsby"], "product", "12")
    page = priya.get(url("subscription-change-plan", story("subscription", "upgrade"))).text
    offered = page.split("<select", 1)[1].split("</select>")[0]
    assert offered.count("<option") == 1 + 4 * 2
    assert offered.count("(now)") == 1


@pytest.fixture
def upgraded(story, sandbox) -> Record:
    """A subscription with two of an add-on, and an allowance that its product's plans leave to the buyer."""
    sell_more(sandbox)
    allowance = sandbox.record("billsby", "allowance", "8")
    links = [
        {**link, "planId": number, "forceAllowance": False}
        for number, link in zip((33, 34), allowance["plans"], strict=False)
    ]
    sandbox.change("billsby", "allowance", "8", plans=links)
    return story("subscription", "upgrade")


def change_of_plan(priya, subscription, **answers) -> dict:
    given = {"plan": "34 57", "planChangeType": "now", "reason": "Asked by phone.", **answers}
    priya.post(url("subscription-change-plan", subscription), given)
    return Proposal.objects.get().steps.get().arguments


def test_a_change_of_plan_offers_what_can_be_had_with_it(priya, upgraded):
    page = priya.get(url("subscription-change-plan", upgraded), {"plan": "34 57"}).text
    for text in ("Priority support", "2 now", "API credits", "it is not there now"):
        assert text in page.split('id="picks"')[1]
    assert "API credits" not in priya.get(url("subscription-change-plan", upgraded), {"plan": "31 51"}).text


def test_add_ons_that_nobody_speaks_of_are_not_named(priya, upgraded):
    assert not {"addOns", "allowances"} & change_of_plan(priya, upgraded, add_on_5="").keys()


@pytest.mark.parametrize(("answer", "wanted"), [("3", [{"addOnId": 5, "quantity": 3}]), ("0", [])])
def test_a_change_of_plan_names_the_add_ons_that_were_asked_for(priya, upgraded, answer, wanted):
    arguments = change_of_plan(priya, upgraded, add_on_5=answer, allowance_8="1")
    assert (arguments["addOns"], arguments["allowances"]) == (wanted, [8])


def test_cancelling_waits_in_words_for_open_invoices(priya, story):
    subscription = story("subscription", "cancel_blocked")
    page = priya.get(url("subscription-cancel", subscription)).text
    assert "Billsby refuses to cancel while invoices are open" in page
    assert 'id="propose"' not in page
    response = priya.post(url("subscription-cancel", subscription), {"reason": "They left."})
    assert response.status_code == 422
    assert not Proposal.objects.exists()


def test_deleting_waits_in_words_for_running_subscriptions(priya, story):
    page = priya.get(url("customer-delete", story("customer", "upgrade"))).text
    assert "Billsby refuses while a subscription is not cancelled" in page


@pytest.mark.parametrize("route", ACTIONS)
def test_nothing_is_asked_of_a_record_that_is_gone(priya, accounts, route):
    gone = make_record(route, accounts[ACTIONS[route].connector], gone_at=timezone.now())
    assert ACTIONS[route].label not in priya.get(gone.get_absolute_url()).text
    assert 'id="propose"' not in priya.get(url(route, gone)).text


def test_counters_that_cannot_be_read_are_said_so(priya, story, sandbox):
    subscription = story("subscription", "credits")
    sandbox.fail_next(status=400, times=100)
    response = priya.get(url("subscription-change-usage", subscription))
    assert response.status_code == 200
    assert 'role="alert"' in response.text


def test_a_customers_details_stand_in_the_form_as_they_were_read(priya, story):
    customer = story("customer", "upgrade")
    page = priya.get(url("customer-edit", customer)).text
    assert f'value="{customer.email}"' in page


def test_a_cards_token_is_given_once_and_shown_nowhere(priya, story):
    customer = story("customer", "upgrade")
    token = CARD["paymentCardToken"]
    opened = priya.get(url("customer-replace-card", customer), {"paymentCardToken": token})
    refused = priya.post(
        url("customer-replace-card", customer), CARD | {"last4Digits": "1", "reason": "New."}
    )
    assert refused.status_code == 422
    assert token not in opened.text + refused.text
    assert "hx-get" not in refused.text.split('id="propose"')[1].split("</form>")[0]
    answer = priya.post(url("customer-replace-card", customer), CARD | {"reason": "New."})
    assert token not in priya.get(answer.url).text
