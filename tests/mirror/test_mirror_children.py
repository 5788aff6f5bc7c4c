"""What a vendor tells of one record at a time: asked by the rule, kept as it is, gone when removed."""

from datetime import timedelta
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from connectors.errors import NotFoundError
from connectors.registry import Children, connector
from console.audit.models import Entry
from console.connections.clients import read_live
from console.mirror import visits
from console.mirror.models import (
    KINDS,
    AddOn,
    Allowance,
    Customer,
    CustomField,
    CustomFieldResponse,
    Event,
    Invoice,
    InvoiceLine,
    PaymentLog,
    RefusedRecord,
    Subscription,
    SubscriptionAddOn,
    Sync,
    Tag,
    Usage,
    Visit,
)
from console.mirror.refresh import refresh_record
from console.mirror.sync import sync_connection
from tests.books import sell_more
from tests.mirror.factories import make_customer, make_invoice, make_owned, make_subscription

pytestmark = pytest.mark.django_db

ALONE = [stream for stream in connector("billsby").streams if isinstance(stream, Children)]


@pytest.fixture
def owners(connected, sandbox):
    """Reads the records of one kind, of a small company, into the mirror."""
    sandbox.reset(customers=12)
    sell_more(sandbox)

    def read(kind: str):
        sync(connected["billsby"], kind)
        return connected["billsby"]

    return read


@pytest.fixture
def tagged(owners):
    billsby = owners("subscription")
    sync(billsby, "tag")
    return billsby


@pytest.fixture
def subscription(sandbox) -> str:
    return sandbox.stories()["upgrade"]["subscriptionUniqueId"]


def sync(connection, kind: str, on_progress=None) -> Sync:
    (run,) = sync_connection(connection, on_progress, kind=kind)
    return run


def a_day_passes() -> None:
    Visit.objects.update(at=timezone.now() - visits.AGAIN_AFTER - timedelta(minutes=1))


def own_tags(unique_id: str) -> set[str]:
    found = Tag.objects.filter(subscription_vendor_id=unique_id, is_of_plan=False)
    return set(found.values_list("name", flat=True))


def test_tags_are_as_the_books_have_them(tagged, sandbox):
    ids = Subscription.objects.values_list("vendor_id", flat=True)
    books = {unique: set(sandbox.record("billsby", "subscription", unique)["tags"]) for unique in ids}
    assert {unique: own_tags(unique) for unique in ids} == books
    assert Tag.objects.filter(is_of_plan=True).count() == len(ids)


def test_usage_is_as_the_books_have_it_with_what_is_past_the_allowance(owners, sandbox):
    sync(owners("subscription"), "usage")
    assert Usage.objects.exists()
    for usage in Usage.objects.all():
        told = sandbox.record("billsby", "counter", f"{usage.subscription_vendor_id}/api-calls")
        assert usage.used == told["usage"]
        assert usage.excess == max(0, usage.used - usage.included)


def test_add_ons_and_events_are_as_the_books_have_them(owners, subscription):
    billsby = owners("subscription")
    for kind in ("subscription_add_on", "event"):
        sync(billsby, kind)
    add_on = SubscriptionAddOn.objects.get()
    assert (add_on.subscription_vendor_id, add_on.quantity) == (subscription, 2)
    told = read_live(billsby, "billsby_list_subscription_events", {"subscriptionUniqueId": subscription}).data
    held = Event.objects.filter(subscription_vendor_id=subscription).values_list("vendor_id", flat=True)
    assert set(held) == {f"{subscription}/{row['subscriptionEventLogId']}" for row in told}


def test_answers_are_their_customers(owners, sandbox):
    sync(owners("customer"), "custom_field_response")
    answer = CustomFieldResponse.objects.get()
    assert answer.customer_vendor_id == sandbox.stories()["upgrade"]["customerUniqueId"]
    assert (answer.label, answer.value) == ("Cost centre", "Blue")


def test_lines_and_payments_of_every_invoice_are_as_the_books_have_them(owners, sandbox):
    billsby = owners("invoice")
    for kind in ("payment_log", "invoice_line"):
        sync(billsby, kind)
    for invoice in Invoice.objects.all():
        book = sandbox.record("billsby", "invoice", invoice.vendor_id)
        lines = invoice.own(InvoiceLine).order_by("position").values_list("description", "amount_minor")
        assert list(lines) == [(line["description"], line["amount"]) for line in book["lines"]]
        assert invoice.own(PaymentLog).count() == book["linkedTransactionsCount"]


