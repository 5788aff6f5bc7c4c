"""The order of a run: what is measured, by which process, against which vendor and database."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import httpx
from django.conf import settings

from console.bench.databases import PostgresDatabases, SQLiteDatabases, environment

FOLDER = settings.VAR / "bench"
PEER_VENV = FOLDER / "peer"
PEER_PACKAGES = "dlt[postgres,sqlalchemy]==1.31.*"
PEER_SCRIPT = Path(__file__).with_name("peer.py")
LIMIT_CALLS_PER_S = 50
LIMIT_LATENCIES_MS = (20, 150)
LIMIT_INVOICES = 100_000  # at the limit they take twenty seconds

Databases = SQLiteDatabases | PostgresDatabases


@dataclass(frozen=True)
class Asked:
    """What a run shall measure. database_url: a PostgreSQL server's, "" for SQLite alone.

    bill_latency_ms: of the vendor that is read as BILL, which allows few calls at a time.
    """

    invoices: int
    latency_ms: float
    database_url: str
    peer: bool
    rounds: int
    bill_latency_ms: float = 150


@dataclass(frozen=True)
class Measure:
    """One thing measured once. latency_ms, limit: the vendor's; refused: how many 429 it gave."""

    name: str
    database: str
    rows: int
    seconds: float
    peak_mib: int | None
    latency_ms: float
    limit: int = 0
    refused: int = 0
    calls: int = 0

    @property
    def rows_per_s(self) -> float:
        return self.rows / self.seconds


@dataclass(frozen=True)
class Vendor:
    """A running one. limit: calls a second, 0 for none."""

    url: str
    latency_ms: float
    limit: int

    def tally(self) -> dict[str, int]:
        return httpx.get(f"{self.url}/tally", trust_env=False).json()


def compare(asked: Asked, tell: Callable[[str], None]) -> tuple[list[Measure], list[str]]:
    """Measure everything in turn, `rounds` times; the measures, and which databases they were taken in."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if asked.peer:
        make_peer(tell)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=FOLDER, prefix="run-")))
        databases: list[Databases] = [SQLiteDatabases(folder)]
        if asked.database_url:
            databases.append(PostgresDatabases(asked.database_url))
            stack.callback(databases[-1].close)
        run = Run(folder, tell)
        for _ in range(asked.rounds):
            with vending(asked.invoices, asked.latency_ms) as vendor:
                for each in databases:
                    run.measure_unhindered(vendor, each, asked)
            with vending(asked.invoices, asked.bill_latency_ms) as vendor:
                for each in databases:
                    run.measure("bill", vendor, each, asked.invoices)
            for latency_ms in LIMIT_LATENCIES_MS:
                invoices = min(asked.invoices, LIMIT_INVOICES)
                with vending(invoices, latency_ms, LIMIT_CALLS_PER_S) as vendor:
                    for each in databases:
                        run.measure("sync", vendor, each, invoices)
        return run.measures, [each.facts() for each in databases]


class Run:
    def __init__(self, folder: Path, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.tell = tell
        self.measures: list[Measure] = []

    def measure_unhindered(self, vendor: Vendor, databases: Databases, asked: Asked) -> None:
        for name in ("limits", "sync-twice"):
            self.measure(name, vendor, databases, asked.invoices)
        if asked.peer:
            self.measure_peer(vendor, databases)

    def measure(self, name: str, vendor: Vendor, databases: Databases, rows: int) -> None:
        given = {"vendor_url": vendor.url, "rows": rows, "calls_per_s": vendor.limit or None}
        command = [sys.executable, "-m", "console.bench.measuring", name, json.dumps(given)]
        with databases.fresh() as url:
            self._keep(command, url, vendor, databases)

    def measure_peer(self, vendor: Vendor, databases: Databases) -> None:
        with databases.empty() as url:
            command = [str(PEER_VENV / "bin" / "python"), str(PEER_SCRIPT), vendor.url, url]
            folder = self.folder / "peer"
            self._keep([*command, str(folder)], url, vendor, databases)
            shutil.rmtree(folder, ignore_errors=True)

    def _keep(self, command: list[str], url: str, vendor: Vendor, databases: Databases) -> None:
        vendor.tally()
        done = subprocess.run(
            command, cwd=settings.ROOT, env=environment(url), stdout=subprocess.PIPE, text=True, check=True
        )
        tally = vendor.tally()
        told = json.loads(done.stdout.splitlines()[-1])
        for one in told if isinstance(told, list) else [told]:
            measure = Measure(
                **(tally | one),
                database=databases.title,
                latency_ms=vendor.latency_ms,
                limit=vendor.limit,
            )
            self.measures.append(measure)
            self.tell(f"{measure.database:11}{measure.name:24}{measure.rows_per_s:>9,.0f} rows/s")


@contextmanager
def vending(invoices: int, latency_ms: float, limit: int = 0) -> Iterator[Vendor]:
    """A vendor of its own process, for as long as the block lasts."""
    with create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    numbers = {"port": port, "invoices": invoices, "latency-ms": latency_ms, "calls-per-s": limit}
    options = [f"--{name}={value}" for name, value in numbers.items()]
    process = subprocess.Popen([sys.executable, "-m", "console.bench.vendor", *options], cwd=settings.ROOT)
    vendor = Vendor(f"http://127.0.0.1:{port}", latency_ms, limit)
    try:
        wait_for(vendor, process)
        yield vendor
    finally:
        process.terminate()
        process.wait()


def wait_for(vendor: Vendor, process: subprocess.Popen) -> None:
    while process.poll() is None:
        try:
            vendor.tally()
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError("The vendor to be measured against did not start.")


def make_peer(tell: Callable[[str], None]) -> None:
    make_environment(PEER_VENV, [PEER_PACKAGES], tell)


def make_environment(folder: Path, packages: list[str], tell: Callable[[str], None]) -> None:
    """An environment for a peer alone, made once; it is no requirement of ours."""
    if (folder / "ready").exists():
        return
    tell(f"Making an environment for the peer in {folder} (once).")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *packages], check=True, stdout=sys.stderr)
    (folder / "ready").touch()
