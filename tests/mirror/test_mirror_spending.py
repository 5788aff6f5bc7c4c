"""Budgets and cards on their pages: the limit, what is left of it, and what was bought."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.mirror.factories import make_budget, make_spend_card, make_transaction

pytestmark = pytest.mark.django_db

THEN = datetime(2026, 10, 2, 9, tzinfo=UTC)


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])

    def page(url: str, **headers) -> str:
        response = client.get(url, headers=headers)
        assert response.status_code == 200
        return response.text

    return page


def test_a_budget_shows_what_is_left_its_cards_and_what_was_bought(get, bill):
    budget = make_budget(bill, vendor_id="B1", spent_minor=12_300)
    card = make_spend_card(bill, budget_vendor_id="B1")
    make_spend_card(bill, name="Another budget's", budget_vendor_id="B2")
    make_transaction(bill, budget_vendor_id="B1")
    make_transaction(bill, budget_vendor_id="B2", merchant_name="Elsewhere")
    page = get(budget.get_absolute_url())
    assert all(text in page for text in ("$377.00", "4417", "Blue Rail", "$42.00", card.get_absolute_url()))
    assert "Another budget" not in page
    assert "Elsewhere" not in page


def test_a_card_leads_to_its_budget_and_shows_its_transactions(get, bill):
    budget = make_budget(bill, vendor_id="B1")
    card = make_spend_card(bill, vendor_id="C1", user_name="Ana Reyes")
    make_transaction(bill, spend_card_vendor_id="C1")
    make_transaction(bill, spend_card_vendor_id="C1", merchant_name="Given back", is_credit=True)
    page = get(card.get_absolute_url())
    assert all(text in page for text in (budget.get_absolute_url(), "Ana Reyes", "Blue Rail", "+$42.00"))


def test_what_is_past_its_limit_says_so_and_stands_together(get, bill):
    over = make_budget(bill, name="Over", spent_minor=60_000)
    make_budget(bill, name="Within", spent_minor=40_000)
    make_budget(bill, name="No limit told", limit_minor=None, spent_minor=90_000)
    assert "past the limit" in get(over.get_absolute_url())
    page = get("/budgets/?past=1")
    assert "Over" in page
    assert "Within" not in page
    assert "No limit told" not in page


def test_an_amount_nobody_told_is_not_called_nothing(bill):
    assert make_budget(bill, spent_minor=None).left_minor is None
    assert not make_spend_card(bill, limit_minor=None, spent_minor=5).is_over


def test_a_budget_shows_its_newest_transactions_and_says_how_many_there_are(get, bill):
    budget = make_budget(bill, vendor_id="B1")
    for number in range(30):
        moment = THEN + timedelta(days=number)
        make_transaction(bill, budget_vendor_id="B1", merchant_name=f"Shop {number:02}", occurred_at=moment)
    page = get(budget.get_absolute_url())
    assert "newest 25 of 30" in page
    assert "Shop 29" in page
    assert "Shop 04" not in page


def test_a_budget_asks_the_mirror_the_same_few_questions_however_much_was_bought(get, bill):
    budget = make_budget(bill, vendor_id="B1")

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            get(budget.get_absolute_url(), HX_Request="true")
        return sum("mirror_" in query["sql"] for query in asked)

    make_spend_card(bill)
    make_transaction(bill, budget_vendor_id="B1")
    one = questions()
    for _ in range(20):
        make_spend_card(bill)
        make_transaction(bill, budget_vendor_id="B1")
    assert questions() == one <= 6
