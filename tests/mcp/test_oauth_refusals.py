"""Requests that are wrong, or that somebody else made: each ends in a defined answer and gives nothing."""

import base64
import hashlib
from html import unescape

import pytest
from django.test import Client
from oauth2_provider.models import AccessToken, Grant

from agent.mcp.access import Refused, admit
from agent.mcp.models import Access
from agent.mcp.oauth.stepping_up import refuse_beyond
from tests.mcp.signing_in import (
    ALLOW,
    AUTHORIZE,
    CALLBACK,
    TOKEN,
    address,
    consent,
    redeem,
    refresh,
    register,
    signed_in,
    tokens,
    told,
)

pytestmark = pytest.mark.django_db
PLAIN = base64.urlsafe_b64encode(hashlib.sha256(b"other").digest()).decode().rstrip("=")


@pytest.fixture
def client_id(db) -> str:
    return register()


def link_in(page: str) -> str:
    return unescape(page.partition('class="btn" href="')[2].partition('"')[0])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "w" * 64}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"redirect_uri": f"{CALLBACK}/other"}, "invalid_request"),
        ({"code": "guessed"}, "invalid_grant"),
        ({"code": "\x00"}, "invalid_grant"),
        ({"code": None}, "invalid_request"),
        ({"client_id": "nobody"}, "invalid_client"),
        ({"client_id": "\x00"}, "invalid_client"),
        ({"client_id": None}, "invalid_client"),
        ({"resource": "https://elsewhere.example/mcp"}, "invalid_target"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange"}, "unsupported_grant_type"),
    ],
)
def test_a_wrong_request_for_tokens_gives_none(people, client_id, changes, error):
    answer = redeem(client_id, consent(people["priya"], client_id), **changes)
    assert answer.json()["error"] == error
    assert 400 <= answer.status_code < 402
    assert not AccessToken.objects.exists()


def test_a_code_is_its_clients_alone(people, client_id):
    code = consent(people["priya"], client_id)
    assert redeem(register("Another"), code).json()["error"] == "invalid_grant"


def test_a_refresh_token_is_its_clients_alone(people, client_id):
    given = tokens(people["priya"], client_id)
    assert refresh(register("Another"), given["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_refresh_asks_for_what_was_given_and_nothing_else(people, client_id):
    given = tokens(people["priya"], client_id)
    assert refresh(client_id, given["refresh_token"], scope="read propose").json()["error"] == "invalid_scope"
    assert refresh(client_id, given["refresh_token"], scope="read").json()["scope"] == "read"


def test_device_codes_are_not_offered(client_id):
    kind = "urn:ietf:params:oauth:grant-type:device_code"
    answer = Client().post(TOKEN, {"grant_type": kind, "device_code": "x", "client_id": client_id})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://evil.example/callback",
        f"{CALLBACK}/more",
        f"{CALLBACK}?more=1",
        f"{CALLBACK}#more",
        CALLBACK.replace("https", "http"),
        CALLBACK.replace("client.example", "client.example.evil.example"),
        CALLBACK.replace("client.example", "client.example@evil.example"),
        CALLBACK.replace("client.example", "CLIENT.example:444"),
        f"{CALLBACK}/../other",
        "javascript:alert(1)",
        "//evil.example",
        "",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_is_sent_to_an_address_that_was_not_registered(people, client_id, redirect_uri, method):
    browser = signed_in(people["priya"])
    answer = getattr(browser, method)(address(client_id, redirect_uri=redirect_uri), ALLOW)
    assert answer.status_code == 400
    assert link_in(answer.content.decode()) == "/"
    assert not Grant.objects.exists()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "x" * 4000}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"scope": "read approve"}, "invalid_scope"),
        ({"scope": "connection:999999"}, "invalid_scope"),
        ({"resource": "https://elsewhere.example/mcp"}, "invalid_target"),
        ({"resource": "http://testserver"}, "invalid_target"),
    ],
)
def test_what_cannot_be_asked_for_is_said_and_sends_nobody_anywhere_by_itself(
    people, client_id, changes, error
):
    answer = signed_in(people["priya"]).post(address(client_id, **changes), ALLOW)
    assert answer.status_code == 400
    way_back = link_in(answer.content.decode())
    assert way_back.startswith(f"{CALLBACK}?")
    assert (told(way_back)["error"], told(way_back)["iss"]) == (error, "http://testserver")
    assert not Grant.objects.exists()


def test_a_client_that_asks_for_two_addresses_is_refused(people, client_id):
    asked = f"{address(client_id)}&resource=https%3A%2F%2Felsewhere.example%2Fmcp"
    assert signed_in(people["priya"]).get(asked).status_code == 400


@pytest.mark.parametrize("more", ["approval_prompt=auto", "prompt=none", "skip_authorization=1"])
def test_no_client_gets_round_the_page(people, client_id, more):
    tokens(people["priya"], client_id)
    answer = signed_in(people["priya"]).get(f"{address(client_id)}&{more}")
    assert answer.status_code == 200
    assert not Grant.objects.exists()


def test_an_unknown_client_is_shown_no_page_to_agree_to(people):
    answer = signed_in(people["priya"]).get(address("nobody"))
    assert answer.status_code == 400
    assert "No such client is known here" in answer.content.decode()


def test_a_document_of_a_host_that_nobody_named_is_not_fetched(people):
    answer = signed_in(people["priya"]).get(address("https://127.0.0.1:9/client.json"))
    assert answer.status_code == 400


def test_an_empty_request_is_answered(people):
    assert signed_in(people["priya"]).get(AUTHORIZE).status_code == 400
    assert Client().post(TOKEN).status_code == 400


def test_a_yes_from_another_site_counts_for_nothing(people, client_id):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(people["priya"])
    assert browser.post(address(client_id), ALLOW).status_code == 403
    assert not Access.objects.exists()


def test_the_page_cannot_be_framed_and_its_form_goes_to_the_client_alone(people, client_id):
    answer = signed_in(people["priya"]).get(address(client_id))
    assert answer["X-Frame-Options"] == "DENY"
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self' https://client.example" in policy.split("; ")
    assert answer["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer["Cache-Control"]


def test_a_call_beyond_what_was_left_is_told_the_scopes_it_needs_and_has(people):
    given = tokens(people["priya"], register(), form={"tags": ["invoices"]})
    with pytest.raises(Refused) as refused:
        refuse_beyond(admit(given["access_token"]), "billsby_retry_invoice_payment")
    assert refused.value.code == "insufficient_scope"
    assert refused.value.scopes == ("read", "propose", "records:invoices", "records:payments")


@pytest.mark.parametrize("name", ["billsby_retry_invoice_payment", "billsby_get_invoice", "no_such_tool"])
def test_nobody_is_asked_again_where_it_would_not_help(people, name):
    given = tokens(people["omar"], register())
    refuse_beyond(admit(given["access_token"]), name)


def test_a_percent_sign_that_stands_for_nothing_is_answered(people, client_id):
    assert signed_in(people["priya"]).get(f"{address(client_id)}&x=%zz").status_code == 200
    assert Client().post(f"{TOKEN}?x=%zz").status_code == 400


def test_letters_that_no_client_signs_in_with_are_answered(people, client_id):
    assert (
        Client().post(TOKEN, {"grant_type": "authorization_code"}, HTTP_AUTHORIZATION="Basic é").status_code
        == 400
    )


def test_an_account_beyond_all_numbers_is_none(people, client_id):
    answer = signed_in(people["priya"]).post(address(client_id), {**ALLOW, "connections": ["9" * 50]})
    assert answer.status_code == 422
    assert "No such account is connected." in answer.text
