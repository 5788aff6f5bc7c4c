from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from django.utils import timezone

from console.ui import times

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.mark.parametrize(
    ("past", "text"),
    [
        (timedelta(seconds=40), "40 s ago"),
        (timedelta(minutes=11), "11 min"),
        (timedelta(hours=1, minutes=10), "1 h"),
        (timedelta(hours=3), "09:00"),
        (timedelta(days=2), "Thu"),
        (timedelta(days=7), "14 Nov"),
        (timedelta(days=372), "14 Nov 2025"),
    ],
)
def test_a_moment_is_written_as_short_as_it_can_be(past, text):
    assert times.ago(NOON - past) == text


def test_a_moment_ahead_is_not_said_to_be_past():
    assert times.ago(NOON + timedelta(minutes=5)) == "12:05"


def test_an_age_keeps_counting():
    assert times.age(NOON - timedelta(minutes=48)) == "48 min ago"


def test_a_deadline_tells_weekday_and_date():
    assert times.deadline(datetime(2026, 11, 23, 10, 31, tzinfo=UTC)) == "Mon 23 Nov, 10:31"


def test_the_tooltip_tells_the_whole_moment():
    page = Template("{% load countersign %}{{ when|ago }}").render(Context({"when": NOON}))
    assert 'title="Sat 21 Nov 2026, 12:00:00 UTC"' in page
