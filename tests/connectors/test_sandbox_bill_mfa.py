"""The sandbox's second factor: codes, remembered devices, trusted sessions; OAuth; and what it counts."""

from collections.abc import Iterator

import pytest

from connectors.sandbox.client import SandboxControl
from tests.connectors.bill_account import BillAccount

REMEMBERED = {"rememberMeId": "sandbox-remember-me", "device": "countersign-demo"}
DAY_S = 24 * 3600


@pytest.fixture
def bill(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillAccount]:
    account = BillAccount(sandbox_url)
    yield account
    account.close()


def challenge(bill: BillAccount) -> str:
    return bill.post("/mfa/challenge", {"useBackup": False}).json()["challengeId"]


def entered(bill: BillAccount, challenge_id: str, **changes: object):
    body = {"challengeId": challenge_id, "token": "123456", "device": "desk-7", "machineName": "Desk"}
    return bill.post("/mfa/challenge/validate", body | {"rememberMe": True} | changes)


def mfa_status(bill: BillAccount) -> str:
    return bill.read("/login/session")["mfaStatus"]


def test_a_login_is_not_trusted_until_a_code_was_entered(bill: BillAccount) -> None:
    assert (bill.log_in().json()["trusted"], mfa_status(bill)) == (False, "DISABLED")

    entered(bill, challenge(bill))

    assert mfa_status(bill) == "COMPLETE"


def test_a_remembered_device_signs_in_trusted_for_thirty_days(
    bill: BillAccount, sandbox: SandboxControl
) -> None:
    remember_me_id = entered(bill, challenge(bill)).json()["rememberMeId"]
    given = {"rememberMeId": remember_me_id, "device": "desk-7"}
    assert bill.log_in(**given).json()["trusted"] is True

    sandbox.advance(31 * DAY_S)

    assert bill.log_in(**given).json()["trusted"] is False


@pytest.mark.parametrize("changes", [{"device": "another"}, {"rememberMeId": "another"}])
def test_what_was_remembered_belongs_to_its_device(bill: BillAccount, changes: dict) -> None:
    assert bill.log_in(**REMEMBERED | changes).json()["trusted"] is False


def test_a_session_steps_up_with_what_is_remembered(bill: BillAccount) -> None:
    assert bill.post("/mfa/step-up", REMEMBERED).json() == {"trusted": True}
    assert mfa_status(bill) == "COMPLETE"


def test_wrong_codes_are_refused_and_after_five_the_right_one_too(bill: BillAccount) -> None:
    challenge_id = challenge(bill)
    for _ in range(5):
        assert entered(bill, challenge_id, token="000000").status_code == 400
    assert entered(bill, challenge_id).json()[0]["code"] == "BDC_1358"
    assert mfa_status(bill) == "DISABLED"


def test_a_code_grows_old(bill: BillAccount, sandbox: SandboxControl) -> None:
    challenge_id = challenge(bill)
    sandbox.advance(11 * 60)
    assert entered(bill, challenge_id).json()[0]["code"] == "BDC_1356"


def test_a_long_name_of_a_device_is_refused(bill: BillAccount) -> None:
    assert entered(bill, challenge(bill), device="d" * 49).json()[0]["code"] == "BDC_1143"


def test_a_sixth_message_in_a_minute_is_refused(bill: BillAccount, sandbox: SandboxControl) -> None:
    sandbox.settings(bill_messages_per_minute=5)
    sandbox.advance(60 - sandbox.now().second)  # so that all fall into one minute
    answers = [bill.post("/mfa/challenge", {"useBackup": False}).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_a_phone_is_added_by_its_code(bill: BillAccount) -> None:
    given = {"phone": "4155550134", "type": "TEXT", "primary": True}
    setup_id = bill.post("/mfa/setup", given).json()["setupId"]
    answer = bill.post("/mfa/setup/validate", {"setupId": setup_id, "type": "TEXT", "token": "123456"})
    assert answer.json() == {"status": "SUCCESS"}
    assert bill.read("/mfa/phones")["results"][0]["last4digits"] == "0134"


def test_oauth_is_not_offered_unless_the_setting_says_so(bill: BillAccount) -> None:
    assert bill.http.post("/authx/token", data={"grant_type": "client_credentials"}).status_code == 404


def test_a_token_serves_for_an_hour(bill: BillAccount, sandbox: SandboxControl) -> None:
    sandbox.settings(bill_oauth=True)
    form = {"client_id": "sandbox-client", "client_secret": "sandbox-client-secret"}
    token = bill.http.post("/authx/token", data={"grant_type": "client_credentials", **form}).json()
    headers = {"authorization": f"Bearer {token['access_token']}"}
    assert bill.http.get("/connect/v3/customers", headers=headers).status_code == 200

    sandbox.advance(token["expires_in"] + 1)

    assert bill.http.get("/connect/v3/customers", headers=headers).status_code == 401


def test_refused_calls_and_sign_ins_are_counted_too(bill: BillAccount, sandbox: SandboxControl) -> None:
    bill.log_in(password="wrong")
    bill.http.get("/connect/v3/customers")
    assert (sandbox.counted("bill.logins"), sandbox.counted("bill.calls")) == (2, 3)
    assert sandbox.most_at_once("bill") == 1
