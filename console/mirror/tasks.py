from django.conf import settings

from console.celery import app
from console.connections.models import Connection
from console.mirror.sync import sync_connection


# Acknowledged at once: the broker would deliver a reading that outlasts its patience again while it runs, and
# one that dies is begun again at the next ring.
@app.task(name="console.mirror.tasks.sync", acks_late=False)
def sync(connection_id: int) -> None:
    """Read everything at one connection. Ringing twice is harmless: a kind being read is left alone."""
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection:
        sync_connection(connection)


@app.task(name="console.mirror.tasks.sync_all", acks_late=False)
def sync_all() -> None:
    """Ring for every connection; beat's doorbell. A ring that waited until the next one is dropped."""
    for connection_id in Connection.objects.values_list("pk", flat=True):
        sync.apply_async([connection_id], expires=settings.SYNC_EVERY_S)
