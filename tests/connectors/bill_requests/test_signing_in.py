"""What BILL is asked about our sign-in; what changes it is the connection's own affair."""

import pytest

from connectors.catalogue import catalogue, find_operation
from connectors.sandbox.client import SandboxControl
from connectors.transport import read
from tests.connectors.bill_account import make_client

OF_THE_CONNECTION = (
    "bill_login",
    "bill_logout",
    "bill_create_mfa_challenge",
    "bill_validate_mfa_challenge",
    "bill_create_mfa_setup",
    "bill_validate_mfa_setup",
    "bill_step_up_session",
    "bill_v2_login",
    "bill_v2_logout",
    "bill_v2_list_orgs",
    "bill_v2_create_mfa_challenge",
    "bill_v2_validate_mfa_challenge",
)
READS = [
    ("bill_get_session", "/connect/v3/login/session"),
    ("bill_list_mfa_phones", "/connect/v3/mfa/phones"),
]


@pytest.mark.parametrize("name", OF_THE_CONNECTION)
def test_signing_in_is_listed_and_never_offered(name: str) -> None:
    bill = catalogue("bill")

    assert name not in bill
    assert bill.off[name].off.endswith(".")


@pytest.mark.parametrize(("name", "path"), READS)
def test_what_is_read_of_our_sign_in(sandbox: SandboxControl, sandbox_url: str, name: str, path: str) -> None:
    operation = find_operation(name)
    built = operation.request({}, {})
    client = make_client(sandbox_url)
    answer = read(client, operation, {}).data
    client.close()

    assert (built.method, built.path, built.query, built.body) == ("GET", path, "", "")
    assert isinstance(answer, dict)
