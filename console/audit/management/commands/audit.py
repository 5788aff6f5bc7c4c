from argparse import ArgumentParser
from datetime import date
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from console.accounts.models import Person
from console.audit import checkpoints
from console.audit.erasing import erase_personal
from console.audit.export import begin_export
from console.audit.queries import Choice
from console.audit.verification import verify


class Command(BaseCommand):
    help = "Verify the audit log, export it, erase personal data, or make the key that signs checkpoints."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        look = parts.add_parser("verify", help="tell whether the log is whole, and where it is not")
        look.add_argument("--public-key", type=Path, help="PEM file; by default the configured key")
        look.add_argument(
            "--checkpoints", type=Path, help="a copy kept outside the database; by default the configured one"
        )
        out = parts.add_parser("export", help="write entries to a file")
        out.add_argument("--format", choices=("csv", "jsonl"), required=True)
        out.add_argument("--from", dest="first_day", type=date.fromisoformat, help="first day, YYYY-MM-DD")
        out.add_argument("--to", dest="last_day", type=date.fromisoformat, help="last day, included")
        out.add_argument("--output", type=Path, required=True)
        erase = parts.add_parser("erase", help="delete the erasable personal data of one entry")
        erase.add_argument("--entry", type=int, required=True)
        erase.add_argument("--by", required=True, help="user name of who decided it")
        erase.add_argument("--reason", required=True)
        key = parts.add_parser("key", help="make a signing key, and its public half beside it as .pub")
        key.add_argument("--output", type=Path, required=True)

    def handle(self, *args: object, part: str, **options: object) -> None:
        does = {"verify": self.verify, "export": self.export, "erase": self.erase, "key": self.key}
        does[part](**options)

    def verify(self, public_key: Path | None, checkpoints: Path | None, **options: object) -> None:
        key = read_key(public_key)
        try:
            report = verify(key=key, copy=checkpoints)
        except (OSError, ValueError) as error:
            raise CommandError(f"The checkpoints cannot be read: {error}.") from None
        for note in report.notes:
            self.stdout.write(f"Note: {note}")
        if not report.is_whole:
            for problem in report.problems:
                self.stdout.write(problem)
            whole = (
                f"The chain is whole up to entry {report.walk.reached.seq:,}." if report.walk.broken else ""
            )
            raise CommandError(f"The audit log is broken. {whole}".strip(), returncode=1)
        self.stdout.write(f"{report.sentence} Checkpoints that agree: {report.checkpoints:,}.")

    def export(
        self, format: str, first_day: date | None, last_day: date | None, output: Path, **options: object
    ) -> None:
        prepared = begin_export(Choice(first_day=first_day, last_day=last_day), kind=format, actor=None)
        unfinished = output.with_name(output.name + ".part")
        with unfinished.open("w", encoding="utf-8", newline="") as file:
            file.writelines(prepared.pieces())
        unfinished.replace(output)
        self.stdout.write(
            f"Wrote {prepared.rows:,} entries ({prepared.first} to {prepared.last}) to {output}; "
            f"head {prepared.head.seq} {prepared.head.chain_hash}."
        )

    def erase(self, entry: int, by: str, reason: str, **options: object) -> None:
        try:
            actor = Person.objects.get(username=by)
        except Person.DoesNotExist:
            raise CommandError(f"Nobody has the user name {by}.") from None
        erased = erase_personal(seq=entry, actor=actor, reason=reason)
        if erased is None:
            raise CommandError(f"Entry {entry} has no personal data to erase.")
        self.stdout.write(f"{erased.summary}; the chain stays whole, and entry {erased.seq} says so.")

    def key(self, output: Path, **options: object) -> None:
        try:
            checkpoints.make_key(output)
        except FileExistsError:
            raise CommandError(f"{output} exists already; a key is never overwritten.") from None
        self.stdout.write(
            f"Wrote {output} (keep it away from the web process) and {output.with_suffix('.pub')}."
        )


def read_key(path: Path | None):
    try:
        return checkpoints.public_key(path) if path else checkpoints.trusted_key()
    except (OSError, ValueError, TypeError) as error:
        raise CommandError(f"The public key cannot be read: {error}") from None
