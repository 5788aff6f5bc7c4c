import pytest

from tests.agent.scripted_data import by_text, customer, desk_for, rows

SPENT = [
    ("Alice Smith", "What did Alice Smith spend this year?"),
    ("TechCorp", "How much has TechCorp paid us this year?"),
    ("TechCorp", "how much did techcorp spend in 2026"),
    ("TechCorp", "Total revenue from TechCorp since January?"),
    ("Bright & Sons", "Show Bright & Sons' spend for this year"),
    ("Jo van der Berg", "Can you tell me what Jo van der Berg has spent so far this year?"),
    ("Acme Corp", "Acme Corp's spending this year?"),
]
LATE = [
    "Who owes us more than 60 days, by customer?",
    "Which customers are over 60 days overdue?",
    "List outstanding receivables older than two months per customer",
    "aging report, 60+ days",
    "Show me every customer with invoices unpaid for more than 60 days",
    "who hasn't paid for over 60 days?",
    "Which clients have been past due for 60 days or more?",
]


@pytest.mark.parametrize(("name", "text"), SPENT)
def test_spending_is_told_per_currency_from_the_mirror(name, text):
    desk = desk_for(name)

    answer = desk.say(text)

    assert desk.calls[-1] == ("customer_spend", {"customer": "7KQ2M9XTRB", "year": 2026})
    assert "$1,200.00" in answer
    assert "€50.00" in answer
    assert desk.writes() == []


@pytest.mark.parametrize(
    ("said", "start", "end"),
    [
        ("last month", "2026-02-01", "2026-02-28"),
        ("since February", "2026-02-01", "2026-03-20"),
        ("in the last 30 days", "2026-02-18", "2026-03-20"),
        ("last quarter", "2025-10-01", "2025-12-31"),
        ("in December", "2025-12-01", "2025-12-31"),
    ],
)
def test_other_periods_are_asked_for_by_their_days(said, start, end):
    desk = desk_for("TechCorp")

    desk.say(f"What did TechCorp spend {said}?")

    assert desk.calls[-1] == ("customer_spend", {"customer": "7KQ2M9XTRB", "from": start, "to": end})


def test_last_year_is_asked_for_as_a_year():
    desk = desk_for("TechCorp")

    desk.say("What did TechCorp spend last year?")

    assert desk.calls[-1][1]["year"] == 2025


def test_no_spending_is_said_plainly():
    desk = desk_for("TechCorp")
    desk.tools["customer_spend"] = {"customer": "TechCorp", "totals": []}

    assert "paid nothing" in desk.say("What did TechCorp spend this year?")


@pytest.mark.parametrize("text", LATE)
def test_who_owes_us_is_told_by_customer_with_how_age_is_counted(text):
    desk = desk_for("x")
    desk.tools["receivables_by_age"] = rows(
        {
            "customer": "Acme",
            "connector": "bill",
            "currency": "USD",
            "open_minor": 120050,
            "open": "$1,200.50",
        }
        | {"oldest_days": 77, "invoices": 2},
        {
            "customer": "Sakura KK",
            "connector": "billsby",
            "currency": "JPY",
            "open_minor": 48000,
            "oldest_days": 61,
        },
        totals=[{"currency": "USD", "open": "$1,200.50"}, {"currency": "JPY", "open": "¥48,000"}],
        note="Age counts from the due date, else from the day of issue.",
    )

    answer = desk.say(text)

    assert desk.calls == [("receivables_by_age", {"min_days": 60})]
    assert "Acme: $1,200.50" in answer
    assert "Sakura KK: ¥48,000" in answer
    assert "Age counts from the due date" in answer
    assert desk.writes() == []


def test_nobody_late_is_said_plainly():
    desk = desk_for("x")
    desk.tools["receivables_by_age"] = rows(totals=[])

    assert "Nobody owes us anything" in desk.say("Who owes us more than 90 days?")


def test_credits_stand_apart_from_what_was_paid():
    desk = desk_for("TechCorp")
    line = {"currency": "USD", "invoices": 2, "paid_minor": 9000, "paid": "$90.00", "credit_notes": 1}
    line |= {"credited_minor": 1000, "credited": "$10.00", "net_minor": 8000, "net": "$80.00"}
    desk.tools["customer_spend"] = rows(totals=[line], note="Currencies are never added together.")

    answer = desk.say("What did TechCorp spend this year?")

    assert "$90.00 (USD) on 2 invoices, less $10.00 (USD) credited: $80.00 (USD)" in answer


def test_a_debtor_is_linked_to_the_open_invoices():
    desk = desk_for("x")
    link = "/invoices/?open=1&min_age=60&q=7KQ2M9XTRB"
    row = {
        "customer_name": "Acme",
        "currency": "USD",
        "open_minor": 500,
        "oldest_on": "2026-01-02",
        "link": link,
    }
    desk.tools["receivables_by_age"] = rows(row)

    assert f"[Acme]({link}): $5.00 (USD) (oldest from 2026-01-02)" in desk.say(
        "Who owes us more than 60 days?"
    )


def test_a_customer_of_both_systems_is_told_in_both():
    desk = desk_for("x")
    twin = customer("TechCorp", connector="bill", vendor_id="0cu02EXAMPLECUSTX1a2")
    desk.tools["query_records customer"] = by_text(customer("TechCorp"), twin)

    answer = desk.say("What did TechCorp spend this year?")

    asked = [arguments["customer"] for name, arguments in desk.calls if name == "customer_spend"]
    assert asked == ["7KQ2M9XTRB", "0cu02EXAMPLECUSTX1a2"]
    assert "in Billsby" in answer
    assert "in BILL," in answer
