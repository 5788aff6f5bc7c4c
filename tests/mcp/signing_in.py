"""An outside client that signs in, step by step; each step can be done wrong."""

import base64
import hashlib
import json
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from django.test import Client
from django.urls import reverse

SERVER = "http://testserver/mcp"
CALLBACK = "https://client.example/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
AUTHORIZE, TOKEN = reverse("oauth2_provider:authorize"), reverse("oauth2_provider:token")
REVOKE, REGISTER = reverse("oauth2_provider:revoke-token"), reverse("oauth2_provider:dcr-register")
ALLOW = {"answer": "allow", "effects": ["read"], "lasts_h": "8"}


def register(name: str = "Hosted chat", *redirect_uris: str) -> str:
    """The client's id."""
    given = {"client_name": name, "redirect_uris": list(redirect_uris or (CALLBACK,))}
    answer = Client().post(REGISTER, json.dumps(given), content_type="application/json")
    assert answer.status_code == 201, answer.content
    return answer.json()["client_id"]


def address(client_id: str, /, **changes: str | None) -> str:
    """Of the consent page; a change to None leaves that parameter out."""
    asked = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "read propose",
        "state": "s-1",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "resource": SERVER,
        **changes,
    }
    return f"{AUTHORIZE}?{urlencode({name: value for name, value in asked.items() if value is not None})}"


def signed_in(person) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def code_from(answer) -> str:
    return told(answer.url)["code"]


def told(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def consent(person, client_id: str, *, form: dict | None = None, **changes: str | None) -> str:
    """The code that the person's yes gave."""
    answer = signed_in(person).post(address(client_id, **changes), {**ALLOW, **(form or {})})
    assert answer.status_code == 302, answer.content
    assert "code" in parse_qs(urlsplit(answer.url).query), answer.url
    return code_from(answer)


def redeem(client_id: str, code: str, /, **changes: str | None):
    given = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": code,
        "redirect_uri": CALLBACK,
        "code_verifier": VERIFIER,
        "resource": SERVER,
        **changes,
    }
    return Client().post(TOKEN, {name: value for name, value in given.items() if value is not None})


def refresh(client_id: str, refresh_token: str, **changes: str):
    given = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": refresh_token}
    return Client().post(TOKEN, {**given, **changes})


def tokens(person, client_id: str, **more) -> dict[str, str]:
    return redeem(client_id, consent(person, client_id, **more)).json()
