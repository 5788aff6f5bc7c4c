"""The sandbox as a process of its own, and what is left of it after a kill."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import BillsbyAccount

ALICE, INVOICE = "7KQ2M9XTRB", "7KQ2M9XTRB-3"


@contextmanager
def running(state_file: Path) -> Iterator[tuple[subprocess.Popen, str]]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "connectors.sandbox", "--port", str(port), "--state", str(state_file)]
    process = subprocess.Popen(command)
    try:
        wait_until_it_answers(process, port)
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def wait_until_it_answers(process: subprocess.Popen, port: int) -> None:
    transport = httpx.HTTPTransport(retries=8)  # waits 0.5, 1, 2, … seconds between connections
    with httpx.Client(transport=transport) as client:
        client.get(f"http://127.0.0.1:{port}/control/clock").raise_for_status()
    assert process.poll() is None


def test_an_effect_outlives_a_kill_of_the_process(tmp_path: Path) -> None:
    state_file = tmp_path / "sandbox.sqlite3"
    with running(state_file) as (process, url):
        account = BillsbyAccount(url)
        account.retry(INVOICE)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        account.close()

    with running(state_file) as (_process, url), SandboxControl(url) as control:
        account = BillsbyAccount(url)
        assert [line["record"] for line in control.effects()] == [INVOICE]
        assert account.invoice(INVOICE)["status"] == "Paid"
        account.close()


def test_twenty_reads_at_once_all_answer(sandbox: SandboxControl, sandbox_url: str) -> None:
    account = BillsbyAccount(sandbox_url)

    def read(number: int) -> int:
        return account.get("/halden/companies/invoices", page=number % 3 + 1, pageSize=100).status_code

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(read, range(60))) == {200}
    account.close()


def test_writes_at_once_are_counted_one_by_one(sandbox: SandboxControl, sandbox_url: str) -> None:
    account = BillsbyAccount(sandbox_url)

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda _turn: account.charge(ALICE, 100), range(20)))

    numbers = [row["invoiceNumber"] for row in account.customer_invoices(ALICE)]
    account.close()
    assert sorted(int(number.partition("-")[2]) for number in numbers) == list(range(1, 24))


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_the_books_of_a_seed_are_consistent(sandbox: SandboxControl, sandbox_url: str, seed: int) -> None:
    sandbox.reset(seed=seed)
    account = BillsbyAccount(sandbox_url)
    story = sandbox.stories()["spend"]
    paid: dict[str, int] = {}
    for invoice in account.customer_invoices(story["customerUniqueId"]):
        if invoice["createdOn"].startswith(str(story["year"])):
            paid[invoice["currency"]] = paid.get(invoice["currency"], 0) + invoice["amount"]
    account.close()

    assert paid == story["paid_minor"]
