"""A change at the vendor shows in the mirror without a sync: real processes, real HTTP on both ways."""

import httpx
import pytest
from django.urls import reverse

from connectors.sandbox.client import SandboxControl
from console import demo
from console.connections.models import VendorEvent, Webhook
from console.mirror.models import Customer
from console.mirror.refresh import refresh_record
from tests import processes
from tests.processes import wait_for

ALICE = "7KQ2M9XTRB"
NO_SYNC = {"SYNC_EVERY_S": "3600", "SWEEP_EVERY_S": "1"}


@pytest.fixture
def alice(committed_db):
    """(the console's URL, control of the sandbox) while both run and the console hears the sandbox."""
    with (
        processes.sandbox() as vendors_url,
        SandboxControl(vendors_url) as control,
        processes.console(committed_db, scripted_model=False, **NO_SYNC) as console,
    ):
        billsby, _bill = demo.connect_sandbox(vendors_url)
        demo.hear_sandbox(vendors_url, console.url)
        refresh_record(billsby, "customer", ALICE)
        yield console.url, control


def name_is(name: str) -> bool:
    return Customer.objects.get(vendor_id=ALICE).name.startswith(name)


def read_about_alice() -> int:
    """The vendor's clock runs, and may have more to tell than what a test does."""
    return VendorEvent.objects.filter(key=ALICE, read_at__isnull=False).count()


def test_a_change_at_the_vendor_shows_without_a_sync(alice):
    _url, control = alice
    control.change("billsby", "customer", ALICE, firstName="Alicia")
    wait_for(lambda: name_is("Alicia"), "the new name", within_s=20)
    assert VendorEvent.objects.get(key=ALICE).type == "CustomerUpdated"


def test_events_sent_twice_in_reverse_and_late_end_at_what_is_true(alice):
    url, control = alice
    webhook = Webhook.objects.get()
    address = url + reverse("connections:receive-event", args=[webhook.path])
    secret = webhook.connection.credentials["webhook_secret"]
    control.send_events("billsby", url=address, secret=secret, copies=2, newest_first=True, delay_s=0.5)
    for name in ("First", "Second", "Third"):
        control.change("billsby", "customer", ALICE, firstName=name)
    wait_for(lambda: read_about_alice() == 3, "three readings")
    assert name_is("Third")


def test_a_flood_of_strangers_and_of_bodies_too_large_is_survived(alice):
    url, control = alice
    address = url + reverse("connections:receive-event", args=[Webhook.objects.get().path])
    with httpx.Client() as stranger:
        refused = {
            stranger.post(address, json={}, headers={"secret": f"guess {turn}"}).status_code
            for turn in range(100)
        }
        large = stranger.post(address, content=b"x" * 10_485_760).status_code
    assert (refused, large) == ({403}, 413)
    assert Webhook.objects.get().refused == 100
    control.change("billsby", "customer", ALICE, firstName="Alicia")
    wait_for(lambda: name_is("Alicia"), "the new name", within_s=20)