def test_nobody_is_asked_again_until_something_moves_or_a_day_has_passed(tagged, sandbox, subscription):
    assert sync(tagged, "tag").done == 0
    sandbox.change("billsby", "subscription", subscription, status="Suspended")
    sync(tagged, "subscription")
    assert sync(tagged, "tag").done == 1
    a_day_passes()
    assert sync(tagged, "tag").done == Subscription.objects.count()


class Killed(BaseException):
    """What nothing catches, like a process that ends."""


def test_a_walk_that_was_killed_goes_on_at_its_place_and_asks_nobody_twice(owners, sandbox):
    billsby, pages = owners("invoice"), count(1)

    def kill(run: Sync) -> None:
        if next(pages) == 1:
            raise Killed

    with pytest.raises(Killed):
        sync(billsby, "payment_log", kill)
    killed = Sync.objects.get(kind="payment_log")
    assert 0 < killed.done < killed.total
    Sync.objects.filter(pk=killed.pk).update(reported_at=timezone.now() - 2 * Sync.QUIET_FOR)
    first = set(Visit.objects.values_list("owner_vendor_id", "at"))
    run = sync(billsby, "payment_log")
    assert (run.pk, run.turn, run.state) == (killed.pk, 2, Sync.State.DONE)
    assert run.done == run.total == Invoice.objects.count() == Visit.objects.count()
    assert first <= set(Visit.objects.values_list("owner_vendor_id", "at"))


def test_what_an_owner_no_longer_has_is_gone_once_it_is_asked_again(tagged, sandbox, subscription):
    sandbox.change("billsby", "subscription", subscription, tags=["water"])
    a_day_passes()
    run = sync(tagged, "tag")
    assert (run.state, run.missing, run.gone) == (Sync.State.DONE, 1, 1)
    assert own_tags(subscription) == {"water"}
    assert Tag.with_gone.get(name="early bird").gone_at is not None


def test_what_comes_again_is_back(tagged, sandbox, subscription):
    for tags in (["water"], ["water", "early bird"]):
        sandbox.change("billsby", "subscription", subscription, tags=tags)
        refresh_record(tagged, "subscription", subscription)
    assert own_tags(subscription) == {"water", "early bird"}


def test_more_than_a_few_missing_ones_ask_a_person(tagged, sandbox, subscription):
    sandbox.change("billsby", "subscription", subscription, tags=[f"tag {number}" for number in range(30)])
    refresh_record(tagged, "subscription", subscription)
    sandbox.change("billsby", "subscription", subscription, tags=[])
    a_day_passes()
    runs = [sync(tagged, "tag"), sync(tagged, "tag")]
    assert [(run.state, run.missing) for run in runs] == [(Sync.State.HELD, 30)] * 2
    assert len(own_tags(subscription)) == 30


def test_what_belongs_to_a_record_that_is_gone_is_gone_with_it(tagged, sandbox, subscription):
    sandbox.remove("billsby", "subscription", subscription)
    for _ in range(2):
        sync(tagged, "subscription")
    assert Subscription.with_gone.get(vendor_id=subscription).gone_at is not None
    assert not Tag.objects.filter(subscription_vendor_id=subscription).exists()
    assert not Visit.objects.filter(owner_vendor_id=subscription).exists()


def test_a_row_that_does_not_fit_is_kept_aside_and_the_others_go_on(owners, sandbox, subscription):
    sandbox.change("billsby", "subscription", subscription, tags=["water", "x" * 130])
    billsby = owners("subscription")
    run = sync(billsby, "tag")
    assert (run.state, run.refused) == (Sync.State.DONE, 1)
    assert own_tags(subscription) == {"water"}
    a_day_passes()
    assert sync(billsby, "tag").missing == 0
    assert Entry.objects.filter(action="mirror.record_refused").count() == 1


@pytest.mark.parametrize("fault", [{"status": 400}, {"status": 200, "body": "[7]"}])
def test_one_answer_that_cannot_be_read_stands_aside_under_its_owner(owners, sandbox, subscription, fault):
    billsby = owners("subscription")
    sandbox.fail_next(path_contains=subscription, **fault)
    run = sync(billsby, "tag")
    assert (run.state, RefusedRecord.objects.get().vendor_id) == (Sync.State.DONE, subscription)
    assert not own_tags(subscription)
    assert sync(billsby, "tag").done == 1
    assert own_tags(subscription)
    assert not RefusedRecord.objects.exists()


def test_answers_that_are_all_bad_are_the_vendors_fault(owners, sandbox):
    billsby = owners("subscription")
    sandbox.fail_next(status=200, body="[7]", times=100, operation="billsby_get_subscription_tags_split")
    run = sync(billsby, "tag")
    assert (run.state, bool(run.error)) == (Sync.State.FAILED, True)
    assert not RefusedRecord.objects.exists()


