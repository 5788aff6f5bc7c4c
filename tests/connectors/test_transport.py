"""What each kind of trouble on the line becomes, against a real server."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from connectors.catalogue import Request, catalogue
from connectors.errors import (
    BadReplyError,
    NotConfiguredError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    RateLimitedError,
    RefusedError,
    VendorDownError,
)
from connectors.rates import Pace, Priority
from connectors.sharing import Alone
from connectors.transport import Account, Client, Patience, Rows, read, send_write

BILLSBY = catalogue("billsby")
KEY = "halden_secret_secret_secret"
NUMBER = {"invoiceNumber": "7KQ2M9XTRB-3"}
RETRY = BILLSBY["billsby_retry_invoice_payment"].request(NUMBER, {"companyDomain": "halden"})
TRUNCATED, RESET, SILENT = -1, -2, -3  # instead of a status


@dataclass
class Script:
    """What the server answers, one entry a call (the last one again and again), and what it was sent."""

    answers: list[tuple[int, str, Mapping[str, str]]] = field(default_factory=list)
    seen: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)  # of the callers: the same port is the same connection
    release: threading.Event = field(default_factory=threading.Event)

    def say(self, status: int, text: str = "", **headers: str) -> None:
        self.answers.append((status, text, {k.replace("_", "-"): v for k, v in headers.items()}))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.script.seen.append((self.command, self.path, dict(self.headers), body))
        self.script.ports.append(self.client_address[1])
        answers = self.script.answers
        status, text, headers = answers.pop(0) if len(answers) > 1 else answers[0]
        self.close_connection = status < 0
        if status == RESET:
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()
            self.wfile = self.rfile = open("/dev/null", "r+b", buffering=0)  # noqa: SIM115
            return
        if status == SILENT:
            self.script.release.wait(10)
            return
        payload = text.encode()
        self.send_response(200 if status == TRUNCATED else status)
        self.send_header("content-length", str(len(payload) + (status == TRUNCATED) * 10))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(payload)

    do_GET = do_PUT = do_POST = do_DELETE = answer

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def script() -> Iterator[Script]:
    script = Script()
    yield script
    script.release.set()


@pytest.fixture
def base_url(script: Script) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Scripted", (Handler,), {"script": script}))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/billsby"
    script.release.set()
    server.shutdown()
    server.server_close()
    thread.join()


def account(base_url: str, **changes) -> Account:
    fields = {
        "connector": "billsby",
        "name": "Halden",
        "base_url": base_url,
        "credentials": {"api_key": KEY},
        "injected": {"companyDomain": "halden"},
    }
    return Account(**fields | changes)


@pytest.fixture
def client(base_url: str) -> Iterator[Client]:
    client = Client(account(base_url), timeout_s=0.5, patience=Patience(first_s=0.001, total_s=2))
    yield client
    client.close()


def read_invoice(client: Client):
    return read(client, BILLSBY["billsby_get_invoice"], NUMBER)


def test_the_bytes_that_were_approved_are_the_bytes_that_arrive(client: Client, script: Script) -> None:
    script.say(200, "true")
    odd = Request("POST", "/a%2Fb/~x'(y)", "q=%7B%7d&r=a%20b&&", "application/json", '{"a":"ü"}')
    send_write(client, odd)
    ((method, path, headers, body),) = script.seen
    assert (method, path) == ("POST", "/billsby/a%2Fb/~x'(y)?q=%7B%7d&r=a%20b&&")
    assert body == '{"a":"ü"}'.encode()
    assert (headers["ApiKey"], headers["content-type"]) == (KEY, "application/json")


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ('"Success"', "Success"),
        ("success\n", "success"),
        ("true", "true"),
        ("{}", {}),
        ('{"amount":1.10}', {"amount": Decimal("1.10")}),
    ],
)
def test_a_success_is_read_quoted_bare_or_as_json(client: Client, script: Script, text: str, data) -> None:
    script.say(200, text, content_type="text/plain")
    assert send_write(client, RETRY).data == data


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [
        (400, "{}", RefusedError),
        (401, "", RefusedError),
        (404, "{}", NotFoundError),
        (409, "{}", RefusedError),
        (429, "{}", RateLimitedError),
        (301, "", OutcomeUnknownError),
        (408, "", OutcomeUnknownError),
        (500, "{}", OutcomeUnknownError),
        (502, "<html>", OutcomeUnknownError),
        (TRUNCATED, '{"amount":1', OutcomeUnknownError),
        (RESET, "", OutcomeUnknownError),
        (SILENT, "", OutcomeUnknownError),
    ],
)
def test_a_write_is_tried_once_and_its_trouble_sorted(
    client: Client, script: Script, status: int, text: str, error: type
) -> None:
    script.say(status, text)
    with pytest.raises(error) as raised:
        send_write(client, RETRY)
    assert type(raised.value) is error
    assert len(script.seen) == 1


@pytest.mark.parametrize("text", ["", "<html>fine</html>", "Accepted", '{"amount":NaN}', "[" * 100_000])
def test_a_write_is_accepted_by_its_status_and_the_text_is_kept(
    client: Client, script: Script, text: str
) -> None:
    script.say(200, text)
    reply = send_write(client, RETRY)
    assert (reply.status, reply.data, reply.text) == (200, None, text)


def test_an_unreadable_text_is_kept_without_secrets_and_as_a_database_takes_it(
    client: Client, script: Script
) -> None:
    script.say(200, f"<html>\0{KEY}</html>")
    assert send_write(client, RETRY).text == "<html>\ufffd[api_key]</html>"


def test_a_write_whose_time_is_over_is_not_sent(client: Client, script: Script) -> None:
    with pytest.raises(NotSentError, match="nothing was sent"):
        send_write(client, RETRY, not_after=datetime.now(UTC))
    assert script.seen == []


def test_a_write_nobody_listens_to_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    client = Client(account(f"http://127.0.0.1:{port}"))
    with pytest.raises(NotSentError):
        send_write(client, RETRY)
    client.close()


def test_a_redirect_is_not_followed(client: Client, script: Script) -> None:
    script.say(307, "", location="http://127.0.0.1:9/elsewhere")
    with pytest.raises(OutcomeUnknownError):
        send_write(client, RETRY)
    assert len(script.seen) == 1


def test_a_request_with_holes_is_never_sent(client: Client, script: Script) -> None:
    with pytest.raises(ValueError, match="holes"):
        send_write(client, Request("PUT", "/x/{{step1.id}}", "", "", ""))
    assert script.seen == []


def test_a_refusal_quotes_the_vendor_but_no_secret(client: Client, script: Script) -> None:
    script.say(400, f'{{"message":"No.","errors":[{{"field":"a","message":"{KEY} is bad"}}]}}')
    with pytest.raises(RefusedError) as raised:
        send_write(client, RETRY)
    assert str(raised.value) == "Billsby refused: “No. [api_key] is bad”"


@pytest.mark.parametrize("before", range(370, 405, 5))
def test_no_part_of_a_secret_is_left_where_a_long_message_is_cut(
    client: Client, script: Script, before: int
) -> None:
    script.say(400, f'{{"message":"{"x" * before}{KEY}{"y" * 500}"}}')
    with pytest.raises(RefusedError) as raised:
        send_write(client, RETRY)
    assert KEY[:4] not in str(raised.value)
    assert str(raised.value).endswith("…”")
    assert len(str(raised.value)) < 410


def test_secrets_show_nowhere(client: Client, script: Script, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", logger="connectors")
    script.say(RESET)
    with pytest.raises(VendorDownError) as raised:
        read_invoice(client)
    shown = f"{client!r} {client.account!r} {raised.value!r} {caplog.text}"
    assert "ReadError" in shown
    assert KEY not in shown


@pytest.mark.parametrize("key", ["", "halden_0\r\n", "ключ"])
def test_a_connection_without_a_key_sends_nothing(base_url: str, script: Script, key: str) -> None:
    client = Client(account(base_url, credentials={"api_key": key}))
    with pytest.raises(NotSentError):
        send_write(client, RETRY)
    with pytest.raises(NotConfiguredError):
        read_invoice(client)
    assert script.seen == []
    client.close()


def test_a_read_is_tried_until_it_answers(client: Client, script: Script) -> None:
    script.say(503)
    script.say(RESET)
    script.say(429, "", retry_after="0")
    script.say(200, '{"amount":"2999"}', x_request_id="req-7")
    reply = read_invoice(client)
    assert (reply.data, reply.request_id, len(script.seen)) == ({"amount": "2999"}, "req-7", 4)


def test_a_read_gives_up_after_its_tries(client: Client, script: Script) -> None:
    script.say(503)
    with pytest.raises(VendorDownError):
        read_invoice(client)
    assert len(script.seen) == client.patience.tries


def test_a_read_does_not_wait_longer_than_its_patience(client: Client, script: Script) -> None:
    script.say(429, "", retry_after="3600")
    with pytest.raises(RateLimitedError) as raised:
        read_invoice(client)
    assert raised.value.retry_after_s == 3600
    assert raised.value.until - datetime.now(UTC) > timedelta(minutes=59)
    assert len(script.seen) == 1


@pytest.mark.parametrize(
    "headers_at",
    [
        lambda now: {"retry_after": "120"},
        lambda now: {"ratelimit_reset": "120"},
        lambda now: {"x_ratelimit_reset": str(int(now.timestamp()) + 120)},
        lambda now: {"retry_after": format_datetime(now + timedelta(seconds=120))},
    ],
)
def test_the_wait_a_vendor_asks_for_is_read(client: Client, script: Script, headers_at: Callable) -> None:
    script.say(429, "", **headers_at(datetime.now(UTC)))
    with pytest.raises(RateLimitedError) as raised:
        send_write(client, RETRY)
    assert raised.value.retry_after_s == pytest.approx(120, abs=30)


@pytest.mark.parametrize("headers", [{}, {"retry_after": "soon"}, {"ratelimit_reset": "nan"}])
def test_no_wait_is_made_up(client: Client, script: Script, headers: dict) -> None:
    script.say(429, "", **headers)
    with pytest.raises(RateLimitedError) as raised:
        send_write(client, RETRY)
    assert (raised.value.retry_after_s, raised.value.until) == (None, None)


@pytest.mark.parametrize(
    ("status", "text", "error"),
    [(400, "{}", RefusedError), (404, "{}", NotFoundError), (200, "<html>", BadReplyError)],
)
def test_a_definite_answer_to_a_read_is_not_asked_for_again(
    client: Client, script: Script, status: int, text: str, error: type
) -> None:
    script.say(status, text)
    with pytest.raises(error):
        read_invoice(client)
    assert len(script.seen) == 1


def test_read_refuses_what_is_not_a_read(client: Client, script: Script) -> None:
    with pytest.raises(ValueError, match="not a read"):
        read(client, BILLSBY["billsby_retry_invoice_payment"], NUMBER)
    assert script.seen == []


def test_pages_are_put_together(client: Client, script: Script) -> None:
    script.say(200, '{"results":[1,2],"pageCount":2,"rowCount":3}')
    script.say(200, '{"results":[3],"pageCount":2,"rowCount":3}')
    rows = read(client, BILLSBY["billsby_list_customers"], {"limit": 2}).data
    rest = read(client, BILLSBY["billsby_list_customers"], {"limit": 2, "after": rows.next}).data
    assert isinstance(rows, Rows)
    assert (rows, rows.total, rest, rest.next) == ([1, 2], 3, [3], None)
    assert [path.rpartition("?")[2] for _, path, _, _ in script.seen] == [
        "page=1&pageSize=2",
        "page=2&pageSize=2",
    ]


def test_a_list_without_its_array_is_a_bad_reply(client: Client, script: Script) -> None:
    script.say(200, '{"items":[]}')
    with pytest.raises(BadReplyError):
        read(client, BILLSBY["billsby_list_customers"], {})


def test_a_write_never_goes_out_on_a_kept_connection(client: Client, script: Script) -> None:
    script.say(200, "{}")
    read_invoice(client)
    read_invoice(client)
    send_write(client, RETRY)
    send_write(client, RETRY)
    reading, again, *writing = script.ports
    assert reading == again
    assert len({reading, *writing}) == 3


class Counting(Alone):
    """Remembers who asked; the first call of each has to come again."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Priority] = []

    def take(self, pace: Pace, priority: Priority) -> float:
        self.asked.append(priority)
        return 0.01 if self.asked.count(priority) == 1 else 0.0


