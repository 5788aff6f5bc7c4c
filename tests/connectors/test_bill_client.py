"""Speaking to BILL: one sign-in for many, sessions that end, two interfaces, and refusals told apart."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.bill.trust import enter_code, send_code
from connectors.catalogue import Request, find_operation
from connectors.errors import (
    BadReplyError,
    NotConfiguredError,
    NotFoundError,
    NotSentError,
    NotTrustedError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    SessionExpiredError,
    VendorDownError,
    VendorError,
)
from connectors.registry import connector
from connectors.sandbox.client import SandboxControl
from connectors.transport import Account, Client, make_ready, send_write
from tests.connectors.bill_account import make_client, reader

LOGINS_PER_HOUR = 200


@pytest.fixture
def client(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Client]:
    made = make_client(sandbox_url)
    yield made
    made.close()


@pytest.fixture
def client_with(sandbox: SandboxControl, sandbox_url: str) -> Iterator[Callable[..., Client]]:
    """Makes clients with other credentials."""
    with ExitStack() as stack:

        def make(**credentials: str) -> Client:
            return stack.enter_context(closing(make_client(sandbox_url, **credentials)))

        yield make


def request(name: str, /, **arguments: Any) -> Request:
    operation = find_operation(name)
    return operation.request(operation.arguments(arguments), {})


def new_customer(name: str = "Acme") -> Request:
    return request("bill_create_customer", name=name, email="ap@acme.example")


def told(code: str, message: str = "No.") -> str:
    return json.dumps([{"timestamp": "2026-11-01T00:00:00.000+00:00", "code": code, "message": message}])


def test_many_threads_sign_in_once(client: Client, sandbox: SandboxControl) -> None:
    sandbox.settings(bill_logins_per_hour=1)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: reader(client)("bill_get_session", {}), range(16)))

    sandbox.settings(bill_logins_per_hour=LOGINS_PER_HOUR)
    assert {answer["organizationId"] for answer in answers} == {"00801HALDEN000000000"}


def test_many_threads_renew_an_ended_session_once(client: Client, sandbox: SandboxControl) -> None:
    read = reader(client)
    read("bill_get_session", {})
    sandbox.advance(36 * 60)
    sandbox.advance(3600)  # a new hour, whose sign-ins are counted from zero
    sandbox.settings(bill_logins_per_hour=1)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: read("bill_get_session", {}), range(12)))

    sandbox.settings(bill_logins_per_hour=LOGINS_PER_HOUR)
    assert len(answers) == 12


def test_a_write_with_an_ended_session_was_not_sent_and_the_next_signs_in(
    client: Client, sandbox: SandboxControl
) -> None:
    reader(client)("bill_get_session", {})
    sandbox.advance(36 * 60)

    with pytest.raises(SessionExpiredError):
        send_write(client, new_customer())
    assert send_write(client, new_customer()).status == 201

    assert [line["took"] for line in sandbox.effects(operation="create_customer")] == [False, True]


def test_the_bytes_sent_are_the_bytes_built(client: Client, sandbox: SandboxControl) -> None:
    built = request("bill_create_customer", name='Bäckerei "Ö" & Söhne', email="ap@oe.example")
    send_write(client, built)

    (effect,) = sandbox.effects(operation="create_customer")
    assert effect["request"] == {
        "method": "POST",
        "path": built.path,
        "query": built.query,
        "body": built.body,
    }


def test_the_old_interface_has_its_credentials_filled_in_when_sent(
    client: Client, sandbox: SandboxControl
) -> None:
    built = request("bill_v2_create_customer", name="{devKey} & {sessionId}")
    made = send_write(client, built).data

    assert made["name"] == "{devKey} & {sessionId}"
    assert built.body.startswith("devKey={devKey}&sessionId={sessionId}&data=")
    (effect,) = sandbox.effects(operation="v2_create_customer")
    assert effect["request"]["body"] == built.body


def test_a_list_of_the_old_interface_goes_on_where_it_ended(client: Client) -> None:
    read = reader(client)
    first = read("bill_v2_list_customers", {"limit": 10})
    second = read("bill_v2_list_customers", {"limit": 10, "after": first.next})

    assert len({row["id"] for row in [*first, *second]}) == 20


def test_each_interface_has_its_own_host() -> None:
    dialect = connector("bill").dialect
    account = Account("bill", "BILL", "https://v3.example", {}, bases={"v2": "https://v2.example"})

    assert dialect.base_url(account, "/connect/v3/customers") == "https://v3.example"
    assert dialect.base_url(account, "/api/v2/List/Customer.json") == "https://v2.example"


@pytest.mark.parametrize("name", ["username", "password", "dev_key", "organization_id"])
def test_an_account_that_lacks_a_credential_is_not_configured(
    client_with: Callable[..., Client], name: str
) -> None:
    with pytest.raises(NotConfiguredError, match=name.replace("_", " ")):
        reader(client_with(**{name: ""}))("bill_get_session", {})


def test_a_wrong_password_is_said_once_and_not_tried_again(
    client_with: Callable[..., Client], sandbox: SandboxControl
) -> None:
    client = client_with(password="wrong-password")
    sandbox.settings(bill_logins_per_hour=1)

    with pytest.raises(NotConfiguredError) as caught:
        reader(client)("bill_get_session", {})

    sandbox.settings(bill_logins_per_hour=LOGINS_PER_HOUR)
    assert caught.value.code == "BDC_1101"
    assert "wrong-password" not in str(caught.value)


def test_a_sign_in_that_got_lost_sent_nothing(client: Client, sandbox: SandboxControl) -> None:
    sandbox.drop_reply(connector="bill", operation="login")

    with pytest.raises(NotSentError):
        send_write(client, new_customer())

    assert sandbox.effects(operation="create_customer") == []


def test_the_hourly_limit_lasts_to_the_next_clock_hour(client: Client, sandbox: SandboxControl) -> None:
    reader(client)("bill_get_session", {})
    sandbox.settings(bill_requests_per_hour=0)

    with pytest.raises(RateLimitedError) as caught:
        send_write(client, new_customer())

    sandbox.settings(bill_requests_per_hour=20_000)
    until = caught.value.until
    assert until is not None
    assert until - datetime.now(UTC) <= timedelta(hours=1)
    assert round(until.timestamp()) % 3600 == 0


@pytest.mark.parametrize(
    ("status", "body", "error", "sentence"),
    [
        (400, told("BDC_1322"), RateLimitedError, "BILL is busy with other calls of ours."),
        (429, told("BDC_1322"), RateLimitedError, "BILL is busy with other calls of ours."),
        (429, "", RateLimitedError, "BILL takes no more calls for now."),
        (401, told("BDC_1109"), SessionExpiredError, "BILL has ended our session; nothing was done."),
        (404, told("BDC_1205", "Gone"), NotFoundError, "BILL has no such record: “Gone”"),
        (
            422,
            told("BDC_1171", "INV-1"),
            RefusedError,
            "BILL already has a document of that number: “INV-1”",
        ),
        (
            400,
            '[{"message": "name: must not be null"}, {"message": "email: must not be null"}]',
            RefusedError,
            "BILL refused: “name: must not be null; email: must not be null”",
        ),
        (
            403,
            '{"message": "Unauthorized"}',
            RefusedError,
            "BILL did not accept our credentials: “Unauthorized”",
        ),
        (500, told("BDC_1322"), RateLimitedError, "BILL is busy with other calls of ours."),
        (503, told("BDC_1109"), SessionExpiredError, "BILL has ended our session; nothing was done."),
        (200, told("BDC_1171", "x"), RefusedError, "BILL already has a document of that number: “x”"),
        (404, "<html>", RefusedError, "BILL does not know the address; the connection's may be wrong."),
        (
            404,
            '{"message": "no Route matched"}',
            RefusedError,
            "BILL does not know the address; the connection's may be wrong.",
        ),
        (
            404,
            told("BDC_1121", "API not supported."),
            RefusedError,
            "BILL does not know what it was asked to do; the connection's address may be wrong:"
            " “API not supported.”",
        ),
        (404, '[{"message": "none"}]', NotFoundError, "BILL has no such record: “none”"),
        (401, "Unauthorized", RefusedError, "BILL did not accept our credentials."),
        (
            401,
            told("BDC_1102", "Developer key is invalid."),
            RefusedError,
            "BILL does not accept the connection's developer key (each environment has its own):"
            " “Developer key is invalid.”",
        ),
        (
            422,
            told("BDC_1999", "This vendor is unable to receive ePayments at this time."),
            RefusedError,
            "BILL refused: “This vendor is unable to receive ePayments at this time.” BILL says this also"
            " when its price plan does not allow the payment.",
        ),
        (400, told("BDC_1001", "Oops"), OutcomeUnknownError, "BILL gave no usable answer: “Oops”"),
        (500, told("BDC_1171"), OutcomeUnknownError, "BILL gave no usable answer (HTTP 500)."),
        (502, "<html>", OutcomeUnknownError, "BILL gave no usable answer (HTTP 502)."),
        (
            200,
            '{"response_status":1,"response_data":{"error_code":"BDC_1117","error_message":"name"}}',
            RefusedError,
            "BILL refused: “name”",
        ),
        (
            200,
            '{"response_status":1,"response_data":{"error_code":"BDC_1144","error_message":"x"}}',
            RateLimitedError,
            "BILL takes no more calls in this hour.",
        ),
    ],
)
def test_what_an_answer_to_a_write_means(
    client: Client,
    sandbox: SandboxControl,
    status: int,
    body: str,
    error: type[VendorError],
    sentence: str,
) -> None:
    sandbox.fail_next(status=status, body=body, connector="bill", operation="create_customer")

    with pytest.raises(VendorError) as caught:
        send_write(client, new_customer())

    assert (type(caught.value), str(caught.value)) == (error, sentence)
    assert caught.value.vendor == "BILL"


def test_an_unreadable_answer_is_an_acceptance_where_the_status_decides(
    client: Client, sandbox: SandboxControl
) -> None:
    sandbox.fail_next(status=201, body='{"id": "0cu', connector="bill", operation="create_customer")

    reply = send_write(client, new_customer())

    assert (reply.status, reply.data, reply.text) == (201, None, '{"id": "0cu')


@pytest.mark.parametrize("body", ["", "<html>", '{"response_status":0,'])
def test_an_unreadable_answer_of_the_old_interface_is_unknown(
    client: Client, sandbox: SandboxControl, body: str
) -> None:
    sandbox.fail_next(status=200, body=body, connector="bill", operation="v2_create_customer")

    with pytest.raises(OutcomeUnknownError, match="in a form we cannot read"):
        send_write(client, request("bill_v2_create_customer", name="Acme"))


def test_a_session_that_a_refusal_repeats_is_hidden(client: Client, sandbox: SandboxControl) -> None:
    reader(client)("bill_get_session", {})
    session_id = client.shared.held("v3").id
    message = "x" * 380 + session_id
    sandbox.fail_next(
        status=400, body=told("BDC_1117", message), connector="bill", operation="create_customer"
    )

    with pytest.raises(RefusedError) as caught:
        send_write(client, new_customer())

    assert session_id[:6] not in str(caught.value)
    assert "[sess" in str(caught.value)


@pytest.mark.parametrize("ask", [SandboxControl.drop_reply, SandboxControl.reset_connection])
def test_a_write_that_got_no_answer_is_unknown(
    client: Client, sandbox: SandboxControl, ask: Callable[..., None]
) -> None:
    ask(sandbox, connector="bill", operation="create_customer")

    with pytest.raises(OutcomeUnknownError):
        send_write(client, new_customer())


def test_a_read_is_tried_again_until_patience_ends(client: Client, sandbox: SandboxControl) -> None:
    sandbox.fail_next(status=503, times=2, connector="bill", operation="get_session")
    assert reader(client)("bill_get_session", {})["userId"]

    sandbox.fail_next(status=503, times=3, connector="bill", operation="get_session")
    with pytest.raises(VendorDownError):
        reader(client)("bill_get_session", {})


def test_a_reply_that_is_not_json_is_no_answer_to_a_read(client: Client, sandbox: SandboxControl) -> None:
    sandbox.fail_next(status=200, body="<html>", connector="bill", operation="get_session")

    with pytest.raises(BadReplyError):
        reader(client)("bill_get_session", {})


def test_twelve_reads_at_once_stay_within_the_limit_of_three(client: Client, sandbox: SandboxControl) -> None:
    sandbox.delay(seconds=0.02, times=12, connector="bill", operation="list_customers")

    with ThreadPoolExecutor(12) as pool:
        sizes = list(pool.map(lambda _: len(reader(client)("bill_list_customers", {})), range(12)))

    assert sizes == [25] * 12


def test_spend_and_expense_is_signed_with_its_token_alone(client: Client) -> None:
    signed = client.signed(Request("GET", "/connect/v3/spend/cards", "", "", ""))

    assert signed.headers == {"apiToken": "sandbox-spend-token"}
    assert signed.session is None


def test_spend_and_expense_without_a_token_is_not_configured(client_with: Callable[..., Client]) -> None:
    client = client_with(spend_token="")

    with pytest.raises(NotConfiguredError, match="lacks its Spend & Expense token"):
        client.signed(Request("GET", "/connect/v3/spend/cards", "", "", ""))


CARDS = Request("GET", "/connect/v3/customers", "", "", "")
PAYMENT = replace(find_operation("bill_create_customer"), trusted=True)
OAUTH = {"client_id": "sandbox-client", "client_secret": "sandbox-client-secret"}


def test_what_needs_trust_has_a_session_of_its_own(client: Client, sandbox: SandboxControl) -> None:
    plain, trusted = client.signed(CARDS), client.signed(CARDS, trusted=True)

    assert plain.session != trusted.session
    assert session_at(sandbox, trusted.session.id)["trusted"] is True
    assert session_at(sandbox, plain.session.id)["trusted"] is False


def session_at(sandbox: SandboxControl, session_id: str) -> dict[str, Any]:
    return sandbox.record("bill", "session", session_id) or {}


def test_a_write_that_needs_trust_is_sent_with_it(client: Client, sandbox: SandboxControl) -> None:
    send_write(client, new_customer(), operation=PAYMENT)

    assert client.shared.held("v3") is None
    assert client.shared.held("v3 trusted") is not None


@pytest.mark.parametrize("name", ["remember_me_id", "device"])
def test_without_a_second_factor_nothing_is_sent_that_needs_it(
    client_with: Callable[..., Client], sandbox: SandboxControl, name: str
) -> None:
    client = client_with(**{name: ""})

    with pytest.raises(NotTrustedError, match="second factor"):
        make_ready(client, PAYMENT, {})
    with pytest.raises(NotSentError, match="second factor"):
        send_write(client, new_customer(), operation=PAYMENT)

    assert sandbox.effects() == []
    assert reader(client)("bill_get_session", {})["mfaStatus"] == "DISABLED"


def test_trust_that_has_ended_is_told_before_anything_is_sent(
    client: Client, sandbox: SandboxControl
) -> None:
    sandbox.advance(31 * 24 * 3600)

    with pytest.raises(NotTrustedError, match="trust in this connection has ended"):
        make_ready(client, PAYMENT, {})


def test_a_person_renews_trust_with_a_code(
    client_with: Callable[..., Client], sandbox: SandboxControl
) -> None:
    client = client_with(remember_me_id="", device="")
    challenge_id = send_code(client)
    with pytest.raises(RefusedError):
        enter_code(client, challenge_id, "000000")

    renewed = client_with(**enter_code(client, challenge_id, "123456"))

    make_ready(renewed, PAYMENT, {})
    assert renewed.signed(CARDS, trusted=True).kind == "v3 trusted"


def test_an_oauth_client_signs_in_without_user_and_key(
    client_with: Callable[..., Client], sandbox: SandboxControl
) -> None:
    sandbox.settings(bill_oauth=True)
    client = client_with(**OAUTH, username="", password="", dev_key="", spend_token="")

    assert len(reader(client)("bill_list_customers", {})) == 25
    for path in ("/connect/v3/customers", "/connect/v3/spend/cards"):
        signed = client.signed(Request("GET", path, "", "", ""), trusted=True)
        assert set(signed.headers) == {"Authorization"}
    with pytest.raises(NotConfiguredError, match="An OAuth client does not do for this"):
        client.signed(Request("GET", "/connect-events/v3/subscriptions", "", "", ""))


def test_an_oauth_token_that_ended_is_renewed(
    client_with: Callable[..., Client], sandbox: SandboxControl
) -> None:
    sandbox.settings(bill_oauth=True)
    client = client_with(**OAUTH)
    first = client.signed(CARDS).session
    sandbox.advance(3601)

    reader(client)("bill_list_customers", {})

    assert client.signed(CARDS).session != first


def test_an_oauth_client_that_bill_does_not_know_is_not_configured(
    client_with: Callable[..., Client], sandbox: SandboxControl
) -> None:
    sandbox.settings(bill_oauth=True)
    client = client_with(**OAUTH | {"client_secret": "wrong-secret"})

    with pytest.raises(NotConfiguredError, match="invalid_client"):
        reader(client)("bill_list_customers", {})


def test_events_are_signed_like_v3(client: Client) -> None:
    signed = client.signed(Request("GET", "/connect-events/v3/subscriptions", "", "", ""))

    assert set(signed.headers) == {"devKey", "sessionId"}


@pytest.mark.parametrize("credentials", [{}, OAUTH])
def test_events_of_spending_are_signed_with_its_token_and_with_no_client(
    client_with: Callable[..., Client], credentials: dict[str, str]
) -> None:
    request = Request("GET", "/connect-events/v3/spend/subscriptions", "", "", "")

    assert client_with(**credentials).signed(request).headers == {"apiToken": "sandbox-spend-token"}
    with pytest.raises(NotConfiguredError, match="lacks its Spend & Expense token"):
        client_with(**credentials, spend_token="").signed(request)


def paces(client: Client, method: str, path: str) -> list[str]:
    request = Request(method, path, "", "", "")
    found = client.dialect.paces(client.account, request, connector("bill").limit)
    return [pace.name.split()[1] for pace in found]


@pytest.mark.parametrize(
    ("method", "path", "counted"),
    [
        ("POST", "/connect/v3/login", "sign-ins"),
        ("POST", "/api/v2/Login.json", "sign-ins"),
        ("POST", "/connect/v3/mfa/challenge", "messages"),
        ("POST", "/connect-events/v3/spend/subscriptions", "spend"),
        ("POST", "/connect/v3/invoices/00e01/email", "messages"),
        ("GET", "/connect/v3/spend/cards", "spend"),
    ],
)
def test_calls_with_a_limit_of_their_own_are_counted_under_it(
    client: Client, method: str, path: str, counted: str
) -> None:
    assert paces(client, method, path)[0] == counted
    assert counted not in paces(client, "GET", "/connect/v3/customers")


@pytest.mark.parametrize(
    ("path", "period_s", "most"),
    [
        ("/connect/v3/login", 3600, 200),
        ("/connect/v3/customers", 3600, 20_000),
        ("/connect/v3/mfa/challenge", 60, 5),
        ("/connect/v3/spend/cards", 60, 60),
    ],
)
def test_no_period_has_more_calls_than_bill_takes(
    client: Client, path: str, period_s: int, most: int
) -> None:
    request = Request("POST", path, "", "", "")
    limit = client.dialect.paces(client.account, request, connector("bill").limit)[0].limit
    assert limit.at_once + limit.calls_per_s * period_s <= most


def test_accounts_of_one_developer_key_are_counted_together(client_with: Callable[..., Client]) -> None:
    one, other = client_with(), client_with(organization_id="00801OTHER0000000000")
    request = Request("GET", "/connect/v3/customers", "", "", "")
    limit = connector("bill").limit

    assert one.dialect.paces(one.account, request, limit) == one.dialect.paces(other.account, request, limit)
    assert one.dialect.gate(one.account, request) != one.dialect.gate(other.account, request)
    assert "sandbox-dev-key" not in str(one.dialect.paces(one.account, request, limit))
