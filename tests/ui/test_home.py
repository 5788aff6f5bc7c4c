from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from connectors.registry import connector
from console.connections.queries import cards
from console.mirror.answers import read_at
from console.mirror.models import Bill, Invoice, Sync
from console.overview.queries import freshness, gathered, receivables
from console.ui.context import sources
from tests.mirror.factories import make_sync

pytestmark = pytest.mark.django_db


def make_invoice(connection, number: int, **changes) -> Invoice:
    fields = {
        "vendor_id": f"N-{number}",
        "raw": {},
        "digest": "",
        "fetched_at": timezone.now(),
        "status": "Unpaid",
        "currency": "USD",
        "amount_minor": 10_000,
        "open_minor": 10_000,
    }
    return Invoice.objects.create(connection=connection, **fields | changes)


def home(client, person, query: str = "", **headers) -> str:
    client.force_login(person)
    return client.get(reverse("overview:home") + query, headers=headers).text


def test_an_empty_console_says_that_nothing_needs_you(client, people):
    assert "Nothing needs you" in home(client, people["dana"])


def test_a_proposal_waits_for_whoever_may_decide(client, people, pending_proposal):
    page = home(client, people["dana"])
    assert "1 change waits for you" in page
    assert "$1,240.00 out" in page


def test_whoever_asked_is_told_that_somebody_else_must_approve(client, people, pending_proposal):
    assert "1 change you asked for waits" in home(client, people["priya"])


def test_currencies_are_never_added_up(client, people, pending_proposal):
    for number, currency in enumerate(["USD", "USD", "GBP"]):
        make_invoice(pending_proposal.connection, number, currency=currency)
    assert "$200.00, £100.00" in home(client, people["dana"])


def test_receivables_show_one_currency_at_a_time(client, people, pending_proposal):
    today = timezone.localdate()
    make_invoice(pending_proposal.connection, 1, due_on=today - timedelta(days=40))
    make_invoice(pending_proposal.connection, 2, due_on=today + timedelta(days=5), currency="GBP")
    page = home(client, people["dana"], "?currency=GBP")
    assert '<span class="big ">£0.00</span>' in page


@pytest.mark.parametrize(
    ("days", "bucket"), [(-1, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4)]
)
def test_an_invoice_falls_into_one_bucket_by_its_age(pending_proposal, days, bucket):
    make_invoice(pending_proposal.connection, 1, due_on=timezone.localdate() - timedelta(days=days))
    assert [one.count for one in receivables("USD").buckets] == [int(at == bucket) for at in range(5)]


def test_a_source_that_failed_is_told_with_its_error(client, people, pending_proposal):
    now = timezone.now()
    Sync.objects.create(
        connection=pending_proposal.connection,
        kind="invoice",
        state=Sync.State.FAILED,
        started_at=now,
        reported_at=now,
        error="Billsby did not answer.",
    )
    assert "Billsby did not answer." in home(client, people["dana"])


def test_one_kind_that_was_never_read_whole_makes_its_source_late(pending_proposal):
    billsby = pending_proposal.connection
    first, *others = [stream.kind for stream in connector("billsby").streams]
    make_sync(billsby, first, state=Sync.State.FAILED)
    for kind in others:
        make_sync(billsby, kind)
    assert [source.read_at for source in sources()] == [None]


def test_every_page_counts_the_age_from_the_same_moment(pending_proposal):
    billsby = pending_proposal.connection
    began = timezone.now() - timedelta(hours=1)
    for stream in connector("billsby").streams:
        make_sync(billsby, stream.kind, started_at=began)
    ages = {*(row.read_at for row in freshness()), cards()[0].read_at, sources()[0].read_at}
    assert ages == {began} == {read_at(["invoice"])}


def test_kinds_that_are_well_stand_in_one_line_and_one_that_failed_in_its_own(pending_proposal):
    billsby = pending_proposal.connection
    for kind in ("customer", "invoice", "plan"):
        make_sync(billsby, kind)
    assert [row.words for row in gathered(freshness())] == ["All 3 kinds of record"]
    make_sync(billsby, "plan", state=Sync.State.FAILED, error="Billsby did not answer.")
    plans, rest = gathered(freshness())
    assert (plans.words, plans.error) == ("Plans", "Billsby did not answer.")
    assert (rest.words, rest.count) == ("The other 2 kinds of record", Invoice.objects.count())


def test_a_hint_gets_the_fragment_without_the_frame(client, people):
    page = home(client, people["dana"], **{"HX-Request": "true"})
    assert page.startswith('<div class="page" id="home"')


def test_the_sandbox_is_marked(client, people, pending_proposal):
    assert "sandbox-edge" in home(client, people["dana"])


def test_home_asks_the_database_a_fixed_number_of_times(
    client, people, pending_proposal, django_assert_max_num_queries
):
    for number in range(30):
        make_invoice(
            pending_proposal.connection, number, due_on=timezone.localdate() - timedelta(days=number)
        )
        Bill.objects.create(
            connection=pending_proposal.connection,
            vendor_id=f"B-{number}",
            raw={},
            digest="",
            fetched_at=timezone.now(),
            open_minor=5,
            currency="USD",
            due_on=timezone.localdate(),
        )
    client.force_login(people["dana"])
    with django_assert_max_num_queries(27):
        client.get(reverse("overview:home"))
