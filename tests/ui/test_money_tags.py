import pytest
from django.template import Context, Template


def render(source: str, **context) -> str:
    return Template("{% load countersign %}" + source).render(Context(context))


@pytest.mark.parametrize(
    ("amount", "currency", "direction", "text"),
    [
        (124000, "USD", "out", "−$1,240.00"),
        (100000, "USD", "in", "+$1,000.00"),
        (41250, "USD", "stays", "$412.50"),
        (348000, "USD", "unknown", "$3,480.00"),
        (48000, "JPY", "out", "−¥48,000"),
        (None, None, "none", "No money"),
        (None, "USD", "out", "—"),
    ],
)
def test_a_sign_tells_the_direction_and_nothing_else(amount, currency, direction, text):
    assert render("{% signed a c d %}", a=amount, c=currency, d=direction) == text


def test_an_amount_that_is_not_known_is_never_zero():
    assert render("{{ a|money:c }}", a=None, c="USD") == "—"


def test_the_code_stands_small_behind_the_one_amount_of_a_page():
    assert render("{{ a|money_code:c }}", a=100, c="USD") == '$1.00<span class="cur">USD</span>'


def test_a_name_from_a_vendor_is_escaped_in_its_avatar():
    assert "<script" not in render("{% avatar who %}", who="<script> Attack")
