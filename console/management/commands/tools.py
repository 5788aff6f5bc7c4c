import json

from django.core.management.base import BaseCommand, CommandParser

from connectors.catalogue import Catalogue, Operation, catalogue, connector_names


class Command(BaseCommand):
    help = "List the operations that the catalogues describe, or what is wrong with those left out."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connector", choices=connector_names())
        parser.add_argument("--problems", action="store_true", help="only what was left out, and why")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, connector: str | None, problems: bool, **options: object) -> None:
        names = [connector] if connector else connector_names()
        catalogues = [catalogue(name) for name in names]
        if problems:
            self._tell_problems(catalogues)
            return
        operations = [operation for each in catalogues for operation in each.operations.values()]
        if options["json"]:
            self.stdout.write(json.dumps([_described(operation) for operation in operations], indent=2))
            return
        for operation in operations:
            effects = ", ".join(sorted(operation.effects))
            self.stdout.write(f"{operation.name:44} {effects:24} {operation.description}")

    def _tell_problems(self, catalogues: list[Catalogue]) -> None:
        found = [problem for each in catalogues for problem in each.problems]
        for problem in found:
            self.stdout.write(str(problem))
        if found:
            raise SystemExit(1)
        self.stdout.write("No problems: every operation described is offered.")


def _described(operation: Operation) -> dict:
    return {
        "name": operation.name,
        "aliases": list(operation.aliases),
        "connector": operation.connector,
        "effects": sorted(operation.effects),
        "tags": list(operation.tags),
        "method": operation.method,
        "path": operation.path,
        "description": operation.description,
        "input_schema": operation.input_schema,
    }
