"""Spans of days as people say them, resolved in the workspace's zone."""

import re
from datetime import date, timedelta

DAY = timedelta(days=1)
MONTHS = {"week": 0, "month": 1, "quarter": 3, "year": 12}
EXAMPLES = (
    "today, this month, last quarter, year to date, last 30 days, 60 days ago, 2026, 2026-05, 2026-05-31"
)
FURTHEST = 36_500
YEARS = range(1900, 2201)


def days_meant(words: str, today: date) -> tuple[date, date]:
    """First and last day of the span, both counted. Weeks begin on Monday. ValueError for what is none."""
    said = " ".join(words.casefold().split())
    if said in ("today", "yesterday", "tomorrow"):
        day = today + {"today": 0, "yesterday": -1, "tomorrow": 1}[said] * DAY
        return day, day
    if read := re.fullmatch(r"(this|last|next) (week|month|quarter|year)", said):
        return nearby(read[2], today, {"last": -1, "this": 0, "next": 1}[read[1]])
    if read := re.fullmatch(r"(week|month|quarter|year) to date", said):
        return nearby(read[1], today, 0)[0], today
    if read := re.fullmatch(r"(last|next) (\d{1,4}) days?", said):
        count = int(read[2])
        if not count:
            raise ValueError
        span = (count - 1) * DAY
        return (today - span, today) if read[1] == "last" else (today, today + span)
    if read := re.fullmatch(r"(\d{1,5}) days? ago", said):
        day = today - min(int(read[1]), FURTHEST) * DAY
        return day, day
    if read := re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", said):
        return calendar(*(part and int(part) for part in read.groups()))
    raise ValueError


def nearby(unit: str, today: date, away: int) -> tuple[date, date]:
    if unit == "week":
        monday = today - today.weekday() * DAY + away * 7 * DAY
        return monday, monday + 6 * DAY
    size = MONTHS[unit]
    first = month_after(today.replace(month=(today.month - 1) // size * size + 1, day=1), away * size)
    return first, month_after(first, size) - DAY


def calendar(year: int, month: int | None, day: int | None) -> tuple[date, date]:
    """At the ends of what a calendar knows the next day does not exist, so only plausible years are days."""
    if year not in YEARS:
        raise ValueError
    first = date(year, month or 1, day or 1)
    return first, first if day else month_after(first, 1 if month else 12) - DAY


def month_after(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
