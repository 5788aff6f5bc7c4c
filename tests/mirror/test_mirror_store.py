from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from connectors.billsby import mapping
from connectors.billsby.children import plans
from connectors.billsby.streams import row
from console.audit.models import Entry
from console.mirror.models import Customer, Plan, RefusedRecord
from console.mirror.refresh import store
from console.mirror.upserting import upsert_newer
from tests.mirror.factories import customer_row

DESK = {"productId": 1, "name": "Desk", "billingCurrency": "USD"}


def listed(raw):
    """A customer of Billsby's list, as it came."""
    return row("customer", "billsby_list_customers", raw, mapping.customer)


def test_the_same_page_again_writes_no_row(billsby):
    records = [customer_row("A"), customer_row("B")]
    assert store(billsby, records) == 2
    assert store(billsby, records) == 0


def test_an_unchanged_row_is_known_to_be_fresh(billsby):
    store(billsby, [customer_row()], read_at=timezone.now() - timedelta(hours=1))
    now = timezone.now()
    store(billsby, [customer_row()], read_at=now)
    assert Customer.objects.get().fetched_at == now


def test_a_changed_record_keeps_its_row(billsby):
    store(billsby, [customer_row()])
    before = Customer.objects.get()
    assert store(billsby, [customer_row(name="Marlowe Dental Group")]) == 1
    after = Customer.objects.get()
    assert (after.pk, after.name) == (before.pk, "Marlowe Dental Group")


def plan_row(product):
    (found,) = plans([{"planId": 7, "name": "Starter"}], "1", product)
    return found


def test_a_record_changes_with_what_it_is_read_with(billsby):
    store(billsby, [plan_row(DESK)])
    assert store(billsby, [plan_row(DESK)]) == 0
    assert store(billsby, [plan_row({**DESK, "name": "Office"})]) == 1
    assert Plan.objects.get().product_name == "Office"


@pytest.mark.parametrize("name", ["Desk\0", "Desk \ud83d"])
def test_what_a_record_is_read_with_may_not_fit_either(billsby, name):
    store(billsby, [plan_row({**DESK, "name": name}), customer_row()])
    assert RefusedRecord.objects.get().vendor_id == "7"
    assert Customer.objects.count() == 1


def test_what_a_list_does_not_tell_is_not_blanked(billsby):
    store(billsby, [customer_row(card_status="Valid")])
    store(billsby, [customer_row(status="Inactive")])
    row = Customer.objects.get()
    assert (row.status, row.card_status) == ("Inactive", "Valid")


def test_an_older_reading_does_not_overwrite_a_newer_one(billsby):
    began = timezone.now()
    store(billsby, [customer_row(name="New")], read_at=began + timedelta(seconds=1))
    assert store(billsby, [customer_row(name="Old")], read_at=began) == 0
    assert Customer.objects.get().name == "New"


@pytest.mark.parametrize(("age_s", "name"), [(-1, "Theirs"), (1, "Ours")])
def test_a_row_that_somebody_inserts_after_our_look_is_judged_by_its_age_too(billsby, age_s, name):
    store(billsby, [customer_row("A", name="Theirs")])
    theirs = Customer.objects.get()
    ours = {field.attname: getattr(theirs, field.attname) for field in Customer._meta.concrete_fields}
    ours |= {"name": "Ours", "fetched_at": theirs.fetched_at + timedelta(seconds=age_s), "raw": "{}"}
    new = ours | {"vendor_id": "B"}
    upsert_newer(Customer, [ours, new], fields=["name", "fetched_at"], are_new=True)
    assert Customer.objects.get(vendor_id="A").name == name
    assert Customer.objects.filter(vendor_id="B").exists()


def test_the_same_id_at_two_vendors_is_two_rows(billsby, bill):
    store(billsby, [customer_row("A")])
    store(bill, [customer_row("A")])
    assert Customer.objects.filter(vendor_id="A").count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"currency": "DOLLARS"},
        {"created_at": "yesterday"},
        {"balance_minor": 2**70},
        {"balance_minor": 2**53 + 1},
        {"created_at": datetime(1, 1, 1, tzinfo=UTC)},
        {"name": "zero\0byte"},
        {"name": "half a \ud83d"},
        {"name": "n" * 10_000},
        {"name": ["Marlowe"] * 100},
        {"shoe_size": 44},
    ],
)
def test_a_record_that_does_not_fit_is_kept_aside_and_the_others_go_on(billsby, fields):
    store(billsby, [customer_row("A", **fields), customer_row("B")])
    assert [row.vendor_id for row in Customer.objects.all()] == ["B"]
    assert RefusedRecord.objects.get().vendor_id == "A"


def test_the_log_is_told_once_of_a_record_kept_aside(billsby):
    bad = customer_row(currency="DOLLARS")
    store(billsby, [bad])
    store(billsby, [bad])
    entries = Entry.objects.filter(action="mirror.record_refused")
    assert [entry.object_id for entry in entries] == ["CUST1"]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (customer_row("A", currency="DOLLARS"), "currency"),
        (customer_row("A", balance_minor=2**53 + 1), "balance_minor"),
        (listed({"customerUniqueId": "A", "createdOn": "last week"}), "createdOn"),
        (listed({"customerUniqueId": None}), "customerUniqueId"),
    ],
)
def test_what_is_kept_aside_tells_its_operation_and_its_field(billsby, row, field):
    store(billsby, [row])
    refused = RefusedRecord.objects.get()
    assert (refused.operation, refused.field) == ("billsby_list_customers", field)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "a text",
        [],
        {"customerUniqueId": "X" * 10_000},
        {"customerUniqueId": "half a \ud83d", "firstName": "zero\0byte"},
        {"customerUniqueId": "A", "totalAmountPaid": "1e999999999"},
        {"customerUniqueId": "A", "firstName": {"first": "\0"}},
        {"customerUniqueId": "A", "billingAddress": "Leeds"},
        {"customerUniqueId": "A", "createdOn": "0001-01-01T00:00:00+14:00"},
        {"customerUniqueId": "A", "createdOn": 5},
        {"customerUniqueId": ["A"]},
    ],
)
def test_nothing_a_vendor_can_send_stops_the_rest_of_the_page(billsby, raw):
    store(billsby, [listed(raw), customer_row("B")])
    assert [row.vendor_id for row in Customer.objects.all()] == ["B"]
    assert RefusedRecord.objects.count() == Entry.objects.filter(action="mirror.record_refused").count() == 1


def test_a_record_that_fits_again_is_no_longer_kept_aside(billsby):
    store(billsby, [customer_row(currency="DOLLARS")])
    store(billsby, [customer_row(currency="USD")])
    assert not RefusedRecord.objects.exists()


def test_a_row_is_found_beyond_ascii_whatever_the_case(billsby):
    store(billsby, [customer_row(name="ÉCLAIR Straße")])
    assert Customer.objects.matching("éclair STRASSE").exists()
