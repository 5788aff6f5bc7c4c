"""The order of `bench mcp`: our server beside the SDK's own, asked the same in turn."""

import asyncio
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from agent.bench.comparing import free_port, run, serving
from agent.bench.mcp_asking import ASKED, ERAS, Server, Took, ask, prepared
from console.bench.comparing import FOLDER
from console.bench.databases import PostgresDatabases, SQLiteDatabases, environment
from console.bench.reporting import Ratio

CLIENTS = (1, 20)
SERVERS = ("sdk", "ours")
WANTED = {"tools/list": 3.0, "tools/call": 0.5}  # times the SDK's
MOST_BYTES = 0.65
DECIDES = (
    "Processor time (by CPU) decides: those who ask, and whoever else works on this machine, share its\n"
    "cores with the server, and what they take is in the requests a second."
)

Key = tuple[str, str, int]  # method, era, clients
Measures = Mapping[str, Mapping[Key, Sequence[Took]]]


@dataclass(frozen=True)
class Told:
    """lines: the medians themselves."""

    lines: list[str]
    ratios: list[Ratio]
    databases: list[str]


def compare(tell: Callable[[str], None], *, rounds: int, requests: int, database_url: str) -> Told:
    """database_url: a PostgreSQL server's, "" for SQLite alone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=FOLDER, prefix="run-"))
        databases: list[SQLiteDatabases | PostgresDatabases] = [SQLiteDatabases(Path(folder))]
        if database_url:
            databases.append(PostgresDatabases(database_url))
            stack.callback(databases[-1].close)
        lines, ratios = [], []
        for each in databases:
            with each.fresh() as url:
                secret = run([sys.executable, "-m", "agent.bench.mcp_servers", "token"], url)
                measures = measure(url, secret, rounds=rounds, requests=requests)
            tell(f"Asked both servers, ours with {each.title}.")
            lines += lines_of(each.title, measures)
            ratios += ratios_of(each.title, measures)
        return Told(lines, ratios, [each.facts() for each in databases])


def measure(
    database_url: str, secret: str, *, rounds: int, requests: int, clients: Sequence[int] = CLIENTS
) -> Measures:
    """Each thing asked of one server and then of the other, `rounds` times over."""
    keys = [(method, era, count) for method in ASKED for era in ERAS for count in clients]
    measures: dict[str, dict[Key, list[Took]]] = {name: {key: [] for key in keys} for name in SERVERS}
    with ExitStack() as stack:
        servers = {name: stack.enter_context(mcp_server(name, database_url)) for name in SERVERS}
        for _ in range(rounds):
            for method, era, count in keys:
                request = prepared(era, method, secret)
                for name, server in servers.items():
                    took = asyncio.run(ask(server, request, clients=count, requests=requests))
                    measures[name][method, era, count].append(took)
    return measures


@contextmanager
def mcp_server(name: str, database_url: str) -> Iterator[Server]:
    port = free_port()
    command = [sys.executable, "-m", "agent.bench.mcp_servers", name, str(port)]
    alone = {**environment(database_url), "EMBEDDED_WORKER": "false"}  # workers are processes of their own
    with serving(command, port, alone) as process:
        yield Server(port, process.pid)


def lines_of(title: str, measures: Measures) -> list[str]:
    head = f"{'':11}{'':34}{'ours/s':>10}{'SDK/s':>10}{'ours CPU ms':>14}{'SDK CPU ms':>12}"
    return [head, *(line_of(title, key, measures) for key in measures["ours"])]


def line_of(title: str, key: Key, measures: Measures) -> str:
    method, era, clients = key
    ours, sdk = (measures[name][key] for name in ("ours", "sdk"))
    rates = f"{rate_of(ours):>10,.0f}{rate_of(sdk):>10,.0f}"
    times = "".join(
        f"{'' if (cpu := cpu_of(took)) is None else f'{cpu:.2f}':>{width}}"
        for took, width in ((ours, 14), (sdk, 12))
    )
    return f"{title:11}{f'{method}, {era}, {at_once(clients)}':34}{rates}{times}"


def ratios_of(title: str, measures: Measures) -> Iterator[Ratio]:
    """How often the SDK's rate ours is, by the clock and by the server's processor time."""
    ours, sdk = measures["ours"], measures["sdk"]
    for key in ours:
        method, era, clients = key
        name = f"{method}, {era}, {at_once(clients)}, times the SDK's"
        if cpu_of(ours[key]) and cpu_of(sdk[key]):
            times = cpu_of(sdk[key]) / cpu_of(ours[key])
            yield Ratio(title, f"{name}, by CPU", times, WANTED[method])
        times = rate_of(ours[key]) / rate_of(sdk[key])
        yield Ratio(title, f"{name}, per s", times, WANTED[method])
        if (method, clients) == ("tools/list", 1):
            share = ours[key][0].size / sdk[key][0].size
            yield Ratio(title, f"{method}, {era}, share of the SDK's bytes", share, MOST_BYTES, at_most=True)


def rate_of(rounds: Sequence[Took]) -> float:
    return median(took.requests_per_s for took in rounds)


def cpu_of(rounds: Sequence[Took]) -> float | None:
    known = [took.cpu_ms for took in rounds if took.cpu_ms is not None]
    return median(known) if known else None


def at_once(clients: int) -> str:
    return "1 client" if clients == 1 else f"{clients} clients"
