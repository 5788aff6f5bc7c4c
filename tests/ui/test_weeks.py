from datetime import datetime, timedelta
from datetime import time as clock

import pytest
from django.utils import timezone

from console.mirror.models import Invoice
from console.overview.weeks import invoiced_by_week, round_step

pytestmark = pytest.mark.django_db


@pytest.fixture
def this_monday() -> datetime:
    today = timezone.localdate()
    return timezone.make_aware(datetime.combine(today - timedelta(days=today.weekday()), clock(9)))


def make_invoice(connection, issued_at: datetime, **changes) -> Invoice:
    fields = {
        "vendor_id": str(issued_at),
        "raw": {},
        "digest": "",
        "fetched_at": issued_at,
        "issued_at": issued_at,
    }
    fields |= {"currency": "USD", "amount_minor": 10_000, "open_minor": 0, "status": "Paid"}
    return Invoice.objects.create(connection=connection, **fields | changes)


def test_nothing_invoiced_draws_nothing(pending_proposal):
    assert invoiced_by_week("USD") is None


def test_an_invoice_is_split_into_what_came_in_and_what_did_not(pending_proposal, this_monday):
    make_invoice(pending_proposal.connection, this_monday, open_minor=2_500, status="PARTIAL_PAYMENT")
    week = invoiced_by_week("USD").weeks[-1]
    assert (week.starts_on, week.collected_minor, week.open_minor) == (this_monday.date(), 7_500, 2_500)


def test_a_week_without_invoices_keeps_its_place(pending_proposal, this_monday):
    make_invoice(pending_proposal.connection, this_monday)
    make_invoice(pending_proposal.connection, this_monday - timedelta(weeks=2))
    assert [week.collected_minor for week in invoiced_by_week("USD").weeks[-3:]] == [10_000, 0, 10_000]


def test_what_was_written_off_is_not_called_collected(pending_proposal, this_monday):
    make_invoice(pending_proposal.connection, this_monday, status="WrittenOff")
    assert invoiced_by_week("USD") is None


def test_older_weeks_and_other_currencies_are_left_out(pending_proposal, this_monday):
    make_invoice(pending_proposal.connection, this_monday - timedelta(weeks=12))
    make_invoice(pending_proposal.connection, this_monday, currency="GBP")
    assert invoiced_by_week("USD") is None


def test_an_amount_nobody_told_is_not_counted_as_nothing(pending_proposal, this_monday):
    make_invoice(pending_proposal.connection, this_monday, amount_minor=None, open_minor=None)
    assert invoiced_by_week("USD") is None


@pytest.mark.parametrize(("highest", "step"), [(9, 2), (41, 20), (8000, 2000), (150_000, 50_000)])
def test_lines_stand_at_round_amounts(highest, step):
    assert round_step(highest) == step
