import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from connectors.sandbox import build_app, serve


class Command(BaseCommand):
    help = "Run the local vendors (Billsby and BILL, with faults on request) as a process of their own."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8010)
        parser.add_argument("--state", type=Path, default=Path("var/sandbox-alone.sqlite3"))
        parser.add_argument("--customers", type=int, help="how many, in a new state file")
        parser.add_argument("--invoices", type=int, help="how many, in a new state file; needs --customers")

    def handle(
        self, *, port: int, state: Path, customers: int | None, invoices: int | None, **options: object
    ) -> None:
        if invoices is not None and customers is None:
            raise CommandError("Say with --customers whose invoices they are.")
        if customers is not None:
            self._fill(state, customers, invoices)
        self.stderr.write(f"Sandbox on http://127.0.0.1:{port} (state in {state}).")
        serve(port, state)

    def _fill(self, state: Path, customers: int, invoices: int | None) -> None:
        if state.exists():
            raise CommandError(f"{state} is filled already. Name another with --state, or remove it.")
        started = time.monotonic()
        build_app(state, customers=customers, invoices=invoices)
        took_s, size_mib = time.monotonic() - started, state.stat().st_size / 2**20
        self.stderr.write(f"Filled {state} in {took_s:.1f} s ({size_mib:,.0f} MiB).")
