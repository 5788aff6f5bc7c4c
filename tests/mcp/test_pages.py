"""The pages of access tokens: made, shown once, watched, revoked."""

import re

import pytest
from django.urls import reverse

from agent.mcp import calls
from agent.mcp.access import Refused, admit
from agent.mcp.filters import context_of, tools_of
from agent.mcp.models import Access
from agent.tools.registry import call_tool
from console.audit.models import Entry
from tests.mcp.tokens import BOTH, token

pytestmark = pytest.mark.django_db

NEW = reverse("mcp:new")
SECRET = re.compile(r"cs_[\w-]{43}")


@pytest.fixture
def priya(client, people):
    client.force_login(people["priya"])
    return client


def given(person, **changes: object) -> dict:
    return {
        "name": "Collections assistant",
        "person": person.pk,
        "effects": ["read", "propose"],
        "lasts": "8",
        "shows": "whole",
        "calls_a_minute": "60",
        "ceilings": "",
    } | changes


def test_a_new_token_is_shown_once_and_works(priya, people, connected):
    asked = given(people["priya"], tags=["invoices"], connections=[connected["billsby"].pk])
    answer = priya.post(NEW, asked)
    secret = SECRET.search(answer.text)[0]
    assert admit(secret).access.tags == ["invoices"]
    assert "no-store" in answer["Cache-Control"]
    for page in (reverse("mcp:list"), Access.objects.get().get_absolute_url()):
        assert secret not in priya.get(page).text
        assert "Collections assistant" in priya.get(page).text


def test_what_is_pasted_into_clients_has_our_address_and_every_secret(priya, people):
    answer = priya.post(NEW, given(people["priya"], has_second_code="on"))
    assert Access.objects.get().second_digest
    assert "claude mcp add --transport http countersign http://testserver/mcp" in answer.text
    assert answer.text.count("X-Access-Code") >= 3


@pytest.mark.parametrize(("chosen", "holds"), [({"in_url": "on"}, True), ({}, False)])
def test_an_address_holds_the_secret_only_where_that_was_chosen(priya, people, chosen, holds):
    answer = priya.post(NEW, given(people["priya"], **chosen))
    secret = SECRET.search(answer.text)[0]
    assert (f"http://testserver/mcp/{secret}" in answer.text) is holds


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": ""}, "This field is required"),
        ({"effects": []}, "Choose what it may"),
        ({"effects": ["approve"]}, "approve is not one of the available choices"),
        ({"lasts": "99999"}, "99999 is not one of the available choices"),
        ({"tags": ["spaceships"]}, "No token was made"),
        ({"connections": ["x"]}, "No token was made"),
        ({"calls_a_minute": "0"}, "greater than or equal to 1"),
        ({"ceilings": "much"}, "such as USD 5,000"),
        ({"ceilings": "XYZ 5"}, "XYZ is not a currency known here"),
        ({"ceilings": "USD 5.001"}, "not a whole number of minor units"),
        ({"name": "a\0b"}, "No token was made"),
    ],
)
def test_a_form_that_is_not_right_says_why_and_makes_none(priya, people, changes, said):
    answer = priya.post(NEW, given(people["priya"], **changes))
    assert answer.status_code == 422
    assert said in answer.text
    assert not Access.objects.exists()


def test_ceilings_are_kept_in_minor_units(priya, people):
    priya.post(NEW, given(people["priya"], ceilings="USD 5,000; jpy 800"))
    assert Access.objects.get().ceilings == {"USD": 500_000, "JPY": 800}


def test_nobody_makes_a_token_for_somebody_else(priya, people):
    assert priya.post(NEW, given(people["dana"])).status_code == 422
    assert not Access.objects.exists()


def test_who_manages_connections_makes_tokens_for_others(client, people):
    client.force_login(people["ada"])
    client.post(NEW, given(people["priya"]))
    access = Access.objects.get()
    assert (access.person, access.made_by) == (people["priya"], people["ada"])


def test_a_token_cannot_propose_for_who_may_not(client, people):
    client.force_login(people["ada"])
    assert "Omar Haddad may not propose" in client.post(NEW, given(people["omar"])).text


def test_the_form_counts_the_tools_that_match(priya, people):
    asked = {"person": people["priya"].pk, "effects": ["read"], "tags": ["invoices"]}
    answer = priya.get(reverse("mcp:matching"), asked)
    found = re.search(r"(\d+) of (\d+) tools match", answer.text)
    assert 0 < int(found[1]) < int(found[2])
    assert "billsby_get_invoice" in answer.text
    assert "billsby_retry_invoice_payment" not in answer.text


def test_whatever_stands_in_the_query_is_counted(priya):
    query = "effects=x&tags=%00&connections=x&connections=99999999999999999999999&person=x"
    assert priya.get(f"{reverse('mcp:matching')}?{query}").status_code == 200


def test_revoking_on_the_page_acts_at_the_next_request(priya, people):
    made = token(people["priya"])
    priya.post(reverse("mcp:revoke", args=[made.access.pk]))
    with pytest.raises(Refused):
        admit(made.secret)
    assert "Revoked" in priya.get(reverse("mcp:list")).text
    assert Entry.objects.filter(action="access.revoked").count() == 1


def test_an_access_that_ended_leaves_the_list_and_keeps_its_page(priya, people):
    made = token(people["priya"])
    for verb in ("remove", "revoke", "remove"):
        priya.post(reverse(f"mcp:{verb}", args=[made.access.pk]))
    assert "Month-end close" not in priya.get(reverse("mcp:list"), headers={"HX-Request": "true"}).text
    assert priya.get(made.access.get_absolute_url()).status_code == 200


def test_one_sees_ones_own_and_who_manages_connections_sees_all(client, people):
    token(people["priya"], name="Priya's own")
    for who, sees in (("dana", False), ("ada", True)):
        client.force_login(people[who])
        assert ("Priya&#x27;s own" in client.get(reverse("mcp:list")).text) is sees


def test_the_log_of_an_access_shows_its_calls_with_what_is_secret_masked(priya, people):
    access = token(people["priya"]).access
    arguments = {"paymentCardToken": "tok_secret_4242"}
    calls.note(access, outcome="done", client="Claude 2.1", tool="some_tool", arguments=arguments)
    refused = Refused(401, "This access was revoked.", "revoked", access=access)
    calls.note_refusal(refused, method="tools/list")
    text = priya.get(access.get_absolute_url(), headers={"HX-Request": "true"}).text
    assert "Claude 2.1" in text
    assert "This access was revoked." in text
    assert "tok_secret" not in text


def test_the_list_asks_the_database_a_fixed_number_of_times(client, people, django_assert_max_num_queries):
    client.force_login(people["ada"])
    for _ in range(4):
        token(people["priya"], effects=BOTH)
    with django_assert_max_num_queries(10):
        client.get(reverse("mcp:list"), headers={"HX-Request": "true"})


def test_a_proposal_links_to_the_token_that_asked(priya, people, connected, sandbox):
    granted = admit(token(people["priya"], effects=BOTH).secret)
    arguments = {"invoiceNumber": sandbox.stories()["retry_pays"]["invoiceNumber"], "reason": "New card."}
    outcome = call_tool(
        context_of(granted, "Claude 2.1"),
        "billsby_retry_invoice_payment",
        arguments,
        among=tools_of(granted),
    )
    page = priya.get(reverse("approvals:detail", args=[outcome.proposal_id])).text
    assert "Claude 2.1 for Priya Raman, through MCP (token Month-end close)" in page
    assert granted.access.get_absolute_url() in page
