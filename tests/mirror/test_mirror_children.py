"""What hangs on subscriptions and customers is in the mirror as it is in the vendor's books."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.registry import connector
from console.connections.clients import read_live
from console.mirror.models import (
    AddOn,
    Allowance,
    Customer,
    CustomField,
    CustomFieldResponse,
    Event,
    RefusedRecord,
    Subscription,
    SubscriptionAddOn,
    Sync,
    Tag,
    Usage,
)
from console.mirror.refresh import refresh_record
from console.mirror.sync import sync_connection

pytestmark = pytest.mark.django_db

WALKED = [stream.kind for stream in connector("billsby").streams if stream.every]


@pytest.fixture
def billsby(connected):
    return connected["billsby"]


@pytest.fixture
def unique_id(sandbox) -> str:
    return sandbox.stories()["credits"]["subscriptionUniqueId"]


@pytest.fixture
def answered(sandbox) -> str:
    """A customer who answered a custom field; the id of the answer in the mirror."""
    owner = sandbox.stories()["credits"]["customerUniqueId"]
    field = {"customFieldId": 3, "type": 0, "label": "Team name", "description": "", "options": ""}
    sandbox.add("billsby", "custom_field", "3", compulsory=True, **field)
    given = {"customFieldResponseId": 88, "customFieldId": 3, "productId": 11, "value": "Blue"}
    sandbox.add("billsby", "custom_field_response", "88", owner=owner, **given)
    return f"{owner}/88"


def read_again(connection, kind: str) -> Sync:
    (run,) = sync_connection(connection, kind=kind)
    return run


def test_whole_lists_are_mirrored(billsby, answered):
    sync_connection(billsby)
    for model, operation, key in (
        (AddOn, "billsby_list_addons", "addonId"),
        (Allowance, "billsby_list_allowances", "allowanceId"),
        (CustomField, "billsby_list_custom_fields", "customFieldId"),
    ):
        listed = {str(row[key]) for row in read_live(billsby, operation, {}).data}
        assert set(model.objects.values_list("vendor_id", flat=True)) == listed != set()
    field = CustomField.objects.get()
    assert (field.title, field.type, field.is_compulsory) == ("Team name", "Single line text", True)


def test_tags_of_every_subscription_are_mirrored_as_the_books_have_them(billsby, sandbox, unique_id):
    sandbox.change("billsby", "subscription", unique_id, tags=["water", "starter"])
    read_again(billsby, "subscription")
    read_again(billsby, "tag")
    held = {
        (tag.subscription_vendor_id, tag.name, tag.is_of_plan)
        for tag in Tag.objects.filter(connection=billsby)
    }
    told = set()
    for owner in Subscription.objects.values_list("vendor_id", flat=True):
        own = sandbox.record("billsby", "subscription", owner)
        plan = sandbox.record("billsby", "plan", str(own["planId"]))
        told |= {(owner, name, False) for name in own["tags"]}
        told |= {(owner, name, True) for name in plan["featureTags"]}
    assert held == told
    assert (unique_id, "water", False) in held


def test_usage_is_mirrored_as_the_books_have_it(billsby, sandbox):
    read_again(billsby, "usage")
    assert Usage.objects.count() > 1
    for usage in Usage.objects.all():
        owner, number = usage.vendor_id.split("/")
        counter_id = sandbox.record("billsby", "allowance", number)["counter"]["counterId"]
        assert usage.used == sandbox.record("billsby", "counter", f"{owner}/{counter_id}")["usage"]


def test_add_ons_that_are_held_are_mirrored(billsby, sandbox, unique_id):
    sandbox.change(
        "billsby", "subscription", unique_id, addons=[{"id": addon_number(billsby), "quantity": 3}]
    )
    read_again(billsby, "subscription_add_on")
    held = SubscriptionAddOn.objects.get(subscription_vendor_id=unique_id)
    assert (held.vendor_id, held.quantity) == (f"{unique_id}/{addon_number(billsby)}", 3)


def addon_number(connection) -> int:
    return read_live(connection, "billsby_list_addons", {}).data[0]["addonId"]


def test_events_of_every_subscription_are_mirrored(billsby, unique_id):
    read_again(billsby, "event")
    answer = read_live(billsby, "billsby_list_subscription_events", {"subscriptionUniqueId": unique_id}).data
    held = Event.objects.filter(subscription_vendor_id=unique_id)
    assert {event.vendor_id for event in held} == {
        f"{unique_id}/{row['subscriptionEventLogId']}" for row in answer
    }
    assert held.filter(name="Subscription created", happened_at__isnull=False).exists()


def test_events_beyond_one_answer_are_mirrored_too(billsby, sandbox, unique_id):
    for at in range(5000, 5510):
        event = {"subscriptionEventLogId": at, "type": "TagAdded", "createdOn": "2026-11-01T08:00:00.000Z"}
        sandbox.add("billsby", "event", str(at), owner=unique_id, eventData={}, **event)
    refresh_record(billsby, "subscription", unique_id)
    assert Event.objects.filter(subscription_vendor_id=unique_id).count() > 510


def test_answers_of_customers_are_mirrored(billsby, answered):
    read_again(billsby, "custom_field_response")
    answer = CustomFieldResponse.objects.get()
    assert (answer.vendor_id, answer.label, answer.value) == (answered, "Team name", "Blue")


def test_a_sync_walks_over_subscriptions_and_customers_once_a_day(billsby):
    assert {run.kind for run in sync_connection(billsby)} >= set(WALKED)
    assert not {run.kind for run in sync_connection(billsby)} & set(WALKED)
    yesterday = timezone.now() - timedelta(days=1)
    Sync.objects.filter(kind="tag").update(started_at=yesterday)
    assert {run.kind for run in sync_connection(billsby)} & set(WALKED) == {"tag"}


def test_a_walk_that_is_asked_for_is_made(billsby):
    read_again(billsby, "tag")
    assert read_again(billsby, "tag").state == Sync.State.DONE


def test_a_walk_that_failed_goes_on_at_the_next_sync(billsby, sandbox):
    sandbox.fail_next(status=403, operation="billsby_get_subscription_tags_split")
    failed = read_again(billsby, "tag")
    assert failed.state == Sync.State.FAILED
    assert "tag" in {run.kind for run in sync_connection(billsby)}
    assert Tag.objects.exists()


def test_a_tag_that_was_taken_away_is_gone_after_two_walks(billsby, sandbox, unique_id):
    sandbox.change("billsby", "subscription", unique_id, tags=["water"])
    read_again(billsby, "tag")
    sandbox.change("billsby", "subscription", unique_id, tags=[])
    read_again(billsby, "tag")
    assert Tag.objects.filter(name="water").exists()
    run = read_again(billsby, "tag")
    assert (run.missing, run.gone) == (1, 1)
    assert not Tag.objects.filter(name="water").exists()


def test_what_a_removed_subscription_had_is_gone_after_two_walks(billsby, sandbox, unique_id):
    read_again(billsby, "usage")
    sandbox.remove("billsby", "subscription", unique_id)
    read_again(billsby, "usage")
    run = read_again(billsby, "usage")
    assert run.gone == run.missing > 0
    assert not Usage.objects.filter(subscription_vendor_id=unique_id).exists()


def test_a_row_that_cannot_be_read_is_kept_aside_and_the_walk_goes_on(billsby, sandbox, unique_id):
    body = '{"allowances": [{"id": 1, "name": "API calls", "usage": "many", "includedUnits": 5}]}'
    sandbox.fail_next(
        status=200, body=body, operation="billsby_list_subscription_allowances", path_contains=unique_id
    )
    run = read_again(billsby, "usage")
    assert (run.state, run.refused) == (Sync.State.DONE, 1)
    assert RefusedRecord.objects.get().vendor_id == f"{unique_id}/1"
    assert Usage.objects.exists()


def test_reading_a_subscription_brings_what_hangs_on_it(billsby, sandbox, unique_id):
    sandbox.change("billsby", "subscription", unique_id, tags=["water"])
    refresh_record(billsby, "subscription", unique_id)
    assert Tag.objects.filter(subscription_vendor_id=unique_id, name="water").exists()
    assert Usage.objects.filter(subscription_vendor_id=unique_id).exists()
    assert Event.objects.filter(subscription_vendor_id=unique_id).exists()


@pytest.mark.parametrize("kind", ["custom_field", "custom_field_response"])
def test_one_field_or_answer_is_read_alone(billsby, answered, kind):
    refresh_record(billsby, kind, "3" if kind == "custom_field" else answered)
    assert (CustomField if kind == "custom_field" else CustomFieldResponse).objects.count() == 1


def test_what_a_record_read_alone_does_not_have_any_more_is_gone(billsby, sandbox, unique_id):
    sandbox.change("billsby", "subscription", unique_id, tags=["water", "wine"])
    read_again(billsby, "tag")
    sandbox.change("billsby", "subscription", unique_id, tags=["wine"])
    others = Tag.objects.exclude(subscription_vendor_id=unique_id).count()
    refresh_record(billsby, "subscription", unique_id)
    own = Tag.objects.filter(subscription_vendor_id=unique_id, is_of_plan=False)
    assert [tag.name for tag in own] == ["wine"]
    assert Tag.objects.exclude(subscription_vendor_id=unique_id).count() == others


def test_a_tag_that_is_given_back_is_back(billsby, sandbox, unique_id):
    for tags in (["water"], [], ["water"]):
        sandbox.change("billsby", "subscription", unique_id, tags=tags)
        refresh_record(billsby, "subscription", unique_id)
    assert Tag.objects.filter(name="water").exists()


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])
    return lambda url: client.get(url).text


def test_a_subscription_shows_usage_tags_and_events_as_last_read(billsby, sandbox, unique_id, get):
    sandbox.change("billsby", "subscription", unique_id, tags=["water"])
    refresh_record(billsby, "subscription", unique_id)
    sandbox.fail_next(status=503, times=100)
    page = get(Subscription.objects.get(vendor_id=unique_id).get_absolute_url())
    assert "<progress" in page
    assert page.index("Of the plan") < page.index("Its own") < page.index("water")
    assert "Subscription created" in page
    assert "No add-ons." in page


def test_a_customer_shows_what_was_answered(billsby, answered, get):
    owner = answered.partition("/")[0]
    refresh_record(billsby, "customer", owner)
    page = get(Customer.objects.get(vendor_id=owner).get_absolute_url())
    assert page.index("Answers to custom fields") < page.index("Team name") < page.index("Blue")
