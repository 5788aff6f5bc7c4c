"""Clients that register themselves, and those that somebody enters by hand."""

import json
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import Application

from agent.mcp.oauth.registering import FROM_ADDRESS
from tests.mcp.signing_in import CALLBACK, REGISTER, consent, register

pytestmark = pytest.mark.django_db


def post(given: object, **more):
    body = given if isinstance(given, str | bytes) else json.dumps(given)
    return Client().post(REGISTER, body, content_type="application/json", **more)


def test_a_client_registers_itself_as_a_public_one_whatever_it_says():
    answer = post(
        {
            "client_name": "Hosted chat",
            "redirect_uris": [CALLBACK],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "client_secret_post",
            "scope": "read propose",
        }
    )
    assert answer.status_code == 201
    told = answer.json()
    assert told["token_endpoint_auth_method"] == "none"
    assert "client_secret" not in told
    assert told["redirect_uris"] == [CALLBACK]


@pytest.mark.parametrize(
    "redirect_uri", ["http://127.0.0.1:33418/", "http://[::1]:9/cb", "http://localhost:8123/callback"]
)
def test_programs_on_a_persons_computer_may_use_plain_http(redirect_uri):
    assert post({"redirect_uris": [redirect_uri]}).status_code == 201


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "http://client.example/callback",
        "javascript:alert(1)",
        "data:text/html,x",
        "cursor://callback",
        "https://client.example/#part",
        "https://user@client.example/",
        "https://client.example/ https://evil.example/",
        "https://client.example:99999/",
        "https:///callback",
        "https://client.example/\u202ecb",
        "https://*.example/",
        "https://cl\u0430ude.ai/callback",
        "https://evil.example\\client.example/",
        "https://client.example/" + "x" * 600,
        "http://127.0.0.1.evil.example/",
        "http://localhost:0/",
        "",
    ],
)
def test_an_address_that_is_not_safe_is_not_registered(redirect_uri):
    answer = post({"redirect_uris": [redirect_uri]})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_redirect_uri")
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    "given",
    [
        "",
        "no json",
        b"\xff",
        "[" * 100_000,
        [],
        {},
        {"redirect_uris": []},
        {"redirect_uris": CALLBACK},
        {"redirect_uris": [1]},
        {"redirect_uris": [CALLBACK] * 11},
        {"redirect_uris": [CALLBACK], "client_name": 7},
        {"redirect_uris": [CALLBACK], "grant_types": ["client_credentials"]},
        {"redirect_uris": [CALLBACK], "grant_types": "authorization_code "},
        {"redirect_uris": [CALLBACK], "response_types": ["token"]},
    ],
)
def test_a_registration_that_makes_no_sense_is_told_so(given):
    answer = post(given)
    assert answer.status_code == 400
    assert answer.json()["error_description"]


def test_a_name_is_kept_short_and_without_letters_that_hide():
    answer = post({"client_name": "Claude\u202e\x00\n" + "x" * 500, "redirect_uris": [CALLBACK]})
    assert answer.json()["client_name"] == "Claude" + "x" * 74


def test_one_address_registers_only_so_many(settings):
    for _ in range(FROM_ADDRESS):
        post({})
    answer = post({"redirect_uris": [CALLBACK]})
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert post({"redirect_uris": [CALLBACK]}, REMOTE_ADDR="192.0.2.7").status_code == 201


def test_registering_can_be_switched_off(settings):
    settings.MCP_REGISTRATION = False
    assert post({"redirect_uris": [CALLBACK]}).status_code == 404


def test_clients_that_nobody_let_in_are_forgotten_after_a_day(people):
    used, unused = register("Used"), register("Unused")
    consent(people["priya"], used)
    Application.objects.update(created=timezone.now() - timedelta(days=2))
    register("Later")
    assert set(Application.objects.values_list("name", flat=True)) == {"Used", "Later"}
    assert unused != used


def test_a_client_is_entered_by_hand(capsys):
    call_command("mcp_client", "--name", "Reporting", "--redirect", CALLBACK)
    client = Application.objects.get()
    assert capsys.readouterr().out == f"{client.client_id}\n"
    assert client.registration_source == Application.RegistrationSource.MANUAL


def test_an_unsafe_address_is_not_entered_by_hand_either():
    with pytest.raises(CommandError, match="must be https"):
        call_command("mcp_client", "--name", "Reporting", "--redirect", "http://client.example/")
