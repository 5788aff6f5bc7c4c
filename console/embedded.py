"""What the server carries inside itself on one machine: the Celery worker and its beat, as threads."""

import asyncio
import threading

from django.conf import settings

from console.celery import app
from console.connections.clients import close_clients
from console.ui import live


async def lifespan(scope, receive, send):
    """ASGI lifespan: remember the loop for hints sent from threads, start the worker, stop it at the end."""
    stop = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            live.use_loop(asyncio.get_running_loop())
            if settings.EMBEDDED_WORKER:
                stop = await asyncio.to_thread(start_worker)
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if stop:
                await asyncio.to_thread(stop)
            close_clients()
            await send({"type": "lifespan.shutdown.complete"})
            return


def start_worker():
    """Start a worker and beat in threads; returns a function that stops both."""
    from celery.beat import EmbeddedService

    app.finalize()
    app.loader.import_default_modules()
    worker = app.WorkController(
        pool="threads",
        concurrency=4,
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
        quiet=True,
        hostname="embedded@local",
    )
    threading.Thread(target=worker.start, name="celery-worker", daemon=True).start()
    beat = EmbeddedService(app, thread=True, scheduler_cls=app.conf.beat_scheduler)
    beat.start()

    def stop() -> None:
        beat.stop()
        worker.stop()

    return stop
