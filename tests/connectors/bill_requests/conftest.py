"""One sandbox and one client for all rows of a table."""

from collections.abc import Iterator

import pytest

from connectors.sandbox.client import SandboxControl
from connectors.transport import Client
from tests.connectors.bill_account import make_client


@pytest.fixture(scope="module")
def books(sandbox_control: SandboxControl) -> SandboxControl:
    sandbox_control.reset()
    sandbox_control.clear_faults()
    return sandbox_control


@pytest.fixture(scope="module")
def line(books: SandboxControl, sandbox_url: str) -> Iterator[Client]:
    client = make_client(sandbox_url)
    yield client
    client.close()
