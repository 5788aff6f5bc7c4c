import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.agent.scripted_data import desk_for, live

GIVING = [
    ("TechCorp", 500, "Give TechCorp 500 free API credits on its main subscription."),
    ("Techcorp", 1200, "give techcorp 1,200 free api calls"),
    ("Nordwind GmbH", 250, "Please grant 250 complimentary API credits to Nordwind GmbH."),
    ("Blue Harbor Cafe", 500, "Add 500 free credits to Blue Harbor Cafe's subscription"),
    ("Globex", 300, "Can we comp Globex 300 API requests on their main plan as goodwill?"),
    ("Initech", 50, "Credit Initech with 50 extra API calls for the outage"),
    ("3M", 100, "Top up 3M by 100 API credits"),
    ("Umbrella Ltd", 75, "Umbrella Ltd should have 75 free calls: please offer them as a sorry."),
]


@pytest.mark.parametrize(("name", "amount", "text"), GIVING)
def test_free_credits_are_taken_off_the_counter(name, amount, text):
    desk = desk_for(name, usage=1412)

    answer = desk.say(text)

    assert desk.called()[:5] == [
        "query_records customer",
        "billsby_list_customer_subscriptions",
        "billsby_list_subscription_allowances",
        "billsby_get_allowance",
        "billsby_get_counter",
    ]
    step = {
        "subscriptionUniqueId": "Q4W8ZJ6N1D",
        "counterId": "api-calls",
        "operationType": "Decrement",
        "value": amount,
    }
    assert desk.writes() == [("billsby_update_counter", step)]
    assert "would charge them" in answer


@settings(deadline=None)
@given(asked=st.integers(1, 99_999), usage=st.integers(0, 99_999))
def test_never_more_is_taken_off_than_was_used(asked, usage):
    desk = desk_for("TechCorp", usage=usage)

    answer = desk.say(f"Give TechCorp {asked} free API credits")

    values = [arguments["value"] for _, arguments in desk.writes()]
    assert values == ([min(asked, usage)] if usage else [])
    assert (f"not {asked:,}" in answer) == (0 < usage < asked)


def test_without_an_allowance_there_is_nothing_to_give():
    desk = desk_for("TechCorp")
    desk.tools["billsby_list_subscription_allowances"] = live({"allowances": []})

    assert "no allowance" in desk.say("Give TechCorp 500 free API credits")
    assert desk.writes() == []


def test_the_allowance_that_was_named_is_taken():
    desk = desk_for("TechCorp")
    desk.tools["billsby_list_subscription_allowances"] = live(
        {
            "allowances": [
                {"id": 7, "name": "Storage"},
                {"id": 8, "name": "API calls"},
                {"id": 9, "name": "Messages"},
            ]
        }
    )

    desk.say("Give TechCorp 20 free messages")

    assert ("billsby_get_allowance", {"allowanceId": 9}) in desk.calls
