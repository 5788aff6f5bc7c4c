"""What is sold: a product with its plans, a plan with its cycles and who has it."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agent.tools.reading import read_record
from connectors.catalogue import find_operation
from console.mirror.models import AddOn, Allowance, Product
from console.mirror.refresh import refresh_record
from tests.mirror.factories import make_cycle, make_plan, make_product, make_row, make_subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def get(client, people):
    client.force_login(people["omar"])
    return lambda url: client.get(url).text


def test_a_product_shows_its_plans_with_cycles_and_how_many_have_them(get, billsby, bill):
    product = make_product(billsby, vendor_id="PROD1")
    plan = make_plan(billsby, vendor_id="PLAN1")
    make_cycle(plan)
    make_plan(billsby, name="Of another product", product_vendor_id="PROD2")
    for status in ("Active", "Active", "Cancelled"):
        make_subscription(billsby, product_vendor_id="PROD1", plan_vendor_id="PLAN1", status=status)
    page = get(product.get_absolute_url())
    assert plan.get_absolute_url() in page
    assert "every month, $29.00" in page
    assert '<td class="r num">2</td>' in page
    assert "Of another product" not in page


def test_a_plan_shows_a_price_where_it_is_known_and_who_subscribes(get, billsby):
    plan = make_plan(billsby, vendor_id="PLAN1")
    make_cycle(plan)
    make_cycle(plan, frequency=3, price_minor=None)
    subscription = make_subscription(billsby, plan_vendor_id="PLAN1")
    make_subscription(billsby, vendor_id="ELSEWHERE", plan_vendor_id="PLAN2")
    page = get(plan.get_absolute_url())
    assert all(text in page for text in ("$29.00", "every 3 months", "Billsby does not tell"))
    assert subscription.get_absolute_url() in page
    assert "ELSEWHERE" not in page


@pytest.mark.parametrize("make", [make_product, make_plan])
def test_a_page_asks_the_same_few_questions_however_much_is_sold(get, billsby, make):
    record = make(billsby, vendor_id="1")

    def questions() -> int:
        with CaptureQueriesContext(connection) as asked:
            get(record.get_absolute_url())
        return len(asked)

    def sell() -> None:
        plan = make_plan(billsby, product_vendor_id="1")
        for plan_id in (plan.vendor_id, "1"):
            make_cycle(plan, plan_vendor_id=plan_id)
        link = {"plan_vendor_id": "1", "is_forced": False}
        make_row(AddOn, billsby, name="Priority support", plans=[link], prices=[])
        make_row(Allowance, billsby, name="API calls", plans=[link], prices=[])
        make_subscription(billsby, product_vendor_id="1", plan_vendor_id="1")

    sell()
    few = questions()
    for _ in range(12):
        sell()
    assert questions() == few


def test_a_product_that_the_agent_reads_stands_one_click_away(connected):
    refresh_record(connected["billsby"], "product", "11")
    answer = read_record(find_operation("billsby_get_product"), {"productId": 11})
    assert answer["record"]["link"] == Product.objects.get(vendor_id="11").get_absolute_url()
