"""What changed is read in between, and everything once a day."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from console.mirror.models import Customer, Invoice, Sync
from console.mirror.sync import sync_connection

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(connected):
    return connected["bill"]


def read(bill, kind: str = "invoice", **how) -> Sync:
    (run,) = sync_connection(bill, kind=kind, **how)
    run.refresh_from_db()
    return run


def an_open_invoice(bill) -> Invoice:
    return Invoice.objects.filter(connection=bill, open_minor__gt=0).order_by("pk").first()


def pay(sandbox, invoice: Invoice) -> None:
    sandbox.change("bill", "invoice", invoice.vendor_id, status="PAID_IN_FULL", dueAmount="0")


def test_the_next_run_asks_for_what_changed_and_for_little_else(bill, sandbox):
    whole = read(bill)
    invoice = an_open_invoice(bill)
    pay(sandbox, invoice)
    changes = read(bill)
    invoice.refresh_from_db()
    assert (whole.since, changes.since) == (None, whole.newest - Sync.OVERLAP)
    assert invoice.open_minor == 0
    assert changes.done < whole.done / 2


def test_with_an_invoice_its_customers_balance_is_read(bill, sandbox):
    read(bill, "customer")
    read(bill)
    invoice = an_open_invoice(bill)
    before = Customer.objects.get(vendor_id=invoice.customer_vendor_id).balance_minor
    pay(sandbox, invoice)
    read(bill)
    after = Customer.objects.get(vendor_id=invoice.customer_vendor_id).balance_minor
    assert after == before - invoice.open_minor


def test_a_run_of_changes_takes_nothing_for_missing(bill, sandbox):
    read(bill, everything=True)
    sandbox.remove("bill", "invoice", an_open_invoice(bill).vendor_id)
    read(bill, everything=True)
    changes = read(bill)
    assert (changes.since is None, changes.missing, changes.gone) == (False, 0, 0)
    assert read(bill, everything=True).gone == 1


def test_a_run_of_changes_does_not_count_as_a_list_that_had_everything(bill, sandbox):
    read(bill)
    gone = an_open_invoice(bill)
    sandbox.remove("bill", "invoice", gone.vendor_id)
    read(bill)
    assert read(bill, everything=True).missing == 0


def test_everything_is_read_again_on_another_day(bill):
    whole = read(bill)
    read(bill)
    Sync.objects.filter(pk=whole.pk).update(started_at=whole.started_at - timedelta(days=1))
    assert read(bill).since is None


def test_everything_is_read_again_while_a_person_has_not_said_what_is_gone(bill):
    whole = read(bill)
    Sync.objects.filter(pk=whole.pk).update(state=Sync.State.HELD, missing=30)
    assert read(bill).since is None


def test_a_kind_whose_list_knows_no_changes_is_always_read_whole(connected):
    for _ in range(2):
        assert read(connected["billsby"]).since is None


def test_what_changed_while_everything_was_read_is_asked_for_again(bill):
    started = timezone.now()
    run = Sync(connection=bill, kind="invoice", started_at=started, newest=started + timedelta(minutes=20))
    assert run.changes_from == started - Sync.OVERLAP


def test_a_run_of_changes_that_stopped_goes_on_where_it_was(bill, sandbox):
    read(bill)
    pay(sandbox, an_open_invoice(bill))

    def stop(run: Sync) -> None:
        if run.since and not run.finished_at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(bill, on_progress=stop)
    stopped = Sync.objects.filter(state=Sync.State.STOPPED).get()
    again = read(bill)
    assert (again.pk, again.since, again.state) == (stopped.pk, stopped.since, Sync.State.DONE)


def test_the_page_says_what_was_read(client, people, bill):
    read(bill)
    client.force_login(people["ada"])
    assert "everything" in client.get(reverse("connections:list")).text
    run = read(bill)
    since = timezone.localtime(run.since)
    assert f"changes since {since:%H:%M}" in client.get(reverse("connections:list")).text


def test_the_command_reads_everything_where_it_is_told_to(bill, capsys):
    for more in ([], [], ["--everything"]):
        call_command("sync", "--connection", bill.slug, "--kind", "invoice", *more)
    first, second, third = capsys.readouterr().out.count("changes since"), *Sync.objects.order_by("pk")[1:]
    assert first == 1
    assert (second.since is None, third.since is None) == (False, True)
