"""Processes of ours that begin with their imports behind them, which else cost each of them two seconds.

One process beside each that runs tests has imported `tests.preloaded`, starts no thread, and forks whatever a
test starts. Settings, models and connections are the new process's own: it reads them from its environment.
"""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.preloaded"])


def fork(module: str, arguments: list[str], *, environ: Mapping[str, str], log: Path) -> BaseProcess:
    """Start `python -m module arguments…`; it ends at the latest with the process that asked for it."""
    process = _forks.Process(target=become, args=(module, arguments, dict(environ), log), daemon=True)
    process.start()
    return process


def become(module: str, arguments: list[str], environ: dict[str, str], log: Path) -> None:
    assert "console.settings" not in sys.modules, "settings of another process would hold in this one"
    os.environ.clear()
    os.environ.update(environ)
    with log.open("ab") as end:
        os.dup2(end.fileno(), 1)
        os.dup2(end.fileno(), 2)
    sys.stdout.reconfigure(line_buffering=True)
    sys.argv[:] = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
