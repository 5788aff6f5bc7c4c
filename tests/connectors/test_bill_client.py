"""Speaking to BILL: one sign-in for many, sessions that end, two interfaces, and refusals told apart."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.catalogue import Request, find_operation
from connectors.errors import (
    BadReplyError,
    NotConfiguredError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    SessionExpiredError,
    VendorDownError,
    VendorError,
)
from connectors.registry import connector
from connectors.sandbox.client import SandboxControl
from connectors.transport import Account, Client, send_write
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
        (403, '{"message": "Unauthorized"}', RefusedError, "BILL refused: “Unauthorized”"),
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
    session_id = client.dialect.secrets(client)["session_id"]
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
    signed, headers = client.dialect.sign(client, Request("GET", "/connect/v3/spend/cards", "", "", ""))

    assert headers == {"apiToken": "sandbox-spend-token"}
    assert signed.body == ""


def test_spend_and_expense_without_a_token_is_not_configured(client_with: Callable[..., Client]) -> None:
    client = client_with(spend_token="")

    with pytest.raises(NotConfiguredError, match="lacks its Spend & Expense token"):
        client.dialect.sign(client, Request("GET", "/connect/v3/spend/cards", "", "", ""))
