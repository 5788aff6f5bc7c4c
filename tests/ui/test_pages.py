from datetime import UTC, date, datetime

import pytest
from django.http import QueryDict

from console.connections.models import Connection
from console.mirror.models import Invoice
from console.ui.pages import keyset_page

pytestmark = pytest.mark.django_db

ORDER = ("-due_on", "id")


@pytest.fixture
def invoices() -> list[str]:
    """Numbers in the order of the list; two share a day, two have none."""
    connection = Connection.objects.create(
        slug="billsby", connector="billsby", name="Billsby", base_url="http://127.0.0.1:1"
    )
    days = [date(2026, 3, 3), date(2026, 3, 2), date(2026, 3, 2), date(2026, 3, 1), None, None]
    for number, day in enumerate(days):
        Invoice.objects.create(
            connection=connection,
            vendor_id=f"N-{number}",
            number=f"N-{number}",
            raw={},
            digest="",
            fetched_at=datetime(2026, 3, 4, tzinfo=UTC),
            due_on=day,
        )
    return [f"N-{number}" for number in range(len(days))]


def walk(query: str, way: str) -> list[list[str]]:
    pages = []
    while True:
        page = keyset_page(Invoice.objects.all(), QueryDict(query), order=ORDER, size=2)
        pages.append([row.number for row in page])
        query = getattr(page, way).removeprefix("?")
        if not query:
            return pages


def test_pages_follow_each_other_without_a_gap_or_a_double(invoices):
    assert walk("", "next") == [["N-0", "N-1"], ["N-2", "N-3"], ["N-4", "N-5"]]


def test_the_way_back_shows_the_same_pages(invoices):
    start = keyset_page(Invoice.objects.all(), QueryDict(""), order=ORDER, size=4)
    end = keyset_page(Invoice.objects.all(), QueryDict(start.next[1:]), order=ORDER, size=2)
    assert walk(end.previous[1:], "previous") == [["N-2", "N-3"], ["N-0", "N-1"]]


def test_the_first_page_has_nothing_before_it(invoices):
    assert keyset_page(Invoice.objects.all(), QueryDict(""), order=ORDER, size=2).previous == ""


def test_the_filter_stays_in_the_link(invoices):
    page = keyset_page(Invoice.objects.all(), QueryDict("status=Unpaid"), order=ORDER, size=2)
    assert page.next.startswith("?status=Unpaid&after=")


@pytest.mark.parametrize("cursor", ["zzz", "bnVsbA", "WyJub3QgYSBkYXRlIiwxXQ"])
def test_a_cursor_that_cannot_be_read_gives_the_first_page(invoices, cursor):
    page = keyset_page(Invoice.objects.all(), QueryDict(f"after={cursor}"), order=ORDER, size=2)
    assert [row.number for row in page] == ["N-0", "N-1"]
