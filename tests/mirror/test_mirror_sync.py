from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from connectors.errors import NotFoundError
from connectors.registry import Children, connector
from console.celery import app
from console.mirror.models import KINDS, Customer, Invoice, NotOursError, RefusedRecord, Sync
from console.mirror.refresh import refresh_record
from console.mirror.sync import begin, read_stream, stop, sync_connection
from console.mirror.tasks import sync
from tests.books import sell_more
from tests.mirror.factories import make_sync

pytestmark = pytest.mark.django_db

NONE_SEEDED = {"vendor_credit", "vendor_bank_account", "customer_bank_account"}


@pytest.fixture
def billsby(connected):
    return connected["billsby"]


def counts(connection) -> dict[str, int]:
    return {kind: model.objects.filter(connection=connection).count() for kind, model in KINDS.items()}


class Killed(BaseException):
    """What nothing catches, like a process that ends."""


def kill_at(kind: str, commit: int, death: type[BaseException] = Killed):
    """For on_progress: die after so many commits of that kind."""
    commits = count(1)

    def kill(run: Sync) -> None:
        if run.kind == kind and next(commits) == commit:
            raise death

    return kill


def let_it_be_quiet(kind: str, **changes) -> Sync:
    """Let the time pass after which a run that reports nothing counts as dead."""
    run = Sync.objects.get(kind=kind)
    Sync.objects.filter(pk=run.pk).update(reported_at=timezone.now() - timedelta(minutes=6), **changes)
    return run


@pytest.mark.parametrize("vendor", ["billsby", "bill"])
def test_everything_a_vendor_lists_is_in_the_mirror(connected, sandbox, vendor):
    sell_more(sandbox)
    runs = {run.kind: run for run in sync_connection(connected[vendor])}
    assert {run.state for run in runs.values()} == {Sync.State.DONE}
    held = counts(connected[vendor])
    for stream in connector(vendor).streams:
        asked = held[stream.owner] if isinstance(stream, Children) else held[stream.kind]
        assert runs[stream.kind].done == asked
        assert all(held[kind] > 0 for kind in stream.kinds if kind not in NONE_SEEDED)


def test_a_second_reading_changes_no_row(billsby):
    sync_connection(billsby, kind="invoice")
    before = dict(Invoice.objects.values_list("vendor_id", "pk"))
    sync_connection(billsby, kind="invoice")
    assert dict(Invoice.objects.values_list("vendor_id", "pk")) == before


def test_a_customers_other_invoice_is_not_written_anew_for_a_balance(connected, sandbox):
    bill = connected["bill"]
    sync_connection(bill, kind="invoice")
    changed, other = _two_of_one_customer(bill)
    before = Invoice.objects.get(pk=other.pk).digest
    sandbox.change("bill", "invoice", changed.vendor_id, dueAmount="0", status="PAID_IN_FULL")
    sync_connection(bill, kind="invoice")
    assert Invoice.objects.get(pk=other.pk).digest == before
    assert Invoice.objects.get(pk=changed.pk).open_minor == 0


def _two_of_one_customer(connection) -> tuple[Invoice, Invoice]:
    for invoice in Invoice.objects.filter(connection=connection, open_minor__gt=0):
        alike = Invoice.objects.filter(connection=connection, customer_vendor_id=invoice.customer_vendor_id)
        if other := alike.exclude(pk=invoice.pk).first():
            return invoice, other
    raise LookupError("no customer with two invoices")


def test_a_kind_that_cannot_be_read_does_not_stop_the_others(billsby, sandbox):
    sandbox.fail_next(status=403, operation="billsby_list_products")
    sync_connection(billsby)
    states = dict(Sync.objects.values_list("kind", "state"))
    assert states["product"] == Sync.State.FAILED
    assert states["invoice"] == Sync.State.DONE


def test_a_failed_reading_says_why_and_keeps_the_rows(billsby, sandbox):
    sync_connection(billsby, kind="invoice")
    sandbox.fail_next(status=403, operation="billsby_list_invoices")
    sync_connection(billsby, kind="invoice")
    newest = Sync.objects.filter(kind="invoice").first()
    assert (newest.state, bool(newest.error)) == (Sync.State.FAILED, True)
    assert Invoice.objects.exists()


def test_progress_is_told_page_by_page(billsby):
    told = []
    sync_connection(
        billsby, kind="invoice", on_progress=lambda run: told.append((run.kind, run.done, run.total))
    )
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
    assert silent.state == Sync.State.STOPPED


@pytest.mark.parametrize("commit", [1, 2])  # of the first page, and of one or both of the others
def test_a_reading_that_was_killed_goes_on_at_its_page(billsby, commit):
    with pytest.raises(Killed):
        sync_connection(billsby, kind="invoice", on_progress=kill_at("invoice", commit))
    killed = let_it_be_quiet("invoice")
    (run,) = (run for run in sync_connection(billsby, kind="invoice") if run.kind == "invoice")
    assert (run.pk, run.turn, run.state) == (killed.pk, 2, Sync.State.DONE)
    assert run.done == run.total == Invoice.objects.filter(connection=billsby, seen_in=run.pk).count()