def test_a_record_read_again_brings_all_that_belongs_to_it(owners, sandbox, subscription):
    billsby = owners("subscription")
    refresh_record(billsby, "subscription", subscription)
    record = Subscription.objects.get(vendor_id=subscription)
    of_it = {children.kind for children in ALONE if children.owner == "subscription"}
    assert visits.asked_at(record).keys() == of_it
    assert own_tags(subscription) == {"water", "early bird"}
    assert record.own(SubscriptionAddOn).exists()


def test_an_answer_is_read_again_by_its_own_id_known_or_not(owners, sandbox):
    billsby, owner = owners("customer"), sandbox.stories()["upgrade"]["customerUniqueId"]
    for value in ("Green", "Red"):
        sandbox.change("billsby", "custom_field_response", "800", value=value)
        refresh_record(billsby, "custom_field_response", f"{owner}/800")
        assert CustomFieldResponse.objects.get().value == value


def test_whole_lists_are_mirrored_with_what_only_each_alone_tells(connected, sandbox):
    sell_more(sandbox)
    for kind in ("add_on", "allowance", "custom_field"):
        sync(connected["billsby"], kind)
    field, allowance, add_on = CustomField.objects.get(), Allowance.objects.get(), AddOn.objects.get()
    assert (field.title, field.type) == ("Cost centre", "Single line text")
    assert (allowance.counter_id, allowance.plans[0]["is_forced"]) == ("api-calls", True)
    assert add_on.price_lines == ["every month, $40.00 each"]


def test_a_plan_is_read_again_with_its_cycles_and_one_nobody_knows_is_found(owners):
    billsby = owners("product")
    refresh_record(billsby, "plan", "34")
    plan = KINDS["plan"].objects.get()
    assert plan.vendor_id == "34"
    refresh_record(billsby, "product", "11")
    assert plan.cycles().count() == 2


def test_a_child_nobody_knows_is_not_found(owners):
    with pytest.raises(NotFoundError):
        refresh_record(owners("customer"), "custom_field_response", "NOBODY/999999")


def test_an_account_whose_owners_are_none_asks_nothing(connected, sandbox):
    run = sync(connected["billsby"], "tag")
    assert (run.state, run.done, Customer.objects.count()) == (Sync.State.DONE, 0, 0)


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])
    return lambda url: client.get(url).text


def test_a_subscription_shows_what_it_has_and_when_that_was_read(owners, sandbox, subscription, get):
    refresh_record(owners("subscription"), "subscription", subscription)
    sandbox.fail_next(status=503, times=100)
    page = get(Subscription.objects.get(vendor_id=subscription).get_absolute_url())
    own = page.split("Its own")[1]
    assert own.index("early bird") < own.index("water")
    assert all(text in page for text in ("priority-support", "× 2", "Subscription created", "No allowances."))
    assert "as of" in page
    assert "not read yet" not in page


def test_a_customer_shows_answers_and_the_usage_of_its_subscriptions(owners, sandbox, get):
    billsby = owners("subscription")
    for part in ("credits", "upgrade"):
        story = sandbox.stories()[part]
        refresh_record(billsby, "customer", story["customerUniqueId"])
        refresh_record(billsby, "subscription", story["subscriptionUniqueId"])
    pages = [get(customer.get_absolute_url()) for customer in Customer.objects.order_by("pk")]
    assert sum("<progress" in page for page in pages) == 1
    assert sum("Cost centre" in page and "Blue" in page for page in pages) == 1


def test_an_invoice_shows_lines_payments_and_what_was_refunded(owners, sandbox, get):
    number = sandbox.stories()["retry_pays"]["invoiceNumber"]
    refresh_record(owners("invoice"), "invoice", number)
    sandbox.fail_next(status=503, times=100)
    page = get(Invoice.objects.get(vendor_id=number).get_absolute_url())
    assert all(text in page for text in ("Business", "ch_sandbox_"))
    assert page.count("Failed") == 2


@pytest.mark.parametrize(
    ("make", "models"),
    [
        (make_subscription, (Usage, SubscriptionAddOn, Tag, Event)),
        (make_customer, (CustomFieldResponse,)),
        (make_invoice, (InvoiceLine, PaymentLog)),
    ],
)
def test_a_page_asks_the_same_few_questions_however_much_belongs_to_it(billsby, get, make, models):
    record = make(billsby)

    def questions() -> int:
        for model in models:
            make_owned(model, record)
        with CaptureQueriesContext(connection) as asked:
            get(record.get_absolute_url())
        return len(asked)

    few = [questions() for _ in range(5)]
    assert few[-1] == few[0]
