"""The order of `bench tools`: what is found, what tokens the tools cost, what our loop costs."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection, create_server
from statistics import median
from typing import Any

from django.conf import settings

from agent.bench import tokens
from agent.bench.recall import read_intents, recall
from console.bench.comparing import FOLDER, make_environment
from console.bench.databases import SQLiteDatabases, environment
from console.bench.reporting import Ratio

INTENTS = settings.ROOT / "tests" / "agent" / "intents.tsv"
PEER_VENV = FOLDER / "langgraph"
PEER_PACKAGES = ["langgraph==1.2.*", "langchain-openai==1.7.*"]
PEER_SCRIPT = Path(__file__).with_name("langgraph_peer.py")
WAYS = {
    "bare": "OpenAI's client",
    "langgraph": "LangGraph",
    "requests": "our requests",
    "turns": "whole turns",
}
ALONE, MANY = {"rounds": 10, "at_once": 1}, {"rounds": 1, "at_once": 50}

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Told:
    """ratios: what is held against what is wanted. notes: what could not be measured, or went wrong."""

    ratios: list[Ratio]
    notes: list[str]


def compare(tell: Tell, *, peer: bool, rounds: int) -> Told:
    FOLDER.mkdir(parents=True, exist_ok=True)
    ratios, notes = [], []
    for measure in (found, shown):
        try:
            told = measure(tell)
        except tokens.NoTokenizerError as error:
            notes.append(str(error))
        else:
            ratios += told.ratios
            notes += told.notes
    return Told([*ratios, *chats(tell, peer=peer, rounds=rounds)], notes)


def found(tell: Tell) -> Told:
    if not INTENTS.exists():
        return Told([], ["What staff would say stands in tests/agent, which is not here."])
    intents = read_intents(INTENTS)
    halves = {"held out": True, "tuned on": False}
    return Told(
        [
            Ratio("found", f"recall at 5, the half {name}", recall_of(intents, is_held_out), 0.95)
            for name, is_held_out in halves.items()
        ],
        [],
    )


def recall_of(intents: Sequence[Any], is_held_out: bool) -> float:
    return recall(intent for intent in intents if intent.is_held_out == is_held_out)


def shown(tell: Tell) -> Told:
    """Tokens of tools in a request, over the scenarios, beside a list of every operation."""
    tokens.install()
    tell("Playing the scenarios.")
    with (
        tempfile.TemporaryDirectory(dir=FOLDER, prefix="run-") as folder,
        SQLiteDatabases(Path(folder)).fresh() as url,
        sandbox(Path(folder), url) as sandbox_url,
    ):
        played = json.loads(run([sys.executable, "-m", "agent.bench.scenarios", sandbox_url], url))
    requests = [names for one in played for names in one["shown"]]
    naive, whole, *each = tokens.count(
        [tokens.naive(), tokens.whole(), *(tokens.named(names) for names in requests)]
    )
    passed = sum(one["is_passed"] for one in played) / len(played)
    return Told(
        [
            Ratio("tokens", "scenarios passed", passed, 1),
            Ratio(
                "tokens",
                "mean of a request, share of naive",
                sum(each) / len(each) / naive,
                0.08,
                at_most=True,
            ),
            Ratio("tokens", "every tool shown, share of naive", whole / naive, 0.5, at_most=True),
        ],
        [f"Failed: {one['text']}" for one in played if not one["is_passed"]],
    )


def chats(tell: Tell, *, peer: bool, rounds: int) -> list[Ratio]:
    """All ways in turn, as often as asked for; medians of each."""
    if peer:
        make_environment(PEER_VENV, PEER_PACKAGES, tell)
    ways = [way for way in WAYS if peer or way != "langgraph"]
    cpu: dict[str, list[float]] = {way: [] for way in ways}
    first: dict[str, list[float]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix="run-") as folder, endpoint() as url:
        databases = SQLiteDatabases(Path(folder))
        for _ in range(rounds):
            for way in ways:
                with databases.fresh() as database_url:
                    alone = chat(way, database_url, {"url": url, **ALONE})
                with databases.fresh() as database_url:
                    many = chat(way, database_url, {"url": url, **MANY})
                tell(f"Chatted by {WAYS[way]}.")
                cpu[way].append(alone["cpu_ms"])
                first[way].append(many["first_word_ms"])
    return list(ratios_of({way: median(cpu[way]) for way in ways}, {way: median(first[way]) for way in ways}))


def ratios_of(cpu: dict[str, float], first: dict[str, float]) -> Iterator[Ratio]:
    for way in ("requests", "turns"):
        for other, wanted in (("bare", 0.35), ("langgraph", 0.2)):
            if other in cpu:
                name = f"{WAYS[way]}, processor time, share of {WAYS[other]}"
                yield Ratio("loop", name, cpu[way] / cpu[other], wanted, at_most=True)
        name = f"{WAYS[way]}, first word of fifty at once, share of {WAYS['bare']}"
        yield Ratio("loop", name, first[way] / first["bare"], 0.25, at_most=True)


def chat(way: str, database_url: str, asked: dict[str, Any]) -> dict[str, float]:
    if way == "langgraph":
        command = [str(PEER_VENV / "bin" / "python"), str(PEER_SCRIPT)]
    else:
        command = [sys.executable, "-m", "agent.bench.chatting", way]
    return json.loads(run([*command, json.dumps(asked)], database_url))


def run(command: list[str], database_url: str) -> str:
    done = subprocess.run(
        command,
        cwd=settings.ROOT,
        env=environment(database_url),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


@contextmanager
def endpoint() -> Iterator[str]:
    """The model that needs no time to think, as a process of its own."""
    port = free_port()
    with serving([sys.executable, "-m", "agent.bench.model", str(port)], port, dict(os.environ)):
        yield f"http://127.0.0.1:{port}/v1"


@contextmanager
def sandbox(folder: Path, database_url: str) -> Iterator[str]:
    """The local vendors and the scripted model, as the demo has them."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "console.asgi:application", "--port", str(port)]
    mounted = {"MOUNT_SANDBOX": "true", "SANDBOX_STATE": str(folder / "vendors.sqlite3")}
    environ = {**environment(database_url), **mounted}
    with serving([*command, "--lifespan", "off", "--log-level", "critical"], port, environ):
        yield f"http://127.0.0.1:{port}/sandbox"


@contextmanager
def serving(command: list[str], port: int, environ: Mapping[str, str]) -> Iterator[subprocess.Popen]:
    """A process that answers on the port, for as long as the block lasts."""
    process = subprocess.Popen(command, cwd=settings.ROOT, env=environ)
    try:
        while process.poll() is None:
            try:
                create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            raise RuntimeError("What is to be measured against did not start.")
        yield process
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
