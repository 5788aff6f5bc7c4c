from django.utils import timezone

from console.approvals import execution
from console.approvals.models import Proposal
from console.celery import app

SWEEP_LIMIT = 200


@app.task(name="console.approvals.tasks.attend")
def attend(proposal_id: int) -> None:
    """Do what is due for one proposal."""
    execution.attend(proposal_id)


@app.task(name="console.approvals.tasks.sweep")
def sweep() -> int:
    """Ring for every proposal that is due, whoever forgot to; returns how many."""
    due = Proposal.objects.filter(due_at__lte=timezone.now()).order_by("due_at").values_list("pk", flat=True)
    ids = list(due[:SWEEP_LIMIT])
    for proposal_id in ids:
        attend.delay(proposal_id)
    return len(ids)
