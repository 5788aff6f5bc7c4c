import secrets
import socket
import threading
import time
import webbrowser
from pathlib import Path

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from console import demo
from console.audit import checkpoints
from console.bootstrap import write_secret
from console.mirror.tasks import sync_all

LARGEST_FRAME = 262_144  # bytes of a websocket message
PASSWORD_FILE = settings.VAR / "demo-password"


class Command(BaseCommand):
    help = "Start the whole console on this machine, with local vendors and believable data."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--reset", action="store_true", help="throw the demo's data away first")
        parser.add_argument("--no-open", action="store_true", help="do not open a browser")

    def handle(self, *, port: int, reset: bool, no_open: bool, **options: object) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This is a configured installation (SECRET_KEY is set); the demo stays away from it."
            )
        listener = _listen(port)
        if reset:
            _throw_away()
        signing_key = Path(settings.AUDIT_SIGNING_KEY_FILE)
        if not signing_key.exists():
            checkpoints.make_key(signing_key)
        call_command("migrate", verbosity=0)
        password = _password()
        demo.create_people(password)
        address = f"http://127.0.0.1:{port}"
        demo.connect_sandbox(f"{address}/sandbox")
        self._tell(address, password)
        if not no_open:
            threading.Timer(2.0, webbrowser.open, [address]).start()
        _serve(listener, address)

    def _tell(self, address: str, password: str) -> None:
        self.stderr.write(f"\nCountersign  {address}\n\n")
        for username, (full_name, role) in demo.PEOPLE.items():
            self.stderr.write(f"  {username:8}{full_name:18}{role}\n")
        self.stderr.write(
            f"\n  Password for all five: {password}\n"
            "  Everything here is local: two sandbox vendors and a scripted model. Ctrl C stops it.\n\n"
        )


def _listen(port: int) -> socket.socket:
    if not 0 < port < 65_536:
        raise CommandError(f"There is no port {port}. Try: python3 manage.py demo --port 8001")
    try:
        return socket.create_server(("127.0.0.1", port))
    except PermissionError:
        raise CommandError(f"Port {port} is kept for the system. Take one from 1024 on.") from None
    except OSError:
        raise CommandError(
            f"Port {port} is in use. Try another: python3 manage.py demo --port {port + 1}"
        ) from None


def _throw_away() -> None:
    for pattern in ("countersign.sqlite3*", "sandbox.sqlite3*", "audit-checkpoints.jsonl"):
        for file in settings.VAR.glob(pattern):
            file.unlink()


def _password() -> str:
    """One password for the five people, made at the first start and kept under var/."""
    if not PASSWORD_FILE.exists():
        write_secret(PASSWORD_FILE, secrets.token_urlsafe(9))
    return PASSWORD_FILE.read_text()


def _serve(listener: socket.socket, address: str) -> None:
    settings.MOUNT_SANDBOX = True
    settings.MODEL_BASE_URL = f"{address}/sandbox/model/v1"
    settings.MODEL_API_KEY, settings.MODEL_NAME, settings.MODEL_IS_SCRIPTED = (
        "demo",
        "countersign-scripted",
        True,
    )
    config = uvicorn.Config(
        "console.asgi:application",
        log_level="warning",
        access_log=False,
        ws_max_size=LARGEST_FRAME,
        timeout_graceful_shutdown=2,  # open sockets would hold it for ever
    )
    server = uvicorn.Server(config)
    threading.Thread(target=_read_vendors, args=[server, address], daemon=True).start()
    server.run(sockets=[listener])


def _read_vendors(server: uvicorn.Server, address: str) -> None:
    """Once the vendors, which this same server carries, answer: hear their events, and fill the mirror."""
    while not server.started:
        time.sleep(0.05)
    demo.hear_sandbox(f"{address}/sandbox", address)
    connection.close()
    sync_all.delay()
