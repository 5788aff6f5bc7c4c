"""Questions are answered from the mirror, by sums, and change nothing."""

import re

import pytest
from playwright.sync_api import expect

from connectors.money import format_money
from console.approvals.models import Proposal
from tests.browser import acts

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("world", ["known", "random"], indirect=True)]


def test_what_a_customer_spent_is_told_per_currency(world, people):
    story, so_far = world.stories["spend"], world.effects_so_far()
    newest = Proposal.objects.last()
    priya = people.sign_in("priya")

    chat = acts.ask(priya, f"What did {story['customer_name']} spend this year?")

    for currency, paid_minor in story["paid_minor"].items():
        expect(acts.answer(chat)).to_contain_text(format_money(paid_minor, currency))
    assert Proposal.objects.last() == newest
    assert world.vendors.effects(since=so_far) == []


def test_who_owes_us_for_long_is_told_by_customer_with_the_rows_one_click_away(world, people):
    debt, so_far = world.debtor(2), world.effects_so_far()
    newest = Proposal.objects.last()
    priya = people.sign_in("priya")

    chat = acts.ask(priya, "Who owes us more than 60 days, by customer?")

    expect(acts.answer(chat)).to_contain_text("Age counts from the due date at BILL")
    expect(acts.answer(chat)).to_contain_text("counts from the day they were created")
    # The same company may owe at both systems: a line each.
    lines = acts.answer(chat).get_by_role("listitem").filter(has_text=debt.customer_name)
    line = lines.filter(has_text=format_money(debt.open_minor, debt.currency))
    expect(line).to_be_visible()
    line.get_by_role("link", name=debt.customer_name).click()
    chat.wait_for_url(re.compile("/invoices/"))
    expect(chat.locator("table")).to_contain_text(debt.vendor_id)
    assert Proposal.objects.last() == newest
    assert world.vendors.effects(since=so_far) == []
