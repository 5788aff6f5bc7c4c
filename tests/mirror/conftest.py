import pytest

from console.connections.models import Connection


def make_connection(connector: str, name: str) -> Connection:
    """An account at an address where nobody answers."""
    return Connection.objects.create(
        slug=connector, connector=connector, name=name, base_url="http://127.0.0.1:9", is_sandbox=True
    )


@pytest.fixture
def billsby(db) -> Connection:
    return make_connection("billsby", "Billsby")


@pytest.fixture
def bill(db) -> Connection:
    return make_connection("bill", "BILL")
