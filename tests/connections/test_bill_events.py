"""BILL's events at the console's door, and the subscriptions that bring them."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from console.approvals import deciding, execution
from console.approvals.models import Proposal
from console.audit.models import Entry
from console.connections import sealing, watching, webhooks
from console.connections.clients import read_live
from console.connections.models import EventSubscription, VendorEvent, Webhook
from console.connections.tasks import read_event, watch_events
from console.mirror.models import FundingAccount, Payment, SpendTransaction, Vendor
from tests.bill_events import EVENT, SECURITY_KEY, SUBSCRIPTION, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(connected):
    """The account, with an address for events and the key of a subscription."""
    connection = connected["bill"]
    webhooks.renew(connection)
    sealing.keep_sealed(connection, SUBSCRIPTION, SECURITY_KEY)
    connection.refresh_from_db()
    return connection


@pytest.fixture
def address(bill) -> str:
    return reverse("connections:receive-event", args=[Webhook.objects.get(connection=bill).path])


@pytest.fixture
def vendor_id(bill) -> str:
    return read_live(bill, "bill_list_vendors", {"archived": False}).data[0]["id"]


def told(kind: str = "vendor.updated", **more) -> dict:
    metadata = {"eventId": str(uuid4()), "subscriptionId": SUBSCRIPTION, "eventType": kind, "version": "1"}
    return {"metadata": metadata} | more


def signature(body: bytes, key: str = SECURITY_KEY) -> str:
    return base64.b64encode(hmac.new(key.encode(), body, hashlib.sha256).digest()).decode()


def send(client, address: str, event: object, *, key: str = SECURITY_KEY, signed: str | None = None):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    headers = {"x-bill-sha-signature": signature(body, key) if signed is None else signed}
    return client.post(address, body, content_type="application/json", headers=headers)


@pytest.mark.parametrize("as_text", [False, True])
def test_an_event_is_kept_and_its_record_read_and_not_believed(
    client, bill, address, vendor_id, sandbox, as_text
):
    sandbox.change("bill", "vendor", vendor_id, name="True name")
    event = told(vendor={"id": vendor_id, "name": "Told name"})

    assert send(client, address, json.dumps(event) if as_text else event).status_code == 200
    kept = VendorEvent.objects.get()
    assert (kept.kind, kept.key) == ("vendor", vendor_id)
    read_event(kept.pk)
    assert Vendor.objects.get(vendor_id=vendor_id).name == "True name"


@pytest.mark.parametrize(
    ("kind", "entity", "listing", "model"),
    [
        ("payment.updated", "payment", "bill_list_payments", Payment),
        ("bank-account.updated", "bankAccount", "bill_list_bank_accounts", FundingAccount),
        ("spend.transaction.updated", "transaction", "bill_list_spend_transactions", SpendTransaction),
    ],
)
def test_what_an_event_tells_of_is_read_in_either_half_of_bill(
    client, bill, address, kind, entity, listing, model
):
    key = read_live(bill, listing, {}).data[0]["id"]
    send(client, address, told(kind, **{entity: {"id": key}}))
    read_event(VendorEvent.objects.get().pk)

    assert model.objects.get(vendor_id=key)


def test_an_event_that_comes_twice_is_kept_once(client, address, vendor_id):
    event = told(vendor={"id": vendor_id})
    assert [send(client, address, event).status_code for _ in range(3)] == [200] * 3
    assert VendorEvent.objects.count() == 1


@pytest.mark.parametrize("signed", ["", "wrong", "ünïcode", signature(b"{}", "another key")])
def test_a_wrong_signature_is_401_and_nothing_is_read_of_it(client, address, signed):
    assert send(client, address, b"{not json", signed=signed).status_code == 401
    assert not VendorEvent.objects.exists()
    assert Webhook.objects.get().refused == 1


def test_one_changed_byte_is_refused(client, address, vendor_id):
    body = json.dumps(told(vendor={"id": vendor_id})).encode()
    assert send(client, address, body + b" ", signed=signature(body)).status_code == 401


def test_without_a_key_nobody_gets_in(client, connected):
    webhooks.renew(connected["bill"])
    address = reverse("connections:receive-event", args=[Webhook.objects.get().path])
    assert send(client, address, told(), key="").status_code == 401


def test_the_key_of_each_subscription_serves(client, bill, address):
    sealing.keep_sealed(bill, "another", "another key")
    assert send(client, address, told(), key="another key").status_code == 200
    assert send(client, address, told()).status_code == 200


@pytest.mark.parametrize("kind", ["risk-verification.updated", "spend.transaction.updated", "new.thing"])
def test_what_there_are_no_records_of_is_kept_and_not_read(client, address, kind):
    assert send(client, address, told(kind, thing={"id": "1"})).status_code == 200
    assert VendorEvent.objects.get().due_at is None


def test_a_payment_that_was_never_made_lets_its_bill_be_read(client, bill, address):
    key = read_live(bill, "bill_list_bills", {"archived": False}).data[0]["id"]
    failed = {"bills": [{"id": key, "amount": 10}], "transactionNumber": "CS-1"}
    send(client, address, told("payment.failed", payment=failed, errors=[{"code": "BDC_1151"}]))

    event = VendorEvent.objects.get()
    assert (event.kind, event.key, event.due_at is not None) == ("bill", key, True)


@pytest.mark.parametrize(
    "payment", [None, [], "stp1", {}, {"bills": {}}, {"bills": [None]}, {"bills": [{"id": {"a": 1}}]}]
)
def test_a_failed_payment_that_names_no_bill_is_kept_and_nothing_is_read(client, address, payment):
    assert send(client, address, told("payment.failed", payment=payment)).status_code == 200
    assert VendorEvent.objects.get().due_at is None


@pytest.mark.parametrize("body", [b"{", b"null", b"[]", b'"text"', b"{}", b'{"metadata": {}}', b'"[1]"'])
def test_what_is_signed_and_no_event_is_400(client, address, body):
    assert send(client, address, body).status_code == 400
    assert not VendorEvent.objects.exists()


def test_a_body_that_is_too_large_is_refused(client, address):
    for size in (70_000, 10_000_000):
        assert send(client, address, b'{"a": "' + b"x" * size + b'"}').status_code == 413
    assert not VendorEvent.objects.exists()


def test_our_subscription_is_watched_and_others_are_not(bill, address, sandbox):
    subscribe(sandbox, url=f"https://console.example{address}")
    subscribe(sandbox, url="https://elsewhere.example/x", key="0b6a0c52-6f1e-4e2f-8a4e-5d5f1f6f9b23")

    assert watch_events() == 1
    row = EventSubscription.objects.get()
    assert (row.vendor_id, row.is_on) == (SUBSCRIPTION, True)
    assert watching.need(bill, "x") is None


def test_a_switched_off_one_is_logged_once_and_said_on_the_page(client, people, bill, address, sandbox):
    subscribe(sandbox, url=f"https://console.example{address}")
    watch_events()
    sandbox.change("bill", "subscription", SUBSCRIPTION, status={"enabled": False})
    watch_events()
    watch_events()

    assert Entry.objects.filter(action="connection.events_switched_off").count() == 1
    client.force_login(people["priya"])
    shown = client.get(reverse("connections:list")).text
    assert "has switched off Countersign" in shown
    assert "Switch events on again" in shown


def test_a_button_makes_a_proposal_to_switch_it_on_again(client, people, bill, address, sandbox):
    subscribe(sandbox, url=f"https://console.example{address}", enabled=False)
    client.force_login(people["priya"])
    client.post(reverse("connections:propose-events", args=[bill.pk]))

    step = Proposal.objects.get().steps.get()
    assert step.operation == "bill_update_subscription"
    assert json.loads(step.body) == {"status": {"enabled": True}}
    assert sandbox.effects() == []


def test_after_it_is_on_again_what_was_missed_is_read_from_the_history(bill, address, sandbox):
    subscribe(sandbox, url=f"https://console.example{address}", enabled=False)
    watch_events()
    watch_events()
    assert not VendorEvent.objects.exists()
    sandbox.change("bill", "subscription", SUBSCRIPTION, status={"enabled": True})
    watch_events()
    watch_events()

    assert [row.event_id for row in VendorEvent.objects.all()] == [EVENT]
    assert EventSubscription.objects.get().missing_since is None


def test_after_we_were_away_what_was_missed_is_read_from_the_history(bill, address, sandbox):
    subscribe(sandbox, url=f"https://console.example{address}")
    watch_events()
    assert not VendorEvent.objects.exists()
    EventSubscription.objects.update(seen_at=timezone.now() - timedelta(hours=2))
    watch_events()

    assert VendorEvent.objects.get().event_id == EVENT


def test_a_button_subscribes_by_a_proposal_and_its_events_are_then_taken(
    client, people, connected, sandbox, vendor_id
):
    bill = connected["bill"]
    bill.refresh_from_db()
    client.force_login(people["priya"])
    client.post(reverse("connections:propose-events", args=[bill.pk]))
    proposal = Proposal.objects.get()
    deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)
    execution.attend(proposal.pk)

    proposal.refresh_from_db()
    assert proposal.status == Proposal.Status.SUCCEEDED, proposal.outcome
    (effect,) = sandbox.effects()
    path = f"/connections/events/{Webhook.objects.get(connection=bill).path}"
    assert json.loads(effect["request"]["body"])["notificationUrl"] == f"http://testserver{path}"
    key = sandbox.record("bill", "subscription", effect["record"])["securityKey"]
    assert send(client, path, told(vendor={"id": vendor_id}), key=key).status_code == 200


def test_a_lost_key_is_renewed_by_a_proposal(client, people, bill, address, sandbox):
    key = "0b6a0c52-6f1e-4e2f-8a4e-5d5f1f6f9b23"
    subscribe(sandbox, url=f"https://console.example{address}", key=key)
    client.force_login(people["priya"])
    client.post(reverse("connections:propose-events", args=[bill.pk]))

    assert Proposal.objects.get().steps.get().operation == "bill_create_security_key"


def test_who_only_manages_connections_proposes_nothing(client, people, bill):
    client.force_login(people["ada"])
    assert client.post(reverse("connections:propose-events", args=[bill.pk])).status_code == 403


def test_the_page_of_events_shows_no_key(client, people, bill):
    client.force_login(people["ada"])
    shown = client.get(reverse("connections:events", args=[bill.pk])).text
    assert SECURITY_KEY not in shown
    assert "Secret key" not in shown


def test_a_vendor_that_is_down_is_looked_at_the_next_time(bill, sandbox):
    sandbox.fail_next(status=500, times=50, path_contains="connect-events")
    assert watch_events() == 0
    sandbox.clear_faults()
