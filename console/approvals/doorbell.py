"""Asking a worker to look at a proposal. The message is an id; the row is the job."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from console.approvals.models import Attempt
from console.celery import app

logger = logging.getLogger(__name__)


def ring(proposal_id: int, *, after_s: float = 0.0) -> None:
    """Ring once the transaction has committed. A lost ring costs time only: the sweeper rings again."""
    transaction.on_commit(lambda: _ring(proposal_id, after_s), robust=True)


def ring_at(proposal_id: int, at: datetime | None) -> None:
    """Ring for what is due soon; what is due later is left to the sweeper."""
    if at is None:
        return
    after_s = (at - timezone.now()).total_seconds()
    if after_s <= settings.SWEEP_EVERY_S:
        ring(proposal_id, after_s=max(after_s, 0.01))


def next_probe_at(attempt: Attempt) -> datetime | None:
    """When to read the vendor again about a sent attempt; None when the schedule has run out."""
    if attempt.probes >= len(settings.PROBE_SCHEDULE_S):
        return None
    return timezone.now() + timedelta(seconds=settings.PROBE_SCHEDULE_S[attempt.probes])


def _ring(proposal_id: int, after_s: float) -> None:
    try:
        app.send_task("console.approvals.tasks.attend", [proposal_id], countdown=after_s or None)
    except OperationalError:
        logger.warning("No broker to ring for proposal %s; the sweeper will.", proposal_id)
