"""The Celery application. A message is a doorbell with an id; the database row is the job."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
app = Celery("countersign")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@app.on_after_finalize.connect
def beat(sender: Celery, **kwargs: object) -> None:
    from django.conf import settings

    for every_s, task in (
        (settings.SWEEP_EVERY_S, "console.approvals.tasks.sweep"),
        (settings.SWEEP_EVERY_S, "console.connections.tasks.sweep_events"),
        (settings.EVENTS_CHECK_EVERY_S, "console.connections.tasks.watch_events"),
        (settings.SYNC_EVERY_S, "console.mirror.tasks.sync_all"),
        (30.0, "console.audit.tasks.checkpoint"),
        (3600.0, "agent.mcp.tasks.forget_old_calls"),
        (3600.0, "agent.mcp.tasks.forget_old_tokens"),
    ):
        sender.add_periodic_task(every_s, sender.signature(task), name=task)
