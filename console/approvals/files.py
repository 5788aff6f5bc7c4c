"""Files that proposals send: stored once, named by a number, sent as the very bytes that were stored."""

import hashlib
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone

from connectors.errors import ArgumentsError
from connectors.requests import FILE, Request, file_body
from console.accounts.models import Person
from console.approvals import queries
from console.approvals.errors import ApprovalError, NotAllowedError
from console.approvals.models import StoredFile
from console.approvals.wording import written_out
from console.audit import log

KINDS = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}
LONGEST_NAME = 120
MOST_SHOWN = 50


def store(*, actor: Person, name: str, content: bytes) -> StoredFile:
    """Keep an uploaded file. Raises NotAllowedError, or ApprovalError for a file that no vendor takes."""
    if not actor.is_active or not actor.has_perm("approvals.propose"):
        raise NotAllowedError(f"{actor} may not upload files.")
    if len(content) > settings.LARGEST_FILE:
        raise ApprovalError(f"The file has {len(content):,} bytes; 6 MB is the most that BILL takes.")
    kind = kind_of(content)
    if not kind:
        raise ApprovalError("The file is no PDF, PNG or JPEG. What it is called does not count.")
    name = plain_name(name)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        stored = StoredFile.objects.create(
            name=name,
            content_type=kind,
            sha256=digest,
            size=len(content),
            content=content,
            uploaded_by=actor,
            uploaded_at=timezone.now(),
        )
        log.record(
            "file.stored",
            actor=actor,
            actor_kind="human",
            object_kind="file",
            object_id=stored.number,
            summary=f"Uploaded {stored.number}: {name}, {len(content):,} bytes",
            after={"name": name, "content_type": kind, "sha256": digest, "size": str(len(content))},
        )
    return stored


def kind_of(content: bytes) -> str:
    """What the bytes themselves say, "" for anything that is not taken."""
    return next((kind for start, kind in KINDS.items() if content.startswith(start)), "")


def plain_name(name: str) -> str:
    """The name without its folders. Raises ApprovalError for one that cannot be shown or sent as it is."""
    name = name.replace("\\", "/").rpartition("/")[2].strip()
    if not name or len(name) > LONGEST_NAME:
        raise ApprovalError(f"The file's name must have between 1 and {LONGEST_NAME} characters.")
    if written_out(name) != name or "{{" in name:
        raise ApprovalError("The file's name holds hidden characters; rename it first.")
    return name


def uploaded_by(person: Person) -> QuerySet[StoredFile]:
    return StoredFile.objects.filter(uploaded_by=person).defer("content")[:MOST_SHOWN]


def get_file_for(person: Person, pk: int) -> StoredFile:
    """404 for whoever may not see the queue."""
    stored = StoredFile.objects.filter(pk=pk).first() if queries.may_see(person) else None
    if stored is None:
        raise Http404
    return stored


def find(number: str) -> StoredFile:
    """The file of that number, such as F-12. Raises ArgumentsError where there is none."""
    found = StoredFile.objects.defer("content").filter(pk=int(number.removeprefix("F-"))).first()
    if found is None:
        raise ArgumentsError([f"There is no file {number}; upload it first, under Approvals, Files."])
    return found


def facts_of(number: str) -> dict[str, Any]:
    """What a request sends of a file, and a card shows."""
    if not isinstance(number, str):
        raise ArgumentsError(["file must be given here: it cannot come from an earlier step."])
    stored = find(number)
    body = f"sha256:{stored.sha256} {stored.size} bytes"
    return {
        "fileName": stored.name,
        "fileType": stored.content_type,
        "fileSize": stored.size,
        "fileBody": body,
    }


def with_content(request: Request) -> Request:
    """The request with the bytes that it names. Raises LookupError where they are not those any more."""
    if request.content_type != FILE:
        return request
    digest = request.body.removeprefix("sha256:").partition(" ")[0]
    for stored in StoredFile.objects.filter(sha256=digest)[:1]:
        content = bytes(stored.content)
        if file_body(content) == request.body:
            return replace(request, content=content)
    raise LookupError(f"no stored file is {request.body}")