class UsedUp(Alone):
    def take(self, pace: Pace, priority: Priority) -> float:
        return 60.0


@pytest.fixture
def shared() -> Counting:
    return Counting()


@pytest.fixture
def counted(base_url: str, shared: Counting) -> Iterator[Client]:
    client = Client(account(base_url), timeout_s=0.5, shared=shared)
    yield client
    client.close()


def test_every_call_waits_until_its_pace_has_room(counted, shared, script) -> None:
    script.say(200, "{}")
    read(counted, BILLSBY["billsby_get_invoice"], NUMBER, priority=Priority.SYNC)
    send_write(counted, RETRY)
    assert shared.asked == [Priority.SYNC] * 2 + [Priority.EXECUTING] * 2
    assert len(script.seen) == 2


def test_a_read_that_is_tried_again_is_counted_again(counted, shared, script) -> None:
    script.say(503)
    script.say(200, "{}")
    read_invoice(counted)
    assert len(shared.asked) == 1 + len(script.seen) == 3


def test_a_write_without_room_is_proven_unsent(base_url: str, script) -> None:
    full = Client(account(base_url), shared=UsedUp())
    with pytest.raises(RateLimitedError, match="There is room again at [0-9]{2}:[0-9]{2} UTC") as caught:
        send_write(full, RETRY)
    full.close()
    assert (caught.value.code, caught.value.retry_after_s, script.seen) == ("budget", 60.0, [])


ACCOUNT = replace(BILLSBY["billsby_get_invoice"], paging=None, masked=("account.number",))
MASKED_WRITE = replace(BILLSBY["billsby_retry_invoice_payment"], masked=("account.number",))


def test_a_masked_value_leaves_an_answer_neither_as_data_nor_as_text(client: Client, script: Script) -> None:
    script.say(200, '{"account": {"number": "123456789", "amount": 1.10}}')

    reply = read(client, ACCOUNT, NUMBER)

    assert reply.data["account"] == {"number": "••••6789", "amount": Decimal("1.10")}
    assert reply.text == '{"account":{"number":"••••6789","amount":1.10}}'


def test_the_answer_of_a_write_is_kept_without_its_masked_values(client: Client, script: Script) -> None:
    script.say(200, '{"account": {"number": "123456789"}}')

    assert send_write(client, RETRY, operation=MASKED_WRITE).text == '{"account":{"number":"••••6789"}}'


def test_an_unreadable_answer_that_may_hold_a_masked_value_is_kept_without_numbers(
    client: Client, script: Script
) -> None:
    script.say(200, '{"account": {"number": "123456789')

    assert send_write(client, RETRY, operation=MASKED_WRITE).text == '{"account": {"number": "••••6789'
