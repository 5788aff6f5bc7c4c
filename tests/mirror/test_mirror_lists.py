import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.mirror.factories import (
    make_bill,
    make_budget,
    make_credit_memo,
    make_credit_note,
    make_customer,
    make_invoice,
    make_open_invoice,
    make_payment,
    make_product,
    make_received_payment,
    make_spend_card,
    make_subscription,
    make_usage,
    make_vendor,
    make_vendor_credit,
)

MAKERS = {
    "customer": make_customer,
    "subscription": make_subscription,
    "invoice": make_invoice,
    "credit_note": make_credit_note,
    "usage": make_usage,
    "product": make_product,
    "vendor": make_vendor,
    "bill": make_bill,
    "payment": make_payment,
    "vendor_credit": make_vendor_credit,
    "received_payment": make_received_payment,
    "credit_memo": make_credit_memo,
    "budget": make_budget,
    "spend_card": make_spend_card,
}
LISTS = list(MAKERS)

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])

    def page(url: str, **headers) -> str:
        response = client.get(url, headers=headers)
        assert response.status_code == 200
        return response.text

    return page


def titles(page: str) -> list[str]:
    return re.findall(r'<tr data-row data-href="[^"]+"><td><a [^>]+>([^<]+)</a>', page)


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_is_for_who_is_signed_in(client, db, kind):
    response = client.get(reverse(f"mirror:{kind}-list"))
    assert response.url.startswith(reverse("accounts:sign-in"))


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_asks_the_mirror_the_same_few_questions_whatever_its_length(get, billsby, kind):
    url = reverse(f"mirror:{kind}-list")

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            get(url, HX_Request="true", HX_Target="records")
        return sum("mirror_" in query["sql"] for query in asked)

    MAKERS[kind](billsby)
    one = questions()
    for _ in range(60):
        MAKERS[kind](billsby)
    assert questions() == one <= 8


def test_an_empty_list_says_where_rows_come_from(get, db):
    assert "No invoices yet" in get("/invoices/")


def test_a_filter_that_matches_nothing_offers_a_way_back(get, billsby):
    make_invoice(billsby)
    page = get("/invoices/?q=nobody")
    assert "No invoices match" in page
    assert "Show all invoices" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=paid", ["A", "C"]),
        ("?connector=bill", ["C"]),
        ("?currency=eur", ["B"]),
        ("?open=1", ["B"]),
        ("?open=1&min_age=61", []),
        ("?min_age=5&open=1", ["B"]),
        ("?q=falk+noor", ["A"]),
        ("?min_age=many&status=", ["A", "B", "C"]),
    ],
)
def test_filters_stand_in_the_url(get, billsby, bill, query, found):
    make_invoice(billsby, number="A", customer_name="Noor Falk")
    make_open_invoice(billsby, number="B", currency="EUR")
    make_invoice(bill, number="C", status="PAID_IN_FULL")
    assert sorted(titles(get(f"/invoices/{query}"))) == found


def test_bills_are_filtered_by_when_they_are_due(get, bill):
    today = timezone.localdate()
    for days in (-2, 3, 30):
        make_bill(bill, number=f"B{days}", due_on=today + timedelta(days=days))
    assert titles(get("/bills/?due_in=-1")) == ["B-2"]
    assert titles(get("/bills/?due_in=7")) == ["B-2", "B3"]


def test_totals_cover_all_results_and_keep_currencies_apart(get, billsby):
    for _ in range(55):
        make_open_invoice(billsby, open_minor=100)
    make_open_invoice(billsby, open_minor=500, currency="GBP")
    page = get("/invoices/?open=1")
    assert "$55.00" in page
    assert "£5.00" in page
    assert "all 56 results" in page


def test_the_view_in_use_is_marked(get, billsby):
    make_open_invoice(billsby, days_old=70)
    page = get("/invoices/?open=1&min_age=61")
    assert re.search(r'aria-current="true">Over 60 days <span class="n">1</span>', page)


def test_a_fragment_is_the_list_alone(get, billsby):
    make_invoice(billsby)
    page = get("/invoices/", HX_Request="true", HX_Target="records", HX_Boosted="true")
    assert page.startswith('<div class="records" id="records"')


def test_pages_follow_each_other_without_gap_or_double(get, billsby):
    for number in range(120):
        make_invoice(billsby, number=f"N{number:03}", issued_at=timezone.now() - timedelta(days=number // 3))
    seen, url = [], "/invoices/?status=paid"
    while url:
        page = get(url)
        seen += titles(page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        url = f"/invoices/{following[1].replace('&amp;', '&')}" if following else ""
    assert len(seen) == len(set(seen)) == 120


def test_a_page_stays_where_it_is_when_rows_arrive_before_it(get, billsby):
    for number in range(60):
        make_customer(billsby, name=f"M{number:02}")
    following = re.search(r'rel="next" href="([^"]+)"', get("/customers/"))[1].replace("&amp;", "&")
    before = titles(get(f"/customers/{following}"))
    make_customer(billsby, name="A newcomer")
    assert titles(get(f"/customers/{following}")) == before


def test_a_name_cannot_bring_markup_into_a_list(get, billsby):
    make_customer(billsby, name="<script>alert(1)</script>")
    assert "<script>alert" not in get("/customers/")


def test_usage_past_its_allowance_stands_first_and_alone_in_its_tab(get, billsby):
    for name, used in (("Within", 900), ("Far past", 5_000), ("Just past", 1_001), ("Untold", None)):
        make_usage(billsby, name=name, used=used)
    assert titles(get("/usage/"))[:2] == ["Far past", "Just past"]
    assert titles(get("/usage/?past=1")) == ["Far past", "Just past"]


def test_usage_is_found_by_its_customer_and_leads_to_its_subscription(get, billsby):
    mine = make_subscription(billsby, customer_name="Lumen Works")
    make_usage(billsby, of=mine)
    make_usage(billsby, of=make_subscription(billsby, customer_name="Somebody else"))
    page = get("/usage/?q=lumen")
    assert len(titles(page)) == 1
    assert f'data-href="{mine.get_absolute_url()}"' in page
