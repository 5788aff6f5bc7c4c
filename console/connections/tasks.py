from console.celery import app
from console.connections import watching, webhooks


@app.task(name="console.connections.tasks.read_event")
def read_event(event_pk: int) -> None:
    """Read the record that a vendor's event names."""
    webhooks.read(event_pk)


@app.task(name="console.connections.tasks.sweep_events")
def sweep_events() -> int:
    """Ring for what waits, whoever forgot to; beat's doorbell."""
    return webhooks.sweep()


@app.task(name="console.connections.tasks.watch_events")
def watch_events() -> int:
    """Look whether vendors still tell us of events."""
    return watching.watch()
