from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.errors import NotFoundError
from console.celery import app
from console.mirror.models import KINDS, Customer, Invoice, Sync
from console.mirror.refresh import refresh_record
from console.mirror.sync import begin, sync_connection
from console.mirror.tasks import sync
from tests.mirror.factories import make_sync

pytestmark = pytest.mark.django_db


@pytest.fixture
def billsby(connected):
    return connected["billsby"]


def counts(connection) -> dict[str, int]:
    return {kind: model.objects.filter(connection=connection).count() for kind, model in KINDS.items()}


@pytest.mark.parametrize("connector", ["billsby", "bill"])
def test_everything_a_vendor_lists_is_in_the_mirror(connected, connector):
    runs = sync_connection(connected[connector])
    assert {run.state for run in runs} == {Sync.State.DONE}
    held = counts(connected[connector])
    assert all(held[run.kind] == run.done > 0 for run in runs)


def test_a_second_reading_changes_no_row(billsby):
    sync_connection(billsby)
    before = dict(Invoice.objects.values_list("vendor_id", "pk"))
    sync_connection(billsby)
    assert dict(Invoice.objects.values_list("vendor_id", "pk")) == before


def test_a_kind_that_cannot_be_read_does_not_stop_the_others(billsby, sandbox):
    sandbox.fail_next(status=403, operation="billsby_list_products")
    sync_connection(billsby)
    states = dict(Sync.objects.values_list("kind", "state"))
    assert states["product"] == Sync.State.FAILED
    assert states["invoice"] == Sync.State.DONE


def test_a_failed_reading_says_why_and_keeps_the_rows(billsby, sandbox):
    sync_connection(billsby)
    sandbox.fail_next(status=403, operation="billsby_list_invoices")
    sync_connection(billsby)
    newest = Sync.objects.filter(kind="invoice").first()
    assert (newest.state, bool(newest.error)) == (Sync.State.FAILED, True)
    assert Invoice.objects.exists()


def test_progress_is_told_page_by_page(billsby):
    told = []
    sync_connection(billsby, on_progress=lambda run: told.append((run.kind, run.done, run.total)))
    invoices = [(done, total) for kind, done, total in told if kind == "invoice"]
    assert len(invoices) > 2
    assert invoices[-1][0] == invoices[-1][1]


def test_a_kind_that_is_being_read_is_left_alone(billsby):
    running = begin(billsby, "invoice")
    assert "invoice" not in {run.kind for run in sync_connection(billsby)}
    assert Sync.objects.filter(kind="invoice").get() == running


def test_a_reading_that_fell_silent_is_taken_over(billsby):
    silent = begin(billsby, "invoice")
    Sync.objects.filter(pk=silent.pk).update(reported_at=timezone.now() - timedelta(minutes=6))
    assert "invoice" in {run.kind for run in sync_connection(billsby)}
    silent.refresh_from_db()
    assert silent.state == Sync.State.FAILED


def test_the_job_reads_the_connection_it_is_given(connected):
    sync(connected["bill"].pk)
    assert counts(connected["bill"])["bill"] > 0


def test_the_job_of_a_connection_that_is_gone_does_nothing():
    sync(999)
    assert not Sync.objects.exists()


def test_one_record_is_read_again(billsby, sandbox):
    sync_connection(billsby)
    customer = Customer.objects.filter(connection=billsby).first()
    sandbox.change("billsby", "customer", customer.vendor_id, firstName="Renamed")
    refresh_record(billsby, "customer", customer.vendor_id)
    customer.refresh_from_db()
    assert customer.name.startswith("Renamed")


def test_a_record_read_alone_tells_more_than_the_list(billsby):
    sync_connection(billsby)
    invoice = Invoice.objects.filter(connection=billsby, status="Paid").first()
    assert invoice.is_thin
    refresh_record(billsby, "invoice", invoice.vendor_id)
    invoice.refresh_from_db()
    assert invoice.refundable_minor is not None


def test_a_record_the_vendor_does_not_have_is_said_so(billsby):
    with pytest.raises(NotFoundError):
        refresh_record(billsby, "invoice", "NOSUCHCUST-1")


def test_the_last_whole_reading_is_kept_however_long_later_ones_fail(billsby):
    month_ago, week_ago = (timezone.now() - timedelta(days=days) for days in (30, 8))
    make_sync(billsby, "invoice", started_at=month_ago - timedelta(days=1), finished_at=month_ago)
    last_whole = make_sync(billsby, "invoice", started_at=month_ago, finished_at=month_ago)
    make_sync(billsby, "invoice", state=Sync.State.FAILED, started_at=week_ago, finished_at=week_ago)
    running = begin(billsby, "invoice")
    assert set(Sync.objects.filter(kind="invoice")) == {last_whole, running}


def test_readings_wait_in_a_queue_of_their_own():
    """A worker takes one of the two, or both where it is not told which."""
    router, queues = app.amqp.router, app.amqp.queues
    assert router.route({}, "console.mirror.tasks.sync")["queue"] is queues["sync"]
    assert router.route({}, "console.approvals.tasks.attend")["queue"] is queues["celery"]
    assert {queue.routing_key for queue in queues.consume_from.values()} == {"celery", "sync"}
