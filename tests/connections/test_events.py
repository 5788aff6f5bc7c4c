"""Events that a vendor sends by itself, at the console's door and behind it."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from console.audit.models import Entry
from console.connections import webhooks
from console.connections.models import Connection, VendorEvent, Webhook
from console.connections.tasks import read_event, sweep_events
from console.mirror.models import Customer, Invoice
from console.mirror.refresh import refresh_record

pytestmark = pytest.mark.django_db

ALICE, INVOICE = "7KQ2M9XTRB", "7KQ2M9XTRB-3"


class Vendor:
    """Somebody who sends events to one connection; by default with the right secret."""

    def __init__(self, client, connection: Connection) -> None:
        self.client = client
        self.path, self.secret = webhooks.renew(connection)
        connection.refresh_from_db()

    def sends(self, body: object = None, *, path: str | None = None, secret: str | None = None, **fields):
        if body is None:
            body = {"Type": "InvoiceUpdated", "Id": str(uuid4()), "InvoiceNumber": INVOICE}
        text = body if isinstance(body, bytes) else json.dumps({**body, **fields}).encode()
        headers = {"secret": self.secret if secret is None else secret}
        address = reverse("connections:receive-event", args=[path or self.path])
        return self.client.post(address, text, content_type="application/json", headers=headers)


@pytest.fixture
def billsby(connected) -> Connection:
    return connected["billsby"]


@pytest.fixture
def vendor(client, billsby) -> Vendor:
    return Vendor(client, billsby)


def test_an_event_is_kept_and_its_record_is_to_be_read(vendor, billsby):
    assert vendor.sends(Id="one").status_code == 200
    event = VendorEvent.objects.get()
    assert (event.connection, event.event_id) == (billsby, "one")
    assert (event.kind, event.key) == ("invoice", INVOICE)
    assert event.due_at


def test_a_replay_is_answered_alike_and_does_nothing(vendor):
    vendor.sends(Id="one")
    read_event(VendorEvent.objects.get().pk)
    assert [vendor.sends(Id="one").status_code for _ in range(3)] == [200, 200, 200]
    assert VendorEvent.objects.get().due_at is None


def test_an_id_with_other_contents_is_still_a_replay(vendor):
    vendor.sends(Id="one")
    vendor.sends(Id="one", InvoiceNumber="7KQ2M9XTRB-1")
    assert VendorEvent.objects.get().key == INVOICE


def test_an_event_of_an_unknown_type_is_kept_and_nothing_is_read(vendor):
    assert vendor.sends(Type="PaymentSettled").status_code == 200
    event = VendorEvent.objects.get()
    assert (event.type, event.kind, event.due_at) == ("PaymentSettled", "", None)


@pytest.mark.parametrize("secret", ["", "wrong", "ünïcode", "x" * 5000])
def test_a_wrong_secret_is_refused_without_a_word_why(vendor, secret):
    answer = vendor.sends(secret=secret)
    assert (answer.status_code, answer.content) == (403, b"Forbidden\n")
    assert not VendorEvent.objects.exists()
    assert Webhook.objects.get().refused == 1


def test_an_unknown_path_is_refused_alike_and_costs_one_question(vendor, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = vendor.sends(path="x" * 43)
    assert (answer.status_code, answer.content) == (403, b"Forbidden\n")


def test_another_connections_secret_opens_nothing(client, vendor):
    other = Connection(slug="other", connector="billsby", name="Other", base_url="http://127.0.0.1:9")
    other.credentials = {"api_key": "another"}
    other.save()
    stranger = Vendor(client, other)
    assert vendor.sends(secret=stranger.secret).status_code == 403
    assert stranger.sends(secret=vendor.secret).status_code == 403
    assert not VendorEvent.objects.exists()


def test_replaced_address_and_secret_are_worth_nothing(vendor, billsby):
    path, secret = webhooks.renew(billsby)
    assert vendor.sends().status_code == 403
    assert vendor.sends(path=path).status_code == 403
    assert vendor.sends(path=path, secret=secret).status_code == 200


def test_a_connection_that_lost_its_secret_lets_nobody_in(vendor, billsby):
    billsby.credentials = {"api_key": "x"}
    billsby.save(update_fields=["sealed_credentials"])
    assert vendor.sends(secret="").status_code == 403


def test_a_flood_with_wrong_secrets_is_counted_and_listed_once(vendor):
    for _ in range(25):
        vendor.sends(secret="wrong")
    assert Webhook.objects.get().refused == 25
    (entry,) = Entry.objects.filter(action="connection.event_refused")
    assert "not listed for an hour" in entry.summary


def test_the_next_hours_refusals_are_listed_again(vendor):
    vendor.sends(secret="wrong")
    Webhook.objects.update(refusal_told_at=timezone.now() - webhooks.REFUSALS_TOLD_EVERY)
    vendor.sends(secret="wrong")
    assert Entry.objects.filter(action="connection.event_refused").count() == 2


@pytest.mark.parametrize(
    "body",
    [b"{", b"null", b"[]", b"\xff\xfe", b'{"Id": NaN}', b'{"Id": "x"}', b"[" * 5000, b"9" * 5000],
)
def test_what_is_no_event_is_400_and_kept_nowhere(vendor, body):
    assert vendor.sends(body).status_code == 400
    assert not VendorEvent.objects.exists()


def test_the_vendors_test_without_a_body_is_heard(vendor):
    assert vendor.sends(b"").status_code == 200
    assert Webhook.objects.get().heard_at
    assert not VendorEvent.objects.exists()


def test_a_body_that_no_event_has_is_413(vendor):
    assert vendor.sends(b'{"Id": "' + b"x" * 70_000 + b'"}').status_code == 413
    assert not VendorEvent.objects.exists()


def test_no_session_and_no_cookie_come_of_an_event(vendor):
    assert not vendor.sends().cookies


def test_an_event_lets_its_record_be_read(vendor, billsby, sandbox):
    refresh_record(billsby, "invoice", INVOICE)
    sandbox.change("billsby", "invoice", INVOICE, status="WrittenOff", amount=0)
    vendor.sends()
    read_event(VendorEvent.objects.get().pk)
    assert Invoice.objects.get(vendor_id=INVOICE).status == "WrittenOff"
    event = VendorEvent.objects.get()
    assert event.read_at
    assert event.due_at is None


def test_what_an_event_says_is_not_believed(vendor):
    vendor.sends(InvoiceStatus="Paid", InvoiceAmount=1)
    read_event(VendorEvent.objects.get().pk)
    assert Invoice.objects.get(vendor_id=INVOICE).status == "Unpaid"


def test_events_in_the_wrong_order_end_at_what_is_true(vendor, sandbox):
    for name in ("First", "Second"):
        sandbox.change("billsby", "customer", ALICE, firstName=name)
    for name in ("Second", "First"):
        vendor.sends({"Type": "CustomerUpdated", "CustomerUniqueId": ALICE, "FirstName": name, "Id": name})
    for event in VendorEvent.objects.all():
        read_event(event.pk)
    assert Customer.objects.get(vendor_id=ALICE).name.startswith("Second")


def test_one_reading_answers_every_event_that_came_before_it(vendor, sandbox, django_assert_max_num_queries):
    for _ in range(20):
        vendor.sends()
    first, *others = VendorEvent.objects.order_by("pk")
    read_event(first.pk)
    assert not VendorEvent.objects.filter(due_at__isnull=False).exists()
    sandbox.fail_next(status=500, times=100)
    with django_assert_max_num_queries(len(others)):
        for event in others:
            read_event(event.pk)
    sandbox.clear_faults()


def test_a_record_that_is_gone_ends_its_event(vendor):
    vendor.sends(Type="CustomerDeleted", CustomerUniqueId="NOSUCHCUST")
    read_event(VendorEvent.objects.get().pk)
    assert VendorEvent.objects.get().due_at is None


def test_while_the_vendor_is_down_the_event_waits_and_then_gives_up(vendor, billsby):
    Connection.objects.filter(pk=billsby.pk).update(base_url="http://127.0.0.1:9")
    vendor.sends()
    event = VendorEvent.objects.get()
    read_event(event.pk)
    event.refresh_from_db()
    assert (event.tries, event.read_at) == (1, None)
    assert event.due_at > timezone.now()
    VendorEvent.objects.update(tries=len(webhooks.TRY_AGAIN_S) - 1)
    read_event(event.pk)
    assert VendorEvent.objects.get().due_at is None


def test_the_sweeper_rings_for_what_is_due_and_forgets_after_thirty_days(vendor):
    vendor.sends(Id="waiting")
    vendor.sends(Id="old")
    old = VendorEvent.objects.filter(event_id="old")
    old.update(received_at=timezone.now() - webhooks.KEPT_FOR - timedelta(seconds=1))
    VendorEvent.objects.update(due_at=timezone.now())
    assert sweep_events() == 1
    assert not old.exists()


def test_an_event_is_read_by_one_worker_at_a_time(vendor):
    vendor.sends()
    event = VendorEvent.objects.get()
    assert webhooks.claim(event)
    assert not webhooks.claim(event)


def test_only_who_manages_connections_sees_address_and_secret(client, vendor, people):
    shown = {}
    for name in ("ada", "dana"):
        client.force_login(people[name])
        shown[name] = client.get(reverse("connections:list")).text
    assert vendor.path in shown["ada"]
    assert vendor.path not in shown["dana"]
    assert vendor.secret not in shown["ada"] + shown["dana"]


def test_the_page_of_events_has_what_the_vendor_must_be_given(client, vendor, billsby, people):
    client.force_login(people["ada"])
    shown = client.get(reverse("connections:events", args=[billsby.pk])).text
    assert f"http://testserver/connections/events/{vendor.path}" in shown
    assert vendor.secret in shown
    assert "API keys and webhooks" in shown


def test_an_address_is_made_by_a_button_and_the_log_says_by_whom(client, billsby, people):
    client.force_login(people["ada"])
    client.post(reverse("connections:make-events-address", args=[billsby.pk]))
    assert Webhook.objects.get().connection == billsby
    entry = Entry.objects.get(action="connection.events_address_made")
    assert entry.actor_id == str(people["ada"].pk)
    billsby.refresh_from_db()
    assert billsby.credentials["api_key"]


def test_a_connection_without_credentials_gets_no_address(client, billsby, people):
    Connection.objects.filter(pk=billsby.pk).update(sealed_credentials=b"")
    client.force_login(people["ada"])
    answer = client.post(reverse("connections:make-events-address", args=[billsby.pk]), follow=True)
    assert "has no credentials yet" in answer.text
    assert not Webhook.objects.exists()


def test_what_the_vault_does_not_open_lets_nobody_in(vendor, billsby, client, people):
    Connection.objects.filter(pk=billsby.pk).update(sealed_credentials=b"\x01" + b"0" * 60)
    assert vendor.sends().status_code == 403
    client.force_login(people["ada"])
    assert client.get(reverse("connections:events", args=[billsby.pk])).status_code == 200


def test_the_card_tells_the_last_event_and_the_refused_ones(client, vendor, people):
    vendor.sends()
    vendor.sends(secret="wrong")
    client.force_login(people["priya"])
    shown = client.get(reverse("connections:list")).text
    assert "Last one" in shown
    assert "1 refused" in shown
