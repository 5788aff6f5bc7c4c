from django.core.management.base import BaseCommand, CommandError, CommandParser

from console.connections.clients import streams_of
from console.connections.models import Connection
from console.mirror.models import KINDS, Sync
from console.mirror.models.syncs import words_for
from console.mirror.sync import sync_connection

INTERRUPTED = 130
WHOLE_LINE = "\r\033[K"  # back to its beginning, and empty


class Command(BaseCommand):
    help = "Read the vendors into the mirror. Ctrl C stops it; the same command goes on from there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", metavar="SLUG", help="one account instead of all")
        parser.add_argument("--kind", choices=sorted(KINDS), help="one kind of record instead of all")
        parser.add_argument("--everything", action="store_true", help="also where changes alone would do")

    def handle(
        self, *, connection: str | None, kind: str | None, everything: bool, **options: object
    ) -> None:
        found = Connection.objects.filter(slug=connection) if connection else Connection.objects.all()
        if not found:
            known = ", ".join(Connection.objects.values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no such connection. Configured: {known}.")
        runs = []
        try:
            for each in found:
                runs += self._read(each, kind or "", everything)
        except KeyboardInterrupt:
            self.stderr.write("\nStopped. The same command goes on from there.")
            raise SystemExit(INTERRUPTED) from None
        if any(run.state != Sync.State.DONE for run in runs):
            raise SystemExit(1)

    def _read(self, connection: Connection, kind: str, everything: bool) -> list[Sync]:
        wanted = [stream.kind for stream in streams_of(connection) if kind in ("", *stream.kinds)]
        self.stdout.write(str(connection) if wanted else f"{connection} has no {words_for(kind)}")
        runs = sync_connection(connection, self._tell, kind=kind, everything=everything)
        for run in runs:
            if run.state == Sync.State.STOPPED:
                self._line(run, run.error)
        for missed in set(wanted) - {run.kind for run in runs}:
            self.stdout.write(f"  {words_for(missed)}: not read, since another process is at it")
        return runs

    def _tell(self, run: Sync) -> None:
        """A line that is written over while it runs, and stays at its end."""
        if run.finished_at:
            aside = f", {run.refused} kept aside" if run.refused else ""
            gone = f", {run.gone} gone" if run.gone else ""
            ends = {Sync.State.DONE: "done", Sync.State.HELD: f"{run.missing} missing, a person is asked"}
            self._line(run, f"{ends.get(run.state, run.error)}{gone}{aside}")
        elif self.stdout.isatty():
            self.stdout.write(f"{WHOLE_LINE}  {run.words}: {run.progress}", ending="")
            self.stdout.flush()

    def _line(self, run: Sync, words: str) -> None:
        start = WHOLE_LINE if self.stdout.isatty() else ""
        extent = f", {run.extent}" if run.since else ""
        self.stdout.write(f"{start}  {run.words}{extent}: {run.progress}: {words}")
