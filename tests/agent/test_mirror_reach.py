"""What of the mirror a tool answers from, where its caller may reach a part alone."""

import json

import pytest

from agent.tools.mirror import TAGS
from agent.tools.registry import call_tool
from agent.tools.tool import Context
from connectors.registry import connectors
from console.accounts.models import Person
from console.approvals.proposing import Origin
from console.mirror.models import KINDS
from tests.mirror.conftest import make_connection
from tests.mirror.factories import make_customer, make_open_invoice, make_sync


@pytest.fixture
def ask(db):
    """ask(tool, arguments, **reach): what it answers to whoever reaches that much."""
    person = Person.objects.create(username="priya", email="priya@example.com")

    def call(tool: str, arguments: dict, **reach) -> dict:
        context = Context(person=person, origin=Origin("mcp", "1"), **reach)
        return json.loads(call_tool(context, tool, arguments).answer)

    return call


@pytest.fixture
def billsby(db):
    return make_connection("billsby", "Billsby")


@pytest.fixture
def bill(db):
    return make_connection("bill", "BILL")


def test_rows_of_connections_out_of_reach_are_not_found(ask, billsby, bill):
    for connection in (billsby, bill):
        make_customer(connection, vendor_id="CUST1")
    rows = ask("query_records", {"kind": "customer"}, connection_ids=frozenset({bill.pk}))["rows"]
    assert [row["connector"] for row in rows] == ["bill"]


def test_sums_leave_connections_out_of_reach_out(ask, billsby, bill):
    make_open_invoice(billsby)
    make_open_invoice(bill, open_minor=300)
    answer = ask("receivables_by_age", {}, connection_ids=frozenset({bill.pk}))
    assert [total["open_minor"] for total in answer["totals"]] == [300]


def test_how_fresh_an_answer_is_counts_what_is_in_reach(ask, billsby, bill):
    make_sync(billsby, "customer", state="failed")
    make_sync(bill, "customer")
    assert ask("query_records", {"kind": "customer"}, connection_ids=frozenset({bill.pk}))["as_of"]
    assert ask("query_records", {"kind": "customer"})["as_of"] is None


def test_no_connection_in_reach_is_not_all_of_them(ask, billsby):
    make_customer(billsby)
    assert ask("query_records", {"kind": "customer"}, connection_ids=frozenset())["rows"] == []


def test_a_kind_outside_the_tags_is_refused(ask):
    answer = ask("query_records", {"kind": "invoice"}, tags=frozenset({"customers"}))
    assert answer == {"error": "This access does not reach invoices."}
    assert "rows" in ask("query_records", {"kind": "customer"}, tags=frozenset({"customers"}))


def test_spend_wants_all_that_it_adds_up(ask):
    error = ask("customer_spend", {"customer": "Ada"}, tags=frozenset({"invoices"}))["error"]
    assert "credit notes" in error


def test_every_kind_goes_under_tags_of_the_catalogues():
    known = {
        tag for vendor in connectors() for one in vendor.catalogue.operations.values() for tag in one.tags
    }
    assert TAGS.keys() == KINDS.keys()
    assert {tag for tags in TAGS.values() for tag in tags} <= known
