from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.scripted.answers import is_yes
from agent.scripted.money import exponent, find_amounts, show
from agent.scripted.names import parties
from agent.scripted.quantities import days, period


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        ("yes", True),
        ("Please do", True),
        ("ok, go ahead", True),
        ("Right!", True),
        ("no", False),
        ("Please don't", False),
        ("Don’t", False),
        ("Do not", False),
        ("ok, leave it", False),
        ("right, no", False),
        ("ok, then nothing", False),
        ("go away", False),
        ("Alice Smith", None),
        ("", None),
    ],
)
def test_a_short_answer_is_a_yes_only_without_a_no_in_it(answer, meaning):
    assert is_yes(answer) is meaning


word = st.sampled_from(
    [
        "Nordwind",
        "Blue",
        "Harbor",
        "Ångström",
        "Zhang",
        "O'Brien",
        "Kite",
        "Müller",
        "Yamada",
        "Quill",
        "Delta",
        "Oak",
    ]
)
names = st.lists(word, min_size=1, max_size=3, unique=True).map(" ".join)
FRAMES = (
    "Retry payment for {}",
    "{} just emailed that she updated her card.",
    "Please refund {}'s latest invoice.",
    "What did {} spend this year?",
    "Can you cancel the subscription of {}?",
    "Give {} 500 free API credits",
    "move {} to the Enterprise plan",
)


@settings(deadline=None)
@given(name=names, frame=st.sampled_from(FRAMES))
def test_a_capitalised_name_is_found_first(name, frame):
    assert parties(frame.format(name))[0] == name


@pytest.mark.parametrize(
    "text",
    [
        "Please retry her payment",
        "What did they spend this year?",
        "Show me every invoice",
        "cancel the subscription",
    ],
)
def test_no_name_is_seen_where_there_is_none(text):
    assert parties(text) == []


@settings(deadline=None)
@given(
    number=st.integers(1, 10**9),
    currency=st.sampled_from(["USD", "EUR", "GBP", "JPY", "KWD", "CHF", "INR", "KRW", "SEK"]),
)
def test_an_amount_survives_being_shown_and_read(number, currency):
    [amount] = find_amounts(f"charge {show(number, currency)} {currency} for work")

    assert (amount.currency, amount.minor) == (currency, number)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("$1,000", "USD", 100000),
        ("1,000 USD", "USD", 100000),
        ("€250.50", "EUR", 25050),
        ("250,50 €", "EUR", 25050),
        ("¥48,000", "JPY", 48000),
        ("1.000,50 EUR", "EUR", 100050),
        ("£30", "GBP", 3000),
        ("US$20", "USD", 2000),
        ("C$20", "CAD", 2000),
        ("500 dollars", "USD", 50000),
        ("$1.5k", "USD", 150000),
        ("CHF 1'200.-", "CHF", 120000),
        ("1.250 KWD", "KWD", 1250),
        ("$1,000 CAD", "CAD", 100000),
    ],
)
def test_amounts_are_read_in_many_spellings(text, currency, minor):
    [amount] = find_amounts(f"charge {text} for work")

    assert (amount.currency, amount.minor) == (currency, minor)


@pytest.mark.parametrize(
    "text", ["Give TechCorp 500 free credits", "invoice 7KQ2M9XTRB-3", "retry 2 invoices", "P-12"]
)
def test_numbers_that_are_no_money_are_left_alone(text):
    assert find_amounts(text) == []


def test_a_yen_has_no_smaller_unit():
    assert exponent("JPY") == 0
    assert find_amounts("¥10.50")[0].minor is None


@pytest.mark.parametrize(
    ("text", "count"),
    [("60 days", 60), ("90+ days", 90), ("two months", 60), ("30-day", 30), ("6 weeks", 42)],
)
def test_ages_are_counted_in_days(text, count):
    assert days(f"older than {text}") == count


def test_the_period_is_this_year_unless_said():
    assert period("what did they spend", date(2026, 3, 20)) == (date(2026, 1, 1), date(2026, 3, 20))
