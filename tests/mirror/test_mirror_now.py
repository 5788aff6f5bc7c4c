"""What a page reads at the vendor once it stands: never in its way."""

from collections.abc import Callable

import pytest

from console.mirror.models import KINDS, Record
from console.mirror.refresh import refresh_record
from tests.mirror.factories import make_subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])
    return lambda url: client.get(url, headers={"HX-Request": "true"})


@pytest.fixture
def story(connected, sandbox) -> Callable[[str], Record]:
    def read(name: str) -> Record:
        key = sandbox.stories()[name]["subscriptionUniqueId"]
        refresh_record(connected["billsby"], "subscription", key)
        return KINDS["subscription"].objects.get(vendor_id=key)

    return read


@pytest.fixture
def shipped(story, sandbox) -> Record:
    subscription = story("credits")
    address = {"addressLine1": "4 Mill Lane", "city": "Leeds", "country": "GBR"}
    place = dict.fromkeys(("addressLine2", "state", "postCode"), "") | address
    unique_id = subscription.vendor_id
    book = sandbox.record("billsby", "subscription", unique_id) | {"shippingAddress": place}
    sandbox.remove("billsby", "subscription", unique_id)
    sandbox.add("billsby", "subscription", unique_id, owner=book["customerUniqueId"], **book)
    return subscription


def now(record: Record) -> str:
    return f"{record.get_absolute_url()}now/"


def test_a_page_asks_for_it_only_after_it_is_there(client, people, story, sandbox):
    subscription = story("credits")
    client.force_login(people["omar"])
    sandbox.fail_next(status=503, times=100)
    page = client.get(subscription.get_absolute_url()).text
    assert f'hx-get="{now(subscription)}" hx-trigger="load"' in page


def test_a_subscription_tells_where_it_is_shipped_to(get, shipped):
    assert get(now(shipped)).text.strip() == "4 Mill Lane, Leeds, GBR"


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 200, "body": "[7]"}])
def test_a_vendor_that_does_not_tell_leaves_a_plain_sentence(get, story, sandbox, fault):
    subscription = story("credits")
    sandbox.fail_next(times=100, **fault)
    response = get(now(subscription))
    assert response.status_code == 200
    assert "did not tell it" in response.text


def test_a_record_of_the_other_system_has_nothing_to_tell(get, bill):
    assert get(now(make_subscription(bill))).status_code == 404
    assert "now/" not in get(make_subscription(bill).get_absolute_url()).text


def test_it_has_a_page_of_its_own(client, people, shipped):
    client.force_login(people["omar"])
    page = client.get(now(shipped)).text
    assert page.startswith("<!doctype html>")
    assert "4 Mill Lane" in page
