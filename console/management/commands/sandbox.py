from pathlib import Path

from django.core.management.base import BaseCommand, CommandParser

from connectors.sandbox import serve


class Command(BaseCommand):
    help = "Run the local vendors (Billsby and BILL, with faults on request) as a process of their own."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8010)
        parser.add_argument("--state", type=Path, default=Path("var/sandbox-alone.sqlite3"))

    def handle(self, *, port: int, state: Path, **options: object) -> None:
        state.parent.mkdir(parents=True, exist_ok=True)
        self.stderr.write(f"Sandbox on http://127.0.0.1:{port} (state in {state}).")
        serve(port, state)
