"""The vendors as their own clients see them, and as the console's judges do."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.transport import Account, Client, Patience
from tests.connectors.bill_account import make_client, reader
from tests.connectors.bill_desk import BillDesk
from tests.connectors.billsby_account import API_KEY, BillsbyAccount
from tests.connectors.billsby_desk import Desk


@pytest.fixture
def billsby(sandbox, sandbox_url: str) -> Iterator[BillsbyAccount]:
    account = BillsbyAccount(sandbox_url)
    yield account
    account.close()


@pytest.fixture
def desk(sandbox, sandbox_url: str) -> Iterator[Desk]:
    account = Account(
        connector="billsby",
        name="Halden",
        base_url=f"{sandbox_url}/billsby",
        credentials={"api_key": API_KEY},
        injected={"companyDomain": "halden"},
    )
    client = Client(account, timeout_s=5, patience=Patience(first_s=0.01))
    yield Desk(client)
    client.close()


@pytest.fixture
def bill_desk(sandbox, sandbox_url: str) -> Iterator[BillDesk]:
    client = make_client(sandbox_url)
    yield BillDesk(client, reader(client))
    client.close()


@pytest.fixture
def story(sandbox) -> Callable[[str], dict[str, Any]]:
    return sandbox.stories().__getitem__
