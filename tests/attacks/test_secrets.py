"""Credentials, looked for everywhere after a day of failures: database, pages, log lines, model, exports."""

import json
import logging

import pytest
from django.apps import apps
from django.test import Client

from agent.models import ToolCall
from console.approvals import deciding, execution
from console.approvals.models import Proposal
from tests.agent.conftest import asks

KEY = "halden_" + "5" * 32
BILL = {
    "username": "SENTINEL-user@halden.example",
    "password": "SENTINEL-password",
    "dev_key": "SENTINEL-dev-key",
    "organization_id": "00801HALDEN000000000",
}
MODEL_KEY, PASSWORD = "sk-SENTINEL-model-key", "SENTINEL-console-password"
SECRETS = (KEY, "halden_" + "0" * 32, "sandbox-dev-key", *list(BILL.values())[:3], MODEL_KEY, PASSWORD)
READS = (
    ("billsby_get_invoice", {"invoiceNumber": "7KQ2M9XTRB-3"}),
    ("billsby_list_customers", {}),
    ("bill_list_customers", {}),
    ("bill_list_bills", {}),
)


@pytest.fixture
def spilled(caplog, people, settings):
    """spilled(): every secret that stands where it must not."""
    settings.MODEL_API_KEY = MODEL_KEY
    people["dana"].set_password(PASSWORD)
    people["dana"].save(update_fields=["password"])
    caplog.set_level(logging.DEBUG)  # the root; libraries that speak of headers stay as they are set

    def look() -> set[str]:
        browser = Client()
        browser.post("/sign-in/", {"username": "dana", "password": PASSWORD})
        session = browser.cookies["sessionid"].value
        places = [caplog.text, *(str(record.exc_info) for record in caplog.records)]
        for model in apps.get_models():
            rows = model.objects.values()
            if model.__name__ != "Session":
                places += [repr(row) for row in rows]
        paths = ["/", "/audit/", "/audit/?q=SENTINEL", "/connections/", "/approvals/", "/healthz", "/chat/"]
        paths += [f"/approvals/{pk}/" for pk in Proposal.objects.values_list("pk", flat=True)]
        places += [browser.get(path).text for path in paths]
        places += [b"".join(browser.get(f"/audit/export.{kind}")).decode() for kind in ("csv", "jsonl")]
        everything = "\n".join(places)
        return {
            everything[max(0, everything.find(secret) - 200) : everything.find(secret) + 60]
            for secret in (*SECRETS, session)
            if secret in everything
        }

    return look


def test_wrong_credentials_are_never_repeated(answer, connected, spilled):
    connected["billsby"].credentials = {"api_key": KEY}
    connected["bill"].credentials = BILL
    for row in connected.values():
        row.save(update_fields=["sealed_credentials"])
    answer(*(asks(one) for one in READS), {"text": "None of that could be read."})
    assert ToolCall.objects.filter(state="failed").count() >= 3
    assert not spilled()


@pytest.mark.parametrize("status", [400, 401])
def test_a_vendor_that_echoes_the_key_does_not_spread_it(answer, connected, sandbox, spilled, status):
    for connector, secret in (("billsby", "halden_" + "0" * 32), ("bill", "sandbox-dev-key")):
        echo = json.dumps({"message": f"bad key {secret}"})
        sandbox.fail_next(status=status, times=40, body=echo, connector=connector)
    answer(*(asks(one) for one in READS), {"text": "None of that could be read."})
    sandbox.clear_faults()
    assert not spilled()


def test_a_write_that_fails_with_an_echo_does_not_spread_it(answer, connected, sandbox, spilled, people):
    invoice = sandbox.stories()["retry_pays"]["invoiceNumber"]
    answer(
        asks(("billsby_retry_invoice_payment", {"invoiceNumber": invoice, "reason": "x"})), {"text": "Filed."}
    )
    proposal = Proposal.objects.get()
    deciding.approve(proposal_id=proposal.pk, actor=people["dana"], digest=proposal.digest)
    echo = json.dumps({"message": "key halden_" + "0" * 32 + " may not do this"})
    sandbox.fail_next(status=400, times=5, body=echo, path_contains="Payment")
    execution.attend(proposal.pk)
    sandbox.clear_faults()
    assert not spilled()


@pytest.mark.parametrize("status", [401, 500])
def test_a_model_endpoint_that_echoes_its_key_does_not_spread_it(answer, spilled, status):
    answer({"status": status, "body": {"error": {"message": f"bad key {MODEL_KEY}"}}})
    assert not spilled()
