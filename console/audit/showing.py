"""How entries look: their marks, their days, and the badge that tells whether the chain is whole."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.core.cache import cache
from django.utils import timezone

from console.audit.models import Entry, Head
from console.audit.verification import RECENT, VERIFIED, walk_log

LATE_AFTER = timedelta(hours=24)
RECENT_FOR_S = 30
MARKS = {
    "proposal.created": ("file-plus", "c-mute"),
    "proposal.approved": ("check", "c-ok"),
    "proposal.approved_once": ("user-check", "c-ok"),
    "proposal.rejected": ("x", "c-bad"),
    "proposal.decision_refused": ("hand-stop", "c-bad"),
    "proposal.succeeded": ("circle-check", "c-ok"),
    "proposal.failed": ("circle-x", "c-bad"),
    "proposal.stopped": ("player-pause", "c-wait"),
    "proposal.done_in_part": ("circle-dot", "c-wait"),
    "proposal.stale": ("alert-triangle", "c-wait"),
    "proposal.unknown": ("help-circle", "c-unk"),
    "proposal.needs_people": ("help-circle", "c-unk"),
    "proposal.superseded": ("replace", "c-mute"),
    "proposal.expired": ("hourglass", "c-mute"),
    "attempt.sent": ("send", "c-run"),
    "attempt.lost": ("help-circle", "c-unk"),
    "attempt.refused": ("circle-x", "c-bad"),
    "attempt.probed": ("refresh", "c-mute"),
    "person.signed_in": ("login", "c-mute"),
    "person.signed_out": ("logout", "c-mute"),
    "person.sign_in_failed": ("lock", "c-bad"),
    "audit.verified": ("shield-check", "c-ok"),
    "audit.exported": ("download", "c-mute"),
    "mirror.record_refused": ("alert-triangle", "c-wait"),
    "mirror.gone_agreed": ("file-x", "c-wait"),
    "personal.erased": ("trash", "c-wait"),
}
# What the filter offers: the beginning of an action, and the words for it.
KINDS = (
    ("proposal.", "Proposals"),
    ("proposal.approved", "Approvals"),
    ("attempt.", "Requests to vendors"),
    ("person.", "Signing in and out"),
    ("audit.", "The log itself"),
)


@dataclass(frozen=True)
class Row:
    """An entry in the table, with the heading of its day where a new day begins."""

    entry: Entry
    heading: date | None

    @property
    def mark(self) -> tuple[str, str]:
        if self.entry.actor_kind == Entry.ActorKind.AGENT:
            return "sparkles", "c-agent"
        return MARKS.get(self.entry.action, ("circle-dot", "c-mute"))

    @property
    def tones(self) -> str:
        return f"i14 {self.mark[1]}"


def rows(entries: Iterable[Entry], *, after: date | None = None) -> Iterator[Row]:
    """Entries, newest first, with a heading where the local day changes; `after` is a day already headed."""
    for entry in entries:
        day = local_day(entry) or after
        yield Row(entry, day if day != after else None)
        after = day


def local_day(entry: Entry) -> date | None:
    return timezone.localtime(entry.occurred_at).date() if entry.occurred_at else None


def day_words(day: date) -> str:
    today = timezone.localdate()
    words = f"{day:%a} {day.day} {day:%b}" + ("" if day.year == today.year else f" {day.year}")
    prefix = {today: "Today, ", today - timedelta(days=1): "Yesterday, "}.get(day, "")
    return prefix + words


@dataclass(frozen=True)
class Badge:
    """The chain's state for people. tone: ok, wait or bad."""

    tone: str
    words: str
    entries: int
    checked_at: datetime | None

    @property
    def is_broken(self) -> bool:
        return self.tone == "bad"


def badge() -> Badge:
    """The last full verification, and a fresh look at the newest entries and the head."""
    head = Head.objects.first()
    entries = head.seq if head else 0
    key = f"audit.recent.{head.chain_hash if head else 'none'}"
    recent = cache.get_or_set(key, lambda: walk_log(recent=RECENT), RECENT_FOR_S)
    last = Entry.objects.filter(action=VERIFIED).order_by("-seq").first()
    checked_at = last.occurred_at if last else None
    if recent.broken:
        return Badge("bad", f"Chain broken at entry {recent.broken.seq:,}", entries, checked_at)
    if last is None:
        return Badge("wait", "Chain not verified yet", entries, None)
    if last.outcome != "whole":
        return Badge("bad", "Chain broken", entries, checked_at)
    if checked_at is None or timezone.now() - checked_at > LATE_AFTER:
        return Badge("wait", "Not verified for 24 h", entries, checked_at)
    return Badge("ok", "Chain verified", entries, checked_at)


def pretty(json_text: str) -> str:
    """Stored JSON with line breaks; what cannot be read is shown as it is stored."""
    try:
        return json.dumps(json.loads(json_text), indent=2, ensure_ascii=False)
    except ValueError:
        return json_text
