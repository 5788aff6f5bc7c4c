import json

from django.core.management.base import BaseCommand, CommandParser

from agent.tools.registry import ranked
from connectors.catalogue import Operation, connector_names
from connectors.registry import Connector, problems_of
from connectors.registry import connector as registered


class Command(BaseCommand):
    help = "List the operations that the catalogues describe, or what is wrong with those left out."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connector", choices=connector_names())
        parser.add_argument("--problems", action="store_true", help="only what was left out, and why")
        parser.add_argument(
            "--find", metavar="TEXT", help="those that fit what somebody wants, best first, with scores"
        )
        parser.add_argument("--json", action="store_true")

    def handle(self, *, connector: str | None, problems: bool, find: str | None, **options: object) -> None:
        vendors = [registered(name) for name in ([connector] if connector else connector_names())]
        if problems:
            self._tell_problems(vendors)
            return
        if find is not None:
            self._tell_found(find, connector, as_json=bool(options["json"]))
            return
        catalogues = [vendor.catalogue for vendor in vendors]
        operations = [
            operation for each in catalogues for operation in (*each.operations.values(), *each.off.values())
        ]
        if options["json"]:
            self.stdout.write(json.dumps([_described(operation) for operation in operations], indent=2))
            return
        for operation in operations:
            effects = "off" if operation.off else ", ".join(sorted(operation.effects))
            why = f" Off: {operation.off}" if operation.off else ""
            self.stdout.write(f"{operation.name:44} {effects:24} {operation.description}{why}")

    def _tell_found(self, text: str, connector: str | None, *, as_json: bool) -> None:
        found = [(score, tool) for score, tool in ranked(text) if connector in (None, tool.connector)]
        if as_json:
            told = [
                {"score": round(score, 3), "name": tool.name, "description": tool.description}
                for score, tool in found
            ]
            self.stdout.write(json.dumps(told, indent=2))
            return
        for score, tool in found:
            self.stdout.write(f"{score:7.3f} {tool.name:44} {tool.description}")
        if not found:
            self.stdout.write("Nothing fits; try other words.")

    def _tell_problems(self, vendors: list[Connector]) -> None:
        found = [problem for vendor in vendors for problem in problems_of(vendor)]
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
        "off": operation.off,
        "tags": list(operation.tags),
        "method": operation.method,
        "path": operation.path,
        "description": operation.description,
        "input_schema": operation.input_schema,
    }
