"""What a page reads at the vendor once it stands: never in its way."""

from collections.abc import Callable

import pytest

from console.mirror.models import KINDS, Record
from console.mirror.refresh import refresh_record
from tests.mirror.factories import make_invoice, make_subscription

ID = {"invoice": "invoiceNumber", "subscription": "subscriptionUniqueId"}

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])
    return lambda url: client.get(url, headers={"HX-Request": "true"})


@pytest.fixture
def story(connected, sandbox) -> Callable[[str, str], Record]:
    def read(kind: str, name: str) -> Record:
        key = sandbox.stories()[name][ID[kind]]
        refresh_record(connected["billsby"], kind, key)
        return KINDS[kind].objects.get(vendor_id=key)

    return read


def now(record: Record) -> str:
    return f"{record.get_absolute_url()}now/"


def test_a_page_asks_for_it_only_after_it_is_there(client, people, story, sandbox):
    subscription = story("subscription", "credits")
    client.force_login(people["omar"])
    sandbox.fail_next(status=503, times=100)
    page = client.get(subscription.get_absolute_url()).text
    assert f'hx-get="{now(subscription)}" hx-trigger="load"' in page


def test_a_subscription_shows_its_shipping_address(get, story):
    page = get(now(story("subscription", "credits"))).text
    assert "just now" in page
    assert "Shipping address" in page


def test_an_invoice_shows_lines_payments_and_what_was_refunded(get, story):
    page = get(now(story("invoice", "retry_pays"))).text
    assert "Business" in page
    assert "ch_sandbox_" in page
    assert page.count("Failed") == 2


@pytest.mark.parametrize(("kind", "name"), [("subscription", "credits"), ("invoice", "retry_pays")])
@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 200, "body": "[7]"}])
def test_a_vendor_that_does_not_tell_leaves_a_plain_sentence(get, story, sandbox, kind, name, fault):
    record = story(kind, name)
    sandbox.fail_next(times=100, **fault)
    response = get(now(record))
    assert response.status_code == 200
    assert "did not tell the rest" in response.text


@pytest.mark.parametrize("make", [make_subscription, make_invoice])
def test_a_record_of_the_other_system_has_nothing_to_tell(get, bill, make):
    assert get(now(make(bill))).status_code == 404
    assert "now/" not in get(make(bill).get_absolute_url()).text


def test_it_has_a_page_of_its_own(client, people, story):
    client.force_login(people["omar"])
    page = client.get(now(story("invoice", "retry_pays"))).text
    assert page.startswith("<!doctype html>")
    assert "ch_sandbox_" in page
