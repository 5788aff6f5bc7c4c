"""The official clients, as other people's programs use them: list, call, propose, wait, see the result."""

from collections.abc import Iterator, Mapping

import pytest
from django.test import Client as Browser
from django.urls import reverse

from agent.mcp.models import Access, Call
from console.approvals import execution
from console.approvals.models import Proposal
from tests.clients import driving
from tests.clients.driving import HANDSHAKE, MODERN
from tests.mcp.tokens import BOTH, token
from tests.serving import serving

RETRY = "billsby_retry_invoice_payment"
CLIENTS = {
    "python": driving.python_client,
    "typescript": driving.typescript_client,
}


@pytest.fixture
def address(committed_db, settings) -> Iterator[str]:
    """Where clients find us: the whole application behind its real server."""
    from console.asgi import application

    settings.EMBEDDED_WORKER = False
    with serving(application, lifespan="on") as url:
        yield f"{url}/mcp"


@pytest.fixture(params=[(name, era) for name in CLIENTS for era in (MODERN, HANDSHAKE)], ids=" ".join)
def client(request, address, connected, people) -> Iterator[driving.Client]:
    name, era = request.param
    made = token(people["priya"], effects=BOTH)
    with CLIENTS[name](address, made.secret, protocol=era) as client:
        yield client


def approve(proposal: Proposal, people: Mapping) -> None:
    """Dana presses the button on the page, and the worker does what she approved."""
    browser = Browser()
    browser.force_login(people["dana"])
    answer = browser.post(reverse("approvals:approve", args=[proposal.pk]), {"digest": proposal.digest})
    assert answer.status_code == 302
    execution.attend(proposal.pk)


def test_a_client_lists_reads_proposes_waits_and_sees_what_a_person_approved(client, people, sandbox):
    invoice = sandbox.stories()["retry_pays"]["invoiceNumber"]
    hints = {tool["name"]: tool["annotations"] for tool in client.list()["tools"]}
    assert hints["billsby_get_invoice"]["readOnlyHint"] is True
    assert (
        hints[RETRY] | {"readOnlyHint": False, "destructiveHint": False, "idempotentHint": True}
        == hints[RETRY]
    )

    read = client.call("billsby_get_invoice", {"invoiceNumber": invoice})
    assert invoice in read["content"][0]["text"]

    wanted = {"invoiceNumber": invoice, "reason": "The card was updated."}
    filed = client.call(RETRY, wanted)["structuredContent"]
    assert "Proposed, not done" in filed["note"]
    assert client.call(RETRY, wanted)["structuredContent"]["proposal"] == filed["proposal"]

    asked = {"proposal": filed["proposal"]}
    assert client.call("get_proposal", asked)["structuredContent"]["status"] == "pending"
    assert sandbox.effects() == []

    approve(Proposal.objects.get(), people)
    assert client.call("get_proposal", asked)["structuredContent"]["status"] == "succeeded"
    assert len(sandbox.effects()) == 1


def test_what_a_client_asked_stands_in_the_log_with_its_name(client):
    client.call("query_records", {"kind": "customer", "text": "Ada"})
    call = Call.objects.filter(tool="query_records").get()
    assert call.client.startswith(("python-client", "typescript-client"))
    assert Access.objects.get().last_client == call.client


# Nothing is kept between two messages, so that in the era of sessions there is none with several streams.
SUITES = {
    MODERN: (["--suite", "all"], []),
    HANDSHAKE: ([], ["server-sse-multiple-streams"]),
}


@pytest.mark.parametrize("era", SUITES)
def test_the_protocols_own_check_misses_what_we_say_and_nothing_else(address, people, era, tmp_path):
    suite, more = SUITES[era]
    expected = tmp_path / "expected.yaml"
    expected.write_text(driving.MISSING.read_text() + "".join(f"  - {name}\n" for name in more))
    made = token(people["priya"], effects=BOTH, in_url=True, calls_a_minute=10_000)

    url = f"{address}/{made.secret}"
    done = driving.conformance(url, *suite, "--spec-version", era, expected=expected)
    assert done.returncode == 0, done.stdout[-3_000:]
