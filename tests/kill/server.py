"""The very same server, or worker, that kills itself at one point of an execution.

`python -m tests.kill.server serve PORT` or `… work`, with COUNTERSIGN_KILL_AT naming a function of
`console/approvals/`: "before:execution.mark_sent", "after:ending.confirm", "after:execution.send_write#2"
(its second call). Product code knows nothing of this.
"""

import functools
import importlib
import itertools
import os
import re
import signal
import sys
from collections.abc import Callable
from typing import Any

import django


def arm(point: str) -> None:
    """Replace the named function by one that kills this process around its call."""
    when, module_name, name, nth = re.fullmatch(r"(before|after):(\w+)\.(\w+)(?:#(\d+))?", point).groups()
    module = importlib.import_module(f"console.approvals.{module_name}")
    setattr(module, name, deadly(getattr(module, name), when, int(nth or 1)))


def deadly(function: Callable[..., Any], when: str, nth: int) -> Callable[..., Any]:
    calls = itertools.count(1)

    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        is_due = next(calls) == nth
        if is_due and when == "before":
            die()
        result = function(*args, **kwargs)
        if is_due:
            die()
        return result

    return call


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def serve(port: int) -> None:
    import uvicorn

    uvicorn.run("console.asgi:application", port=port, log_level="warning", access_log=False)


def work() -> None:
    from console.celery import app
    from tests.processes import WORKER_OPTIONS

    app.worker_main(["worker", *WORKER_OPTIONS])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
    django.setup()
    arm(os.environ["COUNTERSIGN_KILL_AT"])
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        work()
