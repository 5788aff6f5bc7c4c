"""The log of what outside clients asked, and how it went."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection as database
from django.utils import timezone

from agent.mcp.access import MINUTE, Refused
from agent.mcp.models import Access, Call
from agent.rendering import clean
from connectors.catalogue import secret_names
from connectors.hiding import without_named

LONGEST_ARGUMENTS = 4_000
FIELDS = [field for field in Call._meta.concrete_fields if not field.primary_key]
INSERT = (
    f"INSERT INTO {Call._meta.db_table} ({', '.join(field.column for field in FIELDS)})"
    f" VALUES ({', '.join(['%s'] * len(FIELDS))})"
)
REFUSALS_A_MINUTE = 60  # of one access, and of all strangers together: a burst fills no disk


def note(
    access: Access | None,
    *,
    outcome: str,
    client: str = "",
    protocol: str = "",
    method: str = "",
    tool: str = "",
    arguments: str | Mapping[str, Any] | None = None,
    sentence: str = "",
    answer_bytes: int = 0,
    took_ms: int = 0,
    proposal_id: str = "",
) -> Call:
    """Keep one call. client: name and version as it says; arguments: as given, secrets are masked here."""
    call = Call(
        access=access,
        person_id=access.person_id if access else None,
        client=_short(client, 200),
        protocol=_short(protocol, 20),
        method=_short(method, 60),
        tool=_short(tool, 120),
        arguments=masked(arguments),
        outcome=outcome,
        sentence=_short(sentence, 500),
        answer_bytes=answer_bytes,
        took_ms=took_ms,
        proposal_id=proposal_id,
    )
    _keep(call)
    if access and call.client and call.client != access.last_client:
        Access.objects.filter(pk=access.pk).update(last_client=call.client)
    return call


def _keep(call: Call) -> None:
    """Written out, as it stands before every answer: the ORM takes as long again as all the rest."""
    values = [field.get_db_prep_save(getattr(call, field.attname), database) for field in FIELDS]
    with database.cursor() as cursor:
        cursor.execute(INSERT, values)


def note_refusal(refused: Refused, **asked: Any) -> Call | None:
    """Keep what was turned away at the door, without the secret it came with; a burst of them in part."""
    lately = Call.objects.filter(
        access=refused.access, outcome=Call.Outcome.REFUSED, at__gt=timezone.now() - MINUTE
    )
    if lately.count() >= REFUSALS_A_MINUTE:
        return None
    return note(refused.access, outcome=Call.Outcome.REFUSED, sentence=refused.sentence, **asked)


def masked(arguments: str | Mapping[str, Any] | None) -> str:
    """The arguments as JSON text with dots for secrets, cut where it is very long."""
    if not arguments:
        return ""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments, ensure_ascii=False, default=str)
    return _short(without_named(secret_names(), clean(text)), LONGEST_ARGUMENTS)


def forget_old() -> int:
    """Delete calls older than the setting says; returns how many."""
    oldest = timezone.now() - timedelta(days=settings.MCP_CALLS_KEPT_DAYS)
    return Call.objects.filter(at__lt=oldest).delete()[0]


def _short(text: str, longest: int) -> str:
    text = clean(text)
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
