"""What `bench mcp` compares; to measure is for people, on a quiet machine."""

import pytest
from django.db import connections

from agent.bench.mcp import measure, ratios_of
from agent.bench.mcp_asking import ASKED, ERAS, Took
from agent.bench.mcp_servers import UNHINDERED
from agent.mcp.models import Call
from tests.audit.entries import make_person
from tests.mcp.tokens import token

SDK, OURS = Took(100, 8.0, 1000), Took(400, 2.0, 600)


def test_both_servers_answer_in_both_eras_and_every_call_of_ours_stands_in_the_log(committed_db):
    secret = token(make_person(), calls_a_minute=UNHINDERED).secret

    measures = measure(committed_db, secret, rounds=1, requests=4, clients=(1, 2))

    assert {name: list(took) for name, took in measures.items()} == {
        name: [(method, era, clients) for method in ASKED for era in ERAS for clients in (1, 2)]
        for name in ("sdk", "ours")
    }
    connections.close_all()
    noted = Call.objects.filter(outcome=Call.Outcome.DONE, protocol__in=ERAS.values())
    assert noted.count() == 4 * ((1 + 4) + (2 + 4))


def test_ours_is_held_against_the_sdk_by_processor_time_by_the_clock_and_in_bytes():
    key = ("tools/list", "2026-07-28", 1)
    ratios = list(ratios_of("SQLite", {"ours": {key: [OURS]}, "sdk": {key: [SDK]}}))
    assert [(ratio.value, ratio.holds) for ratio in ratios] == [
        (pytest.approx(4), True),
        (pytest.approx(4), True),
        (pytest.approx(0.6), True),
    ]


def test_without_the_servers_processor_time_the_clock_is_all_there_is():
    key = ("tools/call", "handshake", 20)
    measures = {"ours": {key: [Took(40, None, 1)]}, "sdk": {key: [Took(100, None, 1)]}}
    assert [(ratio.value, ratio.holds) for ratio in ratios_of("SQLite", measures)] == [(0.4, False)]
