from datetime import timedelta

import pytest
from django.utils import timezone

from console.audit.models import Entry
from console.mirror.models import Customer, RefusedRecord
from console.mirror.refresh import store
from tests.mirror.factories import customer_record


def test_the_same_page_again_writes_no_row(billsby):
    records = [customer_record("A"), customer_record("B")]
    assert store(billsby, records) == 2
    assert store(billsby, records) == 0


def test_an_unchanged_row_is_known_to_be_fresh(billsby):
    store(billsby, [customer_record()], read_at=timezone.now() - timedelta(hours=1))
    now = timezone.now()
    store(billsby, [customer_record()], read_at=now)
    assert Customer.objects.get().fetched_at == now


def test_a_changed_record_keeps_its_row(billsby):
    store(billsby, [customer_record()])
    before = Customer.objects.get()
    assert store(billsby, [customer_record(name="Marlowe Dental Group")]) == 1
    after = Customer.objects.get()
    assert (after.pk, after.name) == (before.pk, "Marlowe Dental Group")


def test_what_a_list_does_not_tell_is_not_blanked(billsby):
    store(billsby, [customer_record(card_status="Valid")])
    store(billsby, [customer_record(status="Inactive")])
    row = Customer.objects.get()
    assert (row.status, row.card_status) == ("Inactive", "Valid")


def test_an_older_reading_does_not_overwrite_a_newer_one(billsby):
    began = timezone.now()
    store(billsby, [customer_record(name="New")], read_at=began + timedelta(seconds=1))
    assert store(billsby, [customer_record(name="Old")], read_at=began) == 0
    assert Customer.objects.get().name == "New"


def test_the_same_id_at_two_vendors_is_two_rows(billsby, bill):
    store(billsby, [customer_record("A")])
    store(bill, [customer_record("A")])
    assert Customer.objects.filter(vendor_id="A").count() == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"currency": "DOLLARS"},
        {"created_at": "yesterday"},
        {"balance_minor": 2**70},
        {"name": "zero\0byte"},
        {"shoe_size": 44},
    ],
)
def test_a_record_that_does_not_fit_is_kept_aside_and_the_others_go_on(billsby, fields):
    store(billsby, [customer_record("A", **fields), customer_record("B")])
    assert [row.vendor_id for row in Customer.objects.all()] == ["B"]
    assert RefusedRecord.objects.get().vendor_id == "A"


def test_the_log_is_told_once_of_a_record_kept_aside(billsby):
    bad = customer_record(currency="DOLLARS")
    store(billsby, [bad])
    store(billsby, [bad])
    entries = Entry.objects.filter(action="mirror.record_refused")
    assert [entry.object_id for entry in entries] == ["CUST1"]


def test_a_record_that_fits_again_is_no_longer_kept_aside(billsby):
    store(billsby, [customer_record(currency="DOLLARS")])
    store(billsby, [customer_record(currency="USD")])
    assert not RefusedRecord.objects.exists()


def test_a_row_is_found_beyond_ascii_whatever_the_case(billsby):
    store(billsby, [customer_record(name="ÉCLAIR Straße")])
    assert Customer.objects.matching("éclair STRASSE").exists()
