"""A sync whose process is killed at any page, again and again, ends at what the vendor has."""

from django.utils import timezone

from connectors.sandbox.client import SandboxControl
from console import demo
from console.mirror.models import Invoice, Sync
from tests import processes
from tests.processes import Process, wait_for

LISTED = "billsby_list_invoices"


def kill_under_way(doomed: Process, done_before: int) -> Sync:
    """Kill it once it has kept more rows than before and before it has kept them all."""
    doomed.begin()
    under_way = Sync.objects.filter(kind="invoice", state=Sync.State.RUNNING, done__gt=done_before)
    wait_for(under_way.exists, "some pages to be kept")
    doomed.kill()
    # Nobody waits the minutes after which a run that reports nothing counts as dead.
    Sync.objects.update(reported_at=timezone.now() - 2 * Sync.QUIET_FOR)
    return Sync.objects.get(kind="invoice")


def test_a_sync_that_is_killed_again_and_again_misses_no_row_and_doubles_none(committed_db):
    with processes.sandbox() as url, SandboxControl(url) as vendor:
        vendor.reset(customers=400)
        vendor.delay(seconds=0.3, times=10_000, operation=LISTED)
        billsby, _bill = demo.connect_sandbox(url)
        command = ["manage", "sync", "--connection", billsby.slug, "--kind", "invoice"]
        doomed = Process("sync-killed", command, environ={"DATABASE_URL": committed_db})
        done = 0
        for _ in range(3):
            killed = kill_under_way(doomed, done)
            assert killed.place
            assert done < killed.done < killed.total
            done = killed.done
        vendor.clear_faults()
        doomed.begin()
        assert doomed.wait_until_dead() == 0, doomed.tail()
        run = Sync.objects.get(kind="invoice")
        assert (run.state, run.turn, run.done) == (Sync.State.DONE, 4, run.total)
        assert Invoice.objects.filter(connection=billsby, seen_in=run.pk).count() == run.total > 2_000
