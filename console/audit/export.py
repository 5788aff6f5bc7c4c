"""Exports of the log, in pieces: JSONL proves itself, CSV is for people; see docs/audit-format.md."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from console.accounts.models import Person
from console.audit import canonical, log
from console.audit.chain import Link
from console.audit.checkpoints import Statement
from console.audit.csv_cells import NUMBER, number, row, text
from console.audit.models import Checkpoint, Entry, Head
from console.audit.queries import CHUNK, Choice, in_order

FORMAT = "countersign-audit-jsonl-1"
EXPORTED = "audit.exported"
REQUESTED = ("proposal.created",)
APPROVED = ("proposal.approved_once", "proposal.approved")
SENT = ("attempt.sent",)


@dataclass(frozen=True)
class Export:
    """What an export will hold, fixed before its first byte: entries are never changed, so it stays true."""

    kind: str
    choice: Choice
    by: str
    at: datetime
    first: int
    last: int
    until: int
    rows: int
    head: Link

    @property
    def filename(self) -> str:
        return f"countersign-audit-{self.first}-{self.last}-{self.head.chain_hash[:12]}.{self.kind}"

    @property
    def headers(self) -> dict[str, str]:
        return {
            "X-Audit-First": str(self.first),
            "X-Audit-Last": str(self.last),
            "X-Audit-Rows": str(self.rows),
            "X-Audit-Head": f"{self.head.seq} {self.head.chain_hash}",
        }

    def pieces(self) -> Iterator[str]:
        return {"jsonl": jsonl, "csv": csv}[self.kind](self)


def begin_export(choice: Choice, *, kind: str, actor: Person | None) -> Export:
    """Fix what is exported and record it, in a short transaction of its own; `pieces()` then gives the file.

    kind: csv or jsonl. actor: None for a command typed on the server.
    """
    head = Link(*Head.objects.values_list("seq", "chain_hash").get())
    chosen = Entry.objects.filter(choice.condition(), seq__lte=head.seq)
    found = chosen.aggregate(first=Min("seq"), last=Max("seq"), rows=Count("seq"))
    first, last = found["first"] or 0, found["last"] or 0
    stated = Checkpoint.objects.filter(size__gte=last, size__lte=head.seq).aggregate(size=Min("size"))["size"]
    export = Export(
        kind=kind,
        choice=choice,
        by=log.label(actor) if actor else "System",
        at=timezone.now(),
        first=first,
        last=last,
        until=(stated or last) if found["rows"] and kind == "jsonl" else last,
        rows=found["rows"],
        head=head,
    )
    with transaction.atomic():
        log.record(
            EXPORTED,
            actor=actor,
            actor_kind=Entry.ActorKind.HUMAN if actor else Entry.ActorKind.SYSTEM,
            object_kind="audit_log",
            object_id="",
            summary=f"Exported {export.rows:,} entries as {kind.upper()}",
            after={
                "filter": choice.told(),
                "first_seq": first,
                "last_seq": last,
                "rows": export.rows,
                "head": asdict(head),
            },
        )
    return export


def jsonl(export: Export) -> Iterator[str]:
    """The lines, a few hundred a piece; the manifest last, so that a file that was cut has none."""
    digest, money = hashlib.sha256(), defaultdict(Decimal)
    rows = omitted = checkpoints = 0
    starts_after, ends_at = canonical.GENESIS, canonical.GENESIS
    after = export.first - 1
    while export.rows and after < export.until:
        span = Entry.objects.filter(seq__gt=after, seq__lte=export.until).order_by("seq")
        links = list(span.values_list("seq", "prev_hash", "leaf_hash", "chain_hash")[:CHUNK])
        if not links:
            break
        until = links[-1][0]
        chosen = {one.seq: one for one in in_order(_chosen(export).filter(seq__lte=until), after=after)}
        stated = _checkpoints_by_size(after, until)
        lines = []
        for seq, prev_hash, leaf_hash, chain_hash in links:
            starts_after, ends_at = prev_hash if seq == export.first else starts_after, chain_hash
            if entry := chosen.get(seq):
                lines.append(_line(entry))
                rows += 1
                if NUMBER.fullmatch(entry.money_amount):
                    money[" ".join(filter(None, (entry.money_currency, entry.money_direction)))] += (
                        entry.amount
                    )
            else:
                lines.append(canonical.json_text({"omitted": {"seq": seq, "leaf_hash": leaf_hash}}))
                omitted += 1
            for statement in stated.get(seq, ()):
                lines.append(canonical.json_text({"checkpoint": asdict(statement)}))
                checkpoints += 1
        piece = "".join(f"{line}\n" for line in lines)
        digest.update(piece.encode())
        yield piece
        after = until
    manifest = {
        "format": FORMAT,
        "filter": export.choice.told(),
        "exported_at": canonical.time_text(export.at),
        "exported_by": export.by,
        "first_seq": export.first,
        "last_seq": after if export.rows else 0,
        "starts_after": starts_after,
        "ends_at": ends_at,
        "head": asdict(export.head),
        "rows": rows,
        "omitted": omitted,
        "checkpoints": checkpoints,
        "money": {name: f"{total:f}" for name, total in money.items()},
        "sha256": digest.hexdigest(),
    }
    yield canonical.json_text({"manifest": manifest}) + "\n"


def _line(entry: Entry) -> str:
    hashes = {"prev_hash": entry.prev_hash, "leaf_hash": entry.leaf_hash, "chain_hash": entry.chain_hash}
    return canonical.json_text({"event": entry.event_as_stored(), **hashes})


def _chosen(export: Export):
    return Entry.objects.filter(export.choice.condition(), seq__gte=export.first, seq__lte=export.last)


def _checkpoints_by_size(after: int, until: int) -> dict[int, list[Statement]]:
    found = defaultdict(list)
    names = list(Statement.__dataclass_fields__)
    for values in Checkpoint.objects.filter(size__gt=after, size__lte=until).order_by("pk").values(*names):
        found[values["size"]].append(Statement(**values))
    return found


COLUMNS = (
    *("Entry", "Time (UTC)", "Time (local)", "Action", "What happened", "Who", "On behalf of", "Object"),
    *(
        "Vendor reference",
        "Proposal",
        "Requested by",
        "Requested at",
        "Channel",
        "Approved by",
        "Approved at",
    ),
    *("Reason", "Before", "After", "Amount", "Direction", "Currency", "Executed at", "Outcome", "Digest"),
    "Chain hash",
)


def csv(export: Export) -> Iterator[str]:
    """The rows, a few hundred a piece, oldest first, after a byte order mark, without which Excel guesses."""
    yield "\ufeff" + row(text(name) for name in COLUMNS)
    zone, batch = timezone.get_default_timezone(), []
    for entry in in_order(_chosen(export)):
        batch.append(entry)
        if len(batch) == CHUNK:
            yield _csv_rows(batch, export.head.seq, zone)
            batch = []
    if batch:
        yield _csv_rows(batch, export.head.seq, zone)


def _csv_rows(entries: list[Entry], head: int, zone: ZoneInfo) -> str:
    lives = _lives({entry.proposal_id for entry in entries if entry.proposal_id}, head)
    return "".join(_csv_row(entry, lives[entry.proposal_id], zone) for entry in entries)


def _csv_row(entry: Entry, life: list[Entry], zone: ZoneInfo) -> str:
    """life: the request, approvals and sendings of the proposal that the entry belongs to."""
    asked = [one for one in life if one.action in REQUESTED]
    approved = [one for one in life if one.action in APPROVED]
    sent = [one for one in life if one.action in SENT]
    references = (entry.vendor, entry.vendor_object_id)
    return row(
        (
            number(entry.seq),
            text(entry.occurred_at_text),
            text(_local(entry, zone)),
            text(entry.action),
            text(entry.summary),
            text(entry.actor_label),
            text(entry.on_behalf_of),
            text(" ".join(filter(None, (entry.object_kind, entry.object_id)))),
            text(" ".join(filter(None, references))),
            text(entry.proposal_id),
            text("; ".join(one.on_behalf_of or one.actor_label for one in asked)),
            text("; ".join(one.occurred_at_text for one in asked)),
            text("; ".join("chat" if one.actor_kind == Entry.ActorKind.AGENT else "form" for one in asked)),
            text("; ".join(one.actor_label for one in approved)),
            text("; ".join(one.occurred_at_text for one in approved)),
            text(entry.reason),
            text(_cell(entry.before_json)),
            text(_cell(entry.after_json)),
            number(entry.money_amount),
            text(entry.money_direction),
            text(entry.money_currency),
            text("; ".join(one.occurred_at_text for one in sent)),
            text(entry.outcome),
            text(entry.digest),
            text(entry.chain_hash),
        )
    )


def _lives(proposal_ids: set[str], head: int) -> dict[str, list[Entry]]:
    lives: dict[str, list[Entry]] = defaultdict(list)
    steps = Entry.objects.filter(
        proposal_id__in=proposal_ids, action__in=(*REQUESTED, *APPROVED, *SENT), seq__lte=head
    )
    for step in steps.order_by("seq"):
        lives[step.proposal_id].append(step)
    return lives


def _local(entry: Entry, zone: ZoneInfo) -> str:
    return entry.occurred_at.astimezone(zone).isoformat(timespec="seconds") if entry.occurred_at else ""


def _cell(json_text: str) -> str:
    return "" if json_text == "null" else json_text
