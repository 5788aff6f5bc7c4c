"""How many, how old, since when."""

import re
from datetime import date, timedelta

COUNTS = ["", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
ROUND = {"hundred": 100, "thousand": 1000}
HUNDREDS = re.compile(rf"\b({'|'.join(COUNTS[1:])})\s+(hundred|thousand)\b", re.I)


def quantity(text: str, noun: str) -> int | None:
    """The whole number before a noun: "500 free API credits"."""
    text = HUNDREDS.sub(lambda found: str(COUNTS.index(found[1].lower()) * ROUND[found[2].lower()]), text)
    match = re.search(
        rf"(?<![\w.$€£¥-])(\d{{1,3}}(?:[, ]\d{{3}})+|\d+)(?P<k>k)?\s+(?:[\w-]+\s+){{0,4}}?(?:{noun})\b",
        text,
        re.I,
    )
    if not match:
        return None
    return int(re.sub(r"\D", "", match[1])) * (1000 if match["k"] else 1)


NUMERALS = {
    "a": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "six": 6,
    "thirty": 30,
    "sixty": 60,
    "ninety": 90,
}
UNITS = {"day": 1, "week": 7, "month": 30}


def days(text: str) -> int | None:
    """ "more than 60 days", "60+ days", "two months" → days (a month counts as 30)."""
    words = "|".join(NUMERALS)
    match = re.search(rf"\b(\d+|{words})\s*\+?\s*(?:-\s*)?(day|week|month)s?\b", text, re.I)
    if not match:
        return None
    count = int(match[1]) if match[1].isdigit() else NUMERALS[match[1].lower()]
    return count * UNITS[match[2].lower()]


MONTHS = [
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
]  # fmt: skip


def period(text: str, today: date) -> tuple[date, date]:
    """The days asked about, both included; this year when nothing is said."""
    text = text.lower()
    first_of_month = today.replace(day=1)
    if "last year" in text or "previous year" in text:
        return date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)
    if "last month" in text or "previous month" in text:
        end = first_of_month - timedelta(days=1)
        return end.replace(day=1), end
    if "this month" in text:
        return first_of_month, today
    if "quarter" in text:
        start = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
        if re.search(r"(?:last|previous) quarter", text):
            end = start - timedelta(days=1)
            return date(end.year, end.month - 2, 1), end
        return start, today
    year = re.search(r"\b(20\d\d)\b", text)
    if match := re.search(rf"\b(since|in|during|from)\s+({'|'.join(MONTHS)})\b", text):
        month = MONTHS.index(match[2]) + 1
        start = date(int(year[1]) if year else today.year - (month > today.month), month, 1)
        if match[1] in ("since", "from"):
            return start, today
        return start, date(start.year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    if match := re.search(r"\b(?:last|past)\s+(\d+)\s+(day|week|month)s?\b", text):
        return today - timedelta(days=int(match[1]) * UNITS[match[2]]), today
    if year and int(year[1]) != today.year:
        start = date(int(year[1]), 1, 1)
        return start, today if re.search(rf"since\s+{year[1]}", text) else date(start.year, 12, 31)
    return date(today.year, 1, 1), today
