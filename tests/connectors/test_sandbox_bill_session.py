"""Signing in to the sandbox's BILL, sessions that end, and the limits."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import LOGIN, ORGANIZATION, BillAccount


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    account = BillAccount(sandbox_url)
    yield account
    account.close()


def test_a_login_answers_a_session_of_the_organization(bill: BillAccount) -> None:
    answer = bill.log_in().json()

    assert set(answer) == {"sessionId", "organizationId", "userId", "trusted"}
    assert bill.read("/login/session")["organizationId"] == ORGANIZATION


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "wrong"}, "BDC_1101"),
        ({"devKey": "wrong"}, "BDC_1102"),
        ({"organizationId": "00801OTHER0000000000"}, "BDC_1123"),
    ],
)
def test_wrong_credentials_are_refused_with_their_code(bill: BillAccount, changes: dict, code: str) -> None:
    response = bill.log_in(**changes)

    assert response.status_code == 401
    assert response.json()[0]["code"] == code


def test_the_spelling_of_the_old_login_is_not_understood(bill: BillAccount) -> None:
    response = bill.http.post(
        "/connect/v3/login", json={"userName": LOGIN["username"], "orgId": ORGANIZATION}
    )

    assert response.status_code == 400
    assert [error["message"] for error in response.json()][0] == "username: must not be null"


def test_a_session_ends_after_35_idle_minutes(bill: BillAccount, sandbox: SandboxControl) -> None:
    sandbox.advance(35 * 60 + 1)

    response = bill.get("/customers")

    assert response.status_code == 401
    assert response.json()[0]["code"] == "BDC_1109"


def test_every_call_starts_the_idle_time_anew(bill: BillAccount, sandbox: SandboxControl) -> None:
    for _ in range(3):
        sandbox.advance(34 * 60)
        assert bill.get("/customers/unknown").status_code == 404


def test_a_session_belongs_to_the_key_that_made_it(bill: BillAccount) -> None:
    response = bill.http.get("/connect/v3/customers", headers=bill.headers | {"devKey": "another"})

    assert response.status_code == 401
    assert response.json()[0]["code"] == "BDC_1102"


def test_logout_answers_nothing_and_ends_the_session(bill: BillAccount) -> None:
    response = bill.post("/logout")

    assert (response.status_code, response.content) == (200, b"")
    assert bill.get("/login/session").status_code == 401


def test_an_unknown_path_is_not_supported(bill: BillAccount) -> None:
    assert bill.get("/session").json()[0]["code"] == "BDC_1121"


def test_a_fourth_request_at_once_is_refused(bill: BillAccount, sandbox: SandboxControl) -> None:
    sandbox.delay(seconds=0.4, times=3, connector="bill", operation="get_session")

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: bill.get("/login/session"), range(4)))

    refused = [answer for answer in answers if answer.status_code != 200]
    assert [answer.json()[0]["code"] for answer in refused] == ["BDC_1322"]


def test_the_hourly_limit_is_told_by_its_code_and_ends_with_the_hour(
    bill: BillAccount, sandbox: SandboxControl
) -> None:
    sandbox.settings(bill_requests_per_hour=0)
    refused = bill.get("/customers")
    sandbox.settings(bill_requests_per_hour=20_000)

    assert refused.status_code == 400
    assert refused.json()[0]["code"] == "BDC_1144"
    assert bill.get("/customers").status_code == 200


def test_logins_have_a_limit_of_their_own(bill: BillAccount, sandbox: SandboxControl) -> None:
    sandbox.settings(bill_logins_per_hour=1)
    assert bill.log_in().json()[0]["code"] == "BDC_1144"

    sandbox.advance(3600)

    assert bill.log_in().status_code == 200
    sandbox.settings(bill_logins_per_hour=200)
