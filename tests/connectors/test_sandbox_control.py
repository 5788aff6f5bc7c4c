"""The sandbox's own interface: faults, ledger, seeds, and who may use it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.sandbox import build_app
from connectors.sandbox.client import SandboxControl
from tests.connectors.billsby_account import BillsbyAccount

ALICE, INVOICE = "7KQ2M9XTRB", "7KQ2M9XTRB-3"
RETRY = "billsby_retry_invoice_payment"


@pytest.fixture
def billsby(sandbox: SandboxControl, sandbox_url: str) -> Iterator[BillsbyAccount]:
    account = BillsbyAccount(sandbox_url)
    yield account
    account.close()


def test_a_dropped_reply_hides_an_effect_that_happened(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    sandbox.drop_reply(operation=RETRY)

    with pytest.raises(httpx.RemoteProtocolError):
        billsby.retry(INVOICE)

    assert billsby.invoice(INVOICE)["status"] == "Paid"
    assert [line["took"] for line in sandbox.effects()] == [True]


def test_a_connection_reset_comes_before_any_effect(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    sandbox.reset_connection(path_contains="/Payment")

    with pytest.raises(httpx.ReadError):
        billsby.retry(INVOICE)

    assert billsby.invoice(INVOICE)["status"] == "Unpaid"
    assert sandbox.effects() == []


@pytest.mark.parametrize(("after_effect", "status"), [(False, "Unpaid"), (True, "Paid")])
def test_a_status_of_our_choice_comes_before_or_after_the_effect(
    billsby: BillsbyAccount, sandbox: SandboxControl, after_effect: bool, status: str
) -> None:
    sandbox.fail_next(status=502, body="<html>", operation=RETRY, after_effect=after_effect)

    answer = billsby.retry(INVOICE)

    assert (answer.status_code, answer.text) == (502, "<html>")
    assert billsby.invoice(INVOICE)["status"] == status


def test_a_rate_limit_carries_the_given_headers_and_is_used_up(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    sandbox.rate_limit(times=2, headers={"Retry-After": "7"}, connector="billsby")

    answers = [billsby.get(f"/invoices/{INVOICE}") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "7"
    assert sandbox.effects() == []


def test_a_delay_after_the_effect_outlasts_the_callers_patience(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    sandbox.delay(seconds=1, operation=RETRY, after_effect=True)

    with pytest.raises(httpx.ReadTimeout):
        billsby.http.put(f"/core/halden/invoices/{INVOICE}/Payment", timeout=0.3)

    assert billsby.invoice(INVOICE)["status"] == "Paid"


def test_a_fault_strikes_only_what_it_names(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    sandbox.fail_next(status=500, operation="billsby_get_customer")
    assert billsby.get(f"/invoices/{INVOICE}").status_code == 200

    sandbox.clear_faults()

    assert billsby.get(f"/halden/customers/{ALICE}").status_code == 200


def test_the_ledger_is_read_from_where_one_stopped(billsby: BillsbyAccount, sandbox: SandboxControl) -> None:
    billsby.charge(ALICE, 100)
    (first,) = sandbox.effects()
    billsby.charge(ALICE, 200)

    (second,) = sandbox.effects(since=first["id"])

    assert '"amount":200' in second["request"]["body"]


def test_a_record_changed_behind_our_back_is_seen_by_the_next_read(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    sandbox.change("billsby", "invoice", INVOICE, status="WrittenOff", amount=0)

    assert billsby.invoice(INVOICE)["status"] == "WrittenOff"
    assert sandbox.record("billsby", "invoice", INVOICE)["amount"] == 0
    assert sandbox.effects() == []


def test_a_record_put_in_is_read_and_put_in_once(sandbox: SandboxControl) -> None:
    sandbox.add("billsby", "custom_field", "9", label="Team")

    assert sandbox.record("billsby", "custom_field", "9") == {"label": "Team"}
    assert sandbox.effects() == []
    with pytest.raises(ValueError, match="there is a custom_field 9 already"):
        sandbox.add("billsby", "custom_field", "9", label="Squad")


def test_an_unknown_field_setting_or_fault_is_refused(sandbox: SandboxControl) -> None:
    for ask in (
        lambda: sandbox.change("billsby", "invoice", INVOICE, colour="red"),
        lambda: sandbox.settings(colour="red"),
        lambda: sandbox.fail_next(status=500, colour="red"),
        lambda: sandbox.advance(1e12),
    ):
        with pytest.raises(ValueError, match="refused"):
            ask()


def test_every_seed_has_the_stories_with_people_of_its_own(sandbox: SandboxControl) -> None:
    first = sandbox.stories()
    sandbox.reset(seed=7)
    other = sandbox.stories()
    sandbox.reset(seed=7)

    assert sandbox.stories() == other
    assert first.keys() == other.keys()
    assert first["retry_pays"]["customer_name"] == "Alice Smith"
    parts = set(first) - {"overdue"}
    names = [{told[part].get("customer_name") for part in parts} for told in (first, other)]
    assert names[0] & names[1] <= {None}


def test_a_reset_forgets_clock_settings_faults_and_effects(
    billsby: BillsbyAccount, sandbox: SandboxControl
) -> None:
    billsby.charge(ALICE, 100)
    sandbox.settings(settle_at_once=False)
    sandbox.fail_next(status=500)
    moved = sandbox.advance(10_000)

    sandbox.reset()

    assert sandbox.now() < moved
    assert sandbox.settings()["settle_at_once"] is True
    assert sandbox.effects() == []
    assert billsby.get(f"/invoices/{INVOICE}").status_code == 200


def test_control_is_refused_to_other_machines_proxies_and_pages(sandbox_url: str) -> None:
    control = f"{sandbox_url}/control/effects"

    assert httpx.get(control, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
    assert httpx.get(control, headers={"Forwarded": "for=203.0.113.9"}).status_code == 403
    assert httpx.post(f"{sandbox_url}/control/reset", content="{}").status_code == 403
    assert httpx.get(control).status_code == 200


def test_the_same_paths_answer_under_sandbox(sandbox: SandboxControl, sandbox_url: str) -> None:
    account = BillsbyAccount(f"{sandbox_url}/sandbox")
    account.retry(INVOICE)
    account.close()

    assert sandbox.effects()[0]["request"]["path"] == f"/api/v1/rest/core/halden/invoices/{INVOICE}/Payment"


class Wrapping:
    """Middleware as applications have it: its `send` is a function of its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            await send(message)

        await self.app(scope, receive, sending)


def test_faults_cut_the_connection_through_middleware(tmp_path: Path) -> None:
    vendors = build_app(tmp_path / "sandbox.sqlite3", customers=12)
    inner = Starlette(routes=[Mount("/", app=vendors)], middleware=[Middleware(Wrapping)])

    async def outer(scope: Scope, receive: Receive, send: Send) -> None:
        await inner(dict(scope, root_path="/sandbox"), receive, send)

    with serving(outer) as url, SandboxControl(f"{url}/sandbox") as control:
        account = BillsbyAccount(f"{url}/sandbox")
        control.drop_reply()
        with pytest.raises(httpx.RemoteProtocolError):
            account.charge(ALICE, 100)
        control.reset_connection()
        with pytest.raises(httpx.ReadError):
            account.charge(ALICE, 100)
        account.close()

        assert len(control.effects()) == 1


@contextmanager
def serving(app: ASGIApp) -> Iterator[str]:
    """An ASGI application on a free port, for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(5)
