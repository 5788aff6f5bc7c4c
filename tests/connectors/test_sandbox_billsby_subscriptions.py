"""What Billsby does to a subscription: starting one, its address, its tags, its next renewal."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import BillsbyAccount

ADDRESS = {
    "addressLine1": "4 Mill Lane",
    "addressLine2": "",
    "city": "Leeds",
    "country": "GBR",
    "state": "West Yorkshire",
    "postCode": "LS1 4AB",
}


@pytest.fixture
def upgrade(sandbox: SandboxControl) -> dict[str, Any]:
    return sandbox.stories()["upgrade"]


@pytest.fixture
def free(sandbox: SandboxControl, upgrade: dict) -> str:
    """A customer with a card and nothing running."""
    sandbox.change("billsby", "subscription", upgrade["subscriptionUniqueId"], status="Cancelled")
    return upgrade["customerUniqueId"]


def new(upgrade: dict, token: str = "tok_demo_ok", **changes: Any) -> dict[str, Any]:
    card = {"fullName": "Noor Falk", "paymentCardToken": token, "expiryMonth": 12, "expiryYear": 2031}
    names = {"firstName": "Noor", "lastName": "Falk", "email": "noor.falk@example.test"}
    rest = {"cycleId": upgrade["cycleIds"]["monthly"], "Units": 2, "address": ADDRESS, "cardDetails": card}
    return names | rest | changes


def events(billsby: BillsbyAccount, unique: str) -> list[str]:
    path = f"/halden/subscriptions/{unique}/logs"
    return [event["type"] for event in billsby.read(path, page=1, pageSize=10)["results"]]


def test_an_added_subscription_is_billed_at_once(billsby: BillsbyAccount, upgrade: dict, free: str) -> None:
    before = len(billsby.customer_invoices(free))

    answer = billsby.send(
        "POST",
        f"/halden/customers/{free}/subscriptions",
        {"cycleId": upgrade["cycleIds"]["monthly"], "shippingAddress": ADDRESS, "additionalEmail": "b@c.de"},
    ).json()

    invoices = billsby.customer_invoices(free)
    subscription = billsby.read(f"/halden/subscriptions/{answer['subscriptionUniqueId']}")
    assert answer["customerUniqueId"] == free
    assert (len(invoices), invoices[0]["status"]) == (before + 1, "Paid")
    assert (subscription["status"], subscription["units"]) == ("Active", 1)
    assert invoices[0]["amount"] == subscription["nextBillingAmount"]
    path = f"/halden/subscriptions/{answer['subscriptionUniqueId']}/shippingAddress"
    assert billsby.read(path) == ADDRESS
    assert billsby.customer(free)["additionalEmail"] == "b@c.de"


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "Inactive"},
        {"cardStatus": "Missing"},
        {"cardOutcome": "declines"},
    ],
)
def test_who_cannot_pay_gets_no_subscription(
    billsby: BillsbyAccount, sandbox: SandboxControl, upgrade: dict, free: str, changes: dict
) -> None:
    sandbox.change("billsby", "customer", free, **changes)
    before = billsby.customer_invoices(free)

    answer = billsby.send(
        "POST", f"/halden/customers/{free}/subscriptions", {"cycleId": upgrade["cycleIds"]["monthly"]}
    )

    assert answer.status_code == 400
    assert billsby.customer_invoices(free) == before


def test_a_second_subscription_beside_a_running_one_is_refused(
    billsby: BillsbyAccount, upgrade: dict
) -> None:
    path = f"/halden/customers/{upgrade['customerUniqueId']}/subscriptions"

    assert billsby.send("POST", path, {"cycleId": upgrade["cycleIds"]["monthly"]}).status_code == 400


def test_a_new_subscription_brings_its_customer(billsby: BillsbyAccount, upgrade: dict) -> None:
    answer = billsby.send("POST", "/halden/subscriptions", new(upgrade)).json()

    (invoice,) = billsby.customer_invoices(answer["customerUniqueId"])
    customer = billsby.customer(answer["customerUniqueId"])
    assert (customer["email"], customer["cardStatus"]) == ("noor.falk@example.test", "Valid")
    assert (invoice["invoiceNumber"], invoice["status"]) == (f"{answer['customerUniqueId']}-1", "Paid")
    assert billsby.read(f"/halden/subscriptions/{answer['subscriptionUniqueId']}")["units"] == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"token": "tok_demo_decline"},
        {"Units": 0},
        {"Units": None},
        {"cycleId": 9_999},
        {"address": None},
        {"cardDetails": None},
        {"phoneNumber": "123"},
        {"addOns": [{"addOnId": 999}]},
    ],
)
def test_a_refused_new_subscription_leaves_no_customer(
    billsby: BillsbyAccount, upgrade: dict, changes: dict
) -> None:
    assert billsby.send("POST", "/halden/subscriptions", new(upgrade, **changes)).status_code == 400
    assert billsby.read("/halden/customers", page=1, pageSize=5, search="noor.falk@")["rowCount"] == 0


def test_the_shipping_address_keeps_the_lines_that_are_left_out(
    billsby: BillsbyAccount, upgrade: dict
) -> None:
    path = f"/halden/subscriptions/{upgrade['subscriptionUniqueId']}/shippingAddress"
    assert billsby.send("PUT", path, ADDRESS).json() == "success"
    assert billsby.send("PUT", path, {"addressLine1": "9 Quay Street"}).json() == "success"

    assert billsby.read(path) == ADDRESS | {"addressLine1": "9 Quay Street"}
    assert events(billsby, upgrade["subscriptionUniqueId"])[0] == "ShippingAddressChanged"


def test_tags_are_put_on_every_subscription_once_and_taken_off_one(
    billsby: BillsbyAccount, sandbox: SandboxControl, upgrade: dict
) -> None:
    one, other = upgrade["subscriptionUniqueId"], sandbox.stories()["spend"]["subscriptionUniqueId"]
    body = {"subscriptionUniqueIds": [one, other], "tagNames": ["water", "red wine"]}

    answers = [billsby.send("POST", "/halden/subscriptions/tags", body).json() for _ in range(2)]
    taken_off = billsby.send("DELETE", "/halden/subscriptions/tags/red%20wine", subsId=one).json()

    tags = {
        unique: billsby.read(f"/halden/subscriptions/{unique}/tags/split")["subscriptionFeatureTags"]
        for unique in (one, other)
    }
    assert (answers, taken_off) == (["Success", "Success"], "Success")
    assert tags == {one: ["water"], other: ["water", "red wine"]}
    assert events(billsby, one)[:3] == ["TagRemoved", "TagAdded", "TagAdded"]


def test_a_tag_is_not_removed_everywhere_at_once(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    assert billsby.send("DELETE", "/halden/subscriptions/tags/annual-review").status_code == 400
    assert sandbox.effects(took=True) == []


def renew(billsby: BillsbyAccount, unique: str, renewal: Any, **more: Any) -> Any:
    body = {"newRenewalDate": renewal} | more
    return billsby.send("PUT", f"/halden/subscriptions/{unique}/renewaldate", body)


def test_a_moved_renewal_moves_the_next_invoice(
    billsby: BillsbyAccount, sandbox: SandboxControl, upgrade: dict
) -> None:
    customer, unique = upgrade["customerUniqueId"], upgrade["subscriptionUniqueId"]
    before = len(billsby.customer_invoices(customer))
    renewal = (sandbox.now() + timedelta(days=45)).replace(hour=0, minute=0, second=0, microsecond=0)

    assert renew(billsby, unique, renewal.isoformat()).json() == {}

    shown = billsby.read(f"/halden/subscriptions/{unique}")["nextBillingDate"]
    assert shown.startswith(f"{renewal:%Y-%m-%dT00:00:00}")
    sandbox.advance(44 * 86_400)
    assert len(billsby.customer_invoices(customer)) == before
    sandbox.advance(2 * 86_400)
    assert len(billsby.customer_invoices(customer)) == before + 1


def test_a_paused_subscription_rests_until_the_date(
    billsby: BillsbyAccount, sandbox: SandboxControl, upgrade: dict
) -> None:
    customer, unique = upgrade["customerUniqueId"], upgrade["subscriptionUniqueId"]
    before = len(billsby.customer_invoices(customer))
    renewal = (sandbox.now() + timedelta(days=50)).date().isoformat()

    assert renew(billsby, unique, renewal, pauseSubscription=True).status_code == 200

    assert billsby.read(f"/halden/subscriptions/{unique}")["status"] == "Paused"
    sandbox.advance(48 * 86_400)
    assert len(billsby.customer_invoices(customer)) == before
    sandbox.advance(3 * 86_400)
    assert billsby.read(f"/halden/subscriptions/{unique}")["status"] == "Active"
    assert len(billsby.customer_invoices(customer)) == before + 1


@pytest.mark.parametrize("renewal", ["2020-01-01", "tomorrow", None, 7])
def test_a_renewal_that_does_not_lie_ahead_is_refused_with_an_empty_object(
    billsby: BillsbyAccount, upgrade: dict, renewal: object
) -> None:
    answer = renew(billsby, upgrade["subscriptionUniqueId"], renewal)

    assert (answer.status_code, answer.json()) == (400, {})
