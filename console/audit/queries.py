"""Choosing entries: by who, what, when and how it came out; one choice for the page and the exports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import DatabaseError
from django.db.models import Q, QuerySet
from django.utils import timezone

from console.audit.canonical import time_text
from console.audit.models import Entry

CHUNK = 500


@dataclass(frozen=True)
class Choice:
    """A filter of the log; empty members choose all. Days are inclusive, in the console's time zone."""

    who: str = ""
    action: str = ""
    text: str = ""
    outcome: str = ""
    first_day: date | None = None
    last_day: date | None = None

    def __bool__(self) -> bool:
        return self != Choice()

    def condition(self) -> Q:
        chosen = Q()
        if self.who:
            chosen &= Q(actor_label__icontains=self.who) | Q(on_behalf_of__icontains=self.who)
        if self.action:
            chosen &= Q(action__startswith=self.action)
        if self.outcome:
            chosen &= Q(outcome__icontains=self.outcome)
        if self.text:
            chosen &= _mentions(self.text)
        if self.first_day:
            chosen &= Q(occurred_at_text__gte=_beginning(self.first_day))
        if self.last_day:
            chosen &= Q(occurred_at_text__lt=_beginning(self.last_day + timedelta(days=1)))
        return chosen

    def told(self) -> dict[str, str]:
        """The filter as it goes into manifests and into the entry about an export."""
        said = {
            "who": self.who,
            "action": self.action,
            "text": self.text,
            "outcome": self.outcome,
            "from": self.first_day.isoformat() if self.first_day else "",
            "to": self.last_day.isoformat() if self.last_day else "",
        }
        chosen = {name: value for name, value in said.items() if value}
        return {**chosen, "time_zone": timezone.get_default_timezone_name()}


def _mentions(text: str) -> Q:
    """Entries whose record, proposal, sentence or hash has this text, or whose number it is."""
    found = (
        Q(proposal_id__iexact=text)
        | Q(object_id__icontains=text)
        | Q(vendor_object_id__icontains=text)
        | Q(summary__icontains=text)
        | Q(digest__istartswith=text)
        | Q(chain_hash__istartswith=text)
    )
    digits = text.replace(",", "")
    if digits.isascii() and digits.isdecimal() and len(digits) < 18:
        found |= Q(seq=int(digits))
    return found


def _beginning(day: date) -> str:
    return time_text(datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone()))


def in_order(queryset: QuerySet[Entry], *, after: int = 0) -> Iterator[Entry]:
    """The entries, ascending, in short queries: no cursor stays open while a slow reader takes his time."""
    while True:
        rows = _read(queryset.filter(seq__gt=after).order_by("seq")[:CHUNK])
        if not rows:
            return
        yield from rows
        after = rows[-1].seq


def _read(rows: QuerySet[Entry]) -> list[Entry]:
    try:
        return list(rows)
    except DatabaseError:
        # SQLite refuses a whole result for one text that is no UTF-8: ask for each, leave the bad one bare.
        return [_read_one(seq) for seq in rows.values_list("seq", flat=True)]


def _read_one(seq: int) -> Entry:
    try:
        return Entry.objects.get(seq=seq)
    except DatabaseError:
        return Entry(seq=seq)
