"""BILL is read by what changed, and now and then whole; whatever happens meanwhile, the mirror gets there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.bill.streams import document_pages
from connectors.registry import Page, connector
from console.connections.clients import read_live
from console.connections.models import CallBudget, VendorSession
from console.mirror.models import Customer, Invoice, Sync
from console.mirror.refresh import refresh_record
from console.mirror.sync import begin, from_when, read_stream
from tests.mirror.test_mirror_converges import Killed, nothing

pytestmark = pytest.mark.django_db

ROWS_A_PAGE = 3
LONGER_THAN_THE_OVERLAP_S = 11 * 60
DAY_S = 24 * 3600
(STREAM,) = (stream for stream in connector("bill").streams if stream.kind == "invoice")
COLUMNS = ("vendor_id", "status", "amount_minor")

# What happens at one moment, to which invoice, and whether the reading dies of it.
DEEDS = st.tuples(
    st.sampled_from(["create", "change", "archive", "restore", "remove", "change_and_read"]),
    st.integers(0, 30),
)
MOMENTS = st.lists(st.tuples(st.lists(DEEDS, min_size=1, max_size=3), st.booleans()), max_size=8)
LAPS = st.lists(st.tuples(st.booleans(), MOMENTS), min_size=1, max_size=4)


class Vendor:
    """A customer's invoices at the sandbox, and what they should read as: id → (status, cents)."""

    def __init__(self, sandbox, connection) -> None:
        self.sandbox = sandbox
        self.connection = connection
        for archived in (False, True):
            for row in read_live(connection, "bill_list_invoices", {"archived": archived, "limit": 500}).data:
                self.pattern = sandbox.record("bill", "invoice", row["id"])
                sandbox.remove("bill", "invoice", row["id"])
        self.numbers = count(900)
        self.invoices: dict[str, tuple[str, int]] = {}
        self.just_read: dict[str, tuple[str, int]] = {}

    def do(self, deed: str, which: int) -> None:
        if deed == "create":
            self.create()
        elif self.invoices:
            getattr(self, deed)(sorted(self.invoices)[which % len(self.invoices)])

    def create(self) -> None:
        at, now = next(self.numbers), self.sandbox.now().isoformat(timespec="milliseconds")
        key = f"00e{at:017}"
        told = {"id": key, "invoiceNumber": f"INV-{at}", "createdTime": now, "updatedTime": now}
        money = {"status": "OPEN", "archived": False, "totalAmount": f"{at}", "dueAmount": f"{at}"}
        fields = self.pattern | told | money
        self.sandbox.add("bill", "invoice", key, owner=self.pattern["customerId"], **fields)
        self.invoices[key] = ("OPEN", at * 100)

    def change(self, key: str) -> None:
        status, amount = self.invoices[key]
        total = f"{(amount + 100) / 100:.2f}"
        self.sandbox.change("bill", "invoice", key, status="PAID_IN_FULL", totalAmount=total, dueAmount="0")
        self._is("ARCHIVED" if status == "ARCHIVED" else "PAID_IN_FULL", key, amount + 100)

    def archive(self, key: str) -> None:
        self.sandbox.change("bill", "invoice", key, archived=True)
        self._is("ARCHIVED", key, self.invoices[key][1])

    def restore(self, key: str) -> None:
        status = self.sandbox.change("bill", "invoice", key, archived=False)["status"]
        self._is(status, key, self.invoices[key][1])

    def _is(self, status: str, key: str, amount: int) -> None:
        self.invoices[key] = (status, amount)
        self.just_read.pop(key, None)

    def remove(self, key: str) -> None:
        self.sandbox.remove("bill", "invoice", key)
        del self.invoices[key]
        self.just_read.pop(key, None)

    def change_and_read(self, key: str) -> None:
        """As an approved change does; a page that tells the older state may be under way."""
        self.change(key)
        refresh_record(self.connection, "invoice", key)
        self.just_read[key] = self.invoices[key]


def mirrored(connection) -> dict[str, tuple[str, int]]:
    rows = Invoice.objects.filter(connection=connection).values_list(*COLUMNS)
    return {key: (status, amount) for key, status, amount in rows}


def lap(
    connection, *, everything: bool, happen: Callable[[], None] = nothing, on_page: Callable = nothing
) -> Sync:
    """One run to its end, however often it dies; `happen` comes between BILL's answer and its keeping."""

    def pages(*asked) -> Iterator[Page]:
        for page in document_pages("invoice", *asked, size=ROWS_A_PAGE):
            happen()
            yield page

    while True:
        since = None if everything else from_when(connection, STREAM)
        run = begin(connection, "invoice", since=since)
        try:
            read_stream(run, replace(STREAM, pages=pages), on_page)
        except Killed:
            long_ago = timezone.now() - 2 * Sync.QUIET_FOR
            Sync.objects.filter(pk=run.pk).update(reported_at=long_ago)
            continue
        return run


def forget_everything() -> None:
    """As before the first run. Rolling back would not do: calls to BILL take places, which stands alone."""
    for model in (Sync, Invoice, Customer, CallBudget, VendorSession):
        getattr(model, "with_gone", model.objects).all().delete()


@pytest.mark.timeout(600)  # making a failure small takes minutes
@settings(
    max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(laps=LAPS, invoices=st.integers(0, 14))
def test_the_mirror_has_every_change_one_run_after_it_is_quiet_and_two_sweeps_later_equals_bill(
    connected, sandbox, laps, invoices
):
    connection = connected["bill"]
    forget_everything()
    sandbox.reset(customers=5)
    sandbox.advance(-DAY_S)  # so that the time between two runs can pass and is not ahead of ours
    vendor = Vendor(sandbox, connection)
    overwritten = []
    for _ in range(invoices):
        vendor.create()

    def happen(left) -> None:
        deeds, kills = next(left, ([], False))
        for deed, which in deeds:
            vendor.do(deed, which)
        if kills:
            raise Killed

    def on_page(left, run: Sync) -> None:
        now = mirrored(connection)
        overwritten.extend(key for key, told in vendor.just_read.items() if now.get(key) != told)
        vendor.just_read.clear()
        if not run.finished_at:
            happen(left)

    runs = []
    for everything, moments in laps:
        left = iter(moments)
        happens, looks = partial(happen, left), partial(on_page, left)
        runs.append(lap(connection, everything=everything, happen=happens, on_page=looks))
        sandbox.advance(LONGER_THAN_THE_OVERLAP_S)
    runs.append(lap(connection, everything=False))
    now = mirrored(connection)
    assert {key: now.get(key) for key in vendor.invoices} == vendor.invoices
    runs += [lap(connection, everything=True) for _ in range(2)]
    assert {run.state for run in runs} == {Sync.State.DONE}
    assert mirrored(connection) == vendor.invoices
    assert not overwritten
