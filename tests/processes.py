"""Real processes for tests: the local vendors, the console's server, and on Redis its worker and beat.

    with sandbox(folder) as vendors, console(database_url) as running:
        httpx.get(f"{running.url}/healthz")
        running.server.kill()      # -9
        running.server.start()     # same command, same port, same database

The test process and the server share the database and, through the environment, the keys. Each log's end is
printed when its process is let go of, which pytest shows for tests that failed.
"""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import TypeVar

import httpx

from console.celery import app
from tests import environment
from tests.forking import fork

LAST_LINES = 40
Found = TypeVar("Found")


class Process:
    """One command that can be started, killed and started again. Its output goes to `log`.

    command: a module and its arguments, as they would follow `python -m`.
    answers_at: a URL that answers 200 once the process is of use; "" when nobody asks it anything.
    """

    def __init__(
        self, name: str, command: list[str], *, environ: Mapping[str, str] | None = None, answers_at: str = ""
    ) -> None:
        self.name, self.command, self.answers_at = name, command, answers_at
        self.environ = {**os.environ, "LOG_LEVEL": "INFO", **(environ or {})}
        self.log = environment.folder / f"{name}.log"
        self._running: BaseProcess | None = None

    @property
    def pid(self) -> int:
        assert self._running, f"{self.name} was not started"
        return self._running.pid

    def start(self, *, within_s: float = 60) -> None:
        """Start, and wait until it answers."""
        self.begin()
        if self.answers_at:
            wait_for(self._answers, f"{self.name} to answer", within_s=within_s)

    def begin(self) -> None:
        """Start, and wait for nothing."""
        assert self._running is None, f"{self.name} runs already"
        module, *arguments = self.command
        self._running = fork(module, arguments, environ=self.environ, log=self.log)

    def kill(self) -> None:
        """Kill -9, at once."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end; kill it if it does not."""
        self._end(signal.SIGTERM)

    def wait_until_dead(self, *, within_s: float = 60) -> int:
        """Wait for it to end by itself; answers its return code (-9 when it was killed)."""
        assert self._running, f"{self.name} was not started"
        self._running.join(within_s)
        code = self._running.exitcode
        assert code is not None, f"{self.name} still lives after {within_s:g} s"
        self._running = None
        return code

    def tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join([f"--- {self.name} ({self.log})", *lines[-LAST_LINES:]])

    def _answers(self) -> bool:
        if self._running is None or not self._running.is_alive():
            raise AssertionError(f"{self.name} ended before it answered\n{self.tail()}")
        try:
            return httpx.get(self.answers_at, timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._running is None:
            return
        if self._running.is_alive():
            os.kill(self.pid, how)
        self._running.join(5)
        self._running.kill()  # if it still lives
        self._running.join()
        self._running = None


@contextmanager
def running(process: Process) -> Iterator[Process]:
    """The process, started; stopped at the end, whatever happened to it meanwhile."""
    try:
        process.start()
        yield process
    finally:
        process.stop()
        print(process.tail())


@contextmanager
def sandbox() -> Iterator[str]:
    """The local vendors as a process of their own; gives their base URL."""
    port = free_port()
    state = environment.folder / f"sandbox-{port}.sqlite3"
    url = f"http://127.0.0.1:{port}"
    command = ["connectors.sandbox", "--port", str(port), "--state", str(state)]
    with running(Process(f"sandbox-{port}", command, answers_at=f"{url}/control/clock")):
        yield url


@dataclass(frozen=True)
class Console:
    """A running console. worker: whoever executes; on one machine that is the server itself."""

    url: str
    server: Process
    worker: Process


@contextmanager
def console(database_url: str, *, scripted_model: bool = True, **environ: str) -> Iterator[Console]:
    """The console on this database: one process on SQLite; on Redis also a worker and beat.

    scripted_model: whether the chat's model is the scripted one, in the server itself. Its control path is
    `{url}/sandbox/model/v1/control/turns`. environ: changes to the environment of all of them.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    shared = {"DATABASE_URL": database_url, **environ}
    if scripted_model:
        shared = {**model_environment(url, port), **shared}
    server = Process(f"server-{port}", server_command(port), environ=shared, answers_at=f"{url}/healthz")
    with ExitStack() as stack:
        if not has_redis():
            stack.enter_context(running(server))
            yield Console(url, server, server)
            return
        forget_messages()
        worker = Process(f"worker-{port}", WORKER_COMMAND, environ=shared)
        for process in (server, worker, beat(f"beat-{port}", shared)):
            stack.enter_context(running(process))
        yield Console(url, server, worker)


WORKER_OPTIONS = ["--pool=threads", "--concurrency=4", "--without-gossip", "--without-mingle"]
WORKER_COMMAND = ["celery", "-A", "console.celery", "worker", *WORKER_OPTIONS]


def server_command(port: int) -> list[str]:
    where = ["--host", "127.0.0.1", "--port", str(port)]
    quiet = ["--log-level", "warning", "--no-access-log"]
    return ["uvicorn", "console.asgi:application", *where, *quiet]


def beat(name: str, environ: Mapping[str, str]) -> Process:
    return Process(name, ["celery", "-A", "console.celery", "beat"], environ=environ)


def model_environment(url: str, port: int) -> dict[str, str]:
    return {
        "MOUNT_SANDBOX": "true",
        "SANDBOX_STATE": str(environment.folder / f"mounted-{port}.sqlite3"),
        "MODEL_BASE_URL": f"{url}/sandbox/model/v1",
        "MODEL_API_KEY": "test",
        "MODEL_NAME": "countersign-scripted",
        "MODEL_IS_SCRIPTED": "true",
    }


def has_redis() -> bool:
    return bool(os.environ.get("REDIS_URL"))


def forget_messages() -> None:
    """Drop rings that earlier tests left at the broker: their ids belong to other databases."""
    app.control.purge()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(condition: Callable[[], Found], what: str, *, within_s: float = 60) -> Found:
    """The first true answer of `condition`; fails when there was none in time."""
    deadline = time.monotonic() + within_s
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {within_s:g} s in vain for {what}")
        time.sleep(0.05)
    return found
