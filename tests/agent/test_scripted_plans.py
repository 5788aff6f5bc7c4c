import pytest

from tests.agent.scripted_data import desk_for, live, plan

MOVES = [
    (
        "Globex",
        "Enterprise",
        "USD",
        100000,
        "Move Globex to the Enterprise plan and charge a $1,000 implementation fee",
    ),
    (
        "Globex",
        "Enterprise",
        "EUR",
        25050,
        "Upgrade Globex to Enterprise and bill them €250.50 for onboarding",
    ),
    (
        "Sakura KK",
        "Enterprise",
        "JPY",
        48000,
        "Switch Sakura KK onto the Enterprise plan, plus a one-time setup fee of ¥48,000.",
    ),
    (
        "Acme Corp",
        "Business",
        "USD",
        100000,
        "Please change Acme Corp's plan to Business and add a 1,000 USD implementation fee.",
    ),
    (
        "Acme Corp",
        "Enterprise",
        "USD",
        50000,
        "Put Acme Corp on the Enterprise tier. Also charge them 500 dollars for data migration.",
    ),
    (
        "Ann Lee",
        "Enterprise Plus",
        "USD",
        100000,
        "ann lee should move to enterprise plus with a $1k onboarding fee",
    ),
    (
        "Petrol Oy",
        "Enterprise",
        "EUR",
        125000,
        "Migrate Petrol Oy to Enterprise and charge 1.250,00 EUR setup fee",
    ),
    (
        "Kuwait Media",
        "Business",
        "KWD",
        12500,
        "Move Kuwait Media to the Business plan and charge a 12.500 KWD setup fee",
    ),
]
IDS = {"Team": 34, "Enterprise": 35, "Enterprise Plus": 36, "Business": 37}


@pytest.mark.parametrize(("name", "plan_name", "currency", "minor", "text"), MOVES)
def test_a_move_with_a_fee_is_a_plan_of_two_steps(name, plan_name, currency, minor, text):
    desk = desk_for(name)

    desk.say(text)

    [(tool, arguments)] = desk.writes()
    change, charge = arguments["steps"]
    assert tool == "propose_plan"
    assert change["arguments"] == {
        "subscriptionUniqueId": "Q4W8ZJ6N1D",
        "customerUniqueId": "7KQ2M9XTRB",
        "planId": IDS[plan_name],
        "cycleId": IDS[plan_name] * 10,
        "planChangeType": "now",
        "issueRefund": False,
    }
    assert (charge["arguments"]["currencyCode"], charge["arguments"]["amount"]) == (currency, minor)
    assert charge["arguments"]["description"] in (
        "Implementation fee",
        "Onboarding",
        "Setup fee",
        "Data migration",
        "Onboarding fee",
    )


def test_a_move_alone_is_one_proposal():
    desk = desk_for("Ann Lee")

    desk.say("Move Ann Lee to the Business plan at the next renewal")

    [(tool, arguments)] = desk.writes()
    assert (tool, arguments["planChangeType"]) == ("billsby_change_plan", "on_renewal")


def test_the_unused_part_is_credited_when_asked():
    desk = desk_for("Ann Lee")

    desk.say("Upgrade Ann Lee to Enterprise now and credit the unused part of the old plan")

    assert desk.writes()[0][1]["issueRefund"] is True


def test_a_yearly_cycle_is_taken_when_asked():
    desk = desk_for("Ann Lee")

    desk.say("Upgrade Ann Lee to Enterprise, billed yearly")

    assert desk.writes()[0][1]["cycleId"] == 351


def test_a_dollar_sign_means_the_customers_own_dollar():
    desk = desk_for("Ann Lee", currency="CAD")

    desk.say("Charge Ann Lee $50 for extra training")

    assert desk.writes()[0][1]["currencyCode"] == "CAD"


def test_an_unknown_plan_is_asked_about_and_the_answer_goes_on():
    desk = desk_for("Globex")

    assert "Enterprise Plus" in desk.say("Move Globex to the Platinum plan and charge a $10 setup fee")
    desk.say("Business please")

    assert desk.writes()[0][1]["steps"][0]["arguments"]["planId"] == 37


def test_a_plan_of_another_product_is_found():
    desk = desk_for("Globex")
    desk.tools["billsby_list_products"] = live({"results": [{"productId": 12}, {"productId": 13}]})
    desk.tools["billsby_list_plans"] = lambda given: live(
        [plan(34, "Team")] if given["productId"] == 12 else [plan(90, "Scale", 13)]
    )

    desk.say("Move Globex to Scale")

    assert desk.writes()[0][1]["planId"] == 90


def test_the_present_plan_is_no_change():
    desk = desk_for("Globex")

    assert "already" in desk.say("Move Globex to the Team plan")
    assert desk.writes() == []


@pytest.mark.parametrize(
    ("text", "minor", "description"),
    [
        ("Charge Ann Lee $50 for extra training", 5000, "Extra training"),
        ("charge ann lee 50 usd for the workshop on Friday", 5000, "Workshop on Friday"),
        ("Bill Ann Lee $1,234.56 for consulting", 123456, "Consulting"),
        ("Please charge Ann Lee a $75 late fee", 7500, "Late fee"),
        ("Add a one-time charge of $20 for postage to Ann Lee", 2000, "Postage"),
    ],
)
def test_a_charge_has_the_persons_amount_and_words(text, minor, description):
    desk = desk_for("Ann Lee")

    desk.say(text)

    [(name, arguments)] = desk.writes()
    assert (name, arguments["amount"], arguments["description"]) == (
        "billsby_charge_customer",
        minor,
        description,
    )


def test_what_a_charge_is_for_is_asked():
    desk = desk_for("Ann Lee")

    assert "What should the invoice say" in desk.say("Charge Ann Lee $50")
    desk.say("Spring workshop")

    assert desk.writes()[0][1]["description"] == "Spring workshop"


def test_an_amount_the_currency_cannot_hold_is_not_proposed():
    desk = desk_for("Sakura KK")

    assert "no unit as small" in desk.say("Charge Sakura KK ¥48,000.50 for paper")
    assert desk.writes() == []
