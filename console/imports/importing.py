"""A file of customers: kept as it was uploaded, looked at row by row, and proposed as one plan."""

import hashlib
from collections.abc import Sequence

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from console.accounts.models import Person
from console.approvals import queries
from console.approvals.ending import something_was_sent
from console.approvals.errors import NotAllowedError
from console.approvals.files import plain_name
from console.approvals.models import Proposal
from console.approvals.proposing import Origin, StepDraft, propose
from console.audit import log
from console.connections.models import Connection
from console.imports.checking import Row, check
from console.imports.columns import LIST, OPERATION, most_at_once
from console.imports.models import Import

ORIGIN = "import"
CONNECTOR = "bill"
MOST_SHOWN = 50


def keep(*, actor: Person, connection: Connection, name: str, content: bytes) -> Import:
    """Keep a file that can be read, whatever is wrong with its rows.

    Raises UnreadableError, ApprovalError for a name that cannot be shown, NotAllowedError.
    """
    if not actor.is_active or not actor.has_perm("approvals.propose"):
        raise NotAllowedError(f"{actor} may not import customers.")
    name = plain_name(name)
    checked = check(content, connection)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        kept = Import.objects.create(
            name=name,
            sha256=digest,
            content=content,
            connection=connection,
            uploaded_by=actor,
            uploaded_at=timezone.now(),
        )
        log.record(
            "import.uploaded",
            actor=actor,
            actor_kind="human",
            object_kind="import",
            object_id=kept.number,
            summary=f"Uploaded {kept.number}: {name}, {len(checked.rows)} customers for {connection.name}",
            after={
                "name": name,
                "sha256": digest,
                "rows": str(len(checked.rows)),
                "with errors": str(len(checked.wrong)),
            },
            vendor=connection.connector,
        )
    return kept


def propose_rows(kept: Import, rows: Sequence[Row], *, actor: Person, reason: str) -> Proposal:
    """File one plan that makes these customers, as many a step as BILL takes at once; raises what it does."""
    at_once = most_at_once()
    parts = [rows[at : at + at_once] for at in range(0, len(rows), at_once)]
    return propose(
        actor=actor,
        steps=[
            StepDraft(OPERATION, {LIST: [dict(row.values) for row in part]}, told(kept, part))
            for part in parts
        ],
        reason=reason,
        origin=Origin(ORIGIN, str(kept.pk)),
        connection=kept.connection,
    )


def told(kept: Import, rows: Sequence[Row]) -> dict[str, str]:
    """Where the values of a step come from."""
    return {LIST: f"from {kept.name} ({kept.number}), rows {rows[0].number} to {rows[-1].number}"}


def proposals_of(kept: Import) -> QuerySet[Proposal]:
    """Newest first. What ended before anything was sent may be followed by another."""
    return Proposal.objects.filter(origin_kind=ORIGIN, origin_id=str(kept.pk)).prefetch_related(
        "steps__attempts"
    )


def is_taken_up(proposal: Proposal) -> bool:
    """Whether the import is this proposal's: it may yet be sent, or something of it was."""
    return proposal.is_live or something_was_sent(proposal)


def newest_for(person: Person) -> list[Import]:
    if not queries.may_see(person):
        raise Http404
    return list(Import.objects.defer("content").select_related("uploaded_by", "connection")[:MOST_SHOWN])


def get_import_for(person: Person, pk: int) -> Import:
    """404 for whoever may not see the queue."""
    found = Import.objects.select_related("uploaded_by", "connection").filter(pk=pk).first()
    if found is None or not queries.may_see(person):
        raise Http404
    return found
