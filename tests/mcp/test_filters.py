"""Filters × tools: exactly what is listed and callable."""

from itertools import product

import pytest
from django.contrib.auth.models import Permission

from agent.mcp.access import admit
from agent.mcp.filters import all_tags, context_of, filter_of, listed, tools_of
from agent.mcp.models import Access
from agent.tools.registry import all_tools, call_tool
from tests.mcp.tokens import BOTH, token

pytestmark = pytest.mark.django_db

EFFECTS = (("read",), ("propose",), BOTH)
TAGS = ((), ("invoices",), ("invoices", "credit notes"), ("customers", "vendors"), ("nothing like it",))
CONNECTORS = ((), ("billsby",), ("bill",))
ABOUT_NOTHING = ("find_tools", "get_proposal")
NOBODY_CAN_TELL = "There is no tool called"


@pytest.fixture
def every(connected, people):
    """The names of the tools of an access: every(effects, tags, connectors, person)."""

    def names(effects=BOTH, tags=(), connectors=(), who="priya") -> list[str]:
        connections = [connected[name] for name in connectors]
        made = token(people[who], effects=effects, tags=tags, connections=connections)
        return [tool.name for tool in tools_of(admit(made.secret))]

    return names


def expected(effects, tags, connectors, *, may_propose: bool) -> list[str]:
    """Said once more in other words, tool by tool."""
    names = []
    for tool in all_tools().values():
        needed = "propose" if tool.proposes else "read"
        if needed == "propose" and not may_propose:
            continue
        if tool.name in ABOUT_NOTHING:
            if "read" in effects or may_propose:
                names.append(tool.name)
            continue
        if needed not in effects:
            continue
        if tags and tool.name != "propose_plan" and not set(tags) & set(tool.tags):
            continue
        if tags and tool.name == "customer_spend" and not {"invoices", "credit notes"} <= set(tags):
            continue
        if connectors and tool.connector and tool.connector not in connectors:
            continue
        names.append(tool.name)
    return names


@pytest.mark.parametrize("who", ["priya", "omar"])
def test_exactly_the_tools_that_every_filter_lets_are_there(every, people, who):
    proposes = people[who].has_perm("approvals.propose")
    for effects, tags, connectors in product(EFFECTS, TAGS, CONNECTORS):
        wanted = expected(effects, tags, connectors, may_propose=proposes and "propose" in effects)
        assert every(effects, tags, connectors, who) == wanted, (effects, tags, connectors)


def test_every_filter_narrows(every):
    whole = set(every())
    assert whole == set(all_tools())
    for effects, tags, connectors in product(EFFECTS, TAGS, CONNECTORS):
        assert set(every(effects, tags, connectors)) <= whole


def test_nothing_that_is_not_listed_can_be_called(connected, people):
    granted = admit(token(people["priya"], effects=("read",), tags=("invoices",)).secret)
    tools = tools_of(granted)
    names = {tool.name for tool in tools}
    context = context_of(granted, "Claude 1.0")
    hidden = [name for name in all_tools() if name not in names]
    assert hidden
    for name in hidden:
        outcome = call_tool(context, name, {}, among=tools)
        assert outcome.failed
        assert NOBODY_CAN_TELL in outcome.answer


def test_an_alias_is_no_way_round(connected, people):
    tool = next(tool for tool in all_tools().values() if tool.proposes and tool.aliases)
    granted = admit(token(people["priya"], effects=("read",)).secret)
    outcome = call_tool(context_of(granted, ""), tool.aliases[0], {}, among=tools_of(granted))
    assert NOBODY_CAN_TELL in outcome.answer


def test_rights_that_a_person_loses_are_gone_at_the_next_request(connected, people):
    secret = token(people["priya"], effects=BOTH).secret
    assert "propose_plan" in {tool.name for tool in tools_of(admit(secret))}
    people["priya"].groups.clear()
    assert not any(tool.proposes for tool in tools_of(admit(secret)))


def test_whoever_decides_cannot_propose_in_somebody_elses_name(connected, people):
    ada = people["ada"]
    secret = token(people["priya"], actor=ada, effects=BOTH).secret
    assert any(tool.proposes for tool in tools_of(admit(secret)))
    ada.user_permissions.add(Permission.objects.get(codename="decide"))
    assert not any(tool.proposes for tool in tools_of(admit(secret)))


def test_a_search_finds_nothing_that_cannot_be_called(connected, people):
    granted = admit(token(people["priya"], effects=("read",), tags=("invoices",)).secret)
    tools = tools_of(granted)
    outcome = call_tool(context_of(granted, ""), "find_tools", {"text": "refund a payment"}, among=tools)
    names = {tool.name for tool in tools}
    hidden = [name for name in all_tools() if name not in names and f'"{name}"' in outcome.answer]
    assert hidden == []


def test_a_plan_has_only_steps_that_can_be_called(connected, people):
    granted = admit(token(people["priya"], effects=BOTH, tags=("customers",)).secret)
    plan = {
        "steps": [{"operation": "billsby_retry_invoice_payment", "arguments": {"invoiceNumber": "1"}}],
        "reason": "Month-end.",
    }
    outcome = call_tool(context_of(granted, ""), "propose_plan", plan, among=tools_of(granted))
    assert "for this access" in outcome.answer


def test_discovery_shows_the_common_tools_and_calls_all(connected, people):
    granted = admit(token(people["priya"], effects=BOTH, shows=Access.Shows.DISCOVERY).secret)
    shown = {tool.name for tool in listed(granted)}
    assert "find_tools" in shown
    assert shown < {tool.name for tool in tools_of(granted)}


def test_the_filter_is_known_by_what_it_comes_to(connected, people):
    first, second = (admit(token(people[who], effects=("read",)).secret) for who in ("priya", "omar"))
    assert filter_of(first) == filter_of(second)


def test_every_tag_leads_to_a_tool(every):
    assert all(len(every(tags=(tag,))) > len(ABOUT_NOTHING) for tag in all_tags()[:3])
