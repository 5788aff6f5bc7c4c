from console.celery import app
from console.connections import webhooks


@app.task(name="console.connections.tasks.read_event")
def read_event(event_pk: int) -> None:
    """Read the record that a vendor's event names."""
    webhooks.read(event_pk)


@app.task(name="console.connections.tasks.sweep_events")
def sweep_events() -> int:
    """Ring for what waits, whoever forgot to; beat's doorbell."""
    return webhooks.sweep()
