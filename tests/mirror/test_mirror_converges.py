"""Whatever happens at the vendor while a list is read, wherever the reading dies, the mirror gets there."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.ahead import ReadAhead
from connectors.billsby import mapping, streams
from connectors.registry import Page, Row, connector
from console.connections.clients import read_live
from console.mirror.models import Invoice, Sync
from console.mirror.refresh import refresh_record
from console.mirror.sync import begin, read_stream

pytestmark = pytest.mark.django_db

ROWS_A_PAGE = 4
LISTED = "billsby_list_invoices"
COLUMNS = ("vendor_id", "status", "amount_minor")
(STREAM,) = (stream for stream in connector("billsby").streams if stream.kind == "invoice")

# What happens at one moment, to which invoice, and whether the reading dies of it.
DEEDS = st.tuples(
    st.sampled_from(["create", "change", "cancel", "remove", "change_and_read"]), st.integers(0, 30)
)
MOMENTS = st.lists(st.tuples(st.lists(DEEDS, max_size=3), st.booleans()), max_size=14)


class Killed(BaseException):
    """What nothing catches, like a process that ends."""


class Vendor:
    """A customer's invoices at the sandbox, and what they should read as: number → (status, amount)."""

    def __init__(self, sandbox, connection) -> None:
        self.sandbox = sandbox
        self.connection = connection
        number = sandbox.stories()["retry_pays"]["invoiceNumber"]
        self.pattern = sandbox.record("billsby", "invoice", number)
        self.owner = mapping.customer_of(number)
        self.numbers = count(900)
        self.invoices: dict[str, tuple[str, int]] = {}
        self.just_read: dict[str, tuple[str, int]] = {}

    def do(self, deed: str, which: int) -> None:
        if deed == "create":
            self.create()
        elif self.invoices:
            getattr(self, deed)(sorted(self.invoices)[which % len(self.invoices)])

    def create(self) -> None:
        at = next(self.numbers)
        number = f"{self.owner}-{at}"
        fields = {**self.pattern, "invoiceNumber": number, "invoiceId": at, "status": "Unpaid", "amount": at}
        self.sandbox.add("billsby", "invoice", number, owner=self.owner, **fields)
        self.invoices[number] = ("Unpaid", at)

    def change(self, number: str) -> None:
        self._set(number, "Paid", self.invoices[number][1] + 1)

    def cancel(self, number: str) -> None:
        self._set(number, "WrittenOff", 0)

    def _set(self, number: str, status: str, amount: int) -> None:
        self.sandbox.change("billsby", "invoice", number, status=status, amount=amount)
        self.invoices[number] = (status, amount)
        self.just_read.pop(number, None)

    def remove(self, number: str) -> None:
        self.sandbox.remove("billsby", "invoice", number)
        del self.invoices[number]
        self.just_read.pop(number, None)

    def change_and_read(self, number: str) -> None:
        """As an approved change does; a page that tells the older state may be under way."""
        self.change(number)
        refresh_record(self.connection, "invoice", number)
        self.just_read[number] = self.invoices[number]


def mirrored(connection) -> dict[str, tuple[str, int]]:
    rows = Invoice.objects.filter(connection=connection)
    return {number: (status, amount) for number, status, amount in rows.values_list(*COLUMNS)}


def in_small_pages(happen: Callable[[], None]) -> Callable[[ReadAhead, str], Iterator[Page]]:
    """The invoices, four at a time; `happen` comes when the vendor has answered and nothing is kept yet.

    What it does is then missing from every page that was read ahead.
    """

    def pages(read: ReadAhead, place: str) -> Iterator[Page]:
        for part in streams.listed(read, LISTED, place, size=ROWS_A_PAGE, make=row):
            happen()
            yield Page(tuple(part.rows), part.total, part.following, part.asked_at)

    def row(raw: Any) -> Row:
        return streams.row("invoice", LISTED, raw, mapping.invoice)

    return pages


def sweep(connection, happen: Callable[[], None], on_page: Callable[[Sync], None]) -> Sync:
    """One generation to its end, however often it dies."""
    stream = replace(STREAM, pages=in_small_pages(happen))
    while True:
        run = begin(connection, "invoice")
        try:
            read_stream(run, stream, on_page)
        except Killed:
            long_ago = timezone.now() - 2 * Sync.QUIET_FOR
            Sync.objects.filter(pk=run.pk).update(reported_at=long_ago)
            continue
        return run


def nothing(*_: object) -> None:
    pass


@pytest.mark.timeout(600)  # making a failure small takes minutes
@settings(
    max_examples=50, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(moments=MOMENTS, invoices=st.integers(0, 12))
def test_the_mirror_equals_the_vendor_two_sweeps_after_it_is_quiet(connected, sandbox, moments, invoices):
    connection = connected["billsby"]
    sandbox.reset(customers=5)
    vendor = Vendor(sandbox, connection)
    for row in read_live(connection, LISTED, {"limit": 500}).data:
        sandbox.remove("billsby", "invoice", row["invoiceNumber"])
    for _ in range(invoices):
        vendor.create()
    left, overwritten = iter(moments), []

    def happen() -> None:
        deeds, kills = next(left, ([], False))
        for deed, which in deeds:
            vendor.do(deed, which)
        if kills:
            raise Killed

    def on_page(run: Sync) -> None:
        now = mirrored(connection)
        overwritten.extend(key for key, told in vendor.just_read.items() if now.get(key) != told)
        vendor.just_read.clear()
        if not run.finished_at:
            happen()

    with transaction.atomic():
        before = sweep(connection, happen, on_page)
        runs = [before, *(sweep(connection, nothing, nothing) for _ in range(2))]
        assert {run.state for run in runs} == {Sync.State.DONE}
        assert len({run.pk for run in runs}) == 3
        assert mirrored(connection) == vendor.invoices
        assert not overwritten
        transaction.set_rollback(True)
