"""Is the log whole? The chain, its checkpoints, its guards and its personal data, looked at together."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import transaction

from console.accounts.models import Person
from console.audit import canonical, checkpoints, guards, log
from console.audit.chain import BEGINNING, Break, Link, Walk, walk
from console.audit.checkpoints import Statement
from console.audit.erasing import ERASED
from console.audit.models import Entry, Head, PersonalDatum
from console.audit.queries import CHUNK, in_order

LOWEST = -(2**63)
RECENT = 100
VERIFIED = "audit.verified"
NO_PUBLIC_KEY = (
    "No public key is configured: checkpoints were only checked against the key that they name themselves."
)
NO_KEY = (
    "No signing key is configured, so there are no checkpoints: a log that was rewritten as a whole, or cut "
    "at its end together with its head, would not be noticed."
)
KEY_WITHIN_REACH = (
    "The signing key can be read by this server, as in a demo that runs as one process. Whoever controls the "
    "server could sign a rewritten log, so these checkpoints prove less than those of a separate signer."
)
COPY_UNREAD = "The copy of the checkpoints outside the database cannot be read here, so it was not compared."


@dataclass(frozen=True)
class Report:
    """What a verification found: problems as sentences, the chain's break first, and limits of the proof."""

    walk: Walk
    checkpoints: int
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return not self.problems

    @property
    def sentence(self) -> str:
        if self.is_whole:
            return f"Chain whole: {self.walk.entries:,} entries, head {self.walk.reached.chain_hash}."
        return self.problems[0]


def verify(*, key: Ed25519PublicKey | None = None, copy: Path | None = None) -> Report:
    """Check everything, reading each entry once and holding few at a time.

    key: the public key that checkpoints must be signed with; by default the configured one.
    copy: a file of checkpoints kept outside the database, which the log must agree with as well; by default
    the configured one, where this process may read it.
    Entries appended meanwhile are left for the next time. Raises OSError, and ValueError where a line of
    `copy` is no checkpoint.
    """
    key = key or checkpoints.trusted_key()
    copied, damage = _copied(copy)
    stored_links = [Link(one.size, one.chain_hash) for one in checkpoints.stored()]
    known = merge(
        sorted(stored_links, key=_size),
        sorted((Link(one.size, one.chain_hash) for one in copied), key=_size),
        key=_size,
    )
    found = walk_log(known=known)
    problems = [
        *([found.broken.sentence] if found.broken else []),
        *(f"The database guard {name} is missing or altered." for name in guards.missing_triggers()),
        *checkpoints.problems(checkpoints.stored(), key),
        *damage,
        *(f"In the copy outside: {problem}" for problem in checkpoints.problems(copied, key)),
        *personal_problems(),
    ]
    return Report(found, len(stored_links), tuple(problems), tuple(_notes(len(stored_links), key)))


def _copied(copy: Path | None) -> tuple[list[Statement], list[str]]:
    """The statements kept outside, and what is wrong with the configured file, as sentences."""
    if copy:
        return list(checkpoints.copied(copy)), []
    if not _can_read_copy():
        return [], []
    try:
        return list(checkpoints.copied(Path(settings.AUDIT_CHECKPOINT_COPY))), []
    except ValueError as error:
        return [], [f"The copy of the checkpoints outside the database is damaged: {error}."]


def _can_read_copy() -> bool:
    return os.access(settings.AUDIT_CHECKPOINT_COPY, os.R_OK)


def walk_log(*, known: Iterator[Link] | tuple[Link, ...] = (), recent: int | None = None) -> Walk:
    """Walk the whole log, or only its last `recent` entries, to where its head was when this began."""
    head = Head.objects.first()
    if head is None:
        return Walk(BEGINNING, 0, Break(1, "The head of the log is missing."))
    rows, start = Entry.objects.filter(seq__lte=head.seq), BEGINNING
    if recent and head.seq > recent:
        before = Entry.objects.filter(seq=head.seq - recent).values_list("chain_hash", flat=True).first()
        start = Link(head.seq - recent, before or canonical.GENESIS)
        rows = rows.filter(seq__gt=start.seq)
    found = walk(in_order(rows, after=LOWEST), start=start, head=Link(head.seq, head.chain_hash), known=known)
    if found.broken is None and Entry.objects.filter(seq__gt=Head.objects.values("seq")[:1]).exists():
        beyond = Entry.objects.order_by("-seq").values_list("seq", flat=True)[:1]
        return walk([*Entry.objects.filter(seq__in=beyond)], start=found.reached, head=found.reached)
    return found


def verify_and_record(*, actor: Person) -> Report:
    """Verify at a person's wish; that it was done, and what came out, is itself an entry."""
    report = verify()
    with transaction.atomic():
        log.record(
            VERIFIED,
            actor=actor,
            actor_kind=Entry.ActorKind.HUMAN,
            object_kind="audit_log",
            object_id="",
            summary=f"Verified the chain, {report.walk.entries:,} entries"
            if report.is_whole
            else f"Verified the chain and found it broken: {report.problems[0]}",
            after={
                "whole": report.is_whole,
                "entries": report.walk.entries,
                "chain_hash": report.walk.reached.chain_hash,
                "problems": list(report.problems[:20]),
            },
            outcome="whole" if report.is_whole else "broken",
        )
    return report


def personal_problems() -> Iterator[str]:
    """Personal values that do not match their entries, and gaps that no erasure explains."""
    rows: list[Entry] = []
    for row in Entry.objects.exclude(personal_json="{}").order_by("seq").iterator(CHUNK):
        rows.append(row)
        if len(rows) == CHUNK:
            yield from _personal_problems_of(rows)
            rows = []
    yield from _personal_problems_of(rows)
    held = Entry.objects.exclude(personal_json="{}").values("seq")
    for seq in PersonalDatum.objects.exclude(entry_seq__in=held).values_list("entry_seq", flat=True)[:20]:
        yield f"Personal data claims to belong to entry {seq}, which holds none."


def _personal_problems_of(rows: list[Entry]) -> Iterator[str]:
    seqs = [row.seq for row in rows]
    data = {
        (datum.entry_seq, datum.name): datum for datum in PersonalDatum.objects.filter(entry_seq__in=seqs)
    }
    erased = set(
        Entry.objects.filter(
            action=ERASED, object_kind="audit_entry", object_id__in=map(str, seqs)
        ).values_list("object_id", flat=True)
    )
    for row in rows:
        for name, expected in row.personal.items():
            datum = data.pop((row.seq, name), None)
            if datum is None:
                if str(row.seq) not in erased:
                    yield f"Personal data ({name}) of entry {row.seq} is gone; no entry says who erased it."
            elif not _matches(datum, expected):
                yield f"Personal data ({name}) of entry {row.seq} was changed."
    for seq, name in data:
        yield f"Personal data ({name}) was added to entry {seq} later."


def _matches(datum: PersonalDatum, expected: str) -> bool:
    try:
        return canonical.personal_hash(datum.salt, datum.value) == expected
    except ValueError:
        return False


def _notes(stored: int, key: Ed25519PublicKey | None) -> Iterator[str]:
    if checkpoints.signing_key() is not None:
        yield KEY_WITHIN_REACH
    if key is None:
        yield NO_PUBLIC_KEY if stored else NO_KEY
    elif not stored:
        yield "No checkpoint was made yet."
    if settings.AUDIT_CHECKPOINT_COPY and not _can_read_copy():
        yield COPY_UNREAD


def _size(link: Link) -> int:
    return link.seq
