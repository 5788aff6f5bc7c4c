"""Minor units and decimals, both ways."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors import money

currencies = st.sampled_from(sorted(money.EXPONENTS))
amounts = st.integers(min_value=-(10**15), max_value=10**15)


@given(amounts, currencies)
def test_minor_units_survive_the_way_there_and_back(amount_minor: int, currency: str) -> None:
    assert money.to_minor(money.to_decimal(amount_minor, currency), currency) == amount_minor


@given(amounts, currencies)
def test_a_decimal_has_exactly_the_digits_of_its_currency(amount_minor: int, currency: str) -> None:
    digits = -money.to_decimal(amount_minor, currency).as_tuple().exponent
    assert digits == money.exponent(currency)


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [("12.5", "USD", 1250), ("48000", "JPY", 48000), ("1.234", "KWD", 1234), (7, "usd", 700)],
)
def test_a_decimal_becomes_minor_units(amount, currency: str, minor: int) -> None:
    assert money.to_minor(amount, currency) == minor


@pytest.mark.parametrize(
    ("amount", "currency"), [("0.001", "USD"), ("0.5", "JPY"), ("NaN", "USD"), ("ten", "USD"), ("", "USD")]
)
def test_what_is_no_whole_number_of_minor_units_is_refused(amount: str, currency: str) -> None:
    with pytest.raises(ValueError, match="not "):
        money.to_minor(amount, currency)


def test_a_float_is_never_money() -> None:
    with pytest.raises(TypeError):
        money.to_minor(0.1, "USD")


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text"),
    [
        (124000, "USD", "$1,240.00"),
        (-124000, "USD", "−$1,240.00"),
        (48000, "JPY", "¥48,000"),
        (1234567, "KWD", "KWD\u00a01,234.567"),
        (5, "gbp", "£0.05"),
        (0, "EUR", "€0.00"),
        (None, "USD", "—"),
        (124000, "QQQ", "124,000 minor units of QQQ"),
        (124000, None, "124,000 minor units of an unknown currency"),
    ],
)
def test_money_reads_as_people_write_it(amount_minor: int | None, currency: str | None, text: str) -> None:
    assert money.format_money(amount_minor, currency) == text


def test_an_unknown_currency_is_not_converted() -> None:
    with pytest.raises(money.UnknownCurrencyError):
        money.to_decimal(1, "QQQ")
    assert Decimal(100) == money.to_decimal(10000, "USD")
