"""The log of calls: masked, bounded, kept for a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agent.mcp import calls
from agent.mcp.access import Refused
from agent.mcp.models import Access, Call
from tests.mcp.tokens import token

pytestmark = pytest.mark.django_db

STRANGER = Refused(401, "Not known here.", "unknown_token")


def test_a_call_is_noted_without_what_is_secret(people):
    made = token(people["priya"])
    arguments = {"customerUniqueId": "C1", "paymentCardToken": "tok_secret_4242"}
    calls.note(made.access, outcome="done", client="Claude 2.1", tool="x", arguments=arguments)
    call = Call.objects.get()
    assert "C1" in call.arguments
    assert "tok_secret" not in call.arguments
    assert Access.objects.get().last_client == "Claude 2.1"


@pytest.mark.parametrize(
    "text", ['{"a": "\\u0000"}', '{"a": "\\ud800"}', "\x00\ud800", "[" * 100_000, "x" * 9_000]
)
def test_whatever_is_sent_can_be_noted(text):
    call = calls.note(None, outcome="failed", arguments=text, client=text, tool=text, sentence=text)
    assert len(call.arguments) <= calls.LONGEST_ARGUMENTS


def test_a_burst_of_strangers_is_noted_in_part(people):
    Call.objects.bulk_create(Call(outcome="refused") for _ in range(calls.REFUSALS_A_MINUTE - 1))
    assert calls.note_refusal(STRANGER)
    assert calls.note_refusal(STRANGER) is None
    known = Refused(401, "It was revoked.", "revoked", access=token(people["priya"]).access)
    assert calls.note_refusal(known)


def test_old_calls_are_forgotten(settings):
    settings.MCP_CALLS_KEPT_DAYS = 30
    kept = Call.objects.create(outcome="done")
    Call.objects.create(outcome="done", at=timezone.now() - timedelta(days=31))
    assert calls.forget_old() == 1
    assert Call.objects.get() == kept
