from console.celery import app
from console.connections.models import Connection
from console.mirror.sync import sync_connection


@app.task(name="console.mirror.tasks.sync")
def sync(connection_id: int) -> None:
    """Read everything at one connection. Ringing twice is harmless: a kind being read is left alone."""
    connection = Connection.objects.filter(pk=connection_id).first()
    if connection:
        sync_connection(connection)


@app.task(name="console.mirror.tasks.sync_all")
def sync_all() -> None:
    """Ring for every connection; beat's doorbell."""
    for connection_id in Connection.objects.values_list("pk", flat=True):
        sync.delay(connection_id)
