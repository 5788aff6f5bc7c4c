from console.audit import checkpoints
from console.celery import app


@app.task(name="console.audit.tasks.checkpoint")
def checkpoint() -> None:
    """Rung every half minute; makes a checkpoint when five minutes or 500 entries have passed."""
    checkpoints.make_if_due()