def test_a_reading_that_fails_on_the_way_goes_on_where_it_was(billsby, sandbox):
    def fail(run):
        if run.kind == "invoice" and run.done == 100 and not run.finished_at:
            sandbox.fail_next(status=403, operation="billsby_list_invoices", path_contains="?page=2&")

    sync_connection(billsby, kind="invoice", on_progress=fail)
    failed = Sync.objects.get(kind="invoice")
    assert (failed.state, failed.done) == (Sync.State.FAILED, 100)
    sync_connection(billsby, kind="invoice")
    again = Sync.objects.get(kind="invoice")
    assert (again.pk, again.state, again.done) == (failed.pk, Sync.State.DONE, again.total)


def test_a_place_that_cannot_be_gone_on_from_is_given_up(billsby):
    stopped = begin(billsby, "invoice")
    Sync.objects.filter(pk=stopped.pk).update(state=Sync.State.STOPPED, place="no such place")
    sync_connection(billsby, kind="invoice")
    stopped.refresh_from_db()
    assert (stopped.state, stopped.place) == (Sync.State.FAILED, "")
    sync_connection(billsby, kind="invoice")
    assert Sync.objects.filter(kind="invoice").first().state == Sync.State.DONE


def test_who_lost_the_run_writes_nothing_more(billsby):
    mine = begin(billsby, "invoice")
    let_it_be_quiet("invoice", place="100 293")
    begin(billsby, "invoice")
    stream = next(stream for stream in connector("billsby").streams if stream.kind == "invoice")
    with pytest.raises(NotOursError):
        read_stream(mine, stream, lambda run: None)
    assert not Invoice.objects.exists()
    assert Sync.objects.get(kind="invoice").state == Sync.State.RUNNING


def test_a_person_stops_a_reading_and_no_other_kind_begins(billsby, people):
    def stop_at_first_page(run):
        if run.kind == "customer":
            stop(billsby, actor=people["priya"])

    runs = sync_connection(billsby, on_progress=stop_at_first_page)
    states = {run.kind: run.state for run in runs}
    assert states.pop("customer") == Sync.State.STOPPED
    assert set(states) == {"product", "plan", "add_on", "allowance", "custom_field"}
    assert set(states.values()) == {Sync.State.DONE}


def test_the_keyboard_stops_a_reading_which_then_goes_on(billsby):
    with pytest.raises(KeyboardInterrupt):
        sync_connection(billsby, on_progress=kill_at("invoice", 2, KeyboardInterrupt))
    stopped = Sync.objects.get(kind="invoice")
    assert stopped.state == Sync.State.STOPPED
    (run,) = sync_connection(billsby, kind="invoice")
    assert (run.pk, run.state, run.done) == (stopped.pk, Sync.State.DONE, run.total)


def test_what_is_removed_while_a_list_is_read_hides_no_row(billsby, sandbox):
    def remove(run):
        if run.kind == "invoice" and run.done == 100:
            for row in Invoice.objects.filter(seen_in=run.pk)[:3]:
                sandbox.remove("billsby", "invoice", row.vendor_id)

    sync_connection(billsby, kind="invoice", on_progress=remove)
    run = Sync.objects.get(kind="invoice")
    assert Invoice.objects.filter(seen_in=run.pk).count() == run.total + 3


def test_what_is_no_longer_listed_is_no_longer_kept_aside(billsby, sandbox):
    number = sandbox.stories()["retry_pays"]["invoiceNumber"]
    sandbox.change("billsby", "invoice", number, currency="DOLLARS")
    sync_connection(billsby, kind="invoice")
    assert RefusedRecord.objects.get().vendor_id == number
    sandbox.remove("billsby", "invoice", number)
    sync_connection(billsby, kind="invoice")
    assert not RefusedRecord.objects.exists()


def test_the_job_reads_the_connection_it_is_given(connected):
    sync(connected["bill"].pk)
    assert counts(connected["bill"])["bill"] > 0


def test_the_job_of_a_connection_that_is_gone_does_nothing():
    sync(999)
    assert not Sync.objects.exists()


def test_one_record_is_read_again(billsby, sandbox):
    sync_connection(billsby, kind="customer")
    customer = Customer.objects.filter(connection=billsby).first()
    sandbox.change("billsby", "customer", customer.vendor_id, firstName="Renamed")
    refresh_record(billsby, "customer", customer.vendor_id)
    customer.refresh_from_db()
    assert customer.name.startswith("Renamed")


def test_a_record_read_alone_tells_more_than_the_list(billsby):
    sync_connection(billsby, kind="invoice")
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
