"""How moments are written: short on screen, whole in the tooltip."""

from datetime import datetime, timedelta

from django.utils import timezone


def ago(when: datetime) -> str:
    """40 s ago, 11 min, 1 h, 10:31 (today), Thu (this week), 14 Nov (this year), 14 Nov 2025."""
    now = timezone.now()
    past = now - when
    if timedelta(0) <= past < timedelta(minutes=1):
        return f"{int(past.total_seconds())} s ago"
    if timedelta(0) <= past < timedelta(hours=1):
        return f"{int(past.total_seconds() // 60)} min"
    if timedelta(0) <= past < timedelta(hours=2):
        return "1 h"
    there, today = timezone.localtime(when), timezone.localdate()
    if there.date() == today:
        return f"{there:%H:%M}"
    if timedelta(0) < today - there.date() < timedelta(days=7):
        return f"{there:%a}"
    return f"{there.day} {there:%b}" if there.year == today.year else f"{there.day} {there:%b %Y}"


def age(when: datetime) -> str:
    """How long it has been, in one unit: 40 s ago, 11 min ago, 3 h ago, 2 days ago."""
    seconds = max(0, int((timezone.now() - when).total_seconds()))
    if seconds < 60:
        return f"{seconds} s ago"
    if seconds < 3600:
        return f"{seconds // 60} min ago"
    if seconds < 86400:
        return f"{seconds // 3600} h ago"
    days = seconds // 86400
    return f"{days} day{'' if days == 1 else 's'} ago"


def clock(when: datetime) -> str:
    return f"{timezone.localtime(when):%H:%M:%S}"


def deadline(when: datetime) -> str:
    """Weekday and date, because a deadline is read as a day: Mon 23 Nov, 10:31."""
    there = timezone.localtime(when)
    return f"{there:%a} {there.day} {there:%b}, {there:%H:%M}"


def whole(when: datetime) -> str:
    there = timezone.localtime(when)
    return f"{there:%a} {there.day} {there:%b %Y}, {there:%H:%M:%S} {there.tzname()}"
