"""From a fresh clone to a running command, with the standard library alone.

`enter` makes `.venv`, installs the hash-locked requirements into it, and runs the command there, whatever
other environment is active. COUNTERSIGN_ENV=ready (containers) leaves it in the one where it was started.
"""

from __future__ import annotations  # a Python too old must get as far as the sentence that says so

import hashlib
import os
import secrets
import shutil
import subprocess
import sys
from base64 import urlsafe_b64encode
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
DEMO_ENV = ROOT / "var" / "demo.env"
OLDEST_PYTHON = (3, 11)


def enter(argv: list[str]) -> None:
    """Make sure that this process runs with what the command in `argv` needs."""
    if sys.version_info < OLDEST_PYTHON:
        stop(f"Countersign needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    command = argv[1] if len(argv) > 1 else ""
    if os.environ.get("COUNTERSIGN_ENV") != "ready":
        if Path(sys.prefix).resolve() != VENV.resolve():
            make_venv()
            restart(VENV_PYTHON, str(ROOT / "manage.py"), *argv[1:])
        install(ROOT / ("requirements-test.txt" if command == "test" else "requirements.txt"))
    if command == "test":
        # Tests make their own environment, so pytest starts before any settings are read.
        restart(Path(sys.executable), "-m", "pytest", *parallel(argv[2:]), *argv[2:])
    if command == "demo":
        write_demo_environment()
    load_demo_environment()


def parallel(arguments: list[str]) -> list[str]:
    """The whole suite runs on every core; a chosen part of it runs where its output can be followed.

    One process more than there are cores: some tests wait for browsers and servers.
    """
    chosen = any(not argument.startswith("-") for argument in arguments)
    processes = (os.cpu_count() or 1) + 1
    return [] if chosen else [f"--numprocesses={processes}", "--dist=loadfile", "--no-loadscope-reorder"]


def restart(python: Path, *arguments: str) -> NoReturn:
    os.chdir(ROOT)
    os.execv(python, [str(python), *arguments])


def make_venv() -> None:
    if VENV_PYTHON.exists():
        return
    say("Making Countersign's environment in .venv (first start only).")
    uv = shutil.which("uv")
    try:
        if uv:
            run(uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV)
        else:
            run(sys.executable, "-m", "venv", "--clear", VENV)
    except subprocess.CalledProcessError:
        stop("Python's venv module is missing or broken. Install python3-venv, or uv, and run this again.")


def install(lock: Path) -> None:
    """Install a lock into this .venv unless it, or the test lock (a superset), already stands there."""
    stamp = VENV / "countersign-stamp"
    wanted = fingerprint(lock)
    accepted = {wanted, fingerprint(ROOT / "requirements-test.txt")}
    if stamp.exists() and stamp.read_text().strip() in accepted:
        return
    say("Installing its packages.")
    uv = shutil.which("uv")
    try:
        if uv:
            run(uv, "pip", "sync", "--quiet", "--require-hashes", "--python", sys.executable, lock)
        else:
            if not find_spec("pip"):
                run(sys.executable, "-m", "ensurepip")
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            run(*pip, "--no-deps", "--require-hashes", "-r", lock)
    except subprocess.CalledProcessError:
        stop("The packages could not be installed. Is there a network connection? Nothing was started.")
    stamp.write_text(wanted + "\n")


def fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)


def write_demo_environment() -> None:
    """Keep the demo's own secrets under var/, made once, never in the repository."""
    if DEMO_ENV.exists() or "SECRET_KEY" in os.environ:
        return
    DEMO_ENV.parent.mkdir(exist_ok=True)
    lines = {
        "DEMO": "true",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "VAULT_KEY": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": f"sqlite:///{ROOT / 'var' / 'countersign.sqlite3'}",
        "AUDIT_SIGNING_KEY_FILE": str(ROOT / "var" / "audit-signing-key.pem"),
        "AUDIT_CHECKPOINT_COPY": str(ROOT / "var" / "audit-checkpoints.jsonl"),
        "PROBE_SCHEDULE_S": "1,2,4,8,15,60,300",
    }
    write_secret(DEMO_ENV, "".join(f"{name}={value}\n" for name, value in lines.items()))


def write_secret(path: Path, text: str) -> None:
    """Write a file that its owner alone may read; it is there with all its text, or not at all."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)


def load_demo_environment() -> None:
    """Let every command see the demo's data; a real environment (SECRET_KEY set) wins whole."""
    if "SECRET_KEY" in os.environ or not DEMO_ENV.exists():
        return
    for line in DEMO_ENV.read_text().splitlines():
        name, _, value = line.partition("=")
        if name:
            os.environ.setdefault(name, value)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def stop(text: str) -> NoReturn:
    say(text)
    raise SystemExit(2)
