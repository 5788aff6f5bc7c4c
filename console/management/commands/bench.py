import json
import os
from dataclasses import asdict
from subprocess import CalledProcessError

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agent.bench.comparing import compare as compare_tools
from agent.bench.mcp import DECIDES
from agent.bench.mcp import compare as compare_mcp
from console.bench.comparing import Asked, compare
from console.bench.reporting import held, lines_of, machine, ratios_of, table


class Command(BaseCommand):
    help = "Measure beside limits and peers: the sync, what tools are found and cost, or the MCP server."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["sync", "tools", "mcp"])
        parser.add_argument("--invoices", type=int, default=100_000, help="a multiple of 100")
        parser.add_argument("--latency-ms", type=float, default=20, help="how long the vendor thinks")
        parser.add_argument("--bill-latency-ms", type=float, default=150, help="how long BILL does")
        parser.add_argument(
            "--database",
            default="",
            help="a PostgreSQL server as postgres://…; else DATABASE_URL's, if it is one",
        )
        parser.add_argument(
            "--peer", action="store_true", help="dlt or LangGraph too, in an environment under var/bench"
        )
        parser.add_argument("--rounds", type=int, default=1, help="how often everything is measured in turn")
        parser.add_argument("--requests", type=int, default=400, help="how often a round asks an MCP server")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, what: str, invoices: int, rounds: int, **options: object) -> None:
        if invoices < 100 or invoices % 100 or rounds < 1:
            raise CommandError("Measure a multiple of 100 invoices, in one round or more.")
        load_before = os.getloadavg()
        try:
            if what == "tools":
                self._tools(rounds, load_before, **options)
            elif what == "mcp":
                self._mcp(rounds, load_before, **options)
            else:
                self._sync(invoices, rounds, load_before, **options)
        except CalledProcessError as error:
            raise CommandError(f"Nothing was compared, since a part of it failed: {error.cmd}") from None

    def _tools(self, rounds: int, load_before: tuple[float, ...], **options: object) -> None:
        told = compare_tools(self.stderr.write, peer=bool(options["peer"]), rounds=rounds)
        facts = machine([], load_before)
        if options["json"]:
            ratios = [asdict(ratio) | {"holds": ratio.holds} for ratio in told.ratios]
            self.stdout.write(json.dumps({"machine": facts, "ratios": ratios, "notes": told.notes}, indent=2))
            return
        self.stdout.write("\n".join(f"{name:12} {value}" for name, value in facts.items() if value))
        self.stdout.write("\n" + "\n".join([held(told.ratios), *told.notes]))

    def _mcp(self, rounds: int, load_before: tuple[float, ...], **options: object) -> None:
        told = compare_mcp(
            self.stderr.write,
            rounds=rounds,
            requests=int(str(options["requests"])),
            database_url=postgres_url(options["database"]),
        )
        facts = machine(told.databases, load_before)
        if options["json"]:
            ratios = [asdict(ratio) | {"holds": ratio.holds} for ratio in told.ratios]
            self.stdout.write(json.dumps({"machine": facts, "ratios": ratios}, indent=2))
            return
        self.stdout.write("\n".join(f"{name:12} {value}" for name, value in facts.items()))
        self.stdout.write("\n" + "\n".join([*told.lines, "", held(told.ratios), DECIDES]))

    def _sync(self, invoices: int, rounds: int, load_before: tuple[float, ...], **options: object) -> None:
        asked = Asked(
            invoices=invoices,
            latency_ms=float(str(options["latency_ms"])),
            database_url=postgres_url(options["database"]),
            peer=bool(options["peer"]),
            rounds=rounds,
            bill_latency_ms=float(str(options["bill_latency_ms"])),
        )
        measures, databases = compare(asked, self.stderr.write)
        lines = lines_of(measures)
        ratios = ratios_of(lines)
        facts = machine(databases, load_before)
        if options["json"]:
            told = {
                "machine": facts,
                "asked": asdict(asked) | {"database_url": ""},
                "measures": [asdict(line) for line in lines],
                "ratios": [asdict(ratio) | {"holds": ratio.holds} for ratio in ratios],
            }
            self.stdout.write(json.dumps(told, indent=2))
            return
        self.stdout.write("\n".join(f"{name:12} {value}" for name, value in facts.items()))
        self.stdout.write("\n" + table(lines, ratios))


def postgres_url(database: object) -> str:
    """The PostgreSQL server that was named, or that the settings name; "" for none."""
    url = str(database or os.environ.get("DATABASE_URL", ""))
    return url if url.startswith("postgres") else ""
